"""Adapting: bars changed at once for another plan."""

from __future__ import annotations

import pytest

from antiphon.music.adapting import adapted
from antiphon.music.chords import Chord, parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Tempo, Track, notes_of
from antiphon.music.plan import Plan

BAR = 96


def bars(n_bars: int = 1, **parts: list[tuple[int, int, int, int]]) -> Piece:
    """Bars of 4/4 in C over C major."""
    return Piece(
        [Track(role, is_drum=role == "drums", notes=notes_of(rows), role=role)
         for role, rows in parts.items()],
        keys=[KeyMark(0, Key(0))],
        chords=[ChordSpan(0, n_bars * BAR, Chord(0))],
        n_bars_asked=n_bars,
    )  # fmt: skip


def rows(piece: Piece, role: str) -> list[tuple[int, int, int, int]]:
    return next(t.notes.tolist() for t in piece.tracks if t.role == role)


def pitches(piece: Piece, role: str) -> list[int]:
    return [row[2] for row in rows(piece, role)]


TRIAD = [(0, 96, 60, 80), (0, 96, 64, 80), (0, 96, 67, 80)]


def test_louder_and_softer_move_velocities_by_half_the_sliders_way():
    there = adapted(bars(bass=[(0, 24, 36, 80)]), Plan(), Plan(loudness=1.0))
    assert rows(there, "bass") == [(0, 24, 36, 112)]
    there = adapted(bars(bass=[(0, 24, 36, 80)]), Plan(loudness=1.0), Plan(loudness=0.5))
    assert rows(there, "bass") == [(0, 24, 36, 48)]


def test_arousal_counts_as_loudness_and_density():
    there = adapted(bars(bass=[(0, 24, 36, 80)]), Plan(arousal=0.0), Plan(arousal=0.5))
    assert rows(there, "bass")[0][3] == 80 + 13  # 64 times 0.2


def test_fewer_notes_are_left_weak_places_first_and_the_tune_stays():
    eighths = [(12 * n, 12, 60, 80) for n in range(8)]
    there = adapted(bars(chords=eighths, melody=eighths), Plan(), Plan(density=0.0))
    assert rows(there, "melody") == eighths
    assert {row[0] % 24 for row in rows(there, "chords")} == {0}
    assert 0 < len(rows(there, "chords")) < 4


def test_more_notes_are_struck_where_some_are_held():
    there = adapted(bars(chords=TRIAD), Plan(), Plan(density=1.0))
    assert len(rows(there, "chords")) == 6


def test_a_higher_register_lifts_the_tune_an_octave_and_not_the_bass():
    there = adapted(
        bars(melody=[(0, 24, 60, 80)], bass=[(0, 24, 36, 80)]), Plan(), Plan(register=1.0)
    )
    assert (pitches(there, "melody"), pitches(there, "bass")) == ([72], [36])


def test_a_sad_mood_turns_chords_into_their_relatives():
    there = adapted(bars(chords=TRIAD), Plan(valence=0.3), Plan(valence=-0.3))
    assert str(there.keys[0].key) == "A minor"
    assert [str(span.chord) for span in there.chords] == ["Am"]
    assert sorted(pitches(there, "chords")) == [60, 64, 69]


def test_tempo_is_that_of_the_metres_beat():
    slow = bars(bass=[(0, 24, 36, 80)])
    slow.metres = [Metre(0, 6, 8)]
    assert adapted(slow, Plan(), Plan(tempo=60.0)).tempos == [Tempo(0, 90.0)]


@pytest.mark.parametrize(("chord", "seventh"), [("C", 71), ("Dm", 72), ("G", 77)])
def test_more_tension_adds_the_seventh_of_the_key_to_chords(chord, seventh):
    piece = bars(chords=[(0, 96, 60 + parse_chord(chord).root, 80)])
    piece.chords = [ChordSpan(0, BAR, parse_chord(chord))]
    there = adapted(piece, Plan(), Plan(tension=1.0))
    assert pitches(there, "chords")[-1] == seventh


def test_less_tension_leaves_sevenths_out():
    piece = bars(chords=[*TRIAD, (0, 96, 71, 80)])
    piece.chords = [ChordSpan(0, BAR, Chord(0, "maj7"))]
    there = adapted(piece, Plan(), Plan(tension=0.0))
    assert pitches(there, "chords") == [60, 64, 67]


@pytest.mark.parametrize(("brightness", "found"), [(1.0, [64, 66, 71]), (0.0, [64, 65, 70])])
def test_notes_beside_the_chord_lean_to_the_side_that_is_asked_for(brightness, found):
    tune = [(0, 24, 64, 80), (24, 24, 65, 80), (48, 24, 71, 80)]  # E, a tone of C; F and B, none
    there = adapted(bars(melody=tune), Plan(), Plan(brightness=brightness))
    assert pitches(there, "melody") == found


def test_more_syncopation_comes_before_the_inner_beats_and_less_falls_on_them():
    tune = [(0, 24, 60, 80), (24, 24, 62, 80), (60, 12, 64, 80)]
    there = adapted(bars(melody=tune), Plan(), Plan(syncopation=1.0))
    assert [row[:2] for row in rows(there, "melody")] == [(0, 24), (12, 36), (60, 12)]
    there = adapted(bars(melody=tune), Plan(), Plan(syncopation=0.0))
    assert [row[:2] for row in rows(there, "melody")] == [(0, 24), (24, 24), (48, 24)]


def test_sliders_that_are_not_moved_change_nothing():
    plan = Plan(tension=0.9, brightness=0.1, syncopation=0.8, density=0.2, register=0.7)
    piece = bars(melody=[(0, 24, 65, 80), (30, 6, 71, 80)], chords=TRIAD, bass=TRIAD[:1])
    there = adapted(piece, plan, plan)
    assert all(rows(there, role) == rows(piece, role) for role in ("melody", "chords", "bass"))
