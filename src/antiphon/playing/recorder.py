"""Recording: everything that was played, the machine's notes and the musician's, as a piece."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from antiphon.music.chords import parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import (
    ChordSpan,
    KeyMark,
    Metre,
    Piece,
    Tempo,
    Track,
    notes_of,
    without_overlaps,
)
from antiphon.playing._musician import Played
from antiphon.playing._told import Told

RESOLUTION = 480  # steps a quarter: what is played by hand is kept as it was played


class Recorder:
    """Keeps what is told, as it sounds in the end, and what the musician plays."""

    def __init__(self) -> None:
        self._bars: dict[int, Told] = {}
        self._played: dict[tuple[float, int], Played] = {}

    @property
    def n_bars(self) -> int:
        """How many bars were told."""
        return sum(bar["n_bars"] for bar in self._bars.values())

    def take(self, told: Told) -> None:
        """Keep a bar, or mend one."""
        if "bar" in told:
            self._bars[told["bar"]] = {**told, "notes": [list(n) for n in told["notes"]]}
        elif told.get("mend") in self._bars:
            bar, from_s = self._bars[told["mend"]], told["from_s"]
            ends = {(track, pitch) for track, pitch in told["ends"]}
            kept = [note for note in bar["notes"] if note[0] < from_s - 1e-4]
            for note in kept:
                if (note[2], note[3]) in ends and note[0] + note[1] > from_s:
                    note[1] = from_s - note[0]
            bar["notes"] = [*kept, *(list(note) for note in told["notes"])]
            bar["chords"] = told["chords"]

    def hear(self, notes: Iterable[Played]) -> None:
        """Keep notes of the musician; one that is told again gets its new length."""
        self._played |= {(note.at_s, note.pitch): note for note in notes}

    def piece(self, part: str, *, title: str = "Jam") -> Piece:
        """Return what was played.

        Args:
            part: the role of the musician, whose notes are a track called ``You``.
            title: of the piece.
        """
        bars = [self._bars[number] for number in sorted(self._bars)]
        piece = Piece(resolution=RESOLUTION, title=title, tempos=[], metres=[], keys=[])
        rows: dict[tuple[str, str, int, bool], list[list[int]]] = {}
        starts, times = [], []
        at = 0
        for bar in bars:
            starts.append(at)
            times.append(bar["at_s"])
            self._lay(piece, bar, at, rows)
            at += _steps(bar)
        mine = [_row(note, bars, starts, times) for note in self._played.values() if bars]
        tracks = [Track(name, program, is_drum, notes_of(notes), role)
                  for (name, role, program, is_drum), notes in rows.items()]  # fmt: skip
        if mine:
            tracks.append(Track("You", 0, part == "drums", notes_of(mine), ""))
        for track in tracks:
            track.notes = without_overlaps(track.notes)
        piece.tracks, piece.n_bars_asked = tracks, self.n_bars
        piece.metres = piece.metres or [Metre(0)]
        piece.tempos = piece.tempos or [Tempo(0, 120.0)]
        return piece

    def _lay(
        self, piece: Piece, bar: Told, at: int, rows: dict[tuple[str, str, int, bool], list[Any]]
    ) -> None:
        """Lay a bar behind the others."""
        steps_a_second = _steps(bar) / bar["duration_s"]
        bpm = 60 * steps_a_second / RESOLUTION
        if not piece.tempos or abs(piece.tempos[-1].bpm - bpm) > 0.01:
            piece.tempos.append(Tempo(at, bpm))
        numerator, _, denominator = bar["metre"].partition("/")
        if not piece.metres:
            piece.metres.append(Metre(0, int(numerator), int(denominator)))
        key = Key.parse(bar["key"]) if bar["key"] else None
        if key and (not piece.keys or piece.keys[-1].key != key):
            piece.keys.append(KeyMark(at, key))
        ends = [*(c[0] for c in bar["chords"][1:]), bar["duration_s"]]
        for (begin_s, symbol), end_s in zip(bar["chords"], ends, strict=bool(bar["chords"])):
            begin, end = round(begin_s * steps_a_second), round(end_s * steps_a_second)
            piece.chords.append(ChordSpan(at + begin, max(end - begin, 1), parse_chord(symbol)))
        names = [(t["name"], t["role"], t["program"], t["is_drum"]) for t in bar["tracks"]]
        for name in names:
            rows.setdefault(name, [])
        for on_s, duration_s, track, pitch, velocity in bar["notes"]:
            on, length = round(on_s * steps_a_second), round(duration_s * steps_a_second)
            rows[names[track]].append([at + on, max(length, 1), pitch, velocity])


def _steps(bar: Told) -> int:
    return round(Fraction(bar["metre"]) * 4 * RESOLUTION * bar["n_bars"])


def _row(note: Played, bars: list[Told], starts: list[int], times: list[float]) -> list[int]:
    """Return a note of the musician in steps; before the first bar it begins with it."""
    place = max(bisect_right(times, note.at_s) - 1, 0)
    bar = bars[place]
    steps_a_second = _steps(bar) / bar["duration_s"]
    onset = starts[place] + round(max(note.at_s - times[place], 0.0) * steps_a_second)
    return [onset, max(round(note.duration_s * steps_a_second), 1), note.pitch, note.velocity]
