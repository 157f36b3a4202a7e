"""What the routes work with: settings, store, jobs and desk of one server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from fastapi.requests import HTTPConnection

from antiphon.web import _piece
from antiphon.web._desk import Desk
from antiphon.web._jobs import Jobs
from antiphon.web._line import Order
from antiphon.web._live import Stage
from antiphon.web._rows import NewTake
from antiphon.web._settings import Settings
from antiphon.web._store import Store
from antiphon.web._tasks import Made

_FIRST = Path(__file__).parent / "_first_piece.json"


@dataclass(frozen=True)
class Studio:
    """Everything that a server has.

    Attributes:
        settings: how it runs.
        store: its projects.
        jobs: what the verbs are asked for.
        desk: what is read and rendered.
        stage: live sessions.
    """

    settings: Settings
    store: Store
    jobs: Jobs
    desk: Desk
    stage: Stage

    @classmethod
    def opened(cls, settings: Settings) -> Studio:
        """Open the data folder; where it is new, a first project is there at once.

        Raises:
            AntiphonError: the folder cannot be used.
        """
        store = Store(settings.data, settings.limits)
        if store.is_new:
            store.add_project(first_take().name, [first_take()])

        def keep(order: Order, made: list[Made]) -> list[str]:
            numbers = range(1, len(made) + 1) if len(made) > 1 else [0]
            new = [_take(order, one, number) for one, number in zip(made, numbers, strict=True)]
            return store.add_takes(order.project, new)

        jobs = Jobs(settings.limits, settings.n_workers, keep)
        desk = Desk(settings.data, settings.limits)
        return cls(settings, store, jobs, desk, Stage(settings.limits))

    def close(self) -> None:
        """End everything."""
        self.stage.close()
        self.jobs.close()
        self.desk.close()
        self.store.close()


def _take(order: Order, made: Made, number: int) -> NewTake:
    """Return what a job made as a take; the number is its own among several, else 0."""
    name = f"{order.verb.capitalize()} {number}" if number else order.verb.capitalize()
    return NewTake(_piece.to_json(made.piece), name, order.verb, order.parent, told_of(made))


def told_of(made: Made) -> dict[str, Any]:
    """Return what is kept of a composition beside its notes."""
    return {
        "plan": made.plan,
        "provenance": made.provenance,
        "reasons": made.reasons,
        "redrawn": made.redrawn,
        "score": made.score,
    }


@cache
def first_take() -> NewTake:
    """Return the piece that every new project begins with; composed here, and shipped."""
    first: dict[str, Any] = json.loads(_FIRST.read_text(encoding="utf-8"))
    return NewTake(first["piece"], first["name"], "first", None, first["told"])


def _of(connection: HTTPConnection) -> Studio:
    studio: Studio = connection.app.state.studio
    return studio


StudioHere = Annotated[Studio, Depends(_of)]
