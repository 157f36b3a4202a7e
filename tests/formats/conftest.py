"""A small song that every format can be tried with."""

from __future__ import annotations

import pytest

from antiphon.music.chords import parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import (
    ChordSpan,
    KeyMark,
    Metre,
    Piece,
    Section,
    Tempo,
    Text,
    Track,
    notes_of,
)


@pytest.fixture
def song() -> Piece:
    """Four bars of 4/4 in G at 96: melody with words, chords, bass, drums."""
    melody = [(0, 24, 67, 90), (24, 24, 69, 80), (48, 48, 71, 100), (96, 96, 74, 70)]
    melody += [(192 + 8 * i, 8, 72 + i % 2, 64) for i in range(3)]  # a triplet
    chords = [(bar * 96, 96, pitch, 60) for bar in range(4) for pitch in (43, 59, 62, 67)]
    bass = [(bar * 96 + beat * 48, 48, 31 + 7 * beat, 85) for bar in range(4) for beat in (0, 1)]
    drums = [(step, 12, 42, 60) for step in range(0, 384, 12)]
    drums += [(step, 12, 36, 100) for step in range(0, 384, 48)]
    words = [Text(0, "Hal-"), Text(24, "lo"), Text(48, "you")]
    return Piece(
        tracks=[
            Track("Melody", 73, notes=notes_of(melody), role="melody", lyrics=words),
            Track("Chords", 0, notes=notes_of(chords), role="chords"),
            Track("Bass", 33, notes=notes_of(bass), role="bass"),
            Track("Drums", 0, True, notes_of(drums), "drums"),
        ],
        tempos=[Tempo(0, 96.0)],
        metres=[Metre(0)],
        keys=[KeyMark(0, Key(7))],
        chords=[
            ChordSpan(0, 96, parse_chord("G")),
            ChordSpan(96, 96, parse_chord("D7/F#")),
            ChordSpan(192, 192, None),
        ],
        sections=[Section(0, 2, "A"), Section(2, 2, "B")],
        title="Morning",
        n_bars_asked=4,
        provenance="made by hand, CC0",
    )
