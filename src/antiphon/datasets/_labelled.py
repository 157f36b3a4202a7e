"""Notes that a table gives by the times of a recording."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from antiphon.music.piece import NOTE, Notes, Piece, Tempo, Track, without_doubles

SAMPLE_RATE = 44_100
_VELOCITY = 64  # where a table has none
_BPM = 120.0


def notes_between(start: ArrayLike, end: ArrayLike, pitch: ArrayLike) -> Notes:
    """Return notes without velocities of their own, sorted, of doubles the longest.

    Args:
        start: onsets in steps, rounded here, shape (n,).
        end: ends in steps, shape (n,); a note lasts a step at least.
        pitch: MIDI pitches, shape (n,).
    """
    onset = np.rint(np.asarray(start, np.float64))
    notes = np.zeros(len(onset), NOTE)
    notes["onset"] = onset
    notes["duration"] = np.maximum(np.rint(np.asarray(end, np.float64)) - onset, 1)
    notes["pitch"], notes["velocity"] = pitch, _VELOCITY
    return without_doubles(notes)


def recorded(parts: Mapping[int, Notes], title: str) -> Piece:
    """Return a piece of which a step is one sample of a recording at `SAMPLE_RATE`.

    Args:
        parts: notes whose steps are samples by General MIDI program.
        title: what it is called.
    """
    resolution = round(SAMPLE_RATE * 60 / _BPM)
    tracks = [Track("", program, notes=notes) for program, notes in sorted(parts.items())]
    return Piece(tracks, resolution=resolution, tempos=[Tempo(0, _BPM)], title=title)
