"""Rewriting: how long new notes may sound beside those that stay."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.inference._rewriting import _in_bars
from antiphon.music.piece import Notes, notes_of

BAR = 96


def sounding(duration: int, made: list[int], *, one_voice: bool) -> Notes:
    """New notes of four bars: one begins in the second at 168, what stays at 0 and at 216."""
    bars = np.isin(np.arange(4), made)
    notes = notes_of([(0, 200, 60, 80), (168, duration, 64, 80), (216, 24, 65, 80)])
    return _in_bars(notes, bars, BAR, one_voice=one_voice)


@pytest.mark.parametrize(
    ("one_voice", "duration", "sounds"),
    [(True, 12, 12), (True, 30, 30), (True, 60, 48), (False, 60, 60), (False, 900, 216)],
)
def test_a_new_note_rings_on_into_bars_that_stay_in_one_voice_until_the_next(
    one_voice, duration, sounds
):
    found = sounding(duration, [1], one_voice=one_voice)
    assert found["onset"].tolist() == [168]
    assert found["duration"].tolist() == [sounds]


def test_where_all_is_made_nothing_ends_a_note_but_the_end():
    found = sounding(900, [0, 1, 2, 3], one_voice=True)
    assert found["duration"].tolist() == [200, 216, 24]
