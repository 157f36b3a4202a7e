"""Joining: what was made again goes over into what stays beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.inference._players import MIN_VELOCITY
from antiphon.music.piece import Notes

REACH = 4  # bars from a seam within which loudness follows what stays beside it
FOLLOWS = 0.35  # of the way at the seam: songs' own bars do not go on as evenly as all of it
_MIN_NOTES = 3  # fewer have no loudness to follow


def joined(notes: Notes, made: NDArray[np.bool_], bar_steps: int) -> Notes:
    """Return the notes of a part, new ones near a seam about as loud as those that stay there.

    At a seam their loudness goes a third of the way (`FOLLOWS`) to where its mean is that of what
    stays within `REACH` bars and it differs no more; `REACH` bars away it is as it was written.

    Args:
        notes: of the part, in steps.
        made: (N,) bars whose notes are new.
        bar_steps: length of a bar.
    """
    bar = notes["onset"] // bar_steps
    is_new = made[np.minimum(bar, len(made) - 1)]
    velocity = notes["velocity"].astype(np.float64)
    change, weight = np.zeros(len(notes)), np.zeros(len(notes))
    edges = np.flatnonzero(np.diff(made, prepend=False, append=False))
    for index, edge in enumerate(edges.tolist()):
        inside = 1 if index % 2 == 0 else -1  # where from the seam the new bars are
        away = inside * (notes["onset"] - edge * bar_steps) / (REACH * bar_steps)
        own = is_new & (away >= 0 if inside > 0 else away > 0) & (away <= 1)
        own &= _in_run(bar, made, edge - (inside < 0))
        near = ~is_new & (away >= -1) & (away <= 0)
        if min(own.sum(), near.sum()) < _MIN_NOTES:
            continue
        wide = max(velocity[own].std(), 1e-6)
        kept = min(1.0, velocity[near].std() / wide)
        wanted = velocity[near].mean() + kept * (velocity[own] - velocity[own].mean())
        change[own] += (1 - away[own]) * (wanted - velocity[own])
        weight[own] += 1 - away[own]
    change *= FOLLOWS / np.maximum(weight, 1)  # of a short fill both seams ask for all of it
    out = notes.copy()
    louder = np.rint(velocity[is_new] + change[is_new])
    out["velocity"][is_new] = np.where(
        change[is_new] == 0, notes["velocity"][is_new], np.clip(louder, MIN_VELOCITY, 127)
    )
    return out


def _in_run(bar: NDArray[np.integer], made: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
    """Return (n,) which notes are in the run of made bars that a bar is in."""
    run = np.cumsum(np.diff(made, prepend=False))
    at = np.minimum(bar, len(made) - 1)
    return (run[at] == run[number]) & made[at]
