"""The soundfont that the page plays with."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response

from antiphon.errors import AntiphonError
from antiphon.formats import _soundfont

router = APIRouter()


@router.get("/soundfont", response_class=FileResponse)
def soundfont() -> Response:
    """Return the soundfont that set-up installed, or that was named to this server."""
    try:
        path = _soundfont.find()
    except AntiphonError as error:
        raise HTTPException(503, str(error)) from None
    headers = {"Cache-Control": "private, max-age=86400"}
    return FileResponse(path, media_type="audio/x-soundfont", headers=headers)
