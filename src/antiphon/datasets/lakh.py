"""Lakh MIDI: scraped files, whole (`lmd_full`) or matched to songs (`lmd_matched`).

A file is named by the MD5 of its content. Matched files lie in a folder for each song of the
Million Song Dataset, ``A/B/C/TRABC…/``, several versions of one song beside each other.
Nothing is expected of the files; where notes lie off the beats, the beats are estimated.

No sample of it was at hand when this was written: the layout follows its description.
"""

from __future__ import annotations

import re
from pathlib import Path

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._played import read_played
from antiphon.datasets._remotes import MUSPY, Remote
from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece

CITATION = (
    "Raffel: Learning-Based Methods for Comparing Sequences, with Applications to "
    "Audio-to-MIDI Alignment and Matching, PhD thesis, Columbia University 2016"
)
LICENCE = "CC BY 4.0 for the collection; none stated for the files in it"
SHIP = False
URL = "https://colinraffel.com/projects/lmd/"
STYLE = "pop"
HOLDS = "176,581 files"
REMOTES = (
    Remote(
        url="http://hog.ee.columbia.edu/craffel/lmd/lmd_matched.tar.gz",
        file="lmd_matched.tar.gz",
        part="matched",
        size_bytes=1_407_072_670,
        sha256="621ff830aed771f469e5bfa13dc12a33c6ed69090adeda63d0b5c47783af0191",
        checked_by=MUSPY,
    ),
    Remote(
        url="http://hog.ee.columbia.edu/craffel/lmd/lmd_full.tar.gz",
        file="lmd_full.tar.gz",
        part="full",
        size_bytes=1_768_163_879,
        sha256="6fcfe2ac49ca08f3f214cec86ab138d4fc4dabcd7f27f491a838dae6db45a12b",
        checked_by=MUSPY,
    ),
)

_MD5 = re.compile(r"[0-9a-f]{32}")
_TRACK = re.compile(r"TR[A-Z0-9]{16}")


def sources(root: Path) -> list[Source]:
    """List the files below `root`; versions of one song lie in one split.

    A file that is matched to several songs is read once.

    Raises:
        AntiphonError: no file below `root` is named by an MD5.
    """
    files = [path for path in find_files(root, (".mid",)) if _MD5.fullmatch(path.stem)]
    if not files:
        raise AntiphonError(f"{root} is no Lakh MIDI: no .mid file is named by 32 hex digits.")
    return versions(files)


def versions(files: list[Path]) -> list[Source]:
    """Return sources of files named by MD5, in folders of songs or not."""
    first_of: dict[str, str] = {}
    found = []
    for path in files:
        song = path.parent.name if _TRACK.fullmatch(path.parent.name) else ""
        name = f"{song}/{path.stem}" if song else path.stem
        original = first_of.setdefault(path.stem, name)
        same_as = "" if original == name else original
        found.append(Source(name, path, seeded_split(song or path.stem), same_as))
    return found


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one file and say whether its beats are estimated.

    Raises:
        AntiphonError: it is broken or has no notes.
    """
    return read_played(source.path)
