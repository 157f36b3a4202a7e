"""Jobs: what people ask the verbs for, in a line of bounded length, worked off by processes.

A job lives as long as the server; what it has made is in the store before it says that it is done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.web import _tasks
from antiphon.web._line import Job, Order, in_groups, in_turn
from antiphon.web._settings import Limits
from antiphon.web._worker import Stopped, Worker

_KEPT_S = 3600.0  # finished jobs are told of so long
_FIRST_GUESS_S = 0.15  # for a bar, before anything was timed
_NEVER_QUITE = 0.97  # how far progress goes before a job is done
_WRONG = "Something went wrong here; the log says what."


class QueueFull(AntiphonError):
    """So many jobs wait that no more are taken."""


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
        self._pace_s: dict[tuple[str, bool], float] = {}  # for a bar, by verb, alone or together
        self._workers = [Worker(_tasks.get_ready) for _ in range(n_workers)]
        self._running: dict[str, tuple[list[Job], Worker]] = {}  # with whom, and by whom
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
                running = self._running.get(job)
                if running is not None and all(other.is_over for other in running[0]):
                    running[1].stop()
            return self._told(found)

    def _forget(self) -> None:
        oldest = time.monotonic() - _KEPT_S
        for name in [n for n, job in self._jobs.items() if job.is_over and job.ended < oldest]:
            del self._jobs[name]

    def _end(self, job: Job, state: str, message: str) -> None:
        job.state, job.message, job.ended = state, message, time.monotonic()

    def _told(self, job: Job) -> dict[str, Any]:
        place, left_s = 0, self._left_s(job)
        if job.state == "waiting":
            line = self._in_turn()
            place = line.index(job)
            groups = in_groups(line)
            mine = next(number for number, group in enumerate(groups) if job in group)
            busy = {id(group): self._left_s(group[0]) or 0.0 for group, _ in self._running.values()}
            before_s = sum(map(self._expected_s, groups[:mine])) + sum(busy.values())
            left_s = self._expected_s(groups[mine]) + before_s / len(self._workers)
        return {
            "id": job.id,
            "project": job.order.project,
            "verb": job.order.verb,
            "state": job.state,
            "place": place,
            "progress": self._progress(job),
            "eta_s": None if left_s is None else round(left_s, 1),
            "message": job.message,
            "takes": list(job.takes),
        }

    def _in_turn(self) -> list[Job]:
        return in_turn(self._line, [self._jobs[name] for name in self._running])

    def _expected_s(self, group: Sequence[Job]) -> float:
        verb = group[0].order.verb
        pace_s = self._pace_s.get((verb, len(group) > 1)) or self._pace_s.get((verb, False))
        return sum(job.order.n_bars for job in group) * (pace_s or _FIRST_GUESS_S)

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
                group = in_groups(self._in_turn())[0]
                for job in group:
                    self._line.remove(job)
                self._begin(group, worker)
            try:
                self._do(group, worker)
            finally:
                with self._changed:
                    for job in group:
                        self._running.pop(job.id, None)

    def _begin(self, group: list[Job], worker: Worker) -> None:
        expected_s = self._expected_s(group)
        for job in group:
            job.state, job.began, job.expected_s = "running", time.monotonic(), expected_s
            self._running[job.id] = (group, worker)

    def _do(self, group: list[Job], worker: Worker) -> None:
        """Carry out orders; where several fail together, each is tried again alone."""

        def progress(told: tuple[int, int]) -> None:
            group[told[0]].n_done = told[1]

        orders = [job.order for job in group]
        asked = [(o.verb, list(o.pieces), o.plan, o.own) for o in orders]
        try:
            made = worker.run(
                _tasks.perform_all, asked, timeout_s=self._limits.job_s, progress=progress
            )
        except Stopped:
            return
        except Exception as error:
            if len(group) > 1:
                for job in group:
                    with self._changed:
                        if job.is_over:
                            continue
                        self._begin([job], worker)
                    self._do([job], worker)
                return
            is_ours = not isinstance(error, AntiphonError)
            if is_ours:
                logging.getLogger(__name__).exception("job %s failed", group[0].id)
            self._fail(group[0], _WRONG if is_ours else str(error))
            return
        self._time(group)
        for job, answer in zip(group, made, strict=True):
            self._settle(job, answer)

    def _time(self, group: Sequence[Job]) -> None:
        """Remember how long a group has taken, for those who come after it."""
        with self._changed:
            n_bars = sum(job.order.n_bars for job in group)
            took_s = (time.monotonic() - group[0].began) / max(n_bars, 1)
            kind = (group[0].order.verb, len(group) > 1)
            self._pace_s[kind] = 0.7 * self._pace_s.get(kind, took_s) + 0.3 * took_s

    def _settle(self, job: Job, made: list[_tasks.Made] | str) -> None:
        """Keep what an order has made, or say why there is nothing."""
        if job.is_over:  # it was stopped when it was as good as done
            return
        try:
            if isinstance(made, str):
                raise AntiphonError(made)
            kept = self._keep(job.order, made)
        except AntiphonError as error:
            self._fail(job, str(error))
            return
        except Exception:
            logging.getLogger(__name__).exception("job %s was not kept", job.id)
            self._fail(job, _WRONG)
            return
        with self._changed:
            job.takes = kept
            if not job.is_over:
                self._end(job, "done", "")

    def _fail(self, job: Job, message: str) -> None:
        with self._changed:
            if not job.is_over:
                self._end(job, "failed", message)
