"""Placing notes in the slots of bars: the loop of `bars.encode`, compiled.

Shapes: N bars of a piece, K notes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled

_LONGEST = 65535  # slots that a duration of two bytes holds


class Grid(NamedTuple):
    """Where the bars of a piece lie, in steps and in slots counted through.

    Slots are counted through the whole piece, bars that are left out being as long as one.
    """

    starts: NDArray[np.int64]  # (N + 1,) steps
    first_slot: NDArray[np.int64]  # (N + 1,)
    kept: NDArray[np.bool_]  # (N,)
    beat: NDArray[np.int64]  # (N,) length of a felt beat in steps
    edges: NDArray[np.float64]  # (N, S) where in a beat, 0 … 1, one slot ends and the next begins


class Placed(NamedTuple):
    """Where notes begin, and for how long they sound.

    Attributes:
        bar: (K,) that each begins in; −1 where that is left out, or outside the piece.
        slot: (K,) of the bar.
        duration: (K,) slots, at the least one, up to the next bar that is left out.
        counts: (N,) how many begin in each bar.
    """

    bar: NDArray[np.int64]
    slot: NDArray[np.int64]
    duration: NDArray[np.int64]
    counts: NDArray[np.int64]


@compiled
def placed(
    onset: NDArray[np.integer], duration: NDArray[np.integer], grid: Grid, n_slots: int
) -> Placed:
    """Return the slots nearest to notes, given in steps; a bar has at the most `n_slots`."""
    n_bars = len(grid.kept)
    limit = np.empty(n_bars, np.int64)  # the slot at which notes of a bar are cut
    following = grid.first_slot[n_bars]
    for bar in range(n_bars - 1, -1, -1):
        if not grid.kept[bar]:
            following = grid.first_slot[bar]
        limit[bar] = following
    bars, slots = np.full(len(onset), -1, np.int64), np.zeros(len(onset), np.int64)
    durations, counts = np.ones(len(onset), np.int64), np.zeros(n_bars, np.int64)
    here = 0  # notes are nearly in order: the bar of the one before is near
    for note in range(len(onset)):
        step = int(onset[note])
        here = bar_of(step, grid.starts, here)
        begin = slot_of(step, here, grid)
        bar = bar_of(begin, grid.first_slot, here)
        if begin < 0 or begin >= grid.first_slot[n_bars] or not grid.kept[bar]:
            continue
        stop = step + int(duration[note])
        end = min(slot_of(stop, bar_of(stop, grid.starts, here), grid), limit[bar])
        bars[note], counts[bar] = bar, counts[bar] + 1
        slots[note] = min(begin - grid.first_slot[bar], n_slots - 1)
        durations[note] = min(max(end - begin, 1), _LONGEST)
    return Placed(bars, slots, durations, counts)


@compiled
def bar_of(at: int, starts: NDArray[np.int64], bar: int) -> int:
    """Return the bar that a step or slot lies in, the first or last beyond them.

    Args:
        at: the step or slot.
        starts: (N + 1,) of the bars.
        bar: one that may be near.
    """
    while bar > 0 and at < starts[bar]:
        bar -= 1
    while bar < len(starts) - 2 and at >= starts[bar + 1]:
        bar += 1
    return bar


@compiled
def slot_of(step: int, bar: int, grid: Grid) -> int:
    """Return the slot nearest to a step of a bar, counted from the first bar; −1 before it."""
    if step < grid.starts[0]:
        return -1
    if not grid.kept[bar]:
        return int(grid.first_slot[bar])
    at = (step - grid.starts[bar]) / grid.beat[bar]  # in beats
    whole = int(np.floor(at))
    place = 0
    while place < grid.edges.shape[1] and grid.edges[bar, place] < at - whole:
        place += 1
    return int(grid.first_slot[bar]) + whole * grid.edges.shape[1] + place
