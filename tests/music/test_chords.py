"""Chord symbols and Roman numerals, read by hand-worked examples."""

from __future__ import annotations

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.chords import QUALITIES, Chord, parse_chord, parse_progression
from antiphon.music.keys import Key


@pytest.mark.parametrize(
    ("text", "chord"),
    [
        ("C", Chord(0)),
        ("Am7/G", Chord(9, "m7", 7)),
        ("F#ø", Chord(6, "m7b5")),
        ("Bbmaj7", Chord(10, "maj7")),
        ("B♭Δ", Chord(10, "maj7")),
        ("A:min7/b3", Chord(9, "m7", 0)),
        ("F#:min7/b3", Chord(6, "m7", 9)),
        ("G:7/3", Chord(7, "7", 11)),
        ("C/C", Chord(0)),
        ("C6/9", Chord(0, "6")),
        ("D:sus4(b7)", Chord(2, "7sus4")),
        ("Eb13", Chord(3, "9")),
        ("E+", Chord(4, "aug")),
        ("Bo7", Chord(11, "dim7")),
        ("G-7", Chord(7, "m7")),
        ("C:maj(9)/5", Chord(0, "add9", 7)),
    ],
)
def test_symbols_of_musicians_and_data_sets(text, chord):
    assert parse_chord(text) == chord


@pytest.mark.parametrize("text", ["N", "NC", "N.C.", "-", "X"])
def test_no_chord_has_its_signs(text):
    assert parse_chord(text) is None


@pytest.mark.parametrize(
    ("numeral", "key", "chord"),
    [
        ("I", Key(0), Chord(0)),
        ("vi", Key(7), Chord(4, "m")),
        ("V7", Key(2), Chord(9, "7")),
        ("ii7", Key(5), Chord(7, "m7")),
        ("IVmaj7", Key(10), Chord(3, "maj7")),
        ("bVII", Key(0), Chord(10)),
        ("vii°", Key(0), Chord(11, "dim")),
        ("iiø7", Key(0), Chord(2, "m7b5")),
        ("#ivdim7", Key(0), Chord(6, "dim7")),
        ("iv", Key(0), Chord(5, "m")),
        ("V/3", Key(0), Chord(7, "", 11)),
        ("i", Key(9, "minor"), Chord(9, "m")),
        ("VI", Key(9, "minor"), Chord(5)),
        ("VII", Key(9, "minor"), Chord(7)),
        ("V7", Key(9, "minor"), Chord(4, "7")),
        ("bVI", Key(9, "minor"), Chord(5)),
        ("imaj7", Key(9, "minor"), Chord(9, "mMaj7")),
    ],
)
def test_roman_numerals_are_read_in_their_key(numeral, key, chord):
    assert parse_chord(numeral, key) == chord


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("H7", "Unknown chord 'H7'"),
        ("Cfoo", "Unknown chord 'Cfoo'"),
        ("", "Unknown chord"),
        ("C/H", "Unknown bass 'H'"),
        ("V/V", "Unknown bass 'V'"),
        ("Ixyz", "Unknown chord 'Ixyz'"),
        ("7", "begin with a root"),
    ],
)
def test_what_is_no_chord_is_named(text, said):
    with pytest.raises(AntiphonError, match=said):
        parse_chord(text)


def test_tones_count_the_bass():
    assert Chord(7, "7").pitch_classes == {7, 11, 2, 5}
    assert Chord(0, "", 2).pitch_classes == {0, 2, 4, 7}
    assert Chord(9, "m").is_minor and not Chord(9).is_minor


def test_transposing_moves_root_and_bass_and_nothing_else():
    assert Chord(9, "m7", 7).transposed(5) == Chord(2, "m7", 0)
    assert Chord(0).transposed(-1) == Chord(11)


def test_symbols_are_spelt_for_the_key():
    assert Chord(6, "m7", 1).symbol(Key(7)) == "F#m7/C#"
    assert Chord(6, "m7", 1).symbol(Key(5)) == "Gbm7/Db"
    assert str(Chord(10, "maj7")) == "Bbmaj7"


def test_every_chord_can_be_written_and_read_again():
    for quality in QUALITIES:
        for root in range(12):
            for bass in (None, (root + 4) % 12):
                chord = Chord(root, quality, bass)
                assert parse_chord(chord.symbol(Key(5))) == chord


def test_bars_of_a_progression():
    c, a, f, g = Chord(0), Chord(9, "m"), Chord(5), Chord(7)
    assert parse_progression("C | Am | F G") == [[c], [a], [f, g]]
    assert parse_progression("| C | Am | F G |") == [[c], [a], [f, g]]
    assert parse_progression("C Am F G7") == [[c], [a], [f], [Chord(7, "7")]]
    assert parse_progression("I | vi IV | N", Key(7)) == [[g], [Chord(4, "m"), c], [None]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "progression is empty"),
        (" | ", "progression is empty|A bar is empty"),
        ("C | | F", "A bar is empty"),
        ("C Q F", "Unknown chord 'Q'"),
    ],
)
def test_progressions_that_cannot_be_played_are_refused(text, said):
    with pytest.raises(AntiphonError, match=said):
        parse_progression(text)
