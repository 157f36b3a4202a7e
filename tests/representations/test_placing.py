"""Placing: notes at slots, worked by hand; nothing lies in a bar that is left out."""

from __future__ import annotations

import numpy as np

from antiphon.representations._placing import Grid, placed

EDGES = [1 / 8, 7 / 24, 5 / 12, 7 / 12, 17 / 24, 7 / 8]  # between 0, 1/4, 1/3, 1/2, 2/3, 3/4 and 1


def test_notes_lie_at_the_nearest_slots_of_bars_that_are_kept():
    # three bars of one beat of 24 steps, the second left out: slots 0 to 5, 6 and 7 to 12
    grid = Grid(
        starts=np.array([10, 34, 58, 82]),
        first_slot=np.array([0, 6, 7, 13]),
        kept=np.array([True, False, True]),
        beat=np.array([24, 24, 24]),
        edges=np.array([EDGES] * 3),
    )
    notes = [
        (9, 8),  # before the piece
        (10, 6),  # slot 0, up to slot 1
        (17, 1),  # 7/24 of the beat: still slot 1; too short for a slot
        (22, 60),  # slot 3, up to the bar that is left out: slot 6
        (32, 5),  # nearer to the next bar, which is left out
        (40, 30),  # begins in it
        (74, 99),  # slot 4 of the third bar, up to the end: slot 13
        (82, 4),  # after the piece
    ]
    onset, duration = np.array(notes, np.int32).T
    found = placed(onset, duration, grid, 24)
    assert found.bar.tolist() == [-1, 0, 0, 0, -1, -1, 2, -1]
    assert found.counts.tolist() == [3, 0, 1]
    inside = found.bar >= 0
    assert found.slot[inside].tolist() == [0, 1, 3, 4]
    assert found.duration[inside].tolist() == [1, 1, 3, 2]
    backwards = placed(onset[::-1], duration[::-1], grid, 24)
    assert backwards.bar[::-1].tolist() == found.bar.tolist()
