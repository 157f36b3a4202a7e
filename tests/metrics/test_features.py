"""The feature vector: complete, named, and the same in every key."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics.features import HEADLINES, features, matrix
from antiphon.music.excerpt import Excerpt, excerpts
from antiphon.music.keys import Key
from antiphon.music.piece import KeyMark, Piece, Track, notes_of

PARTS = ("melody", "counter", "chords")


def song(shift: int = 0) -> Piece:
    """Eight bars: a melody of quarters, a triad a bar, no counter-melody."""
    scale = [60, 62, 64, 65, 67, 65, 64, 62]
    tune = [(i * 24, 24, scale[i % 8] + shift, 90) for i in range(32)]
    triads = [(bar * 96, 96, p + shift, 70) for bar in range(8) for p in (48, 52, 55)]
    tracks = [Track("Melody", notes=notes_of(tune)), Track("Chords", notes=notes_of(triads))]
    return Piece(tracks, keys=[KeyMark(0, Key(shift % 12))], n_bars_asked=8)


def only(piece: Piece, parts: tuple[str, ...] = PARTS) -> Excerpt:
    (excerpt,) = excerpts(piece, parts, 8)
    return excerpt


def test_three_parts_have_some_hundred_and_seventy_features():
    found = features(only(song()))
    assert 150 <= len(found) <= 190


def test_known_features_of_a_known_song():
    found = features(only(song()))
    assert found["melody.notes_per_bar"] == 4
    assert found["chords.polyphony"] == 3
    assert found["all.in_scale"] == 1
    assert found["melody.stepwise"] == 1
    assert found["all.repetition_2"] == 1  # the tune is two bars long
    assert found["chords.repetition_1"] == 1
    assert found["counter.empty_bars"] == 1
    assert math.isnan(found["counter.pitch_mean"])


def test_a_fifth_higher_is_the_same_music():
    low, high = features(only(song())), features(only(song(5)))
    assert high == pytest.approx(low, nan_ok=True)


def test_every_headline_is_a_feature():
    assert set(HEADLINES.values()) <= set(features(only(song())))


def test_drums_bring_their_own_features():
    piece = song()
    beat = notes_of([(i * 24, 6, 36, 100) for i in range(32)])
    piece.tracks.append(Track("Drums", is_drum=True, notes=beat))
    found = features(only(piece, (*PARTS, "drums")))
    assert found["drums.kick_per_bar"] == 4
    assert found["drums.drum_pattern"] == 1
    assert "drums.in_scale" not in found


def test_drums_alone_can_be_measured():
    piece = Piece([Track("Kit", is_drum=True, notes=notes_of([(0, 6, 36, 90)]))], n_bars_asked=8)
    assert features(only(piece, ("drums",)))["drums.kick_per_bar"] == 1 / 8


def test_one_note_gives_numbers_or_nan():
    piece = Piece([Track("Melody", notes=notes_of([(0, 24, 60, 90)]))], n_bars_asked=8)
    names, rows = matrix([only(piece)])
    assert rows.shape == (1, len(names))
    assert rows[0, names.index("melody.notes_per_bar")] == 1 / 8
    assert not np.isinf(rows).any()


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="no excerpt"):
        matrix([])
