"""Density and coverage on a line of points, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.metrics.coverage import density_coverage, distances

LINE = np.arange(10.0)[:, None]  # with k = 2 inner radii are 1, the ends' 2


def test_the_same_points_are_dense_and_cover_all():
    found = density_coverage(LINE, LINE, k=2)
    assert found.coverage == 1.0
    # point 0's ball holds 0 1 2, point 9's likewise, the others three each: 30 of 2 · 10
    assert found.density == pytest.approx(1.5)


def test_one_point_covers_its_neighbourhood():
    found = density_coverage(LINE, np.array([[5.0]]), k=2)
    assert found.coverage == pytest.approx(0.3)  # balls of 4, 5 and 6
    assert found.density == pytest.approx(1.5)


def test_far_away_is_neither():
    found = density_coverage(LINE, LINE + 100, k=2)
    assert (found.density, found.coverage) == (0, 0)


def test_too_few_real_rows_are_refused():
    with pytest.raises(ValueError, match="more than 5"):
        density_coverage(LINE[:5], LINE)


def test_distances_of_a_right_triangle():
    assert distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]))[0, 0] == pytest.approx(5)
