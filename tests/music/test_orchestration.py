"""Orchestration: ranges, voices, and what plucked instruments do with long notes."""

from __future__ import annotations

import pytest

from antiphon.music.orchestration import (
    Instrument,
    instrument,
    played_by,
    struck_again,
    top_voices,
    within,
)
from antiphon.music.piece import Track, notes_of

VIOLIN, CELLO, GUITAR, FLUTE, STRINGS, PIANO = 40, 42, 24, 73, 48, 0


def rows(notes):
    return [tuple(int(x) for x in note)[:3] for note in notes]


def test_a_part_out_of_reach_moves_by_octaves_as_a_whole():
    low = notes_of([(0, 24, 36, 80), (24, 24, 43, 80)])
    assert within(low, instrument(VIOLIN))["pitch"].tolist() == [60, 67]


def test_single_tones_out_of_reach_move_alone():
    player = Instrument(60, 72)
    notes = notes_of([(0, 24, 62, 80), (24, 24, 70, 80), (48, 24, 75, 80)])
    assert within(notes, player)["pitch"].tolist() == [62, 70, 63]


def test_one_voice_has_the_highest_tones_and_ends_each_at_the_next():
    notes = notes_of([(0, 96, 60, 80), (0, 96, 64, 80), (48, 24, 62, 80)])
    assert rows(top_voices(notes, 1)) == [(0, 48, 64), (48, 24, 62)]
    assert len(top_voices(notes, 2)) == 3


def test_long_tones_are_plucked_again():
    notes = notes_of([(0, 120, 60, 80), (0, 40, 64, 80)])
    assert rows(struck_again(notes, 48)) == [
        (0, 48, 60), (0, 40, 64), (48, 48, 60), (96, 24, 60),
    ]  # fmt: skip


def test_a_guitar_plucks_what_a_flute_held_but_a_piano_part_stays():
    held = Track("Lead", FLUTE, notes=notes_of([(0, 96, 72, 80)]))
    assert len(played_by(held, GUITAR, 24).notes) == 2
    struck = Track("Keys", PIANO, notes=notes_of([(0, 96, 72, 80)]))
    assert len(played_by(struck, GUITAR, 24).notes) == 1


def test_many_strings_double_at_the_octave():
    track = Track("Pad", PIANO, notes=notes_of([(0, 96, 60, 80)]))
    assert played_by(track, STRINGS, 24).notes["pitch"].tolist() == [48, 60]


@pytest.mark.parametrize("is_drum", [True, False])
def test_silence_and_drums_only_change_their_program(is_drum):
    track = Track("T", is_drum=is_drum, notes=notes_of([(0, 6, 36, 90)] if is_drum else []))
    made = played_by(track, CELLO, 24)
    assert made.program == CELLO and rows(made.notes) == rows(track.notes)
