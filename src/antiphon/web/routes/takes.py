"""Takes: look at, edit, undo, redo, rate, name, remove, upload."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from antiphon.music.piece import Piece
from antiphon.web import _piece
from antiphon.web._answers import Line
from antiphon.web._rows import NewTake
from antiphon.web._schema import PieceJson, unpacked
from antiphon.web._studio import Studio, StudioHere

router = APIRouter()


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewTakeJson(_Asked):
    """A piece to be kept as a take of its own."""

    piece: PieceJson
    name: Line = "Copy"
    parent: Annotated[str, Field(max_length=40)] | None = None


class Edit(_Asked):
    """A changed piece, and the revision that was changed."""

    piece: PieceJson
    revision: int


class Step(_Asked):
    """The revision that was seen."""

    revision: int | None = None


class Rating(_Asked):
    """How much somebody likes a take, 1–5; null takes the rating back."""

    rating: int | None = Field(ge=1, le=5)


class Name(_Asked):
    """What a take is called."""

    name: Line


@router.post("/projects/{project}/takes", status_code=201)
def add(studio: StudioHere, project: str, asked: NewTakeJson) -> dict[str, Any]:
    """Keep a piece as a new take."""
    piece = _piece.canonical(asked.piece, studio.settings.limits)
    new = NewTake(piece, asked.name, "copy", asked.parent)
    return studio.store.take(studio.store.add_takes(project, [new])[0])


@router.post("/projects/{project}/upload", status_code=201)
async def upload(studio: StudioHere, project: str, file: UploadFile) -> dict[str, Any]:
    """Read a MIDI, MusicXML or ABC file, or a recording, into a new take."""
    await asyncio.to_thread(studio.store.project, project)
    name = file.filename or "Upload"
    piece = await studio.desk.read(await file.read(), name)
    return await asyncio.to_thread(_keep, studio, project, piece, name)


def _keep(studio: Studio, project: str, piece: Piece, name: str) -> dict[str, Any]:
    """Keep a piece that was read as a new take, as the page would send it."""
    _piece.check(piece, studio.settings.limits)
    left_out = [f"left out: {n} notes, {reason}" for reason, n in piece.left_out.items()]
    kept = _piece.canonical(unpacked(_piece.packed(_piece.to_json(piece))), studio.settings.limits)
    title = piece.title or name.rsplit(".", 1)[0]
    new = NewTake(kept, title or "Upload", "upload", None, {"reasons": left_out})
    return studio.store.take(studio.store.add_takes(project, [new])[0])


@router.get("/takes/{take}")
def take(studio: StudioHere, take: str) -> dict[str, Any]:
    """Return a take with its piece."""
    return studio.store.take_with_piece(take)


@router.patch("/takes/{take}")
def rename(studio: StudioHere, take: str, asked: Name) -> dict[str, Any]:
    """Call a take by another name."""
    return studio.store.change_take(take, name=asked.name)


@router.delete("/takes/{take}", status_code=204)
def remove(studio: StudioHere, take: str) -> None:
    """Remove a take."""
    studio.store.remove_take(take)


@router.put("/takes/{take}/piece")
def edit(studio: StudioHere, take: str, asked: Edit) -> dict[str, Any]:
    """Keep a changed piece."""
    piece = _piece.canonical(asked.piece, studio.settings.limits)
    return studio.store.edit(take, piece, asked.revision)


@router.post("/takes/{take}/undo")
def undo(studio: StudioHere, take: str, asked: Step | None = None) -> dict[str, Any]:
    """Take the last edit back."""
    return studio.store.step(take, -1, asked.revision if asked else None)


@router.post("/takes/{take}/redo")
def redo(studio: StudioHere, take: str, asked: Step | None = None) -> dict[str, Any]:
    """Do again what was undone."""
    return studio.store.step(take, 1, asked.revision if asked else None)


@router.post("/takes/{take}/rating")
def rate(studio: StudioHere, take: str, asked: Rating) -> dict[str, Any]:
    """Rate a take."""
    return studio.store.change_take(take, rating=asked.rating)
