"""Freedoom: rock and metal pieces of a free game, for full bands, as MIDI."""

from __future__ import annotations

from pathlib import Path

from antiphon.datasets import Source
from antiphon.datasets._listing import listed
from antiphon.datasets._remotes import of_github
from antiphon.formats import mid
from antiphon.music.estimation import complete
from antiphon.music.piece import Piece
from antiphon.music.roles import assign_roles

CITATION = "Freedoom, music by the contributors to the Freedoom project"
LICENCE = "BSD-3-Clause"
SHIP = True
URL = "https://github.com/freedoom/freedoom"
STYLE = "rock"
HOLDS = "112 pieces"
REMOTES = of_github("freedoom/freedoom")


def sources(root: Path) -> list[Source]:
    """List the pieces below `root`, split by the hash of their content.

    Raises:
        AntiphonError: no .mid file lies below `root`.
    """
    return listed(root, (".mid",))


def read(source: Source) -> Piece:
    """Read one piece on the `RESOLUTION` grid, its tracks cast into roles.

    Raises:
        AntiphonError: the file is broken or has no notes.
    """
    return complete(assign_roles(mid.read(source.path, quick=True).on_grid()))
