"""The line: orders that wait, whose turn it is, and which are carried out together.

Networks write many pieces side by side in little more time than one, so that orders that are alike
are handed over at once. Everybody's first order comes before anybody's second.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from antiphon.music.piece import Piece
from antiphon.music.plan import SLIDERS, Plan

OVER = ("done", "failed", "cancelled")
TOGETHER = ("compose",)  # verbs that carry out several orders at once
_MOST_PIECES = 24  # in one go: beyond, people wait longer for the first than is saved
_MOST_BARS = 512
_STEERS = (*SLIDERS, "valence", "arousal", "mood_curve")


@dataclass(frozen=True)
class Order:
    """What a job is asked to do.

    Attributes:
        project: id of the project that gets the takes.
        verb: its name.
        pieces: it works on.
        plan: what is asked for.
        own: the verb's other arguments.
        n_bars: it will write about, all pieces together; for the time that it takes.
        n_made: how many pieces it will make.
        parent: id of the take it works on.
    """

    project: str
    verb: str
    pieces: Sequence[Piece]
    plan: Plan
    own: dict[str, Any]
    n_bars: int
    n_made: int = 1
    parent: str | None = None


@dataclass
class Job:
    """An order and what has become of it."""

    order: Order
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = "waiting"
    message: str = ""
    takes: list[str] = field(default_factory=list)
    n_done: int = 0
    expected_s: float = 0.0
    began: float = 0.0  # time.monotonic
    ended: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.state in OVER


def in_turn(waiting: Iterable[Job], running: Iterable[Job]) -> list[Job]:
    """Return the jobs that wait in the order of their turns.

    Args:
        waiting: in the order in which they came.
        running: the others.
    """
    before = Counter(job.order.project for job in running)
    ranked = []
    for job in waiting:
        ranked.append((before[job.order.project], job))
        before[job.order.project] += 1
    return [job for _, job in sorted(ranked, key=lambda pair: pair[0])]


def in_groups(jobs: Sequence[Job]) -> list[list[Job]]:
    """Return jobs in groups that are carried out together, in the order of their first ones."""
    groups: list[list[Job]] = []
    open_groups: dict[Hashable, list[Job]] = {}
    for job in jobs:
        kind = _kind(job.order)
        group = open_groups.get(kind)
        if kind is None or group is None or not _fits(job, group):
            group = []
            groups.append(group)
            open_groups[kind] = group
        group.append(job)
    return groups


def _fits(job: Job, group: Sequence[Job]) -> bool:
    orders = [job.order, *(other.order for other in group)]
    n_pieces, n_bars = sum(o.n_made for o in orders), sum(o.n_bars for o in orders)
    return n_pieces <= _MOST_PIECES and n_bars <= _MOST_BARS


def _kind(order: Order) -> Hashable:
    """Return what orders have in common that are written side by side; None for one alone."""
    if order.verb not in TOGETHER:
        return None
    plan = order.plan
    is_steered = any(getattr(plan, name) is not None for name in _STEERS)
    length = (plan.bars, plan.duration_s, plan.metre)
    return (order.verb, order.own.get("model") or plan.style, *length, plan.adventure, is_steered)
