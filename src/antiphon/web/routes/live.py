"""Live: endless music as a stream of bars, steered while it plays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from pydantic import Field, StrictFloat, StrictInt, TypeAdapter, ValidationError

from antiphon import models
from antiphon.errors import AntiphonError, unknown
from antiphon.playing.session import Session
from antiphon.web._live import Stage
from antiphon.web._studio import StudioHere

router = APIRouter()
_MESSAGES_PER_S = 60  # that a player may send
Note = Annotated[list[StrictInt | StrictFloat], Field(max_length=4)]
Value = (
    Annotated[str, Field(max_length=4_000)]
    | StrictInt
    | StrictFloat
    | Annotated[list[Note], Field(max_length=64)]  # notes that were played
    | None
)
Values = Annotated[dict[str, Value], Field(max_length=40)]
_VALUES: TypeAdapter[dict[str, Any]] = TypeAdapter(Values)


def _begin(stage: Stage, values: dict[str, Any]) -> Session:
    style = values.get("style", "pop")
    if style not in models.styles():
        raise unknown(str(style)[:60], "styles", models.styles())
    return stage.begin(values)


@router.post("/live/music", response_class=StreamingResponse)
async def music(studio: StudioHere, plan: Values | None = None) -> StreamingResponse:
    """Play until the listener goes: lines of JSON, the first with the session's id, then bars."""
    session = _begin(studio.stage, plan or {})

    async def lines() -> AsyncIterator[str]:
        try:
            yield json.dumps({"session": session.id}) + "\n"
            async for bar in session.bars():
                yield json.dumps(bar) + "\n"
        finally:
            studio.stage.end(session)

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.patch("/live/{session}")
def steer(studio: StudioHere, session: str, values: Values) -> dict[str, str]:
    """Change chords, tempo, mood, adventure or sliders, or tell notes that were played."""
    studio.stage.session(session).say(values)
    return {"session": session}


@router.delete("/live/{session}", status_code=204)
def stop(studio: StudioHere, session: str) -> None:
    """End a session."""
    studio.stage.end(studio.stage.session(session))


@router.websocket("/live")
async def live(socket: WebSocket, studio: StudioHere) -> None:
    """Play in a page: the first message is a plan, later ones steer; bars come as JSON."""
    await socket.accept()
    session: Session | None = None
    try:
        session = _begin(studio.stage, await _message(socket))
        await socket.send_json({"session": session.id})
        playing = asyncio.create_task(_play(socket, session))
        try:
            while not playing.done():
                await _steered(socket, session)
        finally:
            playing.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await playing
    except AntiphonError as error:
        await socket.send_json({"error": str(error)})
        await socket.close(1008)
    except (WebSocketDisconnect, RuntimeError):  # the player has gone, or we have closed
        pass
    finally:
        if session is not None:
            studio.stage.end(session)


async def _play(socket: WebSocket, session: Session) -> None:
    async for bar in session.bars():
        await socket.send_json(bar)
    await socket.close()


async def _steered(socket: WebSocket, session: Session) -> None:
    """Take one message; what cannot be is said, and the music goes on."""
    try:
        session.say(await _message(socket))
    except AntiphonError as error:
        await socket.send_json({"error": str(error)})
    await asyncio.sleep(1 / _MESSAGES_PER_S)


async def _message(socket: WebSocket) -> dict[str, Any]:
    """Return what a player says.

    Raises:
        AntiphonError: it is no JSON object of texts, numbers and notes.
    """
    try:
        return _VALUES.validate_json(await socket.receive_text())
    except (ValidationError, KeyError):
        raise AntiphonError('Say it as a JSON object, e.g. {"valence": 0.5}.') from None
