"""Band: 5,522 pieces for drums, bass and two parts or more, mostly game music, as MIDI.

A collection of collections, kept in their folders. Tracks are cast into roles; an eighth of
the pieces lie off their own beats, and theirs are estimated.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from antiphon.datasets import Source
from antiphon.datasets._listing import listed
from antiphon.datasets._played import read_played
from antiphon.music.labels import Labels
from antiphon.music.piece import Piece

CITATION = "scraped MIDI of several public repositories; their folders bear their names"
LICENCE = "none stated; 120 files CC BY-NC-SA"
SHIP = False
URL = ""
STYLE = "band"
HOLDS = "5,522 pieces"

# what the collections say they hold, by their folders
_STYLES = {
    "vgm_game": "game", "vgm_console": "game", "freedoom": "game", "openmsx": "game",
    "classical_composers": "classical",
}  # fmt: skip


def sources(root: Path) -> list[Source]:
    """List the pieces below `root`, split by the hash of their content.

    Raises:
        AntiphonError: no .mid file lies below `root`.
    """
    return listed(root, (".mid",))


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one piece and say whether its beats are estimated.

    Raises:
        AntiphonError: the file is broken or has no notes.
    """
    piece, remarks = read_played(source.path)
    style = next((_STYLES[part] for part in source.path.parts[::-1] if part in _STYLES), "")
    return replace(piece, labels=Labels(style=style)), remarks
