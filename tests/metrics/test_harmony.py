"""Harmony against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics import harmony
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, notes_of

C = Key(0)


def roll(*notes: tuple[int, int, int], steps: int = 16) -> np.ndarray:
    made = np.zeros((steps, 128), dtype=bool)
    for start, length, pitch in notes:
        made[start : start + length, pitch] = True
    return made


def test_a_quarter_of_the_sound_is_outside_c_major():
    assert harmony.in_scale(roll((0, 12, 60), (12, 4, 61)), C) == 0.75


def test_the_leading_note_is_outside_natural_minor():
    assert harmony.in_scale(roll((0, 4, 69), (4, 4, 68)), Key(9, "minor")) == 0.5


def test_a_major_triad_is_found_and_fits_wholly():
    best, share = harmony.best_triads(np.bincount([2, 6, 9], minlength=12)[None].astype(float))
    assert (best[0], share[0]) == (2, 1.0)


def test_a_minor_triad_is_numbered_from_twelve():
    best, _ = harmony.best_triads(np.bincount([9, 0, 4], minlength=12)[None].astype(float))
    assert best[0] == 12 + 9


def test_silence_is_no_triad():
    best, share = harmony.best_triads(np.zeros((1, 12)))
    assert best[0] == -1
    assert math.isnan(share[0])


def test_triad_fit_averages_half_bars():
    c_major = [(0, 8, p) for p in (60, 64, 67)]
    cluster = [(8, 8, p) for p in (60, 61, 62, 63)]  # at most two of four are in one triad
    assert harmony.triad_fit(roll(*c_major, *cluster), 16) == pytest.approx((1 + 0.5) / 2)


def test_two_changes_in_two_bars_are_one_a_bar():
    notes = [(0, 16, p) for p in (60, 64, 67)] + [(16, 8, p) for p in (65, 69, 72)]
    notes += [(24, 8, p) for p in (67, 71, 74)]
    assert harmony.chord_changes(roll(*notes, steps=32), 16) == 1.0


def test_chord_tones_weigh_by_the_time_they_sound():
    chords = [ChordSpan(0, 96, Chord(0)), ChordSpan(96, 96, Chord(7)), ChordSpan(192, 96, None)]
    # C sounds 24 under C (in) and 24 under G (out); B 24 under G (in); 96 under no chord
    notes = notes_of([(72, 48, 60, 90), (120, 24, 71, 90), (192, 96, 61, 90)])
    assert harmony.chord_tone_share(notes, chords) == pytest.approx(48 / 72)


def test_interval_classes_of_a_seventh_chord():
    # C E G B: C–E 4, C–G 5, C–B 1, E–G 3, E–B 5, G–B 4
    shares = harmony.interval_classes(roll(*((0, 4, p) for p in (60, 64, 67, 71))))
    assert shares == pytest.approx(np.array([0, 1, 0, 1, 2, 2, 0]) / 6)


def test_octaves_are_pairs_of_class_zero_and_tritones_count_once():
    shares = harmony.interval_classes(roll((0, 4, 60), (0, 4, 72), (0, 4, 66)))
    assert shares == pytest.approx(np.array([1, 0, 0, 0, 0, 0, 2]) / 3)
    assert harmony.dissonance(roll((0, 4, 60), (0, 4, 72), (0, 4, 66))) == pytest.approx(2 / 3)


def test_the_lowest_sounding_pitch_class_is_the_bass():
    shares = harmony.lowest_degrees(roll((0, 12, 48), (0, 16, 64)))
    assert (shares[0], shares[4]) == (0.75, 0.25)


@pytest.mark.parametrize(
    ("scale", "tonic", "mean"),
    [
        ((0, 2, 4, 5, 7, 9, 11), 0, 2.0),  # C major: −1 … 5 fifths above C
        ((0, 2, 4, 5, 7, 9, 11), 9, -1.0),  # the same from A: −4 … 2
        ((0, 2, 4, 6, 7, 9, 11), 0, 3.0),  # Lydian: 0 … 6
        ((0,), 0, 0.0),
    ],
    ids=["major", "natural minor", "Lydian", "the tonic alone"],
)
def test_modes_are_ordered_from_dark_to_bright(scale, tonic, mean):
    notes = notes_of((24 * i, 24, 60 + p, 80) for i, p in enumerate(scale))
    assert harmony.brightness(notes, Key(tonic)) == pytest.approx(mean)


def test_silence_has_no_harmony():
    silent = roll()
    values = [
        harmony.in_scale(silent, C),
        harmony.triad_fit(silent, 16),
        harmony.chord_changes(silent, 16),
        harmony.chord_tone_share(notes_of(), [ChordSpan(0, 96, Chord(0))]),
        harmony.dissonance(silent),
        harmony.brightness(notes_of(), C),
        *harmony.scale_degrees(silent),
        *harmony.lowest_degrees(silent),
    ]
    assert all(math.isnan(v) for v in values)
