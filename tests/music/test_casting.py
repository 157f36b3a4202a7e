"""Casting: every note of a given piece has its role, its tracks staying as they are."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.casting import NO_ROLE, ROLE_NAMES, cast, main_role, without_line
from antiphon.music.piece import Piece, Track, notes_of


def line(pitch: int, n: int = 16) -> list[tuple[int, int, int, int]]:
    return [(24 * i, 24, pitch + (0, 2, 4, 5)[i % 4], 80) for i in range(n)]


def test_a_track_is_what_its_name_says():
    piece = Piece(
        [Track("Vocals", notes=notes_of(line(70))), Track("Bass", notes=notes_of(line(36)))]
    )
    _, roles = cast(piece)
    assert [main_role(r) for r in roles] == ["melody", "bass"]
    assert all(len(set(r.tolist())) == 1 for r in roles)


@pytest.mark.parametrize(("pitch", "role"), [(36, "bass"), (72, "melody")])
def test_a_line_that_is_alone_is_a_tune_when_it_is_high_and_a_bass_when_it_is_low(pitch, role):
    found, roles = cast(Piece([Track("", notes=notes_of(line(pitch)))]))
    assert [t.role for t in found.tracks] == [role]
    assert main_role(roles[0]) == role


def test_the_lowest_notes_of_a_piano_are_its_bass():
    rows = [(96 * bar, 96, pitch, 80) for bar in range(4) for pitch in (36, 60, 64, 67)]
    tune = Track("Melody", notes=notes_of(line(76)))
    _, roles = cast(Piece([tune, Track("Piano", notes=notes_of(rows))]))
    assert [ROLE_NAMES[r] for r in roles[1][:4]] == ["bass", "chords", "chords", "chords"]
    assert main_role(roles[1]) == "chords"


def test_drums_are_drums_even_where_a_tune_has_the_same_keys():
    kit = Track("", is_drum=True, notes=notes_of(line(60)))
    _, roles = cast(Piece([Track("Melody", notes=notes_of(line(60))), kit]))
    assert main_role(roles[1]) == "drums"
    assert main_role(roles[0]) == "melody"


def test_noises_have_no_role():
    gun = Track("", program=127, notes=notes_of(line(60)))
    _, roles = cast(Piece([Track("Melody", notes=notes_of(line(72))), gun]))
    assert np.all(roles[1] == NO_ROLE)
    assert main_role(roles[1]) == ""


def test_a_bass_that_is_but_a_line_of_the_piano_can_be_given_back_to_it():
    rows = [(96 * bar, 96, pitch, 80) for bar in range(4) for pitch in (36, 60, 64, 67)]
    piece = Piece([Track("Melody", notes=notes_of(line(76))), Track("Piano", notes=notes_of(rows))])
    heard, roles = without_line(*cast(piece), "bass")
    assert [(t.role, len(t.notes)) for t in heard.tracks] == [("melody", 16), ("chords", 16)]
    assert {ROLE_NAMES[r] for r in roles[1]} == {"chords"}


def test_a_bass_with_a_track_of_its_own_is_not_given_away():
    piece = Piece(
        [Track("Vocals", notes=notes_of(line(70))), Track("Bass", notes=notes_of(line(36)))]
    )
    heard, _ = without_line(*cast(piece), "bass")
    assert [t.role for t in heard.tracks] == ["melody", "bass"]
