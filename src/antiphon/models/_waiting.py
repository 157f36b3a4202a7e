"""What stays of pieces that are written again, and waits for its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.score import END, MAX_TOKENS, N_PARTS, Ints
from antiphon.representations.writing import Writing


@dataclass
class Kept:
    """Notes that stay, of one piece: arrays as `Writing.notes` returns them, in order.

    Attributes:
        parts: (N, M) whether a part of a bar is kept.
    """

    parts: NDArray[np.bool_]
    bar: Ints
    cell: Ints
    row: Ints
    duration: Ints
    loudness: Ints


class Waiting:
    """What is kept of B pieces of N bars and has not been written yet.

    Attributes:
        parts: (B, N, M) whether a part of a bar is kept.
        made: (B, N) whether anything in a bar is to be made.
    """

    def __init__(self, kept: Sequence[Kept] | None, b: int, n: int) -> None:
        self.parts = np.zeros((b, n, N_PARTS), bool)
        self._cell = np.full((b, n, MAX_TOKENS), END, np.int64)
        self._rest = np.zeros((b, n, MAX_TOKENS, 3), np.int64)
        self._at = np.zeros((b, n), np.int64)
        for piece, k in enumerate(kept or ()):
            self.parts[piece] = k.parts
            stays = k.parts[k.bar, k.cell % N_PARTS]
            bar = k.bar[stays]
            place = np.arange(len(bar)) - np.searchsorted(bar, bar)
            self._cell[piece, bar, place] = k.cell[stays]
            rest = np.stack([k.row, k.duration, k.loudness], axis=1)
            self._rest[piece, bar, place] = rest[stays]
        self.made = np.logical_not(self.parts.all(axis=-1))
        self._last = np.max(np.where(self.made, np.arange(n), -1), axis=1)  # bar with any
        self._count = (self._cell != END).sum(axis=-1)

    def ahead(self, pieces: Ints, bar: Ints) -> Ints:
        """Return (n,) the cell of the kept note that comes next in a bar, `END` where none does."""
        return self._cell[pieces, bar, self._at[pieces, bar]]

    def left(self, pieces: Ints, bar: Ints) -> Ints:
        """Return (n,) how many kept notes of a bar have not been written."""
        return self._count[pieces, bar] - self._at[pieces, bar]

    def copy(self, writing: Writing, pieces: Ints) -> None:
        """Write the kept note that comes next in each of some pieces."""
        at = (pieces, writing.bar[pieces])
        place = (*at, self._at[at])
        row, duration, loudness = (np.ascontiguousarray(x) for x in self._rest[place].T)
        self._at[at] += 1
        writing.write(pieces, self._cell[place], row, duration, loudness)

    def close(self, writing: Writing, pieces: Ints) -> None:
        """End the pieces in which nothing is to be made any more: what is kept is copied."""
        for piece in pieces[writing.bar[pieces] > self._last[pieces]].tolist():
            rest = slice(int(writing.bar[piece]), self.parts.shape[1])
            writing.fill(
                piece, rest, self._cell[piece, rest], *np.moveaxis(self._rest[piece, rest], -1, 0)
            )
