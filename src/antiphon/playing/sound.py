"""A session as sound that does not end: rendered a little ahead, so that it can still be mended."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.formats._endless import Endless
from antiphon.formats._running import RunningMix, whole_blocks
from antiphon.formats._schedule import DRUM_RING_S, EVENT, OFF, ON, Events
from antiphon.music.piece import Track
from antiphon.playing._told import Told
from antiphon.playing.session import Session

AHEAD_S = 2.0  # of real time: what a listener has in hand when a bar comes late
_CHUNK = whole_blocks(0.2)
_WAIT_S = 0.02
_LOSSY_CEILING_DB = -2.0  # compression lifts peaks


@dataclass
class _Note:
    """A note in blocks from the beginning."""

    bar: int
    on: int
    off: int
    track: int
    pitch: int
    velocity: int


class Broadcast:
    """A session that is listened to.

    Args:
        session: that tells bars `AHEAD_S` early.
        kind: of sound, one of `_endless.MEDIA_TYPES`.
        soundfont: to play with; the usual one when left out.

    Raises:
        AntiphonError: there is no such kind.
    """

    def __init__(self, session: Session, kind: str, soundfont: Path | None = None) -> None:
        self._session, self._kind, self._soundfont = session, kind, soundfont
        self._encoder = Endless(kind)
        self._mix: RunningMix | None = None
        self._notes: list[_Note] = []
        self._bars: dict[int, float] = {}
        self._drums: list[bool] = []
        self._here = 0  # block

    def chunks(self) -> Generator[bytes, None, None]:
        """Yield the sound, at most a few seconds ahead of real time, until the session ends.

        Nothing is yielded, too, so that who listens may leave at any time.

        Raises:
            AntiphonError: there is no first bar, or nothing to make sound with.
        """
        try:
            while True:
                while (told := self._session.poll()) is not None:
                    self._take(told)
                if not self._session.is_open:
                    return
                if self._mix is None or not self._is_due():
                    time.sleep(_WAIT_S)
                    yield b""
                    continue
                encoded = self._encoder.encode(self._mix.play(_CHUNK))
                self._here += _CHUNK
                yield encoded
        finally:
            self.close()

    def close(self) -> None:
        """Free what makes sound."""
        self._session.close()
        if self._mix is not None:
            self._mix.close()
            self._mix = None
            self._encoder.close()

    def _is_due(self) -> bool:
        """Whether the next chunk can be rendered: nothing in it will be mended any more."""
        return self._here + _CHUNK <= whole_blocks(self._session.now_s())

    def _take(self, told: Told) -> None:
        if "error" in told and self._mix is None:
            raise AntiphonError(told["error"])
        if "bar" in told:
            self._bars = {n: at for n, at in self._bars.items() if n > told["bar"] - 16}
            self._bars[told["bar"]] = told["at_s"]
            self._drums = [track["is_drum"] for track in told["tracks"]]
            if self._mix is None:
                self._mix = self._begun(told["tracks"])
            self._add(told["bar"], told["notes"])
        elif told.get("mend") in self._bars:
            self._mend(told)
        else:
            return
        assert self._mix is not None
        self._notes = [note for note in self._notes if note.off >= self._here]
        self._mix.take(_events(self._notes, self._here), self._here)

    def _begun(self, tracks: list[dict[str, Any]]) -> RunningMix:
        parts = [Track(t["name"], t["program"], t["is_drum"], role=t["role"]) for t in tracks]
        ceiling = {} if self._kind == "wav" else {"ceiling_db": _LOSSY_CEILING_DB}
        return RunningMix(parts, self._soundfont, **ceiling)

    def _add(self, bar: int, rows: list[list[Any]]) -> None:
        for from_s, duration_s, track, pitch, velocity in rows:
            at_s = self._bars[bar] + from_s
            lasts_s = max(duration_s, DRUM_RING_S if self._drums[track] else 0.0)
            on = max(whole_blocks(at_s), self._here)
            off = max(whole_blocks(at_s + lasts_s), on + 1)
            self._notes.append(_Note(bar, on, off, track, pitch, velocity))

    def _mend(self, told: Told) -> None:
        """Take back what has not begun of a bar, end what is to end, add the new notes."""
        bar = told["mend"]
        at = max(whole_blocks(self._bars[bar] + told["from_s"]), self._here)
        ends = {(track, pitch) for track, pitch in told["ends"]}
        kept = [note for note in self._notes if note.bar != bar or note.on < at]
        for note in kept:
            if note.bar == bar and (note.track, note.pitch) in ends:
                note.off = min(note.off, at)
        self._notes = kept
        self._add(bar, told["notes"])


def _events(notes: list[_Note], here: int) -> Events:
    """Return what a synthesizer has to do from a block on; a pitch struck again ends first."""
    rows = sorted(notes, key=lambda note: (note.track, note.pitch, note.on))
    events = []
    for index, note in enumerate(rows):
        off = note.off
        if index + 1 < len(rows):
            later = rows[index + 1]
            if (later.track, later.pitch) == (note.track, note.pitch):
                off = min(off, later.on)
        if note.on >= here:
            events.append((note.on, ON, note.track, note.pitch, note.velocity))
        if off >= here:
            events.append((max(off, note.on + 1), OFF, note.track, note.pitch, 0))
    found = np.array(events, EVENT)
    return found[np.lexsort((found["kind"], found["block"]))]
