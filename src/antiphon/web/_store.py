"""The store: projects with their takes, every edit of a take, ratings; all in one folder.

What a call has returned from is on the disk. Who changes a take says which revision they saw.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from antiphon.errors import AntiphonError
from antiphon.web._piece import compressed, decompressed
from antiphon.web._settings import Limits
from antiphon.web._tables import as_text, edits, now, opened, projects, takes

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


class Store:
    """Projects in a folder."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Open the folder's database, or begin one.

        Raises:
            AntiphonError: it cannot be used.
        """
        self._engine, self.is_new = opened(folder / "studio.sqlite")
        self._limits = limits

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._engine.begin()

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._engine.execution_options(writes=True).begin()

    # projects

    def projects(self) -> list[Plain]:
        """Return all projects, the last changed first."""
        n_takes = select(func.count()).where(takes.c.project == projects.c.id).scalar_subquery()
        columns = (projects.c.id, projects.c.title, projects.c.made, projects.c.changed)
        query = select(*columns, n_takes.label("n_takes")).order_by(projects.c.changed.desc())
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def add_project(
        self, title: str, new: Sequence[NewTake], *, ui: Plain | None = None, current: int = 0
    ) -> Plain:
        """Begin a project with takes, of which one, by its place, is the current one."""
        project = _new_id()
        values = {
            "id": project,
            "title": title,
            "made": now(),
            "changed": now(),
            "revision": 1,
            "ui": as_text(ui or {}),
        }
        with self._writing() as connection:
            connection.execute(insert(projects).values(values))
            ids = _add(connection, project, new)
            _touch(connection, project, current=ids[current])
        return self.project(project)

    def project(self, project: str) -> Plain:
        """Return a project with its takes, without their pieces.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            found = _project(connection, project)
            query = select(takes, *_undoable()).where(takes.c.project == project)
            rows = connection.execute(query.order_by(takes.c.number)).all()
        ui = json.loads(found.ui)
        return {**found._asdict(), "ui": ui, "takes": [_take(row) for row in rows]}

    def change_project(self, project: str, values: Mapping[str, Any]) -> Plain:
        """Change title, current take or what the page keeps.

        Raises:
            NotThere: there is no such project, or no such take in it.
        """
        new = dict(values)
        if "ui" in new:
            new["ui"] = as_text(new["ui"])
        with self._writing() as connection:
            _project(connection, project)
            if "current" in new:
                take = _found(connection, new["current"])
                if take.project != project:
                    raise NotThere("That take belongs to another project.")
            _touch(connection, project, **new)
        return self.project(project)

    def remove_project(self, project: str) -> None:
        """Remove a project with all its takes.

        Raises:
            NotThere: there is none.
        """
        with self._writing() as connection:
            _project(connection, project)
            connection.execute(delete(projects).where(projects.c.id == project))

    # takes

    def add_takes(self, project: str, new: Sequence[NewTake]) -> list[str]:
        """Keep takes in a project, all or none; the first becomes the current one.

        Raises:
            NotThere: there is no such project.
            AntiphonError: it has too many takes.
        """
        with self._writing() as connection:
            _project(connection, project)
            count = select(func.count()).where(takes.c.project == project)
            if connection.execute(count).scalar_one() + len(new) > self._limits.takes:
                raise AntiphonError(
                    f"A project holds {self._limits.takes} takes: remove some first, or begin "
                    "another one."
                )
            ids = _add(connection, project, new)
            _touch(connection, project, current=ids[0])
        return ids

    def take(self, take: str) -> Plain:
        """Return a take, without its piece.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            return _take(_found(connection, take))

    def piece(self, take: str) -> Plain:
        """Return the piece of a take as it stands.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            return _piece(connection, _found(connection, take))

    def take_with_piece(self, take: str) -> Plain:
        """Return a take and its piece, of one moment.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            row = _found(connection, take)
            return {**_take(row), "piece": _piece(connection, row)}

    def change_take(self, take: str, **values: str | int | None) -> Plain:
        """Change the name or the rating of a take.

        Raises:
            NotThere: there is none.
        """
        with self._writing() as connection:
            row = _found(connection, take)
            connection.execute(update(takes).where(takes.c.id == take).values(values))
            _touch(connection, row.project)
            return _take(_found(connection, take))

    def remove_take(self, take: str) -> None:
        """Remove a take; where it was the current one, the last one is.

        Raises:
            NotThere: there is none.
            AntiphonError: it is the only one of its project.
        """
        with self._writing() as connection:
            row = _found(connection, take)
            query = select(takes.c.id).where(takes.c.project == row.project, takes.c.id != take)
            left = list(connection.scalars(query.order_by(takes.c.number.desc())))
            if not left:
                raise AntiphonError("The only take of a project stays: remove the project.")
            connection.execute(delete(takes).where(takes.c.id == take))
            current = _project(connection, row.project).current
            _touch(connection, row.project, current=left[0] if current == take else current)

    # edits

    def edit(self, take: str, piece: Plain, revision: int) -> Plain:
        """Keep a changed piece; what had been undone is gone, and the oldest edit of too many.

        Raises:
            NotThere: there is no such take.
            Outdated: it has another revision.
        """
        with self._writing() as connection:
            row = _found(connection, take)
            _check_revision(row, revision)
            mine = edits.c.take == take
            connection.execute(delete(edits).where(mine, edits.c.number > row.edit))
            number = row.edit + 1
            values = {"take": take, "number": number, "piece": compressed(piece)}
            connection.execute(insert(edits).values(values))
            oldest = number - self._limits.edits
            connection.execute(delete(edits).where(mine, edits.c.number < oldest))
            return self._stands(connection, row, number, piece)

    def step(self, take: str, by: int, revision: int | None) -> Plain:
        """Undo (−1) or redo (1) an edit.

        Raises:
            NotThere: there is no such take.
            Outdated: it has another revision.
            AntiphonError: there is nothing to be undone or redone.
        """
        with self._writing() as connection:
            row = _found(connection, take)
            if revision is not None:
                _check_revision(row, revision)
            number = row.edit + by
            query = select(edits.c.piece).where(edits.c.take == take, edits.c.number == number)
            content = connection.execute(query).scalar_one_or_none()
            if content is None:
                raise AntiphonError(f"There is nothing to be {'undone' if by < 0 else 'redone'}.")
            return self._stands(connection, row, number, decompressed(content))

    def _stands(self, connection: Connection, row: Row[Any], number: int, piece: Plain) -> Plain:
        """Let a take stand at one of its edits."""
        values = {"edit": number, "revision": row.revision + 1, **_sizes(piece)}
        connection.execute(update(takes).where(takes.c.id == row.id).values(values))
        _touch(connection, row.project)
        now_there = _take(_found(connection, row.id))
        told = {name: now_there[name] for name in ("revision", "can_undo", "can_redo")}
        return {"piece": piece, **told}

    def history(self, take: str) -> tuple[list[bytes], int]:
        """Return every edit of a take, compressed and in order, and where among them it stands.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            row = _found(connection, take)
            query = select(edits.c.number, edits.c.piece).where(edits.c.take == take)
            rows = connection.execute(query.order_by(edits.c.number)).all()
        numbers = [number for number, _ in rows]
        return [content for _, content in rows], numbers.index(row.edit)


def _new_id() -> str:
    return secrets.token_hex(8)


def _add(connection: Connection, project: str, new: Sequence[NewTake]) -> list[str]:
    """Write takes and their edits; return their ids."""
    ids: dict[str, str] = {}
    for take in new:
        name = _new_id()
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
            **_sizes(take.piece),
        }
        connection.execute(insert(takes).values(values))
        rows = [
            {"take": name, "number": number, "piece": content}
            for number, content in enumerate(history)
        ]
        connection.execute(insert(edits), rows)
        ids[take.key or name] = name
    return list(ids.values())


def _sizes(piece: Plain) -> Plain:
    return {"n_bars": piece["n_bars"], "duration_s": piece["duration_s"]}


def _undoable() -> tuple[Any, Any]:
    """Return columns that tell whether a take has edits before and after the one it stands at."""
    mine = select(edits.c.number).where(edits.c.take == takes.c.id)
    before = mine.where(edits.c.number < takes.c.edit).exists()
    after = mine.where(edits.c.number > takes.c.edit).exists()
    return before.label("can_undo"), after.label("can_redo")


def _project(connection: Connection, project: str) -> Row[Any]:
    row = connection.execute(select(projects).where(projects.c.id == project)).one_or_none()
    if row is None:
        raise NotThere("There is no such project.")
    return row


def _found(connection: Connection, take: str) -> Row[Any]:
    query = select(takes, *_undoable()).where(takes.c.id == take)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotThere("There is no such take.")
    return row


def _take(row: Row[Any]) -> Plain:
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


def _piece(connection: Connection, row: Row[Any]) -> Plain:
    query = select(edits.c.piece).where(edits.c.take == row.id, edits.c.number == row.edit)
    return decompressed(connection.execute(query).scalar_one())


def _check_revision(row: Row[Any], revision: int) -> None:
    if row.revision != revision:
        raise Outdated(
            f"This take was changed elsewhere (revision {row.revision}, not {revision}): "
            "load it again."
        )


def _touch(connection: Connection, project: str, **values: Any) -> None:
    """Say that a project has changed, with what has."""
    new = {**values, "changed": now(), "revision": projects.c.revision + 1}
    connection.execute(update(projects).where(projects.c.id == project).values(new))
