"""OpenScore String Quartets: four real parts, from Haydn's time to 1920, as MusicXML.

First violin is the melody, second violin the counter-melody, viola plays the chords' part,
violoncello the bass. Repeats are read as written, once.
"""

from __future__ import annotations

from pathlib import Path

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.formats import musicxml
from antiphon.music.estimation import complete
from antiphon.music.instruments import ROLES
from antiphon.music.piece import Piece, Track
from antiphon.music.roles import merge

CITATION = (
    "Gotham, Redbond, Bower, Jonas: The OpenScore String Quartet Corpus, DLfM 2023; "
    "scores by the OpenScore volunteers"
)
LICENCE = "CC0"
SHIP = True
URL = "https://github.com/OpenScore/StringQuartets"
STYLE = "classical"
HOLDS = "122 quartets"
REMOTES = of_github("OpenScore/StringQuartets")

_PROGRAMS = {"melody": 40, "counter": 40, "chords": 41, "bass": 42}


def sources(root: Path) -> list[Source]:
    """List the movements below `root`; a quartet's movements lie in one split.

    Raises:
        AntiphonError: no .mxl or .musicxml file lies below `root`.
    """
    files = find_files(root, (".mxl", ".musicxml"))
    return [Source(path.stem, path, seeded_split("/".join(path.parts[-3:-1]))) for path in files]


def read(source: Source) -> Piece:
    """Read one score on the `RESOLUTION` grid.

    Raises:
        AntiphonError: the file is broken or not for two violins, viola and violoncello.
    """
    piece = musicxml.read(source.path).on_grid()
    desks = {role: [t for t in piece.tracks if _role(t.name) == role] for role in _PROGRAMS}
    missing = [role for role, tracks in desks.items() if not any(len(t.notes) for t in tracks)]
    if missing or any(len(t.notes) and not _role(t.name) for t in piece.tracks):
        raise AntiphonError(f"{source.path} is not for two violins, viola and violoncello.")
    piece.tracks = [
        Track(ROLES[role].name, _PROGRAMS[role], notes=merge(tracks).notes, role=role)
        for role, tracks in desks.items()
    ]
    piece.sections = []
    return complete(piece)


def _role(name: str) -> str:
    """Return the role of a desk by its name, "" for other instruments."""
    plain = " ".join(name.lower().replace(".", " ").split())
    if plain.startswith(("violoncell", "cello")):
        return "bass"
    if plain.startswith("viola"):
        return "chords"
    if plain.startswith("violin"):
        return "counter" if plain.endswith((" 2", " ii")) else "melody"
    return ""
