"""Progressions: what chords a piece has, how they move, how long they last and what returns.

Measures say the same of pieces in all keys: chords come in C major or A minor.

Shapes: N bars, `MAX_BEATS` beats a bar of which the metre uses the first, F measures.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import NO_CHORD, QUALITY_NAMES

_KINDS = (
    ("",),
    ("m",),
    ("7", "9"),
    ("m7", "m9"),
    ("maj7", "maj9"),
    ("dim", "dim7", "m7b5"),
    ("sus4", "sus2", "7sus4"),
    ("aug",),
    ("6", "m6", "mMaj7", "add9"),
)
_KIND = np.array([next(i for i, k in enumerate(_KINDS) if name in k) for name in QUALITY_NAMES])
_LAGS = (1, 2, 4, 8)
_PHRASE_BARS = 4
N_MEASURES = 12 + 12 + len(_KINDS) + 1 + 5 + 2 * len(_LAGS) + 1 + 12 + 3 + 3


def progression_measures(
    chords: NDArray[np.uint8], n_beats: int, *, minor: bool
) -> NDArray[np.float64]:
    """Return (F,) measures of one progression; NaN where there is nothing to measure.

    Shares of beats by root, bass and kind of chord; changes; bars and beats that are the same as
    1, 2, 4 and 8 bars before; how many chords there are; intervals of roots; how long chords
    last; where it begins, and where phrases of four bars end.

    Args:
        chords: (N, MAX_BEATS, 3) root, quality and bass of each beat in the home key; `NO_CHORD`.
        n_beats: beats of each bar.
        minor: whether the home key is A minor.
    """
    rows = chords[:, :n_beats].astype(np.int64)
    names = (rows[..., 0] * len(QUALITY_NAMES) + rows[..., 1]) * 12 + rows[..., 2]
    flat = rows.reshape(-1, 3)
    sounds = flat[:, 0] != NO_CHORD
    root, quality, bass = flat[sounds].T
    changes = np.flatnonzero(np.diff(names.ravel()))
    moves = (flat[changes + 1, 0] - flat[changes, 0]) % 12
    moves = moves[sounds[changes] & sounds[changes + 1]]
    lasts = np.diff(np.concatenate([[0], changes + 1, [names.size]])) / n_beats
    within = (names[:, 1:] != names[:, :-1]).sum(axis=1)
    tonic = 9 if minor else 0
    ends = rows[_PHRASE_BARS - 1 :: _PHRASE_BARS, -1, 0]
    measures = [
        *_shares(root, 12),
        *_shares(bass, 12),
        *_shares(_KIND[quality], len(_KINDS)),
        _mean(root != bass),
        len(changes) / len(rows),
        _mean(names[1:, 0] != names[:-1, -1]),
        *(_mean(within == n) for n in range(3)),
        *(_mean((names[lag:] == names[:-lag]).all(axis=1)) for lag in _LAGS),
        *(_mean(names[lag:] == names[:-lag]) for lag in _LAGS),
        len(np.unique(names)) / math.sqrt(names.size),
        *_shares(moves, 12),
        _mean(lasts >= 2),
        _mean(lasts >= 1),
        _mean(lasts),
        _mean(rows[0, :, 0] == tonic),
        _mean(ends == tonic),
        _mean(ends == (tonic + 7) % 12),
    ]
    return np.array(measures)


def _shares(values: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    if not len(values):
        return np.full(n, math.nan)
    return np.bincount(values, minlength=n)[:n] / len(values)


def _mean(values: NDArray[np.generic]) -> float:
    return float(values.mean()) if values.size else math.nan
