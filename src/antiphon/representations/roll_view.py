"""Rolls of a few bars on 16ths: the pictures that convolutional networks make.

Triplets are moved to the nearest 16th. Every part has a channel of what sounds and, where
asked, one of what begins, without which repeated notes melt into one.

Shapes: B segments, M parts, K channels a part (1 or 2), T 16ths, P pitches (72, from MIDI 24 on).
A segment is (M·K, T, P): part by part, what sounds before what begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import NOTE, Notes
from antiphon.representations.bars import MAX_BEATS, PITCHED
from antiphon.representations.prepared import Prepared, load
from antiphon.representations.rolls import CHORD_SIZE, LOW_PITCH, N_PITCHES
from antiphon.representations.views import (
    BAR_STEPS,
    Array,
    Passage,
    Source,
    check_parts,
    window_starts,
)

STEPS_PER_BAR = 16
_STEP = BAR_STEPS // STEPS_PER_BAR
_LAST_SLOT = [0, 2, 3, 5]  # slots of a beat (0 1/4 1/3 1/2 2/3 3/4): [0] [1 2] [3] [4 5]
_FIRST_SLOT = [0, 1, 3, 4]
_LOUDNESS = {"melody": 90}


@dataclass(frozen=True, kw_only=True)
class RollView:
    """Rolls on 16ths.

    Attributes:
        condition: what is told about a segment: "" nothing, ``"harmony"`` the chords of every beat
            and the mode, or a part, whose channels are then given.
    """

    parts: tuple[str, ...] = PITCHED
    n_bars: int = 4
    onsets: bool = True
    condition: str = ""

    def __post_init__(self) -> None:
        check_parts(self.parts)
        if self.n_bars < 1:
            raise ValueError(f"n_bars must be at least 1, not {self.n_bars}")
        if self.condition not in ("", "harmony", *self.parts):
            raise ValueError(
                f"condition must be empty, 'harmony' or one of the parts, not {self.condition!r}"
            )

    @property
    def channels(self) -> int:
        """Channels of a part."""
        return 2 if self.onsets else 1

    @property
    def shape(self) -> tuple[int, ...]:
        """(M·K, T, P)."""
        return len(self.parts) * self.channels, self.n_bars * STEPS_PER_BAR, N_PITCHES

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """(chords and mode,), or (K, T, P) of the given part."""
        if self.condition == "harmony":
            return (self.n_bars * MAX_BEATS * CHORD_SIZE + 1,)
        return (self.channels, *self.shape[1:]) if self.condition else (0,)

    def open(self, folder: Path, split: str) -> Source:
        """Open a prepared data set of bars."""
        data = load(folder, split)
        starts = window_starts(data, self.n_bars)

        def take(index: NDArray[np.int64]) -> tuple[Array, Array]:
            return self.segments(data, starts[index])

        return Source(len(starts), take, data.pieces, data.bars["piece"][starts].astype(np.int64))

    def segments(self, data: Prepared, firsts: NDArray[np.int64]) -> tuple[Array, Array]:
        """Return the segments that begin with some bars, and what is told about them."""
        rows = firsts[:, None] + np.arange(self.n_bars)[None]
        bars = data.rolls.unpacked(rows.ravel())[:, [PITCHED.index(p) for p in self.parts]]
        beats = bars.reshape(*bars.shape[:2], MAX_BEATS, -1, bars.shape[-1])
        onset = beats[..., _FIRST_SLOT, :N_PITCHES]
        onset = np.maximum(onset, beats[..., _LAST_SLOT, :N_PITCHES])
        sounding = np.maximum(beats[..., _LAST_SLOT, N_PITCHES : 2 * N_PITCHES], onset)
        both = np.stack([sounding, onset] if self.onsets else [sounding], axis=2)
        n = len(firsts)  # both: (B·N, M, K, 4 beats, 4 16ths, P)
        parted = both.reshape(n, self.n_bars, len(self.parts), self.channels, -1, N_PITCHES)
        made = parted.transpose(0, 2, 3, 1, 4, 5).reshape(n, *self.shape)
        return np.ascontiguousarray(made), self._told(data, rows, made)

    def _told(self, data: Prepared, rows: NDArray[np.int64], made: Array) -> Array:
        if self.condition == "harmony":
            chords = data.conditions[rows, : MAX_BEATS * CHORD_SIZE].reshape(len(rows), -1)
            minor = (data.bars["minor"][rows[:, :1]] > 0).astype(np.float32)
            return np.concatenate([chords, minor], axis=1)
        if self.condition:
            first = self.parts.index(self.condition) * self.channels
            return np.ascontiguousarray(made[:, first : first + self.channels])
        return np.zeros((len(rows), 0), np.float32)

    def passage(self, segment: Array) -> Passage:
        """Return the notes of a segment (M·K, T, P); cells above 1/2 sound."""
        cells = segment.reshape(len(self.parts), self.channels, *segment.shape[1:]) > 0.5
        return Passage(
            {
                part: notes_of_roll(
                    cells[i, 0], cells[i, -1] if self.onsets else None, _LOUDNESS.get(part, 64)
                )
                for i, part in enumerate(self.parts)
            },
            self.n_bars,
        )


def notes_of_roll(
    sounding: NDArray[np.bool_],
    onset: NDArray[np.bool_] | None,
    velocity: int,
    lowest_pitch: int = LOW_PITCH,
) -> Notes:
    """Return the notes of a roll (T, P): runs of what sounds, cut where notes begin.

    Args:
        onset: (T, P); what begins where nothing sounds is no note.
        velocity: of all notes, 1–127.
        lowest_pitch: MIDI pitch of the first row.
    """
    before = np.zeros_like(sounding)
    before[1:] = sounding[:-1]
    begins = sounding & ~before
    if onset is not None:
        begins |= sounding & onset
    pitch, step = np.nonzero(begins.T)
    ends = begins | ~sounding  # a note ends where another begins or nothing sounds
    until = np.full((len(sounding) + 1, sounding.shape[1]), len(sounding))
    for t in range(len(sounding) - 1, -1, -1):
        until[t] = np.where(ends[t], t, until[t + 1])
    notes = np.zeros(len(pitch), NOTE)
    notes["onset"], notes["pitch"], notes["velocity"] = step * _STEP, pitch + lowest_pitch, velocity
    notes["duration"] = (until[step + 1, pitch] - step) * _STEP
    return np.sort(notes, order=("onset", "pitch"))
