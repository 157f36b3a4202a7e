"""What runs in processes of its own: composing, reading uploads, rendering files.

Values that go in and come out are plain, so that the server itself loads no network.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from antiphon.errors import AntiphonError
from antiphon.music.listening import Answer
from antiphon.music.piece import Metre, Piece
from antiphon.music.plan import Plan

if TYPE_CHECKING:
    from antiphon.inference._chart import Chart

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Made:
    """A composition in plain values; as `inference.compose.Composition`."""

    piece: Piece
    plan: dict[str, Any]
    score: float | None
    reasons: list[str] = field(default_factory=list)
    redrawn: list[str] = field(default_factory=list)
    provenance: dict[str, str] = field(default_factory=dict)


def get_ready(progress: Progress) -> None:
    """Load the weights and write a bar, so that the first piece is as quick as the others."""
    from antiphon import models

    models.keep_loaded()
    perform("compose", [], Plan(bars=1), {}, progress)


def get_ready_to_go_on(progress: Progress) -> None:
    """Load the weights and make two bars, so that no later one has to wait for what is compiled."""
    from antiphon import models

    models.keep_loaded()
    plan = Plan(key="C", tempo=120.0)
    go_on(go_on(None, plan, 0, None, progress), plan, 1, None, progress)


Asked = tuple[str, Sequence[Piece], Plan, dict[str, Any]]  # verb, pieces, plan, what is its own


def perform_all(
    asked: Sequence[Asked], progress: Callable[[tuple[int, int]], None]
) -> list[list[Made] | str]:
    """Carry out orders, several that are alike side by side.

    Args:
        asked: one, or several of `compose` with the same weights.
        progress: told which order, and how many pieces of it are done.

    Returns:
        what each has made; of one among several that cannot be carried out, why.
    """
    if len(asked) == 1:
        return [perform(*asked[0], lambda n_done: progress((0, n_done)))]
    from antiphon.inference.compose import Wish, compose_all

    wishes = [Wish(plan, own.get("count", 1), own.get("keep")) for _, _, plan, own in asked]

    def told(number: int, n_done: int) -> None:
        progress((number, n_done))

    many = compose_all(wishes, model=asked[0][3].get("model"), progress=told)
    return [
        str(made) if isinstance(made, AntiphonError) else [plain(one) for one in made]
        for made in many
    ]


def perform(
    verb: str, pieces: Sequence[Piece], plan: Plan, own: dict[str, Any], progress: Progress
) -> list[Made]:
    """Let a verb make pieces.

    Args:
        verb: name of its file.
        pieces: that it works on.
        plan: what is asked for.
        own: its other arguments by name.
        progress: told how many are done.
    """
    module = importlib.import_module(f"antiphon.inference.{verb}")
    work: Callable[..., list[Any]] = getattr(module, verb)
    if pieces:
        own = {"plan": plan, **own}
        made = work(*pieces, **own, progress=progress)
    else:
        made = work(plan, **own, progress=progress)
    return [plain(composition) for composition in made]


def plain(made: Any) -> Made:
    """Return a composition in plain values."""
    plan = {n: v for n, v in dataclasses.asdict(made.plan).items() if v is not None and v != ""}
    score = float(made.score)
    return Made(
        made.piece,
        plan,
        score if math.isfinite(score) else None,
        list(made.reasons),
        list(made.redrawn),
        dict(made.provenance),
    )


def go_on(music: Piece | None, plan: Plan, at: int, answer: Answer | None, _: Progress) -> Piece:
    """Make the next bar of live music."""
    from antiphon.inference.live import live

    return live(music, plan, at, answer)


def survey(pieces: Sequence[Piece], plan: Plan, _: Progress) -> dict[str, Any]:
    """Say what the map of a style looks like, the first piece having a place on it."""
    from antiphon.inference.wander import surveyed

    return dataclasses.asdict(surveyed(pieces, partial(_chart, plan.style), plan=plan))


def wander(piece: Piece, x: float, y: float, plan: Plan, _: Progress) -> Made:
    """Write what is at a place of the map."""
    from antiphon.inference.wander import wander as go

    return plain(go(piece, x, y, plan=plan, draw=partial(_chart, plan.style))[0])


@cache
def _chart(style: str, metre: Metre) -> Chart:
    """Return the map of a style, which this process draws once."""
    from antiphon import models
    from antiphon.inference.wander import charted

    models.keep_loaded()
    return charted(metre, Plan(style=style))


def read(file: Path, _: Progress) -> Piece:
    """Read an uploaded piece of music."""
    from antiphon import formats

    return formats.read(file)


def render(piece: Piece, file: Path, _: Progress) -> None:
    """Write a piece in the format that a file's name asks for."""
    from antiphon import formats

    if file.name.endswith(".stems.zip"):
        formats.write_stems(piece, file)
    else:
        formats.write(piece, file)
