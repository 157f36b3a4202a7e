"""VGMIDI: video game music for piano, labelled with valence and arousal.

Labels are of phrases, whose files have lost metre and tempo (all are at 120 a minute). Where
a phrase is its whole piece, as nearly all are, the piece's own file is read, which has its
beats; else the phrase, with estimated beats. Unlabelled pieces are not read (`folder` does).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from antiphon.datasets import Source, seeded_split
from antiphon.datasets._csv import rows_of
from antiphon.datasets._played import read_played
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.music.labels import Labels
from antiphon.music.piece import Piece

CITATION = "Ferreira, Whitehead: Learning to Generate Music with Sentiment, ISMIR 2019"
LICENCE = "none stated"
SHIP = False
URL = "https://github.com/lucasnfe/vgmidi"
STYLE = "game"
HOLDS = "204 pieces"
REMOTES = of_github("lucasnfe/vgmidi")

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
    rows = rows_of(table, _COLUMNS, "VGMIDI")
    n_phrases = Counter(_whole(Path(row["midi"])) for row in rows)
    found = {}
    for number, row in enumerate(rows, 2):
        phrase = Path(row["midi"])
        whole = _whole(phrase)
        is_whole = n_phrases[whole] == 1 and (table.parent / whole).is_file()
        title = f"{row['series']} {row['game']} {row['piece']}"
        try:
            labels = Labels(valence=float(row["valence"]), arousal=float(row["arousal"]))
        except ValueError:
            raise AntiphonError(
                f"{table}, line {number}: valence and arousal must be numbers from -1 to 1."
            ) from None
        path = table.parent / (whole if is_whole else phrase)
        found[phrase.stem] = _Row(path, title, labels)
    return found


def _whole(phrase: Path) -> Path:
    """Return the file of the piece that ``labelled/phrases/NAME_0.mid`` is of."""
    return phrase.parent.parent / "midi" / f"{phrase.stem.rpartition('_')[0]}.mid"


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one phrase and say whether its beats are estimated.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    table = next((p / _TABLE for p in source.path.parents if (p / _TABLE).exists()), None)
    row = _rows(table, table.stat().st_mtime_ns).get(source.id) if table else None
    if row is None:
        raise AntiphonError(f"{_TABLE} has no line for {source.path.name}.")
    piece, remarks = read_played(source.path)
    return replace(piece, title=row.title, labels=row.labels), remarks
