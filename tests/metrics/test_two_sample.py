"""The classifier test: a half where there is nothing to tell, one where there is everything."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics.two_sample import auc, two_sample

YES = np.array([False, False, True, True])


@pytest.mark.parametrize(
    ("scores", "area"),
    [((1, 2, 3, 4), 1.0), ((3, 4, 1, 2), 0.0), ((1, 3, 2, 4), 0.75), ((5, 5, 5, 5), 0.5)],
    ids=["all above", "all below", "three of four pairs", "ties are half"],
)
def test_area_counts_pairs_in_order(scores, area):
    assert auc(np.array(scores, dtype=float), YES) == area


def test_one_side_alone_has_no_area():
    assert math.isnan(auc(np.ones(3), np.ones(3, dtype=bool)))


def _pieces(n: int) -> np.ndarray:
    return np.arange(n) // 4


def test_one_distribution_cannot_be_told_apart():
    rng = np.random.default_rng(0)
    told = two_sample(
        rng.normal(size=(200, 5)), rng.normal(size=(200, 5)), _pieces(200), _pieces(200)
    )
    assert 0.4 < told.auc < 0.62


def test_far_apart_is_told_always():
    rng = np.random.default_rng(0)
    told = two_sample(
        rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) + 6, _pieces(40), _pieces(40)
    )
    assert told.auc == 1.0


def test_what_marks_a_piece_does_not_help_with_other_pieces():
    rng = np.random.default_rng(0)
    marks = rng.normal(size=(60, 8))  # each piece its own corner, the same law on both sides
    first, second = np.repeat(marks[:30], 6, axis=0), np.repeat(marks[30:], 6, axis=0)
    told = two_sample(first, second, np.arange(180) // 6, np.arange(180) // 6)
    assert told.auc < 0.72  # a split by row would let the forest score 1


def test_one_piece_a_side_cannot_be_split():
    rows = np.random.default_rng(0).normal(size=(10, 2))
    assert math.isnan(two_sample(rows, rows, np.zeros(10, int), np.zeros(10, int)).auc)
