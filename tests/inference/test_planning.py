"""Of many takes of a plan's chords, the critic of plans chooses."""

import torch

from antiphon.inference._planning import N_TAKES
from antiphon.inference._sheet import write_sheet
from antiphon.metrics.progressions import N_MEASURES, progression_measures
from antiphon.models._critic import Critic, CriticConfig
from antiphon.music.plan import Plan
from antiphon.representations.bars import home_shift, moved_chords

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
