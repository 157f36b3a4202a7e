"""FLAC: recordings without loss, whose tune is read."""

from __future__ import annotations

from pathlib import Path

from antiphon.music.piece import Piece


def read(path: Path) -> Piece:
    """Read the tune of a recording, as `_melody.read_melody` hears it.

    Raises:
        AntiphonError: it cannot be read, no tune is heard in it, or set-up is not done.
    """
    from antiphon.formats._melody import read_melody  # loads what listens

    return read_melody(path)
