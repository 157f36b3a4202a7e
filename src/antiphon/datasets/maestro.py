"""MAESTRO: about 200 hours of piano competitions, notes and pedals recorded by the piano itself.

Performances in seconds: `performance` gives them as they were played, `read` on estimated
beats. Versions 2 and 3 are read, with or without the audio.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from antiphon.datasets import SPLITS, Source
from antiphon.datasets._csv import rows_of
from antiphon.datasets._played import completed
from antiphon.datasets._remotes import MUSPY, Remote
from antiphon.errors import AntiphonError
from antiphon.formats import mid, read_text
from antiphon.music.piece import Piece

CITATION = (
    "Hawthorne, Stasyuk, Roberts, Simon, Huang, Dieleman, Elsen, Engel, Eck: Enabling Factorized "
    "Piano Music Modeling and Generation with the MAESTRO Dataset, ICLR 2019"
)
LICENCE = "CC BY-NC-SA 4.0"
SHIP = False
URL = "https://magenta.tensorflow.org/datasets/maestro"
STYLE = "classical"
_STORE = "https://storage.googleapis.com/magentadata/datasets/maestro"
HOLDS = "1,276 performances"
REMOTES = (
    Remote(
        url=f"{_STORE}/v3.0.0/maestro-v3.0.0-midi.zip",
        file="maestro-v3.0.0-midi.zip",
        part="midi",
        size_bytes=58_416_533,
        sha256="70470ee253295c8d2c71e6d9d4a815189e35c89624b76d22fce5a019d5dde12c",
        checked_by=MUSPY,
    ),
    Remote(
        url=f"{_STORE}/v3.0.0/maestro-v3.0.0.zip",
        file="maestro-v3.0.0.zip",
        part="audio",
        sha256="6680fea5be2339ea15091a249fbd70e49551246ddbd5ca50f1b2352c08c95291",
        checked_by=f"its own page, {URL}",
    ),
    Remote(
        url=f"{_STORE}/v2.0.0/maestro-v2.0.0-midi.zip",
        file="maestro-v2.0.0-midi.zip",
        part="v2-midi",
        size_bytes=59_243_107,
        sha256="ec2cc9d94886c6b376db1eaa2b8ad1ce62ff9f0a28b3744782b13163295dadf3",
        checked_by=MUSPY,
    ),
)

_COLUMNS = ("canonical_composer", "canonical_title", "split", "midi_filename", "audio_filename")


def sources(root: Path) -> list[Source]:
    """List the performances of the newest ``maestro-v*.json`` below `root` (else ``.csv``).

    Raises:
        AntiphonError: there is no such table, or it is broken or another one.
    """
    tables = [*root.rglob("maestro-v*.json")] or [*root.rglob("maestro-v*.csv")]
    if not tables:
        raise AntiphonError(f"{root} is no MAESTRO: maestro-v3.0.0.json (or .csv) is missing.")
    table = max(tables, key=_version)
    rows = _records(table) if table.suffix == ".json" else rows_of(table, _COLUMNS, "MAESTRO")
    if not rows:
        raise AntiphonError(f"{table} names no performance.")
    return [_source(table, row) for row in rows]


def _version(table: Path) -> tuple[list[int], Path]:
    """Return what rises from an older table to a newer one: 10.0.0 comes after 3.0.0."""
    return [int(number) for number in re.findall(r"\d+", table.stem)], table


def _records(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table in JSON: a list of records (v2) or a dict of columns (v3)."""
    try:
        said = json.loads(read_text(table))
    except (ValueError, RecursionError):
        raise AntiphonError(f"{table} is no JSON.") from None
    if isinstance(said, dict) and all(isinstance(said.get(c), dict) for c in _COLUMNS):
        said = [{c: said[c].get(i) for c in _COLUMNS} for i in said[_COLUMNS[0]]]
    if not isinstance(said, list) or not all(_is_record(row) for row in said):
        raise AntiphonError(f"{table} is no table of MAESTRO: it needs {', '.join(_COLUMNS)}.")
    return said


def _is_record(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(c), str) for c in _COLUMNS)


def _source(table: Path, row: dict[str, str]) -> Source:
    name, _, _ = row["midi_filename"].rpartition(".")
    if not name or row["split"] not in SPLITS:
        said = f"{row['midi_filename']!r} in {row['split']!r}"
        raise AntiphonError(f"{table} has a line without a file or its split: {said}.")
    audio = table.parent / row["audio_filename"]
    return Source(
        id=name,
        path=table.parent / row["midi_filename"],
        split=row["split"],
        title=f"{row['canonical_composer']}: {row['canonical_title']}",
        audio=audio if os.path.isfile(audio) else None,
    )


def performance(source: Source) -> Piece:
    """Read one performance as it was played, pedals with it; `Piece.seconds` gives the times.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    return replace(mid.read(source.path, quick=True), title=source.title)


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one performance and say whether its beats are estimated.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    return completed(performance(source))
