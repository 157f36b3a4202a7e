"""Fréchet distance between two sets of feature rows, each taken as a Gaussian.

Idea: Heusel et al., "GANs trained by a two time-scale update rule", NeurIPS 2017
(https://arxiv.org/abs/1706.08500), on interpretable features instead of a network's.

Shapes: N rows, F features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]

_LIMIT = 8.0  # standard deviations; one absurd row must not decide


def standardise(reference: Rows, *others: Rows) -> list[Rows]:
    """Return the reference and the others in the reference's standard deviations.

    A NaN (nothing to measure) becomes the reference's mean, on every side alike. Features
    that do not vary in the reference are left out; values beyond 8 deviations are cut.

    Args:
        reference: (N, F), the real music.
        others: any number of (N', F).

    Raises:
        ValueError: no feature varies in the reference.
    """
    mean, deviation = _mean_deviation(reference)
    varies = varying(reference)
    if not varies.any():
        raise ValueError("no feature varies in the reference: give more than one different row")

    def one(rows: Rows) -> Rows:
        moved = (rows[:, varies] - mean[varies]) / deviation[varies]
        return np.clip(np.where(np.isfinite(moved), moved, 0), -_LIMIT, _LIMIT)

    return [one(rows) for rows in (reference, *others)]


def varying(reference: Rows) -> NDArray[np.bool_]:
    """Return which features take more than one value in the reference, (F,); NaN is no value."""
    return _mean_deviation(reference)[1] > 1e-9


def _mean_deviation(rows: Rows) -> tuple[Rows, Rows]:
    """Mean and standard deviation of each feature over what is no NaN; 0 where all are."""
    known = np.isfinite(rows)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, rows, 0).sum(axis=0) / count
    centred = np.where(known, rows - mean, 0)
    return mean, np.sqrt((centred**2).sum(axis=0) / count)


def leading(reference: Rows, *others: Rows, n: int = 32) -> list[Rows]:
    """Return rows along the reference's n leading directions, each at variance 1 there.

    With all of some 170 features the distance of a few hundred rows is mostly the error of
    estimating 15,000 covariances; along 32 directions that error is a tenth, and a direction
    counts by how far it is from real music, not by how many features describe it.

    Args:
        reference: (N, F) standardised rows of real music, N ≥ 2.
        others: any number of (N', F).
        n: directions; fewer where the reference has fewer.

    Returns:
        (N, D), and (N', D) for each other.
    """
    mean = reference.mean(axis=0)
    values, vectors = np.linalg.eigh(_covariance(reference, 0.0))
    kept = np.flatnonzero(values > 1e-9 * values.max())[::-1][:n]
    axes = vectors[:, kept] / np.sqrt(values[kept])
    return [(rows - mean) @ axes for rows in (reference, *others)]


def frechet_distance(first: Rows, second: Rows, shrinkage: float = 0.0) -> float:
    """Return ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), ≥ 0, in squared units of the features.

    0 for equal Gaussians. It falls as N grows: compare at equal N only, beside real against
    real at that N.

    Args:
        first: (N, F), N ≥ 2.
        second: (N', F), N' ≥ 2.
        shrinkage: 0–1, how far covariances are drawn to their diagonal.

    Raises:
        ValueError: fewer than two rows, or another number of features.
    """
    if len(first) < 2 or len(second) < 2 or first.shape[1] != second.shape[1]:
        raise ValueError(
            f"need two rows a side and equal features, not {first.shape}, {second.shape}"
        )
    return gaussian_distance(
        first.mean(axis=0),
        _covariance(first, shrinkage),
        second.mean(axis=0),
        _covariance(second, shrinkage),
    )


def gaussian_distance(mean_1: Rows, cov_1: Rows, mean_2: Rows, cov_2: Rows) -> float:
    """Return the squared Fréchet (2-Wasserstein) distance of two Gaussians.

    tr (Σ₁Σ₂)^½ is the sum of the roots of the eigenvalues of A Σ₂ A with A = Σ₁^½, which stays
    real and stable for covariances that are singular.

    Args:
        mean_1, mean_2: (F,).
        cov_1, cov_2: (F, F), symmetric, positive semi-definite.
    """
    values, vectors = np.linalg.eigh(cov_1)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.linalg.eigvalsh(root @ cov_2 @ root)
    overlap = np.sqrt(np.maximum(cross, 0)).sum()
    gap = ((mean_1 - mean_2) ** 2).sum()
    return float(max(gap + np.trace(cov_1) + np.trace(cov_2) - 2 * overlap, 0.0))


def _covariance(rows: Rows, shrinkage: float) -> Rows:
    cov = np.atleast_2d(np.cov(rows, rowvar=False))
    return (1 - shrinkage) * cov + shrinkage * np.diag(np.diag(cov))


def contributions(first: Rows, second: Rows, names: Sequence[str]) -> list[tuple[str, float]]:
    """Return each feature's own Fréchet distance, largest first: where the two sets differ.

    Args:
        first, second: (N, F) standardised rows.
        names: F names.
    """
    gap = (first.mean(axis=0) - second.mean(axis=0)) ** 2
    spread = (first.std(axis=0) - second.std(axis=0)) ** 2
    order = np.argsort(-(gap + spread))
    return [(names[i], float(gap[i] + spread[i])) for i in order]
