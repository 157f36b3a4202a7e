"""Outlines: form and chords become numbers and the same form and chords again."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.form import written_form
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Section
from antiphon.representations.bars import encode
from antiphon.representations.outline import (
    LABELS,
    OUTLINE_CONDITION_SIZE,
    OUTLINE_SIZE,
    chord_vocabulary,
    form_from,
    label_of,
    outline_conditions,
    outline_of,
)

CHORDS = (Chord(7), Chord(2, "7", 6), Chord(4, "m"), Chord(0, "maj7"))
FORM = [("intro", 4), ("A", 4), ("B", 4), ("A", 4), ("ending", 4)]


@pytest.fixture(scope="module")
def bars():
    """Twenty bars in G with two chords a bar."""
    spans = [ChordSpan(48 * i, 48, CHORDS[i % 4 if i < 30 else 0]) for i in range(40)]
    sections = [Section(4 * i, n, label) for i, (label, n) in enumerate(FORM)]
    piece = Piece(keys=[KeyMark(0, Key(7))], chords=spans, sections=sections, n_bars_asked=20)
    return encode(piece)[0]


def test_the_form_comes_back(bars):
    outline = outline_of(bars)
    assert outline.shape == (20, OUTLINE_SIZE) == (20, 57)
    assert written_form(form_from(outline)) == "intro4 A4 B4 A4 ending4"
    assert np.flatnonzero(outline[:, len(LABELS)]).tolist() == [0, 4, 8, 12, 16]


def test_letters_are_given_anew_and_a_fifth_counts_as_the_fourth(bars):
    many = bars[:5].copy()
    many["kind"], many["section"] = 0, [7, 3, 9, 1, 4]
    assert outline_of(many)[:, : len(LABELS)].argmax(axis=1).tolist() == [0, 1, 2, 3, 3]


def test_every_piece_gives_its_letters_anew(bars):
    two = np.concatenate([bars[:5], bars[:5]])
    two["kind"], two["section"] = 0, [7, 3, 9, 1, 4, 4, 4, 7, 1, 7]
    two["piece"][5:] = 1
    assert label_of(two).tolist() == [0, 1, 2, 3, 3, 0, 0, 1, 2, 1]


def test_the_vocabulary_has_only_chords_that_occur_often_enough(bars):
    # in two beats each: the first chord 8 + 5 halves = 26 beats and more, the others fewer
    assert len(chord_vocabulary(bars, min_count=2)) == 4
    most = chord_vocabulary(bars, min_count=24)
    assert most.tolist() == [[0, 0, 0]]  # G in G is C
    assert len(chord_vocabulary(bars, min_count=1000)) == 0


def outline_with(*labels: str, n_bars: int = 4) -> np.ndarray:
    """An outline that says one label for each group of four bars, and where sections begin."""
    outline = np.zeros((n_bars * len(labels), OUTLINE_SIZE), np.float32)
    for i, label in enumerate(labels):
        outline[n_bars * i : n_bars * (i + 1), LABELS.index(label)] = 1
    return outline


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        (["A", "A", "B", "A"], "A8 B4 A4"),
        (["A", "A", "A", "B"], "A8 A4 B4"),  # no section is longer than eight bars
        (["A"] * 8, "A8 A8 B8 A8"),  # and a long piece has a contrast
        (["intro"] * 4, "intro8 A8"),
        (["ending"] * 4, "A8 ending8"),
        (["A", "intro", "B"], "A8 B4"),  # no intro in the middle
        (["A", "ending", "A"], "A4 ending8"),  # nothing follows an ending
    ],
    ids=str,
)
def test_intro_and_ending_stay_in_their_places_and_sections_are_short(labels, written):
    outline = outline_with(*labels)
    outline[:, LABELS.index("A")] += 0.1  # what comes next where a label cannot be
    assert written_form(form_from(outline)) == written


def test_a_piece_that_is_all_intro_is_none():
    assert written_form(form_from(outline_with("intro"))) == "A4"


def test_a_section_that_begins_anew_is_one_of_its_own():
    outline = outline_with("A", "A", "B")
    outline[[0, 4, 8], len(LABELS)] = 1
    assert written_form(form_from(outline)) == "A4 A4 B4"
    assert written_form(form_from(outline[:10])) == "A4 A4 B2"


def test_conditions_of_an_outline():
    bars = encode(Piece(metres=[Metre(0, 6, 8)], keys=[KeyMark(0, Key(9, "minor"))]))[0]
    told = outline_conditions(bars, np.array([0]), np.array([15]))
    assert told.shape == (1, OUTLINE_CONDITION_SIZE)
    # minor; two beats; compound; bar 0, 8 or more left, 16 bars in all; 80 dotted quarters; a four
    assert told[0, :9].tolist() == [1, 0, 1, 0, 0, 1, 0, 1, 16 / 64]
    assert np.isclose(told[0, 9], np.log2(0.8)) and told[0, 10] == 1
