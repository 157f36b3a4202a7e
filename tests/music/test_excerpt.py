"""Cutting bars out of pieces: what is kept, moved and left out."""

from __future__ import annotations

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord
from antiphon.music.excerpt import excerpts, onsets_of, part_notes, roll_of, semitones_home
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Track, notes_of


def track(name: str, *rows: tuple[int, int, int], role: str = "") -> Track:
    return Track(name, role=role, notes=notes_of((*row, 80) for row in rows))


@pytest.mark.parametrize(
    ("key", "shift"),
    [
        (Key(0), 0),
        (Key(2), -2),
        (Key(7), 5),
        (Key(6), -6),
        (Key(9, "minor"), 0),
        (Key(0, "minor"), -3),
    ],
    ids=str,
)
def test_the_shortest_way_home(key, shift):
    assert semitones_home(key) == shift


def test_parts_are_found_by_role_or_name():
    piece = Piece([track("Flute", (0, 6, 60), role="melody"), track("COUNTER-MELODY", (0, 6, 64))])
    found = part_notes(piece, ("melody", "counter", "chords"))
    assert [len(notes) for notes in found.values()] == [1, 1, 0]


def test_a_bass_nobody_asks_for_goes_back_to_the_chords_once():
    piece = Piece(
        [track("Chords", (0, 6, 60), (0, 12, 48)), track("Bass", (0, 24, 48), (24, 6, 43))]
    )
    chords = part_notes(piece, ("chords",))["chords"]
    assert [tuple(n)[:3] for n in chords] == [(0, 24, 48), (0, 6, 60), (24, 6, 43)]
    both = part_notes(piece, ("chords", "bass"))
    assert (len(both["chords"]), len(both["bass"])) == (2, 2)


def test_an_unknown_part_names_its_neighbour():
    with pytest.raises(AntiphonError, match="Did you mean 'melody'"):
        part_notes(Piece(), ("melodie",))


def test_an_excerpt_begins_at_nought_ends_at_its_bar_line_and_is_in_c():
    piece = Piece(
        [track("Melody", (0, 96, 62), (96, 24, 64), (180, 48, 66))],
        keys=[KeyMark(0, Key(2))],
        chords=[ChordSpan(0, 144, Chord(2)), ChordSpan(144, 96, Chord(9))],
    )
    second = excerpts(piece, ("melody",), 1, source=7)[1]
    assert [tuple(n)[:3] for n in second.parts["melody"]] == [(0, 24, 62), (84, 12, 64)]
    assert (second.key, second.source, second.start) == (Key(0), 7, 1)
    assert second.chords == (ChordSpan(0, 48, Chord(0)), ChordSpan(48, 48, Chord(7)))


def test_keys_can_be_heard_instead_of_believed():
    scale = [(i * 24, 24, p) for i, p in enumerate((62, 66, 69, 74, 62, 66, 69, 74))]
    piece = Piece([track("Melody", *scale)], keys=[KeyMark(0, Key(0))])
    believed, heard = (
        excerpts(piece, ("melody",), 2, trust_key=trust)[0] for trust in (True, False)
    )
    assert believed.parts["melody"]["pitch"][0] == 62
    assert heard.parts["melody"]["pitch"][0] == 60


def test_silent_and_uneven_bars_are_left_out():
    melody = track("Melody", (0, 6, 60), (96 + 72 + 96, 6, 60))
    piece = Piece([melody], metres=[Metre(0), Metre(96, 3, 4), Metre(168)], n_bars_asked=4)
    assert [e.start for e in excerpts(piece, ("melody",), 1)] == [0, 3]
    assert excerpts(piece, ("melody",), 2, hop=1)[0].start == 2


def test_drums_are_not_transposed():
    drums = Track("Drums", is_drum=True, notes=notes_of([(0, 6, 36, 90)]))
    piece = Piece([drums], keys=[KeyMark(0, Key(2))])
    assert excerpts(piece, ("drums",), 1)[0].parts["drums"]["pitch"][0] == 36


def test_rolls_are_on_sixteenths():
    notes = notes_of([(6, 12, 60, 90), (24, 1, 62, 90)])
    roll, begun = roll_of(notes, 8), onsets_of(notes, 8)
    assert list(roll[:, 60]) == [0, 1, 1, 0, 0, 0, 0, 0]
    assert list(roll[:, 62]) == [0, 0, 0, 0, 1, 0, 0, 0]
    assert begun.sum() == 2
