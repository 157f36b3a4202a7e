"""How notes become symbols: grid, voices, values, ties, triplets, beams, accidentals."""

from __future__ import annotations

from itertools import pairwise

import pytest

from antiphon.formats._notation import measures
from antiphon.formats._quantise import Bar, bars_of, hands, heads_of, voices
from antiphon.formats._spelling import letter_and_alter, place_of, signature, spelt
from antiphon.music.chords import parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece, Track, notes_of


def bars(metre: tuple[int, int] = (4, 4), n: int = 2) -> list[Bar]:
    return bars_of(Piece(metres=[Metre(0, *metre)], n_bars_asked=n))


def written(rows, metre=(4, 4), n=1):
    """The first bar of the first voice: (at, length, rest or note, tied on)."""
    measure = bars(metre, n)
    heads = heads_of(Track("x", notes=notes_of(rows)), measure)
    symbols = measures(voices(heads, measure)[0], measure)[0]
    return [(s.at, s.length, "note" if s.heads else "rest", s.tie_to) for s in symbols]


def test_a_played_note_snaps_to_sixteenths():
    heads = heads_of(Track("x", notes=notes_of([(1, 22, 60, 80), (29, 8, 62, 80)])), bars())
    assert [(h.onset, h.end) for h in heads] == [(0, 24), (30, 36)]


def test_three_equal_notes_in_a_beat_snap_to_a_triplet():
    played = notes_of([(24, 7, 60, 80), (33, 7, 62, 80), (40, 7, 64, 80), (48, 24, 65, 80)])
    heads = heads_of(Track("x", notes=played), bars())
    assert [h.onset for h in heads] == [24, 32, 40, 48]


def test_six_eight_has_no_triplets():
    heads = heads_of(Track("x", notes=notes_of([(8, 8, 60, 80)])), bars((6, 8)))
    assert [h.onset for h in heads] == [6]


@pytest.mark.parametrize(
    ("rows", "metre", "expected"),
    [
        ([(0, 96, 60, 80)], (4, 4), [(0, 96, "note", False)]),
        ([(0, 72, 60, 80)], (4, 4), [(0, 72, "note", False), (72, 24, "rest", False)]),
        (
            [(36, 24, 60, 80)],
            (4, 4),
            [
                (0, 24, "rest", False), (24, 12, "rest", False), (36, 12, "note", True),
                (48, 12, "note", False), (60, 12, "rest", False), (72, 24, "rest", False),
            ],
        ),
        ([(0, 72, 60, 80)], (6, 8), [(0, 72, "note", False)]),
        ([(0, 48, 60, 80), (48, 24, 62, 80)], (6, 8),
         [(0, 36, "note", True), (36, 12, "note", False), (48, 24, "note", False)]),
        ([(0, 60, 60, 80), (60, 36, 62, 80)], (4, 4),
         [(0, 48, "note", True), (48, 12, "note", False), (60, 36, "note", False)]),
    ],
    ids=["whole", "dotted half", "over the middle", "six-eight bar", "over a dotted beat", "tied"],
)  # fmt: skip
def test_values_show_the_beats(rows, metre, expected):
    assert written(rows, metre) == expected


def test_a_note_over_the_bar_line_is_tied():
    measure = bars()
    events = voices(heads_of(Track("x", notes=notes_of([(72, 48, 60, 80)])), measure), measure)[0]
    first, second = measures(events, measure)
    assert [(s.at, s.length, s.tie_from, s.tie_to) for s in first if s.heads] == [
        (72, 24, False, True)
    ]
    assert [(s.at, s.length, s.tie_from, s.tie_to) for s in second if s.heads] == [
        (0, 24, True, False)
    ]


def test_a_held_bass_under_moving_notes_makes_a_second_voice():
    rows = [(0, 96, 48, 80)] + [(24 * i, 24, 64 + i, 80) for i in range(4)]
    measure = bars(n=1)
    upper, lower = voices(heads_of(Track("x", notes=notes_of(rows)), measure), measure)
    assert [e.heads[0].pitch for e in upper] == [64, 65, 66, 67]
    assert [(e.onset, e.end, e.heads[0].pitch) for e in lower] == [(0, 96, 48)]


def test_a_voice_never_overlaps_itself():
    rows = [(i * 6, 50, 60 + i % 7, 80) for i in range(30)]
    measure = bars()
    found = voices(heads_of(Track("x", notes=notes_of(rows)), measure), measure)
    assert 1 <= len(found) <= 2
    for events in found:
        assert all(a.end <= b.onset for a, b in pairwise(events))


def test_hands_part_at_the_widest_gap():
    rows = [(0, 24, p, 80) for p in (43, 50, 55, 67, 71, 74)]
    measure = bars(n=1)
    right, left = hands(heads_of(Track("x", notes=notes_of(rows)), measure), measure)
    assert [h.pitch for h in left] == [43, 50, 55]
    assert [h.pitch for h in right] == [67, 71, 74]


def test_sixteenths_beam_by_the_beat_with_two_beams():
    rows = [(6 * i, 6, 60, 80) for i in range(4)] + [(24, 18, 60, 80), (42, 6, 60, 80)]
    measure = bars(n=1)
    events = voices(heads_of(Track("x", notes=notes_of(rows)), measure), measure)[0]
    beams = [s.beams for s in measures(events, measure)[0] if s.heads]
    assert beams == [
        ["begin", "begin"], ["continue", "continue"], ["continue", "continue"], ["end", "end"],
        ["begin"], ["end", "backward hook"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "name"),
    [(0, ("C", 0)), (5, ("B", 0)), (6, ("F", 1)), (-1, ("F", 0)), (-2, ("B", -1)), (13, ("F", 2))],
)
def test_places_on_the_line_of_fifths(place, name):
    assert letter_and_alter(place) == name


@pytest.mark.parametrize(
    ("pitch", "key", "chord", "expected"),
    [
        (60, "C", None, ("C", 0, 4)),
        (66, "G", None, ("F", 1, 4)),
        (66, "Db", None, ("G", -1, 4)),
        (68, "A minor", None, ("G", 1, 4)),
        (68, "C", "Ab", ("A", -1, 4)),
        (68, "C", "E7", ("G", 1, 4)),
        (59, "Gb", None, ("C", -1, 4)),
        (70, "C", "C7", ("B", -1, 4)),
        (63, "E", "B", ("D", 1, 4)),
    ],
)
def test_spelling_follows_key_and_chord(pitch, key, chord, expected):
    heard = parse_chord(chord) if chord else None
    assert spelt(pitch, Key.parse(key), heard) == expected


def test_a_pitch_class_keeps_its_sound_however_it_is_spelt():
    for tonic in range(12):
        for pitch in range(128):
            letter, alter, octave = spelt(pitch, Key(tonic), None)
            base = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
            assert 12 * (octave + 1) + base + alter == pitch
            assert place_of(pitch % 12, Key(tonic), None) * 7 % 12 == pitch % 12


def test_signatures():
    assert signature(2) == {"F": 1, "C": 1, "G": 0, "D": 0, "A": 0, "E": 0, "B": 0}
    assert signature(-3) == {"F": 0, "C": 0, "G": 0, "D": 0, "A": -1, "E": -1, "B": -1}
