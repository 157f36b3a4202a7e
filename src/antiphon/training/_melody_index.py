"""What is kept of the melodies that were trained on, small enough to ship with the weights.

For every bar, which pitch class begins at which of 16 places, in the home key: what composing
looks its own melodies up in, to say which song a piece is nearest to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import MAX_BEATS, home_shift, slot_steps
from antiphon.representations.prepared import Tables
from antiphon.representations.rolls import owned

PLACES = 16
_BEAT = 24  # steps that all slots of a beat fall on


def melody_index(data: Tables) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return (N, 12) words of 16 places by pitch class, and the song (N,) of each bar."""
    owner, notes = owned(data.bars, data.notes, [0])
    shift = home_shift(data.bars["tonic"], data.bars["minor"])[owner]
    # where each slot lies in time: simple beats have their slots at unequal distances
    steps = np.stack([slot_steps(MAX_BEATS, compound, _BEAT) for compound in (False, True)])
    length = data.bars["n_beats"].astype(np.int64)[owner] * _BEAT
    place = steps[data.bars["compound"][owner], notes["slot"]] * PLACES // length
    words = np.zeros((len(data.bars), 12), np.uint16)
    bits = (1 << place).astype(np.uint16)
    np.bitwise_or.at(words, (owner, (notes["pitch"] + shift) % 12), bits)
    return words.view(np.int16), data.bars["piece"].astype(np.int16)
