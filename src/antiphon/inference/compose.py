"""Compose: from a plan to finished pieces.

Every piece follows from its plan, seed included, and the weights: equal plans give equal
music. Bars that are further out than real ones are drawn again between their neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.inference._drafts import (
    Draft,
    alike,
    drafts_of,
    provenance_of,
    rank,
    reasons,
    written_provenance,
)
from antiphon.inference._drummer import drum
from antiphon.inference._players import assembled
from antiphon.inference._sheet import Sheet, write_sheet
from antiphon.models._ensemble import Ensemble
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan


@dataclass(frozen=True)
class Composition:
    """A finished piece and how it came about.

    Attributes:
        piece: the music.
        plan: everything that was open filled in.
        score: how far from real music two judges find it, 0 is best: what the discriminator does
            not believe (0–1), the share of failing bars, and how far beyond the usual its measures
            lie, in standard deviations.
        reasons: why it ranks where it does, a sentence each.
        redrawn: bars that were drawn again, each naming the measure that failed.
        provenance: model, licence, data, nearest training song and how near.
    """

    piece: Piece
    plan: Plan
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    redrawn: tuple[str, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)


def compose(
    plan: Plan,
    *,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Compose `count` pieces, with seeds from the plan's on, and return the best `keep`.

    Args:
        plan: what is asked for.
        count: how many to compose.
        keep: how many of them to return, best first; all in the order of their seeds when
            left out.
        model: weights by name, run folder or weights folder; the style's own when left out.
        progress: told how many pieces are done.

    Raises:
        AntiphonError: there are no weights of the style, or the plan cannot be met.
    """

    def told(_: int, n_done: int) -> None:
        if progress is not None:
            progress(n_done)

    [made] = compose_all([Wish(plan, count, keep)], model=model, progress=told)
    if isinstance(made, AntiphonError):
        raise made
    return made


@dataclass(frozen=True)
class Wish:
    """A plan, how many pieces to compose by it, and how many of them to keep; as `compose`."""

    plan: Plan
    count: int = 1
    keep: int | None = None


def compose_all(
    wishes: Sequence[Wish],
    *,
    model: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[list[Composition] | AntiphonError]:
    """Compose what several people wish for side by side: quicker than one after the other.

    Args:
        wishes: all for the same weights. Each gets what it would get alone.
        model: weights by name, run folder or weights folder; those of the first plan's style when
            left out.
        progress: told of which wish how many pieces are done.

    Returns:
        the pieces of each, or what stands against it.

    Raises:
        AntiphonError: there are no weights of the style.
    """
    ensemble = writer_of(model or wishes[0].plan.style)
    answers: list[list[Composition] | AntiphonError] = [[] for _ in wishes]
    asked: list[tuple[int, int, Sheet]] = []
    for number, wish in enumerate(wishes):
        try:
            sheets = _sheets(wish, ensemble)
            asked += [(number, take, sheet) for take, sheet in enumerate(sheets)]
        except AntiphonError as error:
            answers[number] = error
    drums = cache(partial(models.load, "drums"))
    finished: list[dict[int, Composition]] = [{} for _ in wishes]
    wanted = {id(sheet): (number, take) for number, take, sheet in asked}
    for batch in alike([sheet for _, _, sheet in asked], ensemble):
        for draft in drafts_of(batch, ensemble):
            number, take = wanted[id(draft.sheet)]
            drummer = drums() if "drums" in draft.sheet.plan.parts() else None
            finished[number][take] = finish(draft, ensemble, drummer)
            if progress is not None:
                progress(number, len(finished[number]))
    return [
        answer
        if isinstance(answer, AntiphonError)
        else best([made for _, made in sorted(done.items(), key=lambda d: d[0])], wish.keep)
        for answer, done, wish in zip(answers, finished, wishes, strict=True)
    ]


def _sheets(wish: Wish, ensemble: Ensemble) -> list[Sheet]:
    check_count(wish.count, wish.keep)
    plans = [replace(wish.plan, seed=wish.plan.seed + take) for take in range(wish.count)]
    return [write_sheet(plan, ensemble) for plan in plans]


def check_count(count: int, keep: int | None) -> None:
    """Check how many are asked for, and how many of them are kept.

    Raises:
        AntiphonError: none is asked for, or more are kept than made.
    """
    if count < 1 or (keep is not None and not 1 <= keep <= count):
        raise AntiphonError(f"Compose at least one piece and keep 1 to {count} of them.")


def writer_of(name: str) -> Ensemble:
    """Return weights that write whole pieces.

    Raises:
        AntiphonError: there are none of this name, or they do something else.
    """
    ensemble = models.load(name)
    if ensemble.planner is None or ensemble.scribe is None:
        raise AntiphonError(
            f"The weights {ensemble.name!r} do not write whole pieces: choose those of a style, "
            "such as pop."
        )
    return ensemble


def best(made: list[Composition], keep: int | None) -> list[Composition]:
    """Return the best `keep`, best first; all in their order when it is None."""
    if keep is None:
        return made
    return sorted(made, key=lambda c: (c.score, c.plan.seed))[:keep]


def finish(draft: Draft, ensemble: Ensemble, drummer: Ensemble | None) -> Composition:
    """Return a draft as a piece for the parts that its plan asks for, drums by the drummer."""
    sheet = draft.sheet
    parts = dict(draft.parts)
    if drummer is not None:
        asked = {role: notes for role, notes in parts.items() if role in sheet.plan.parts()}
        parts["drums"] = drum(sheet, asked, drummer)
    piece = assembled(
        parts,
        sheet,
        style=ensemble.about.get("style", sheet.plan.style),
        counter_is_piano=ensemble.about.get("counter") == "chords",
    )
    provenance = provenance_of(draft, ensemble)
    piece.provenance = written_provenance(provenance)
    return Composition(
        piece,
        sheet.plan,
        rank(draft),
        reasons(draft),
        tuple(draft.redrawn),
        provenance,
    )
