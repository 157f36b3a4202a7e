"""The critic: what it is told, what its loss is, and that it learns to tell songs apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from antiphon.errors import AntiphonError
from antiphon.models._coder import Coder, CoderConfig
from antiphon.models._critic import Critic, CriticConfig
from antiphon.representations.prepared import load
from antiphon.training._monitor import Monitor
from antiphon.training._run import RunFolder
from antiphon.training._score_batches import ScoreBatches
from antiphon.training._segments import Segments
from antiphon.training.critic import (
    CriticTraining,
    Told,
    critic_loss,
    stretches,
    told_apart,
    train_critic,
)

TRAINING = CriticTraining(n_iterations=40, n_takes=1, batch_size=8, learning_rate=1e-2)


@pytest.fixture(scope="module")
def batches(tiny_prepared) -> ScoreBatches:
    torch.manual_seed(0)
    sizes = CoderConfig(latent_sizes=(6, 6, 6, 6), slot_width=4, hidden=8, head=8)
    coder = Coder(sizes).requires_grad_(False)
    return ScoreBatches(Segments(load(tiny_prepared, "train"), coder, 8), 8)


@pytest.fixture(scope="module")
def told(batches, untrained_scribe) -> Told:
    return stretches(untrained_scribe(), batches, TRAINING, None, 1)


def test_every_stretch_that_is_written_stands_beside_the_songs_own(told):
    # six songs of 16 bars, of which the first eight bars or others are taken twice
    assert told.made.shape == told.real.shape and len(told.real) == 12
    assert not np.array_equal(told.made, told.real, equal_nan=True)


def test_a_critic_that_knows_nothing_loses_twice_the_log_of_2():
    critic = Critic(CriticConfig(n_measures=3))
    for parameter in critic.parameters():
        parameter.data.zero_()
    loss = critic_loss(critic, torch.ones(4, 3), torch.zeros(4, 3))
    assert loss.item() == pytest.approx(2 * math.log(2))


def test_what_is_not_known_is_usual_and_nothing_is_absurd():
    critic = Critic(CriticConfig(n_measures=3))
    critic.mean.copy_(torch.tensor([1.0, 2.0, 3.0]))
    critic.deviation.copy_(torch.tensor([2.0, 1.0, 1.0]))
    rows = torch.tensor([[3.0, math.nan, 99.0]])
    assert critic.told(rows).tolist() == [[1.0, 0.0, 5.0]]


def test_a_critic_tells_apart_what_differs_and_nothing_else():
    rng = np.random.default_rng(0)
    same = Told(rng.normal(size=(300, 2)), rng.normal(size=(300, 2)))
    critic = Critic(CriticConfig(n_measures=2, dropout=0.0))
    for parameter in critic.parameters():
        parameter.data.zero_()
    critic.straight.weight.data[0, 0] = 1.0
    assert told_apart(critic, same) == pytest.approx(0.5, abs=0.06)
    assert told_apart(critic, Told(same.made - 9, same.real)) == 1.0


def trained(scribe, batches, folder, training=TRAINING):
    run = RunFolder(folder)
    report = Monitor(run)
    critic = train_critic(scribe, training, batches, batches, run, seed=2, report=report)
    report.close()
    return critic


def test_training_learns_the_songs_and_gives_equal_critics_for_equal_seeds(
    untrained_scribe, batches, tmp_path
):
    one, two = (trained(untrained_scribe(), batches, tmp_path / name) for name in "ab")
    again = trained(untrained_scribe(), batches, tmp_path / "a")  # taken from the run
    for critic in (two, again):
        for name, value in one.state_dict().items():
            assert torch.equal(value, critic.state_dict()[name]), name
    assert told_apart(one, stretches(untrained_scribe(), batches, TRAINING, None, 9)) > 0.95


def test_a_second_round_tells_apart_what_the_first_chose_and_is_added_to_it(
    untrained_scribe, batches, tmp_path
):
    scribe, twice = untrained_scribe(), replace(TRAINING, n_rounds=2)
    first = trained(scribe, batches, tmp_path / "one")
    both = trained(scribe, batches, tmp_path / "two", twice)
    again = trained(scribe, batches, tmp_path / "two", twice)  # taken from the run
    assert both.config.width == 2 * first.config.width
    assert torch.equal(both.bent[0].weight[: first.config.width], first.bent[0].weight)
    assert torch.equal(both.straight.weight, again.straight.weight)
    chosen = stretches(scribe, batches, TRAINING, first, 1)
    assert not np.array_equal(
        chosen.made, stretches(scribe, batches, TRAINING, None, 1).made, equal_nan=True
    )
    assert np.array_equal(chosen.real.shape, chosen.made.shape)
    assert told_apart(both, chosen) >= told_apart(first, chosen)


def test_critics_beside_one_another_answer_their_sum():
    rng, critics = np.random.default_rng(0), []
    for seed in range(2):
        torch.manual_seed(seed)
        critics.append(Critic(CriticConfig(n_measures=5, width=3 + seed)).eval())
    rows = rng.normal(size=(4, 5))
    both = critics[0].beside(critics[1])
    assert both.config.width == 7
    assert both.odds(rows) == pytest.approx(critics[0].odds(rows) + critics[1].odds(rows), abs=1e-6)
    critics[1].mean += 1
    with pytest.raises(ValueError, match="no sum"):
        critics[0].beside(critics[1])


def test_a_scribe_that_was_trained_on_gets_a_critic_of_its_own(untrained_scribe, batches, tmp_path):
    before = trained(untrained_scribe(), batches, tmp_path)
    after = trained(untrained_scribe(1), batches, tmp_path)
    assert not torch.equal(before.straight.weight, after.straight.weight)


def test_without_iterations_there_is_no_critic(untrained_scribe, batches, tmp_path):
    none = CriticTraining(n_iterations=0)
    assert trained(untrained_scribe(), batches, tmp_path, none) is None


def test_without_time_the_stage_does_not_begin(untrained_scribe, batches, tmp_path):
    run = RunFolder(tmp_path)
    report = Monitor(run, deadline=0.0)
    with pytest.raises(AntiphonError, match="0 of 40 iterations of the critic"):
        train_critic(untrained_scribe(), TRAINING, batches, batches, run, seed=2, report=report)
    report.close()
