"""From played notes to what a score can say: a grid, at most two voices a staff, two hands.

Times are steps of `RESOLUTION`. Each beat of a track snaps to sixteenths or to triplet
eighths, whichever lies nearer to its onsets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from antiphon.music.piece import RESOLUTION, Metre, Piece, Track

BEAT = RESOLUTION
SIXTEENTH, EIGHTH, TRIPLET = BEAT // 4, BEAT // 2, BEAT // 3


@dataclass(frozen=True)
class Bar:
    """One measure of the score."""

    start: int
    length: int
    metre: Metre

    @property
    def has_triplets(self) -> bool:
        """Whether beats divide in two, so that a division in three is a triplet."""
        return self.metre.denominator <= 4

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True)
class Head:
    """One note head: `end` is where it stops, `was` its onset before it was quantised."""

    onset: int
    end: int
    pitch: int
    velocity: int
    was: int


@dataclass(frozen=True)
class Event:
    """A chord of one voice: its heads begin and end together."""

    onset: int
    end: int
    heads: tuple[Head, ...]


def bars_of(piece: Piece) -> list[Bar]:
    """Return the measures of a piece that lies on the grid of `RESOLUTION`."""
    starts = piece.bar_starts().tolist()
    return [Bar(start, stop - start, piece.metre_at(start)) for start, stop in pairwise(starts)]


class _Grid:
    """Knows for each beat of a track whether it divides in four or in three."""

    def __init__(self, onsets: Iterable[int], bars: list[Bar]) -> None:
        self.bars = bars
        self.starts = np.array([bar.start for bar in bars])
        placed: defaultdict[int, list[int]] = defaultdict(list)
        for onset in onsets:
            beat, local, bar = self._beat(onset)
            if bar.has_triplets and beat + BEAT <= bar.end:
                placed[beat].append(local)
        self.in_three = {beat for beat, locals_ in placed.items() if _is_triplet(locals_)}

    def _beat(self, at: int) -> tuple[int, int, Bar]:
        """Return where the beat around a step begins, the place in it and the bar."""
        index = min(max(int(np.searchsorted(self.starts, at, "right")) - 1, 0), len(self.bars) - 1)
        bar = self.bars[index]
        local = (at - bar.start) % BEAT
        return at - local, local, bar

    def snapped(self, at: int) -> int:
        beat, local, _ = self._beat(at)
        unit = self.unit(at)
        return beat + unit * ((2 * local + unit) // (2 * unit))

    def unit(self, at: int) -> int:
        return TRIPLET if self._beat(at)[0] in self.in_three else SIXTEENTH


def _is_triplet(locals_: list[int]) -> bool:
    def error(unit: int) -> int:
        return sum(min(at % unit, unit - at % unit) for at in locals_)

    in_three = any(abs(at - third) <= 2 for at in locals_ for third in (TRIPLET, 2 * TRIPLET))
    return in_three and error(TRIPLET) < error(SIXTEENTH)


def heads_of(track: Track, bars: list[Bar]) -> list[Head]:
    """Return the notes of a track on the score's grid, none shorter than a grid step."""
    grid = _Grid(track.notes["onset"].tolist(), bars)
    last = bars[-1].end
    found: dict[tuple[int, int], Head] = {}
    for onset, duration, pitch, velocity in track.notes.tolist():
        start = grid.snapped(onset)
        if start >= last:
            continue
        stop = max(grid.snapped(onset + duration), start + grid.unit(start))
        head = Head(start, min(stop, last), pitch, velocity, onset)
        same = found.get((start, pitch))
        if same is None or same.end < head.end:
            found[start, pitch] = head
    return sorted(found.values(), key=lambda h: (h.onset, h.pitch))


def hands(heads: list[Head], bars: list[Bar]) -> tuple[list[Head], list[Head]]:
    """Deal a keyboard part to two staves, bar by bar at the widest gap around middle C."""
    right: list[Head] = []
    left: list[Head] = []
    for group in _by_bar(heads, bars):
        pitches = {head.pitch for head in group}

        def gap(split: int, pitches: set[int] = pitches) -> tuple[int, int]:
            nearest = min((abs(2 * p + 1 - 2 * split) for p in pitches), default=0)
            return nearest, -abs(split - 60)

        split = max(range(55, 66), key=gap)
        for head in group:
            (right if head.pitch >= split else left).append(head)
    return right, left


def _by_bar(heads: list[Head], bars: list[Bar]) -> list[list[Head]]:
    starts = np.array([bar.start for bar in bars])
    groups: list[list[Head]] = [[] for _ in bars]
    for head in heads:
        groups[max(int(np.searchsorted(starts, head.onset, "right")) - 1, 0)].append(head)
    return groups


def voices(heads: list[Head], bars: list[Bar]) -> list[list[Event]]:
    """Return one voice, or two where notes are held while others move; the upper first."""
    first: list[Head] = []
    second: list[Head] = []
    groups = _by_bar(heads, bars)
    for index, group in enumerate(groups):
        following = next((g[0].onset for g in groups[index + 1 :] if g), bars[-1].end)
        upper, lower = _dealt(group, following)
        first += upper
        second += lower
    return [events for events in (_events(first, bars), _events(second, bars)) if events]


def _dealt(group: list[Head], following: int) -> tuple[list[Head], list[Head]]:
    """Return the heads of the upper and of the lower voice of one bar."""
    onsets = sorted({head.onset for head in group})
    after = dict(zip(onsets, [*onsets[1:], following], strict=False))
    held = [h for h in group if h.end >= after[h.onset] + EIGHTH and after[h.onset] < following]
    for sign in (1, -1):  # notes held below the moving ones, else above them
        kept = [h for h in held if _is_outer(h, group, sign)]
        if kept and len(kept) < len(group):
            moving = [h for h in group if h not in kept]
            return (moving, kept) if sign > 0 else (kept, moving)
    return group, []


def _is_outer(head: Head, group: list[Head], sign: int) -> bool:
    meanwhile = [h.pitch * sign for h in group if head.onset < h.onset < head.end]
    return bool(meanwhile) and head.pitch * sign < min(meanwhile)


def _events(heads: list[Head], bars: list[Bar]) -> list[Event]:
    """Return the chords of one voice: equal ends, none longer than to the next one."""
    groups: defaultdict[int, list[Head]] = defaultdict(list)
    for head in heads:
        groups[head.onset].append(head)
    onsets = sorted(groups)
    starts = np.array([bar.start for bar in bars])
    events = []
    for onset, following in zip(onsets, [*onsets[1:], bars[-1].end], strict=False):
        end = min(max(head.end for head in groups[onset]), following)
        bar = bars[max(int(np.searchsorted(starts, end, "right")) - 1, 0)]
        end = _plain(onset, end, following, end - bar.start)
        chord = tuple(replace(h, end=end) for h in sorted(groups[onset], key=lambda h: h.pitch))
        events.append(Event(onset, end, chord))
    return events


def _plain(onset: int, end: int, following: int, in_bar: int) -> int:
    """Return an end that needs no tiny rests or ties, where the played one would."""
    if following - end <= SIXTEENTH:
        return following
    if end - onset >= BEAT and in_bar % EIGHTH == SIXTEENTH:
        return min(end + SIXTEENTH, following)
    return end
