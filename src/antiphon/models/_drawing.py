"""Drawing: one choice a row among the likeliest (nucleus sampling, Holtzman et al., ICLR 2020,
https://arxiv.org/abs/1904.09751)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled
from antiphon.representations.score import Ints

Floats = NDArray[np.float32]


def drawn(logits: Floats, allowed: NDArray[np.bool_] | None, u: Floats, share: float) -> Ints:
    """Return one index a row, drawn by u among the likeliest that have this share together.

    Args:
        logits: (n, k).
        allowed: (n, k) what may be drawn, at least one in each row; everything when left out.
        u: (n,) numbers in [0, 1), one for each row.
    """
    if allowed is None:
        allowed = np.ones(logits.shape, bool)
    logits, u = (np.ascontiguousarray(x, np.float32) for x in (logits, u))
    return _drawn(logits, allowed, u, np.float32(share))


@compiled
def _drawn(logits: Floats, allowed: NDArray[np.bool_], u: Floats, share: np.float32) -> Ints:
    out = np.empty(len(logits), np.int64)
    for i in range(len(out)):
        out[i] = drawn_one(logits[i], allowed[i], u[i], share)
    return out


@compiled
def drawn_one(logits: Floats, allowed: NDArray[np.bool_], u: np.float32, share: np.float32) -> int:
    """Return what `drawn` does for one row: compiled, for compiled callers."""
    p = np.empty(len(logits), np.float32)
    _fill_likely(logits, allowed, p)
    least = _least(p.copy(), share)
    total = np.float32(0)
    for k in range(len(p)):
        if p[k] >= least:
            total += p[k]
    wanted, reached, found = u * total, np.float32(0), 0
    for k in range(len(p)):
        if p[k] >= least and p[k] > 0:
            found = k
            reached += p[k]
            if reached > wanted:
                break
    return found


@compiled
def _fill_likely(logits: Floats, allowed: NDArray[np.bool_], p: Floats) -> None:
    """Write how likely each choice of a row is; what is not allowed is not."""
    top = np.float32(-np.inf)
    for k in range(len(p)):
        if allowed[k]:
            top = max(top, logits[k])
    total = np.float32(0)
    for k in range(len(p)):
        p[k] = np.exp(logits[k] - top) if allowed[k] else np.float32(0)
        total += p[k]
    p /= total


@compiled
def _least(left: Floats, share: np.float32) -> np.float32:
    """Return how likely the last is of the likeliest that have this share together.

    Args:
        left: how likely each is; what has been taken is overwritten.
    """
    reached = np.float32(0)
    while True:
        at = left.argmax()
        least = left[at]
        reached += least
        left[at] = -1
        if reached >= share or least <= 0:
            return least
