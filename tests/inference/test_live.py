"""Live: a bar more each time, after a plan that changes, from a memory that does not grow."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.inference.live import live
from antiphon.music.listening import Answer
from antiphon.music.mending import with_part
from antiphon.music.passage import bars_of
from antiphon.music.piece import notes_of
from antiphon.music.plan import Plan

pytestmark = pytest.mark.usefixtures("tiny_ensemble")
PLAN = Plan(key="G", tempo=100.0, instruments="melody,chords,bass", chords="G | C")


def sounding(piece):
    """The chords of the last bar."""
    begin = piece.bar_starts()[-2]
    return [str(c.chord) for c in piece.chords if c.onset >= begin]


def test_music_begins_with_a_few_bars_and_each_call_adds_one():
    music = live(None, PLAN)
    n = at = music.n_bars
    assert n == 4
    lengths = []
    for _ in range(6):
        music = live(music, PLAN, at)
        at += 1
        lengths.append(music.n_bars)
    assert lengths == [5, 6, 7, 8, 9, 9]  # what is remembered does not grow
    assert {str(mark.key) for mark in music.keys} == {"G major"}


def test_given_chords_go_round():
    music, heard = live(None, PLAN), []
    for at in range(4, 8):
        music = live(music, PLAN, at)
        heard.append(sounding(music))
    assert heard == [["G"], ["C"], ["G"], ["C"]]


def test_earlier_bars_stay_as_they_are():
    before = live(None, PLAN)
    after = live(before, PLAN, 4)
    end = int(before.bar_starts()[-1])
    for old, new in zip(before.tracks, after.tracks, strict=True):
        kept = new.notes[new.notes["onset"] < end]
        assert np.array_equal(kept, old.notes)


def test_equal_plans_give_equal_music():
    first, second = (live(live(None, PLAN), PLAN, 4) for _ in range(2))
    assert all(
        np.array_equal(a.notes, b.notes) for a, b in zip(first.tracks, second.tracks, strict=True)
    )


@pytest.mark.parametrize(("valence", "key"), [(-0.5, "E minor"), (0.5, "G major")])
def test_valence_moves_between_relative_keys(valence, key):
    open_plan = Plan(key="G", instruments="melody,bass", valence=valence)
    music = live(live(None, Plan(key="G", instruments="melody,bass")), open_plan, 4)
    assert str(music.keys[0].key) == key


def test_tempo_is_followed_from_the_next_bar_on():
    music = live(live(None, PLAN), Plan(key="G", tempo=60.0, chords="G", instruments="melody"), 4)
    starts = music.seconds(music.bar_starts()[-2:])
    assert starts[1] - starts[0] == pytest.approx(4.0)


def test_an_answer_is_over_the_chords_of_the_phrase_and_keeps_what_was_played():
    plan = Plan(key="G", tempo=100.0, instruments="melody,chords,bass")
    music, at = live(None, plan), 4
    phrase = notes_of([(24 * n, 24, 74 + n % 3, 90) for n in range(16)])
    music = with_part(music, "melody", phrase)
    heard = [str(c.chord) for c in music.chords]
    for number in range(2):
        music = live(music, plan, at + number, Answer(4, number))
    melody = next(t.notes for t in music.tracks if t.role == "melody")
    assert np.array_equal(melody[melody["onset"] < 384], phrase)
    answer = bars_of(music, 4)
    assert [str(c.chord) for c in answer.chords] == heard[: len(answer.chords)]


def test_a_part_that_has_rested_for_long_comes_back():
    music = with_part(live(None, PLAN), "melody", notes_of())
    parts = [live(music, PLAN, at).tracks[0].notes for at in range(4, 10)]
    assert any(len(notes) for notes in parts)
