"""Tables that come with data sets as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from antiphon.errors import AntiphonError
from antiphon.formats import read_text


def rows_of(path: Path, columns: Sequence[str], owner: str) -> list[dict[str, str]]:
    """Return the rows of a table; a column that a row lacks is "".

    Args:
        columns: those it must have.
        owner: whose table it should be, for what is said of errors.

    Raises:
        AntiphonError: it is missing, empty, unreadable, lacks a column or has a field of
            several lines.
    """
    try:
        reader = csv.DictReader(io.StringIO(read_text(path)), restval="", restkey="")
        rows = [dict(row) for row in reader]
        found = reader.fieldnames or ()
    except csv.Error as error:
        raise AntiphonError(f"{path} cannot be read as CSV: {error}.") from None
    if any(column not in found for column in columns):
        raise AntiphonError(f"{path} is no table of {owner}: it needs {', '.join(columns)}.")
    if any("\n" in str(value) for row in rows for value in row.values()):
        raise AntiphonError(f"{path} has a field of several lines: a quotation mark is missing.")
    return rows
