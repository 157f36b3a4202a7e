"""Bridges: what is made before bars that stay leans to how these begin."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.inference._bridging import bridged
from antiphon.models._leaning import Lean
from antiphon.models._waiting import Kept
from antiphon.representations.bars import PITCHED
from antiphon.representations.score import N_PARTS

MELODY, CHORDS = PITCHED.index("melody"), PITCHED.index("chords")


def kept(made: dict[int, list[int]], *notes: tuple[int, int, int, int], n: int = 8) -> Kept:
    """What stays of eight bars: parts of which bars are made, and notes (part, bar, slot, row)."""
    parts = np.ones((n, N_PARTS), bool)
    for part, bars in made.items():
        parts[bars, part] = False
    rows = sorted((bar, slot * N_PARTS + part, row) for part, bar, slot, row in notes)
    bar, cell, row = (np.array(x, int) for x in zip(*rows, strict=True))
    return Kept(parts, bar, cell, row, np.full(len(row), 6), np.full(len(row), 4))


def onsets(lean: Lean, bar: int, part: int) -> np.ndarray:
    return lean.odds[bar, part::N_PARTS]


def test_the_last_bar_leans_to_the_rhythm_that_comes_and_the_one_before_half_as_much():
    lean = bridged(kept({MELODY: [2, 3, 4]}, (MELODY, 5, 0, 30), (MELODY, 5, 9, 32)), None)
    assert lean is not None
    last, before = onsets(lean, 4, MELODY), onsets(lean, 3, MELODY)
    assert (np.flatnonzero(last > 0) == [0, 9]).all() and (last[[1, 8, 12]] < 0).all()
    assert before[0] / last[0] == pytest.approx(before[1] / last[1])
    assert 0 < before[0] < last[0]
    assert not onsets(lean, 2, MELODY).any() and not onsets(lean, 4, CHORDS).any()


def test_the_bar_after_next_is_heard_too():
    near = kept({MELODY: [4]}, (MELODY, 5, 0, 30), (MELODY, 6, 0, 30), (MELODY, 6, 12, 30))
    lean = bridged(near, None)
    assert lean is not None
    last = onsets(lean, 4, MELODY)
    assert last[0] > last[12] > last[1]


def test_pitches_lead_from_the_register_before_to_the_one_that_comes():
    lean = bridged(kept({CHORDS: [2, 3, 4]}, (CHORDS, 1, 0, 20), (CHORDS, 5, 0, 28)), None)
    assert lean is not None
    best = lean.rows[2:5, :, CHORDS].argmax(axis=-1)
    assert best[:, 0].tolist() == [22, 24, 26]
    assert (best == best[:, :1]).all()
    assert not lean.rows[2:5, :, MELODY].any()


def test_as_many_notes_begin_together_as_beside():
    pair = [(CHORDS, 1, 0, 20), (CHORDS, 1, 0, 24)]  # two together before, four after
    four = [(CHORDS, 5, 6, row) for row in (20, 24, 27, 32)]
    lean = bridged(kept({CHORDS: [2, 3, 4]}, *pair, *four), None)
    assert lean is not None
    found = lean.more[2:5, CHORDS]
    assert np.diff(found) == pytest.approx(found[1] - found[0]) and 0 < found[0] < found[2]
    single = bridged(kept({CHORDS: [4]}, (CHORDS, 5, 0, 20)), None)
    assert single is not None and single.more[4, CHORDS] < 0
    assert not single.more[:, MELODY].any()


def test_at_the_end_a_line_leads_to_its_next_note():
    stays = kept({MELODY: [3]}, (MELODY, 2, 0, 30), (MELODY, 4, 0, 30), (MELODY, 4, 12, 40))
    lean = bridged(stays, None)
    assert lean is not None
    early, late = lean.rows[3, 0, MELODY], lean.rows[3, 3, MELODY]
    assert early.argmax() in (32, 33)  # between 30 and the mean of 30 and 40
    assert late.argmax() == 31  # drawn to 30, the next note


def test_before_silence_and_at_the_end_nothing_is_leaned_to():
    notes = (MELODY, 0, 0, 30)
    assert bridged(kept({MELODY: [4]}, notes), None) is None
    assert bridged(kept({MELODY: [6, 7]}, notes), None) is None


def test_what_was_leaned_to_before_is_leaned_to_still_and_left_as_it_was():
    own = Lean.none(8)
    own.odds[:] = 0.25
    stays = kept({MELODY: [4]}, (MELODY, 5, 0, 30))
    lean = bridged(stays, own)
    assert lean is not None
    assert onsets(lean, 4, CHORDS)[0] == 0.25 and onsets(lean, 4, MELODY)[0] > 0.25
    assert (own.odds == 0.25).all()
    assert bridged(kept({}, (MELODY, 5, 0, 30)), own) is own
