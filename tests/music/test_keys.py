"""Keys: how people write them, their signatures, and finding them in notes."""

from __future__ import annotations

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.keys import MODES, Key, estimate_key, pitch_class


@pytest.mark.parametrize(
    ("name", "number"),
    [("C", 0), ("F#", 6), ("Bb", 10), ("E♭", 3), ("Cb", 11), ("B#", 0), ("g♯", 8), ("Abb", 7)],
)
def test_note_names_are_read(name, number):
    assert pitch_class(name) == number


@pytest.mark.parametrize("name", ["", "H", "C5", "#F", "do"])
def test_other_words_are_no_note_names(name):
    with pytest.raises(AntiphonError, match="is no note name"):
        pitch_class(name)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("G", Key(7)),
        ("Am", Key(9, "minor")),
        ("F# minor", Key(6, "minor")),
        ("Bb:maj", Key(10)),
        ("e", Key(4, "minor")),
        ("b", Key(11, "minor")),
        ("bb", Key(10, "minor")),
        ("E♭ major", Key(3)),
        ("g dur", Key(7)),
        ("C moll", Key(0, "minor")),
        (" d-min ", Key(2, "minor")),
    ],
)
def test_keys_are_read_as_people_write_them(text, key):
    assert Key.parse(text) == key


def test_an_asked_mode_wins_over_the_text():
    assert Key.parse("Am", "major") == Key(9, "major")
    assert Key.parse("C", "minor") == Key(0, "minor")


@pytest.mark.parametrize("text", ["", "H", "C dorian", "Cmaj7", "C##", "12"])
def test_what_is_no_key_is_refused_with_an_example(text):
    with pytest.raises(AntiphonError, match=r"is no key: write e\.g\. G, Am"):
        Key.parse(text)


@pytest.mark.parametrize(("tonic", "mode"), [(12, "major"), (-1, "minor"), (0, "dorian")])
def test_a_key_that_does_not_exist_cannot_be_made(tonic, mode):
    with pytest.raises(ValueError, match="no such key"):
        Key(tonic, mode)


@pytest.mark.parametrize(
    ("key", "fifths"),
    [("C", 0), ("G", 1), ("B", 5), ("Gb", -6), ("F", -1), ("Am", 0), ("Em", 1), ("Ebm", -6)],
)
def test_signatures(key, fifths):
    assert Key.parse(key).fifths == fifths


def test_names_are_spelt_by_the_signature():
    assert Key(7).spell(6) == "F#"
    assert Key(5).spell(10) == "Bb"
    assert str(Key(6)) == "Gb major"
    assert str(Key(6, "minor")) == "F# minor"


def test_scales_begin_with_the_tonic():
    assert Key(7).scale == (7, 9, 11, 0, 2, 4, 6)
    assert Key(9, "minor").scale == (9, 11, 0, 2, 4, 5, 7)


def test_every_key_can_be_written_and_read_again():
    every = [Key(tonic, mode) for tonic in range(12) for mode in MODES]
    assert [Key.parse(str(key)) for key in every] == every


def test_the_key_of_a_scale_with_its_triad_is_found_in_all_twelve_transpositions():
    in_c = [4, 0, 2, 0, 3, 2, 0, 4, 0, 2, 0, 1]
    in_a_minor = [3, 0, 1, 0, 3, 2, 0, 0, 1, 4, 0, 1]  # with the leading note G sharp
    for shift in range(12):
        turned = in_c[-shift:] + in_c[:-shift] if shift else in_c
        assert estimate_key(turned) == Key(shift)
        turned = in_a_minor[-shift:] + in_a_minor[:-shift] if shift else in_a_minor
        assert estimate_key(turned) == Key((9 + shift) % 12, "minor")


def test_silence_has_no_key_and_equal_notes_have_the_first():
    assert estimate_key([0] * 12) is None
    assert estimate_key([1] * 12) == Key(0)


def test_only_the_keys_to_choose_from_are_chosen():
    in_c = [4, 0, 2, 0, 3, 2, 0, 4, 0, 2, 0, 1]
    assert estimate_key(in_c, among=[Key(7), Key(6)]) == Key(7)
