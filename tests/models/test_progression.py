"""Chords are written for many pieces side by side."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.models.progression import Config, Progression, write_progression
from antiphon.representations.bars import BAR, MAX_BEATS
from antiphon.representations.outline import HALF_SIZE
from antiphon.representations.progression import SILENT, Frame, frame_of

N_CHORDS, N_BARS = 5, 6


@pytest.fixture
def network() -> Progression:
    torch.manual_seed(0)
    return Progression(Config(n_chords=N_CHORDS, width=8, hidden=8)).eval()


def frame(n_pieces: int, n_beats: int = 4) -> Frame:
    bars = np.zeros(n_pieces * N_BARS, BAR)
    bars["piece"] = np.repeat(np.arange(n_pieces), N_BARS)
    bars["number"] = np.tile(np.arange(N_BARS), n_pieces)
    bars["n_beats"], bars["section_bars"] = n_beats, N_BARS
    return frame_of(bars, bars["number"], N_BARS - 1 - bars["number"])


def written(network: Progression, n_pieces: int, n_beats: int = 4, **more: object) -> np.ndarray:
    outline = torch.zeros(n_pieces, N_BARS, 2 * HALF_SIZE)
    rng = np.random.default_rng(3)
    return write_progression(network, outline, frame(n_pieces, n_beats), rng, **more)


def test_every_piece_has_chords_of_its_own_and_never_silence(network):
    found = written(network, 3)
    assert found.shape == (3, N_BARS, MAX_BEATS)
    assert (found > SILENT).all() and (found < N_CHORDS + 2).all()
    assert len({piece.tobytes() for piece in found}) == 3


def test_beats_that_the_metre_has_not_go_on(network):
    found = written(network, 2, n_beats=3)
    assert (found[..., 3] == found[..., 2]).all()


def test_all_pieces_lean_to_what_is_heard(network):
    lean = np.zeros((N_BARS, MAX_BEATS, N_CHORDS), np.float32)
    lean[:3, :, 1] = lean[3:, :, 4] = 50
    found = written(network, 2, lean=lean)
    assert (found[:, :3] == 1 + 2).all() and (found[:, 3:] == 4 + 2).all()
