"""The players: notes that fit, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.inference._players import (
    assembled,
    chroma_of_steps,
    fitted,
    held_end,
    in_range,
    line,
    notes_from,
    peaks,
)
from antiphon.music.instruments import ROLES
from antiphon.music.piece import notes_of


def plain(notes: np.ndarray) -> list[tuple[int, int, int]]:
    return [(int(n["onset"]), int(n["duration"]), int(n["pitch"])) for n in notes]


def made(*rows: tuple[int, int, int]) -> np.ndarray:
    return notes_of((*row, 80) for row in rows)


def soft(n_bars: int, part: int, *cells: tuple[int, int, int, int], loud: float = 0.5):
    """Rolls in which (bar, slot, pitch, slots held) are certain and nothing else is."""
    roll = np.zeros((n_bars, 4, 24, 145), np.float32)
    for bar, slot, pitch, held in cells:
        roll[bar, part, slot, pitch - 24] = 0.9
        roll[bar, part, slot, -1] = loud
        for at in range(slot, slot + held):
            roll[bar + at // 24, part, at % 24, 72 + pitch - 24] = 0.9
    return roll


def test_notes_lie_on_the_steps_of_their_slots(sheet):
    roll = soft(2, 0, (0, 0, 60, 1), (0, 8, 64, 4), (1, 23, 67, 1))
    # slot 8 is a third of the second beat: step 32, held until slot 12: step 48; slot 23 is 3/4
    assert plain(notes_from(roll, sheet(bars=2), 0, True)) == [
        (0, 6, 60), (32, 16, 64), (96 + 90, 6, 67),
    ]  # fmt: skip


def test_notes_are_moved_from_the_home_key_to_the_pieces(sheet):
    roll = soft(1, 0, (0, 0, 72, 6))
    assert plain(notes_from(roll, sheet(bars=1, key="G", chords="G"), 0, True)) == [(0, 24, 67)]


def test_notes_sound_on_over_the_bar_line_and_end_where_they_begin_again(sheet):
    roll = soft(2, 2, (0, 18, 60, 12), (0, 0, 64, 12), (0, 6, 64, 1))
    assert plain(notes_from(roll, sheet(bars=2), 2, False)) == [
        (0, 24, 64), (24, 24, 64), (72, 48, 60),
    ]  # fmt: skip


def test_one_voice_ends_a_note_where_the_next_begins(sheet):
    roll = soft(1, 0, (0, 0, 60, 18), (0, 12, 64, 1))
    # the second is held as long as anything is
    assert plain(notes_from(roll, sheet(bars=1), 0, True)) == [(0, 48, 60), (48, 24, 64)]


def test_loudness_becomes_velocity_within_limits(sheet):
    for loud, velocity in ((0.5, 64), (0.0, 20), (1.0, 120)):
        notes = notes_from(soft(1, 0, (0, 0, 60, 1), loud=loud), sheet(bars=1), 0, True)
        assert notes["velocity"].tolist() == [velocity]


def test_beats_have_the_tones_of_their_chords(sheet):
    tones = chroma_of_steps(sheet(bars=2, chords="C G7 | N"))
    found = [np.flatnonzero(t).tolist() for t in tones]
    assert found == [[0, 4, 7]] * 2 + [[2, 5, 7, 11]] * 2 + [list(range(12))] * 4


def test_the_melody_keeps_passing_notes_and_loses_what_is_foreign(sheet):
    # D passes; F sharp is foreign to key and chord: down to F; a long F on the beat is harsh: to E
    notes = made((0, 12, 62), (12, 12, 66), (48, 48, 65))
    assert plain(fitted(notes, sheet(), "melody")) == [(0, 12, 62), (12, 12, 65), (48, 48, 64)]


def test_the_leading_note_belongs_to_minor(sheet):
    notes = made((0, 12, 68), (12, 12, 70))
    # G sharp leads to A; B flat is foreign: a semitone down
    moved = fitted(notes, sheet(key="Am", chords="Am"), "melody")
    assert plain(moved) == [(0, 12, 68), (12, 12, 69)]


def test_chords_and_bass_keep_short_passing_notes_of_the_key_only(sheet):
    # in all 200 steps, 8 in 100 may be foreign: 16. D (12 steps) stays, C sharp and long F do not
    notes = made((0, 90, 60), (96, 12, 62), (120, 2, 61), (192, 96, 65))
    assert plain(fitted(notes, sheet(), "bass")) == [
        (0, 90, 60), (96, 12, 62), (120, 2, 60), (192, 96, 64),
    ]  # fmt: skip


def test_notes_are_cut_where_a_chord_comes_that_does_not_have_them(sheet):
    notes = made((0, 192, 60), (0, 192, 67))
    cut = fitted(notes, sheet(bars=2, chords="C G"), "chords")
    assert plain(cut) == [(0, 96, 60), (0, 192, 67)]  # G has no C, but a G


@pytest.mark.parametrize("role", ["chords", "bass"])
def test_chords_and_bass_are_chord_tones_whatever_was_drawn(sheet, role):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rows = zip(
            rng.integers(0, 380, 80), rng.integers(1, 120, 80), rng.integers(30, 90, 80),
            strict=True,
        )  # fmt: skip
        here = sheet(chords="Cm7 F#dim | A7/C# | Ebmaj9 | G7sus4 N")
        notes = fitted(made(*((int(a), int(b), int(c)) for a, b, c in rows)), here, role)
        notes = notes[notes["onset"] + notes["duration"] <= 384]
        tones = chroma_of_steps(here)
        good = total = 0
        for onset, duration, pitch in plain(notes):
            for step in range(onset, onset + duration):
                total += 1
                good += tones[step // 24, pitch % 12]
        assert good / total >= 0.9


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
    assert len(in_range(made(), "melody")) == len(fitted(made(), sheet(), "melody")) == 0
    assert len(held_end(made(), 96, 96)) == 0


def test_the_last_notes_of_the_final_bar_are_held_and_nothing_sounds_after():
    notes = made((0, 500, 48), (96, 10, 60), (144, 10, 64), (144, 10, 67))
    assert plain(held_end(notes, 192, 96)) == [
        (0, 192, 48), (96, 10, 60), (144, 48, 64), (144, 48, 67),
    ]  # fmt: skip
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


def test_line_prefers_the_step_that_melodies_usually_make():
    chances = np.full((2, 72), 1e-4, np.float32)
    chances[0, 36] = 0.9
    chances[1, 38], chances[1, 55] = 0.4, 0.5  # a whole tone, or a leap of 19 semitones
    intervals = np.full(49, 1e-4, np.float32)
    intervals[26] = 0.9  # a whole tone up
    slots = np.array([0, 3])
    assert line(chances, slots, 24, intervals).tolist() == [36, 38]
    assert line(chances, slots, 24, None).tolist() == [36, 55]


def test_a_blurred_onset_is_played_once():
    chances = np.zeros((8, 72), np.float32)
    chances[2:5, 40] = (0.5, 0.6, 0.5)
    assert np.argwhere(peaks(chances, 0.4)).tolist() == [[3, 40]]
