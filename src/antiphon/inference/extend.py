"""Extend: more bars before, after or within a given piece, of the same stuff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError, unknown
from antiphon.inference._given import Given, stretches_of, understand
from antiphon.inference._opening import Gap, copies, opened
from antiphon.inference._rewriting import Order, rewrite
from antiphon.inference._selecting import order_of, selected_notes
from antiphon.inference.compose import Composition
from antiphon.music.casting import NO_ROLE
from antiphon.music.piece import Piece, Section, together
from antiphon.music.plan import MAX_BARS, Plan
from antiphon.representations.bars import PARTS

PLACES = ("start", "end", "between")
COMES_BACK = (True, True, False, False)  # of bars at the end, whether the tunes are as they were
_N_TUNES = 2  # melody and counter-melody, the first of the parts


def extend(
    piece: Piece,
    bars: int = 8,
    where: str = "end",
    after: int | None = None,
    *,
    plan: Plan | None = None,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return a piece with more bars, for all the parts it has; its own are as they were.

    Args:
        piece: the piece.
        bars: how many bars more.
        where: ``"start"``, ``"end"`` or ``"between"``.
        after: the bar after which they come, where they come between; the first is 1.
        plan: style, key, chords, density, adventure, arousal and seed.
        count, keep, model, progress: as `compose` takes them.

    Raises:
        AntiphonError: the piece cannot be worked on, or has no such place.
    """
    plan = plan or Plan()
    given = understand(piece, plan)
    at = _place(given, where, after)
    if not 1 <= bars <= MAX_BARS - given.n_bars:
        raise AntiphonError(
            f"{bars} bars more cannot be: from 1 up to {MAX_BARS} bars in all, and the piece "
            f"has {given.n_bars}."
        )
    gap = gap_of(given, bars, at)
    if at == given.n_bars and bars > 1 and given.rests():  # it ends over the chord it ended on
        gap = replace(gap, sources=[*gap.sources[:-1], at - 1])
    longer = longer_by(given, gap)
    order = order_to_fill(longer, gap)
    if at == given.n_bars and plan.chords is None:
        longer, back = _coming_back(longer, gap)
        order.made[at:] &= ~back
        order = replace(order, gone=[np.zeros(len(t.notes), bool) for t in longer.piece.tracks])
    return rewrite(longer, [order] * count, plan, keep=keep, model=model, progress=progress)


def _place(given: Given, where: str, after: int | None) -> int:
    """Return the bar before which new ones go."""
    if where not in PLACES:
        raise unknown(where, "places", PLACES)
    if (where == "between") != (after is not None):
        raise AntiphonError(
            "Say after which bar the new ones come: --where between --after 16."
            if after is None
            else "A bar after which the new ones come is only for --where between."
        )
    if after is None:
        return 0 if where == "start" else given.n_bars
    if not 1 <= after < given.n_bars:
        raise AntiphonError(
            f"There is nothing between bars {after} and {after + 1}: the piece has bars 1 to "
            f"{given.n_bars}."
        )
    return after


def gap_of(given: Given, n_bars: int, at: int) -> Gap:
    """Return the new bars: at the end another section comes back, at the start an intro over the
    first bars' chords, between others the bars before once more.
    """
    stretch = next(
        (s for s in given.stretches if s.first <= max(at - 1, 0) < s.first + len(s.bars)),
        given.stretches[0 if at == 0 else -1],
    )
    first, last = stretch.first, stretch.first + len(stretch.bars)
    body = [s for s in given.cast.sections if s.label not in ("intro", "ending")]
    body = [s for s in body if first <= s.start < last] or [Section(first, last - first, "A")]
    if at == 0:
        source, label = body[0].start, "intro"
    elif at == given.n_bars:
        returns = next((s for s in body if s.label != body[-1].label), body[0])
        source, label = returns.start, returns.label
    else:
        here = next((s for s in reversed(body) if s.start < at), body[0])
        source, label = max(first, at - n_bars), here.label
    sources = [source + number % max(last - source, 1) for number in range(n_bars)]
    return Gap(at, sources, stretch.metre, label)


def _coming_back(longer: Given, gap: Gap) -> tuple[Given, NDArray[np.bool_]]:
    """Return the longer piece with some of the bars that come back in it, and which parts do.

    Returns:
        The piece, and (new bars, parts) what stands there already.
    """
    back = np.zeros((len(gap.sources), len(PARTS)), bool)
    back[:, :_N_TUNES] = np.resize(COMES_BACK, len(gap.sources))[:, None]
    pieces, roles = [], longer.roles
    for piece, of_notes in ((longer.piece, roles), (longer.cast, _roles_of(longer.cast))):
        starts, tracks, mine = piece.bar_starts(), [], []
        for track, role in zip(piece.tracks, of_notes, strict=True):
            again = back[:, np.maximum(role, 0)] & (role != NO_ROLE)
            new, picked = copies(track, gap, starts, again)
            tracks.append(replace(track, notes=together([track.notes, new])))
            mine.append(np.concatenate([role, role[picked]]))
        pieces.append(replace(piece, tracks=tracks))
        roles = mine if piece is longer.piece else roles
    piece, heard = pieces
    return replace(
        longer, piece=piece, roles=roles, cast=heard, stretches=stretches_of(heard)
    ), back


def _roles_of(cast: Piece) -> list[NDArray[np.int8]]:
    """Return of each track of a cast piece the index of its part for each note."""
    return [np.full(len(t.notes), PARTS.index(t.role), np.int8) for t in cast.tracks]


def longer_by(given: Given, gap: Gap, sections: Sequence[Section] = ()) -> Given:
    """Return a piece with empty bars in it.

    Args:
        given: the piece.
        gap: the bars.
        sections: of the longer piece; its own and the gap's when left out.
    """
    heard = opened(given.cast, gap)
    heard.sections = list(sections) or heard.sections
    return replace(given, piece=opened(given.piece, gap), cast=heard, stretches=stretches_of(heard))


def order_to_fill(longer: Given, gap: Gap) -> Order:
    """Return the order that makes the bars of a gap, for all the parts the piece has."""
    chosen = np.zeros(longer.n_bars, bool)
    chosen[gap.at : gap.at + len(gap.sources)] = True
    order = order_of(longer, chosen, selected_notes(None, longer))
    return replace(order, gone=[np.zeros(len(t.notes), bool) for t in longer.piece.tracks])
