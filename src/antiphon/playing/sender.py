"""Sending: what is told of bars as MIDI messages, each when it is due, from one thread.

A clock of 24 ticks a quarter goes along, so that a DAW follows. How late messages were is kept.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import mido

from antiphon.playing._told import Told

TICKS = 24  # MIDI clocks a quarter
_DRUM_CHANNEL = 9
_OFF, _CLOCK, _ON = 0, 1, 2  # the order of what is due at once
_IDLE_S = 0.2  # the longest for which the thread sleeps
_SAME_S = 1e-4  # times nearer to each other are one
_TIMED = 20_000  # messages of which it is known how late they were


class Port(Protocol):
    """What can send, as the ports of mido do."""

    def send(self, message: mido.Message) -> None:
        """Send a message."""

    def close(self) -> None:
        """Free the port."""


@dataclass
class _Note:
    """A note of a bar that was told; a mend may take it back before it is struck."""

    bar: int
    track: int
    channel: int
    pitch: int
    velocity: int
    from_s: float  # in the bar
    is_taken_back: bool = False


class Sender:
    """Sends what is told to a port.

    Args:
        port: to send to.
        clock: returns seconds.
        has_clock: whether start, MIDI clock and stop are sent.
    """

    def __init__(
        self,
        port: Port,
        *,
        clock: Callable[[], float] = time.monotonic,
        has_clock: bool = True,
    ) -> None:
        self._port, self._clock, self._has_clock = port, clock, has_clock
        self._due: list[tuple[float, int, int, Any]] = []
        self._counted = 0
        self._notes: list[_Note] = []
        self._sounding: dict[tuple[int, int], _Note] = {}
        self._programs: dict[int, int] = {}
        self._drums: list[bool] = []
        self._bars: dict[int, float] = {}  # when the bars of late begin
        self._began: float | None = None
        self._changed = threading.Condition()
        self._is_open = True
        self._late_s: deque[float] = deque(maxlen=_TIMED)

    def begin(self, at: float) -> None:
        """Let the music begin at a time of the clock."""
        with self._changed:
            self._began = at
            if self._has_clock:
                self._at(at, _OFF, mido.Message("start"))

    def take(self, told: Told) -> None:
        """Take a bar or a mend."""
        with self._changed:
            if "bar" in told:
                self._take_bar(told)
            elif "mend" in told:
                self._mend(told)
            self._changed.notify_all()

    def through(self, message: mido.Message, channel: int) -> None:
        """Send a message of the musician at once, on the channel of his part."""
        with self._changed:
            self._port.send(message.copy(channel=channel))

    def channel_of(self, role: str, told: Told) -> int:
        """Return the channel that plays a role."""
        index = next((i for i, t in enumerate(told["tracks"]) if t["role"] == role), 0)
        return _channel(index, is_drum=role == "drums")

    def _take_bar(self, told: Told) -> None:
        assert self._began is not None
        at = self._began + told["at_s"]
        self._bars = {n: a for n, a in self._bars.items() if a > at - 60} | {told["bar"]: at}
        self._notes = [note for note in self._notes if note.bar in self._bars]
        for index, track in enumerate(told["tracks"]):
            channel = _channel(index, is_drum=track["is_drum"])
            if self._programs.get(channel) != track["program"]:
                self._programs[channel] = track["program"]
                program = mido.Message("program_change", channel=channel, program=track["program"])
                self._at(at - 0.01, _OFF, program)
        self._drums = [track["is_drum"] for track in told["tracks"]]
        self._take_notes(told["bar"], told["notes"])
        if self._has_clock:
            quarters = Fraction(told["metre"]) * 4 * told["n_bars"]
            n = round(TICKS * quarters)
            for tick in range(n):
                self._at(at + tick * told["duration_s"] / n, _CLOCK, mido.Message("clock"))

    def _take_notes(self, bar: int, rows: list[list[Any]]) -> None:
        for from_s, duration_s, track, pitch, velocity in rows:
            channel = _channel(track, is_drum=self._drums[track])
            note = _Note(bar, track, channel, pitch, velocity, from_s)
            self._notes.append(note)
            at = self._bars[bar] + from_s
            self._at(at, _ON, note)
            self._at(at + max(duration_s, 0.01), _OFF, note)

    def _mend(self, told: Told) -> None:
        """Take back what has not begun of a bar, end what is to end, and play the new notes."""
        bar, from_s = told["mend"], told["from_s"]
        if bar not in self._bars:
            return
        for note in self._notes:
            if note.bar == bar and note.from_s >= from_s - _SAME_S:
                note.is_taken_back = note is not self._sounding.get((note.channel, note.pitch))
        for track, pitch in told["ends"]:
            for note in self._notes:
                if (note.bar, note.track, note.pitch) == (bar, track, pitch):
                    self._at(self._bars[bar] + from_s, _OFF, note)
        rows = {(row[2], row[3], row[0]): row for row in told["notes"]}
        for note in list(self._sounding.values()):  # of them some may have begun a moment ago
            if note.bar != bar or rows.pop((note.track, note.pitch, note.from_s), None):
                continue
            if note.from_s >= from_s - _SAME_S:
                self._off((note.channel, note.pitch))
        self._take_notes(bar, list(rows.values()))

    def _at(self, due: float, order: int, what: _Note | mido.Message) -> None:
        self._counted += 1
        heapq.heappush(self._due, (due, order, self._counted, what))

    def send_due(self) -> float:
        """Send what is due; returns the seconds until more is."""
        with self._changed:
            while self._due:
                due, order, _, what = self._due[0]
                now = self._clock()
                if due > now:
                    return min(due - now, _IDLE_S)
                heapq.heappop(self._due)
                if self._send(order, what):
                    self._late_s.append(now - due)
            return _IDLE_S

    def _send(self, order: int, what: _Note | mido.Message) -> bool:
        if not isinstance(what, _Note):
            self._port.send(what)
            return True
        key = (what.channel, what.pitch)
        if order == _ON:
            if what.is_taken_back:
                return False
            if key in self._sounding:
                self._off(key)
            self._sounding[key] = what
            self._port.send(
                mido.Message(
                    "note_on", channel=what.channel, note=what.pitch, velocity=what.velocity
                )
            )
        elif self._sounding.get(key) is what:
            self._off(key)
        else:
            return False
        return True

    def _off(self, key: tuple[int, int]) -> None:
        del self._sounding[key]
        self._port.send(mido.Message("note_off", channel=key[0], note=key[1]))

    def run(self) -> None:
        """Send until it is closed; for a thread."""
        while self._is_open:
            wait_s = self.send_due()
            with self._changed:
                if self._is_open:
                    self._changed.wait(wait_s)

    def close(self) -> None:
        """End every note and the clock, and send no more."""
        with self._changed:
            self._is_open = False
            self._due.clear()
            for key in list(self._sounding):
                self._off(key)
            if self._has_clock and self._began is not None:
                self._port.send(mido.Message("stop"))
            self._changed.notify_all()

    def late_s(self) -> list[float]:
        """Return how late the last messages were sent."""
        return list(self._late_s)


def _channel(track: int, *, is_drum: bool) -> int:
    """Return the MIDI channel of a track: drums have the tenth."""
    if is_drum:
        return _DRUM_CHANNEL
    return track % 15 + (track % 15 >= _DRUM_CHANNEL)
