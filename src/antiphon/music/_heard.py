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

SILENT = 128  # where no pitch sounds


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
def roll(
    onset: Column, duration: Column, pitch: Column, n_rows: int, rows_per_step: float
) -> NDArray[np.bool_]:
    """Return (n_rows, 128) which pitches sound when; a note fills a row at least."""
    out = np.zeros((n_rows, 128), np.bool_)
    for note in range(len(onset)):
        first = int(np.rint(onset[note] * rows_per_step))
        if not 0 <= first < n_rows or not 0 <= pitch[note] < 128:
            continue
        length = max(int(np.rint(duration[note] * rows_per_step)), 1)
        for row in range(first, min(first + length, n_rows)):
            out[row, pitch[note]] = True
    return out


@compiled
def lowest(onset: Column, duration: Column, pitch: Column, end: int) -> NDArray[np.int16]:
    """Return (end,) the lowest pitch that sounds at each step, `SILENT` where none does."""
    floor = np.full(end, SILENT, np.int16)
    for note in range(len(onset)):
        stop = min(onset[note] + max(duration[note], 1), end)
        for step in range(max(onset[note], 0), stop):
            floor[step] = min(floor[step], pitch[note])
    return floor


@compiled
def bass_of(
    onset: Column, duration: Column, pitch: Column, beat: int, ceiling: int, reach: int
) -> NDArray[np.bool_]:
    """Return which notes, sorted by onset, then pitch, are a bass line; see `roles.is_bass_note`.

    Args:
        beat: a quarter note in steps.
        ceiling: pitch below which bass notes lie.
        reach: semitones above the lowest note around.
    """
    is_bass = pitch < ceiling
    if not is_bass.any():
        return is_bass
    low, begin = np.flatnonzero(is_bass), np.maximum(onset, 0)
    floor = lowest(onset[low], duration[low], pitch[low], begin.max() + 1)
    by_beat = np.full(begin.max() // beat + 3, SILENT, np.int16)  # from the beat before the first
    for note in range(len(onset)):
        place = begin[note] // beat + 1
        by_beat[place] = min(by_beat[place], pitch[note])
    for note in range(len(onset)):
        if not is_bass[note]:
            continue
        place = begin[note] // beat + 1
        around = min(by_beat[place - 1], by_beat[place], by_beat[place + 1])
        is_first = note == 0 or onset[note] != onset[note - 1]
        is_lowest = pitch[note] <= min(floor[begin[note]], around + reach)
        is_bass[note] = is_first and is_lowest
    return is_bass


@compiled
def extent_of(onset: Column, duration: Column, starts: Places) -> tuple[int, int]:
    """Return the first bar of a melody proper (a pickup is none) and the bar after its last."""
    n_bars = len(starts) - 1
    first, earliest, last, latest = n_bars, n_bars, 0, 0
    for note in range(len(onset)):
        begin = np.int64(onset[note])
        end = begin + duration[note]
        bar = min(max(int(np.searchsorted(starts, begin, side="right")) - 1, 0), n_bars - 1)
        earliest, latest = min(earliest, bar), max(latest, bar)
        if 2 * (begin - starts[bar]) < starts[bar + 1] - starts[bar]:
            first = min(first, bar)
        # the final note may hang over; a bar of which it fills less than half is the ending's
        bar = min(max(int(np.searchsorted(starts, end, side="left")) - 1, 0), n_bars - 1)
        if 2 * (end - starts[bar]) >= starts[bar + 1] - starts[bar]:
            last = max(last, bar)
    last = max(last, latest) + 1
    return min(first, earliest + 1, n_bars - 1, last - 1), last


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
