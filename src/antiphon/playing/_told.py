"""What is told of bars: notes in seconds, as pages, games and ports take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from antiphon.music.piece import ChordSpan, Notes, Piece

Told = dict[str, Any]


def told_of(bars: Piece, number: int, at_s: float) -> Told:
    """Return bars as they are sent: notes in seconds from their beginning.

    Args:
        bars: with key and chords, in one tempo.
        number: how many bars were before them.
        at_s: when they begin, counted from the first bar.
    """
    return {
        "bar": number,
        "n_bars": bars.n_bars,
        "at_s": round(at_s, 4),
        "duration_s": round(bars.duration_s, 4),
        "key": str(bars.keys[-1].key) if bars.keys else "",
        "metre": str(bars.metres[0]),
        "beats": beats_of(bars),
        "chords": told_chords(bars, bars.chords),
        "tracks": [
            {"name": t.name, "role": t.role, "program": t.program, "is_drum": t.is_drum}
            for t in bars.tracks
        ],
        "notes": told_notes(bars, [track.notes for track in bars.tracks]),
    }


def told_mend(bars: Piece, number: int, step: int, ends: Sequence[tuple[int, int]]) -> Told:
    """Return what replaces the notes of bars, that were sent, from a step on.

    Args:
        bars: as they are to sound now.
        number: of the first of them.
        step: from which on they are others.
        ends: index of the track and pitch of each note that sounds there and is to end.
    """
    later = [track.notes[track.notes["onset"] >= step] for track in bars.tracks]
    return {
        "mend": number,
        "from_s": round(float(bars.seconds([step])[0]), 4),
        "ends": [list(end) for end in ends],
        "notes": told_notes(bars, later),
        "chords": told_chords(bars, bars.chords),
    }


def told_notes(bars: Piece, notes: Sequence[Notes]) -> list[list[float]]:
    """Return [at_s, duration_s, index of the track, pitch, velocity] of the notes of each track."""
    rows: list[list[float]] = []
    for index, track in enumerate(notes):
        on = bars.seconds(track["onset"])
        off = bars.seconds(track["onset"].astype(np.int64) + track["duration"])
        pairs = zip(on.round(4).tolist(), (off - on).round(4).tolist(), track, strict=True)
        rows += [[a, d, index, int(n["pitch"]), int(n["velocity"])] for a, d, n in pairs]
    return sorted(rows)


def told_chords(bars: Piece, spans: Sequence[ChordSpan]) -> list[list[Any]]:
    """Return [at_s, symbol] of chords, spelt for the key."""
    key = bars.keys[-1].key if bars.keys else None
    return [
        [round(float(bars.seconds([span.onset])[0]), 4), span.chord.symbol(key)]
        for span in spans
        if span.chord
    ]


def beats_of(bars: Piece) -> list[float]:
    """Return when each felt beat begins, in seconds from the first bar's beginning."""
    return bars.seconds(beat_steps_of(bars)).round(4).tolist()


def beat_steps_of(bars: Piece) -> list[int]:
    """Return the step of each felt beat."""
    n_beats = bars.metres[0].n_beats
    length = bars.metres[0].steps(bars.resolution)
    places = range(bars.n_bars * n_beats)
    return [place // n_beats * length + place % n_beats * length // n_beats for place in places]
