"""Sections found in bars."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from antiphon.music import structure
from antiphon.music.piece import Piece, Section, Track, notes_of
from antiphon.music.structure import find_sections

BAR = 96
VERSE = [
    (48, [60, 62, 64, 65]),
    (45, [64, 62, 60, 57]),
    (41, [65, 64, 62, 60]),
    (43, [59, 62, 67, 62]),
]
CHORUS = [
    (46, [70, 70, 74, 77]),
    (51, [75, 79, 75, 70]),
    (44, [72, 68, 75, 72]),
    (46, [74, 77, 74, 70]),
]


def song(form: str) -> Piece:
    """Return a song of 8-bar verses (A) and choruses (B); ``-`` is four bars without melody."""
    melody, chords, bar = [], [], 0
    for letter in form:
        for root, tune in {"A": 2 * VERSE, "B": 2 * CHORUS, "-": VERSE}[letter]:
            chords += [(bar * BAR, BAR, root + step, 70) for step in (0, 4, 7)]
            if letter == "B":  # a busier accompaniment
                chords += [(bar * BAR + q * 12, 12, root + 12, 70) for q in range(1, 8)]
            if letter != "-":
                melody += [(bar * BAR + i * 24, 24, p, 90) for i, p in enumerate(tune)]
            bar += 1
    return Piece(
        [
            Track("Melody", notes=notes_of(melody), role="melody"),
            Track("Chords", notes=notes_of(chords), role="chords"),
        ]
    )


def test_verse_and_chorus_return_under_their_letters():
    found = find_sections(song("AABA"))
    by_bar = "".join(s.label * s.n_bars for s in found)
    assert by_bar == "A" * 16 + "B" * 8 + "A" * 8


def test_head_and_tail_without_melody_are_intro_and_ending():
    found = find_sections(song("-ABAB-"))
    assert (found[0], found[-1]) == (Section(0, 4, "intro"), Section(36, 4, "ending"))
    assert [s.label for s in found[1:-1]] == ["A", "B", "A", "B"]


def test_pickup_still_belongs_to_the_intro():
    piece = song("-AB")
    pickup = notes_of([(4 * BAR - 12, 12, 59, 80), *piece.tracks[0].notes.tolist()])
    piece.tracks[0].notes = pickup
    assert find_sections(piece)[0] == Section(0, 4, "intro")


@pytest.mark.parametrize("n_bars", [1, 2, 5, 40], ids="{} bars".format)
def test_sections_follow_without_a_gap(n_bars: int):
    notes = notes_of([(bar * BAR, BAR, 48 + bar * 5 % 12, 80) for bar in range(n_bars)])
    found = find_sections(Piece([Track("Piano", notes=notes)]))
    assert found[0].start == 0
    assert [s.start + s.n_bars for s in found] == [*(s.start for s in found[1:]), n_bars]


def test_no_melody_means_no_intro():
    piece = song("AB")
    piece.tracks[0].role = ""
    assert {s.label for s in find_sections(piece)} == {"A", "B"}


@pytest.mark.parametrize(
    "tracks",
    [[], [Track("Drums", is_drum=True, notes=notes_of([(0, 6, 36, 90)]), role="drums")]],
    ids=["silence", "drums only"],
)
def test_poorest_pieces_are_one_section(tracks: list[Track]):
    assert find_sections(Piece(tracks)) == [Section(0, 1, "A")]


def test_a_letter_returns_in_a_later_stretch_of_a_long_piece(monkeypatch):
    monkeypatch.setattr(structure, "STRETCH_BARS", 16)
    found = find_sections(song("AABAAB"))
    assert "".join(s.label * s.n_bars for s in found) == "".join(8 * x for x in "AABAAB")


def test_when_letters_run_out_a_section_takes_the_one_it_is_likest_to(monkeypatch):
    monkeypatch.setattr(structure, "MAX_LETTERS", 1)
    assert {s.label for s in find_sections(song("AB"))} == {"A"}


def test_memory_does_not_grow_with_the_square_of_the_bars(monkeypatch):
    monkeypatch.setattr(structure, "STRETCH_BARS", 64)
    rows = [(bar * BAR, BAR, 40 + bar * bar % 47, 80) for bar in range(1500)]
    piece = Piece([Track("Piano", notes=notes_of(rows))])
    find_sections(piece)
    tracemalloc.start()
    found = find_sections(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(s.n_bars for s in found) == 1500
    assert peak < 1500 * 1500 * 8 / 3  # of the one table of all bars, that there once were four of


def test_twenty_songs_a_second_even_on_a_busy_machine():
    piece = song("-AABABAB-")
    started = time.process_time()
    for _ in range(5):
        find_sections(piece)
    assert time.process_time() - started < 0.25
