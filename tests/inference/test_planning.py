"""Of many takes of chords the critic of plans chooses, or those that agree under a tune."""

import numpy as np
import torch

from antiphon.inference._planning import N_TAKES, agreed
from antiphon.inference._sheet import write_sheet
from antiphon.metrics.progressions import N_MEASURES, progression_measures
from antiphon.models._critic import Critic, CriticConfig
from antiphon.music.plan import Plan
from antiphon.representations.bars import QUALITY_NAMES, home_shift, moved_chords

CHANGES = 34


def critic(sign: float) -> Critic:
    """Return a critic that believes in many changes of chord, or in few."""
    found = Critic(CriticConfig(n_measures=N_MEASURES)).eval().requires_grad_(False)
    for parameter in found.parameters():
        parameter.zero_()
    found.straight.weight[0, CHANGES] = 1000 * sign
    return found


def changes(ensemble, seed: int, **plan: object) -> float:
    bars = write_sheet(Plan(bars=8, seed=seed, form="A", **plan), ensemble).bars
    home = moved_chords(bars["chords"], home_shift(bars["tonic"], bars["minor"]))
    return progression_measures(home, int(bars["n_beats"][0]), minor=False)[CHANGES]


def test_the_take_that_the_critic_believes_in_is_the_plan(tiny_ensemble):
    found = []
    for sign in (1, -1):
        tiny_ensemble.plan_critic = critic(sign)
        found.append([changes(tiny_ensemble, seed) for seed in range(6)])
    tiny_ensemble.plan_critic = None
    alone = [changes(tiny_ensemble, seed) for seed in range(6)]
    many, few = found
    assert sum(many) > sum(alone) > sum(few)
    assert all(more > less for more, less in zip(many, few, strict=True))


def test_equal_seeds_give_equal_plans_with_a_critic_too(tiny_ensemble):
    tiny_ensemble.plan_critic = Critic(CriticConfig(n_measures=N_MEASURES)).eval()
    with torch.no_grad():
        tiny_ensemble.plan_critic.straight.weight.zero_()
    plans = [write_sheet(Plan(bars=8, seed=2), tiny_ensemble).plan.chords for _ in range(2)]
    assert plans[0] == plans[1] and N_TAKES > 1


def test_chords_that_are_asked_for_are_no_takes(tiny_ensemble):
    tiny_ensemble.plan_critic = critic(1)
    assert changes(tiny_ensemble, 0, chords="C", key="C") == 0


def take(*roots: int) -> np.ndarray:
    """Return the chords of bars, in each a major triad on all beats."""
    rows = [[(root, QUALITY_NAMES.index(""), root)] * 4 for root in roots]
    return np.array(rows, np.uint8)


def test_four_bars_at_a_time_the_take_that_shares_most_with_the_others_is_taken():
    # bars 1-4: C twice, F shares one tone of five with C, F sharp none; bars 5-8: G twice
    takes = np.stack(
        [
            take(0, 0, 0, 0, 2, 2, 2, 2),
            take(5, 5, 5, 5, 7, 7, 7, 7),
            take(6, 6, 6, 6, 7, 7, 7, 7),
            take(0, 0, 0, 0, 9, 9, 9, 9),
        ]
    )
    chosen = agreed(takes, 4)
    assert chosen[:, 0, 0].tolist() == [0] * 4 + [7] * 4


def test_beats_that_a_metre_does_not_have_say_nothing():
    takes = np.stack([take(0), take(7), take(7)])
    takes[1:, :, 2:] = take(0)[:, 2:]  # on beats 3 and 4 all are C
    assert agreed(takes, 2)[0, 0, 0] == 7
    takes[2, :, :2] = take(2)[:, :2]  # in two beats no two agree; in four the last would do
    takes[2, :, 2:] = take(0)[:, 2:]
    assert agreed(takes, 2)[0, 0, 0] == 7  # G shares a tone with C and one with D
