"""The engraved score as a PDF with selectable text, A4."""

from __future__ import annotations

from pathlib import Path

from antiphon.formats._engrave import pdf
from antiphon.formats._files import write_bytes
from antiphon.music.piece import Piece


def write(piece: Piece, path: Path | str) -> None:
    """Write the score of a piece.

    Raises:
        AntiphonError: the piece cannot be engraved, or the folder cannot be written to.
    """
    write_bytes(path, pdf(piece))
