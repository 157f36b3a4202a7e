"""Notes as a sequence of words: what autoregressive transformers write.

A bar begins with a word of its own; then, slot by slot, come the slot, and for every note that
begins there its part with its pitch, and its length. Idea: REMI (Huang & Yang, ACM MM 2020);
loudness is left out.

Shapes: L words of a segment, V words there are. A segment is (L, V), one word a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import NOTE
from antiphon.representations._notes_in_order import NotesInOrder, notes_at, notes_in_order
from antiphon.representations.bars import N_SLOTS, PITCHED
from antiphon.representations.prepared import load_tables
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.views import Array, Passage, Source, check_parts

BAR = 0
_SLOT = 1  # first of the words for slots
_NOTE = _SLOT + N_SLOTS
LENGTHS = np.array([1, 2, 3, 4, 5, 6, 9, 12, 15, 18, 24, 30, 36, 48, 72, 96])  # in slots
_VELOCITY = 72


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """Words of a stretch of music that begins with a bar."""

    parts: tuple[str, ...] = PITCHED
    n_tokens: int = 128

    def __post_init__(self) -> None:
        check_parts(self.parts)
        if self.n_tokens < 4:
            raise ValueError(f"n_tokens must be at least 4, not {self.n_tokens}")

    @property
    def n_words(self) -> int:
        """V: bar, slots, notes of each part, lengths."""
        return self._length + len(LENGTHS)

    @property
    def _length(self) -> int:
        return _NOTE + len(self.parts) * N_PITCHES

    @property
    def shape(self) -> tuple[int, ...]:
        """(L, V)."""
        return self.n_tokens, self.n_words

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """Nothing is told."""
        return (0,)

    def open(self, folder: Path, split: str) -> Source:
        """Open a prepared data set of bars."""
        tables = load_tables(folder, split)
        notes = notes_in_order(tables, self.parts)
        words, first = self.words(notes)
        starts = np.flatnonzero(first[notes.until] - first[:-1] >= self.n_tokens)
        every = np.eye(self.n_words, dtype=np.float32)

        def take(index: NDArray[np.int64]) -> tuple[Array, Array]:
            which = first[starts[index]][:, None] + np.arange(self.n_tokens)[None]
            return every[words[which]], np.zeros((len(index), 0), np.float32)

        piece = tables.bars["piece"][starts].astype(np.int64)
        return Source(len(starts), take, tables.pieces, piece)

    def words(self, notes: NotesInOrder) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the words of all bars, and the first of each bar (N + 1,)."""
        n_bars = len(notes.until)
        fresh = np.ones(len(notes.bar), bool)
        fresh[1:] = (np.diff(notes.bar) != 0) | (np.diff(notes.slot) != 0)
        size = 2 + fresh  # slot where it is new, note, length
        by_bar = 1 + np.bincount(notes.bar, size, n_bars).astype(np.int64)
        first = np.concatenate([[0], np.cumsum(by_bar)])
        at = np.cumsum(size) - size + notes.bar + 1  # every bar so far has its own word
        words = np.full(first[-1], BAR)
        words[at[fresh]] = _SLOT + notes.slot[fresh]
        words[at + fresh] = _NOTE + notes.part * N_PITCHES + notes.row
        nearest = np.abs(np.log2(notes.duration[:, None] / LENGTHS[None])).argmin(axis=1)
        words[at + fresh + 1] = self._length + nearest
        return words, first

    def passage(self, segment: Array) -> Passage:
        """Return the notes of a segment (L, V); words out of place are passed over."""
        found: dict[str, list[tuple[int, int, int]]] = {part: [] for part in self.parts}
        bar, slot, note = -1, 0, -1
        for word in segment.argmax(axis=1).tolist():
            if word == BAR:
                bar, slot, note = bar + 1, 0, -1
            elif word < _NOTE:
                slot, note = word - _SLOT, -1
            elif word < self._length:
                note = word - _NOTE
            elif note >= 0 and bar >= 0:
                length = int(LENGTHS[word - self._length])
                part, row = divmod(note, N_PITCHES)
                found[self.parts[part]].append((bar * N_SLOTS + slot, length, row))
                note = -1
        n_bars = max(1, bar)
        return Passage(
            {
                part: _notes([n for n in notes if n[0] < n_bars * N_SLOTS])
                for part, notes in found.items()
            },
            n_bars,
        )


def _notes(rows: list[tuple[int, int, int]]) -> NDArray[np.void]:
    if not rows:
        return np.zeros(0, NOTE)
    slot, length, row = np.array(rows, np.int64).T
    return notes_at(slot, length, row, np.full(len(rows), _VELOCITY))
