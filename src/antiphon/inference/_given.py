"""A given piece, understood: who plays what, and the stretches of bars that can be written.

Nothing of the piece is changed. What is understood (roles, key, chords, sections) lies beside it
on the grid that networks read, and says what had to be guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.music.casting import NO_ROLE, cast, without_line
from antiphon.music.estimation import complete
from antiphon.music.harmony import chroma
from antiphon.music.keys import Key
from antiphon.music.piece import RESOLUTION, KeyMark, Metre, Notes, Piece, Section, together
from antiphon.music.plan import MAX_BARS, METRES, Plan
from antiphon.representations.bars import MAX_BEATS, PARTS, PITCHED, beat_steps, encode

_FINE = 192  # steps a quarter from which on rounding to whole steps is not heard


@dataclass(frozen=True)
class Stretch:
    """Bars in a row of one metre.

    Attributes:
        first: its first bar in the piece.
        metre: of all its bars, from step 0 on.
        bars: (N,) table of `bars.BAR`, numbered from 0.
        notes: table of `bars.BAR_NOTE` that the bars point into.
        sections: counted from its first bar.
        before, after: bars of the piece before and after it.
    """

    first: int
    metre: Metre
    bars: NDArray[np.void]
    notes: NDArray[np.void]
    sections: list[Section]
    before: int
    after: int

    @property
    def span(self) -> slice:
        """Its bars among those of the piece."""
        return slice(self.first, self.first + len(self.bars))


@dataclass(frozen=True)
class Given:
    """A piece somebody brought.

    Attributes:
        piece: as it came; at a finer resolution where its own has no place for 16ths and triplets.
        roles: of each track, the index into `PARTS` of each note, or `NO_ROLE`.
        cast: the same music on the `RESOLUTION` grid, a track for each role, with key, chords
            and sections.
        stretches: what can be written, in order.
        is_harmonised: whether chords are written above it or played in it.
        remarks: what was guessed, and what cannot be written.
    """

    piece: Piece
    roles: list[NDArray[np.int8]]
    cast: Piece
    stretches: list[Stretch]
    is_harmonised: bool
    remarks: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.cast.keys[0].key

    @property
    def n_bars(self) -> int:
        return self.piece.n_bars

    @property
    def is_pitched(self) -> bool:
        """Whether there is anything but drums, so that key and chords can be heard."""
        return any(not t.is_drum for t in self.cast.tracks)

    @property
    def longest(self) -> Stretch:
        """The longest row of bars in one metre that can be written."""
        return max(self.stretches, key=lambda s: len(s.bars))

    def rests(self) -> bool:
        """Return whether it comes to rest: nothing begins in the last half of its last bar."""
        starts = self.cast.bar_starts()
        latest = max(int(t.notes["onset"].max()) for t in self.cast.tracks)
        return latest < (int(starts[-2]) + int(starts[-1])) // 2

    def reach(self) -> dict[str, tuple[int, int]]:
        """Return the lowest and the highest pitch of each pitched part."""
        return {
            track.role: (int(track.notes["pitch"].min()), int(track.notes["pitch"].max()))
            for track in self.cast.tracks
            if track.role in PITCHED
        }

    def writable(self) -> NDArray[np.bool_]:
        """Return (bars,) which bars are in metres that can be written."""
        out = np.zeros(self.n_bars, bool)
        for stretch in self.stretches:
            out[stretch.span] = True
        return out

    def plays(self) -> NDArray[np.bool_]:
        """Return (bars, parts) whether a note of each part begins in each bar."""
        out = np.zeros((self.n_bars, len(PARTS)), bool)
        for track, roles in zip(self.piece.tracks, self.roles, strict=True):
            known = roles != NO_ROLE
            out[self.bar_of(track.notes)[known], roles[known]] = True
        return out

    def bar_of(self, notes: Notes) -> NDArray[np.int64]:
        """Return the bar in which each note of the piece begins."""
        starts = self.piece.bar_starts()
        found = np.searchsorted(starts, notes["onset"], side="right") - 1
        return np.clip(found, 0, len(starts) - 2)

    def sounding(self, stretch: Stretch, roles: Sequence[str]) -> NDArray[np.float32]:
        """Return (bars, MAX_BEATS, 12) for what share of each beat pitch classes sound.

        Args:
            stretch: the bars.
            roles: the parts that are listened to.
        """
        n, n_beats = len(stretch.bars), int(stretch.bars["n_beats"][0])
        beat = beat_steps(stretch.metre)
        starts = self.cast.bar_starts()[stretch.span]
        edges = (starts[:, None] + np.arange(n_beats) * beat).ravel()
        notes = together([t.notes for t in self.cast.tracks if t.role in roles])
        out = np.zeros((n, MAX_BEATS, 12), np.float32)
        heard = chroma(notes, np.append(edges, edges[-1] + beat)) / beat
        out[:, :n_beats] = heard.reshape(n, n_beats, 12)
        return out

    def ticks(self, stretch: Stretch, notes: Notes) -> Notes:
        """Return notes counted from a stretch on the `RESOLUTION` grid in the piece's own steps."""
        starts = self.piece.bar_starts()[stretch.first :]
        length = stretch.metre.steps(RESOLUTION)

        def at(steps: NDArray[np.integer]) -> NDArray[np.int64]:
            bar = np.minimum(steps // length, len(starts) - 1)
            within = (steps - bar * length) * self.piece.resolution / RESOLUTION
            return starts[bar] + np.rint(within).astype(np.int64)

        out = notes.copy()
        out["onset"] = at(notes["onset"])
        end = at(notes["onset"].astype(np.int64) + notes["duration"])
        out["duration"] = np.maximum(end - out["onset"], 1)
        return out


def understand(piece: Piece, plan: Plan) -> Given:
    """Return a piece with what can be told of it; a key asked for in the plan is believed.

    A part that the plan asks for and that is but a line of another one's track (the bass of a
    piano) is heard as that one's.

    Raises:
        AntiphonError: it has no note, more than 512 bars, or no bar that can be written.
    """
    if not piece.n_notes:
        raise AntiphonError("The piece has no notes: give one that has some to play along with.")
    if piece.n_bars > MAX_BARS:
        raise AntiphonError(
            f"The piece has {piece.n_bars} bars: at most {MAX_BARS} can be worked on at once."
        )
    piece = _fine(piece)
    heard, roles = cast(piece)
    for role in plan.parts() if plan.instruments is not None else ():
        heard, roles = without_line(heard, roles, role)
    heard = heard.on_grid()
    heard.n_bars_asked = piece.n_bars
    asked = plan.asked_key()
    marks = heard.keys if asked is None else [KeyMark(0, asked)]
    are_written = any(span.chord for span in heard.chords)
    heard = complete(replace(heard, keys=marks))
    if asked is not None:
        heard.keys = marks
    stretches = stretches_of(heard)
    if not stretches:
        raise AntiphonError(
            f"No bar of the piece is in a metre that can be written: {', '.join(METRES)}."
        )
    are_played = any(t.role == "chords" for t in heard.tracks)
    given = Given(piece, roles, heard, stretches, are_written or are_played, ())
    remarks = _left_alone(given)
    if given.is_pitched:
        how = "found among its notes" if are_played else "chosen to fit its notes"
        how = "given" if are_written or plan.chords is not None else how
        remarks.insert(0, f"heard in {given.key}; its chords were {how}")
    return replace(given, remarks=tuple(remarks))


def _fine(piece: Piece) -> Piece:
    """Return the piece at a multiple of its resolution that has a place for what is written."""
    if piece.resolution >= _FINE or piece.resolution % RESOLUTION == 0:
        return replace(piece, tracks=list(piece.tracks))
    times = RESOLUTION // gcd(piece.resolution, RESOLUTION)
    return piece.on_grid(piece.resolution * times)


def stretches_of(heard: Piece) -> list[Stretch]:
    """Return the bars that can be written, in rows of one metre."""
    bars, notes, _ = encode(heard)
    starts = heard.bar_starts()
    metres = [str(heard.metre_at(int(starts[number]))) for number in bars["number"]]
    found: list[Stretch] = []
    begin = 0
    for at in range(1, len(bars) + 1):
        if at < len(bars) and bars["run"][at] == bars["run"][begin] and metres[at] == metres[begin]:
            continue
        first, n = int(bars["number"][begin]), at - begin
        metre = replace(heard.metre_at(int(starts[first])), onset=0)
        if str(metre) in METRES:
            found.append(_stretch(heard, bars[begin:at].copy(), notes, first, n, metre))
        begin = at
    return found


def _stretch(
    heard: Piece,
    bars: NDArray[np.void],
    notes: NDArray[np.void],
    first: int,
    n: int,
    metre: Metre,
) -> Stretch:
    bars["number"] -= first
    bars["section_start"] -= first
    sections = []
    for section in heard.sections:
        start, stop = max(section.start - first, 0), min(section.start + section.n_bars - first, n)
        if start < stop:
            sections.append(Section(start, stop - start, section.label))
    sections = sections or [Section(0, n, "A")]
    return Stretch(first, metre, bars, notes, sections, first, heard.n_bars - first - n)


def _left_alone(given: Given) -> list[str]:
    """Return a sentence where bars are left as they are."""
    numbers = np.flatnonzero(~given.writable())
    if not len(numbers):
        return []
    heard = given.cast
    metres = {str(heard.metre_at(int(heard.bar_starts()[n]))) for n in numbers}
    return [
        f"{len(numbers)} of its bars (from bar {numbers[0] + 1} on, in {', '.join(sorted(metres))})"
        " cannot be written and are left as they are"
    ]
