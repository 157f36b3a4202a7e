"""Bridges: what is made before bars that stay leans to what these begin with.

The scribe writes from left to right and knows nothing of what comes. So in the last bars before
those that stay, onsets lean to the rhythm that comes, and in all that is made register and
fullness lean to a way from what was before to what comes.

Shapes: N bars, M parts, P pitches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.models._leaning import Lean, copied
from antiphon.models._waiting import Kept
from antiphon.representations.bars import MAX_BEATS, PITCHED
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import N_CELLS, N_PARTS, Ints

Floats = NDArray[np.float32]
_REACH = 2  # bars on either side of what is made that are looked at
_BEGINS, _RESTS = 1.0, -0.3  # log-odds of an onset where the next bar has one, and where not
_CHORDAL = 0.5  # of these for chords, of which each note is leaned to
_SECOND = 0.6  # of these between bars that are two apart: songs repeat two bars nearly as often
_FULLER = 1.2  # log-odds of another note that begins with one, for each more than `_FULLNESS`
_FULLNESS = 1.4  # notes that begin together, on average
_WIDTH = 7.5  # semitones from the middle of its register at which a part begins to be held back
_STEP = 4.5  # semitones the same, in the last two beats, from the first note that comes


@dataclass(frozen=True)
class _Part:
    """What stays of one part.

    Attributes:
        stays: (N,) whether it stays in each bar.
        bar, slot, row: (n,) of its notes.
    """

    stays: NDArray[np.bool_]
    bar: Ints
    slot: Ints
    row: Ints

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Yield the first bar of each run that is made, and the first that stays after it."""
        edges = np.flatnonzero(np.diff(self.stays, prepend=True, append=True)).tolist()
        yield from zip(edges[::2], edges[1::2], strict=True)

    def near(self, first: int, way: int) -> NDArray[np.bool_]:
        """Return which notes are in the bars that stay from one on, at most `_REACH` of them."""
        found = np.zeros(len(self.bar), bool)
        for bar in range(first, first + way * _REACH, way):
            if not 0 <= bar < len(self.stays) or not self.stays[bar]:
                break
            found |= self.bar == bar
        return found

    def begins(self, bar: int) -> NDArray[np.bool_]:
        """Return the slots in which a note begins in a bar that stays; none if it is made."""
        found = np.zeros(N_CELLS // N_PARTS, bool)
        found[self.slot[(self.bar == bar) & (bar < len(self.stays) and self.stays[bar])]] = True
        return found


def bridged(kept: Kept, lean: Lean | None) -> Lean | None:
    """Return what choices lean to, of a piece of which something stays after what is made.

    Args:
        lean: what they lean to by themselves; it stays as it is.
    """
    out = None
    for index, role in enumerate(PITCHED):
        of = kept.cell % N_PARTS == index
        part = _Part(kept.parts[:, index], kept.bar[of], kept.cell[of] // N_PARTS, kept.row[of])
        for first, last in part.gaps():
            if not part.near(last, 1).any():
                continue
            out = out or copied(lean, len(kept.parts))
            share = _CHORDAL if role == "chords" else 1.0
            out.odds[first:last, index::N_PARTS] += share * _to_rhythm(part, first, last)
            out.more[first:last, index] += _to_fullness(part, first, last)
            out.rows[first:last, :, index] += _to_register(
                part, first, last, leads=role != "chords"
            )
    return out or lean


def _to_rhythm(part: _Part, first: int, last: int) -> Floats:
    """Return log-odds (bars, slots) of an onset in the bars of a gap."""
    odds = np.zeros((last - first, N_CELLS // N_PARTS), np.float32)
    for back, ahead, share in ((1, 0, 1.0), (2, 0, _SECOND), (1, 1, _SECOND)):
        begins = part.begins(last + ahead)
        if back <= last - first and begins.any():
            odds[-back] += share * np.where(begins, _BEGINS, _RESTS)
    return odds


def _to_fullness(part: _Part, first: int, last: int) -> Floats:
    """Return log-odds (bars,) of another note that begins with one, in the bars of a gap."""
    ends: list[float] = []
    for begin, step in ((first - 1, -1), (last, 1)):
        near = part.near(begin, step)
        onsets = {(int(b), int(s)) for b, s in zip(part.bar[near], part.slot[near], strict=True)}
        if onsets:
            ends.append(int(near.sum()) / len(onsets))
    beside = _way(ends[0], ends[-1], last - first)
    return (_FULLER * (beside - _FULLNESS)).astype(np.float32)


def _way(start: float, goal: float, n_bars: int) -> NDArray[np.float64]:
    """Return what lies in each bar (bars,) of an even way from the bar before to the one after."""
    return start + (goal - start) * (np.arange(1, n_bars + 1) / (n_bars + 1))


def _to_register(part: _Part, first: int, last: int, *, leads: bool) -> Floats:
    """Return logits (bars, beats, P) of pitches in the bars of a gap.

    Args:
        leads: whether it is a line, which leads to its next note.
    """
    rows = np.arange(N_PITCHES)
    after, before = part.near(last, 1), part.near(first - 1, -1)
    goal = part.row[after].mean()
    start = part.row[before].mean() if before.any() else goal
    middle = _way(start, goal, last - first)
    logits = -(((rows - middle[:, None]) / _WIDTH) ** 2) / 2
    out = np.repeat(logits[:, None], MAX_BEATS, axis=1)
    coming = part.bar == last
    if leads and coming.any():
        first_row = part.row[coming][0]
        out[-1, MAX_BEATS // 2 :] -= ((rows - first_row) / _STEP) ** 2 / 2
    return out.astype(np.float32)
