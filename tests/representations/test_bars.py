"""Bars: pieces become tables of slots, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Section, Tempo, Track, notes_of
from antiphon.representations.bars import (
    NO_CHORD,
    QUALITY_NAMES,
    beat_steps,
    beats_of,
    encode,
    home_shift,
    slot_steps,
)


def melody(*rows: tuple[int, int, int], **more: object) -> Piece:
    notes = notes_of((*row, 80) for row in rows)
    return Piece([Track("Melody", notes=notes, role="melody")], **more)


def slots(notes: np.ndarray) -> list[tuple[int, int, int]]:
    return [(int(n["slot"]), int(n["duration"]), int(n["pitch"])) for n in notes]


def test_16ths_and_triplets_have_slots_of_their_own():
    sixteenths = [(6 * i, 6, 60 + i) for i in range(4)]
    triplets = [(24 + 8 * i, 8, 70 + i) for i in range(3)]
    bars, notes, why = encode(melody(*sixteenths, *triplets))
    assert slots(notes) == [
        (0, 1, 60), (1, 2, 61), (3, 2, 62), (5, 1, 63), (6, 2, 70), (8, 2, 71), (10, 2, 72),
    ]  # fmt: skip
    assert (len(bars), bars["n_notes"][0], bars["n_beats"][0], why) == (1, 7, 4, {})


def test_compound_beats_divide_in_six():
    eighths = [(12 * i, 12, 60 + i) for i in range(6)]
    bars, notes, _ = encode(melody(*eighths, (72, 6, 50), (78, 6, 51), metres=[Metre(0, 6, 8)]))
    assert slots(notes) == [*((2 * i, 2, 60 + i) for i in range(6)), (0, 1, 50), (1, 1, 51)]
    assert bars["compound"].tolist() == [1, 1] and bars["n_beats"].tolist() == [2, 2]


def test_times_off_the_grid_go_to_their_nearest_slot():
    # of a beat of 24 steps: 2 is nearest to 0, 4 to 6, 9 to 8, 22 to the next beat
    _, notes, _ = encode(melody((2, 4, 60), (4, 4, 61), (9, 2, 62), (22, 9, 63)))
    assert [slot for slot, _, _ in slots(notes)] == [0, 1, 2, 6]


def test_a_note_over_the_bar_line_keeps_its_length_and_belongs_to_its_first_bar():
    bars, notes, _ = encode(melody((72, 48, 60), (96, 24, 64)))
    assert slots(notes) == [(18, 12, 60), (0, 6, 64)]
    assert bars["n_notes"].tolist() == [1, 1] and bars["note_start"].tolist() == [0, 1]


def test_bars_without_a_place_on_the_grid_are_left_out_with_the_reason():
    metres = [Metre(0), Metre(96, 5), Metre(216, 4)]
    piece = melody((72, 96, 60), (120, 24, 62), (216, 24, 64), metres=metres)
    bars, notes, why = encode(piece)
    assert dict(why) == {"metre has more than 4 beats": 1}
    assert slots(notes) == [(18, 6, 60), (0, 6, 64)]  # the first is cut where the gap begins
    assert bars["number"].tolist() == [0, 2]
    assert bars["run"].tolist() == [0, 1]


def test_a_bar_cut_short_is_left_out_with_the_reason():
    piece = melody((0, 24, 60), (48, 24, 62), metres=[Metre(0), Metre(48, 3)])
    bars, notes, why = encode(piece)
    assert dict(why) == {"bar is shorter or longer than its metre": 1}
    assert slots(notes) == [(0, 6, 62)]
    assert bars["n_beats"].tolist() == [3]


def test_only_parts_of_the_ensemble_are_taken_and_sorted():
    piece = melody((0, 24, 64))
    piece.tracks.append(Track("Bass", notes=notes_of([(0, 24, 36, 99)]), role="bass"))
    piece.tracks.append(Track("Noise", notes=notes_of([(0, 24, 90, 99)])))
    piece.tracks.append(Track("Kit", is_drum=True, notes=notes_of([(0, 6, 38, 127)]), role="drums"))
    _, notes, _ = encode(piece)
    rows = [(int(n["part"]), int(n["pitch"]), int(n["velocity"])) for n in notes]
    assert rows == [(0, 64, 80), (3, 36, 99), (4, 38, 127)]


def test_bars_know_key_chords_section_and_tempo():
    piece = melody(
        (0, 480, 60),
        keys=[KeyMark(0, Key(7)), KeyMark(192, Key(4, "minor"))],
        chords=[ChordSpan(0, 48, Chord(7)), ChordSpan(48, 48, Chord(9, "m7", 7))],
        sections=[Section(0, 1, "intro"), Section(1, 2, "A"), Section(3, 2, "B")],
        tempos=[Tempo(0, 100.0), Tempo(96, 50.0)],
    )
    bars, _, _ = encode(piece)
    assert bars["tonic"].tolist() == [7, 7, 4, 4, 4]
    assert bars["minor"].tolist() == [0, 0, 1, 1, 1]
    am7 = [9, QUALITY_NAMES.index("m7"), 7]
    assert bars["chords"][0].tolist() == [[7, 0, 7], [7, 0, 7], am7, am7]
    assert (bars["chords"][1:] == NO_CHORD).all()
    assert bars["section"].tolist() == [0, 1, 1, 2, 2]
    assert bars["kind"].tolist() == [1, 0, 0, 0, 0]
    assert bars["section_start"].tolist() == [0, 1, 1, 3, 3]
    assert bars["section_bars"].tolist() == [1, 2, 2, 2, 2]
    assert bars["bpm"].tolist() == [100.0, 50.0, 50.0, 50.0, 50.0]


def test_sections_beyond_what_a_byte_holds_share_the_last_number():
    piece = melody((0, 24, 60), n_bars_asked=300)
    piece.sections = [Section(bar, 1, f"part {bar}") for bar in range(300)]
    bars, _, _ = encode(piece)
    assert bars["section"].tolist() == [*range(255), *[255] * 45]


def test_felt_beats_of_compound_bars_are_slower_than_quarters():
    bars, _, _ = encode(melody((0, 12, 60), metres=[Metre(0, 6, 8)], tempos=[Tempo(0, 90.0)]))
    assert bars["bpm"][0] == 60.0


def test_an_empty_piece_is_a_bar_without_notes():
    bars, notes, why = encode(Piece())
    assert (len(bars), len(notes), why) == (1, 0, {})
    assert bars["n_notes"].tolist() == [0]


@pytest.mark.parametrize(
    ("metre", "beat", "n_beats"),
    [
        (Metre(0), 24, 4),
        (Metre(0, 2, 2), 24, 4),
        (Metre(0, 3, 8), 12, 3),
        (Metre(0, 6, 8), 36, 2),
        (Metre(0, 12, 8), 36, 4),
        (Metre(0, 3), 24, 3),
    ],
    ids=str,
)
def test_felt_beats(metre, beat, n_beats):
    assert (beat_steps(metre), beats_of(metre)) == (beat, n_beats)


def test_steps_of_slots():
    assert slot_steps(2, False, 24).tolist() == [0, 6, 8, 12, 16, 18, 24, 30, 32, 36, 40, 42]
    assert slot_steps(1, True, 36).tolist() == [0, 6, 12, 18, 24, 30]


@pytest.mark.parametrize(
    ("key", "shift"),
    [
        (Key(0), 0),
        (Key(2), -2),
        (Key(5), -5),
        (Key(6), -6),
        (Key(7), 5),
        (Key(11), 1),
        (Key(9, "minor"), 0),
        (Key(0, "minor"), -3),
        (Key(4, "minor"), 5),
    ],
    ids=str,
)
def test_every_key_has_its_way_home(key, shift):
    minor = np.array([key.mode == "minor"], np.uint8)
    assert home_shift(np.array([key.tonic], np.uint8), minor).tolist() == [shift]
