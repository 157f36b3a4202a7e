"""Inpaint: some bars of some tracks made again, between those that stay as they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.inference._given import Given, understand
from antiphon.inference._rewriting import rewrite
from antiphon.inference._selecting import order_of, selected_bars, selected_notes
from antiphon.inference.compose import Composition
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan


def inpaint(
    piece: Piece,
    bars: str,
    tracks: str | None = None,
    *,
    plan: Plan | None = None,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return a piece with some of its bars made again; every other note is as it was.

    Args:
        piece: the piece.
        bars: ``"9-12"`` or ``"4,9-12"``; the first bar is 1.
        tracks: parts (``"melody,bass"``), or tracks by name, instrument (``"piano"``) or number;
            all when left out.
        plan: style, key, chords, density, adventure, arousal and seed.
        count, keep, model, progress: as `compose` takes them.

    Raises:
        AntiphonError: the piece cannot be worked on, or has no such bars or tracks.
    """
    plan = plan or Plan()
    given = understand(piece, plan)
    chosen, named = selected_bars(bars, given.n_bars), selected_notes(tracks, given)
    _check_writable(given, chosen)
    return rewrite(
        given,
        [order_of(given, chosen, named)] * count,
        plan,
        keep=keep,
        model=model,
        progress=progress,
    )


def _check_writable(given: Given, chosen: NDArray[np.bool_]) -> None:
    """Check that bars are in metres that can be written.

    Raises:
        AntiphonError: one is not.
    """
    left = np.flatnonzero(chosen & ~given.writable())
    if len(left):
        bar = int(left[0])
        metre = given.piece.metre_at(int(given.piece.bar_starts()[bar]))
        raise AntiphonError(
            f"Bar {bar + 1} cannot be made again: bars in {metre} have to stay as they are."
        )
