"""A walking bass: what the bass of jazz leans to.

The songs that may be learnt from have none: those of jazz are lead sheets. So the pop scribe's
choices lean to it: a note on every beat, the root where a chord begins, a neighbour of the next
root before it, other tones of the chord and the scale between.

Shapes: N bars, P pitches.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from antiphon.models._leaning import Lean, copied
from antiphon.representations.bars import PITCHED, SLOTS_PER_BEAT, home_shift
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES, chord_features
from antiphon.representations.score import N_PARTS

_BASS = PITCHED.index("bass")
_ON, _OFF = 7.0, -4.0  # log-odds of an onset on a beat, and between
_ROOT, _NEXT, _NEAR, _TONE, _SCALE, _AGAIN = 4.0, 3.0, 2.0, 3.0, 1.5, -5.0  # logits of pitches
_OCTAVES = np.arange(LOW_PITCH, LOW_PITCH + N_PITCHES) % 12
_MAJOR = [0, 2, 4, 5, 7, 9, 11]  # of A minor, too: home is C major or A minor


def walking(bars: NDArray[np.void], lean: Lean | None) -> Lean:
    """Return what choices lean to where the bass walks in simple metres.

    Args:
        bars: (N,) table of `bars.BAR` with chords.
        lean: what they lean to besides; it stays as it is.
    """
    out = copied(lean, len(bars))
    shift = home_shift(bars["tonic"], bars["minor"])
    lowest = chord_features(bars["chords"], shift)
    beats = [
        (bar, beat)
        for bar in range(len(bars))
        if not bars["compound"][bar]
        for beat in range(int(bars["n_beats"][bar]))
    ]
    slots = out.odds[:, _BASS::N_PARTS]
    for bar, beat in beats:
        first = beat * SLOTS_PER_BEAT
        slots[bar, first : first + SLOTS_PER_BEAT] += _OFF
        slots[bar, first] += _ON - _OFF
    roots = [int(lowest[at][12:24].argmax()) if lowest[at][24] == 0 else -1 for at in beats]
    begins = [root != before for before, root in pairwise([-1, *roots])]
    for index, (bar, beat) in enumerate(beats):
        if roots[index] < 0:
            continue
        coming = roots[index + 1] if index + 1 < len(beats) and begins[index + 1] else -1
        wanted = _tones(lowest[bar, beat, :12], roots[index], begins[index] or beat == 0, coming)
        out.rows[bar, beat, _BASS] += wanted[_OCTAVES]
    return out


def _tones(chord: NDArray[np.float32], root: int, begins: bool, coming: int) -> NDArray[np.float32]:
    """Return logits (12,) of pitch classes.

    Args:
        chord: (12,) which are its own.
        begins: whether the root belongs here.
        coming: root of a chord that begins on the next beat; −1 where none does.
    """
    out = np.zeros(12, np.float32)
    if begins:
        out[root] = _ROOT
        return out
    out[_MAJOR] = _SCALE
    out[chord > 0] = _TONE
    out[root] = _AGAIN
    if coming >= 0:
        out[[(coming + by) % 12 for by in (-2, 2, 7)]] = _NEAR
        out[[(coming - 1) % 12, (coming + 1) % 12]] = _NEXT
        out[coming] = _AGAIN
    return out
