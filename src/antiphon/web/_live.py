"""All live sessions of a server: so many at once, and one process that makes their bars."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.music.listening import Answer
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan, plan_from
from antiphon.playing.session import Session, jam_from
from antiphon.web import _tasks
from antiphon.web._jobs import QueueFull
from antiphon.web._rows import NotThere
from antiphon.web._settings import Limits
from antiphon.web._worker import Stopped, Worker

_BAR_S = 30.0  # a bar that takes longer is given up


class Stage:
    """All live sessions of a server; they share one worker, which starts with the first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._worker = Worker(_tasks.get_ready_to_go_on)
        self._lock = threading.Lock()
        self._working = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def begin(self, values: Mapping[str, Any], *, ahead_s: float = 0.0) -> Session:
        """Begin a session.

        Args:
            values: a plan, and how to play with a musician (`Jam`).
            ahead_s: by how much earlier everything is told than it is heard.

        Raises:
            AntiphonError: one of them cannot be.
            QueueFull: there are as many sessions as there may be.
        """
        jam, given = jam_from(values)
        plan = plan_from(given)
        with self._lock:
            if len(self._sessions) >= self._limits.live_sessions:
                raise QueueFull(
                    f"{len(self._sessions)} live sessions are playing already: stop one first."
                )
            session = Session(plan, self._go_on, jam, ahead_s=ahead_s)
            self._sessions[session.id] = session
            return session

    def session(self, name: str) -> Session:
        """Return a session that is playing.

        Raises:
            NotThere: there is none.
        """
        with self._lock:
            found = self._sessions.get(name)
        if found is None:
            raise NotThere("There is no such live session.")
        return found

    def end(self, session: Session) -> None:
        """Stop a session."""
        session.close()
        with self._lock:
            self._sessions.pop(session.id, None)

    def close(self) -> None:
        """Stop everything."""
        for session in list(self._sessions.values()):
            self.end(session)
        self._worker.close()

    def _go_on(self, music: Piece | None, plan: Plan, at: int, answer: Answer | None) -> Piece:
        with self._working:
            try:
                # the networks may have to be loaded before the first bar
                most_s = self._limits.job_s if music is None else _BAR_S
                made: Piece = self._worker.run(
                    _tasks.go_on, music, plan, at, answer, timeout_s=most_s
                )
            except Stopped:
                raise AntiphonError("The server stops.") from None
            except RuntimeError:
                logging.getLogger(__name__).exception("a live bar failed")
                raise AntiphonError("Something went wrong here; the log says what.") from None
            return made
