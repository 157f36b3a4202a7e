"""The musician: whose turn it is, what was heard, where in the bars it falls."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.playing._musician import Jam, Musician, Played, on_grid


@pytest.mark.parametrize(
    ("answer", "turns"),
    [("none", ["me"] * 8), ("accompany", ["both"] * 8),
     ("trade", ["me", "me", "you", "you", "me", "me", "you", "you"])],
)  # fmt: skip
def test_whose_turn_a_bar_is(answer, turns):
    jam = Jam(answer=answer, trade_bars=2)
    assert [jam.turn(bar, n_opening=2) for bar in range(8)] == turns


def test_a_note_that_is_told_again_gets_its_length_and_counts_once():
    musician = Musician()
    first = musician.hear([Played(1.0, 0.0, 60, 80)])
    again = musician.hear([Played(1.0, 0.5, 60, 80)])
    assert (len(first), len(again), musician.n_heard) == (1, 0, 1)
    assert musician.between(0.0, 2.0) == [Played(1.0, 0.5, 60, 80)]


def test_what_was_played_long_ago_is_forgotten():
    musician = Musician()
    for second in range(200):
        musician.hear([Played(float(second), 0.5, 60, 80)])
    assert len(musician.notes) == 60
    assert musician.n_heard == 200


def test_pitch_classes_weigh_by_how_long_they_sound_in_a_stretch():
    musician = Musician()
    musician.hear([Played(0.0, 2.0, 60, 80), Played(1.5, 0.25, 67, 80), Played(1.9, 0.0, 64, 80)])
    weights = musician.weights(1.0, 2.0)
    assert weights[[0, 7, 4]] == pytest.approx([1.0, 0.25, 0.05])
    assert np.count_nonzero(weights) == 3


@pytest.mark.parametrize(
    ("note", "row"),
    [((2.5, 0.25), (24, 12)), ((2.49, 0.25), (24, 12)), ((1.98, 0.25), (0, 12)),
     ((3.97, 0.25), None), ((3.75, 1.0), (84, 12)), ((2.0, 0.01), (0, 6))],
    ids=["on the beat", "early", "before the bar line", "belongs to the next bar",
         "cut at the end", "very short"],
)  # fmt: skip
def test_played_notes_fall_on_the_nearest_16th_of_a_bar(note, row):
    at_s, duration_s = note
    found = on_grid([Played(at_s, duration_s, 60, 80)], 2.0, 2.0, 96).tolist()
    assert found == ([] if row is None else [(*row, 60, 80)])
