"""Views: what adversarial networks see of a window of music, as one tensor, and the way back.

A view is a frozen config with the shape of one segment and of what is told about it. It opens a
prepared folder as a source of segments, and (all but spectrograms) turns segments that were
made into notes again. Music is in C major or A minor; windows are in 4/4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from antiphon.music.instruments import ROLES
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import (
    NOTE,
    RESOLUTION,
    KeyMark,
    Notes,
    Piece,
    Tempo,
    Track,
    without_overlaps,
)
from antiphon.representations.bars import PITCHED
from antiphon.representations.prepared import Tables

Array = NDArray[np.float32]
BAR_STEPS = 4 * RESOLUTION
_HOME = (Key(0, "major"), Key(9, "minor"))
_BPM = 90.0  # near the median of pop songs; a segment says nothing of tempo


@dataclass(frozen=True)
class Source:
    """Segments of one split.

    Attributes:
        n: how many there are.
        take: gives segments (B, *shape) and what is told about them (B, *condition_shape)
            for indices below n.
        pieces: what is known of the songs, as in ``pieces.json``.
        piece: (n,) which of them each segment is from.
    """

    n: int
    take: Callable[[NDArray[np.int64]], tuple[Array, Array]]
    pieces: list[dict[str, Any]]
    piece: NDArray[np.int64]


@dataclass(frozen=True)
class Passage:
    """Notes of a made segment by part, in steps from its first bar line, and its whole bars."""

    parts: dict[str, Notes]
    n_bars: int


class View(Protocol):
    """How networks see music."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one segment."""
        ...

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """Shape of what is told about a segment; ``(0,)`` for nothing."""
        ...

    def open(self, folder: Path, split: str) -> Source:
        """Open a prepared folder.

        Raises:
            AntiphonError: it does not hold what this view shows.
        """
        ...

    def passage(self, segment: Array) -> Passage:
        """Return the notes of a made segment.

        Raises:
            AntiphonError: it holds none.
        """
        ...


def window_starts(tables: Tables, n_bars: int) -> NDArray[np.int64]:
    """Return the first bars of all windows of bars in 4/4 that follow one another."""
    bars = tables.bars
    fits = (bars["n_beats"] == 4) & (bars["compound"] == 0)
    joined = np.concatenate(
        [[False], (np.diff(bars["piece"]) == 0) & (np.diff(bars["run"]) == 0), [False]]
    )
    count = len(bars) - n_bars + 1
    good = np.ones(max(count, 0), bool)
    for offset in range(n_bars if count > 0 else 0):
        good &= fits[offset : offset + count]
        if offset:
            good &= joined[offset : offset + count]
    return np.flatnonzero(good)


def check_parts(parts: Sequence[str]) -> None:
    """Check the names of parts of a view.

    Raises:
        ValueError: a part is unknown, or there is none.
    """
    if not parts or not set(parts) <= set(PITCHED) or len(set(parts)) < len(parts):
        raise ValueError(f"parts must be different ones of {', '.join(PITCHED)}, not {parts}")


def piece_of(
    passages: Iterable[Passage],
    n_bars: int,
    title: str = "",
    programs: Mapping[str, int] | None = None,
) -> Piece:
    """Return passages one after another as a piece of n_bars, in the key they are nearer to.

    Args:
        programs: General MIDI program by part; those of `ROLES` for the others.
    """
    playing = {part: role.program for part, role in ROLES.items()} | dict(programs or {})
    found: dict[str, list[Notes]] = {}
    begin = 0
    for passage in passages:
        for part, notes in passage.parts.items():
            moved = notes.copy()
            moved["onset"] += begin * BAR_STEPS
            end = min(n_bars, begin + passage.n_bars) * BAR_STEPS
            moved = moved[moved["onset"] < end]
            moved["duration"] = np.minimum(moved["duration"], n_bars * BAR_STEPS - moved["onset"])
            found.setdefault(part, []).append(moved)
        begin += passage.n_bars
    tracks = []
    weight = np.zeros(12)
    for part, many in found.items():
        notes = np.sort(np.concatenate(many).astype(NOTE), order=("onset", "pitch"))
        np.add.at(weight, notes["pitch"] % 12, notes["duration"])
        notes = without_overlaps(notes)
        tracks.append(Track(ROLES[part].name, playing[part], notes=notes, role=part))
    key = estimate_key(weight, _HOME) or _HOME[0]
    return Piece(
        tracks,
        tempos=[Tempo(0, _BPM)],
        keys=[KeyMark(0, key)],
        title=title,
        n_bars_asked=n_bars,
    )
