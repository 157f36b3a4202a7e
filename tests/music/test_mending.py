"""Mending: bars changed at once for another plan or another chord."""

from __future__ import annotations

import pytest

from antiphon.music.chords import Chord, parse_chord
from antiphon.music.mending import (
    joined,
    laid,
    marked,
    progression_in,
    rechorded,
    spliced,
    with_part,
    without_part,
)
from antiphon.music.piece import ChordSpan, notes_of

BAR = 96


@pytest.mark.parametrize(
    ("chord", "found"),
    [("F", [60, 65, 69]), ("Am", [60, 64, 69]), ("Cm", [60, 63, 67]), ("C7", [60, 64, 67]),
     ("G", [59, 62, 67])],
)  # fmt: skip
def test_a_triad_goes_the_shortest_way_and_none_of_its_tones_falls_together(
    bars, pitches, triad, chord, found
):
    there = rechorded(bars(chords=triad), [ChordSpan(0, BAR, parse_chord(chord))])
    assert sorted(pitches(there, "chords")) == found


def test_the_bass_plays_the_new_chords_bass(bars, pitches):
    there = rechorded(
        bars(bass=[(0, 48, 36, 80), (48, 48, 43, 80)]), [ChordSpan(0, BAR, Chord(9, "m"))]
    )
    assert pitches(there, "bass") == [33, 45]  # A for C, and the fifth of C goes to the near A


def test_passing_notes_stay_unless_they_rub_against_the_chord(bars, pitches):
    tune = [(0, 24, 62, 80), (24, 24, 65, 80)]
    there = rechorded(bars(melody=tune), [ChordSpan(0, BAR, Chord(9, "m"))])
    assert pitches(there, "melody") == [62, 64]  # D is no tone of A minor; F is above its E


def test_what_is_held_into_another_chord_is_struck_again_there(bars, rows, triad):
    there = rechorded(
        bars(chords=triad[2:]), [ChordSpan(0, 48, Chord(0)), ChordSpan(48, 48, Chord(5))]
    )
    assert rows(there, "chords") == [(0, 48, 67, 80), (48, 48, 69, 80)]


def test_drums_have_no_chords(bars, rows):
    there = rechorded(bars(drums=[(0, 24, 38, 80)]), [ChordSpan(0, BAR, Chord(5))])
    assert rows(there, "drums") == [(0, 24, 38, 80)]


def test_of_chords_that_lie_over_each_other_the_later_one_counts():
    spans = [ChordSpan(0, 96, Chord(0)), ChordSpan(48, 24, Chord(5))]
    assert [(s.onset, s.duration, str(s.chord)) for s in laid(spans, 96)] == [
        (0, 48, "C"), (48, 24, "F"), (72, 24, "C"),
    ]  # fmt: skip


def test_a_progression_goes_round_from_the_first_bar_of_the_music(bars):
    spans = progression_in(bars(2, bass=[]), "C | F G | Am", number=4)
    assert [(s.onset, s.duration, str(s.chord)) for s in spans] == [
        (0, 48, "F"), (48, 48, "G"), (96, 96, "Am"),
    ]  # fmt: skip


def test_splicing_keeps_what_began_and_ends_what_the_new_bars_do_not_hold(bars, rows, triad):
    before = bars(chords=triad)
    after = bars(chords=[(0, 96, 60, 80), (0, 96, 65, 90), (72, 24, 69, 90)])
    both, ends = spliced(before, after, 48)
    assert rows(both, "chords") == [
        (0, 96, 60, 80), (0, 48, 64, 80), (0, 48, 67, 80), (48, 48, 65, 90), (72, 24, 69, 90),
    ]  # fmt: skip
    assert ends == [(0, 64), (0, 67)]


def test_a_change_is_marked_by_striking_what_is_held_where_nothing_begins(bars, rows, triad):
    held = bars(chords=triad[:1], bass=[(0, 96, 36, 80)], drums=[(24, 6, 38, 80)])
    there = marked(held, 24)
    assert rows(there, "chords") == [(0, 24, 60, 80), (24, 72, 60, 80)]
    assert rows(there, "bass") == [(0, 96, 36, 80)]
    busy = bars(chords=triad[:1], bass=[(24, 6, 38, 80)])
    assert marked(busy, 24) is busy


def test_a_part_is_silenced_and_given_to_somebody_else(bars, rows, triad):
    there = without_part(bars(melody=triad, bass=triad), "melody")
    assert (len(rows(there, "melody")), len(rows(there, "bass"))) == (0, 3)
    there = with_part(there, "melody", notes_of([(24, 24, 70, 90)]))
    assert rows(there, "melody") == [(24, 24, 70, 90)]


def test_bars_are_put_behind_each_other(bars, rows):
    music = joined(bars(bass=[(0, 24, 36, 80)]), bars(bass=[(24, 24, 38, 80)]))
    assert rows(music, "bass") == [(0, 24, 36, 80), (120, 24, 38, 80)]
    assert music.n_bars == 2
    assert [span.onset for span in music.chords] == [0, 96]
