"""Which contents a set has had already: kept on disk, so that memory does not grow with a set."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager


class Contents:
    """Contents by their hash, each with the first song or sound that has it."""

    def __init__(self, table: sqlite3.Connection) -> None:
        self._table = table
        table.execute("CREATE TABLE contents (hash TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID")

    def first(self, content: str, name: str) -> str:
        """Return who had a content first: `name` itself where nobody had it, or it is ""."""
        if not content:
            return name
        self._table.execute("INSERT OR IGNORE INTO contents VALUES (?, ?)", (content, name))
        found = self._table.execute("SELECT id FROM contents WHERE hash = ?", (content,))
        return str(found.fetchone()[0])


@contextmanager
def contents() -> Iterator[Contents]:
    """Open contents that have seen nothing; what they hold is gone when they are closed."""
    with closing(sqlite3.connect("", isolation_level=None)) as table:  # a file without a name
        table.execute("PRAGMA synchronous = OFF")
        table.execute("BEGIN")  # else each line is written by itself
        yield Contents(table)
