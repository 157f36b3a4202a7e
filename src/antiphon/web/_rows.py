"""Rows: single projects, takes and edits, read and written within one transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from antiphon.errors import AntiphonError
from antiphon.web._piece import compressed, decompressed
from antiphon.web._tables import as_text, edits, now, projects, takes

Plain = dict[str, Any]


class NotThere(AntiphonError):
    """What is asked for does not exist (any more)."""


class Outdated(AntiphonError):
    """Somebody else has changed it in the meantime."""


@dataclass(frozen=True)
class NewTake:
    """A take to be kept.

    Attributes:
        piece: as `_piece.to_json` gives it.
        name: what it is called.
        verb: what made it.
        parent: id of the take it was made of.
        told: plan, provenance, reasons, redrawn bars, score.
        history: its edits, compressed, `piece` among them, where it brings some along.
        at: which of them it stands at.
        rating: 1–5.
        key: what other new takes that are kept with it call it, as their `parent`.
    """

    piece: Plain
    name: str
    verb: str
    parent: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[bytes] = ()
    at: int = 0
    rating: int | None = None
    key: str = ""


def new_id() -> str:
    """Return a name that nobody guesses."""
    return secrets.token_hex(8)


def add_rows(connection: Connection, project: str, new: Sequence[NewTake]) -> list[str]:
    """Write takes and their edits; return their ids."""
    ids: dict[str, str] = {}
    for take in new:
        name = new_id()
        history = take.history or [compressed(take.piece)]
        values = {
            "id": name,
            "project": project,
            "name": take.name[:200],
            "parent": ids.get(take.parent, take.parent) if take.parent else None,
            "verb": take.verb,
            "told": as_text(dict(take.told)),
            "rating": take.rating,
            "made": now(),
            "revision": 1,
            "edit": take.at,
            **sizes(take.piece),
        }
        connection.execute(insert(takes).values(values))
        rows = [
            {"take": name, "number": number, "piece": content}
            for number, content in enumerate(history)
        ]
        connection.execute(insert(edits), rows)
        ids[take.key or name] = name
    return list(ids.values())


def sizes(piece: Plain) -> Plain:
    """Return what a take's row tells of its piece."""
    return {"n_bars": piece["n_bars"], "duration_s": piece["duration_s"]}


def undoable() -> tuple[Any, Any]:
    """Return columns that tell whether a take has edits before and after the one it stands at."""
    mine = select(edits.c.number).where(edits.c.take == takes.c.id)
    before = mine.where(edits.c.number < takes.c.edit).exists()
    after = mine.where(edits.c.number > takes.c.edit).exists()
    return before.label("can_undo"), after.label("can_redo")


def project_row(connection: Connection, project: str) -> Row[Any]:
    """Return a project's row.

    Raises:
        NotThere: there is none.
    """
    row = connection.execute(select(projects).where(projects.c.id == project)).one_or_none()
    if row is None:
        raise NotThere("There is no such project.")
    return row


def take_row(connection: Connection, take: str) -> Row[Any]:
    """Return a take's row, with whether it can be undone and redone.

    Raises:
        NotThere: there is none.
    """
    query = select(takes, *undoable()).where(takes.c.id == take)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotThere("There is no such take.")
    return row


def told_take(row: Row[Any]) -> Plain:
    """Return what is told of a take."""
    names = ("id", "project", "name", "parent", "verb", "rating", "made", "revision", "n_bars")
    told = json.loads(row.told)
    return {
        **{name: getattr(row, name) for name in names},
        "duration_s": row.duration_s,
        "can_undo": bool(row.can_undo),
        "can_redo": bool(row.can_redo),
        "plan": told.get("plan"),
        "provenance": told.get("provenance", {}),
        "reasons": told.get("reasons", []),
        "redrawn": told.get("redrawn", []),
        "score": told.get("score"),
    }


def piece_of(connection: Connection, row: Row[Any]) -> Plain:
    """Return the piece of a take as it stands."""
    query = select(edits.c.piece).where(edits.c.take == row.id, edits.c.number == row.edit)
    return decompressed(connection.execute(query).scalar_one())


def check_revision(row: Row[Any], revision: int) -> None:
    """Check that a take is as somebody saw it.

    Raises:
        Outdated: it has another revision.
    """
    if row.revision != revision:
        raise Outdated(
            f"This take was changed elsewhere (revision {row.revision}, not {revision}): "
            "load it again."
        )


def touch(connection: Connection, project: str, **values: Any) -> None:
    """Say that a project has changed, with what has."""
    new = {**values, "changed": now(), "revision": projects.c.revision + 1}
    connection.execute(update(projects).where(projects.c.id == project).values(new))
