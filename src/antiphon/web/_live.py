"""Live sessions: bars made ahead of time and sent in time with the music.

A thread keeps a few bars ahead by a worker of its own. When the plan changes, bars that nobody
has been sent are thrown away and made anew; where the next one is not there in time, the last
one is sent once more, a little varied. Who plays begins a moment after the first bar comes, and so
has every later one that moment before it begins.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.music.passage import repeated_varied
from antiphon.music.piece import Piece
from antiphon.music.plan import SLIDERS, Plan, plan_from
from antiphon.web import _tasks
from antiphon.web._jobs import QueueFull
from antiphon.web._rows import NotThere
from antiphon.web._settings import Limits
from antiphon.web._worker import Stopped, Worker

STEERED = ("chords", "tempo", "adventure", "valence", "arousal", *SLIDERS)
_AHEAD_BARS = 3  # made before they are due; a change of plan costs no more than these
_BAR_S = 30.0  # a bar that takes longer is given up
_POLL_S = 0.02

Go = Callable[[Piece | None, Plan, int], Piece]


@dataclass(frozen=True)
class Bar:
    """One bar that is ready.

    Attributes:
        music: a piece whose last bars it is.
        n_bars: how many of them are new; more than one only where music begins.
    """

    music: Piece
    n_bars: int


class Session:
    """Music that goes on until somebody stops it.

    Args:
        plan: as it begins.
        go_on: returns the music with a bar more; called by one thread only.
    """

    def __init__(self, plan: Plan, go_on: Go) -> None:
        self.id = secrets.token_hex(16)
        self._plan = plan
        self._go_on = go_on
        self._ready: deque[Bar] = deque()
        self._sent: Piece | None = None  # the music up to the last bar that was sent
        self._n_sent = 0
        self._n_made = 0  # of those that were sent; the others were covers
        self._changed = threading.Condition()
        self._turn = 0  # counts changes of plan
        self._is_open = True
        self._errors: deque[str] = deque()
        threading.Thread(target=self._make, daemon=True).start()

    def steer(self, values: Mapping[str, Any]) -> None:
        """Change the plan from the next bar on that was not sent.

        Raises:
            AntiphonError: something else than `STEERED` is to be changed, or cannot be.
        """
        for name in values:
            if name not in STEERED:
                raise AntiphonError(
                    f"{name[:40]!r} cannot be changed while music plays: {', '.join(STEERED)} can."
                )
        with self._changed:
            before = dataclasses.asdict(self._plan)
            self._plan = plan_from({**before, **values})  # null takes a wish back
            self._anew()

    def close(self) -> None:
        """Make no more bars."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()

    def _anew(self) -> None:
        self._turn += 1
        self._ready.clear()
        self._changed.notify_all()

    def _make(self) -> None:
        """Keep bars ahead."""
        while True:
            with self._changed:
                while self._is_open and len(self._ready) >= _AHEAD_BARS:
                    self._changed.wait()
                if not self._is_open:
                    return
                turn, plan = self._turn, self._plan
                before = self._ready[-1].music if self._ready else self._sent
                at = self._n_made + sum(bar.n_bars for bar in self._ready)
            try:
                music = self._go_on(before, plan, at)
            except (AntiphonError, Stopped) as error:
                with self._changed:
                    self._errors.append(str(error))
                    self._is_open = before is not None
                    while self._is_open and turn == self._turn:  # covers play until a better plan
                        self._changed.wait()
                continue
            with self._changed:
                if turn == self._turn:
                    n_bars = music.n_bars if before is None else 1
                    self._ready.append(Bar(music, n_bars))
                    self._changed.notify_all()

    async def bars(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what is told of each bar when the one before it is over, and of each error."""
        began, played_s = time.monotonic(), 0.0
        while self._is_open or self._errors:
            if self._errors:
                yield {"error": self._errors.popleft()}
            due = self._next() if time.monotonic() >= began + played_s else None
            if due is None:
                await asyncio.sleep(_POLL_S)
                continue
            if not played_s:
                began = time.monotonic()
            bar, is_cover = due
            told = told_of(bar, self._n_sent - bar.n_bars, played_s)
            played_s += told["duration_s"]
            yield {**told, "covered": is_cover}

    def _next(self) -> tuple[Bar, bool] | None:
        """Return the bar that is due: the next one that is ready, or the last one varied.

        Before the first one is ready there is none.
        """
        with self._changed:
            if self._ready:
                bar, is_cover = self._ready.popleft(), False
                self._sent = bar.music
                self._n_made += bar.n_bars
            elif self._sent is not None:
                varied = repeated_varied(self._sent, self._n_sent)
                bar, is_cover = Bar(varied, 1), True
            else:
                return None
            self._n_sent += bar.n_bars
            self._changed.notify_all()
            return bar, is_cover


def told_of(bar: Bar, number: int, at_s: float) -> dict[str, Any]:
    """Return a bar as it is sent: notes in seconds from its beginning.

    Args:
        bar: the bar.
        number: how many were before it.
        at_s: when it begins, counted from the first one.
    """
    piece = bar.music
    starts = piece.bar_starts()
    begin = int(starts[-1 - bar.n_bars])
    from_s, to_s = piece.seconds([begin, int(starts[-1])])
    notes = []
    for index, track in enumerate(piece.tracks):
        new = track.notes[track.notes["onset"] >= begin]
        on = piece.seconds(new["onset"]) - from_s
        off = piece.seconds(new["onset"].astype(np.int64) + new["duration"]) - from_s
        pairs = zip(on.round(4).tolist(), (off - on).round(4).tolist(), new, strict=True)
        notes += [[a, d, index, int(n["pitch"]), int(n["velocity"])] for a, d, n in pairs]
    key = piece.keys[-1].key if piece.keys else None
    return {
        "bar": number,
        "n_bars": bar.n_bars,
        "at_s": round(at_s, 4),
        "duration_s": round(float(to_s - from_s), 4),
        "key": str(key or ""),
        "chords": [
            [round(float(piece.seconds([c.onset])[0] - from_s), 4), c.chord.symbol(key)]
            for c in piece.chords
            if c.onset >= begin and c.chord
        ],
        "tracks": [
            {"name": t.name, "role": t.role, "program": t.program, "is_drum": t.is_drum}
            for t in piece.tracks
        ],
        "notes": sorted(notes),
    }


class Stage:
    """All live sessions of a server; they share one worker, which starts with the first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._worker = Worker(_tasks.get_ready_to_go_on)
        self._lock = threading.Lock()
        self._working = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def begin(self, values: Mapping[str, Any]) -> Session:
        """Begin a session after a plan.

        Raises:
            AntiphonError: the plan cannot be.
            QueueFull: there are as many sessions as there may be.
        """
        plan = plan_from({n: v for n, v in values.items() if v is not None})
        with self._lock:
            if len(self._sessions) >= self._limits.live_sessions:
                raise QueueFull(
                    f"{len(self._sessions)} live sessions are playing already: stop one first."
                )
            session = Session(plan, self._go_on)
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

    def _go_on(self, music: Piece | None, plan: Plan, at: int) -> Piece:
        with self._working:
            try:
                # the networks may have to be loaded before the first bar
                most_s = self._limits.job_s if music is None else _BAR_S
                made: Piece = self._worker.run(_tasks.go_on, music, plan, at, timeout_s=most_s)
            except RuntimeError:
                logging.getLogger(__name__).exception("a live bar failed")
                raise AntiphonError("Something went wrong here; the log says what.") from None
            return made
