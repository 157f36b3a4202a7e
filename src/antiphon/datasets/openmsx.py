"""OpenMSX: the free music of OpenTTD, a railway game, for full bands, as MIDI.

`themes.list` says who wrote which piece; its titles are kept.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from antiphon.datasets import Source
from antiphon.datasets._listing import listed
from antiphon.datasets._played import read_played
from antiphon.datasets._remotes import of_github
from antiphon.formats import read_text
from antiphon.music.piece import Piece

CITATION = "OpenMSX, base music set for OpenTTD, by its contributors"
LICENCE = "GPL-2.0"
SHIP = False
URL = "https://github.com/OpenTTD/OpenMSX"
STYLE = "game"
HOLDS = "31 pieces"
REMOTES = of_github("OpenTTD/OpenMSX")

_LIST = "themes.list"


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
    titles = source.path.with_name(_LIST)
    title = _titles(titles).get(source.path.name, "") if titles.is_file() else ""
    return replace(piece, title=title or source.path.stem), remarks


@lru_cache(maxsize=4)
def _titles(path: Path) -> dict[str, str]:
    """Return titles by file names, of lines ``purpose; file; author; title``."""
    rows = [line.split(";") for line in read_text(path).splitlines() if not line.startswith("#")]
    return {row[1].strip(): row[-1].strip() for row in rows if len(row) > 2}
