"""Measures of lead sheets: tune and chords as they stand, however few beats there are."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.metrics._lead_sheets import lead_sheet_measures
from antiphon.representations.lead_sheet import (
    FIRST_TONE,
    GROUPS,
    HOLD,
    NO_CHORD_SYMBOL,
    REST,
)

NOTES_A_BAR = 0  # the first measure of the melody, which comes first


def tune(n_beats: int) -> np.ndarray:
    """A tone on every beat."""
    out = np.full((n_beats, 6), HOLD)
    out[:, 0] = FIRST_TONE + 12
    return out


def test_beats_are_laid_out_in_bars_of_four_whatever_is_left_over():
    chords = np.zeros(8, int)
    assert lead_sheet_measures(tune(8), chords, minor=False)[NOTES_A_BAR] == 4
    assert lead_sheet_measures(tune(6), chords[:6], minor=False)[NOTES_A_BAR] == 3  # two bars


def test_the_last_measures_are_shares_of_groups_of_chords_and_of_none():
    sevenths, none = GROUPS.index("7"), NO_CHORD_SYMBOL
    chords = np.array([0, 5 * len(GROUPS), 7 * len(GROUPS) + sevenths, none])
    shares = lead_sheet_measures(tune(4), chords, minor=False)[-len(GROUPS) - 1 :]
    assert shares[0] == 0.5 and shares[sevenths] == 0.25 and shares[-1] == 0.25
    assert shares.sum() == pytest.approx(1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n_beats", [1, 3, 32])
def test_few_beats_and_silence_can_be_measured(n_beats):
    silent = np.full((n_beats, 6), REST)
    none = np.full(n_beats, NO_CHORD_SYMBOL)
    for notes, chords in ((tune(n_beats), none * 0), (silent, none)):
        assert lead_sheet_measures(notes, chords, minor=True)[NOTES_A_BAR] >= 0
