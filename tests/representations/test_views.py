"""Views: what is shown of music, and the way back to notes."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.keys import Key
from antiphon.music.piece import notes_of
from antiphon.representations.event_view import EventView
from antiphon.representations.prepared import load
from antiphon.representations.roll_view import RollView, notes_of_roll
from antiphon.representations.spectrogram_view import SpectrogramView
from antiphon.representations.token_view import BAR, TokenView
from antiphon.representations.views import Passage, piece_of, window_starts

QUARTER, BAR_LENGTH = 24, 96


def test_windows_lie_within_a_song(tiny_prepared):
    data = load(tiny_prepared, "train")  # six songs of 16 bars in 4/4
    assert len(window_starts(data, 1)) == 96
    starts = window_starts(data, 4)
    assert len(starts) == 6 * 13
    assert starts[:14].tolist() == [*range(13), 16]
    assert len(window_starts(data, 17)) == 0 and len(window_starts(data, 200)) == 0


def test_bars_of_another_metre_are_left_out(tiny_prepared):
    data = load(tiny_prepared, "train")
    data.bars["n_beats"][5] = 3
    # of the first song's 13 windows those that begin with bars 2 to 5 have bar 5
    assert window_starts(data, 4)[:10].tolist() == [0, 1, 6, 7, 8, 9, 10, 11, 12, 16]


@pytest.mark.parametrize("view", [RollView(n_bars=2), EventView(n_events=30), TokenView()])
def test_what_was_shown_comes_back_as_notes(view, tiny_prepared, song):
    source = view.open(tiny_prepared, "train")
    segment, told = source.take(np.array([0]))
    assert segment.shape == (1, *view.shape) and told.shape == (1, *view.condition_shape)
    passage = view.passage(segment[0])
    piece = song(0)  # the first song, in C: nothing is moved
    assert passage.n_bars >= 2
    for track in piece.tracks[:4]:
        expected = track.notes[track.notes["onset"] < 2 * BAR_LENGTH]
        found = passage.parts[track.role]
        found = found[found["onset"] < 2 * BAR_LENGTH]
        assert found["onset"].tolist() == expected["onset"].tolist(), track.role
        assert found["pitch"].tolist() == expected["pitch"].tolist(), track.role
        # 20 steps of 24 a quarter: on slots of a quarter's sixths 18, on 16ths 18
        lengths = np.where(expected["duration"] == 20, 18, expected["duration"])
        lengths = np.where(lengths == 40, 42, lengths)  # from the half bar on: 1 2/3 beats
        if isinstance(view, RollView):
            lengths = np.where(expected["duration"] == 40, 42, lengths)
        assert np.abs(found["duration"] - lengths).max(initial=0) <= 6, track.role


def test_loudness_of_events_comes_back(tiny_prepared, song):
    view = EventView(n_events=24)
    segment, _ = view.open(tiny_prepared, "train").take(np.array([0]))
    melody = view.passage(segment[0]).parts["melody"]
    expected = song(0).tracks[0].notes["velocity"][: len(melody)]
    assert np.abs(melody["velocity"] - expected).max() == 0


def test_events_are_told_the_chord_they_sound_over(tiny_prepared):
    _, told = EventView(n_events=24).open(tiny_prepared, "train").take(np.array([0]))
    # the first song begins with C, then A minor: 12 notes a bar
    assert told[0, 0, :12].nonzero()[0].tolist() == [0, 4, 7]
    assert told[0, 12, :12].nonzero()[0].tolist() == [0, 4, 9]
    assert told[0, :, -1].tolist() == [0.0] * 24  # major


def test_first_words_of_the_first_song(tiny_prepared):
    view = TokenView(n_tokens=8)
    segment, _ = view.open(tiny_prepared, "train").take(np.array([0]))
    words = segment[0].argmax(axis=1)
    assert words[0] == BAR and words[1] == 1  # slot 0
    # words of notes begin at 25; melody is part 0; then a length, counted from 25 + 4 · 72
    assert 25 <= words[2] < 25 + 72 and words[3] >= 313
    assert 25 + 2 * 72 <= words[4] < 25 + 3 * 72  # a chord's note; the counter rests
    assert view.n_words == 1 + 24 + 4 * 72 + 16


def test_words_out_of_place_are_passed_over():
    view = TokenView(parts=("melody",), n_tokens=8)
    # length, slot 6, note (row 36), bar, note, length, slot, slot
    words = [97, 7, 61, 0, 61, 102, 3, 4]
    passage = view.passage(np.eye(view.n_words)[words])
    assert passage.n_bars == 1
    # length word 97 is one slot, so 102 is six: a quarter
    assert passage.parts["melody"].tolist() == [(0, QUARTER, 60, 72)]
    assert view.passage(np.eye(view.n_words)[[97] * 8]).n_bars == 1


def test_given_parts_are_shown_as_they_are_told(tiny_prepared):
    view = RollView(condition="counter")
    segment, told = view.open(tiny_prepared, "train").take(np.array([3]))
    assert np.array_equal(told[0], segment[0, 2:4])
    assert told[0].sum() > 0


def test_chords_are_told_beat_by_beat(tiny_prepared):
    view = RollView(condition="harmony")
    _, told = view.open(tiny_prepared, "train").take(np.array([0]))
    assert told.shape == (1, 4 * 4 * 25 + 1)
    assert told[0, 4 * 25 : 4 * 25 + 12].nonzero()[0].tolist() == [0, 4, 9]


def roll(*cells: tuple[int, int], n: int = 4) -> np.ndarray:
    filled = np.zeros((n, 72), bool)
    for cell in cells:
        filled[cell] = True
    return filled


@pytest.mark.parametrize(
    ("sounding", "onset", "notes"),
    [
        ([], [], []),
        ([(0, 0), (1, 0)], None, [(0, 12, 24, 80)]),
        ([(0, 0), (1, 0)], [(0, 0), (1, 0)], [(0, 6, 24, 80), (6, 6, 24, 80)]),
        ([(2, 5), (3, 5)], [(3, 5)], [(12, 6, 29, 80), (18, 6, 29, 80)]),
        ([(3, 0)], [(1, 0)], [(18, 6, 24, 80)]),  # what begins but does not sound is none
    ],
    ids=["silence", "one run", "repeated", "cut", "unheard onset"],
)
def test_notes_of_rolls(sounding, onset, notes):
    begun = None if onset is None else roll(*onset)
    assert notes_of_roll(roll(*sounding), begun, 80).tolist() == notes


def test_passages_are_joined_cut_and_put_in_a_key():
    c_major = notes_of([(0, 24, p, 64) for p in (60, 64, 67)] + [(90, 30, 72, 64)])
    passage = Passage({"melody": c_major}, 1)
    piece = piece_of([passage, passage], 2)
    assert piece.n_bars == 2 and piece.tracks[0].name == "Melody"
    assert piece.tracks[0].notes["onset"].tolist() == [0, 0, 0, 90, 96, 96, 96, 186]
    assert piece.tracks[0].notes["duration"].tolist() == [24, 24, 24, 30, 24, 24, 24, 6]
    assert piece.keys[0].key == Key(0, "major")
    assert piece_of([passage, passage], 1).n_notes == 4
    assert piece_of([Passage({"melody": notes_of()}, 1)], 1).n_bars == 1


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (RollView, {"n_bars": 0}, "n_bars must be at least 1"),
        (RollView, {"condition": "drums"}, "condition must be"),
        (RollView, {"parts": ()}, "parts must be"),
        (EventView, {"n_events": 1}, "n_events must be"),
        (EventView, {"condition": "melody"}, "condition must be"),
        (TokenView, {"n_tokens": 1}, "n_tokens must be"),
        (SpectrogramView, {"n_bands": 1025}, "n_bands must be 1 to 1024"),
        (SpectrogramView, {"condition": "colour"}, "condition must be '' or 'pitch'"),
        (SpectrogramView, {"levels_db": (-3.0, -3.0)}, "the least and a greater level"),
        (SpectrogramView, {"hop": 500}, "hop must divide"),
    ],
)
def test_views_that_cannot_be_are_refused(kind, values, said):
    with pytest.raises(ValueError, match=said):
        kind(**values)
