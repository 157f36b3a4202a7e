"""Density and coverage: do generated rows lie where real ones are, and do they reach all of them?

Idea: Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020
(https://arxiv.org/abs/2002.09797).

Shapes: N rows, F features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Manifold:
    """Fidelity and diversity.

    Attributes:
        density: how many real neighbourhoods a generated row lies in, over k; about 1 when it
            is where the real ones are, more in crowded places, 0 far away.
        coverage: share of real rows with a generated one in their neighbourhood, 0–1.
    """

    density: float
    coverage: float


def density_coverage(real: Rows, generated: Rows, k: int = 5) -> Manifold:
    """Return density and coverage with neighbourhoods reaching the k-th nearest real row.

    For two samples of one distribution of equal size coverage is about 1 − 2⁻ᵏ.

    Args:
        real: (N, F) standardised rows, N > k.
        generated: (N', F), N' ≥ 1.
        k: neighbours.

    Raises:
        ValueError: there are not more than k real rows, or no generated one.
    """
    if len(real) <= k or not len(generated):
        raise ValueError(
            f"need more than {k} real rows and one generated, not {len(real)}, {len(generated)}"
        )
    radius = np.partition(distances(real, real), k, axis=1)[:, k]  # 0 is the row itself
    apart = distances(real, generated)  # (N, N')
    inside = apart <= radius[:, None]
    return Manifold(
        density=float(inside.sum() / (k * len(generated))),
        coverage=float((apart.min(axis=1) <= radius).mean()),
    )


def distances(first: Rows, second: Rows) -> Rows:
    """Return the Euclidean distance of every two rows, (N, N')."""
    squared = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.sqrt(np.maximum(squared, 0))
