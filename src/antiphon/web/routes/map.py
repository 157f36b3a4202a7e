"""The map: where takes lie among the pieces of a style, and what is heard at a place."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from antiphon import models
from antiphon.errors import unknown
from antiphon.music.plan import Plan, plan_from
from antiphon.web import _piece, _tasks
from antiphon.web._rows import NewTake
from antiphon.web._studio import StudioHere, told_of

router = APIRouter()
Share = Annotated[float, Field(ge=0, le=1)]
Style = Annotated[str, Field(max_length=40)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class Here(BaseModel):
    """A place on the map of a style, across and up."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    x: Share
    y: Share
    style: Style = Plan.style
    seed: Seed = 0


def _plan(style: str, seed: int = 0) -> Plan:
    """Return the plan of a style that writes whole pieces.

    Raises:
        AntiphonError: there is no such style.
    """
    if style not in models.styles():
        raise unknown(style, "styles", models.styles())
    return plan_from({"style": style, "seed": seed})


@router.get("/takes/{take}/map")
async def look(studio: StudioHere, take: str, style: Style = Plan.style) -> dict[str, Any]:
    """Return the map of a style with a project's takes on it; this one shapes it."""
    plan = _plan(style)

    def found() -> tuple[list[str], list[Any]]:
        project = studio.store.take(take)["project"]
        others = [t["id"] for t in studio.store.project(project)["takes"] if t["id"] != take]
        ids = [take, *others[-studio.settings.limits.map_takes :]]
        return ids, [_piece.stored(studio.store.piece(name)) for name in ids]

    ids, pieces = await asyncio.to_thread(found)
    told = await studio.desk.guide(_tasks.survey, pieces, plan)
    places = zip(ids, told.pop("pieces"), strict=True)
    return {**told, "takes": [{"id": i, "place": p} for i, p in places if p is not None]}


@router.get("/takes/{take}/map/piece")
async def hear(studio: StudioHere, take: str, here: Annotated[Here, Query()]) -> dict[str, Any]:
    """Return what is at a place; nothing is kept."""
    made = await _made(studio, take, here)
    return {"piece": _piece.to_json(made.piece), **told_of(made)}


@router.post("/takes/{take}/map", status_code=201)
async def keep(studio: StudioHere, take: str, here: Here) -> dict[str, Any]:
    """Keep what is at a place as a take."""
    made = await _made(studio, take, here)

    def kept() -> dict[str, Any]:
        project = studio.store.take(take)["project"]
        new = NewTake(_piece.to_json(made.piece), "Map", "wander", take, told_of(made))
        return studio.store.take(studio.store.add_takes(project, [new])[0])

    return await asyncio.to_thread(kept)


async def _made(studio: StudioHere, take: str, here: Here) -> _tasks.Made:
    plan = _plan(here.style, here.seed)
    piece = await asyncio.to_thread(lambda: _piece.stored(studio.store.piece(take)))
    made: _tasks.Made = await studio.desk.guide(_tasks.wander, piece, here.x, here.y, plan)
    return made
