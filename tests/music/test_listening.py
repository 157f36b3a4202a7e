"""Listening: keys and chords are followed when they are clear, and not before."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.listening import heard_chord, heard_key, louder_by
from antiphon.music.piece import notes_of

C = Chord(0)


def sounding(*pitch_classes: int) -> np.ndarray:
    return np.bincount(pitch_classes, minlength=12).astype(float)


def tune(*pitches: int) -> np.ndarray:
    return notes_of((24 * n, 24, pitch, 80) for n, pitch in enumerate(pitches))


@pytest.mark.parametrize(
    ("classes", "chord"),
    [((0, 4, 7), "C"), ((0, 2, 4), "C"), ((5, 9, 0), "F"), ((9, 0, 4), "Am"), ((7, 11, 2), "G"),
     ((4, 8, 11), "E"), ((2,), "C"), ((), "C")],
    ids=["its own tones", "a passing note", "F", "A minor", "G", "E, beside the key",
         "one note beside it", "silence"],
)  # fmt: skip
def test_the_chord_stays_until_another_fits_clearly_better(classes, chord):
    found = heard_chord(sounding(*classes), Key(0), C)
    assert str(found) == chord


def test_where_no_chord_is_meant_the_best_is_heard():
    assert str(heard_chord(sounding(9, 0, 4), Key(0), None)) == "Am"
    assert heard_chord(sounding(), Key(0), None) is None


def test_another_key_is_heard_once_there_are_notes_enough():
    d_major = (62, 64, 66, 67, 69, 71, 73, 74, 62, 62)
    assert str(heard_key(tune(*d_major), Key(0))) == "D major"
    assert str(heard_key(tune(*d_major[:4]), Key(0))) == "C major"


def test_a_line_within_the_scale_does_not_change_the_key():
    assert str(heard_key(tune(*(67, 71, 74, 72, 67, 62, 71, 67)), Key(0))) == "C major"


@pytest.mark.parametrize(
    ("velocities", "by"), [([], 0), ([80, 80], 0), ([90], 4), ([127], 16), ([40], -16)], ids=str
)
def test_the_band_follows_how_loud_somebody_plays(velocities, by):
    assert louder_by(np.array(velocities, float)) == by
