"""MusicXML: scores that every notation program reads.

Reading takes ``.musicxml``, ``.xml`` and zipped ``.mxl``. Writing lays the notes out on
sixteenths and triplet eighths, with at most two voices a staff.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from antiphon.formats._files import write_bytes
from antiphon.formats._musicxml_read import read_score
from antiphon.formats._musicxml_write import text_of
from antiphon.music.piece import Piece

_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles><rootfile full-path="score.xml"'
    ' media-type="application/vnd.recordare.musicxml+xml"/></rootfiles></container>\n'
)


def read(path: Path | str) -> Piece:
    """Read a score: one track a part, at the score's own resolution.

    Raises:
        AntiphonError: it is missing, no MusicXML, broken or beyond the limits.
    """
    return read_score(Path(path))


def write(piece: Piece, path: Path | str) -> None:
    """Write a score; a name ending in ``.mxl`` gives the zipped form.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    content = text_of(piece).encode()
    write_bytes(path, _zipped(content) if Path(path).suffix.lower() == ".mxl" else content)


def _zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        members = {"META-INF/container.xml": _CONTAINER.encode(), "score.xml": content}
        for name, member in members.items():  # ZipInfo's fixed date: equal pieces, equal bytes
            archive.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return out.getvalue()
