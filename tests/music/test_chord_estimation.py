"""Chords heard in notes."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.harmony import chroma, estimate_chords
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece, Track, notes_of

BAR = 96


def piece_of(bars: list[tuple[int, ...]], metre: Metre | None = None) -> Piece:
    metre = metre or Metre(0)
    length = int(metre.quarters * 24)
    rows = [(i * length, length, p, 80) for i, chord in enumerate(bars) for p in chord]
    return Piece([Track("Piano", notes=notes_of(rows))], metres=[metre])


@pytest.mark.parametrize(
    ("pitches", "symbol"),
    [
        ((48, 64, 67), "C"),
        ((45, 60, 64), "Am"),
        ((43, 59, 62, 65), "G7"),
        ((52, 60, 67), "C/E"),
        ((47, 62, 65), "Bdim"),
    ],
    ids=["major", "minor", "seventh", "inversion", "diminished"],
)
def test_plain_chord_is_named(pitches: tuple[int, ...], symbol: str):
    (span,) = estimate_chords(piece_of([pitches, pitches]), Key(0))
    assert (span.onset, span.duration, str(span.chord)) == (0, 2 * BAR, symbol)


def test_cadence_changes_at_the_bar_lines():
    found = estimate_chords(piece_of([(48, 64, 67), (41, 60, 69), (43, 62, 71), (48, 64, 67)]))
    assert [(s.onset // BAR, str(s.chord)) for s in found] == [
        (0, "C"),
        (1, "F"),
        (2, "G"),
        (3, "C"),
    ]


def test_spans_fill_bars_of_six_eighths():
    found = estimate_chords(piece_of([(48, 64, 67), (43, 62, 71)], Metre(0, 6, 8)))
    assert [(s.onset, s.duration, str(s.chord)) for s in found] == [(0, 72, "C"), (72, 72, "G")]


def test_passing_note_changes_no_chord():
    piece = piece_of([(48, 64, 67), (48, 64, 67)])
    piece.tracks.append(Track("Tune", notes=notes_of([(24, 12, 74, 80), (36, 12, 77, 80)])))
    assert [str(s.chord) for s in estimate_chords(piece)] == ["C"]


def test_silent_bar_has_no_chord():
    found = estimate_chords(piece_of([(48, 64, 67), (), (48, 64, 67)]), Key(0))
    assert [None if s.chord is None else str(s.chord) for s in found] == ["C", None, "C"]


@pytest.mark.parametrize(
    "tracks",
    [[], [Track("Drums", is_drum=True, notes=notes_of([(0, 6, 36, 99)]))]],
    ids=["nothing", "drums only"],
)
def test_nothing_pitched_has_no_chords(tracks: list[Track]):
    assert estimate_chords(Piece(tracks)) == []


def test_chroma_counts_sounding_steps():
    notes = notes_of([(0, 30, 60, 80), (24, 24, 67, 80)])
    found = chroma(notes, np.array([0, 24, 48]))
    assert found[:, 0].tolist() == [24, 6]
    assert found[:, 7].tolist() == [0, 24]
