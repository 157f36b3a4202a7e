"""Reading a MIDI file of which nothing is expected: parts cast, beats found, the rest estimated."""

from __future__ import annotations

from pathlib import Path

from antiphon.datasets._beats import on_beats
from antiphon.formats import mid
from antiphon.music.estimation import complete
from antiphon.music.piece import Piece
from antiphon.music.roles import assign_roles


def read_played(path: Path) -> tuple[Piece, list[str]]:
    """Return a file as a piece with roles, key, chords and sections, and what is remarked of it.

    Raises:
        AntiphonError: it is missing, broken or has no note that a part could play.
    """
    return completed(mid.read(path, quick=True))


def completed(piece: Piece) -> tuple[Piece, list[str]]:
    """Return a piece on the `RESOLUTION` grid with all that it does not say, and the remarks.

    Raises:
        AntiphonError: it has no note that a part could play.
    """
    piece, remark = on_beats(piece)
    return complete(assign_roles(piece)), [remark] if remark else []
