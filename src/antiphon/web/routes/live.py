"""Live: endless music as a stream of bars, steered while it plays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    TypeAdapter,
    ValidationError,
)

from antiphon import models
from antiphon.errors import AntiphonError, unknown
from antiphon.formats._endless import MEDIA_TYPES
from antiphon.playing.session import Session
from antiphon.playing.sound import AHEAD_S, Broadcast
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


class Heard(BaseModel):
    """What sound is asked for: a plan, in the query of an address."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["mp3", "ogg", "wav"] = "mp3"
    style: str | None = Field(None, max_length=100)
    key: str | None = Field(None, max_length=100)
    mode: str | None = Field(None, max_length=100)
    metre: str | None = Field(None, max_length=100)
    chords: str | None = Field(None, max_length=4_000)
    instruments: str | None = Field(None, max_length=1_000)
    tempo: float | None = None
    adventure: float | None = None
    valence: float | None = None
    arousal: float | None = None
    density: float | None = None
    how_high: float | None = Field(None, alias="register")  # pydantic has a `register` of its own
    syncopation: float | None = None
    brightness: float | None = None
    tension: float | None = None
    loudness: float | None = None
    seed: int | None = None


_VALUES: TypeAdapter[dict[str, Any]] = TypeAdapter(Values)


# nothing between us and the listener may wait for more before it sends
_AT_ONCE = {"Content-Encoding": "identity", "X-Accel-Buffering": "no"}


def _begin(stage: Stage, values: dict[str, Any], ahead_s: float = 0.0) -> Session:
    style = values.get("style", "pop")
    if style not in models.styles():
        raise unknown(str(style)[:60], "styles", models.styles())
    return stage.begin(values, ahead_s=ahead_s)


@router.post("/live/music", response_class=StreamingResponse)
async def music(studio: StudioHere, plan: Values | None = None) -> StreamingResponse:
    """Play until the listener goes: lines of JSON, the first with the session's id, then bars."""
    session = _begin(studio.stage, {"answer": "none", **(plan or {})})  # nobody plays, it seems

    async def lines() -> AsyncIterator[str]:
        try:
            yield json.dumps({"session": session.id}) + "\n"
            async for bar in session.bars():
                yield json.dumps(bar) + "\n"
        finally:
            studio.stage.end(session)

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=_AT_ONCE)


@router.get("/live/audio", response_class=StreamingResponse)
async def audio(studio: StudioHere, asked: Annotated[Heard, Query()]) -> StreamingResponse:
    """Play until the listener goes, as sound: the header `X-Antiphon-Session` names the session."""
    plan = asked.model_dump(by_alias=True, exclude={"format"}, exclude_none=True)
    session = _begin(studio.stage, {**plan, "answer": "none"}, AHEAD_S)
    try:
        chunks = Broadcast(session, asked.format).chunks()
    except AntiphonError:
        studio.stage.end(session)
        raise

    async def sound() -> AsyncIterator[bytes]:
        try:
            while (chunk := await run_in_threadpool(next, chunks, None)) is not None:
                if chunk:
                    yield chunk
        finally:
            studio.stage.end(session)
            chunks.close()

    headers = {**_AT_ONCE, "X-Antiphon-Session": session.id}
    return StreamingResponse(sound(), media_type=MEDIA_TYPES[asked.format], headers=headers)


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
