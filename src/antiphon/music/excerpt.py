"""Excerpt: a few bars of a piece, its notes by role and moved to one key, ready to be measured.

Times are whole steps of `RESOLUTION` to the quarter, counted from the excerpt's first bar.
Rolls are on 16ths. Notes that began before the excerpt are left out and notes that outlast
it are cut, on every side of a comparison alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import unknown
from antiphon.music._heard import roll
from antiphon.music.instruments import ROLES
from antiphon.music.keys import Key, estimate_key
from antiphon.music.passage import notes_in
from antiphon.music.piece import RESOLUTION, ChordSpan, Notes, Piece, in_order, together

SIXTEENTH = RESOLUTION // 4
_NAMES = {role.name.casefold(): key for key, role in ROLES.items()} | {
    "bridge": "counter",
    "counter": "counter",
    "countermelody": "counter",
    "piano": "chords",
    "accompaniment": "chords",
    "voice": "melody",
}


@dataclass(frozen=True)
class Excerpt:
    """Bars of equal length cut from a piece.

    Attributes:
        parts: notes by role; every asked part is there, silent ones as empty arrays.
        bar_steps: length of a bar in steps of `RESOLUTION` to the quarter.
        n_bars: how many bars.
        key: the key after transposition: C major or A minor, unless it was kept.
        chords: the chords written above these bars, transposed with the notes.
        source: index of the piece it was cut from.
        start: its first bar in that piece.
    """

    parts: Mapping[str, Notes]
    bar_steps: int
    n_bars: int
    key: Key
    chords: tuple[ChordSpan, ...] = ()
    source: int = 0
    start: int = 0

    @property
    def steps_per_bar(self) -> int:
        """16ths in a bar: 16 in 4/4."""
        return max(1, -(-self.bar_steps // SIXTEENTH))

    @cached_property
    def pitched(self) -> dict[str, Notes]:
        """The parts that have pitches: all but the drums."""
        return {role: notes for role, notes in self.parts.items() if role != "drums"}

    def roll(self, role: str) -> NDArray[np.bool_]:
        """Return what sounds on each 16th, (16ths, 128)."""
        return roll_of(self.parts[role], self.n_bars * self.steps_per_bar)

    def onsets(self, role: str) -> NDArray[np.bool_]:
        """Return what begins on each 16th, (16ths, 128)."""
        return onsets_of(self.parts[role], self.n_bars * self.steps_per_bar)


def roll_of(notes: Notes, n_steps: int, sixteenth: float = SIXTEENTH) -> NDArray[np.bool_]:
    """Return which pitches sound on each 16th, (n_steps, 128); a note fills at least one.

    Args:
        notes: one part, on any grid.
        n_steps: 16ths in the roll; what lies beyond is left out.
        sixteenth: length of a 16th in the notes' own steps.
    """
    columns = notes["onset"], notes["duration"], notes["pitch"]
    return roll(*columns, n_steps, 1 / sixteenth)


def onsets_of(notes: Notes, n_steps: int) -> NDArray[np.bool_]:
    """Return which pitches begin on each 16th, (n_steps, 128)."""
    begun = np.zeros((n_steps, 128), dtype=bool)
    start = np.rint(notes["onset"] / SIXTEENTH).astype(np.intp)
    inside = (start >= 0) & (start < n_steps)
    begun[start[inside], notes["pitch"][inside]] = True
    return begun


def part_notes(piece: Piece, parts: Sequence[str]) -> dict[str, Notes]:
    """Return the notes of each asked part, by role or by track name.

    Where no bass is asked for, a bass goes back to the chords it was split from; a note both
    have is kept once. Tracks that are none of the asked parts are left out.

    Raises:
        AntiphonError: a part is no role.
    """
    for part in parts:
        if part not in ROLES:
            raise unknown(part, "parts", ROLES)
    found: dict[str, list[Notes]] = {part: [] for part in parts}
    for track in piece.tracks:
        role = "drums" if track.is_drum else track.role or _NAMES.get(track.name.casefold(), "")
        if role == "bass" and "bass" not in found:
            role = "chords"
        if role in found:
            found[role].append(track.notes)
    return {role: merged(many) for role, many in found.items()}


def merged(many: Sequence[Notes]) -> Notes:
    """Return the notes of several tracks as one part; what two have at once is kept once."""
    if len(many) == 1:
        return many[0]
    notes = in_order(together(many))
    same = (notes["onset"][1:] == notes["onset"][:-1]) & (notes["pitch"][1:] == notes["pitch"][:-1])
    return notes[np.append(~same, True)] if len(notes) else notes  # the longer of two


def key_of(piece: Piece, step: int = 0, *, trust: bool = True) -> Key:
    """Return the key at a step: as marked, else (or if marks are not trusted) by its notes."""
    marks = sorted(piece.keys, key=lambda mark: mark.onset)
    if trust and marks:
        return next((m.key for m in reversed(marks) if m.onset <= step), marks[0].key)
    weight = np.zeros(12)
    for track in piece.tracks:
        if not track.is_drum:
            np.add.at(weight, track.notes["pitch"] % 12, track.notes["duration"])
    return estimate_key(weight) or Key(0)


def semitones_home(key: Key) -> int:
    """Return the shortest way (−6…5) that moves a key to C major or A minor."""
    home = 0 if key.mode == "major" else 9
    return (home - key.tonic + 6) % 12 - 6


def excerpts(
    piece: Piece,
    parts: Sequence[str],
    n_bars: int,
    *,
    source: int = 0,
    hop: int | None = None,
    trust_key: bool = True,
    home: bool = True,
) -> list[Excerpt]:
    """Cut a piece into excerpts of n_bars, leaving out the silent ones.

    Bars of another length than the first of an excerpt end it early; it is then left out.

    Args:
        piece: any grid; measured on `RESOLUTION`.
        parts: roles to keep.
        n_bars: length of an excerpt.
        source: index that says which piece an excerpt is from.
        hop: bars from one excerpt to the next; n_bars when left out.
        trust_key: take the piece's own key marks, where it has any.
        home: transpose to C major or A minor.

    Raises:
        AntiphonError: a part is no role.
    """
    piece = piece.on_grid(RESOLUTION)
    notes = part_notes(piece, parts)
    chord_onsets = np.array([span.onset for span in piece.chords])
    starts = piece.bar_starts()
    lengths = np.diff(starts)
    found = []
    estimated = None if trust_key and piece.keys else key_of(piece, trust=False)
    for first in range(0, len(lengths) - n_bars + 1, hop or n_bars):
        begin, end = int(starts[first]), int(starts[first + n_bars])
        if (lengths[first : first + n_bars] != lengths[first]).any():
            continue
        key = estimated or key_of(piece, begin)
        shift = semitones_home(key) if home else 0
        cut = {
            role: _cut(n, begin, end, 0 if role == "drums" else shift) for role, n in notes.items()
        }
        if not any(len(n) for n in cut.values()):
            continue
        near = slice(*np.searchsorted(chord_onsets, [begin, end]) - [1, 0])
        found.append(
            Excerpt(
                parts=cut,
                bar_steps=int(lengths[first]),
                n_bars=n_bars,
                key=Key((key.tonic + shift) % 12, key.mode),
                chords=_cut_chords(piece.chords[max(near.start, 0) : near.stop], begin, end, shift),
                source=source,
                start=first,
            )
        )
    return found


def _cut(notes: Notes, begin: int, end: int, shift: int) -> Notes:
    inside = notes_in(notes, begin, end)
    inside["pitch"] = np.clip(inside["pitch"] + shift, 0, 127)
    return inside


def _cut_chords(
    spans: Sequence[ChordSpan], begin: int, end: int, shift: int
) -> tuple[ChordSpan, ...]:
    cut = []
    for span in spans:
        start, stop = max(span.onset, begin), min(span.onset + span.duration, end)
        if start < stop:
            chord = span.chord.transposed(shift) if span.chord else None
            cut.append(ChordSpan(start - begin, stop - start, chord))
    return tuple(cut)
