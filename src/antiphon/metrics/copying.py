"""Copying: how like is every few generated bars to the likest bars of the training set?

A segment of 4 bars is a set of onsets: which part begins which pitch class at which of 64
places. Two segments are as like as 2·shared / (all of one + all of the other), at the best of
the twelve transpositions: 1 is the same music in some key, octaves apart, 0 nothing shared.
Read it beside the same figure of real music that was not trained on: songs share a great deal.

Shapes: N segments, M parts. The onsets of one part and pitch class are one 64-bit word, so a
transposition only moves words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import Notes

BARS, PLACES = 4, 16  # of a segment, of a bar: 64 bits
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Nearest:
    """For each segment the likeness of its nearest neighbour and that neighbour's index, (N,)."""

    similarity: NDArray[np.float64]
    index: NDArray[np.intp]


def pack_bars(parts: Mapping[str, Notes], starts: NDArray[np.int64]) -> Words:
    """Return each bar's onsets, (bars, M, 12): bit p of word (m, c) is sixteenth p of the bar.

    Args:
        parts: notes by role; drums are passed over.
        starts: first step of every bar and, last, the end, (bars + 1,); each bar is divided
            into 16 places however long it is.
    """
    pitched = [notes for role, notes in parts.items() if role != "drums"]
    words = np.zeros((len(starts) - 1, len(pitched), 12), dtype=np.uint64)
    lengths = np.diff(starts)
    for m, notes in enumerate(pitched):
        bar = np.searchsorted(starts, notes["onset"], side="right") - 1
        inside = (bar >= 0) & (bar < len(lengths))
        bar, onset = bar[inside], notes["onset"][inside]
        place = np.rint((onset - starts[bar]) * PLACES / lengths[bar]).astype(np.uint64)
        bits = np.uint64(1) << np.minimum(place, np.uint64(PLACES - 1))
        cell = bar * 12 + notes["pitch"][inside] % 12
        column = np.zeros(len(lengths) * 12, dtype=np.uint64)
        np.bitwise_or.at(column, cell, bits)
        words[:, m] = column.reshape(-1, 12)
    return words


def join(bars: Words, hop: int = 1) -> Words:
    """Return every segment of 4 bars, (N, M, 12), beginning each `hop` bars.

    Args:
        bars: (bars, M, 12) from `pack_bars`.
        hop: bars from one segment's beginning to the next's.
    """
    n = max(len(bars) - BARS + 1, 0)
    joined = np.zeros((n, *bars.shape[1:]), dtype=np.uint64)
    for i in range(BARS):
        joined |= bars[i : i + n] << np.uint64(PLACES * i)
    return joined[::hop]


def size(words: Words) -> NDArray[np.int64]:
    """Return how many onsets each segment has, (N,)."""
    return np.bitwise_count(words).sum(axis=(-2, -1), dtype=np.int64)


def nearest(queries: Words, training: Words, *, min_onsets: int = 12) -> Nearest:
    """Return the likest training segment of every query, at any transposition.

    Args:
        queries: (N, M, 12) from `join`.
        training: (N', M, 12), N' ≥ 1.
        min_onsets: segments with fewer are neither asked (NaN, index −1) nor found: a few notes
            are like anything.

    Raises:
        ValueError: no training segment has enough onsets.
    """
    kept = np.flatnonzero(size(training) >= min_onsets)
    if not len(kept):
        raise ValueError(f"no training segment has {min_onsets} onsets")
    columns = np.ascontiguousarray(training[kept].transpose(1, 2, 0))  # (M, 12, N')
    sizes = size(training[kept])
    similarity = np.full(len(queries), np.nan)
    index = np.full(len(queries), -1, dtype=np.intp)
    query_sizes = size(queries)
    for i in np.flatnonzero(query_sizes >= min_onsets):
        shared = _most_shared(queries[i], columns)
        likeness = 2 * shared / (sizes + query_sizes[i])
        best = int(likeness.argmax())
        similarity[i], index[i] = likeness[best], kept[best]
    return Nearest(similarity, index)


def _most_shared(query: Words, columns: Words) -> NDArray[np.uint16]:
    """Onsets shared with each training segment at the best transposition, (N',)."""
    n = columns.shape[-1]
    best, shared = np.zeros(n, np.uint16), np.zeros(n, np.uint16)
    both, count = np.empty(n, np.uint64), np.empty(n, np.uint8)
    used = np.argwhere(query)
    for shift in range(12):
        shared[:] = 0
        for part, pitch_class in used:
            column = columns[part, (pitch_class + shift) % 12]
            np.bitwise_and(column, query[part, pitch_class], out=both)
            shared += np.bitwise_count(both, out=count)
        np.maximum(best, shared, out=best)
    return best


def summary(similarity: NDArray[np.float64], copy_from: float = 0.9) -> dict[str, float]:
    """Return median, 95th percentile, maximum and the share from `copy_from` up; NaN if none."""
    known = similarity[np.isfinite(similarity)]
    if not len(known):
        return dict.fromkeys(("median", "p95", "max", "copies"), float("nan"))
    return {
        "median": float(np.median(known)),
        "p95": float(np.quantile(known, 0.95)),
        "max": float(known.max()),
        "copies": float((known >= copy_from).mean()),
    }
