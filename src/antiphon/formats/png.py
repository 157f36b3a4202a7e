"""Pictures: a piano roll, or, for names ending in ``.score.png``, the engraved score."""

from __future__ import annotations

import io
from pathlib import Path

from antiphon.formats._files import write_bytes
from antiphon.music.piece import Piece


def write(piece: Piece, path: Path | str) -> None:
    """Draw a piece.

    Raises:
        AntiphonError: the folder cannot be written to, or the score cannot be engraved.
    """
    if Path(path).stem.lower().endswith(".score"):
        from antiphon.formats._engrave import png

        write_bytes(path, png(piece))
        return
    from antiphon.formats._roll import picture

    out = io.BytesIO()
    picture(piece).save(out, "PNG")
    write_bytes(path, out.getvalue())
