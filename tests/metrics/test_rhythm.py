"""Rhythm against values worked by hand; steps are 24 to the quarter, a 4/4 bar is 96."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics import rhythm
from antiphon.music.piece import Notes, notes_of


def at(*onsets: int, duration: int = 6) -> Notes:
    return notes_of([(onset, duration, 60, 90) for onset in onsets])


def test_three_notes_in_two_bars():
    assert rhythm.notes_per_bar(at(0, 24, 100), 2) == 1.5


@pytest.mark.parametrize(("duration", "short"), [(3, 1.0), (6, 1.0), (8, 1.0), (9, 0.0), (12, 0.0)])
def test_short_is_what_rounds_to_a_sixteenth_or_less(duration, short):
    assert rhythm.short_share(at(0, duration=duration)) == short


def test_a_half_note_is_long():
    assert rhythm.long_share(notes_of([(0, 48, 60, 90), (48, 47, 60, 90)])) == 0.5


def test_mean_duration_is_in_quarters():
    assert rhythm.mean_duration(notes_of([(0, 12, 60, 90), (12, 36, 60, 90)])) == 1.0


def test_two_lengths_equally_often_are_one_bit():
    assert rhythm.duration_entropy(notes_of([(0, 6, 60, 90), (6, 12, 60, 90)])) == 1.0


def test_one_value_has_no_entropy():
    assert rhythm.entropy(np.array([0, 7, 0])) == 0.0


def test_onset_profile_wraps_into_the_bar():
    profile = rhythm.onset_profile(at(0, 96, 48, 95), 96)
    assert (profile[0], profile[8]) == (0.75, 0.25)  # 95 rounds up to the next bar line


def test_beat_shares():
    assert list(rhythm.beat_shares(at(0, 24, 12, 6))) == [0.5, 0.25, 0.25]


def test_notes_on_every_beat_are_not_syncopated():
    assert rhythm.syncopation(at(0, 24, 48, 72), 16) == 0.0


def test_an_offbeat_eighth_held_over_a_beat():
    # 16th 2 (level −3) lasts to 16th 8 and passes 16th 4 (−2): 1; 16th 8 (−1) passes at most
    # 16th 12 (−2): 0
    assert rhythm.syncopation(at(12, 48), 16) == 0.5


def test_straight_and_triplet_swing():
    assert rhythm.swing(at(0, 12, 24, 36)) == 1.0
    assert rhythm.swing(at(0, 16, 24, 40)) == 2.0


def test_beats_of_four_say_nothing_of_swing():
    assert math.isnan(rhythm.swing(at(0, 6, 12, 18)))


def test_coincidence_is_a_share_of_the_rarer_part():
    assert rhythm.coincidence(at(0, 24, 48, 72), at(0, 30)) == 0.5


def test_two_bars_of_three_and_one_note():
    # mean 2, standard deviation 1
    assert rhythm.density_variation(at(0, 24, 48, 96), 96, 2) == 0.5


def test_silence_has_no_rhythm():
    none = notes_of()
    values = [
        rhythm.notes_per_bar(none, 0),
        rhythm.short_share(none),
        rhythm.long_share(none),
        rhythm.mean_duration(none),
        rhythm.duration_entropy(none),
        rhythm.syncopation(none, 16),
        rhythm.swing(none),
        rhythm.coincidence(none, at(0)),
        rhythm.density_variation(none, 96, 2),
        *rhythm.onset_profile(none, 96),
        *rhythm.beat_shares(none),
    ]
    assert all(math.isnan(v) for v in values)
