"""Inpaint: some bars of some tracks made again, between those that stay as they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.inference._given import Given, understand
from antiphon.inference._rewriting import Order, rewrite
from antiphon.inference._selecting import selected_bars, selected_notes
from antiphon.inference.compose import Composition
from antiphon.music.casting import NO_ROLE
from antiphon.music.piece import Piece, Track
from antiphon.music.plan import Plan
from antiphon.representations.bars import PARTS


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
    check_writable(given, chosen)
    return rewrite(
        given,
        [order_of(given, chosen, named)] * count,
        plan,
        keep=keep,
        model=model,
        progress=progress,
    )


def check_writable(given: Given, chosen: NDArray[np.bool_]) -> None:
    """Check that bars are in metres that can be written.

    Raises:
        AntiphonError: one is not.
    """
    left = chosen.copy()
    for stretch in given.stretches:
        left[stretch.first : stretch.first + len(stretch.bars)] = False
    if left.any():
        bar = int(np.flatnonzero(left)[0])
        metre = given.piece.metre_at(int(given.piece.bar_starts()[bar]))
        raise AntiphonError(
            f"Bar {bar + 1} cannot be made again: bars in {metre} have to stay as they are."
        )


def order_of(given: Given, chosen: NDArray[np.bool_], named: list[NDArray[np.bool_]]) -> Order:
    """Return the order that makes notes again that begin in some bars.

    Each part is played by the track that has most of it among what is named.

    Args:
        given: the piece.
        chosen: (N,) the bars.
        named: of each track, which notes may go.
    """
    share = np.zeros((len(PARTS), len(named)), np.int64)
    for index, (roles, may_go) in enumerate(zip(given.roles, named, strict=True)):
        for role in np.unique(roles[may_go & (roles != NO_ROLE)]):
            share[role, index] = int((may_go & (roles == role)).sum())
    parts = np.flatnonzero(share.any(axis=1))
    home: dict[str, int | Track] = {PARTS[role]: int(share[role].argmax()) for role in parts}
    made = np.zeros((given.n_bars, len(PARTS)), bool)
    made[np.ix_(chosen, parts)] = True
    gone = [
        may_go & chosen[given.bar_of(track.notes)]
        for track, may_go in zip(given.piece.tracks, named, strict=True)
    ]
    return Order(made, home, gone)
