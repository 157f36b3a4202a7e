"""Piece: bars, time and grids, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import (
    CONTROL,
    NOTE,
    ChordSpan,
    KeyMark,
    Metre,
    Piece,
    Tempo,
    Text,
    Track,
    in_order,
    notes_of,
    together,
    without_doubles,
)


def piece(*rows: tuple[int, int, int, int], **more: object) -> Piece:
    return Piece([Track("Melody", notes=notes_of(rows))], **more)


@pytest.mark.parametrize(
    ("metre", "quarters", "n_beats", "is_compound"),
    [
        (Metre(0), 4, 4, False),
        (Metre(0, 3), 3, 3, False),
        (Metre(0, 6, 8), 3, 2, True),
        (Metre(0, 12, 8), 6, 4, True),
        (Metre(0, 3, 8), Fraction(3, 2), 3, False),
        (Metre(0, 2, 2), 4, 2, False),
    ],
    ids=str,
)
def test_metres(metre, quarters, n_beats, is_compound):
    assert (metre.quarters, metre.n_beats) == (quarters, n_beats)
    assert metre.is_compound is is_compound


def test_notes_are_sorted_by_onset_and_pitch():
    notes = notes_of([(6, 1, 60, 1), (0, 1, 64, 2), (0, 1, 60, 3)])
    assert notes["velocity"].tolist() == [3, 2, 1]
    assert len(notes_of()) == 0


def test_of_equal_notes_the_shortest_and_softest_comes_first():
    rows = [(0, 9, 60, 80), (0, 6, 60, 90), (0, 6, 60, 70), (0, 1, 55, 1)]
    found = in_order(np.array(rows, NOTE))
    assert found.tolist() == [(0, 1, 55, 1), (0, 6, 60, 70), (0, 6, 60, 90), (0, 9, 60, 80)]


def test_notes_in_order_are_not_copied():
    notes = notes_of([(0, 6, 60, 80), (0, 6, 64, 80), (6, 6, 60, 80)])
    assert in_order(notes) is notes
    assert without_doubles(notes) is notes


def test_of_doubled_notes_the_longest_stays():
    notes = np.array([(6, 6, 60, 80), (0, 6, 60, 90), (0, 9, 60, 70), (0, 6, 62, 1)], NOTE)
    assert without_doubles(notes).tolist() == [(0, 9, 60, 70), (0, 6, 62, 1), (6, 6, 60, 80)]


def test_arrays_of_notes_are_put_one_after_the_other():
    one, other = notes_of([(6, 6, 60, 80)]), notes_of([(0, 3, 62, 90), (3, 3, 64, 90)])
    assert together([one, other]).tolist() == [*one.tolist(), *other.tolist()]
    assert together([]).dtype == NOTE and not len(together([]))


@pytest.mark.parametrize(
    ("metre", "steps"),
    [(Metre(0, 3, 4), 72), (Metre(0, 6, 8), 72), (Metre(0, 5, 16), 30), (Metre(0, 1, 64), 2)],
    ids=str,
)
def test_steps_of_a_bar_are_rounded_to_the_nearest_even_of_two(metre, steps):
    assert metre.steps(24) == steps  # 1/64 is 1.5 steps


def test_an_empty_piece_has_one_bar_and_no_end():
    assert Piece().bar_starts().tolist() == [0, 96]
    assert (Piece().end, Piece().n_notes, Piece().duration_s) == (0, 0, 2.0)


def test_bars_reach_past_the_last_note_and_as_far_as_asked():
    assert piece((90, 12, 60, 80)).bar_starts().tolist() == [0, 96, 192]
    assert piece((0, 96, 60, 80)).n_bars == 1
    assert piece((0, 96, 60, 80), n_bars_asked=3).n_bars == 3


def test_a_metre_change_begins_new_bars_and_cuts_one_it_falls_into():
    waltz = piece((200, 10, 60, 80), metres=[Metre(0), Metre(96, 3)])
    assert waltz.bar_starts().tolist() == [0, 96, 168, 240]
    cut = piece((120, 12, 60, 80), metres=[Metre(0), Metre(48, 3)])
    assert cut.bar_starts().tolist() == [0, 48, 120, 192]
    assert str(waltz.metre_at(95)) == "4/4" and str(waltz.metre_at(96)) == "3/4"


def test_seconds_follow_the_tempo_map():
    slowing = piece((0, 192, 60, 80), tempos=[Tempo(0, 120.0), Tempo(96, 60.0)])
    assert slowing.seconds([0, 48, 96, 120]).tolist() == [0.0, 1.0, 2.0, 3.0]
    assert slowing.duration_s == 6.0


def test_the_first_tempo_holds_from_the_beginning_wherever_it_stands():
    late = piece((0, 96, 60, 80), tempos=[Tempo(48, 60.0)])
    assert late.seconds([24]).tolist() == [1.0]


def test_another_grid_rounds_every_time_to_its_nearest_step():
    track = Track("Melody", notes=notes_of([(480, 161, 60, 80), (961, 1, 62, 80)]))
    track.controls = np.array([(720, 64, 127)], CONTROL)
    track.lyrics = [Text(480, "la")]
    fine = Piece(
        [track],
        resolution=480,
        tempos=[Tempo(0, 90.0), Tempo(1920, 60.0)],
        metres=[Metre(0), Metre(1920, 3)],
        keys=[KeyMark(960, Key(7))],
        chords=[ChordSpan(480, 960, Chord(0))],
    )
    coarse = fine.on_grid(24)
    # 161 ticks are 8.05 steps; the last note ends at 48.1 and keeps one step
    assert coarse.tracks[0].notes.tolist() == [(24, 8, 60, 80), (48, 1, 62, 80)]
    assert coarse.tracks[0].controls.tolist() == [(36, 64, 127)]
    assert coarse.tracks[0].lyrics == [Text(24, "la")]
    assert coarse.tempos == [Tempo(0, 90.0), Tempo(96, 60.0)]
    assert [m.onset for m in coarse.metres] == [0, 96]
    assert coarse.keys == [KeyMark(48, Key(7))]
    assert coarse.chords == [ChordSpan(24, 48, Chord(0))]
    assert fine.tracks[0].notes["onset"].tolist() == [480, 961]  # the original is as it was
