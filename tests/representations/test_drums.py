"""Drums: nine instruments, their strokes and back."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.piece import Piece, Track, notes_of
from antiphon.representations.bars import encode
from antiphon.representations.drums import (
    DRUM_CONDITION_SIZE,
    INSTRUMENTS,
    N_DRUMS,
    PITCHES,
    drum_conditions,
    drum_rolls,
    onset_profile,
    strokes,
    taps,
)


def rolls(*rows: tuple[int, int, int, int]) -> np.ndarray:
    piece = Piece([Track("Kit", is_drum=True, notes=notes_of(rows), role="drums")])
    return drum_rolls(*encode(piece)[:2])


@pytest.mark.parametrize(
    ("key", "instrument"),
    [
        (35, "kick"), (36, "kick"), (38, "snare"), (40, "snare"), (37, "snare"),
        (42, "closed hi-hat"), (44, "closed hi-hat"), (46, "open hi-hat"), (41, "low tom"),
        (45, "mid tom"), (50, "high tom"), (57, "crash"), (51, "ride"), (53, "ride"),
    ],
)  # fmt: skip
def test_general_midi_keys_are_one_of_nine_instruments(key, instrument):
    roll = rolls((0, 6, key, 127))
    assert np.flatnonzero(roll[0, 0, 0, :N_DRUMS]).tolist() == [INSTRUMENTS.index(instrument)]


def test_what_is_no_drum_of_the_kit_is_not_heard():
    assert not rolls((0, 6, 75, 100)).any()


def test_strokes_come_back_as_they_were():
    roll = rolls((0, 6, 36, 100), (0, 6, 42, 40), (24, 6, 38, 127), (102, 6, 49, 12))
    assert roll.shape == (2, 1, 24, 2 * N_DRUMS + 1)
    assert strokes(roll) == [(0, 0, 36, 100), (0, 0, 42, 40), (0, 6, 38, 127), (1, 1, 49, 12)]
    assert roll[0, 0, [0, 6], -1].tolist() == pytest.approx([100 / 127, 1.0])  # the loudest


def test_of_two_strokes_at_once_the_louder_counts():
    assert strokes(rolls((0, 6, 35, 30), (0, 6, 36, 90))) == [(0, 0, 36, 90)]
    assert strokes(np.zeros((1, 1, 24, 19), np.float32)) == []


def test_every_instrument_is_written_as_its_own_key():
    roll = np.zeros((1, 1, 24, 2 * N_DRUMS + 1), np.float32)
    roll[0, 0, 0, :N_DRUMS] = 0.9
    assert [key for _, _, key, _ in strokes(roll)] == list(PITCHES)


def test_the_profile_counts_onsets_of_the_others():
    piece = Piece(
        [
            Track("Chords", notes=notes_of((0, 24, p, 80) for p in range(60, 66)), role="chords"),
            Track("Bass", notes=notes_of([(24, 24, 36, 80)]), role="bass"),
            Track("Kit", is_drum=True, notes=notes_of([(48, 6, 36, 80)]), role="drums"),
        ]
    )
    profile = onset_profile(*encode(piece)[:2])
    assert profile[0, 0] == 1.0 and profile[0, 6] == 0.25  # six count as four
    assert profile.sum() == 1.25


def test_taps_stand_on_loud_strokes_or_the_grid_only():
    roll = rolls((18, 6, 38, 127), (30, 6, 38, 20))  # slots 5 (loud) and 7 (soft)
    for seed in range(20):
        heard = set(np.flatnonzero(taps(roll, np.random.default_rng(seed))[0]).tolist())
        assert heard <= {5, *range(0, 24, 3)}
    assert any(taps(roll, np.random.default_rng(seed))[0, 5] for seed in range(5))


def test_what_a_drummer_is_told():
    told = drum_conditions(
        np.zeros((2, 24), np.float32),
        np.array([4, 3]),
        np.array([0, 1]),
        np.array([100.0, 200.0]),
        np.array([0.5, 0.25]),
        fill=np.array([False, True]),
        first=np.array([True, False]),
        place=np.array([0, 5]),
    )
    assert told.shape == (2, DRUM_CONDITION_SIZE)
    assert told[0, 24:].tolist() == [0, 0, 0, 1, 0, 0, 0.5, 0, 1, 1, 0, 0, 0]
    assert told[1, 24:].tolist() == [0, 0, 1, 0, 1, 1, 0.25, 1, 0, 0, 1, 0, 0]
