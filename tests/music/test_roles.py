"""Roles: what is taken apart can be put together, and tracks find their part."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.piece import Piece, Track, notes_of
from antiphon.music.roles import assign_roles, merge, split_bass, split_upper

BEAT = 24
BAR = 4 * BEAT


def pitches(track: Track) -> list[int]:
    return [int(p) for p in track.notes["pitch"]]


def by_role(piece: Piece) -> dict[str, Track]:
    return {track.role: track for track in piece.tracks}


def line(
    start: int, steps: list[int], length: int = BEAT, n_bars: int = 4
) -> list[tuple[int, ...]]:
    """Return notes one after another, the same four steps in every bar."""
    return [
        (bar * BAR + i * length, length, start + step, 80)
        for bar in range(n_bars)
        for i, step in enumerate(steps)
    ]


def test_bass_is_the_lowest_note_of_each_chord():
    chord = [(0, BEAT, p, 80) for p in (36, 52, 60)] + [(BEAT, BEAT, p, 80) for p in (41, 57, 65)]
    bass, rest = split_bass(Track("Piano", notes=notes_of(chord)))
    assert pitches(bass) == [36, 41]
    assert pitches(rest) == [52, 60, 57, 65]
    assert (bass.role, rest.role) == ("bass", "chords")


def test_upper_notes_of_a_broken_chord_are_no_bass():
    arpeggio = [(i * 12, 12, p, 80) for i, p in enumerate((36, 43, 48, 52))]
    bass, _ = split_bass(Track("Piano", notes=notes_of(arpeggio)))
    assert pitches(bass) == [36, 43]  # the fifth is near enough, the octave is not


def test_note_above_a_held_bass_is_no_bass():
    held = [(0, BAR, 36, 80), (BEAT, BEAT, 40, 80)]
    bass, rest = split_bass(Track("Piano", notes=notes_of(held)))
    assert (pitches(bass), pitches(rest)) == ([36], [40])


def test_high_part_has_no_bass():
    bass, rest = split_bass(Track("Piano", notes=notes_of([(0, BEAT, 55, 80), (0, BEAT, 72, 80)])))
    assert (pitches(bass), pitches(rest)) == ([], [55, 72])


@pytest.mark.parametrize("n_notes", [0, 1, 300], ids=["silence", "one note", "many notes"])
def test_splitting_and_merging_loses_nothing(n_notes: int):
    rng = np.random.default_rng(3)
    rows = {(int(rng.integers(0, 2000)), int(rng.integers(24, 90))) for _ in range(n_notes)}
    track = Track("Piano", 4, notes=notes_of([(o, 13, p, 77) for o, p in rows]))
    bass, rest = split_bass(track)
    counter, chords = split_upper(rest, np.arange(0, 2200, BAR), notes_of())
    assert np.array_equal(merge([bass, counter, chords]).notes, track.notes)


def test_a_tune_over_chords_becomes_the_counter_melody():
    tune = line(72, [0, 2, 4, 2])
    chords = [(bar * BAR, BAR, p, 70) for bar in range(4) for p in (52, 55, 60)]
    starts = np.arange(5) * BAR
    counter, rest = split_upper(Track("Piano", notes=notes_of(tune + chords)), starts, notes_of())
    assert pitches(counter) == [72, 74, 76, 74] * 4
    assert len(rest.notes) == 12


def test_a_tune_that_doubles_the_melody_stays_with_the_chords():
    tune = notes_of(line(72, [0, 2, 4, 2]))
    counter, rest = split_upper(Track("Piano", notes=tune), np.arange(5) * BAR, tune)
    assert (len(counter.notes), len(rest.notes)) == (0, 16)


def test_band_without_names_is_cast_by_how_it_plays():
    chords = [(b * BAR, BAR, p, 70) for b in range(4) for p in (55, 60, 64)]
    piece = Piece(
        [
            Track("Track 1", 33, notes=notes_of(line(36, [0, 0, 7, 0]))),
            Track("Track 2", 73, notes=notes_of(line(72, [0, 2, 4, 5]))),
            Track("Track 3", 26, notes=notes_of(chords)),
            Track("Track 4", 0, is_drum=True, notes=notes_of(line(36, [0, 2, 0, 2]))),
        ]
    )
    found = by_role(assign_roles(piece))
    assert {role: track.program for role, track in found.items()} == {
        "melody": 73,
        "chords": 26,
        "bass": 33,
        "drums": 0,
    }
    assert found["drums"].is_drum


def test_names_win_over_registers():
    piece = Piece(
        [
            Track("Strings", 48, notes=notes_of(line(84, [0, 2, 4, 5]))),
            Track("Lead vocals", 0, notes=notes_of(line(60, [0, 2, 4, 5]))),
        ]
    )
    assert pitches(by_role(assign_roles(piece))["melody"])[0] == 60


def test_solo_piano_is_taken_apart():
    tune, low = line(76, [0, 2, 4, 2]), line(40, [0, 0, 0, 0])
    inner = [
        (b * BAR + q * BEAT, BEAT, p, 60) for b in range(4) for q in range(4) for p in (60, 64)
    ]
    found = by_role(assign_roles(Piece([Track("Piano right", notes=notes_of(tune + low + inner))])))
    assert {role: len(track.notes) for role, track in found.items()} == {
        "melody": 16,
        "chords": 32,
        "bass": 16,
    }
    assert set(pitches(found["bass"])) == {40}
    assert set(pitches(found["melody"])) == {76, 78, 80}


def test_drums_alone_are_drums_alone():
    piece = Piece([Track("", is_drum=True, notes=notes_of([(0, 6, 36, 99)]))])
    assert list(by_role(assign_roles(piece))) == ["drums"]


def test_gunshots_are_no_part():
    piece = Piece(
        [
            Track("Bang", 127, notes=notes_of(line(60, [0, 1, 2, 3]))),
            Track("Flute", 73, notes=notes_of(line(72, [0, 2, 4, 5]))),
        ]
    )
    cast = assign_roles(piece)
    assert [t.name for t in cast.tracks] == ["Melody"]
    assert cast.left_out == {"it is a noise, no part of the ensemble": 16}


def test_notes_that_two_tracks_of_a_part_play_are_counted_as_left_out():
    kick, snare = [(b * BEAT, 6, 36, 90) for b in range(4)], [(BEAT, 6, 38, 90)]
    piece = Piece(
        [
            Track("Kit", is_drum=True, notes=notes_of(kick)),
            Track("Kit 2", is_drum=True, notes=notes_of(kick[:3] + snare)),
        ]
    )
    cast = assign_roles(piece)
    assert cast.n_notes == 5
    assert cast.left_out == {"another track of its part plays it, too": 3}
