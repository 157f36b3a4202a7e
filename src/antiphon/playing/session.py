"""A session: bars made ahead of time, told in time with the music, mended while they sound.

A thread keeps a few bars ahead. What is moved or played is heard at the next beat or bar: bars
that were made or told are adapted at once (`music.adapting`), and the networks make the coming
ones anew meanwhile. Where no bar is there in time the last one is played once more, a little
varied. Who plays begins `LEAD_S` after the first bar was told, and has every later one that long
before it begins.
"""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.music.listening import Answer
from antiphon.music.passage import bars_of
from antiphon.music.piece import Piece
from antiphon.music.plan import SLIDERS, Plan, plan_from
from antiphon.playing._band import Band, Made
from antiphon.playing._musician import Jam, Musician, played_of
from antiphon.playing._told import Told

STEERED = ("chords", "tempo", "adventure", "valence", "arousal", *SLIDERS)
JAMMED = tuple(field.name for field in dataclasses.fields(Jam))
LEAD_S = 0.3
_AHEAD_BARS = 3  # made before they are due
_WAIT_S = 0.02  # the longest for which nobody looks whether a bar is due
_WAITING = 16  # errors that nobody has taken yet; later ones are dropped

Go = Callable[[Piece | None, Plan, int, Answer | None], Piece]


def jam_from(values: Mapping[str, Any]) -> tuple[Jam, dict[str, Any]]:
    """Return how to play with a musician, and the values that are left: a plan's.

    Raises:
        AntiphonError: it cannot be played so.
    """
    given = {name: value for name, value in values.items() if value is not None}
    jam = Jam(**{name: given.pop(name) for name in JAMMED if name in given})
    return jam, given


@dataclasses.dataclass(frozen=True)
class _Task:
    """A bar that is to be made: its place in the music, what it follows, and what is asked for."""

    number: int
    before: Piece | None
    plan: Plan
    turn: int
    answer: Answer | None


class Session:
    """Music that goes on until somebody stops it.

    Attributes:
        on_news: called, by whatever thread, when there may be something to `poll` for.

    Args:
        plan: as it begins.
        go_on: returns the music with a bar more; called by one thread only.
        jam: how it plays with a musician.
        clock: returns seconds.
        is_threaded: whether bars are made by a thread; else `make` has to be called.
        ahead_s: by how much earlier everything is told than it is heard.
    """

    def __init__(
        self,
        plan: Plan,
        go_on: Go,
        jam: Jam | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        is_threaded: bool = True,
        ahead_s: float = 0.0,
    ) -> None:
        self._ahead_s = ahead_s
        self.id = secrets.token_hex(16)
        self._plan, self._go_on, self._clock = plan, go_on, clock
        self._musician = Musician()
        self._band = Band(jam or Jam(), self._musician, follows_key=plan.key is None)
        self._ready: deque[Made] = deque()
        self._began: float | None = None
        self._changed = threading.Condition()
        self._turn = 0  # counts what made bars that are not told out of date
        self._beat_heard = -1  # the beat at which notes did so last
        self._is_open = True
        self._is_moved = False  # whether something was moved or played since the last look
        self._is_marked = False  # whether what was moved is still to be heard
        self._news: deque[Told] = deque()
        self.on_news: Callable[[], None] = lambda: None
        if is_threaded:
            threading.Thread(target=self._make_on, daemon=True).start()

    @property
    def jam(self) -> Jam:
        """How it plays with a musician."""
        return self._band.jam

    @property
    def is_open(self) -> bool:
        """Whether there is music to come."""
        return self._is_open

    def say(self, message: Mapping[str, Any]) -> None:
        """Take what a player says: notes as `played`, and what is to be changed.

        Raises:
            AntiphonError: something cannot be; then nothing is changed.
        """
        rest = {name: value for name, value in message.items() if name != "played"}
        for name in rest:
            if name not in STEERED and name not in JAMMED:
                raise AntiphonError(
                    f"{name[:40]!r} cannot be changed while music plays: "
                    f"{', '.join((*STEERED, *JAMMED))} can."
                )
        with self._changed:
            jam, plan = self._jam_of(rest), self._plan_of(rest)
            if "played" in message:
                self._hear(played_of(message["played"], self.now_s()))
            if plan != self._plan or jam != self._band.jam:
                self._plan, self._band.jam = plan, jam
                self._band.n_moved += 1
                self._is_marked = True
                self._anew()
        self.on_news()

    def _jam_of(self, values: Mapping[str, Any]) -> Jam:
        changed = {n: v for n, v in values.items() if n in JAMMED and v is not None}
        return dataclasses.replace(self._band.jam, **changed)

    def _plan_of(self, values: Mapping[str, Any]) -> Plan:
        """Return the plan with values over it; null takes a wish back."""
        usual = {field.name: field.default for field in dataclasses.fields(Plan)}
        changed = {n: usual[n] if v is None else v for n, v in values.items() if n in STEERED}
        return plan_from({**dataclasses.asdict(self._plan), **changed})

    def _hear(self, notes: list[Any]) -> None:
        """Take notes of the musician; the networks begin anew for them once a beat at most."""
        new = self._musician.hear(notes)
        if not new or self._band.jam.answer == "none":
            return
        self._is_moved = True
        beat = self._band.beat_at(self.now_s())
        if beat != self._beat_heard:
            self._beat_heard = beat
            self._anew()

    def close(self) -> None:
        """Make no more bars."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
        self.on_news()

    def _anew(self) -> None:
        self._turn += 1
        self._is_moved = True
        self._changed.notify_all()

    def now_s(self) -> float:
        """Return where the music is that can just still be changed, in seconds from its beginning.

        It is what is heard now, or `ahead_s` of it.
        """
        if self._began is None:
            return 0.0
        return self._clock() - self._began - LEAD_S + self._ahead_s

    # making

    def _make_on(self) -> None:
        while self._is_open:
            self.make()

    def make(self, *, waits: bool = True) -> bool:
        """Make one bar that is missing or out of date; returns whether there was one to make.

        Args:
            waits: for something to do, where there is nothing.
        """
        with self._changed:
            task = self._task()
            while waits and self._is_open and task is None:
                self._changed.wait()
                task = self._task()
            if not self._is_open or task is None:
                return False
        try:
            music = self._go_on(task.before, task.plan, task.number, task.answer)
        except AntiphonError as error:
            with self._changed:
                self._tell({"error": str(error)})
                self._is_open = task.before is not None
                while waits and self._is_open and task.turn == self._turn:
                    self._changed.wait()  # covers play until a better plan
        else:
            with self._changed:
                self._keep(task, music)
                self._changed.notify_all()
        self.on_news()
        return True

    def _task(self) -> _Task | None:
        """Return the first of the next bars that is missing or out of date."""
        place = next((i for i, made in enumerate(self._ready) if made.turn < self._turn), None)
        if place is None and len(self._ready) >= _AHEAD_BARS:
            return None
        ahead = list(self._ready)[:place]
        number = self._band.n_told + sum(made.bars.n_bars for made in ahead)
        before = self._band.music(ahead)
        answer = self._band.answer_in(number)
        return _Task(number, before, self._plan, self._turn, answer)

    def _keep(self, task: _Task, music: Piece) -> None:
        """Lay a bar where it belongs; one that comes too late may serve for the next."""
        bars = music if task.before is None else bars_of(music, music.n_bars - 1)
        if task.before is None:
            self._band.n_opening = bars.n_bars
        made = Made(bars, task.plan, task.turn)
        place = task.number - self._band.n_told
        if place < 0 and not self._ready:
            self._ready.append(dataclasses.replace(made, turn=-1))
        elif 0 <= place < len(self._ready) and self._ready[place].turn < made.turn:
            self._ready[place] = made
        elif place == len(self._ready):
            self._ready.append(made)

    # telling

    def poll(self) -> Told | None:
        """Return what is to be told now, if anything: an error, a mend, or the bar that is due."""
        with self._changed:
            if self._is_moved:
                marks, self._is_moved, self._is_marked = self._is_marked, False, False
                for told in self._band.react(self._plan, self.now_s(), marks=marks):
                    self._tell(told)
            if self._news:
                return self._news.popleft()
            if not self._is_open or self.due_s() > 0:
                return None
            made, is_cover = self._next()
            if made is None:
                return None
            self._began = self._clock() if self._began is None else self._began
            told = self._band.tell(made, self._plan)
            self._news.extend(self._band.listening())
            self._changed.notify_all()
            return {**told, "covered": is_cover}

    def _tell(self, told: Told) -> None:
        if len(self._news) < _WAITING:
            self._news.append(told)

    def due_s(self) -> float:
        """Return in how many seconds the next bar is due; 0 where it is."""
        if self._began is None:
            return 0.0
        return max(self._began + self._band.told_s - self._ahead_s - self._clock(), 0.0)

    def _next(self) -> tuple[Made | None, bool]:
        """Return the next bar that is ready, or the last one varied; before the first, none."""
        if self._ready:
            return self._ready.popleft(), False
        return self._band.cover(), True

    async def bars(self) -> AsyncIterator[Told]:
        """Yield what is told, each bar when the one before it is over."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(news.set)

        self.on_news = wake
        while True:
            news.clear()
            told = self.poll()
            if told is not None:
                yield told
            elif not self._is_open:
                return
            else:
                wait_s = min(self.due_s() or _WAIT_S, 1.0)
                try:
                    await asyncio.wait_for(news.wait(), wait_s)
                except TimeoutError:
                    continue
