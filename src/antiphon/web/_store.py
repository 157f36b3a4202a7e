"""The store: projects with their takes, every edit of a take, ratings; all in one folder.

What a call has returned from is on the disk. Who changes a take says which revision they saw.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from antiphon.errors import AntiphonError
from antiphon.web._piece import compressed, decompressed
from antiphon.web._rows import (
    NewTake,
    NotThere,
    Plain,
    add_rows,
    check_revision,
    new_id,
    piece_of,
    project_row,
    sizes,
    take_row,
    told_take,
    touch,
    undoable,
)
from antiphon.web._settings import Limits
from antiphon.web._tables import as_text, edits, now, opened, projects, takes


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
        project = new_id()
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
            ids = add_rows(connection, project, new)
            touch(connection, project, current=ids[current])
        return self.project(project)

    def project(self, project: str) -> Plain:
        """Return a project with its takes, without their pieces.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            found = project_row(connection, project)
            query = select(takes, *undoable()).where(takes.c.project == project)
            rows = connection.execute(query.order_by(takes.c.number)).all()
        ui = json.loads(found.ui)
        return {**found._asdict(), "ui": ui, "takes": [told_take(row) for row in rows]}

    def change_project(self, project: str, values: Mapping[str, Any]) -> Plain:
        """Change title, current take or what the page keeps.

        Raises:
            NotThere: there is no such project, or no such take in it.
        """
        new = dict(values)
        if "ui" in new:
            new["ui"] = as_text(new["ui"])
        with self._writing() as connection:
            project_row(connection, project)
            if "current" in new:
                take = take_row(connection, new["current"])
                if take.project != project:
                    raise NotThere("That take belongs to another project.")
            touch(connection, project, **new)
        return self.project(project)

    def remove_project(self, project: str) -> None:
        """Remove a project with all its takes.

        Raises:
            NotThere: there is none.
        """
        with self._writing() as connection:
            project_row(connection, project)
            connection.execute(delete(projects).where(projects.c.id == project))

    # takes

    def add_takes(self, project: str, new: Sequence[NewTake]) -> list[str]:
        """Keep takes in a project, all or none; the first becomes the current one.

        Raises:
            NotThere: there is no such project.
            AntiphonError: it has too many takes.
        """
        with self._writing() as connection:
            project_row(connection, project)
            count = select(func.count()).where(takes.c.project == project)
            if connection.execute(count).scalar_one() + len(new) > self._limits.takes:
                raise AntiphonError(
                    f"A project holds {self._limits.takes} takes: remove some first, or begin "
                    "another one."
                )
            ids = add_rows(connection, project, new)
            touch(connection, project, current=ids[0])
        return ids

    def take(self, take: str) -> Plain:
        """Return a take, without its piece.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            return told_take(take_row(connection, take))

    def piece(self, take: str) -> Plain:
        """Return the piece of a take as it stands.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            return piece_of(connection, take_row(connection, take))

    def take_with_piece(self, take: str) -> Plain:
        """Return a take and its piece, of one moment.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            row = take_row(connection, take)
            return {**told_take(row), "piece": piece_of(connection, row)}

    def change_take(self, take: str, **values: str | int | None) -> Plain:
        """Change the name or the rating of a take.

        Raises:
            NotThere: there is none.
        """
        with self._writing() as connection:
            row = take_row(connection, take)
            connection.execute(update(takes).where(takes.c.id == take).values(values))
            touch(connection, row.project)
            return told_take(take_row(connection, take))

    def remove_take(self, take: str) -> None:
        """Remove a take; where it was the current one, the last one is.

        Raises:
            NotThere: there is none.
            AntiphonError: it is the only one of its project.
        """
        with self._writing() as connection:
            row = take_row(connection, take)
            query = select(takes.c.id).where(takes.c.project == row.project, takes.c.id != take)
            left = list(connection.scalars(query.order_by(takes.c.number.desc())))
            if not left:
                raise AntiphonError("The only take of a project stays: remove the project.")
            connection.execute(delete(takes).where(takes.c.id == take))
            current = project_row(connection, row.project).current
            touch(connection, row.project, current=left[0] if current == take else current)

    # edits

    def edit(self, take: str, piece: Plain, revision: int) -> Plain:
        """Keep a changed piece; what had been undone is gone, and the oldest edit of too many.

        Raises:
            NotThere: there is no such take.
            Outdated: it has another revision.
        """
        with self._writing() as connection:
            row = take_row(connection, take)
            check_revision(row, revision)
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
            row = take_row(connection, take)
            if revision is not None:
                check_revision(row, revision)
            number = row.edit + by
            query = select(edits.c.piece).where(edits.c.take == take, edits.c.number == number)
            content = connection.execute(query).scalar_one_or_none()
            if content is None:
                raise AntiphonError(f"There is nothing to be {'undone' if by < 0 else 'redone'}.")
            return self._stands(connection, row, number, decompressed(content))

    def _stands(self, connection: Connection, row: Row[Any], number: int, piece: Plain) -> Plain:
        """Let a take stand at one of its edits."""
        values = {"edit": number, "revision": row.revision + 1, **sizes(piece)}
        connection.execute(update(takes).where(takes.c.id == row.id).values(values))
        touch(connection, row.project)
        now_there = told_take(take_row(connection, row.id))
        told = {name: now_there[name] for name in ("revision", "can_undo", "can_redo")}
        return {"piece": piece, **told}

    def history(self, take: str) -> tuple[list[bytes], int]:
        """Return every edit of a take, compressed and in order, and where among them it stands.

        Raises:
            NotThere: there is none.
        """
        with self._reading() as connection:
            row = take_row(connection, take)
            query = select(edits.c.number, edits.c.piece).where(edits.c.take == take)
            rows = connection.execute(query.order_by(edits.c.number)).all()
        numbers = [number for number, _ in rows]
        return [content for _, content in rows], numbers.index(row.edit)
