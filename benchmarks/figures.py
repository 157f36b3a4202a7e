"""Figures of many songs as benchmarks print them: the mean and its standard error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def mean_of(values: Sequence[float], digits: int) -> str:
    """Return the mean of what is known, and how uncertain it is."""
    known = np.array(values)[np.isfinite(values)]
    error = known.std() / np.sqrt(max(len(known), 1))
    return f"{known.mean():.{digits}f} ± {error:.{digits}f}"


def figures_of(rows: Sequence[Mapping[str, float]], digits: int) -> str:
    """Return the mean of each figure of some songs, by name."""
    return "  ".join(f"{key} {mean_of([row[key] for row in rows], digits)}" for key in rows[0])
