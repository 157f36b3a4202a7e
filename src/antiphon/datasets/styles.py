"""Styles: jazz and classical music for piano, the jazz in part with bass and drums, as MIDI.

The folder a piece lies in, ``jazz`` or ``classical``, is its style. Most of it was played:
where notes lie off the file's beats, the beats are estimated.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from antiphon.datasets import Source
from antiphon.datasets._listing import listed
from antiphon.datasets._played import read_played
from antiphon.errors import AntiphonError
from antiphon.music.labels import Labels
from antiphon.music.piece import Piece

CITATION = (
    "jazz: D. McKenzie's and Disklavier World's MIDI files; classical: piano-midi.de by "
    "B. Krueger and public MIDI collections"
)
LICENCE = "none stated"
SHIP = False
URL = ""
STYLE = "mixed"
HOLDS = "931 pieces"

_NAMES = ("jazz", "classical")


def sources(root: Path) -> list[Source]:
    """List the pieces below `root`, split by the hash of their content.

    Raises:
        AntiphonError: no .mid file lies below `root` in a folder jazz or classical.
    """
    found = [s for s in listed(root, (".mid", ".midi")) if _style(s.path)]
    if not found:
        raise AntiphonError(f"{root} has no folder jazz or classical with MIDI files in it.")
    return found


def _style(path: Path) -> str:
    """Return the style of the outermost folder that names one, else ""."""
    return next((part for part in path.parts[:-1] if part in _NAMES), "")


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one piece and say whether its beats are estimated.

    Raises:
        AntiphonError: the file is broken or has no notes.
    """
    piece, remarks = read_played(source.path)
    return replace(piece, labels=Labels(style=_style(source.path))), remarks
