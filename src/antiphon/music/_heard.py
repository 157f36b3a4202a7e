"""What is heard in stretches of a piece: sums over its notes, compiled.

Shapes: S stretches between S + 1 edges, N bars, D features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Column = NDArray[np.integer]  # one field of notes


@compiled
def sounding(onset: Column, duration: Column, pitch: Column, edges: Places) -> Floats:
    """Return (S, 12) how long each pitch class sounds between neighbouring edges, in steps."""
    n_stretches = len(edges) - 1
    heard = np.zeros((n_stretches, 12))
    for note in range(len(onset)):
        begin, pitch_class = np.int64(onset[note]), pitch[note] % 12
        end = begin + duration[note]
        stretch = max(int(np.searchsorted(edges, begin, side="right")) - 1, 0)
        while stretch < n_stretches and edges[stretch] < end:
            inside = min(end, edges[stretch + 1]) - max(begin, edges[stretch])
            heard[stretch, pitch_class] += max(inside, 0)
            stretch += 1
    return heard


@compiled
def onsets(onset: Column, starts: Places, n_places: int) -> Floats:
    """Return (N, n_places) how many notes begin at each place of a bar.

    What begins before the first bar counts for its first place, what begins after the last for
    its last.
    """
    n_bars = len(starts) - 1
    heard = np.zeros((n_bars, n_places))
    for note in range(len(onset)):
        bar = int(np.searchsorted(starts, onset[note], side="right")) - 1
        bar = min(max(bar, 0), n_bars - 1)
        place = (onset[note] - starts[bar]) * n_places // (starts[bar + 1] - starts[bar])
        heard[bar, min(max(place, 0), n_places - 1)] += 1.0
    return heard


@compiled
def weighted(features: Floats, share: float) -> Floats:
    """Return (N, D + 1) rows of equal length, so that a product of two is at most their share.

    All silent bars are alike and unlike any other.
    """
    n_bars, n_features = features.shape
    rows = np.zeros((n_bars, n_features + 1))
    weight = np.sqrt(share)
    for bar in range(n_bars):
        norm = 0.0
        for feature in range(n_features):
            norm += features[bar, feature] * features[bar, feature]
        norm = np.sqrt(norm)
        if norm == 0:
            rows[bar, n_features] = weight
        else:
            for feature in range(n_features):
                rows[bar, feature] = weight * (features[bar, feature] / max(norm, 1e-9))
    return rows


@compiled
def best_path(scores: Floats, change_cost: Floats) -> Places:
    """Return the best state of each stretch (S,), by the Viterbi algorithm.

    Args:
        scores: (S, C) of each state.
        change_cost: (S,) what any other state than the one before costs there.
    """
    n_stretches, n_states = scores.shape
    best = scores[0].copy()  # what the best path to each state is worth
    path = np.zeros(n_stretches, np.int64)
    changed = np.zeros((n_stretches, n_states), np.bool_)
    tops = np.zeros(n_stretches, np.int64)
    for stretch in range(1, n_stretches):
        top = tops[stretch] = best.argmax()
        jump = best[top] - change_cost[stretch]
        for state in range(n_states):
            changed[stretch, state] = best[state] < jump
            best[state] = scores[stretch, state] + max(best[state], jump)
    state = path[n_stretches - 1] = best.argmax()
    for stretch in range(n_stretches - 1, 0, -1):
        if changed[stretch, state]:
            state = tops[stretch]
        path[stretch - 1] = state
    return path
