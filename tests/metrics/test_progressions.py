"""Measures of progressions, worked out by hand."""

import numpy as np
import pytest

from antiphon.metrics.progressions import N_MEASURES, progression_measures
from antiphon.representations.bars import MAX_BEATS, NO_CHORD, QUALITY_NAMES

ROOT, BASS, KIND, SLASH, CHANGES, OVER_BAR, WITHIN = 0, 12, 24, 33, 34, 35, 36
SAME_BARS, SAME_BEATS, DISTINCT, MOVES, LASTS, BEGINS, ENDS = 39, 43, 47, 48, 60, 63, 64


def chord(name: str, root: int, bass: int | None = None) -> tuple[int, int, int]:
    return root, QUALITY_NAMES.index(name), root if bass is None else bass


C, F, G7, A_MINOR = chord("", 0), chord("", 5), chord("7", 7), chord("m", 9)
F_OVER_A = chord("", 5, 9)


def rows(*bars: list[tuple[int, int, int]]) -> np.ndarray:
    return np.array(bars, np.uint8)


# | C | F F/A | G7 | C |
SONG = rows([C] * 4, [F, F, F_OVER_A, F_OVER_A], [G7] * 4, [C] * 4)


def test_shares_of_beats_by_root_bass_and_kind():
    found = progression_measures(SONG, 4, minor=False)
    assert found[[ROOT, ROOT + 5, ROOT + 7]].tolist() == [0.5, 0.25, 0.25]
    assert found[[BASS, BASS + 5, BASS + 7, BASS + 9]].tolist() == [0.5, 0.125, 0.25, 0.125]
    assert found[[KIND, KIND + 2]].tolist() == [0.75, 0.25]
    assert found[SLASH] == 0.125


def test_changes_are_counted_at_bar_lines_and_within_bars():
    found = progression_measures(SONG, 4, minor=False)
    assert found[CHANGES] == 1.0 and found[OVER_BAR] == 1.0
    assert found[WITHIN : WITHIN + 3].tolist() == [0.75, 0.25, 0]
    assert found[LASTS : LASTS + 3].tolist() == [0, pytest.approx(0.6), pytest.approx(0.8)]


def test_intervals_of_roots_leave_out_a_new_bass():
    found = progression_measures(SONG, 4, minor=False)
    # up a fourth, none, up a tone, up a fourth
    assert found[[MOVES, MOVES + 2, MOVES + 5]].tolist() == [0.25, 0.25, 0.5]


def test_what_returns_is_told_for_whole_bars_and_for_beats():
    song = rows([C] * 4, [F, F, G7, G7], [C] * 4, [F, F, F, G7], [C] * 4)
    found = progression_measures(song, 4, minor=False)
    assert found[SAME_BARS : SAME_BARS + 3].tolist() == [0, pytest.approx(2 / 3), 1]
    assert found[SAME_BEATS + 1] == pytest.approx(11 / 12)
    assert np.isnan(found[SAME_BARS + 3])  # five bars have none eight bars before
    assert found[DISTINCT] == pytest.approx(3 / 20**0.5)


def test_where_it_begins_and_phrases_end_depends_on_the_mode():
    major = progression_measures(SONG, 4, minor=False)
    assert major[[BEGINS, ENDS, ENDS + 1]].tolist() == [1, 1, 0]
    minor = progression_measures(rows(*[[A_MINOR] * 4] * 4), 4, minor=True)
    assert minor[[BEGINS, ENDS]].tolist() == [1, 1]


def test_beats_that_the_metre_has_not_and_silence_are_left_out():
    silence = (NO_CHORD,) * 3
    waltz = rows([C, C, C, F], [silence, C, C, F])
    found = progression_measures(waltz, 3, minor=False)
    assert found[ROOT] == 1 and found[MOVES : MOVES + 12].tolist() == pytest.approx(
        [np.nan] * 12, nan_ok=True
    )
    assert found[CHANGES] == 1.0


def test_there_are_always_as_many():
    none = np.full((1, MAX_BEATS, 3), NO_CHORD, np.uint8)
    for song in (SONG, none):
        assert progression_measures(song, 4, minor=False).shape == (N_MEASURES,)
