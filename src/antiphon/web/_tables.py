"""The database: one SQLite file, written ahead (WAL): a killed server loses nothing saved."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.exc import DatabaseError

from antiphon.errors import AntiphonError

VERSION = 1  # of the tables; kept in the file itself

_metadata = MetaData()

projects = Table(
    "projects",
    _metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("current", Text),
    Column("ui", Text, nullable=False),
)
takes = Table(
    "takes",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the order they came in
    Column("id", Text, nullable=False, unique=True),
    Column("project", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("parent", Text),
    Column("verb", Text, nullable=False),
    Column("told", Text, nullable=False),  # plan, provenance, reasons, ... as JSON
    Column("rating", Integer),
    Column("made", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("edit", Integer, nullable=False),  # which of its edits it stands at
    Column("n_bars", Integer, nullable=False),
    Column("duration_s", Float, nullable=False),
    Index("takes_of_project", "project"),
)
edits = Table(
    "edits",
    _metadata,
    Column("take", ForeignKey("takes.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("piece", LargeBinary, nullable=False),  # JSON, compressed
)


def opened(file: Path) -> tuple[Engine, bool]:
    """Return the database of a file, and whether it is new.

    Raises:
        AntiphonError: the folder cannot be written to, or the file is another program's.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        is_new = not file.exists()
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})
        event.listen(engine, "connect", _settled)
        event.listen(engine, "begin", _begun)
        with engine.execution_options(writes=True).begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > VERSION:
                raise AntiphonError(
                    f"{file} was written by a newer Antiphon: update this one, or name another "
                    "folder by --data."
                )
            _metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AntiphonError(f"Cannot write to {file.parent}: {reason}.") from None
    except DatabaseError as error:
        raise AntiphonError(
            f"{file} cannot be used ({error.orig}): move it away, or name another folder by --data."
        ) from None
    return engine, is_new


def _settled(connection: Any, _: object) -> None:
    """Set a connection up; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    for line in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {line}")


def _begun(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def now() -> str:
    """Return the time in UTC, in order when sorted as text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def as_text(value: Any) -> str:
    """Return plain values as JSON."""
    return json.dumps(value, ensure_ascii=False)
