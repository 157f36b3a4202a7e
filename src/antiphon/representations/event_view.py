"""Notes as events of real numbers, one after another: what recurrent networks write.

Idea: C-RNN-GAN (Mogren, 2016, https://arxiv.org/abs/1611.09904): a note is the time since the
one before, its length, pitch and loudness. What differs: lengths of time are logarithms, and
every note says which part plays it.

Shapes: B segments, L events, M parts. A segment is (L, 4 + M): log2(1 + slots since the note
before) / 5, log2(slots it lasts) / 7, octaves above C4 / 3, (velocity − 64) / 64, then a share for
each part. A beat has six slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.representations._notes_in_order import NotesInOrder, notes_at, notes_in_order
from antiphon.representations.bars import MAX_BEATS, N_SLOTS, PITCHED, SLOTS_PER_BEAT
from antiphon.representations.prepared import load
from antiphon.representations.rolls import CHORD_SIZE, LOW_PITCH, N_PITCHES
from antiphon.representations.views import Array, Passage, Source, check_parts

_SINCE, _LASTS, _HEIGHT, _LOUD = 5.0, 7.0, 36.0, 64.0
_MIDDLE = 60 - LOW_PITCH  # row of C4
_MOST_BARS = 64


@dataclass(frozen=True, kw_only=True)
class EventView:
    """Events of a stretch of music that begins with a bar.

    Attributes:
        condition: what every event is told: "" nothing, ``"harmony"`` the chord it sounds over
            and the mode.
    """

    parts: tuple[str, ...] = PITCHED
    n_events: int = 96
    condition: str = "harmony"

    def __post_init__(self) -> None:
        check_parts(self.parts)
        if self.n_events < 2:
            raise ValueError(f"n_events must be at least 2, not {self.n_events}")
        if self.condition not in ("", "harmony"):
            raise ValueError(f"condition must be empty or 'harmony', not {self.condition!r}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(L, 4 + M)."""
        return self.n_events, 4 + len(self.parts)

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """(L, chord and mode)."""
        return (self.n_events, CHORD_SIZE + 1) if self.condition else (0,)

    def open(self, folder: Path, split: str) -> Source:
        """Open a prepared data set of bars."""
        data = load(folder, split)
        notes = notes_in_order(data, self.parts)
        enough = notes.first[notes.until] - notes.first[:-1] >= self.n_events
        starts = np.flatnonzero(enough & (np.diff(notes.first) > 0))
        chords = data.conditions[:, : MAX_BEATS * CHORD_SIZE].reshape(-1, MAX_BEATS, CHORD_SIZE)
        minor = (data.bars["minor"] > 0).astype(np.float32)

        def take(index: NDArray[np.int64]) -> tuple[Array, Array]:
            firsts = starts[index]
            which = notes.first[firsts][:, None] + np.arange(self.n_events)[None]
            events = self._events(notes, firsts, which)
            if not self.condition:
                return events, np.zeros((len(index), 0), np.float32)
            bar, beat = notes.bar[which], notes.slot[which] // SLOTS_PER_BEAT
            told = np.concatenate([chords[bar, beat], minor[bar][..., None]], axis=-1)
            return events, told.astype(np.float32)

        return Source(len(starts), take, data.pieces, data.bars["piece"][starts].astype(np.int64))

    def _events(
        self, notes: NotesInOrder, firsts: NDArray[np.int64], which: NDArray[np.int64]
    ) -> Array:
        slot = (notes.bar[which] - firsts[:, None]) * N_SLOTS + notes.slot[which]
        since = np.diff(slot, axis=1, prepend=0)
        columns = [
            np.log2(1 + since) / _SINCE,
            np.log2(notes.duration[which]) / _LASTS,
            (notes.row[which] - _MIDDLE) / _HEIGHT,
            (notes.velocity[which] - _LOUD) / _LOUD,
        ]
        part = np.eye(len(self.parts))[notes.part[which]]
        return np.concatenate([np.stack(columns, axis=-1), part], axis=-1).astype(np.float32)

    def passage(self, segment: Array) -> Passage:
        """Return the notes of a segment (L, 4 + M); a last bar that is not whole is left out."""
        since = np.rint(2 ** np.clip(_SINCE * segment[:, 0], 0, 8) - 1).astype(np.int64)
        slot = np.cumsum(np.maximum(since, 0))
        duration = np.rint(2 ** np.clip(_LASTS * segment[:, 1], 0, 7)).astype(np.int64)
        row = np.clip(np.rint(segment[:, 2] * _HEIGHT + _MIDDLE), 0, N_PITCHES - 1)
        loud = np.clip(np.rint(segment[:, 3] * _LOUD + _LOUD), 1, 127).astype(np.int64)
        part = segment[:, 4:].argmax(axis=1)
        n_bars = int(np.clip(slot[-1] // N_SLOTS, 1, _MOST_BARS))
        whole = slot < n_bars * N_SLOTS
        return Passage(
            {
                name: notes_at(
                    *(x[whole & (part == i)] for x in (slot, duration, row.astype(np.int64), loud))
                )
                for i, name in enumerate(self.parts)
            },
            n_bars,
        )
