"""Moods: which way each goes, and what stays."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.moods import MOODS, held, in_mode, in_mood, moved_by
from antiphon.music.piece import ChordSpan, KeyMark, Piece, Tempo, Track, notes_of


def scale_in_c(mode: str = "major") -> Piece:
    degrees = (0, 2, 4, 5, 7, 9, 11) if mode == "major" else (0, 2, 3, 5, 7, 8, 10)
    rows = [(24 * i, 24, 60 + d, 80) for i, d in enumerate(degrees)]
    return Piece(
        [Track("Melody", notes=notes_of(rows))],
        tempos=[Tempo(0, 90.0), Tempo(96, 80.0)],
        keys=[KeyMark(0, Key(0, mode))],
        chords=[ChordSpan(0, 144, Chord(0, "")), ChordSpan(144, 24, Chord(7, "7"))],
    )


def test_the_minor_scale_keeps_the_leading_note_over_the_dominant():
    piece = in_mode(scale_in_c(), "minor")
    assert piece.tracks[0].notes["pitch"].tolist() == [60, 62, 63, 65, 67, 68, 71]
    assert str(piece.keys[0].key) == "C minor"
    assert [str(span.chord) for span in piece.chords] == ["Cm", "G7"]


def test_minor_becomes_major_again_and_its_own_mode_stays():
    piece = in_mode(in_mode(scale_in_c(), "minor"), "major")
    assert piece.tracks[0].notes["pitch"].tolist() == [60, 62, 64, 65, 67, 69, 71]
    assert in_mode(piece, "major") is piece


@pytest.mark.parametrize(
    ("chord", "other"),
    [("Am", "Abmaj"), ("Dm7", "Dm7b5"), ("Fmaj7", "Fm7"), ("C/E", "Cm/Eb")],
)
def test_chords_move_with_their_tones(chord, other):
    from antiphon.music.chords import parse_chord

    piece = scale_in_c()
    piece.chords = [ChordSpan(0, 96, parse_chord(chord))]
    (span,) = in_mode(piece, "minor").chords
    assert span.chord == parse_chord(other.replace("maj", ""))


@pytest.mark.parametrize("mood", MOODS)
def test_each_mood_goes_its_own_way(mood):
    valence, arousal = MOODS[mood]
    moved = moved_by(scale_in_c(), mood, 0.5)
    assert moved.mode == ("major" if valence > 0 else "minor")
    for value, still in ((moved.tempo, 1), (moved.louder, 0), (moved.density, 1)):
        assert (value - still) * arousal > 0, mood
    assert (moved.length - 1) * arousal < 0
    assert (moved.clash > 0) == (mood == "tense")


def test_the_dial_is_a_dial():
    tempi = [moved_by(scale_in_c(), "happy", strength).tempo for strength in (0, 0.2, 0.5, 1)]
    assert tempi[0] == 1 and tempi == sorted(set(tempi))


def test_a_mood_keeps_the_rhythm_of_the_tune_and_the_shape_of_the_tempo_map():
    piece = scale_in_c()
    made = in_mood(piece, "sad", 0.5, [np.ones(7, bool)])
    assert made.tracks[0].notes["onset"].tolist() == piece.tracks[0].notes["onset"].tolist()
    factor = made.tempos[0].bpm / 90
    assert factor < 1 and made.tempos[1].bpm == pytest.approx(80 * factor)
    assert made.metres == piece.metres and made.n_bars == piece.n_bars
    # a third down at half of the dial; C minor becomes A minor
    assert str(made.keys[0].key) == "A minor"
    assert (made.tracks[0].notes["velocity"] < 80).all()


def test_an_accompaniment_gets_thinner_and_drums_keep_their_keys():
    rows = [(12 * i, 12, 50, 60) for i in range(32)]
    drums = Track("Drums", is_drum=True, notes=notes_of((12 * i, 6, 42, 60) for i in range(32)))
    piece = Piece(
        [Track("Piano", notes=notes_of(rows)), drums],
        tempos=[Tempo(0, 100.0)],
        keys=[KeyMark(0, Key(0))],
    )
    made = in_mood(piece, "calm", 1.0, [np.zeros(32, bool)] * 2)
    for track in made.tracks:
        assert 0 < len(track.notes) < 32
        assert {0, 96, 192, 288} <= set(track.notes["onset"].tolist())  # the bars' first ones
    assert set(made.tracks[1].notes["pitch"].tolist()) == {42}


def test_notes_are_never_held_into_the_next_of_their_pitch():
    notes = notes_of([(0, 24, 60, 80), (0, 24, 64, 80), (30, 24, 60, 80)])
    # of 48 wanted steps 30 are free, a beat more at most is 48
    assert held(notes, 2.0, 24)["duration"].tolist() == [30, 48, 48]
    assert held(notes, 0.5, 24)["duration"].tolist() == [12, 12, 12]


def test_a_mood_that_is_not_there_is_named():
    with pytest.raises(AntiphonError, match="'angry'"):
        moved_by(scale_in_c(), "angry", 0.5)
