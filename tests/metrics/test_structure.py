"""Structure against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics import structure
from antiphon.music.piece import Section


def bars(*pitches: int | None) -> np.ndarray:
    """Bars of four steps with one onset on the first: its pitch, or None for silence."""
    made = np.zeros((4 * len(pitches), 128), dtype=bool)
    for bar, pitch in enumerate(pitches):
        if pitch is not None:
            made[4 * bar, pitch] = True
    return made


def test_alternating_bars_return_after_two():
    onsets = bars(60, 62, 60, 62)
    assert structure.repetition(onsets, 4, 1) == 0.0
    assert structure.repetition(onsets, 4, 2) == 1.0


def test_half_of_a_bar_returns():
    onsets = bars(60, 60)
    onsets[5, 62] = True  # one more onset in the second bar: 1 shared of 2
    assert structure.repetition(onsets, 4, 1) == 0.5


def test_silent_pairs_do_not_count():
    assert structure.repetition(bars(60, 60, None, None), 4, 1) == 0.5  # 1 and 0; the last is none
    assert math.isnan(structure.repetition(bars(None, None), 4, 1))


def test_too_short_for_the_lag():
    assert math.isnan(structure.repetition(bars(60, 60), 4, 2))


def test_likeness_of_equal_other_and_silent_bars():
    roll = bars(60, 60, 62, None)
    likeness = structure.self_similarity([roll], [roll], 4)
    assert likeness[0, 1] == pytest.approx(1)
    assert likeness[0, 2] == 0
    assert math.isnan(likeness[0, 3])


def test_parts_weigh_alike_however_full_they_are():
    thin, thick = bars(60, 60), bars(48, 50)
    thick[1:4, 48] = thick[5:8, 50] = True  # ever so many cells, none shared
    likeness = structure.self_similarity([thin, thick], [thin, thick], 4)
    assert likeness[0, 1] == pytest.approx(0.5)


def test_no_parts_have_no_likeness():
    assert structure.self_similarity([], [], 4).shape == (0, 0)


def test_returning_sections_are_alike_and_contrasting_are_not():
    roll = bars(60, 62, 67, 69, 60, 62)
    likeness = structure.self_similarity([roll], [roll], 4)
    sections = [Section(0, 2, "A"), Section(2, 2, "B"), Section(4, 2, "A")]
    assert structure.section_likeness(likeness, sections) == pytest.approx((1.0, 0.0))


def test_a_section_alone_has_nobody_to_be_like():
    assert all(math.isnan(v) for v in structure.section_likeness(np.eye(4), [Section(0, 4, "A")]))


def test_blocks_return_without_sections():
    roll = bars(60, 62, 64, 65, 67, 69, 71, 72, 60, 62, 64, 65)  # A B A, neighbours not compared
    likeness = structure.self_similarity([roll], [roll], 4)
    best, typical = structure.block_returns(likeness, 4)
    assert (best, typical) == (pytest.approx(1), pytest.approx(1))


def test_blocks_of_other_material_do_not_return():
    roll = bars(*range(60, 76))
    best, _ = structure.block_returns(structure.self_similarity([roll], [roll], 4), 4)
    assert best == 0


def test_two_blocks_are_too_few():
    assert all(math.isnan(v) for v in structure.block_returns(np.eye(8), 4))


def test_shuffling_keeps_every_likeness():
    matrix = np.arange(9.0).reshape(3, 3)
    mixed = structure.shuffled(matrix, seed=1)
    assert sorted(mixed.ravel()) == list(range(9))
    assert sorted(np.diag(mixed)) == [0, 4, 8]
