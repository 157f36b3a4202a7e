"""Copying: exact copies, transposed copies and strangers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from antiphon.metrics import copying
from antiphon.music.piece import Notes, notes_of

BARS = np.arange(0, 5 * 96, 96)  # four bars of 4/4
TUNE = [(i * 24, 24, 60 + (5 * i) % 12, 90) for i in range(16)]


def segment(notes: Notes | list) -> np.ndarray:
    rows = notes if isinstance(notes, np.ndarray) else notes_of(notes)
    return copying.join(copying.pack_bars({"melody": rows}, BARS))


def test_a_bit_stands_for_one_place_of_one_pitch_class():
    words = segment([(0, 6, 60, 90), (96 + 6, 6, 73, 90)])
    assert words[0, 0, 0] == 1  # C at place 0
    assert words[0, 0, 1] == 1 << 17  # C sharp at the second place of the second bar
    assert copying.size(words)[0] == 2


def test_drums_are_passed_over():
    packed = copying.pack_bars({"drums": notes_of(TUNE), "melody": notes_of(TUNE)}, BARS)
    assert packed.shape == (4, 1, 12)


@pytest.mark.parametrize("shift", [0, 1, 7, 12, -5])
def test_a_copy_is_found_at_any_transposition(shift):
    moved = [(o, d, p + shift, v) for o, d, p, v in TUNE]
    found = copying.nearest(segment(moved), segment(TUNE))
    assert (found.similarity[0], found.index[0]) == (1.0, 0)


def test_half_the_notes_are_half_alike():
    other = TUNE[:8] + [(o + 6, d, p, v) for o, d, p, v in TUNE[8:]]
    assert copying.nearest(segment(other), segment(TUNE)).similarity[0] == 0.5


def test_the_nearest_of_several_is_named_by_its_own_index():
    sparse = segment(TUNE[:2])
    training = np.concatenate(
        [sparse, segment([(o + 6, d, p, v) for o, d, p, v in TUNE]), segment(TUNE)]
    )
    assert copying.nearest(segment(TUNE), training).index[0] == 2


def test_a_few_notes_are_not_asked():
    found = copying.nearest(segment(TUNE[:3]), segment(TUNE))
    assert math.isnan(found.similarity[0])
    assert found.index[0] == -1


def test_no_training_music_is_refused():
    with pytest.raises(ValueError, match="no training segment"):
        copying.nearest(segment(TUNE), segment([]))


def test_segments_begin_every_hop_bars():
    bars = np.zeros((9, 1, 12), dtype=np.uint64)
    assert len(copying.join(bars)) == 6
    assert len(copying.join(bars, hop=4)) == 2
    assert len(copying.join(bars[:3])) == 0


def test_summary_of_four_likenesses():
    told = copying.summary(np.array([0.2, 0.4, 0.6, 1.0, np.nan]))
    assert (told["median"], told["max"], told["copies"]) == (0.5, 1.0, 0.25)


def test_summary_of_nothing():
    assert all(math.isnan(v) for v in copying.summary(np.array([np.nan])).values())
