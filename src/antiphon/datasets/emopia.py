"""EMOPIA: clips of pop songs for piano, each labelled with a quadrant of mood.

They are transcribed performances in seconds, written at 120 a minute: the beats are
estimated, and the report says of how many. Valence and arousal become labels.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._csv import rows_of
from antiphon.datasets._played import completed
from antiphon.datasets._remotes import MUSPY, Remote
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.labels import Labels
from antiphon.music.piece import Piece

CITATION = (
    "Hung, Ching, Doh, Kim, Nam, Yang: EMOPIA: A Multi-Modal Pop Piano Dataset For Emotion "
    "Recognition and Emotion-based Music Generation, ISMIR 2021"
)
LICENCE = "CC BY-NC-SA 4.0"
SHIP = False
URL = "https://zenodo.org/records/5090631"
STYLE = "pop"
HOLDS = "1,078 clips"
REMOTES = (
    Remote(
        url="https://zenodo.org/record/5257995/files/EMOPIA_2.2.zip",
        file="EMOPIA_2.2.zip",
        md5="bad5171786a4898f37fc2678e99afd94",
        checked_by=MUSPY,
    ),
)

_NAME = re.compile(r"(Q[1-4])_(.+)_\d+")  # quadrant, song, clip
_LISTS = {"train": "train", "val": "validation", "test": "test"}


def sources(root: Path) -> list[Source]:
    """List the clips below `root` in their official split.

    A clip that no list names goes where the other clips of its song are, else by the hash of
    the song's name.

    Raises:
        AntiphonError: no file such as Q1_song_0.mid lies below `root`, or a list is broken.
    """
    clips = [path for path in find_files(root, (".mid",)) if _NAME.fullmatch(path.stem)]
    if not clips:
        raise AntiphonError(f"{root} is no EMOPIA: it has no file such as Q1_song_0.mid.")
    official = _official(root)
    of_song = {_song(name): split for name, split in official.items()}
    return [
        Source(
            path.stem,
            path,
            official.get(path.stem)
            or of_song.get(_song(path.stem))
            or seeded_split(_song(path.stem)),
        )
        for path in clips
    ]


def _song(name: str) -> str:
    match = _NAME.fullmatch(name)
    return match[2] if match else name


def _official(root: Path) -> dict[str, str]:
    """Return the split of each clip that the lists name."""
    found = {}
    for name, split in _LISTS.items():
        for path in sorted(root.rglob(f"{name}.csv"))[:1]:
            rows = rows_of(path, ("fname",), "EMOPIA")
            found.update({row["fname"]: split for row in rows})
    return found


def performance(source: Source) -> Piece:
    """Read one clip as it was played; `Piece.seconds` gives the times.

    Raises:
        AntiphonError: the file is broken or has no notes.
    """
    return replace(mid.read(source.path, quick=True), title=source.id, labels=_labels(source))


def _labels(source: Source) -> Labels:
    return Labels.of_quadrant(source.path.stem[:2])


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one clip and say whether its beats are estimated.

    Raises:
        AntiphonError: the file is broken or has no notes.
    """
    return completed(performance(source))
