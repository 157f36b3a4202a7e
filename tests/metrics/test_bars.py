"""Measures of single bars, worked by hand, and what is usual."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.metrics.bars import MEASURES, Habits, habits_of, measure_bars, widest_leaps

P = 24  # pitches, from a C on


def rolls(*notes: tuple[int, int, int, int, int], n_bars: int = 1) -> np.ndarray:
    """(bar, part, slot, pitch above the lowest C, slots held)."""
    roll = np.zeros((n_bars, 4, 24, 2 * P + 1), np.float32)
    for bar, part, slot, pitch, held in notes:
        roll[bar, part, slot, pitch] = 1
        roll[bar, part, slot : slot + held, P + pitch] = 1
    return roll


def chroma(*tones: int, n_bars: int = 1) -> np.ndarray:
    out = np.zeros((n_bars, 4, 12), np.float32)
    out[..., list(tones)] = 1
    return out


def measures(roll: np.ndarray, tones: np.ndarray, n_slots: int = 24) -> dict[str, list[float]]:
    return {
        name: column.tolist()
        for name, column in zip(MEASURES, measure_bars(roll, tones, n_slots).T, strict=True)
    }


def test_a_bar_by_hand():
    # melody: C and, a tritone up, F sharp, half of the bar each; chords: C and E all the time
    roll = rolls((0, 0, 0, 12, 12), (0, 0, 12, 18, 12), (0, 2, 0, 0, 24), (0, 2, 0, 4, 24))
    found = measures(roll, chroma(0, 4, 7))
    assert found["notes in the bar"] == [4]
    assert found["notes of the melody"] == [2]
    assert found["melody notes foreign to the chord"] == [0.5]
    assert found["widest leap of the melody"] == [6]
    assert found["accompaniment foreign to the chord"] == [0]
    assert found["sounding pitches"] == [3]
    assert found["silence"] == [0]
    assert found["harsh seconds"] == [0]


def test_seconds_are_harsh_across_parts_and_octaves():
    roll = rolls((0, 0, 0, 13, 6), (0, 3, 0, 0, 24))  # C sharp an octave above C, for a beat
    assert measures(roll, chroma(0))["harsh seconds"] == [0.25]
    seventh = rolls((0, 0, 0, 11, 24), (0, 3, 0, 0, 24))  # B and C
    assert measures(seventh, chroma(0))["harsh seconds"] == [1]


def test_slots_that_the_metre_does_not_use_are_not_silence():
    roll = rolls((0, 0, 0, 12, 9))
    assert measures(roll, chroma(0), 18)["silence"] == [0.5]


def test_without_a_chord_nothing_is_foreign():
    roll = rolls((0, 0, 0, 13, 24), (0, 2, 0, 1, 24))
    found = measures(roll, np.zeros((1, 4, 12), np.float32))
    assert found["melody notes foreign to the chord"] == [0]
    assert found["accompaniment foreign to the chord"] == [0]


def test_a_silent_bar_has_nothing_to_measure_but_its_silence():
    found = {name: values[0] for name, values in measures(rolls(), chroma(0)).items()}
    counted = {"notes in the bar": 0, "notes of the melody": 0, "silence": 1}
    assert {name: found[name] for name in counted} == counted
    assert all(np.isnan(value) for name, value in found.items() if name not in counted)


def test_leaps_reach_over_the_bar_line_but_not_over_a_rest_of_a_bar():
    onset = np.zeros((4, 24, P), bool)
    onset[0, 0, 5] = onset[0, 12, [2, 8]] = True  # of two notes the higher counts: 5 to 8
    onset[1, 0, 15] = True  # 8 to 15
    onset[3, 12, 0] = True  # 36 slots later
    leaps = widest_leaps(onset)
    assert leaps[:2].tolist() == [3, 7] and np.isnan(leaps[2:]).all()


def test_habits_are_the_range_of_bars_and_the_means_of_songs():
    values = np.concatenate([np.zeros(100), np.full(100, 10.0)])[:, None]
    usual = habits_of(values, np.repeat([3, 8], 100))
    assert (usual.low[0], usual.high[0]) == (0, 10)
    assert (usual.mean[0], usual.deviation[0]) == (5, 5)
    # one long song and one short one count alike
    uneven = habits_of(np.array([[0.0]] * 9 + [[4.0]]), np.array([0] * 9 + [1]))
    assert uneven.mean[0] == 2


def habits(low: float, high: float) -> Habits:
    k = len(MEASURES)
    return Habits(np.full(k, low), np.full(k, high), np.full(k, 2.0), np.full(k, 0.5))


def test_bars_that_fail_are_named_with_what_is_usual():
    found = np.full((3, len(MEASURES)), 2.0)
    found[1, 0], found[2, 6] = 9, np.nan
    assert habits(1, 3).failures(found) == [(1, "notes in the bar 9 (real 1 to 3)")]
    assert habits(1, 9).failures(found) == []


def test_distance_counts_deviations_of_means_and_skips_what_was_not_measured():
    found = np.full((2, len(MEASURES)), 2.0)
    found[:, 0] = [2.0, 4.0]  # mean 3 is two deviations more
    found[:, 1] = np.nan
    total, each = habits(0, 9).distance(found)
    assert total == pytest.approx(2 / 7)
    assert dict(each)["notes in the bar"] == 2 and MEASURES[1] not in dict(each)
    nothing, none = habits(0, 9).distance(np.full((2, len(MEASURES)), np.nan))
    assert np.isnan(nothing) and none == []
