"""Piece: the one type that crosses every border.

Times are whole steps; `Piece.resolution` says how many make a quarter note. A file's own
ticks can be kept as they are, so that nothing a musician wrote is moved; music made here
uses `RESOLUTION`, which holds 16ths, triplets and swing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.labels import Labels

RESOLUTION = 24  # steps per quarter: a 16th is 6, a triplet eighth 8, a 32nd 3

NOTE = np.dtype([("onset", "i4"), ("duration", "i4"), ("pitch", "i2"), ("velocity", "i2")])
CONTROL = np.dtype([("onset", "i4"), ("number", "i2"), ("value", "i2")])

Notes = NDArray[np.void]


def notes_of(rows: Iterable[Sequence[int]] = ()) -> Notes:
    """Return a note array, sorted by onset then pitch, from (onset, duration, pitch, velocity)."""
    return in_order(np.array([tuple(row) for row in rows], dtype=NOTE))


def in_order(notes: Notes) -> Notes:
    """Return notes sorted by onset, then pitch; of equal ones the shortest, then the softest first.

    Notes that are in order already are returned as they are, not copied.
    """
    place = _places(notes)
    if (place[1:] > place[:-1]).all():
        return notes
    order = place.argsort(kind="stable")
    place = place[order]
    if (place[1:] == place[:-1]).any():
        order = np.lexsort((notes["velocity"], notes["duration"], _places(notes)))
    return notes.take(order)  # of records many times quicker than notes[order]


def together(many: Sequence[Notes]) -> Notes:
    """Return the notes of several arrays, one after the other; none of no arrays."""
    raw = np.dtype((np.void, NOTE.itemsize))  # as bytes: numpy compares records field by field
    return np.concatenate([np.zeros(0, raw), *(notes.view(raw) for notes in many)]).view(NOTE)


def without_doubles(notes: Notes) -> Notes:
    """Return sorted notes where of several with equal onset and pitch the longest stays.

    Notes that are in order and without doubles already are returned as they are, not copied.
    """
    place = _places(notes)
    if (place[1:] > place[:-1]).all():
        return notes
    order = np.lexsort((-notes["duration"], place))
    place = place[order]
    return notes.take(order.compress(np.append(True, place[1:] != place[:-1])))


def without_overlaps(notes: Notes) -> Notes:
    """Return notes in order, cut where their pitch begins again, of doubled ones the longest."""
    if not len(notes):
        return notes
    by_pitch = np.lexsort((-notes["duration"], notes["onset"], notes["pitch"]))
    ordered = notes[by_pitch]
    same = ordered["pitch"][1:] == ordered["pitch"][:-1]
    double = np.concatenate([[False], same & (np.diff(ordered["onset"]) == 0)])
    ordered = ordered[~double]
    same = ordered["pitch"][1:] == ordered["pitch"][:-1]
    room = np.diff(ordered["onset"])
    short = np.minimum(ordered["duration"][:-1], np.where(same, room, 2**30))
    ordered["duration"][:-1] = short
    return np.sort(ordered, order=("onset", "pitch"))


def _places(notes: Notes) -> NDArray[np.int64]:
    """Return one number for each note that rises with onset, then pitch."""
    places: NDArray[np.int64] = notes["onset"].astype(np.int64) << 8
    return places + notes["pitch"]


@dataclass(frozen=True)
class Tempo:
    """Quarter notes per minute from `onset` (in steps) on."""

    onset: int
    bpm: float


@dataclass(frozen=True)
class Metre:
    """A time signature from `onset` (in steps, always a bar line) on."""

    onset: int
    numerator: int = 4
    denominator: int = 4

    @property
    def quarters(self) -> Fraction:
        """Length of one bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    def steps(self, resolution: int) -> int:
        """Return the length of one bar in steps, of so many a quarter; at least one."""
        return max(1, round(4 * self.numerator * resolution / self.denominator))

    @property
    def is_compound(self) -> bool:
        """Whether the beat divides in three (6/8, 9/8, 12/8)."""
        return self.denominator >= 8 and self.numerator % 3 == 0 and self.numerator > 3

    @property
    def n_beats(self) -> int:
        """Felt beats in a bar: 4 in 4/4, 2 in 6/8."""
        return self.numerator // 3 if self.is_compound else self.numerator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True)
class KeyMark:
    """The key from `onset` (in steps) on."""

    onset: int
    key: Key


@dataclass(frozen=True)
class ChordSpan:
    """One chord sounding from `onset` for `duration` steps; `chord` None means no chord."""

    onset: int
    duration: int
    chord: Chord | None


@dataclass(frozen=True)
class Section:
    """Bars `start` up to (not including) `start + n_bars`, called `label`.

    Sections with the same letter are the same material; intros and endings are named
    ``intro`` and ``ending``.
    """

    start: int
    n_bars: int
    label: str


@dataclass(frozen=True)
class Text:
    """A lyric syllable at a step."""

    onset: int
    text: str


@dataclass
class Track:
    """The notes of one part.

    Attributes:
        name: what the part is called, e.g. ``"Melody"``.
        program: General MIDI program, 0–127; for drums the kit.
        is_drum: whether pitches are General MIDI drum keys.
        notes: array of `NOTE`, sorted by onset, then pitch.
        role: key of `instruments.ROLES` where it is known, else "".
        controls: array of `CONTROL`: MIDI controllers; number 128 is pitch bend (−8192…8191).
        lyrics: syllables.
    """

    name: str
    program: int = 0
    is_drum: bool = False
    notes: Notes = field(default_factory=notes_of)
    role: str = ""
    controls: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, CONTROL))
    lyrics: list[Text] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Step after the last sounding one; 0 when silent."""
        return int((self.notes["onset"] + self.notes["duration"]).max(initial=0))


@dataclass
class Piece:
    """Tracks of notes on a beat grid, with what a score says above them."""

    tracks: list[Track] = field(default_factory=list)
    resolution: int = RESOLUTION
    tempos: list[Tempo] = field(default_factory=lambda: [Tempo(0, 120.0)])
    metres: list[Metre] = field(default_factory=lambda: [Metre(0)])
    keys: list[KeyMark] = field(default_factory=list)
    chords: list[ChordSpan] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    title: str = ""
    n_bars_asked: int = 0  # a piece may be longer than its last note
    provenance: str = ""  # who or what made it, under which licence; kept in files
    labels: Labels = field(default_factory=Labels)  # what a data set says of it
    left_out: dict[str, int] = field(default_factory=dict)  # notes that were, by reason

    @property
    def end(self) -> int:
        """Step after the last sounding one."""
        return max((track.end for track in self.tracks), default=0)

    @property
    def n_notes(self) -> int:
        return sum(len(track.notes) for track in self.tracks)

    def bar_starts(self) -> NDArray[np.int64]:
        """Return the first step of every bar and, last, the end of the last bar.

        Shape (n_bars + 1,). Bars follow `metres`; a metre that changes inside a bar cuts it.
        """
        marks = sorted(self.metres, key=lambda m: m.onset) or [Metre(0)]
        runs: list[NDArray[np.int64]] = []
        n_bars = start = 0
        for here, following in pairwise(marks):
            start = max(here.onset, 0) if n_bars else 0
            runs.append(np.arange(start, following.onset, here.steps(self.resolution)))
            n_bars += len(runs[-1])
        start = max(marks[-1].onset, 0) if n_bars else 0
        length = marks[-1].steps(self.resolution)
        n_more = max(-(-(max(self.end, 1) - start) // length), self.n_bars_asked - n_bars, 0)
        return np.concatenate([*runs, start + length * np.arange(n_more + 1)])

    @property
    def n_bars(self) -> int:
        return len(self.bar_starts()) - 1

    def metre_at(self, step: int) -> Metre:
        """Return the metre in force at a step."""
        return max(
            (m for m in self.metres if m.onset <= step), key=lambda m: m.onset, default=Metre(0)
        )

    def seconds(self, steps: NDArray[np.int64] | Sequence[int]) -> NDArray[np.float64]:
        """Return the time in seconds of each step, following the tempo map."""
        marks = sorted(self.tempos, key=lambda t: t.onset) or [Tempo(0, 120.0)]
        onsets = np.array([m.onset for m in marks], dtype=np.float64)
        onsets[0] = min(onsets[0], 0)
        per_step = 60.0 / (np.array([m.bpm for m in marks]) * self.resolution)
        at_mark = np.concatenate([[0.0], np.cumsum(np.diff(onsets) * per_step[:-1])])
        at = np.asarray(steps, dtype=np.float64)
        index = np.clip(np.searchsorted(onsets, at, side="right") - 1, 0, None)
        return at_mark[index] + (at - onsets[index]) * per_step[index] + onsets[0] * 0.0

    @property
    def duration_s(self) -> float:
        """Length in seconds, to the last bar line."""
        return float(self.seconds([int(self.bar_starts()[-1])])[0])

    def on_grid(self, resolution: int = RESOLUTION) -> Piece:
        """Return a copy on another grid, every time rounded to the nearest step."""
        if resolution == self.resolution:
            return replace(self, tracks=list(self.tracks))

        def scaled(step: int) -> int:
            return round(step * resolution / self.resolution)

        def all_scaled(steps: NDArray[np.integer]) -> NDArray[np.float64]:
            return np.rint(steps.astype(np.float64) * resolution / self.resolution)

        tracks = []
        for track in self.tracks:
            notes, controls = track.notes.copy(), track.controls.copy()
            onset = all_scaled(notes["onset"])
            end = all_scaled(notes["onset"].astype(np.int64) + notes["duration"])
            notes["onset"], notes["duration"] = onset, np.maximum(end - onset, 1)
            if len(controls):
                controls["onset"] = all_scaled(controls["onset"])
            lyrics = [Text(scaled(t.onset), t.text) for t in track.lyrics]
            tracks.append(replace(track, notes=in_order(notes), controls=controls, lyrics=lyrics))
        return replace(
            self,
            tracks=tracks,
            resolution=resolution,
            tempos=[Tempo(scaled(t.onset), t.bpm) for t in self.tempos],
            metres=[replace(m, onset=scaled(m.onset)) for m in self.metres],
            keys=[KeyMark(scaled(k.onset), k.key) for k in self.keys],
            chords=[
                ChordSpan(scaled(c.onset), scaled(c.onset + c.duration) - scaled(c.onset), c.chord)
                for c in self.chords
            ],
        )
