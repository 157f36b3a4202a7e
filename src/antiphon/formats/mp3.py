"""MP3: the sound of `wav.py`, compressed to what plays everywhere."""

from __future__ import annotations

from pathlib import Path

from antiphon.formats import _lossy
from antiphon.music.piece import Piece

QUALITY = 0.2  # libsndfile's compression level, 0 best … 1 smallest


def read(path: Path) -> Piece:
    """Read the tune of a recording, as `_melody.read_melody` hears it.

    Raises:
        AntiphonError: it cannot be read, no tune is heard in it, or set-up is not done.
    """
    from antiphon.formats._melody import read_melody  # loads what listens

    return read_melody(path)


def write(piece: Piece, path: Path | str, soundfont: Path | str | None = None) -> None:
    """Write a piece as an MP3 file.

    Raises:
        AntiphonError: see `wav.render`; or the folder cannot be written to.
    """
    _lossy.write(
        piece, path, soundfont, container="MP3", codec="MPEG_LAYER_III", compression=QUALITY
    )
