"""Interpolation: both ends are the pieces, what lies between is between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from antiphon.errors import AntiphonError
from antiphon.formats.mid import to_bytes
from antiphon.inference._between import End, bars_at, key_at, place, slerped, tempo_at
from antiphon.inference._given import understand
from antiphon.inference.interpolate import interpolate
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece, Section, Track, notes_of
from antiphon.music.plan import Plan

pytestmark = pytest.mark.usefixtures("tiny_ensemble")


@pytest.fixture
def ends(song):
    """A function that makes an end of a song: C major, 8 bars, unless said otherwise."""

    def made(n_bars: int = 8, seed: int = 0, key: Key | None = None) -> End:
        given = understand(song(seed, n_bars), Plan(key=str(key or Key(0))))
        half = n_bars // 2
        sections = [Section(0, half, "A"), Section(half, half, "B")]
        stretch = replace(given.stretches[0], sections=sections)
        return End(given, stretch, torch.zeros(n_bars, 4))

    return made


def test_latents_go_along_the_circle():
    east, north = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    half = slerped(east, north, 0.5, (2,))
    assert torch.allclose(half, torch.full((2,), 0.5**0.5), atol=1e-5)
    third = slerped(east, north, 1 / 3, (2,))  # 30 degrees
    assert torch.allclose(third, torch.tensor([0.75**0.5, 0.5]), atol=1e-5)


def test_each_part_goes_along_its_own_circle_and_arrives():
    a, b = torch.randn(5, 6), torch.randn(5, 6)
    assert torch.allclose(slerped(a, b, 0.0, (2, 4)), a, atol=1e-4)
    assert torch.allclose(slerped(a, b, 1.0, (2, 4)), b, atol=1e-4)
    still = torch.cat([a[:, :2], b[:, 2:]], dim=1)
    assert torch.allclose(slerped(a, still, 0.5, (2, 4))[:, :2], a[:, :2], atol=1e-4)


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        (Key(0), Key(2), ["C major", "G major", "D major"]),  # along the circle of fifths
        (Key(0), Key(9, "minor"), ["C major", "A minor", "A minor"]),  # the same notes
        (Key(0), Key(0, "minor"), ["C major", "G minor", "C minor"]),  # home: C, B flat, E flat
    ],
    ids=["up two fifths", "relative", "parallel"],
)
def test_the_tonic_moves_along_the_circle_of_fifths(first, second, keys, ends):
    a, b = ends(key=first), ends(key=second)
    assert [str(key_at(a, b, share)) for share in (0.0, 0.5, 1.0)] == keys


def test_lengths_and_tempo_lie_between(ends):
    short, long = ends(8), ends(16, seed=2)  # 90 and 110 a minute
    assert [len(place(short, long, share).at_first) for share in (0.0, 0.5, 1.0)] == [8, 12, 16]
    assert tempo_at(short, long, 0.5) == pytest.approx((90 * 110) ** 0.5)


def test_sections_of_two_pieces_go_over_one_by_one(ends):
    short, long = ends(8), ends(16)  # two sections each
    where = place(short, long, 0.5)
    assert where.at_first.tolist() == [0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7]
    assert where.sections == [Section(0, 6, "A"), Section(6, 6, "B")]


def test_four_bars_go_over_together_and_some_earlier_than_others(ends):
    where = [place(ends(16), ends(16), share).gone() for share in (0.0, 0.35, 0.5, 1.0)]
    assert not where[0].any() and (where[3] == 1).all()
    # they set out at 0.7 · (1/2, 1/4, 3/4, 1/8) of the way and take 0.3 of it
    assert where[1] == pytest.approx(np.repeat([0.0, 0.583, 0.0, 0.875], 4), abs=0.001)
    assert where[2] == pytest.approx(np.repeat([0.5, 1.0, 0.0, 1.0], 4), abs=0.001)


def test_chords_go_over_with_their_bars_and_stay_in_the_key(ends):
    a, b = ends(16), ends(16, key=Key(2))
    b.stretch.bars["chords"][:] = (2, 0, 2)  # D major, the tonic, throughout
    at_home = []
    for share in (0.0, 0.35, 0.6, 1.0):
        key = key_at(a, b, share)
        bars = bars_at(a, b, place(a, b, share), key)
        at_home.append(((bars["chords"][:, 0, 0].astype(int) - key.tonic) % 12).tolist())
    loop, still = [0, 9, 5, 7], [0, 0, 0, 0]
    assert at_home == [loop * 4, (loop + still) * 2, [*still, *still, *loop, *still], still * 4]


def test_both_ends_are_the_pieces_and_the_others_are_new(song):
    first, second = song(1, 4), song(2, 4, tonic=7)
    told = []
    path = interpolate(first, second, 4, plan=Plan(seed=3), progress=told.append)
    assert len(path) == 4 and told == [2, 3]
    assert path[0].piece is first and path[3].piece is second
    for made in path[1:3]:
        assert made.piece.n_bars == 4 and made.piece.n_notes
        assert "model: pop" in made.piece.provenance
        assert {t.role for t in made.piece.tracks} == {
            "melody", "counter", "chords", "bass", "drums",
        }  # fmt: skip


def test_equal_seeds_give_equal_paths(song):
    pieces = song(1, 4), song(2, 4)
    paths = [interpolate(*pieces, 3, plan=Plan(seed=seed))[1].piece for seed in (1, 1, 2)]
    assert to_bytes(paths[0]) == to_bytes(paths[1]) != to_bytes(paths[2])


def drums_only() -> Piece:
    rows = [(24 * i, 6, 36, 90) for i in range(16)]
    return Piece([Track("Loop", is_drum=True, notes=notes_of(rows))])


def test_what_cannot_be_is_said_in_a_sentence(song):
    waltz = replace(song(1, 4), metres=[Metre(0, 3, 4)])
    with pytest.raises(AntiphonError, match="4/4, the second in 3/4"):
        interpolate(song(1, 4), waltz)
    with pytest.raises(AntiphonError, match="more than drums"):
        interpolate(song(1, 4), drums_only())
    with pytest.raises(AntiphonError, match="3 to 64 pieces"):
        interpolate(song(1, 4), song(2, 4), 2)
    with pytest.raises(AntiphonError, match="no notes"):
        interpolate(song(1, 4), Piece())


def test_a_part_that_only_one_piece_has_is_on_the_way(song):
    alone = song(1, 4)
    alone.tracks = [t for t in alone.tracks if t.role == "melody"]
    made = interpolate(alone, song(2, 4), 3)[1].piece
    assert {"melody", "bass", "chords"} <= {t.role for t in made.tracks}
    assert np.all([t.program == 0 for t in made.tracks if not t.is_drum])
