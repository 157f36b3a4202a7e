"""Opening a piece: empty bars put between its own, everything after them moved along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import (
    ChordSpan,
    KeyMark,
    Metre,
    Notes,
    Piece,
    Section,
    Tempo,
    Text,
    Track,
    together,
)


@dataclass(frozen=True)
class Gap:
    """Bars that are put into a piece.

    Attributes:
        at: bar before which they go; the number of bars for the end.
        sources: of each new bar, the bar of the piece whose chords it has.
        metre: theirs.
        label: of the section they are.
    """

    at: int
    sources: Sequence[int]
    metre: Metre
    label: str


def opened(piece: Piece, gap: Gap) -> Piece:
    """Return a piece with new bars that are empty but for their chords.

    What begins at the gap or later is moved by their length; what rings into them rings on.
    """
    starts = piece.bar_starts()
    edge, bar = int(starts[gap.at]), gap.metre.steps(piece.resolution)
    n, length = len(gap.sources), len(gap.sources) * bar

    def moved(steps: NDArray[np.integer]) -> NDArray[np.integer]:
        return np.where(steps >= edge, steps + length, steps)

    def later(step: int) -> int:
        return step + length if step >= edge else step

    tracks = []
    for track in piece.tracks:
        notes, controls = track.notes.copy(), track.controls.copy()
        notes["onset"], controls["onset"] = moved(notes["onset"]), moved(controls["onset"])
        words = [Text(later(t.onset), t.text) for t in track.lyrics]
        tracks.append(replace(track, notes=notes, controls=controls, lyrics=words))
    tempos = [Tempo(later(t.onset), t.bpm) for t in piece.tempos]
    keys = [KeyMark(later(k.onset), k.key) for k in piece.keys]
    metres = [replace(m, onset=later(m.onset)) for m in piece.metres]
    if gap.at == 0:  # what held from the first bar on holds before it, too
        tempos = [Tempo(0, piece.tempos[0].bpm), *tempos] if tempos else tempos
        keys = [KeyMark(0, piece.keys[0].key), *keys] if keys else keys
        first = piece.metre_at(0)
        metres = [replace(gap.metre, onset=0), *(metres or [replace(first, onset=length)])]
        metres = metres if str(metres[0]) != str(metres[1]) else [metres[0], *metres[2:]]
    elif str(piece.metre_at(edge - 1)) != str(gap.metre):
        before = [m for m in metres if m.onset < edge]
        after = [m for m in metres if m.onset > edge]
        metres = [*before, replace(gap.metre, onset=edge), *after]
    return replace(
        piece,
        tracks=tracks,
        tempos=tempos,
        keys=keys,
        metres=metres,
        chords=_chords(piece, gap, edge, bar),
        sections=_sections(piece.sections, gap) if piece.sections else [],
        n_bars_asked=piece.n_bars + n,
    )


def copies(
    track: Track, gap: Gap, starts: NDArray[np.int64], again: NDArray[np.bool_]
) -> tuple[Notes, NDArray[np.int64]]:
    """Return notes of a track once more in the new bars, and which of its notes they are.

    Args:
        track: of a piece that was opened at its end.
        gap: the new bars.
        starts: of the bars of that piece.
        again: (new bars, notes) which notes come back where their bar is the source.
    """
    onset, found, picked = track.notes["onset"], [track.notes[:0]], [np.zeros(0, np.int64)]
    for number, source in enumerate(gap.sources):
        here = (onset >= starts[source]) & (onset < starts[source + 1]) & again[number]
        new = track.notes[here].copy()
        new["onset"] += starts[gap.at + number] - starts[source]
        new["duration"] = np.minimum(new["duration"], starts[gap.at + number + 1] - new["onset"])
        found.append(new)
        picked.append(np.flatnonzero(here))
    return together(found), np.concatenate(picked)


def _chords(piece: Piece, gap: Gap, edge: int, bar: int) -> list[ChordSpan]:
    """Return the chords with those of the new bars, cut at the gap."""
    if not piece.chords:
        return []
    starts, length = piece.bar_starts(), len(gap.sources) * bar
    spans = []
    for span in piece.chords:
        end = span.onset + span.duration
        if span.onset < edge:
            spans.append(replace(span, duration=min(end, edge) - span.onset))
        if end > edge:
            onset = max(span.onset, edge)
            spans.append(replace(span, onset=onset + length, duration=end - onset))
    for number, source in enumerate(gap.sources):
        begin = int(starts[source])
        for span in piece.chords:
            onset, end = max(span.onset, begin), min(span.onset + span.duration, begin + bar)
            if onset < end:
                at = edge + number * bar + onset - begin
                spans.append(ChordSpan(at, end - onset, span.chord))
    return sorted(spans, key=lambda span: span.onset)


def _sections(sections: Sequence[Section], gap: Gap) -> list[Section]:
    """Return sections with the new one; one that the gap cuts goes on after it."""
    n, found = len(gap.sources), []
    for section in sections:
        stop = section.start + section.n_bars
        if section.start < gap.at:
            found.append(replace(section, n_bars=min(stop, gap.at) - section.start))
        if stop > gap.at:
            start = max(section.start, gap.at)
            found.append(replace(section, start=start + n, n_bars=stop - start))
    return sorted([*found, Section(gap.at, n, gap.label)], key=lambda section: section.start)
