"""What stays of pieces that are written again, and waits for its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._choosing import Page
from antiphon.models._drawing import Floats
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
    """Writes what is kept on a page, and ends pieces in which nothing more is to be made.

    Args:
        kept: of every piece.
        page: to write on.
        after: bars that are read on after the last in which anything is made.
    """

    def __init__(self, kept: Sequence[Kept], page: Page, after: int = 0) -> None:
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
        self.made: NDArray[np.bool_] = np.logical_not(parts.all(axis=-1))  # (B, N)
        last = np.max(np.where(self.made, np.arange(n), -1), axis=1)
        self._last = last + after * (last >= 0)
        self._page = page

    def close(self, writing: Writing, pieces: Ints) -> None:
        """End the pieces in which nothing is to be made any more: what is kept is copied."""
        n = writing.n_bars
        for piece in pieces[writing.bar[pieces] > self._last[pieces]].tolist():
            rest = slice(int(writing.bar[piece]), n)
            rows = slice(piece * n + rest.start, (piece + 1) * n)
            stays = np.moveaxis(self._page.stays[rows], -1, 0)
            writing.fill(piece, rest, self._page.waits[rows], *stays)

    def said(self, bar: Ints, cell: Ints, cells: Floats, pitches: Tensor) -> Floats:
        """Return (n,) how likely the next tokens are, each a kept note or the end of its bar.

        Args:
            bar: (n,) their bars, counted through all pieces.
            cell: (n,) their cells.
            cells, pitches: (n, cells + 1) and (n, P) logits.

        Returns:
            Log probabilities.
        """
        at = np.minimum(self._page.n_copied[bar], MAX_TOKENS - 1)
        row, place = (torch.from_numpy(x) for x in (self._page.stays[bar, at, 0], cell))
        unlike = F.cross_entropy(torch.from_numpy(cells), place, reduction="none")
        other = F.cross_entropy(pitches, row, reduction="none")
        found: Floats = -(unlike + other * (place != END)).numpy()
        return found
