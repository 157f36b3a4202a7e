"""VGMIDI: phrases of video game music for piano, labelled with valence and arousal.

The labelled phrases are read; the unlabelled pieces beside them are not (`folder` reads
them). Notes lie near the file's own beats; where they do not, the beats are estimated.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from antiphon.datasets import Source, seeded_split
from antiphon.datasets._beats import on_beats
from antiphon.datasets._estimate import complete
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.labels import Labels
from antiphon.music.piece import Piece
from antiphon.music.roles import assign_roles

CITATION = "Ferreira, Whitehead: Learning to Generate Music with Sentiment, ISMIR 2019"
LICENCE = "none stated"
SHIP = False
URL = "https://github.com/lucasnfe/vgmidi"
STYLE = "game"

_TABLE = "vgmidi_labelled.csv"
_COLUMNS = ("series", "game", "piece", "midi", "valence", "arousal")


@dataclass(frozen=True)
class _Row:
    path: Path
    title: str
    labels: Labels


def sources(root: Path) -> list[Source]:
    """List the phrases of `vgmidi_labelled.csv`, split by the hash of their piece.

    Raises:
        AntiphonError: the table is missing or is another one.
    """
    tables = sorted(root.rglob(_TABLE))
    if not tables:
        raise AntiphonError(f"{root} is no VGMIDI: {_TABLE} is missing.")
    rows = _rows(tables[0], tables[0].stat().st_mtime_ns)
    return [Source(name, row.path, seeded_split(row.title)) for name, row in rows.items()]


@lru_cache(maxsize=4)
def _rows(table: Path, changed: int) -> dict[str, _Row]:
    """Return the table's rows by the names of their files; `changed` only tells versions apart."""
    found = {}
    with table.open(newline="", encoding="utf-8", errors="replace") as lines:
        reader = csv.DictReader(lines)
        if any(column not in (reader.fieldnames or ()) for column in _COLUMNS):
            raise AntiphonError(f"{table} is no VGMIDI table: it needs {', '.join(_COLUMNS)}.")
        for number, row in enumerate(reader, 2):
            path = table.parent / (row["midi"] or "")
            title = f"{row['series']} {row['game']} {row['piece']}"
            try:
                labels = Labels(valence=float(row["valence"]), arousal=float(row["arousal"]))
            except (TypeError, ValueError):
                raise AntiphonError(
                    f"{table}, line {number}: valence and arousal must be numbers from -1 to 1."
                ) from None
            found[path.stem] = _Row(path, title, labels)
    return found


def read(source: Source) -> Piece:
    """Read one phrase on the `RESOLUTION` grid.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    return read_remarking(source)[0]


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one phrase and say whether its beats are estimated.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    table = next((p / _TABLE for p in source.path.parents if (p / _TABLE).exists()), None)
    row = _rows(table, table.stat().st_mtime_ns).get(source.id) if table else None
    if row is None:
        raise AntiphonError(f"{_TABLE} has no line for {source.path.name}.")
    piece, remark = on_beats(mid.read(source.path, quick=True))
    piece = complete(assign_roles(piece))
    return replace(piece, title=row.title, labels=row.labels), [remark] if remark else []
