"""The notes of a split one after another, and where each bar of 4/4 begins among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import NOTE, RESOLUTION, Notes
from antiphon.representations.bars import N_SLOTS, PITCHED, home_shift, slot_steps
from antiphon.representations.prepared import Tables
from antiphon.representations.rolls import LOW_PITCH, fold, owned
from antiphon.representations.views import BAR_STEPS, window_starts

_STEPS = slot_steps(4, False, RESOLUTION)


@dataclass(frozen=True)
class NotesInOrder:
    """Notes by bar, slot, part and pitch.

    Attributes:
        bar: (E,) of each note.
        slot: (E,) within the bar, 0–23.
        part: (E,) index into the asked parts.
        row: (E,) of the roll: semitones above MIDI pitch 24, in the home key.
        velocity, duration: (E,) 1–127, and in slots.
        first: (N + 1,) first note of each bar.
        until: (N,) bar after the last that follows on in 4/4; the bar itself where it is not.
    """

    bar: NDArray[np.int64]
    slot: NDArray[np.int64]
    part: NDArray[np.int64]
    row: NDArray[np.int64]
    velocity: NDArray[np.int64]
    duration: NDArray[np.int64]
    first: NDArray[np.int64]
    until: NDArray[np.int64]


def notes_in_order(tables: Tables, parts: Sequence[str]) -> NotesInOrder:
    bars = tables.bars
    wanted = [PITCHED.index(p) for p in parts]
    bar, notes = owned(bars, tables.notes, wanted)
    shift = home_shift(bars["tonic"], bars["minor"])[bar]
    place = np.zeros(len(PITCHED), np.int64)
    place[wanted] = np.arange(len(wanted))
    until = np.arange(len(bars))
    until[window_starts(tables, 1)] += 1
    pairs = window_starts(tables, 2)
    for index in pairs[::-1]:
        until[index] = until[index + 1]
    return NotesInOrder(
        bar,
        notes["slot"].astype(np.int64),
        place[notes["part"]],
        fold(notes["pitch"].astype(np.int64) + shift),
        notes["velocity"].astype(np.int64),
        notes["duration"].astype(np.int64),
        np.searchsorted(bar, np.arange(len(bars) + 1)),
        until,
    )


def notes_at(
    slot: NDArray[np.int64],
    duration: NDArray[np.int64],
    row: NDArray[np.int64],
    velocity: NDArray[np.int64],
) -> Notes:
    """Return notes in steps of slots counted from a bar line, in bars of 4/4."""
    notes = np.zeros(len(slot), NOTE)
    begin, end = (s // N_SLOTS * BAR_STEPS + _STEPS[s % N_SLOTS] for s in (slot, slot + duration))
    notes["onset"], notes["duration"] = begin, np.maximum(end - begin, 1)
    notes["pitch"], notes["velocity"] = row + LOW_PITCH, velocity
    return np.sort(notes, order=("onset", "pitch"))
