"""Measures of bars as they are written, before they are a piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics.features import matrix
from antiphon.music.excerpt import Excerpt
from antiphon.music.keys import Key
from antiphon.music.piece import NOTE, RESOLUTION, Notes, in_order
from antiphon.representations.bars import SLOTS_PER_BEAT, slot_steps
from antiphon.representations.rolls import LOW_PITCH
from antiphon.representations.score import DURATIONS, N_PARTS, Ints, loudness_of

Sounding = tuple[Ints, Ints, Ints, Ints, Ints]  # bar, cell, row, duration, loudness of each note


def written_measures(
    written: Sequence[Sounding], bars: Sequence[NDArray[np.void]]
) -> NDArray[np.float64]:
    """Return the features (n, F) of some bars of scores, of melody, counter-melody and chords.

    Args:
        written: of each, its notes as `Writing.notes` returns them, bars counted from 0.
        bars: of each, its table of `bars.BAR`, in one metre; all of one length.
    """
    excerpts = [_excerpt(notes, table) for notes, table in zip(written, bars, strict=True)]
    return matrix(excerpts)[1]


def _excerpt(written: Sounding, bars: NDArray[np.void]) -> Excerpt:
    bar, cell, row, duration, loudness = written
    n_beats, compound = int(bars["n_beats"][0]), bool(bars["compound"][0])
    beat = RESOLUTION * 3 // 2 if compound else RESOLUTION
    within, used = slot_steps(n_beats, compound, beat), n_beats * SLOTS_PER_BEAT
    steps = np.append(
        (np.arange(len(bars))[:, None] * n_beats * beat + within[None]).ravel(),
        len(bars) * n_beats * beat,
    )
    begin = bar * used + cell // N_PARTS
    notes = np.zeros(len(bar), NOTE)
    notes["onset"] = steps[begin]
    stop = np.minimum(begin + DURATIONS[duration], len(steps) - 1)
    notes["duration"] = steps[stop] - steps[begin]
    notes["pitch"] = row + LOW_PITCH
    notes["velocity"] = loudness_of(loudness)
    part = cell % N_PARTS
    minor = bool(bars["minor"][0])
    return Excerpt(
        {
            "melody": in_order(notes[part == 0]),
            "counter": in_order(notes[part == 1]),
            "chords": _doubled_once(notes[part >= 2]),  # with the bass, as a pianist plays it
        },
        n_beats * beat,
        len(bars),
        Key(9, "minor") if minor else Key(0),
    )


def _doubled_once(notes: Notes) -> Notes:
    """Return notes in order, the longer one where two of a pitch begin together."""
    ordered = notes[np.lexsort((-notes["duration"], notes["pitch"], notes["onset"]))]
    same = (np.diff(ordered["onset"]) == 0) & (np.diff(ordered["pitch"]) == 0)
    return ordered[np.append(np.ones(min(len(ordered), 1), bool), ~same)]
