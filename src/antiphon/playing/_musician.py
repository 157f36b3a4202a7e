"""The musician beside the machine: what he has played, and where in the bars it falls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from antiphon.errors import AntiphonError, unknown
from antiphon.music.instruments import ROLES
from antiphon.music.piece import RESOLUTION, Notes, notes_of

PARTS = tuple(role for role in ROLES if role != "counter")
ANSWERS = ("accompany", "trade", "none")
QUANTISED = ("beat", "bar")
TRADED_BARS = (2, 4, 8)
MOST_NOTES = 64  # in one message
_KEPT_S = 60.0
_GRID = RESOLUTION // 4  # a 16th: to it notes are moved where the networks read them
_LATEST_S, _LONGEST_S = 30.0, 60.0  # how far from now a note may lie, and last


@dataclass(frozen=True, kw_only=True)
class Jam:
    """How the machine plays with a musician.

    Attributes:
        part: the role that he plays.
        answer: `accompany` (the machine plays the others), `trade` (by turns, phrase and answer)
            or `none`.
        quantise: at the next `beat` or `bar` what is changed is heard.
        trade_bars: length of a turn.
    """

    part: str = "melody"
    answer: str = "accompany"
    quantise: str = "bar"
    trade_bars: int = 4

    def __post_init__(self) -> None:
        for name, value, among in (
            ("parts to play", self.part, PARTS),
            ("ways to answer", self.answer, ANSWERS),
            ("places to react at", self.quantise, QUANTISED),
        ):
            if value not in among:
                raise unknown(str(value)[:40], name, among)
        if self.trade_bars not in TRADED_BARS:
            raise AntiphonError(f"trade_bars must be 2, 4 or 8, not {str(self.trade_bars)[:40]!r}.")

    def turn(self, bar: int, n_opening: int) -> str:
        """Return whose a bar is: `you`, `me` or `both`; `n_opening` bars are the machine's."""
        if self.answer == "none":
            return "me"
        if self.answer == "accompany":
            return "both"
        if bar < n_opening:
            return "me"
        return "you" if (bar - n_opening) // self.trade_bars % 2 == 0 else "me"


@dataclass(frozen=True, order=True)
class Played:
    """One note: seconds since the first bar began, its length, pitch and velocity."""

    at_s: float
    duration_s: float
    pitch: int
    velocity: int


def played_of(rows: object, now_s: float) -> list[Played]:
    """Return the notes of a message.

    Args:
        rows: what was sent.
        now_s: seconds since the first bar began.

    Raises:
        AntiphonError: they are no notes, or too many.
    """
    if not isinstance(rows, list) or len(rows) > MOST_NOTES:
        raise AntiphonError(f"played must be a list of at most {MOST_NOTES} notes.")
    found = []
    for row in rows:
        numbers = isinstance(row, list) and all(
            isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in row
        )
        if not numbers or len(row) != 4:
            raise AntiphonError("A played note is [at_s, duration_s, pitch, velocity], numbers.")
        at_s, duration_s, pitch, velocity = row
        if not (0 <= pitch <= 127 and 1 <= velocity <= 127 and 0 <= duration_s <= _LONGEST_S):
            raise AntiphonError(
                "A played note has a pitch from 0 to 127, a velocity from 1 to 127 and lasts up "
                f"to {_LONGEST_S:g} s."
            )
        if abs(at_s - now_s) > _LATEST_S + duration_s:
            raise AntiphonError(
                f"A note was played at {at_s:g} s, but the music is at {now_s:.1f} s: count from "
                "the beginning of the first bar."
            )
        found.append(Played(float(at_s), float(duration_s), int(pitch), int(velocity)))
    return found


@dataclass
class Musician:
    """What he has played of late.

    Attributes:
        notes: by when they began and their pitch; a note that is told again gets its new length.
        n_heard: how many notes there were in all.
    """

    notes: dict[tuple[float, int], Played] = field(default_factory=dict)
    n_heard: int = 0

    def hear(self, notes: Iterable[Played]) -> list[Played]:
        """Keep notes; returns those that are new."""
        new = []
        for note in notes:
            if (note.at_s, note.pitch) not in self.notes:
                new.append(note)
                self.n_heard += 1
            self.notes[(note.at_s, note.pitch)] = note
        latest = max((n.at_s for n in self.notes.values()), default=0.0)
        self.notes = {at: n for at, n in self.notes.items() if n.at_s > latest - _KEPT_S}
        return new

    def between(self, begin_s: float, end_s: float) -> list[Played]:
        """Return the notes that sound between two times."""
        return sorted(
            n for n in self.notes.values() if n.at_s < end_s and n.at_s + n.duration_s > begin_s
        )

    def weights(self, begin_s: float, end_s: float) -> np.ndarray:
        """Return (12,) how long each pitch class sounds between two times, in seconds.

        A note that is still held or was but touched counts for a little in any case.
        """
        out = np.zeros(12)
        for note in self.between(begin_s, end_s):
            inside = min(note.at_s + note.duration_s, end_s) - max(note.at_s, begin_s)
            out[note.pitch % 12] += max(inside, 0.05)
        return out


def on_grid(notes: Sequence[Played], at_s: float, duration_s: float, n_steps: int) -> Notes:
    """Return notes in steps counted from bars, on the grid of 16ths.

    Args:
        notes: that sound in the bars or near them.
        at_s: when the bars begin.
        duration_s: length of the bars.
        n_steps: the same in steps.
    """
    rows = []
    for note in notes:
        onset = (note.at_s - at_s) / duration_s * n_steps
        length = note.duration_s / duration_s * n_steps
        begin = round(onset / _GRID) * _GRID
        if 0 <= begin < n_steps:
            end = min(begin + max(round(length), _GRID), n_steps)
            rows.append((begin, end - begin, note.pitch, note.velocity))
    return notes_of(rows)
