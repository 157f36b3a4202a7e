"""MuseGAN's measures against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics import musegan
from antiphon.music.piece import notes_of


def roll(*notes: tuple[int, int, int], steps: int = 32) -> np.ndarray:
    """A roll of (first 16th, 16ths, pitch) notes."""
    made = np.zeros((steps, 128), dtype=bool)
    for start, length, pitch in notes:
        made[start : start + length, pitch] = True
    return made


SILENCE = roll()


def test_half_of_two_bars_is_empty():
    assert musegan.empty_bars(roll((0, 4, 60)), 16) == 0.5


def test_every_bar_of_silence_is_empty():
    assert musegan.empty_bars(SILENCE, 16) == 1.0


def test_no_bars_have_no_share_of_empty_ones():
    assert math.isnan(musegan.empty_bars(roll(steps=8), 16))


def test_octaves_are_one_pitch_class_and_empty_bars_do_not_count():
    assert musegan.used_pitch_classes(roll((0, 2, 60), (2, 2, 72), (4, 2, 67)), 16) == 2.0


def test_a_sixteenth_is_not_qualified_and_an_eighth_is():
    assert musegan.qualified_notes(roll((0, 1, 60), (4, 2, 62), (8, 4, 64), (31, 1, 65))) == 0.5


def test_polyphony_is_the_mean_where_something_sounds():
    assert musegan.polyphony(roll((0, 2, 60), (0, 1, 64), (0, 1, 67))) == 2.0  # (3 + 1) / 2


def test_polyphonic_rate_counts_all_steps():
    assert musegan.polyphonic_rate(roll((0, 8, 60), (0, 8, 64), (0, 8, 67))) == 0.25


def test_drum_onsets_beside_a_sixteenth_count_three_tenths():
    onsets = [(0, 6, 36, 90), (6, 6, 36, 90), (7, 6, 36, 90), (15, 6, 36, 90)]
    assert musegan.drum_pattern(notes_of(onsets)) == pytest.approx((1 + 1 + 0.3 + 0) / 4)


def test_the_same_pitch_class_has_no_tonal_distance():
    assert musegan.tonal_distance(roll((0, 4, 60)), roll((0, 4, 72))) == pytest.approx(0)


def test_tonal_distance_of_a_semitone():
    # fifths 210°, minor thirds 270°, major thirds 120° (radius .5); a chord is 2 sin(angle / 2)
    expected = math.sqrt(
        (2 * math.sin(math.radians(105))) ** 2
        + (2 * math.sin(math.radians(135))) ** 2
        + (0.5 * 2 * math.sin(math.radians(60))) ** 2
    )
    assert musegan.tonal_distance(roll((0, 4, 60)), roll((0, 4, 61))) == pytest.approx(expected)


def test_tonal_distance_needs_a_beat_in_which_both_sound():
    assert math.isnan(musegan.tonal_distance(roll((0, 4, 60)), roll((4, 4, 60))))


@pytest.mark.parametrize(
    "value",
    [
        musegan.used_pitch_classes(SILENCE, 16),
        musegan.qualified_notes(SILENCE),
        musegan.polyphony(SILENCE),
        musegan.drum_pattern(notes_of()),
        musegan.tonal_distance(SILENCE, SILENCE),
        musegan.polyphonic_rate(SILENCE[:0]),
    ],
)
def test_silence_has_nothing_to_measure(value):
    assert math.isnan(value)
