"""The critic of plans: chords are written for the forms of songs and stand beside their own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.errors import AntiphonError
from antiphon.metrics.progressions import N_MEASURES
from antiphon.models.progression import Config, Progression
from antiphon.representations.outline import CHORDS_SIZE, FORM_SIZE, chord_vocabulary
from antiphon.representations.prepared import load
from antiphon.training._monitor import Monitor
from antiphon.training._run import RunFolder
from antiphon.training.critic import told_apart
from antiphon.training.plan_critic import PlanCriticTraining, train_plan_critic, windows
from antiphon.training.progression import ProgressionBatches

TRAINING = PlanCriticTraining(
    n_iterations=60, n_takes=2, n_bars=8, batch_size=8, learning_rate=1e-2, log_every=20
)


@pytest.fixture(scope="module")
def batches(tiny_prepared) -> ProgressionBatches:
    data = load(tiny_prepared, "train")
    scale = torch.zeros(FORM_SIZE + CHORDS_SIZE), torch.ones(FORM_SIZE + CHORDS_SIZE)
    return ProgressionBatches(data, chord_vocabulary(data.bars), 8, scale)


def network(batches: ProgressionBatches, seed: int = 0) -> Progression:
    torch.manual_seed(seed)
    n = len(batches.vocabulary)
    return Progression(Config(n_chords=n, width=16, hidden=16)).eval()


def test_every_window_stands_beside_the_songs_own_chords(batches):
    told = windows(network(batches), batches, TRAINING, 1)
    assert told.made.shape == told.real.shape == (12, N_MEASURES)  # six songs, two windows of each
    assert not np.array_equal(told.made, told.real, equal_nan=True)
    again = windows(network(batches), batches, TRAINING, 1)
    assert np.array_equal(told.made, again.made, equal_nan=True)


def test_songs_that_are_shorter_than_eight_bars_are_left_out(batches):
    short = PlanCriticTraining(n_bars=7, n_takes=2)
    with pytest.raises(ValueError, match="no window"):
        windows(network(batches), batches, short, 1)


def trained(batches, folder, training=TRAINING, seed=0):
    run = RunFolder(folder)
    report = Monitor(run)
    writer = network(batches, seed)
    critic = train_plan_critic(writer, training, batches, batches, run, seed=2, report=report)
    report.close()
    return critic


def test_it_learns_to_tell_and_is_taken_from_the_run_for_the_same_network(batches, tmp_path):
    one, two = (trained(batches, tmp_path / name) for name in "ab")
    again = trained(batches, tmp_path / "a")
    for critic in (two, again):
        for name, value in one.state_dict().items():
            assert torch.equal(value, critic.state_dict()[name]), name
    assert told_apart(one, windows(network(batches), batches, TRAINING, 9)) > 0.9
    other = trained(batches, tmp_path / "a", seed=1)
    assert not torch.equal(one.straight.weight, other.straight.weight)


def test_without_iterations_there_is_none_and_without_time_it_does_not_begin(batches, tmp_path):
    assert trained(batches, tmp_path, PlanCriticTraining(n_iterations=0)) is None
    run = RunFolder(tmp_path)
    report = Monitor(run, deadline=0.0)
    with pytest.raises(AntiphonError, match="0 of 60 iterations of the plan_critic"):
        train_plan_critic(network(batches), TRAINING, batches, batches, run, seed=2, report=report)
    report.close()
