"""Measures of tune and chords, by which styles are told apart.

Shapes: E beats, S slots of a beat.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics.features import features
from antiphon.music.excerpt import Excerpt
from antiphon.music.keys import Key
from antiphon.music.piece import RESOLUTION
from antiphon.representations.lead_sheet import GROUPS, NO_CHORD_SYMBOL
from antiphon.representations.lead_sheet_view import sheet_parts

_BAR = 4  # beats


def lead_sheet_measures(
    tune: NDArray[np.integer], chords: NDArray[np.integer], *, minor: bool
) -> NDArray[np.float64]:
    """Return measures (F,) of at least one beat of a lead sheet, laid out in bars of four.

    Args:
        tune: (E, S) symbols, as of `lead_sheet.LeadSheet`.
        chords: (E,) the same.
        minor: whether home is A minor, not C major.
    """
    key = Key(9, "minor") if minor else Key(0)
    n_bars = -(-len(tune) // _BAR)
    excerpt = Excerpt(sheet_parts(tune, chords), _BAR * RESOLUTION, n_bars, key)
    group = np.where(chords == NO_CHORD_SYMBOL, len(GROUPS), chords % len(GROUPS))
    shares = np.bincount(group, minlength=len(GROUPS) + 1) / len(group)
    return np.append(list(features(excerpt).values()), shares)
