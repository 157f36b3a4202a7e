"""The map: where pieces lie, what is near, and what is written at a place."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
import pytest
import torch

from antiphon.errors import AntiphonError
from antiphon.formats.mid import to_bytes
from antiphon.inference import wander as map_of
from antiphon.inference._chart import N_BARS, Chart, Landmark, landmark
from antiphon.inference.wander import charted, surveyed, wander
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece, Track, notes_of
from antiphon.music.plan import Plan

pytestmark = pytest.mark.usefixtures("tiny_ensemble")


def mark(across: float, up: float, *, density: float = 4, pitch: float = 60) -> Landmark:
    """Return a landmark whose latents are these two numbers, and one that all share."""
    return Landmark(
        np.full((N_BARS, 4, 3), int(10 * across) % 12, np.uint8),
        torch.tensor([[across, up, 1.0]]).repeat(N_BARS, 1),
        np.array([[density, pitch, 0.0]]).repeat(N_BARS, axis=0),
        Key(0),
        Metre(0),
        100.0,
        0.5,
    )


@pytest.fixture
def square() -> Chart:
    """Five landmarks: four corners of what latents they have, and one in the middle."""
    corners = [mark(-2, -1), mark(2.2, -1.1, density=12), mark(-2.1, 1.2, pitch=72),
               mark(2.3, 1.3, density=12, pitch=72), mark(0, 0)]  # fmt: skip
    return Chart.of(corners)


@pytest.fixture
def draw(monkeypatch):
    """A function that draws a small map once."""
    monkeypatch.setattr(map_of, "N_LANDMARKS", 5)
    return lru_cache(partial(charted, plan=Plan()))


def test_landmarks_fill_the_map_in_order_with_denser_ones_right_and_higher_ones_above(square):
    assert square.places[4] == pytest.approx([0.5, 0.5])
    left, right, above, both = square.places[:4]
    assert max(left[0], above[0]) < 0.5 < min(right[0], both[0])
    assert max(left[1], right[1]) < 0.5 < min(above[1], both[1])
    for axis in (0, 1):
        assert sorted(square.places[:, axis]) == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])


def test_a_piece_lies_where_its_latents_do_and_never_outside(square):
    assert square.place(mark(0, 0)) == pytest.approx([0.5, 0.5])
    assert square.place(mark(50, -50)) == pytest.approx([0.9, 0.1])
    assert square.holding([mark(0, 0)]).places[5] == pytest.approx([0.5, 0.5])


def test_at_a_landmark_it_alone_counts_and_in_between_near_ones_share(square):
    assert square.shares(square.places) == pytest.approx(np.eye(5), abs=1e-6)
    shares = square.shares(np.array([[0.45, 0.5], [0.0, 0.0], [0.7, 0.2]]))
    assert shares.sum(axis=1) == pytest.approx([1, 1, 1])
    assert shares[0].argmax() == 4 and (shares[:, :] >= 0).all()
    assert ((shares > 1e-6).sum(axis=1) <= 3).all()  # the fourth nearest has no say any more


def test_shares_change_little_with_a_small_step(square):
    line = np.stack([np.linspace(0, 1, 401), np.linspace(0.1, 0.8, 401)], axis=1)
    steps = np.abs(np.diff(square.shares(line), axis=0)).sum(axis=1)
    assert steps.max() < 0.1  # over the whole way several landmarks come and go: 1 each


def test_bars_come_two_by_two_in_proportion(square):
    shares = np.array([0.5, 0.5, 0, 0, 0])
    parts = Chart.parts(_Saying(shares), np.zeros((1, 2)))[0]
    # the pairs' turns are 1/2, 1/4, 3/4, 1/8 of the way, each within .1 either side
    assert parts[::2, 1] == pytest.approx([0.5, 0.0, 1.0, 0.0])
    assert parts[1::2] == pytest.approx(parts[::2])
    assert parts.sum(axis=1) == pytest.approx(np.ones(N_BARS))


class _Saying:
    def __init__(self, shares):
        self.shares = lambda at: shares[None]


def test_measures_of_a_place_are_those_of_the_bars_that_meet_there(square):
    found = square.measured(square.places)
    assert found[:, 0] == pytest.approx([4, 12, 4, 12, 4])
    assert found[:, 1] == pytest.approx([60, 60, 72, 72, 60])


def test_at_a_landmark_its_own_latents_and_chords_are_written(square):
    latents, chords, _ = square.bars(square.places[1])
    assert torch.allclose(latents, square.landmarks[1].latents, atol=1e-4)
    assert (chords == square.landmarks[1].chords).all()


def test_a_landmark_is_a_piece_in_the_home_key(song, tiny_ensemble):
    low, high = (landmark(song(1, 4, tonic=tonic), Plan(), tiny_ensemble) for tonic in (0, 5))
    assert (low.chords == high.chords).all()  # C and F major, the same tune and chords
    assert len(low.chords) == N_BARS and (low.chords[:4] == low.chords[4:]).all()  # goes round
    assert low.measures[0, 0] == 4 + 1 + 3 + 4  # melody, counter, three tones, bass


def test_eight_bars_are_written_in_the_pieces_key_and_again_by_the_same_seed(song, draw):
    piece = song(1, 4, tonic=7)
    made = [wander(piece, 0.3, y, plan=Plan(seed=seed), draw=draw)[0]
            for y, seed in ((0.6, 1), (0.6, 1), (0.6, 2), (0.1, 1))]  # fmt: skip
    assert {one.piece.n_bars for one in made} == {N_BARS}
    assert {one.plan.key for one in made} <= {"G major", "E minor"}
    files = [to_bytes(one.piece) for one in made]
    assert files[0] == files[1]
    assert len(set(files)) == 3
    assert "model: pop" in made[0].piece.provenance


def test_a_survey_finds_the_pieces_and_measures_the_map(song, draw):
    drums = Piece([Track("Kit", is_drum=True, notes=notes_of([(0, 6, 36, 90)]))])
    found = surveyed([song(1, 4), song(2, 4), drums], draw)
    assert len(found.landmarks) == 5
    assert all(0 <= c <= 1 for c in found.pieces[0]) and len(found.pieces[1]) == 2
    assert found.pieces[2] is None
    assert set(found.field) == {"density", "register", "minor"}
    assert len(found.field["density"]) == len(found.field["density"][0]) == 24
    assert len(set(found.axes)) == 2


@pytest.mark.parametrize("place", [(1.2, 0.5), (0.5, -0.1), (float("nan"), 0.5)])
def test_a_place_beside_the_map_is_refused(song, place):
    with pytest.raises(AntiphonError, match="from 0,0 to 1,1"):
        wander(song(1, 4), *place)


def test_a_piece_of_drums_has_no_place(draw):
    drums = Piece([Track("Kit", is_drum=True, notes=notes_of([(0, 6, 36, 90)]))])
    with pytest.raises(AntiphonError, match="more than drums"):
        wander(drums, 0.5, 0.5, draw=draw)
