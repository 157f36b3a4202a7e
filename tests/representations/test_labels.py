"""Labels as classes that networks are told."""

from __future__ import annotations

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.labels import emotion_of
from antiphon.representations.labels import class_asked, classes_of, names_of, vocabulary_of

PIECES = [
    {"labels": {"valence": 1.0, "arousal": 0.5, "programs": {"melody": 40}}},  # a violin
    {"labels": {"valence": -1.0, "arousal": -1.0, "style": "jazz", "programs": {"bass": 33}}},
    {"labels": {"valence": 0.0, "arousal": 1.0, "style": "rock", "programs": {"melody": 7}}},
    {},
]


def test_each_piece_has_one_class_of_each_kind_of_label():
    assert names_of(PIECES, "emotion") == ["happy", "sad", "", ""]
    assert names_of(PIECES, "style") == ["", "jazz", "rock", ""]
    assert names_of(PIECES, "instrument") == ["strings", "", "piano", ""]
    vocabulary = vocabulary_of(PIECES, ["instrument", "emotion"])
    assert vocabulary == {"instrument": ("piano", "strings"), "emotion": ("happy", "sad")}
    assert classes_of(PIECES, vocabulary).tolist() == [[1, 0], [-1, 1], [0, -1], [-1, -1]]
    assert classes_of(PIECES[:2], {}).shape == (2, 0)


@pytest.mark.parametrize(
    ("valence", "arousal", "name"),
    [(1, 1, "happy"), (-0.5, 1, "angry"), (-1, -1, "sad"), (0.1, -1, "calm"), (0, 1, "")],
)
def test_emotions_are_the_quadrants_of_valence_and_arousal(valence, arousal, name):
    assert emotion_of(valence, arousal) == name
    assert emotion_of(float("nan"), arousal) == ""


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["emotoin"], "No 'emotoin' in labels. Did you mean 'emotion'"),
        (["style"], "cannot be told apart by style: all that are labelled are jazz"),
        (["instrument"], "by instrument: none is said"),
    ],
)
def test_labels_that_tell_nothing_are_explained(kinds, said):
    with pytest.raises(AntiphonError, match=said):
        vocabulary_of(PIECES[1:2], kinds)


def test_an_unknown_label_names_the_known_ones():
    vocabulary = {"style": ("jazz", "pop"), "emotion": ("calm", "sad")}
    assert class_asked(vocabulary, "emotion", "sad") == (1, 1)
    known = "they know: style=jazz, style=pop, emotion=calm, emotion=sad"
    with pytest.raises(AntiphonError, match=f"no label emotion=jazz; {known}"):
        class_asked(vocabulary, "emotion", "jazz")
    with pytest.raises(AntiphonError, match="they know: none"):
        class_asked({}, "style", "jazz")
