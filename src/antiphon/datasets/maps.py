"""MAPS: piano sounds of nine pianos: single notes, chords by chance, usual chords and pieces.

`performance` gives every one of them in seconds: from its MIDI file, else from its text of
notes. Only the pieces (MUS) are music to be trained on, and only they are `read`, on estimated
beats.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._labelled import SAMPLE_RATE, notes_between, recorded
from antiphon.datasets._played import completed
from antiphon.errors import AntiphonError
from antiphon.formats import mid, read_text
from antiphon.music.piece import Piece

CITATION = (
    "Emiya, Badeau, David: Multipitch Estimation of Piano Sounds Using a New Probabilistic "
    "Spectral Smoothness Principle, IEEE TASLP 2010"
)
LICENCE = "CC BY-NC-SA 2.0 FR"
SHIP = False
URL = "https://adasp.telecom-paris.fr/resources/2010-07-08-maps-database/"
STYLE = "classical"
HOLDS = "65 hours of 9 pianos"

_NAME = re.compile(r"MAPS_(ISOL|RAND|UCHO|MUS)[_-](.+)_([^_]+)")  # set, piece, piano
_REAL = "ENSTDk"  # the Disklavier; all other pianos are sampled
_LONGEST_S = 36_000.0
_COLUMNS = ["OnsetTime", "OffsetTime", "MidiPitch"]


def sources(root: Path) -> list[Source]:
    """List the sounds below `root` that have a MIDI file or a text.

    Test is what the real piano plays, and every piece that it plays, whoever else plays it; of
    the others one in ten is validation, by the hash of the piece's name.

    Raises:
        AntiphonError: no file such as MAPS_MUS-alb_se3_ENSTDkCl.txt lies below `root`.
    """
    named: dict[str, Path] = {}
    for path in find_files(root, (".mid", ".txt")):
        if _NAME.fullmatch(path.stem):
            named.setdefault(path.stem, path)  # .mid comes before .txt
    if not named:
        raise AntiphonError(f"{root} is no MAPS: it has no file such as MAPS_MUS-x_ENSTDkCl.txt.")
    played = {_parts(stem)[:2] for stem in named if _is_real(stem)}
    found = []
    for stem, path in sorted(named.items()):
        audio = path.with_suffix(".wav")
        kind, piece, _ = _parts(stem)
        is_test = _is_real(stem) or (kind == "MUS" and (kind, piece) in played)
        seeded = "validation" if seeded_split(piece) == "validation" else "train"
        split = "test" if is_test else seeded
        found.append(
            Source(stem, path, split, title=piece, audio=audio if audio.is_file() else None)
        )
    return found


def _parts(stem: str) -> tuple[str, str, str]:
    """Return set, piece and piano of a file's name."""
    match = _NAME.fullmatch(stem)
    if not match:
        raise AntiphonError(f"{stem} is not named MAPS_SET_PIECE_PIANO.")
    return match[1], match[2], match[3]


def _is_real(stem: str) -> bool:
    return _parts(stem)[2].startswith(_REAL)


def performance(source: Source) -> Piece:
    """Read one sound as it was played, with velocities and pedals where it has a MIDI file.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    if source.path.suffix == ".txt":
        return labelled(source.path, source.title)
    return replace(mid.read(source.path, quick=True), title=source.title)


def labelled(path: Path, title: str = "") -> Piece:
    """Read the notes of a text, which ends them where the pedal does; one step is one sample.

    Raises:
        AntiphonError: it is missing, empty, no such text, or has no notes.
    """
    lines = [line.split("\t") for line in read_text(path).splitlines() if line.strip()]
    if not lines or lines[0] != _COLUMNS:
        raise AntiphonError(f"{path} is no text of MAPS: it must begin with {' '.join(_COLUMNS)}.")
    try:
        rows = np.array(lines[1:], dtype=np.float64).reshape(-1, 3)
    except ValueError:
        raise AntiphonError(f"{path} must have three numbers in each line.") from None
    start, end, pitch = rows.T
    if not ((start >= 0) & (start <= end) & (end < _LONGEST_S)).all():
        raise AntiphonError(f"{path} has times that cannot be.")
    if not ((pitch >= 0) & (pitch <= 127) & (pitch % 1 == 0)).all():
        raise AntiphonError(f"{path} has pitches that are none: they must be 0 to 127.")
    if not len(rows):
        raise AntiphonError(f"{path} holds no notes.")
    return recorded({0: notes_between(start * SAMPLE_RATE, end * SAMPLE_RATE, pitch)}, title)


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one piece and say whether its beats are estimated.

    Raises:
        AntiphonError: it is no piece but a note or a chord, or its file cannot be read.
    """
    kind = _parts(source.id)[0]
    if kind != "MUS":
        raise AntiphonError(f"It is of {kind}: notes and chords by themselves, no music.")
    return completed(performance(source))
