"""Rolls, conditions and controls equal the notes and chords they are made of."""

from __future__ import annotations

import numpy as np

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Section, Track, notes_of
from antiphon.representations.bars import NO_CHORD, QUALITY_NAMES, encode
from antiphon.representations.rolls import (
    CONDITION_SIZE,
    N_PITCHES,
    chord_features,
    conditions_of,
    controls_of,
    fold,
    rolls_of,
    same_place,
)


def unpacked(piece: Piece) -> np.ndarray:
    bars, notes, _ = encode(piece)
    return rolls_of(bars, notes).unpacked(np.arange(len(bars)))


def cells(roll: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(int(x) for x in cell) for cell in np.argwhere(roll > 0)}


def test_rolls_are_the_notes():
    piece = Piece(
        [
            Track("Melody", notes=notes_of([(24, 12, 72, 127)]), role="melody"),
            Track("Bass", notes=notes_of([(72, 48, 36, 64)]), role="bass"),
        ]
    )
    roll = unpacked(piece)
    assert roll.shape == (2, 4, 24, 2 * N_PITCHES + 1)
    # melody: slot 6, three slots long, pitch 72 is row 48; bass over the bar line on row 12
    assert cells(roll[..., :N_PITCHES]) == {(0, 0, 6, 48), (0, 3, 18, 12)}
    held = {(0, 0, s, 48) for s in (6, 7, 8)}
    held |= {(0, 3, s, 12) for s in range(18, 24)} | {(1, 3, s, 12) for s in range(6)}
    assert cells(roll[..., N_PITCHES:-1]) == held
    assert roll[0, 0, 6, -1] == 1.0 and np.isclose(roll[0, 3, 18, -1], 64 / 127)
    assert np.count_nonzero(roll[..., -1]) == 2


def test_slots_that_the_metre_does_not_use_stay_empty():
    piece = Piece(
        [Track("Melody", notes=notes_of([(48, 48, 60, 80)]), role="melody")],
        metres=[Metre(0, 3)],
    )
    roll = unpacked(piece)
    held = {(0, 0, s, 36) for s in range(12, 18)} | {(1, 0, s, 36) for s in range(6)}
    assert cells(roll[..., N_PITCHES:-1]) == held


def test_notes_do_not_sound_on_across_a_gap_or_into_another_song():
    first, second = ([(72, 240, 60, 80)], [(0, 24, 60, 80)])
    one = encode(Piece([Track("Melody", notes=notes_of(first), role="melody")]))
    two = encode(Piece([Track("Melody", notes=notes_of(second), role="melody")]))
    one_bars = one[0][:1]  # the second bar of the first song is not there
    two[0]["piece"], two[0]["note_start"] = 1, 1
    both = np.concatenate([one_bars, two[0]]), np.concatenate([one[1], two[1]])
    roll = rolls_of(*both).unpacked(np.arange(2))
    assert cells(roll[1, 0, :, N_PITCHES:-1]) == {(s, 36) for s in range(6)}


def test_every_key_is_moved_home():
    piece = Piece(
        [Track("Melody", notes=notes_of([(0, 24, 67, 80)]), role="melody")],
        keys=[KeyMark(0, Key(7))],
    )
    # G in G major becomes C, a fourth up: 67 + 5 − 24
    assert cells(unpacked(piece)[0, 0, :, :N_PITCHES]) == {(0, 48)}


def test_pitches_outside_the_roll_are_moved_by_octaves():
    assert fold(np.array([24, 95, 23, 12, 96, 127])).tolist() == [0, 71, 11, 0, 60, 67]


def test_no_bars_give_no_rolls():
    bars, notes, _ = encode(Piece())
    assert rolls_of(bars[:0], notes).onset.shape == (0, 4, 24, 9)


def chord_rows(*chords: tuple[int, str, int] | None) -> np.ndarray:
    rows = [
        (NO_CHORD,) * 3 if c is None else (c[0], QUALITY_NAMES.index(c[1]), c[2]) for c in chords
    ]
    return np.array([rows], np.uint8)


def test_chroma_of_chords_by_hand():
    rows = chord_rows((7, "7", 11), (0, "", 0), (0, "", 2), None)
    features = chord_features(rows, np.zeros(1, np.int64))[0]
    assert np.flatnonzero(features[0]).tolist() == [2, 5, 7, 11, 12 + 11]
    assert np.flatnonzero(features[1]).tolist() == [0, 4, 7, 12]
    assert np.flatnonzero(features[2]).tolist() == [0, 2, 4, 7, 12 + 2]
    assert np.flatnonzero(features[3]).tolist() == [24]


def test_chords_are_moved_with_their_key():
    in_d = chord_features(chord_rows(*[(9, "7", 1)] * 4), np.array([-2]))
    in_c = chord_features(chord_rows(*[(7, "7", 11)] * 4), np.array([0]))
    assert np.array_equal(in_d, in_c)


def test_conditions_tell_metre_mode_section_and_place():
    piece = Piece(
        [Track("Melody", notes=notes_of([(0, 288, 60, 80)]), role="melody")],
        metres=[Metre(0, 3)],
        keys=[KeyMark(0, Key(9, "minor"))],
        chords=[ChordSpan(0, 288, Chord(9, "m"))],
        sections=[Section(0, 1, "intro"), Section(1, 3, "A")],
    )
    bars, _, _ = encode(piece)
    at = np.arange(4)
    told = conditions_of(bars, at, 3 - at)
    assert told.shape == (4, CONDITION_SIZE) == (4, 116)
    assert np.flatnonzero(told[2, :25]).tolist() == [0, 4, 9, 12 + 9]
    assert told[2, 100:104].tolist() == [0, 0, 1, 0]  # three beats
    assert told[2, 104:106].tolist() == [0, 1]  # simple, minor
    assert told[0, 106:109].tolist() == [0, 1, 0]  # intro
    assert told[2, 106:109].tolist() == [1, 0, 0]
    # the second of three bars: not first, not last, 1 bar after, 1 before, bar 2, 1 to the end
    assert told[2, 109:115].tolist() == [0, 0, 1 / 8, 1 / 8, 2 / 8, 1 / 8]
    assert np.isclose(told[2, 115], np.log2(1.2))


def test_bars_at_the_same_place_of_a_returning_section():
    section, offset = np.array([0, 0, 1, 0, 0]), np.array([0, 1, 0, 0, 1])
    pairs = {tuple(p) for p in np.argwhere(same_place(section, offset)).tolist()}
    assert pairs == {(i, i) for i in range(5)} | {(0, 3), (3, 0), (1, 4), (4, 1)}
    both = same_place(np.stack([section, section[::-1]]), np.stack([offset, offset[::-1]]))
    assert np.array_equal(both[0], same_place(section, offset))
    assert np.array_equal(both[1], same_place(section, offset)[::-1, ::-1])


def test_controls_count_notes_and_tell_loudness_and_register():
    piece = Piece(
        [
            Track("Melody", notes=notes_of([(0, 24, 60, 127), (24, 24, 84, 127)]), role="melody"),
            Track("Bass", notes=notes_of([(0, 24, 36, 0 + 64)]), role="bass"),
            Track("Kit", is_drum=True, notes=notes_of([(0, 6, 38, 1)]), role="drums"),
        ],
        n_bars_asked=2,
    )
    controls = controls_of(*encode(piece)[:2])
    assert controls[0, :4].tolist() == [2, 0, 0, 1]
    assert np.isclose(controls[0, 4], (1 + 1 + 64 / 127) / 3)
    assert controls[0, 5] == 1.0  # an octave above C4, on average
    assert controls[1, :4].tolist() == [0, 0, 0, 0] and np.isnan(controls[1, 4:]).all()
