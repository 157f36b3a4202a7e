"""The players: notes that fit, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.inference._players import (
    assembled,
    chroma_of_steps,
    fitted,
    foreign_time,
    held_end,
    in_range,
    one_at_a_time,
    play,
    written_notes,
)
from antiphon.inference._sheet import Sheet
from antiphon.music.instruments import ROLES
from antiphon.music.piece import notes_of
from antiphon.representations.rolls import LOW_PITCH
from antiphon.representations.score import duration_class, returning
from antiphon.representations.writing import Writing


def plain(notes: np.ndarray) -> list[tuple[int, int, int]]:
    return [(int(n["onset"]), int(n["duration"]), int(n["pitch"])) for n in notes]


def made(*rows: tuple[int, int, int]) -> np.ndarray:
    return notes_of((*row, 80) for row in rows)


def written(sheet: Sheet, *notes: tuple[int, int, int, int, int]) -> Writing:
    """Two pieces, of which the second has the notes: (bar, slot, part, pitch, slots held)."""
    first_time = returning(sheet.bars)
    writing = Writing(6 * int(sheet.bars["n_beats"][0]), np.stack([first_time, first_time]))
    one = np.ones(1, np.int64)
    for bar in range(len(sheet.bars)):
        for _, slot, part, pitch, slots in sorted(note for note in notes if note[0] == bar):
            cell, row = np.array([4 * slot + part]), np.array([pitch - LOW_PITCH])
            writing.write(one, cell, row, duration_class(np.array([slots])), np.array([8]))
        writing.end_bar(one)
    return writing


def melody(sheet: Sheet, *notes: tuple[int, int, int, int]) -> list[tuple[int, int, int]]:
    here = written(sheet, *((bar, slot, 0, pitch, slots) for bar, slot, pitch, slots in notes))
    return plain(written_notes(here, 1, sheet)["melody"])


def test_notes_lie_on_the_steps_of_their_slots(sheet):
    # slot 8 is a third of the second beat: step 32, held until slot 12: step 48; slot 23 is 3/4
    assert melody(sheet(bars=2), (0, 0, 60, 1), (0, 8, 64, 4), (1, 23, 67, 1)) == [
        (0, 6, 60), (32, 16, 64), (96 + 90, 6, 67),
    ]  # fmt: skip


def test_slots_of_compound_beats_are_sixths(sheet):
    # a beat of 6/8 has 36 steps; slot 7 is a sixth of the second
    assert melody(sheet(bars=2, metre="6/8"), (0, 2, 60, 3), (1, 7, 62, 5)) == [
        (12, 18, 60), (72 + 42, 30, 62),
    ]  # fmt: skip


@pytest.mark.parametrize(("key", "pitch"), [("C", 72), ("G", 67), ("F", 77), ("Em", 67)])
def test_notes_are_moved_from_the_home_key_to_the_pieces(sheet, key, pitch):
    assert melody(sheet(bars=1, key=key, chords=key), (0, 0, 72, 6)) == [(0, 24, pitch)]


def test_notes_sound_on_over_the_bar_line_and_no_further_than_the_end(sheet):
    assert melody(sheet(bars=2), (0, 18, 60, 12), (1, 20, 62, 24)) == [
        (72, 48, 60), (96 + 80, 16, 62),
    ]  # fmt: skip


def test_every_part_has_its_notes_and_several_may_sound(sheet):
    here = sheet(bars=1)
    rows = [(0, 0, part, 48 + 4 * part, 6) for part in range(4)]
    found = written_notes(written(here, *rows, (0, 0, 2, 60, 12)), 1, here)
    assert {role: plain(notes) for role, notes in found.items()} == {
        "melody": [(0, 24, 48)],
        "counter": [(0, 24, 52)],
        "chords": [(0, 24, 56), (0, 48, 60)],
        "bass": [(0, 24, 60)],
    }
    assert found["chords"]["velocity"].tolist() == [68, 68]  # the middle of 64 to 71
    silent = written_notes(written(here, *rows), 0, here)  # the other piece
    assert [len(notes) for notes in silent.values()] == [0, 0, 0, 0]


def test_notes_end_where_they_begin_again_and_a_melody_where_the_next_begins(sheet):
    here = sheet(bars=1)
    both = [(0, 0, 60, 24), (0, 6, 64, 12), (0, 12, 60, 12)]
    rows = [(bar, slot, part, pitch, slots) for bar, slot, pitch, slots in both for part in (0, 2)]
    found = written_notes(written(here, *rows), 1, here)
    assert plain(found["melody"]) == [(0, 24, 60), (24, 24, 64), (48, 48, 60)]
    assert plain(found["chords"]) == [(0, 48, 60), (24, 48, 64), (48, 48, 60)]


def test_one_at_a_time_ends_a_note_where_the_next_begins():
    notes = made((0, 96, 60), (24, 10, 62), (60, 40, 64))
    assert plain(one_at_a_time(notes)) == [(0, 24, 60), (24, 10, 62), (60, 40, 64)]
    assert plain(notes)[0] == (0, 96, 60)  # what was given is as it was
    assert len(one_at_a_time(made())) == 0


def test_beats_have_the_tones_of_their_chords(sheet):
    tones = chroma_of_steps(sheet(bars=2, chords="C G7 | N"))
    found = [np.flatnonzero(t).tolist() for t in tones]
    assert found == [[0, 4, 7]] * 2 + [[2, 5, 7, 11]] * 2 + [list(range(12))] * 4


def test_time_foreign_to_the_chords_is_counted_note_by_note(sheet):
    # C until step 96, then G; F sharp is in neither, C in the first, D in the second
    tones = chroma_of_steps(sheet(bars=2, chords="C G"))
    notes = made((0, 12, 60), (30, 10, 66), (90, 12, 60), (90, 12, 62), (188, 50, 60))
    away, too_much = foreign_time(notes, tones, 24)
    # after the end nothing is foreign
    assert away.tolist() == [0, 10, 6, 6, 4]
    assert too_much  # 26 of 96
    assert not foreign_time(notes[:1], tones, 24)[1]


def test_chords_and_bass_that_keep_to_the_progression_are_not_touched(sheet):
    # 14 of 200 steps are foreign, where 16 may be: neither moved nor cut at the change to G
    notes = made((0, 102, 60), (102, 90, 62), (192, 8, 61))
    assert np.array_equal(fitted(notes, sheet(bars=4, chords="C | G | C | C")), notes)


def test_the_longest_foreign_notes_are_moved_first_and_only_as_many_as_needed(sheet):
    # 18 of 218 steps are foreign, where 17 may be: C sharp goes, F sharp may stay
    notes = made((0, 200, 60), (200, 6, 66), (206, 12, 61))
    assert plain(fitted(notes, sheet())) == [(0, 200, 60), (200, 6, 66), (206, 12, 60)]
    # if C sharp and F sharp change places, F sharp goes: to G, as F is no tone of C
    notes = made((0, 200, 60), (200, 6, 61), (206, 12, 66))
    assert plain(fitted(notes, sheet())) == [(0, 200, 60), (200, 6, 61), (206, 12, 67)]


def test_notes_are_cut_where_a_chord_comes_that_does_not_have_them(sheet):
    notes = made((0, 192, 60), (0, 192, 67))
    cut = fitted(notes, sheet(bars=2, chords="C | G"))
    assert plain(cut) == [(0, 96, 60), (0, 192, 67)]  # G has no C, but a G


def test_a_note_that_was_moved_is_cut_at_the_next_change(sheet):
    # F sharp is moved to G, which A minor does not have; E it has
    assert plain(fitted(made((0, 192, 66)), sheet(bars=2, chords="C | Am"))) == [(0, 96, 67)]
    assert plain(fitted(made((0, 192, 63)), sheet(bars=2, chords="C | Am"))) == [(0, 96, 64)]


def test_where_there_is_no_chord_everything_fits(sheet):
    notes = made((0, 96, 61), (96, 96, 66))
    assert np.array_equal(fitted(notes, sheet(bars=2, chords="N")), notes)


def test_chords_and_bass_are_chord_tones_whatever_was_drawn(sheet):
    here = sheet(chords="Cm7 F#dim | A7/C# | Ebmaj9 | G7sus4 N")
    tones = chroma_of_steps(here)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        onset, pitch = rng.integers(0, 380, 60), rng.integers(30, 90, 60)
        duration = np.minimum(rng.integers(1, 120, 60), 384 - onset)
        rows = np.stack([onset, duration, pitch], axis=1).tolist()
        notes = fitted(made(*rows), here)
        good = total = 0
        for begin, length, height in plain(notes):
            for step in range(begin, begin + length):
                total += 1
                good += tones[step // 24, height % 12]
        assert good / total >= 0.92


def test_parts_come_into_their_range_by_octaves_together_first():
    low, high = ROLES["bass"].low, ROLES["bass"].high
    assert plain(in_range(made((0, 6, 60 + 12), (6, 6, 48 + 12)), "bass")) == [
        (0, 6, 60), (6, 6, 48),
    ]  # fmt: skip
    alone = in_range(made((0, 6, 40), (6, 6, 41), (12, 6, 100)), "bass")
    assert plain(alone) == [(0, 6, 40), (6, 6, 41), (12, 6, 52)]
    wild = in_range(made(*((6 * pitch, 6, pitch) for pitch in range(128))), "bass")
    assert wild["pitch"].min() == low and wild["pitch"].max() == high
    assert (wild["pitch"] % 12 == np.arange(128) % 12).all()


def test_notes_that_meet_on_a_pitch_are_one():
    # the C above the range comes down to 60: the longer stays, and the next C cuts it
    notes = in_range(made((0, 24, 60), (0, 48, 72), (30, 6, 60), (60, 6, 30)), "bass")
    assert plain(notes) == [(0, 30, 60), (30, 6, 60), (60, 6, 30)]


def test_silence_stays_silence(sheet):
    assert len(in_range(made(), "melody")) == len(fitted(made(), sheet())) == 0
    assert len(held_end(made(), 96, 96)) == 0


def test_notes_of_the_final_bar_ring_and_nothing_sounds_after():
    notes = made((0, 500, 48), (96, 10, 60), (120, 10, 60), (144, 10, 64), (144, 10, 67))
    assert plain(held_end(notes, 192, 96)) == [
        (0, 192, 48), (96, 24, 60), (120, 72, 60), (144, 48, 64), (144, 48, 67),
    ]  # fmt: skip
    arpeggio = made(*((96 + 6 * k, 6, 40 + 4 * k) for k in range(12)))
    held = [pitch for onset, duration, pitch in plain(held_end(arpeggio, 192, 96)) if duration > 6]
    assert held == [40, *range(60, 88, 4)]  # the lowest and the last seven
    early = made((0, 10, 60))
    assert plain(held_end(early, 192, 96)) == [(0, 10, 60)]  # it is not in the final bar


def test_a_bass_nobody_asked_for_is_the_left_hand_of_the_chords(sheet):
    parts = {
        "melody": made((0, 24, 72)),
        "counter": made((0, 24, 76)),
        "chords": made((0, 96, 60)),
        "bass": made((0, 96, 36)),
    }
    here = sheet(instruments="melody=violin,chords")
    piece = assembled(parts, here, style="pop")
    assert [(t.name, t.program) for t in piece.tracks] == [("Melody", 40), ("Chords", 0)]
    assert plain(piece.tracks[1].notes) == [(0, 96, 36), (0, 96, 60)]
    whole = assembled(parts, here, style="pop", counter_is_piano=True)
    assert whole.tracks[1].notes["pitch"].tolist() == [36, 60, 76]
    band = assembled(parts, sheet(instruments="chords,bass"), style="pop")
    assert plain(band.tracks[0].notes) == [(0, 96, 60)]


def test_played_parts_are_in_range_and_the_last_notes_are_held(sheet):
    here = sheet(bars=2, chords="C | G")
    low, high = ROLES["bass"].low, ROLES["melody"].high
    rows = [(0, 0, 0, 90, 24), (1, 12, 0, 93, 3), (0, 0, 3, 31, 48), (1, 0, 2, 60, 6)]
    found = play(written(here, *rows), 1, here)
    assert found["melody"]["pitch"].max() <= high and found["bass"]["pitch"].min() >= low
    # the melody's A is foreign to G, and stays; it is held until the end
    assert [(on, length, pitch % 12) for on, length, pitch in plain(found["melody"])] == [
        (0, 96, 6), (96 + 48, 48, 9),
    ]  # fmt: skip
    # G sounds through both chords; C under G is moved to B, and held
    assert plain(found["bass"]) == [(0, 192, 31)]
    assert plain(found["chords"]) == [(96, 96, 59)]


def test_what_is_held_at_the_end_still_keeps_to_the_chords(sheet):
    here = sheet(bars=1, chords="C G | C")
    found = play(written(here, (0, 6, 2, 60, 3)), 1, here)
    # held until the end C would sound through G, which begins on the third beat
    assert plain(found["chords"]) == [(24, 24, 60)]
