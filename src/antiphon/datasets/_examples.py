"""The table of NSynth, ``examples.json``: what is said of each note of a folder of recordings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.music.recording import FAMILIES, QUALITIES, SOURCES, Recording

MAX_BYTES = 2_000_000_000  # NSynth's own training table is over the usual limit for music files
_INSIDE = "audio"


def recordings_of(
    table: Path, ending: str, make: Callable[[str, dict[str, Any], Path], Recording]
) -> list[Recording]:
    """Return the notes of a table, sorted; what its record lacks is told in ``left_out``.

    Args:
        table: an ``examples.json``, with the folder ``audio`` beside it.
        ending: of the sound files, e.g. ``".wav"``.
        make: gives a recording from its name, its record and its path; it may raise
            `AntiphonError`.

    Raises:
        AntiphonError: the table is missing or no JSON of records by name.
    """
    return [
        _made(name, record, table.parent / _INSIDE / f"{name}{ending}", make)
        for name, record in sorted(_records(table).items())
    ]


def _records(table: Path) -> dict[str, Any]:
    try:
        if table.stat().st_size > MAX_BYTES:
            raise AntiphonError(f"{table} is too large to be a table of notes.")
        said = json.loads(table.read_bytes())
    except OSError as error:
        raise AntiphonError(f"{table} cannot be read: {(error.strerror or '').lower()}.") from None
    except (ValueError, RecursionError):
        raise AntiphonError(f"{table} is no JSON.") from None
    if not isinstance(said, dict) or not said:
        raise AntiphonError(f"{table} is no table of notes: it needs a record for each name.")
    return said


def _made(
    name: str, record: Any, path: Path, make: Callable[[str, dict[str, Any], Path], Recording]
) -> Recording:
    if Path(name).name != name or not name.isprintable():
        why = f"The name {name!r} is no name of a file."
    elif not isinstance(record, dict):
        why = f"What is said of {name} is no record."
    else:
        try:
            return make(name, record, path)
        except AntiphonError as error:
            why = str(error)
    return Recording(id=name, path=path, split="train", licence="", ship=False, left_out=why)


def number(name: str, record: dict[str, Any], field: str, low: int, high: int) -> int:
    """Return a whole number of a record.

    Raises:
        AntiphonError: it is missing, no whole number, or not within the limits.
    """
    value = record.get(field)
    if type(value) is not int or not low <= value <= high:
        raise AntiphonError(f"{field} of {name} must be {low} to {high}.")
    return value


def word(name: str, record: dict[str, Any], field: str, known: tuple[str, ...] = ()) -> str:
    """Return a word of a record.

    Args:
        known: what it may be; anything when left out.

    Raises:
        AntiphonError: it is missing, no word, or none of those that it may be.
    """
    value = record.get(field)
    if not isinstance(value, str) or (known and value not in known):
        raise AntiphonError(
            f"{field} of {name} must be {'one of ' + ', '.join(known) if known else 'a word'}."
        )
    return value


def note_labels(name: str, record: dict[str, Any]) -> dict[str, Any]:
    """Return what NSynth says of a note, as fields of `Recording`.

    Raises:
        AntiphonError: something of it is missing or cannot be.
    """
    said = record.get("qualities_str", [])
    if not isinstance(said, list) or any(quality not in QUALITIES for quality in said):
        raise AntiphonError(f"qualities_str of {name} must be of {', '.join(QUALITIES)}.")
    return {
        "pitch": number(name, record, "pitch", 0, 127),
        "velocity": number(name, record, "velocity", 1, 127),
        "instrument": word(name, record, "instrument_str"),
        "family": word(name, record, "instrument_family_str", FAMILIES),
        "source": word(name, record, "instrument_source_str", SOURCES),
        "qualities": tuple(quality for quality in QUALITIES if quality in said),
    }
