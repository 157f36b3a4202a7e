"""Labels: what a data set says of a whole piece, for networks to be conditioned on."""

from __future__ import annotations

import math
from dataclasses import dataclass

QUADRANTS = {"Q1": (1.0, 1.0), "Q2": (-1.0, 1.0), "Q3": (-1.0, -1.0), "Q4": (1.0, -1.0)}
EMOTIONS = {"Q1": "happy", "Q2": "angry", "Q3": "sad", "Q4": "calm"}  # what EMOPIA calls them


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What is said of a piece by people who listened to it; nothing here is estimated.

    Attributes:
        style: in the data set's words, e.g. ``"jazz"`` or ``"funk"``; "" where it is not said.
        valence, arousal: mood, each −1 (sad, calm) to 1 (happy, excited), as in `Plan`; NaN
            where it is not said.
    """

    style: str = ""
    valence: float = math.nan
    arousal: float = math.nan

    def __post_init__(self) -> None:
        for value in (self.valence, self.arousal):
            if not (math.isnan(value) or -1 <= value <= 1):
                raise ValueError(f"valence and arousal lie between -1 and 1, not {value}")

    @classmethod
    def of_quadrant(cls, quadrant: str) -> Labels:
        """Return the mood of a quadrant of Russell's circle, ``Q1`` (happy, excited) … ``Q4``.

        Source:
            Russell, A circumplex model of affect, JPSP 1980.
        """
        valence, arousal = QUADRANTS[quadrant]
        return cls(valence=valence, arousal=arousal)


def emotion_of(valence: float, arousal: float) -> str:
    """Return the emotion of a mood's quadrant, one of `EMOTIONS`; "" on an axis, or for NaN."""
    for quadrant, (happy, excited) in QUADRANTS.items():
        if valence * happy > 0 and arousal * excited > 0:
            return EMOTIONS[quadrant]
    return ""
