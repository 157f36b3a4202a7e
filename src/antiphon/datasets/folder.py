"""Any folder of your own MIDI and MusicXML files.

Nothing is expected of them: tracks are cast into roles, key, chords and sections are
estimated, and where the notes do not lie on a file's beats, the beats are found. Doubles
are recognised by their content.
"""

from __future__ import annotations

from pathlib import Path

from antiphon.datasets import Source
from antiphon.datasets._beats import on_beats
from antiphon.datasets._estimate import complete
from antiphon.datasets._listing import listed
from antiphon.errors import AntiphonError
from antiphon.formats import mid, musicxml
from antiphon.music.piece import Piece
from antiphon.music.roles import assign_roles

CITATION = "your own files"
LICENCE = "not known: yours to judge"
SHIP = False
URL = ""
STYLE = "own"

MIDI_ENDINGS = (".mid", ".midi", ".kar", ".rmi")
SCORE_ENDINGS = (".mxl", ".musicxml", ".xml")
_MIN_NOTES = 16


def sources(root: Path) -> list[Source]:
    """List the files below `root`, in all its folders; the split follows their content.

    Raises:
        AntiphonError: there is no such folder, or no file to read in it.
    """
    return listed(root, MIDI_ENDINGS + SCORE_ENDINGS)


def read(source: Source) -> Piece:
    """Read one file on the `RESOLUTION` grid.

    Raises:
        AntiphonError: it is broken, or has hardly any notes.
    """
    return read_remarking(source)[0]


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one file and say what had to be guessed.

    Raises:
        AntiphonError: it is broken, or has hardly any notes.
    """
    is_score = source.path.suffix.lower() in SCORE_ENDINGS
    piece = musicxml.read(source.path) if is_score else mid.read(source.path, quick=True)
    if piece.n_notes < _MIN_NOTES:
        raise AntiphonError("It has fewer than 16 notes.")
    piece, remark = on_beats(piece)
    piece = complete(assign_roles(piece))
    piece.title = piece.title or source.path.stem
    return piece, [remark] if remark else []
