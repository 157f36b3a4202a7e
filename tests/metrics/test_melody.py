"""Melody against values worked by hand; steps are 24 to the quarter."""

from __future__ import annotations

import math

import pytest

from antiphon.metrics import melody
from antiphon.music.piece import Notes, notes_of


def tune(*pitches: int, every: int = 24, duration: int = 24) -> Notes:
    return notes_of([(i * every, duration, p, 90) for i, p in enumerate(pitches)])


C_TUNE = tune(60, 62, 64, 64, 72, 71)  # +2 +2 0 +8 −1


def test_the_line_is_the_highest_of_what_begins_together():
    both = notes_of([(0, 24, 60, 90), (0, 24, 67, 90), (24, 24, 62, 90)])
    assert list(melody.line(both)["pitch"]) == [67, 62]


def test_intervals_are_signed():
    assert list(melody.intervals(C_TUNE)) == [2, 2, 0, 8, -1]


def test_a_rest_of_more_than_a_bar_is_no_interval():
    assert list(melody.intervals(notes_of([(0, 24, 60, 90), (121, 24, 72, 90)]))) == []
    assert list(melody.intervals(notes_of([(0, 24, 60, 90), (120, 24, 72, 90)]))) == [12]


def test_shares_of_steps_repeats_and_leaps():
    assert melody.stepwise(C_TUNE) == 3 / 5
    assert melody.repeated(C_TUNE) == 1 / 5
    assert melody.leaps(C_TUNE) == 1 / 5


def test_mean_interval_and_range():
    assert melody.mean_interval(C_TUNE) == pytest.approx(13 / 5)
    assert melody.pitch_range(C_TUNE) == 12


def test_interval_entropy_of_two_equal_kinds_is_a_bit():
    assert melody.interval_entropy(tune(60, 62, 64, 63, 62)) == 1.0


def test_a_trill_always_turns_and_a_scale_never():
    assert melody.turns(tune(60, 62, 60, 62)) == 1.0
    assert melody.turns(tune(60, 62, 64, 65)) == 0.0


def test_upward_counts_moving_intervals_only():
    assert melody.upward(C_TUNE) == 3 / 4


def test_one_rest_of_a_quarter_in_two_bars():
    notes = notes_of([(0, 24, 60, 90), (48, 24, 60, 90), (84, 24, 60, 90)])  # rests 24 and 12
    assert melody.phrase_rests(notes, 2) == 0.5


def test_contour_of_a_rise():
    shape = melody.contour(tune(60, 64, 68, 72), 1, 96)
    assert list(shape) == [-6, -2, 2, 6]


@pytest.mark.parametrize("notes", [notes_of(), tune(60)], ids=["silence", "one note"])
def test_too_few_notes_have_no_motion(notes):
    values = [
        melody.stepwise(notes),
        melody.repeated(notes),
        melody.leaps(notes),
        melody.mean_interval(notes),
        melody.interval_entropy(notes),
        melody.turns(notes),
        melody.upward(notes),
    ]
    assert all(math.isnan(v) for v in values)


def test_silence_has_no_range_or_rests_or_contour():
    none = notes_of()
    values = [melody.pitch_range(none), melody.phrase_rests(none, 4), *melody.contour(none, 4, 96)]
    assert all(math.isnan(v) for v in values)
