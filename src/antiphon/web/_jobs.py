"""Jobs: what people ask the verbs for, in a line of bounded length, worked off by processes.

A job lives as long as the server; what it has made is in the store before it says that it is done.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan
from antiphon.web import _tasks
from antiphon.web._settings import Limits
from antiphon.web._worker import Stopped, Worker

OVER = ("done", "failed", "cancelled")
_KEPT_S = 3600.0  # finished jobs are told of so long
_FIRST_GUESS_S = 0.15  # for a bar, before anything was timed
_NEVER_QUITE = 0.97  # how far progress goes before a job is done


class QueueFull(AntiphonError):
    """So many jobs wait that no more are taken."""


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


class Jobs:
    """The line and those who work it off.

    Args:
        limits: bounds.
        n_workers: processes.
        keep: stores what a job has made, and returns the ids of the takes.
    """

    def __init__(
        self,
        limits: Limits,
        n_workers: int,
        keep: Callable[[Order, list[_tasks.Made]], list[str]],
    ) -> None:
        self._limits = limits
        self._keep = keep
        self._jobs: dict[str, Job] = {}
        self._line: deque[Job] = deque()
        self._changed = threading.Condition()
        self._is_open = True
        self._pace_s: dict[str, float] = {}  # for a bar, by verb
        self._workers = [Worker(_tasks.get_ready) for _ in range(n_workers)]
        self._running: dict[str, Worker] = {}
        self._threads = [
            threading.Thread(target=self._work, args=(worker,), daemon=True)
            for worker in self._workers
        ]

    def open(self) -> None:
        """Begin to work; the networks are loaded at once."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End all processes."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
        for worker in self._workers:
            worker.close()

    def add(self, order: Order) -> dict[str, Any]:
        """Put an order into the line.

        Raises:
            QueueFull: the line is as long as it may be.
        """
        job = Job(order)
        with self._changed:
            self._forget()
            if len(self._line) >= self._limits.waiting_jobs:
                raise QueueFull(
                    f"{len(self._line)} jobs are waiting already: try again in a moment."
                )
            self._jobs[job.id] = job
            self._line.append(job)
            self._changed.notify()
            return self._told(job)

    def told(self, job: str) -> dict[str, Any] | None:
        """Return what there is to say of a job; None when there is no such job."""
        with self._changed:
            return self._told(self._jobs[job]) if job in self._jobs else None

    def all_told(self) -> list[dict[str, Any]]:
        """Return what there is to say of all jobs, the newest last."""
        with self._changed:
            self._forget()
            return [self._told(job) for job in self._jobs.values()]

    def cancel(self, job: str) -> dict[str, Any] | None:
        """Stop a job, or take it out of the line; nothing happens to one that is over."""
        with self._changed:
            found = self._jobs.get(job)
            if found is None:
                return None
            if not found.is_over:
                if found in self._line:
                    self._line.remove(found)
                self._end(found, "cancelled", "stopped.")
                if job in self._running:
                    self._running[job].stop()
            return self._told(found)

    def _forget(self) -> None:
        oldest = time.monotonic() - _KEPT_S
        for name in [n for n, job in self._jobs.items() if job.is_over and job.ended < oldest]:
            del self._jobs[name]

    def _end(self, job: Job, state: str, message: str) -> None:
        job.state, job.message, job.ended = state, message, time.monotonic()

    def _told(self, job: Job) -> dict[str, Any]:
        left_s = self._left_s(job)
        ahead = []
        if job.state == "waiting":
            ahead = list(self._line)[: self._line.index(job)]
            busy = [self._left_s(j) or 0.0 for j in self._jobs.values() if j.state == "running"]
            before_s = sum(self._expected_s(j.order) for j in ahead) + sum(busy)
            left_s = self._expected_s(job.order) + before_s / len(self._workers)
        return {
            "id": job.id,
            "project": job.order.project,
            "verb": job.order.verb,
            "state": job.state,
            "place": len(ahead),
            "progress": self._progress(job),
            "eta_s": None if left_s is None else round(left_s, 1),
            "message": job.message,
            "takes": list(job.takes),
        }

    def _expected_s(self, order: Order) -> float:
        return order.n_bars * self._pace_s.get(order.verb, _FIRST_GUESS_S)

    def _progress(self, job: Job) -> float:
        if job.state != "running":
            return 1.0 if job.state == "done" else 0.0
        share = (time.monotonic() - job.began) / max(job.expected_s, 0.1)
        done = job.n_done / job.order.n_made
        return round(min(max(share, done), _NEVER_QUITE), 3)

    def _left_s(self, job: Job) -> float | None:
        if job.state != "running":
            return None
        return max(job.expected_s - (time.monotonic() - job.began), 0.1)

    def _work(self, worker: Worker) -> None:
        worker.start()
        while True:
            with self._changed:
                while self._is_open and not self._line:
                    self._changed.wait()
                if not self._is_open:
                    return
                job = self._line.popleft()
                job.state, job.began = "running", time.monotonic()
                job.expected_s = self._expected_s(job.order)
                self._running[job.id] = worker
            try:
                self._do(job, worker)
            except Exception:
                logging.getLogger(__name__).exception("job %s failed", job.id)
                with self._changed:
                    self._end(job, "failed", "Something went wrong here; the log says what.")
            finally:
                with self._changed:
                    del self._running[job.id]

    def _do(self, job: Job, worker: Worker) -> None:
        order = job.order

        def progress(n_done: int) -> None:
            job.n_done = n_done

        try:
            made = worker.run(
                _tasks.perform,
                order.verb,
                list(order.pieces),
                order.plan,
                order.own,
                timeout_s=self._limits.job_s,
                progress=progress,
            )
            if job.is_over:  # it was stopped when it was as good as done
                return
            kept = self._keep(order, made)
        except Stopped:
            return
        except AntiphonError as error:
            with self._changed:
                if not job.is_over:
                    self._end(job, "failed", str(error))
            return
        with self._changed:
            took_s = (time.monotonic() - job.began) / max(order.n_bars, 1)
            before = self._pace_s.get(order.verb, took_s)
            self._pace_s[order.verb] = 0.7 * before + 0.3 * took_s
            job.takes = kept
            if not job.is_over:
                self._end(job, "done", "")
