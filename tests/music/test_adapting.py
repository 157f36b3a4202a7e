"""Adapting: bars changed at once for another plan."""

from __future__ import annotations

import pytest

from antiphon.music.adapting import adapted
from antiphon.music.chords import Chord, parse_chord
from antiphon.music.piece import ChordSpan, Metre, Tempo
from antiphon.music.plan import Plan

BAR = 96


def test_louder_and_softer_move_velocities_by_half_the_sliders_way(bars, rows):
    there = adapted(bars(bass=[(0, 24, 36, 80)]), Plan(), Plan(loudness=1.0))
    assert rows(there, "bass") == [(0, 24, 36, 112)]
    there = adapted(bars(bass=[(0, 24, 36, 80)]), Plan(loudness=1.0), Plan(loudness=0.5))
    assert rows(there, "bass") == [(0, 24, 36, 48)]


def test_arousal_counts_as_loudness_and_density(bars, rows):
    there = adapted(bars(bass=[(0, 24, 36, 80)]), Plan(arousal=0.0), Plan(arousal=0.5))
    assert rows(there, "bass")[0][3] == 80 + 13  # 64 times 0.2


def test_fewer_notes_are_left_weak_places_first_and_the_tune_stays(bars, rows):
    eighths = [(12 * n, 12, 60, 80) for n in range(8)]
    there = adapted(bars(chords=eighths, melody=eighths), Plan(), Plan(density=0.0))
    assert rows(there, "melody") == eighths
    assert {row[0] % 24 for row in rows(there, "chords")} == {0}
    assert 0 < len(rows(there, "chords")) < 4


def test_more_notes_are_struck_where_some_are_held(bars, rows, triad):
    there = adapted(bars(chords=triad), Plan(), Plan(density=1.0))
    assert len(rows(there, "chords")) == 6


def test_a_higher_register_lifts_the_tune_an_octave_and_not_the_bass(bars, pitches):
    there = adapted(
        bars(melody=[(0, 24, 60, 80)], bass=[(0, 24, 36, 80)]), Plan(), Plan(register=1.0)
    )
    assert (pitches(there, "melody"), pitches(there, "bass")) == ([72], [36])


def test_a_sad_mood_turns_chords_into_their_relatives(bars, pitches, triad):
    there = adapted(bars(chords=triad), Plan(valence=0.3), Plan(valence=-0.3))
    assert str(there.keys[0].key) == "A minor"
    assert [str(span.chord) for span in there.chords] == ["Am"]
    assert sorted(pitches(there, "chords")) == [60, 64, 69]


def test_tempo_is_that_of_the_metres_beat(bars):
    slow = bars(bass=[(0, 24, 36, 80)])
    slow.metres = [Metre(0, 6, 8)]
    assert adapted(slow, Plan(), Plan(tempo=60.0)).tempos == [Tempo(0, 90.0)]


@pytest.mark.parametrize(("chord", "seventh"), [("C", 71), ("Dm", 72), ("G", 77)])
def test_more_tension_adds_the_seventh_of_the_key_to_chords(bars, pitches, chord, seventh):
    piece = bars(chords=[(0, 96, 60 + parse_chord(chord).root, 80)])
    piece.chords = [ChordSpan(0, BAR, parse_chord(chord))]
    there = adapted(piece, Plan(), Plan(tension=1.0))
    assert pitches(there, "chords")[-1] == seventh


def test_less_tension_leaves_sevenths_out(bars, pitches, triad):
    piece = bars(chords=[*triad, (0, 96, 71, 80)])
    piece.chords = [ChordSpan(0, BAR, Chord(0, "maj7"))]
    there = adapted(piece, Plan(), Plan(tension=0.0))
    assert pitches(there, "chords") == [60, 64, 67]


@pytest.mark.parametrize(("brightness", "found"), [(1.0, [64, 66, 71]), (0.0, [64, 65, 70])])
def test_notes_beside_the_chord_lean_to_the_side_that_is_asked_for(
    bars, pitches, brightness, found
):
    tune = [(0, 24, 64, 80), (24, 24, 65, 80), (48, 24, 71, 80)]  # E, a tone of C; F and B, none
    there = adapted(bars(melody=tune), Plan(), Plan(brightness=brightness))
    assert pitches(there, "melody") == found


def test_more_syncopation_comes_before_the_inner_beats_and_less_falls_on_them(bars, rows):
    tune = [(0, 24, 60, 80), (24, 24, 62, 80), (60, 12, 64, 80)]
    there = adapted(bars(melody=tune), Plan(), Plan(syncopation=1.0))
    assert [row[:2] for row in rows(there, "melody")] == [(0, 24), (12, 36), (60, 12)]
    there = adapted(bars(melody=tune), Plan(), Plan(syncopation=0.0))
    assert [row[:2] for row in rows(there, "melody")] == [(0, 24), (24, 24), (48, 24)]


def test_sliders_that_are_not_moved_change_nothing(bars, rows, triad):
    plan = Plan(tension=0.9, brightness=0.1, syncopation=0.8, density=0.2, register=0.7)
    piece = bars(melody=[(0, 24, 65, 80), (30, 6, 71, 80)], chords=triad, bass=triad[:1])
    there = adapted(piece, plan, plan)
    assert all(rows(there, role) == rows(piece, role) for role in ("melody", "chords", "bass"))
