"""Joining: new notes are as loud as what stays beside them, the less the farther away."""

from __future__ import annotations

import numpy as np

from antiphon.inference._joining import REACH, joined
from antiphon.music.piece import Notes, notes_of

BAR = 96


def bars(*velocities: tuple[int, ...]) -> Notes:
    """Four notes in each bar, of these velocities."""
    return notes_of(
        (bar * BAR + 24 * place, 24, 60, velocity)
        for bar, four in enumerate(velocities)
        for place, velocity in enumerate(four)
    )


def made(*numbers: int, n: int = 8) -> np.ndarray:
    out = np.zeros(n, bool)
    out[list(numbers)] = True
    return out


def test_between_bars_of_one_loudness_a_fill_goes_a_third_of_the_way_to_it():
    notes = bars(*[(80,) * 4] * 2, *[(60,) * 4] * 4, *[(80,) * 4] * 2)
    found = joined(notes, made(2, 3, 4, 5), BAR)["velocity"].reshape(8, 4)
    assert (found[2:6] == 67).all() and (found[[0, 1, 6, 7]] == 80).all()


def test_a_fill_goes_from_the_loudness_before_to_that_after():
    notes = bars(*[(40,) * 4] * 2, *[(60,) * 4] * 4, *[(80,) * 4] * 2)
    found = joined(notes, made(2, 3, 4, 5), BAR)["velocity"].reshape(8, 4)
    # of −20, −10, 0 and 10 to go, .35: −7, −3.5, 0 and 3.5
    assert found[2:6, 0].tolist() == [53, 56, 60, 64]
    assert found[[0, 1, 6, 7]].tolist() == notes["velocity"].reshape(8, 4)[[0, 1, 6, 7]].tolist()


def test_a_bar_between_two_is_as_loud_as_both_on_the_average():
    notes = bars((40,) * 4, (60,) * 4, (80,) * 4)
    found = joined(notes, made(1, n=3), BAR)["velocity"].reshape(3, 4)
    # the first note: weights 1 and 3/4, so (1 · −20 + 3/4 · 20) / (7/4) = −2.86, .35 of it
    assert found[1, 0] == 59 and found[1, 2] == 60


def test_far_from_a_seam_loudness_stays_as_written():
    notes = bars(*[(40,) * 4], *[(60,) * 4] * 7)
    found = joined(notes, made(*range(1, 8)), BAR)["velocity"].reshape(8, 4)
    assert found[1:, 0].tolist() == [53, 55, 56, 58, 60, 60, 60]
    assert REACH == 4


def test_what_differs_more_than_its_neighbours_differs_less():
    notes = bars(*[(70, 90, 70, 90)] * 2, *[(40, 120, 40, 120)] * 4, *[(70, 90, 70, 90)] * 2)
    found = joined(notes, made(2, 3, 4, 5), BAR)["velocity"].reshape(8, 4)
    assert found[2:6].tolist() == [[50, 110, 50, 110]] * 4  # of 30 to go, .35


def test_what_differs_less_stays_even():
    notes = bars(*[(60, 100, 60, 100)] * 2, *[(80,) * 4] * 4, *[(60, 100, 60, 100)] * 2)
    assert (joined(notes, made(2, 3, 4, 5), BAR)["velocity"].reshape(8, 4)[2:6] == 80).all()


def test_a_part_that_is_silent_beside_a_seam_or_made_throughout_stays_as_written():
    alone = bars(*[(60,) * 4] * 4)
    assert (joined(alone, made(0, 1, 2, 3), BAR)["velocity"] == 60).all()
    assert (joined(alone, made(0, 1, 2, 3, n=4), BAR)["velocity"] == 60).all()
    assert len(joined(alone[:0], made(1), BAR)) == 0
