"""Bach's four-part chorales from the corpus that comes with the `music21` package.

Soprano is the melody, alto the counter-melody, tenor the chords' part, bass the bass. The
scores are read by our own reader: music21 is not even imported, only looked up.
"""

from __future__ import annotations

from pathlib import Path

from antiphon.datasets import Source, seeded_split
from antiphon.datasets._music21 import corpus_folder
from antiphon.errors import AntiphonError
from antiphon.formats import musicxml
from antiphon.music.estimation import complete
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.piece import Piece, Track

CITATION = (
    "J. S. Bach, four-part chorales; Cuthbert, Ariza: music21: A Toolkit for Computer-Aided "
    "Musicology and Symbolic Music Data, ISMIR 2010"
)
LICENCE = "none stated for the encodings; the music is in the public domain"
SHIP = False
URL = "https://github.com/cuthbertLab/music21"
STYLE = "classical"
HOLDS = "about 400 chorales"
NEEDS_FOLDER = False  # it comes with music21

_VOICES = ("melody", "counter", "chords", "bass")
_NAMES = ("soprano", "alto", "tenor", "bass", "s", "a", "t", "b")


def sources(root: Path | None = None) -> list[Source]:
    """List the chorales, split by the hash of their number in Bach's catalogue.

    Args:
        root: a folder of chorale scores; the installed corpus where it is None.

    Raises:
        AntiphonError: no chorale lies in the folder, or no corpus is there.
    """
    folder = corpus_folder("bach", root)
    scores = sorted([*folder.rglob("bwv*.mxl"), *folder.rglob("bwv*.xml")])
    if not scores:
        raise AntiphonError(
            f"{folder} has no chorale such as bwv1.6.mxl; "
            "without a folder those that come with music21 are read."
        )
    return [Source(p.stem, p, seeded_split(_song(p.stem))) for p in scores]


def _song(name: str) -> str:
    """Return the name that versions of one chorale share: ``bwv112.5-sc`` is ``bwv112.5``."""
    return name.split("-")[0]


def read(source: Source) -> Piece:
    """Read one chorale on the `RESOLUTION` grid.

    Raises:
        AntiphonError: it is broken or not in four parts.
    """
    piece = musicxml.read(source.path).on_grid()
    voices = [t for t in piece.tracks if len(t.notes)]
    sung = [t for t in voices if t.name.strip().lower().rstrip(".") in _NAMES]
    voices = sung if len(sung) == len(_VOICES) else voices
    if len(voices) != len(_VOICES):
        raise AntiphonError(f"Chorale {source.id} has other than four parts.")
    programs = STYLE_PROGRAMS[STYLE]
    voices.sort(key=lambda t: -float(t.notes["pitch"].mean()))
    piece.tracks = [
        Track(ROLES[role].name, programs[role], notes=voice.notes, role=role, lyrics=voice.lyrics)
        for role, voice in zip(_VOICES, voices, strict=True)
    ]
    piece.sections = []
    return complete(piece)
