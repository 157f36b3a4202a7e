"""Structure: what returns, after how many bars, and whether sections are told apart.

Shapes: T 16ths, N bars; a roll is bool (T, 128); a self-similarity matrix is (N, N).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics.musegan import Roll, by_bar
from antiphon.music.piece import Section

Matrix = NDArray[np.float64]


def repetition(onsets: Roll, steps_per_bar: int, lag_bars: int) -> float:
    """Return how much of a bar returns `lag_bars` later: onsets shared / onsets of either, 0–1.

    1 is literal repetition. Pairs of bars that are both silent do not count; NaN without others.

    Args:
        onsets: (T, anything), True where a note begins; one column asks for rhythm only.
        steps_per_bar: 16ths in a bar.
        lag_bars: distance of the bars compared, ≥ 1.
    """
    bars = by_bar(onsets, steps_per_bar)
    if len(bars) <= lag_bars:
        return math.nan
    here, later = bars[:-lag_bars], bars[lag_bars:]
    shared = (here & later).sum(axis=(1, 2))
    either = (here | later).sum(axis=(1, 2))
    heard = either > 0
    return float((shared[heard] / either[heard]).mean()) if heard.any() else math.nan


def self_similarity(rolls: Sequence[Roll], onsets: Sequence[Roll], steps_per_bar: int) -> Matrix:
    """Return the likeness of every two bars, (N, N), 0–1; NaN where a bar is silent.

    A bar is, for each part, its sounding cells plus its onsets, at length 1, so that every
    part weighs alike; likeness is the cosine. Literal repetition is 1, nothing in common 0.

    Args:
        rolls: one roll a part.
        onsets: one onset roll a part, in the same order.
        steps_per_bar: 16ths in a bar.
    """
    views = []
    for roll, begun in zip(rolls, onsets, strict=True):
        bars = by_bar(roll.astype(np.float32) + begun, steps_per_bar)
        flat = bars.reshape(len(bars), -1)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        views.append(np.divide(flat, length, out=np.zeros_like(flat), where=length > 0))
    view = np.concatenate(views, axis=1) if views else np.zeros((0, 1), np.float32)
    length = np.linalg.norm(view, axis=1)
    product = view @ view.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(product / np.outer(length, length), 0, 1).astype(np.float64)


def section_likeness(matrix: Matrix, sections: Sequence[Section]) -> tuple[float, float]:
    """Return the mean likeness of sections with the same letter, and of those with others.

    Bars are compared at the same place of both sections. NaN where there is no such pair.

    Args:
        matrix: (N, N) from `self_similarity`.
        sections: the form; sections outside the matrix are cut.
    """
    returning: list[float] = []
    contrasting: list[float] = []
    for first, second in combinations(sections, 2):
        n = min(first.n_bars, second.n_bars, len(matrix) - max(first.start, second.start))
        if n < 1:
            continue
        offsets = np.arange(n)
        likeness = matrix[first.start + offsets, second.start + offsets]
        (returning if first.label == second.label else contrasting).append(_mean(likeness))
    return _mean(returning), _mean(contrasting)


def block_returns(matrix: Matrix, n_bars: int = 4) -> tuple[float, float]:
    """Return how alike the best and the typical other block of each block of bars is.

    Form without knowing the sections: blocks of `n_bars` at multiples of `n_bars`, each against
    every block that is not itself or a neighbour. The first figure is the mean over blocks of
    the likest other one (what returns), the second of the median one (what contrasts).
    Shuffled bars lose the first. NaN where there are fewer than three blocks.
    """
    starts = np.arange(0, len(matrix) - n_bars + 1, n_bars)
    if len(starts) < 3:
        return math.nan, math.nan
    offsets = np.arange(n_bars)
    pairs = matrix[starts[:, None, None] + offsets, starts[None, :, None] + offsets]
    likeness = _mean_last(pairs)  # (blocks, blocks)
    apart = np.abs(np.subtract.outer(starts, starts)) > n_bars
    likeness[~apart] = math.nan
    rows = likeness[np.isfinite(likeness).any(axis=1)]
    if not len(rows):
        return math.nan, math.nan
    return float(np.nanmax(rows, axis=1).mean()), float(np.nanmedian(rows, axis=1).mean())


def shuffled(matrix: Matrix, seed: int) -> Matrix:
    """Return the matrix of the same bars in another order: the control for form."""
    order = np.random.default_rng(seed).permutation(len(matrix))
    return matrix[np.ix_(order, order)]


def _mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else math.nan


def _mean_last(values: Matrix) -> Matrix:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all-NaN rows stay NaN
        return np.nanmean(values, axis=-1)
