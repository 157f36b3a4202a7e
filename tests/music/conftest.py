"""Bars of music that tests of live music are about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Piece, Track, notes_of

Rows = list[tuple[int, int, int, int]]
BAR = 96


@pytest.fixture
def bars() -> Callable[..., Piece]:
    """A function that makes bars of 4/4 in C over C major: ``bars(n_bars, role=rows)``."""

    def made(n_bars: int = 1, **parts: Rows) -> Piece:
        return Piece(
            [Track(role, is_drum=role == "drums", notes=notes_of(rows), role=role)
             for role, rows in parts.items()],
            keys=[KeyMark(0, Key(0))],
            chords=[ChordSpan(0, n_bars * BAR, Chord(0))],
            n_bars_asked=n_bars,
        )  # fmt: skip

    return made


def _rows(piece: Piece, role: str) -> Rows:
    return next(t.notes.tolist() for t in piece.tracks if t.role == role)


@pytest.fixture
def rows() -> Callable[[Piece, str], Rows]:
    """A function that returns the notes of a part."""
    return _rows


@pytest.fixture
def pitches() -> Callable[[Piece, str], list[int]]:
    """A function that returns the pitches of a part."""
    return lambda piece, role: [row[2] for row in _rows(piece, role)]


@pytest.fixture
def triad() -> Rows:
    """C, E and G for a bar of 4/4."""
    return [(0, BAR, pitch, 80) for pitch in (60, 64, 67)]
