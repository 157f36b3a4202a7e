"""Fréchet distance against Gaussians whose distance is known."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.metrics import frechet


def test_equal_gaussians_are_at_no_distance():
    cov = np.array([[2.0, 0.5], [0.5, 1.0]])
    assert frechet.gaussian_distance(np.zeros(2), cov, np.zeros(2), cov) == pytest.approx(
        0, abs=1e-9
    )


def test_means_three_and_four_apart_are_at_twenty_five():
    cov = np.eye(2)
    assert frechet.gaussian_distance(np.zeros(2), cov, np.array([3.0, 4.0]), cov) == pytest.approx(
        25
    )


def test_deviations_one_and_three_add_their_squared_difference_a_direction():
    # (3 − 1)² in each of two directions
    zero = np.zeros(2)
    assert frechet.gaussian_distance(zero, np.eye(2), zero, 9 * np.eye(2)) == pytest.approx(8)


def test_singular_covariances_stay_real():
    zero = np.zeros(2)
    flat = np.array([[1.0, 1.0], [1.0, 1.0]])
    other = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert frechet.gaussian_distance(zero, flat, zero, other) == pytest.approx(4)


def test_rows_of_one_set_shifted_by_two():
    rows = np.random.default_rng(0).normal(size=(50, 3))
    assert frechet.frechet_distance(rows, rows + np.array([2, 0, 0])) == pytest.approx(4)


def test_full_shrinkage_forgets_correlation():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 1)) @ np.ones((1, 2))
    turned = rows * [1, -1]
    assert frechet.frechet_distance(rows, turned, shrinkage=1.0) < 0.02
    assert frechet.frechet_distance(rows, turned) > 1


def test_one_row_is_refused():
    with pytest.raises(ValueError, match="two rows"):
        frechet.frechet_distance(np.zeros((1, 2)), np.zeros((5, 2)))


def test_standardising_uses_the_reference_and_fills_what_is_missing_with_its_mean():
    reference = np.array([[0.0, 5.0], [2.0, 5.0], [np.nan, 5.0]])  # mean 1, deviation 1; constant
    other = np.array([[4.0, 9.0], [np.nan, 9.0], [1000.0, 9.0]])
    scaled, moved = frechet.standardise(reference, other)
    assert scaled.tolist() == [[-1.0], [1.0], [0.0]]
    assert moved.tolist() == [[3.0], [0.0], [8.0]]  # the last is cut


def test_nothing_that_varies_is_refused():
    with pytest.raises(ValueError, match="varies"):
        frechet.standardise(np.ones((3, 2)))


def test_leading_directions_have_variance_one():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 3)) * [10, 1, 0.1]
    (led,) = frechet.leading(rows, n=2)
    assert led.shape == (200, 2)
    assert np.cov(led, rowvar=False) == pytest.approx(np.eye(2), abs=1e-9)
    assert abs(np.corrcoef(led[:, 0], rows[:, 0])[0, 1]) > 0.99


def test_contributions_name_the_feature_that_moved():
    rows = np.random.default_rng(0).normal(size=(50, 2))
    named = frechet.contributions(rows, rows + np.array([0, 3]), ["still", "moved"])
    assert named == [("moved", pytest.approx(9)), ("still", pytest.approx(0))]
