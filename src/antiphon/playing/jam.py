"""A jam: a session played to a port, with what a musician plays into another, and recorded."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mido
import numpy as np

from antiphon.errors import AntiphonError
from antiphon.playing._musician import Played
from antiphon.playing._told import Told
from antiphon.playing.ports import Listener, received
from antiphon.playing.recorder import Recorder
from antiphon.playing.sender import Sender
from antiphon.playing.session import LEAD_S, Session

_WAIT_S = 0.02  # the longest for which nobody looks whether a bar is due
_THROUGH = ("note_on", "note_off", "pitchwheel", "aftertouch", "control_change")


@dataclass(frozen=True, kw_only=True)
class Ends:
    """When a jam ends by itself.

    Attributes:
        bars: after so many.
        seconds: after so long.
    """

    bars: int | None = None
    seconds: float | None = None

    def is_over(self, told: Told) -> bool:
        """Whether the music is over with a bar that was told."""
        end_s = told["at_s"] + told["duration_s"]
        if self.bars is not None and told["bar"] + told["n_bars"] >= self.bars:
            return True
        return self.seconds is not None and end_s >= self.seconds


@dataclass
class Jammed:
    """What is told of a jam when it is over.

    Attributes:
        n_bars: that were played.
        n_covered: of them, those that came in place of a late one.
        n_heard: notes of the musician.
        late_s: how late messages were sent.
    """

    n_bars: int = 0
    n_covered: int = 0
    n_heard: int = 0
    late_s: list[float] = field(default_factory=list)

    @property
    def jitter_ms(self) -> float:
        """The 95th percentile of how late messages were sent; NaN where none was."""
        return 1000 * float(np.percentile(self.late_s, 95)) if self.late_s else float("nan")


class Jamming:
    """A session that is played to a port.

    Attributes:
        done: what was played so far.

    Args:
        session: what plays.
        output: the port to play to, as mido's.
        keyboard: the port to listen to, or None.
        recorder: keeps what is played.
        has_clock: whether the output gets a MIDI clock.
        is_through: whether the musician's notes go to the output, too.
        clock: the session's.
    """

    def __init__(
        self,
        session: Session,
        output: Any,
        keyboard: Any = None,
        *,
        recorder: Recorder,
        has_clock: bool = True,
        is_through: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._keyboard, self._recorder = session, keyboard, recorder
        self._sender = Sender(output, clock=clock, has_clock=has_clock)
        self._is_through, self._clock = is_through, clock
        self._began: float | None = None
        self.done = Jammed()

    def play(self, ends: Ends, tell: Callable[[Told], None] = lambda told: None) -> Jammed:
        """Play until it ends, or Ctrl-C ends it.

        Args:
            ends: when it ends by itself.
            tell: shown everything that is told.

        Raises:
            AntiphonError: there is no first bar.
        """
        news, ends_at = threading.Event(), math.inf
        self._session.on_news = news.set
        try:
            while self._clock() < ends_at:
                news.clear()
                told = None if math.isfinite(ends_at) else self._session.poll()
                if told is None:
                    if not self._session.is_open:
                        break
                    left_s = min(ends_at - self._clock(), self._session.due_s() or _WAIT_S)
                    news.wait(max(min(left_s, _WAIT_S), 0.001))
                    continue
                self._take(told)
                tell(told)
                if "bar" in told and ends.is_over(told):
                    assert self._began is not None
                    ends_at = self._began + told["at_s"] + told["duration_s"]
        finally:
            self._session.close()
            self._sender.close()
            self.done.late_s = self._sender.late_s()
        return self.done

    def _take(self, told: Told) -> None:
        if self._began is None:
            if "error" in told:
                raise AntiphonError(told["error"])
            self._began = self._clock() + LEAD_S
            self._sender.begin(self._began)
            threading.Thread(target=self._sender.run, daemon=True).start()
            if self._keyboard is not None:
                self._listen(told)
        self._sender.take(told)
        self._recorder.take(told)
        if "bar" in told:
            self.done.n_bars += told["n_bars"]
            self.done.n_covered += told["n_bars"] if told["covered"] else 0

    def _listen(self, told: Told) -> None:
        """Listen to the keyboard from now on."""
        assert self._began is not None
        channel = self._sender.channel_of(self._session.jam.part, told)
        listener = Listener(self._began, self._hear, clock=self._clock)

        def messages() -> Iterator[mido.Message]:
            while (message := received(self._keyboard)) is not None:
                if self._is_through and message.type in _THROUGH:
                    self._sender.through(message, channel)
                yield message

        threading.Thread(target=listener.listen, args=(messages(),), daemon=True).start()

    def _hear(self, notes: list[Played]) -> None:
        self._recorder.hear(notes)
        self.done.n_heard += sum(1 for note in notes if not note.duration_s)
        rows = [[n.at_s, n.duration_s, n.pitch, n.velocity] for n in notes]
        self._session.say({"played": rows})


def record_only(session: Session, recorder: Recorder, ends: Ends, now: list[float]) -> Jammed:
    """Let a session play to nobody, as fast as bars are made, and record it.

    Args:
        session: without a thread of its own, whose clock returns the one number of `now`.
        recorder: keeps what is played.
        ends: when it ends.
        now: the time, which is turned on bar by bar.

    Raises:
        AntiphonError: a bar cannot be made.
    """
    done = Jammed()
    while True:
        session.make(waits=False)
        while (told := session.poll()) is not None:
            if "error" in told:
                raise AntiphonError(told["error"])
            recorder.take(told)
            if "bar" in told:
                done.n_bars += told["n_bars"]
                if ends.is_over(told):
                    session.close()
                    return done
        now[0] += session.due_s()
