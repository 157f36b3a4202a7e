"""OpenEWLD: lead sheets of standards in the public domain, a tune with chord symbols each.

The genre that `OpenEWLD.db` names most often becomes the style. Chord symbols stay chords:
no accompaniment is made up.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.formats import musicxml
from antiphon.music.estimation import complete
from antiphon.music.instruments import ROLES
from antiphon.music.labels import Labels
from antiphon.music.piece import Piece, Track

CITATION = (
    "Simonetta, Carnovalini, Orio, Rodà: Symbolic Music Similarity through a Graph-Based "
    "Representation, Audio Mostly 2018; OpenEWLD: https://doi.org/10.5281/zenodo.4332855"
)
LICENCE = "scores in the public domain, repository MIT"
SHIP = True
URL = "https://github.com/00sapo/OpenEWLD"
STYLE = "standards"
HOLDS = "502 lead sheets"
REMOTES = of_github("00sapo/OpenEWLD")

_DATABASE = "OpenEWLD.db"
_GENRES = """
    SELECT path_leadsheet, genre FROM works JOIN work_genres USING (id)
    ORDER BY path_leadsheet, occurrences DESC, genre
"""


def sources(root: Path) -> list[Source]:
    """List the lead sheets below `root`, split by the hash of authors and title.

    Raises:
        AntiphonError: no .mxl file lies below `root`.
    """
    found = []
    for path in find_files(root, (".mxl",)):
        name = "/".join(path.parts[-3:-1]) if len(path.relative_to(root).parts) > 2 else path.stem
        found.append(Source(name, path, seeded_split(name)))
    return found


def read(source: Source) -> Piece:
    """Read one lead sheet on the `RESOLUTION` grid: a melody, chords above it.

    Raises:
        AntiphonError: the file or the database is broken, or it has no notes.
    """
    piece = musicxml.read(source.path).on_grid()
    sung = [track for track in piece.tracks if len(track.notes)]
    if not sung:
        raise AntiphonError(f"{source.path} has no notes.")
    melody = max(sung, key=lambda track: len(track.notes))
    role = ROLES["melody"]
    piece.tracks = [
        Track(role.name, melody.program, notes=melody.notes, role="melody", lyrics=melody.lyrics)
    ]
    return replace(complete(piece), labels=Labels(style=_genre(source.path)))


def _genre(path: Path) -> str:
    """Return the genre of a lead sheet, "" where the database is not there or says none."""
    for folder in path.parents:
        database = folder / _DATABASE
        if database.is_file():
            genres = _genres(database, database.stat().st_mtime_ns)
            return genres.get(path.relative_to(folder).as_posix(), "")
    return ""


@lru_cache(maxsize=4)
def _genres(database: Path, changed: int) -> dict[str, str]:
    """Return genres by the paths of lead sheets; `changed` only tells versions apart."""
    found: dict[str, str] = {}
    try:
        with closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        ) as opened:
            for path, genre in opened.execute(_GENRES):
                found.setdefault(str(path), str(genre))
    except sqlite3.Error as error:
        raise AntiphonError(f"{database} cannot be read as a database: {error}.") from None
    return found
