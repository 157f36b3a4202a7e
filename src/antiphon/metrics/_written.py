"""Measures of bars as they are written, before they are a piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics.features import matrix
from antiphon.music.excerpt import Excerpt, merged
from antiphon.music.keys import Key
from antiphon.music.piece import RESOLUTION, in_order
from antiphon.representations.score import N_PARTS, Ints
from antiphon.representations.writing import Writing, Written, in_steps


def written_measures(
    written: Sequence[Written], bars: Sequence[NDArray[np.void]]
) -> NDArray[np.float64]:
    """Return the features (n, F) of some bars of scores, of melody, counter-melody and chords.

    Args:
        written: of each, its notes as `Writing.notes` returns them, bars counted from 0.
        bars: of each, its table of `bars.BAR`, in one metre; all of one length.
    """
    excerpts = [_excerpt(notes, table) for notes, table in zip(written, bars, strict=True)]
    return matrix(excerpts)[1]


def takes_measures(
    writing: Writing, takes: Ints, bars: slice, tables: Sequence[NDArray[np.void]], n_takes: int
) -> NDArray[np.float64]:
    """Return the features (n, F) of some bars of takes.

    Args:
        writing: what all takes of all pieces were written in, those of a piece in a row.
        takes: (n,) their places in it.
        bars: of each.
        tables: of each piece, its table of `bars.BAR`.
        n_takes: of each piece.
    """
    told = [writing.notes(take, bars) for take in takes.tolist()]
    return written_measures(told, [tables[take // n_takes][bars] for take in takes.tolist()])


def _excerpt(written: Written, bars: NDArray[np.void]) -> Excerpt:
    n_beats, compound = int(bars["n_beats"][0]), bool(bars["compound"][0])
    beat = RESOLUTION * 3 // 2 if compound else RESOLUTION
    notes = in_steps(written, len(bars), n_beats, beat, compound=compound)
    part = written[1] % N_PARTS
    return Excerpt(
        {
            "melody": in_order(notes[part == 0]),
            "counter": in_order(notes[part == 1]),
            # with the bass, as a pianist plays it
            "chords": merged([notes[part == 2], notes[part == 3]]),
        },
        n_beats * beat,
        len(bars),
        Key(9, "minor") if bars["minor"][0] else Key(0),
    )
