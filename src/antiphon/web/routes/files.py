"""Files: a take as MIDI, score, sound, picture or stems."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response
from pydantic import Field

from antiphon.errors import unknown
from antiphon.music.piece import Piece
from antiphon.web import _piece
from antiphon.web._answers import Line, attached, written
from antiphon.web._studio import StudioHere

router = APIRouter()
_MEDIA = {
    "mid": "audio/midi",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "mxl": "application/vnd.recordare.musicxml",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
}
# a picture that is opened by itself runs nothing and loads nothing
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox"


Called = Annotated[str, Field(pattern=r"^\d{1,3}:", max_length=210)]


@router.get("/takes/{take}/files/{kind}", response_class=FileResponse)
async def file(
    studio: StudioHere,
    take: str,
    kind: str,
    inline: bool = False,
    title: Annotated[Line | None, Query()] = None,
    name: Annotated[list[Called] | None, Query(max_length=64)] = None,
    section: Annotated[list[Called] | None, Query(max_length=200)] = None,
) -> Response:
    """Return a take as a file; `inline` lets the page show or play it.

    It is called as `title` says, tracks of it as `name` and sections as `section` say, their
    number before a colon: `name=0:Flute`. So a score speaks the language of the page.
    """
    if kind not in written():
        raise unknown(kind[:20], "formats", written())
    found = await asyncio.to_thread(studio.store.take_with_piece, take)
    told = _called(found["piece"], title, name or [], section or [])

    def piece() -> Piece:
        return _piece.stored(told)

    content = await asyncio.to_thread(_piece.packed, told)
    path = await studio.desk.render(piece, content, kind)
    headers = {
        **attached(told["title"] or found["name"], kind, inline=inline),
        "Content-Security-Policy": _PICTURE_POLICY,
        "Cache-Control": "no-cache",
    }
    ending = kind.rpartition(".")[2]
    media = _MEDIA.get(ending) or mimetypes.types_map.get(f".{ending}", "application/octet-stream")
    return FileResponse(path, media_type=media, headers=headers)


def _called(
    piece: dict[str, Any], title: str | None, names: Sequence[str], sections: Sequence[str]
) -> dict[str, Any]:
    """Return a piece with other names."""
    return {
        **piece,
        "title": title or piece["title"],
        "tracks": _renamed(piece["tracks"], "name", names),
        "sections": _renamed(piece["sections"], "label", sections),
    }


def _renamed(rows: list[dict[str, Any]], field: str, names: Sequence[str]) -> list[dict[str, Any]]:
    called = {int(n): text for n, _, text in (name.partition(":") for name in names)}
    return [{**row, field: called.get(n, row[field])} for n, row in enumerate(rows)]
