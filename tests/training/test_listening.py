"""What a scribe writes for held-out plans: the same each time, and measured beside real windows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.metrics.bars import MEASURES
from antiphon.models._coder import Coder, CoderConfig
from antiphon.representations import score as scores
from antiphon.representations.prepared import load
from antiphon.representations.writing import Writing
from antiphon.training import _listening
from antiphon.training._listening import N_WINDOWS, Listener
from antiphon.training._score_batches import ScoreBatches
from antiphon.training._segments import Segments


class Shown:
    """Keeps what would be seen."""

    def __init__(self) -> None:
        self.rolls: list[np.ndarray] = []

    def show(self, stage: str, iteration: int, rolls: np.ndarray) -> None:
        self.rolls.append(rolls)


@pytest.fixture(scope="module")
def batches(tiny_prepared) -> ScoreBatches:
    torch.manual_seed(0)
    sizes = CoderConfig(latent_sizes=(6, 6, 6, 6), slot_width=4, hidden=8, head=8)
    coder = Coder(sizes).requires_grad_(False)
    return ScoreBatches(Segments(load(tiny_prepared, "train"), coder, 8), 8)


def test_the_same_scribe_writes_the_same_and_another_does_not(batches, untrained_scribe):
    board = Shown()
    listen = Listener(batches, 1, board)
    scribe = untrained_scribe()
    one, two = listen("scribe", 0, scribe), listen("scribe", 5, scribe)
    assert one == two and np.array_equal(board.rolls[0], board.rolls[1])
    with torch.no_grad():
        scribe.to_cell[-1].bias[scores.END] += 2  # fewer notes
    other = listen("scribe", 9, scribe)
    assert other["music/notes_in_the_bar"] < one["music/notes_in_the_bar"]
    assert board.rolls[0].shape == (2, 8, 4, 24, 145)


def test_real_windows_are_at_no_distance_from_themselves(batches, untrained_scribe, monkeypatch):
    listen = Listener(batches, 1, Shown())

    def play_real(*_: object) -> Writing:
        """Write what stands in the real windows."""
        n = batches.n_bars
        writing = Writing(24, np.full((N_WINDOWS, n), -1))
        for piece, first in enumerate(listen._firsts.tolist()):
            score = batches.laid.score.of(slice(first, first + n))
            for bar in range(n):
                for at in range(score.start[bar], score.start[bar + 1] - 1):
                    note = (score.cell, score.row, score.duration, score.loudness)
                    writing.write(np.array([piece]), *(column[at : at + 1] for column in note))
                writing.end_bar(np.array([piece]))
        return writing

    monkeypatch.setattr(_listening, "write", play_real)
    scalars = listen("scribe", 0, untrained_scribe())
    assert scalars["music/frechet"] == pytest.approx(0, abs=1e-6)
    named = [name.replace(" ", "_") for name in MEASURES]
    found = [name for name in named if f"real/{name}" in scalars]
    assert len(found) > 4
    for name in found:
        assert scalars[f"music/{name}"] == pytest.approx(scalars[f"real/{name}"])
