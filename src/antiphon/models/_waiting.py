"""What stays of pieces that are written again, and waits for its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.models._choosing import Page
from antiphon.representations.score import END, N_PARTS, Ints
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
    """Writes what is kept on a page, and ends pieces in which nothing more is to be made."""

    def __init__(self, kept: Sequence[Kept], page: Page) -> None:
        parts = np.stack([k.parts for k in kept])  # (B, N, M)
        n = parts.shape[1]
        page.kept[:] = parts.reshape(-1, N_PARTS)
        for piece, k in enumerate(kept):
            stays = k.parts[k.bar, k.cell % N_PARTS]
            bar = k.bar[stays]
            at = (piece * n + bar, np.arange(len(bar)) - np.searchsorted(bar, bar))
            page.waits[at] = k.cell[stays]
            page.stays[at] = np.stack([k.row, k.duration, k.loudness], axis=1)[stays]
        page.n_kept[:] = (page.waits != END).sum(axis=1)
        made = np.logical_not(parts.all(axis=-1))
        self._last = np.max(np.where(made, np.arange(n), -1), axis=1)  # bar with any
        self._page = page

    def close(self, writing: Writing, pieces: Ints) -> None:
        """End the pieces in which nothing is to be made any more: what is kept is copied."""
        n = writing.n_bars
        for piece in pieces[writing.bar[pieces] > self._last[pieces]].tolist():
            rest = slice(int(writing.bar[piece]), n)
            rows = slice(piece * n + rest.start, (piece + 1) * n)
            stays = np.moveaxis(self._page.stays[rows], -1, 0)
            writing.fill(piece, rest, self._page.waits[rows], *stays)
