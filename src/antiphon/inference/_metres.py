"""Metres of a style: which there are, and what is usual in each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._ensemble import Ensemble
from antiphon.music.piece import Metre
from antiphon.representations.bars import beats_of

_WRITTEN = {
    (2, False): "2/4", (3, False): "3/4", (4, False): "4/4",
    (2, True): "6/8", (3, True): "9/8", (4, True): "12/8",
}  # fmt: skip


def drawn_metre(ensemble: Ensemble, rng: np.random.Generator) -> str:
    """Return a metre as often as the style's music is in it, rare ones never.

    Of weights that were trained before they knew, 4/4, and where all bars are of a single beat.
    """
    found = _rows(ensemble)
    rows = [] if found is None else [r for r in found if (int(r[0]), bool(r[1])) in _WRITTEN]
    if not rows:
        return "4/4"
    share = np.array([row[2] for row in rows])
    row = rows[rng.choice(len(rows), p=share / share.sum())]
    return _WRITTEN[int(row[0]), bool(row[1])]


def of_metre(ensemble: Ensemble, name: str, metre: Metre) -> Tensor:
    """Return what a table says of a metre, or of the style's commonest where it says nothing.

    Args:
        ensemble: of the style.
        name: of a table (G, …), a row for each of the style's metres.
        metre: in question.
    """
    rows, table = _rows(ensemble), ensemble.tables[name]
    if rows is None:
        return table
    same = (rows[:, 0] == beats_of(metre)) & (rows[:, 1] == metre.is_compound)
    return table[int(same.argmax())]


def _rows(ensemble: Ensemble) -> NDArray[np.float64] | None:
    """Return beats of a bar, whether it is compound, and share (G, 3) of the style's metres."""
    table = ensemble.tables.get("metres")
    return None if table is None else table.double().numpy()
