"""Leaning: what choices lean to is what was asked, and two experts' odds are multiplied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from antiphon.models._leaning import Lean, lean_cells, lean_rows, leaning_of, wished
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import END, N_CELLS, N_PARTS

MELODY, COUNTER, CHORDS, BASS = range(4)


def wish_of(*onsets: tuple[int, int, float]) -> np.ndarray:
    """One bar in which cells and rows are wished for with some probability."""
    out = np.zeros((1, N_CELLS, N_PITCHES), np.float32)
    for cell, row, share in onsets:
        out[0, cell, row] = share
    return out


def said(lean: Lean, *, allowed: np.ndarray | None = None, cell: int = END, row: int = -1):  # type: ignore[no-untyped-def]
    """What is added to the logits of the next cell of the only bar."""
    logits = np.zeros(N_CELLS + 1, np.float32)
    free = np.ones(N_CELLS + 1, bool) if allowed is None else allowed
    lean_cells(leaning_of([lean]), logits, free, 0, cell, row, END)
    return logits


def test_nothing_is_added_where_nothing_is_leaned_to():
    logits = np.arange(N_CELLS + 1, dtype=np.float32)
    lean_cells(leaning_of(None), logits, np.ones(N_CELLS + 1, bool), 0, END, -1, END)
    lean_rows(leaning_of(None), logits[:N_PITCHES], 0, 0)
    assert np.array_equal(logits, np.arange(N_CELLS + 1))


def test_logits_that_are_leaned_to_are_added_in_their_beat_and_part():
    lean = Lean.none(1)
    lean.rows[0, 1, CHORDS, 30] = 3.0
    second_beat = 6 * N_PARTS + CHORDS
    for cell, found in ((second_beat, 3.0), (CHORDS, 0.0), (second_beat + 1, 0.0)):
        logits = np.zeros(N_PITCHES, np.float32)
        lean_rows(leaning_of([lean]), logits, 0, cell)
        assert logits[30] == found


def test_log_odds_of_an_onset_are_shifted_cell_by_cell():
    # three ends are equally likely: odds of an onset in cell 5 are 1:2, then in cell 9 1:1
    allowed = np.zeros(N_CELLS + 1, bool)
    allowed[[5, 9, END]] = True
    logits = np.full(N_CELLS + 1, -30.0, np.float32)
    logits[allowed] = 0.0
    lean = Lean.none(1)
    lean.odds[0, 5], lean.odds[0, 9] = np.log(2), np.log(3)  # 2:2 and 3:1
    lean_cells(leaning_of([lean]), logits, allowed, 0, END, -1, END)
    odds = np.exp(logits[[5, 9, END]])
    assert odds / odds.sum() == pytest.approx([1 / 2, 3 / 8, 1 / 8], rel=1e-4)


def test_another_note_beside_one_is_likelier_by_its_own_log_odds_in_its_part_alone():
    lean = Lean.none(1)
    lean.more[0, CHORDS] = np.log(3)
    beside = said(lean, cell=12 * N_PARTS + CHORDS, row=20)
    assert np.exp(beside[12 * N_PARTS + CHORDS]) == pytest.approx(3)
    assert np.count_nonzero(beside) == 1
    assert not said(lean, cell=12 * N_PARTS + COUNTER, row=20).any()
    assert not said(lean).any()  # nothing stands in the bar


def test_shifts_stay_numbers_where_all_but_one_cell_are_impossible():
    logits = np.full(N_CELLS + 1, -2000.0, np.float32)
    logits[3] = 2000.0
    lean = Lean.none(1)
    lean.odds[:] = -3.0
    lean_cells(leaning_of([lean]), logits, np.ones(N_CELLS + 1, bool), 0, END, -1, END)
    assert np.isfinite(logits).all() and logits.argmax() == 3


def test_only_what_is_made_before_a_kept_note_is_shifted():
    logits, before = np.zeros((2, N_CELLS + 1), np.float32)
    allowed = np.zeros(N_CELLS + 1, bool)
    allowed[[5, 40]] = True  # a kept note waits in cell 40
    lean = Lean.none(1)
    lean.odds[:] = 1.0
    lean_cells(leaning_of([lean]), logits, allowed, 0, END, -1, 40)
    change = logits - before
    assert change[5] > 0 > change[40]
    assert np.allclose(change[40:], change[40])


def test_the_next_cell_is_wished_for_as_the_first_of_those_that_are_likely():
    # chords (many voices) at slots 1 and 2 with 1/2 and 3/4: first 1/2, second 1/2 · 3/4,
    # nothing 1/2 · 1/4; the others are next to impossible
    first, second = N_PARTS + CHORDS, 2 * N_PARTS + CHORDS
    lean = replace(Lean.none(1), wish=wish_of((first, 20, 0.5), (second, 22, 0.75)), trust=1.0)
    allowed = np.zeros(N_CELLS + 1, bool)
    allowed[[first, second, END]] = True
    odds = np.exp(said(lean, allowed=allowed))
    # what was wished for nothing counts 1/500 in each of 72 rows
    floor = 1 - 0.998**71
    assert odds[first] == pytest.approx(1 - 0.5 * (1 - floor), rel=1e-3)
    assert odds[second] / odds[END] == pytest.approx(
        (1 - 0.25 * (1 - floor)) / (0.25 * (1 - floor)), rel=1e-3
    )
    assert odds[first] + odds[second] + odds[END] == pytest.approx(1.0, rel=1e-3)


def test_a_second_note_of_a_chord_is_wished_for_above_the_first():
    lean = replace(Lean.none(1), wish=wish_of((CHORDS, 20, 0.99), (CHORDS, 40, 0.9)), trust=1.0)
    allowed = np.zeros(N_CELLS + 1, bool)
    allowed[[CHORDS, END]] = True
    after_low = np.exp(said(lean, allowed=allowed, cell=CHORDS, row=20))[CHORDS]
    after_high = np.exp(said(lean, allowed=allowed, cell=CHORDS, row=40))[CHORDS]
    assert after_low > 0.9 > 0.1 > after_high


def test_trust_is_the_power_of_the_wish():
    wish = wish_of((MELODY, 20, 0.5), (MELODY, 24, 0.25))
    once, twice = (
        leaning_of([replace(Lean.none(1), wish=wish, trust=trust)]) for trust in (1.0, 2.0)
    )
    rows = np.zeros((2, N_PITCHES), np.float32)
    for logits, lean in zip(rows, (once, twice), strict=True):
        lean_rows(lean, logits, 0, MELODY)
    assert rows[0, 20] - rows[0, 24] == pytest.approx(np.log(2), rel=1e-4)
    assert np.allclose(rows[1], 2 * rows[0])


def test_a_coder_s_bars_are_wished_for_cell_by_cell(tiny_ensemble):
    coder = tiny_ensemble.coder
    latents, chords = torch.randn(3, coder.latent_size), np.zeros((3, 4, 25), np.float32)
    found = wished(latents, chords, coder)
    cells = coder.soft_rolls(coder.decode(latents, torch.from_numpy(chords)))
    assert found.shape == (3, N_CELLS, N_PITCHES)
    assert np.allclose(found[1, 7 * N_PARTS + BASS], cells[1, BASS, 7, :N_PITCHES], atol=1e-6)
