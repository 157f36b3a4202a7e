"""Jobs: ask a verb for music, see how far it is, stop it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from antiphon import models
from antiphon.errors import AntiphonError, unknown
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan
from antiphon.web import _piece, _verbs
from antiphon.web._line import OVER, Order
from antiphon.web._rows import NotThere
from antiphon.web._studio import Studio, StudioHere
from antiphon.web._verbs import Verb

router = APIRouter()
_EVERY_S = 0.2  # how often a listener is told of progress
_STILL_THERE_S = 15.0

Word = Annotated[str, Field(max_length=40)]
Value = Annotated[str, Field(max_length=4_000)] | bool | int | float | None


class Asked(BaseModel):
    """A verb, what it works on, and its options."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    verb: Word
    take: Word | None = None
    other_take: Word | None = None
    options: dict[Annotated[str, Field(max_length=60)], Value] = Field(
        default_factory=dict, max_length=60
    )


@router.post("/projects/{project}/jobs", status_code=202)
def ask(studio: StudioHere, project: str, asked: Asked) -> dict[str, Any]:
    """Ask a verb for new takes."""
    studio.store.project(project)
    return studio.jobs.add(_order(studio, project, asked))


def _order(studio: Studio, project: str, asked: Asked) -> Order:
    verb = _verbs.verb(asked.verb)
    plan, own = verb.sorted_out(asked.options)
    _check_weights(studio, [own.get("model") or plan.style, own.get("converter")])
    n_made = _n_made(verb, own, studio.settings.limits.count)
    named = [take for take in (asked.take, asked.other_take) if take is not None]
    if len(named) != verb.n_pieces:
        raise AntiphonError(
            f"{verb.name} works on {('no take', 'one take', 'two takes')[verb.n_pieces]}, "
            f"and {len(named)} are named."
        )
    pieces = [_piece.stored(studio.store.piece(take)) for take in named]
    n_bars = _bars_written(plan, own, pieces) * n_made
    return Order(project, verb.name, pieces, plan, own, n_bars, n_made, asked.take)


def _check_weights(studio: Studio, names: Sequence[str | None]) -> None:
    """Check that weights are there; who comes over the network names none by their folder."""
    for name in names:
        if name is not None:
            if studio.settings.token and name not in models.shipped():
                raise unknown(name[:60], "models", models.shipped())
            models.folder_of(name)


def _n_made(verb: Verb, own: dict[str, Any], most: int) -> int:
    """Return how many pieces a verb will make."""
    for option in verb.options:
        if option.name in ("count", "steps"):
            n_made = own.get(option.name, option.default)
            if not 1 <= n_made <= most:
                raise AntiphonError(f"{option.name} must be from 1 to {most}.")
            return int(n_made)
    return 1


def _bars_written(plan: Plan, own: dict[str, Any], pieces: list[Piece]) -> int:
    """Return about how many bars a verb will write; for the time that it takes."""
    if isinstance(own.get("bars"), int):
        return own["bars"]
    return max((piece.n_bars for piece in pieces), default=plan.n_bars(plan.tempo or 100.0))


@router.get("/jobs")
def jobs(studio: StudioHere) -> dict[str, Any]:
    """Return the jobs of this run of the server."""
    return {"jobs": studio.jobs.all_told()}


@router.get("/jobs/{job}")
def job(studio: StudioHere, job: str) -> dict[str, Any]:
    """Return how far a job is."""
    return _there(studio.jobs.told(job))


@router.delete("/jobs/{job}")
def cancel(studio: StudioHere, job: str) -> dict[str, Any]:
    """Stop a job."""
    return _there(studio.jobs.cancel(job))


@router.get("/jobs/{job}/events")
async def events(studio: StudioHere, job: str) -> StreamingResponse:
    """Tell how far a job is, as server-sent events, until it is over."""
    _there(studio.jobs.told(job))

    async def told() -> AsyncIterator[str]:
        before, quiet_s = "", 0.0
        while (now := studio.jobs.told(job)) is not None:
            text = json.dumps(now, ensure_ascii=False)
            if text != before:
                before, quiet_s = text, 0.0
                yield f"data: {text}\n\n"
            elif quiet_s > _STILL_THERE_S:
                quiet_s = 0.0
                yield ": still there\n\n"
            if now["state"] in OVER:
                return
            await asyncio.sleep(_EVERY_S)
            quiet_s += _EVERY_S

    return StreamingResponse(told(), media_type="text/event-stream")


def _there(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise NotThere("There is no such job; jobs do not outlive the server.")
    return found
