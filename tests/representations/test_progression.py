"""Progressions: chords become tokens and the same chords again, in the home key."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Piece
from antiphon.representations.bars import NO_CHORD, QUALITY_NAMES, encode
from antiphon.representations.outline import chord_vocabulary
from antiphon.representations.progression import (
    GOES_ON,
    N_CHORD_RETURNS,
    SILENT,
    beat_facts,
    chord_returns,
    chords_of,
    frame_of,
    sounding_of,
    table_size,
    tokens_of,
)

CHORDS = (Chord(7), Chord(2, "7", 6), Chord(4, "m"), Chord(0, "maj7"))


@pytest.fixture
def bars():
    """Twenty bars in G with two chords a bar, of which the last is silent."""
    spans = [ChordSpan(48 * i, 48, CHORDS[i % 4]) for i in range(39)]
    return encode(Piece(keys=[KeyMark(0, Key(7))], chords=spans, n_bars_asked=20))[0]


def test_the_chords_come_back_in_the_home_key(bars):
    vocabulary = chord_vocabulary(bars, min_count=2)
    found = chords_of(sounding_of(bars, vocabulary), vocabulary)
    for here in range(39):
        chord = CHORDS[here % 4].transposed(5)  # G major is moved a fourth up
        row = [chord.root, QUALITY_NAMES.index(chord.quality), chord.bass_pitch_class]
        assert found[here // 2, 2 * (here % 2)].tolist() == row
        assert found[here // 2, 2 * (here % 2) + 1].tolist() == row
    assert (found[19, 2:] == NO_CHORD).all()


def test_a_chord_goes_on_within_a_bar_and_is_said_anew_in_each(bars):
    bars["chords"][1] = bars["chords"][0, 2]  # one chord from the third beat on, for six beats
    vocabulary = chord_vocabulary(bars, min_count=2)
    sounding = sounding_of(bars, vocabulary)
    tokens = tokens_of(sounding)
    goes_on = [[False, True, False, True], [False, True, True, True]]
    assert (tokens[:2] == GOES_ON).tolist() == goes_on
    assert tokens[0, 2] == tokens[1, 0] == sounding[1, 3]
    assert tokens[19].tolist() == [tokens[19, 0], GOES_ON, SILENT, GOES_ON]


def test_facts_of_a_beat_do_not_see_it_nor_what_comes_after(bars):
    vocabulary = chord_vocabulary(bars, min_count=2)
    sounding = sounding_of(bars, vocabulary)
    frame = frame_of(bars, bars["number"], bars["number"][::-1])
    bar, size = np.arange(len(bars)), len(vocabulary)
    for beat in range(4):
        told = beat_facts(frame, sounding, bar, beat, size)
        assert told.min() >= 0 and told.max() < table_size(size)
        changed = sounding.copy()
        changed[10, beat:] = changed[11:] = SILENT
        again = beat_facts(frame, changed, bar, beat, size)
        assert (again[:11] == told[:11]).all()
        assert (again[11:] != told[11:]).any()
        told, again = (chord_returns(frame, x, bar, beat, size) for x in (sounding, changed))
        assert (again[:11] == told[:11]).all()
        assert (again[11:] != told[11:]).any()


def test_what_stood_there_before_is_told_by_how_far_bars_have_been_the_same(bars):
    # chords of bars: AB CD AB CD ...; every second bar is the same, but for the last half one
    vocabulary = chord_vocabulary(bars, min_count=2)
    sounding, size = sounding_of(bars, vocabulary), len(vocabulary)
    frame = frame_of(bars, bars["number"], bars["number"][::-1])
    bar = np.arange(len(bars))

    def told(number: int, beat: int, lag: int) -> tuple[int, int, int] | None:
        """The lag, the state and the token of what stood there."""
        index = int(chord_returns(frame, sounding, bar, beat, size)[number, lag])
        if index == N_CHORD_RETURNS * (size + 2):
            return None
        group, token = divmod(index, size + 2)
        return *divmod(group, 5), token

    one, two = 0, 1  # bars back
    assert told(0, 0, one) is None and told(1, 0, two) is None
    assert told(1, 0, one) == (one, 3, sounding[0, 0])  # nothing before was the same
    assert told(1, 1, one) == (one, 0, GOES_ON)  # another chord began
    assert told(2, 0, two) == (two, 3, sounding[0, 0])  # bar 1 had nothing to be the same as
    assert told(2, 2, two) == (two, 1, sounding[0, 2])
    assert told(3, 0, two) == (two, 4, sounding[1, 0])  # the bar before was the same
    assert told(3, 1, two) == (two, 2, GOES_ON)
    assert told(19, 2, two) == (two, 2, sounding[17, 2])
