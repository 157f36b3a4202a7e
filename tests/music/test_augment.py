"""Changes of a piece, worked by hand on two bars, and drawn ones."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.music.augment import (
    Augmentation,
    faster,
    octaves_jittered,
    rotated,
    transposed,
    velocities_jittered,
    without_some_tracks,
)
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Section, Tempo, Track, notes_of

BAR = 96


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def small() -> Piece:
    """A bar of 4/4 and a bar of 3/4; the first note lasts into the second bar."""
    return Piece(
        [
            Track("Melody", notes=notes_of([(0, 120, 60, 90), (BAR, 24, 62, 80)])),
            Track("Drums", is_drum=True, notes=notes_of([(24, 6, 36, 100)])),
        ],
        tempos=[Tempo(0, 100.0), Tempo(BAR, 50.0)],
        metres=[Metre(0), Metre(BAR, 3, 4)],
        keys=[KeyMark(0, Key(7))],
        chords=[ChordSpan(0, BAR + 24, Chord(7, "m")), ChordSpan(BAR + 24, 48, None)],
        sections=[Section(0, 2, "A")],
    )


def rows(track: Track) -> list[tuple[int, ...]]:
    return [tuple(row) for row in track.notes.tolist()]


def test_transposition_moves_pitches_chords_and_key_and_no_drums():
    moved = transposed(small(), -8)
    assert rows(moved.tracks[0]) == [(0, 120, 52, 90), (BAR, 24, 54, 80)]
    assert rows(moved.tracks[1]) == [(24, 6, 36, 100)]
    assert (moved.keys[0].key, moved.chords[0].chord) == (Key(11), Chord(11, "m"))
    assert moved.chords[1].chord is None


@pytest.mark.parametrize(
    ("pitch", "semitones", "expected"), [(125, 5, 118), (3, -5, 10), (125, 2, 127), (127, 36, 127)]
)
def test_what_would_leave_the_keyboard_stays_in_the_nearest_octave(pitch, semitones, expected):
    piece = Piece([Track("a", notes=notes_of([(0, 24, pitch, 90)]))])
    assert transposed(piece, semitones).tracks[0].notes["pitch"].tolist() == [expected]


def test_twice_as_fast_takes_half_the_time():
    assert faster(small(), 2).duration_s == pytest.approx(small().duration_s / 2)
    assert [t.bpm for t in faster(small(), 2).tempos] == [200, 100]


def test_rotation_takes_tempo_metre_chords_and_sections_along():
    """The bar of 3/4 (72 steps) comes first; the long note ends with its bar."""
    turned = rotated(small(), 1)
    assert rows(turned.tracks[0]) == [(0, 24, 62, 80), (72, 96, 60, 90)]
    assert rows(turned.tracks[1]) == [(96, 6, 36, 100)]
    assert turned.tempos == [Tempo(0, 50.0), Tempo(72, 100.0)]
    assert turned.metres == [Metre(0, 3, 4), Metre(72)]
    assert turned.keys == [KeyMark(0, Key(7)), KeyMark(72, Key(7))]
    assert turned.chords == [
        ChordSpan(0, 24, Chord(7, "m")),
        ChordSpan(24, 48, None),
        ChordSpan(72, BAR, Chord(7, "m")),
    ]
    assert turned.sections == [Section(0, 1, "A"), Section(1, 1, "A")]
    assert turned.bar_starts().tolist() == [0, 72, 168]


def test_rotating_once_round_gives_the_piece_again(song):
    piece = song(1, 8)
    back = rotated(rotated(piece, 3), 5)
    assert [rows(t) for t in back.tracks] == [rows(t) for t in piece.tracks]
    assert [rows(t) for t in rotated(piece, 8).tracks] == [rows(t) for t in piece.tracks]


def test_octaves_move_whole_tracks_and_no_drums():
    moved = octaves_jittered(small(), 1, rng())
    assert abs(int(moved.tracks[0].notes["pitch"][0]) - 60) == 12
    assert np.ptp(moved.tracks[0].notes["pitch"]) == 2
    assert rows(moved.tracks[1]) == rows(small().tracks[1])
    assert rows(octaves_jittered(small(), 0, rng()).tracks[0]) == rows(small().tracks[0])


@pytest.mark.parametrize(("pitch", "expected"), [(120, 108), (5, 17)])
def test_an_octave_that_is_not_there_is_taken_the_other_way(pitch, expected):
    piece = Piece([Track("a", notes=notes_of([(0, 24, pitch, 90)]))])
    for seed in range(4):
        moved = octaves_jittered(piece, 1, rng(seed))
        assert moved.tracks[0].notes["pitch"].tolist() == [expected]


def test_velocities_are_moved_by_their_spread_and_stay_audible():
    many = notes_of([(i, 1, 60, 64) for i in range(4000)])
    moved = velocities_jittered(Piece([Track("a", notes=many)]), 6, rng()).tracks[0].notes
    assert moved["velocity"].std() == pytest.approx(6, rel=0.05)
    assert moved["velocity"].mean() == pytest.approx(64, abs=0.5)
    wild = velocities_jittered(Piece([Track("a", notes=many)]), 500, rng()).tracks[0].notes
    assert (wild["velocity"].min(), wild["velocity"].max()) == (1, 127)


def test_tracks_are_left_out_and_one_stays(song):
    assert len(without_some_tracks(song(0), 1, rng()).tracks) == 1
    assert len(without_some_tracks(song(0), 0, rng()).tracks) == 5
    assert without_some_tracks(Piece(), 1, rng()).tracks == []


def test_equal_seeds_draw_equal_pieces_and_leave_the_given_one_alone(song):
    piece, again = song(2), song(2)
    one, told = Augmentation()(piece, rng(5))
    same, _ = Augmentation()(again, rng(5))
    other, _ = Augmentation()(piece, rng(6))
    assert [rows(t) for t in one.tracks] == [rows(t) for t in same.tracks]
    assert [rows(t) for t in one.tracks] != [rows(t) for t in other.tracks]
    assert [rows(t) for t in piece.tracks] == [rows(t) for t in song(2).tracks]
    assert "tempo ×" in told


def test_what_was_changed_is_told(song):
    every = Augmentation(rotate_share=1, drop_share=0.5, octave_share=1)
    changed, told = every(song(2), rng(1))
    left = {track.name for track in changed.tracks}
    gone = [track.name for track in song(2).tracks if track.name not in left]
    assert f"without {' and '.join(gone)}" in told
    away = [track.name for track in changed.tracks if not track.is_drum]
    assert f"{' and '.join(away)} an octave away" in told


def test_an_augmentation_of_nothing_changes_nothing(song):
    nothing = Augmentation(
        semitones=0, tempo=1, octave_share=0, velocity_spread=0, rotate_share=0, drop_share=0
    )
    for piece in (song(3), Piece(), Piece([Track("a")])):
        same, _ = nothing(piece, rng())
        assert [rows(t) for t in same.tracks] == [rows(t) for t in piece.tracks]
        assert same.tempos == piece.tempos


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: transposed(small(), 40), "40 semitones: give −36 to 36"),
        (lambda: faster(small(), 9), "A tempo of 9 times"),
        (lambda: Augmentation(tempo=0.5), "tempo 1 to 4"),
        (lambda: Augmentation(drop_share=2), "Shares must be 0 to 1"),
    ],
)
def test_what_is_out_of_range_is_told(act, said):
    with pytest.raises(AntiphonError, match=said):
        act()
