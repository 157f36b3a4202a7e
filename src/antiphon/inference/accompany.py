"""Accompany: the parts that a given piece lacks, written under those it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.inference._given import Given, understand
from antiphon.inference._rewriting import Order, rewrite
from antiphon.inference.compose import Composition
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.piece import Piece, Track
from antiphon.music.plan import Plan
from antiphon.representations.bars import PARTS


def accompany(
    piece: Piece,
    plan: Plan | None = None,
    *,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return a piece with the parts it lacks, every given note as it was.

    Args:
        piece: any of melody, counter-melody, chords, bass and drums, in any tracks.
        plan: style, key, chords, the parts to be written (`instruments`; all the style has that
            are not there when left out), density, adventure, arousal and seed.
        count, keep, model, progress: as `compose` takes them.

    Raises:
        AntiphonError: the piece cannot be worked on, a part that is asked for is there already,
            or nothing is missing.
    """
    plan = plan or Plan()
    given = understand(piece, plan)
    order = _order(given, plan)
    return rewrite(given, [order] * count, plan, keep=keep, model=model, progress=progress)


def _order(given: Given, plan: Plan) -> Order:
    plays = np.asarray(given.plays().any(axis=0))
    there = {part for part, played in zip(PARTS, plays, strict=True) if played}
    asked = plan.parts()
    if plan.instruments is not None:
        for role in asked.keys() & there:
            raise AntiphonError(
                f"The piece has {_a(role)} already ({_player(given, role)}): ask for other "
                "parts, or have it made again with `antiphon inpaint`."
            )
    missing = [role for role in ROLES if role in asked and role not in there]
    if not missing:
        raise AntiphonError(
            "The piece has all parts already: have some made again with `antiphon inpaint`, "
            "or vary it with `antiphon vary`."
        )
    made = np.zeros((given.n_bars, len(PARTS)), bool)
    made[:, ~plays] = True
    gone = [np.zeros(len(track.notes), bool) for track in given.piece.tracks]
    return Order(made, players(plan, missing), gone)


def players(plan: Plan, roles: Iterable[str]) -> dict[str, int | Track]:
    """Return a new track for each of some parts of a plan, with its or the style's instrument."""
    asked, programs = plan.parts(), STYLE_PROGRAMS.get(plan.style, STYLE_PROGRAMS["pop"])

    def track(role: str) -> Track:
        program = asked[role]
        return Track(
            ROLES[role].name,
            programs[role] if program is None else program,
            is_drum=role == "drums",
            role=role,
        )

    return {role: track(role) for role in roles}


def _a(role: str) -> str:
    return role if role in ("chords", "drums") else f"a {ROLES[role].name.lower()}"


def _player(given: Given, role: str) -> str:
    """Return which track plays most of a part, in words."""
    many = [int((roles == PARTS.index(role)).sum()) for roles in given.roles]
    name = given.piece.tracks[int(np.argmax(many))].name
    return f"track {name!r}" if name else "a track without a name"
