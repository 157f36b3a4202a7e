"""Mood: valence and arousal, at one place or as a curve over the bars of a piece.

Valence runs from −1 (sad) to 1 (happy), arousal from −1 (calm) to 1 (excited), the two axes of
Russell's circumplex (Journal of Personality and Social Psychology, 1980).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError

_POINT = re.compile(r"(\d+):([-+−]?\d*\.?\d+),([-+−]?\d*\.?\d+)")
_HOW = "write bar:valence,arousal, e.g. '1:-0.5,-0.2 16:0.8,0.6'"


class MoodPoint(NamedTuple):
    """What the mood is at the beginning of a bar; the first bar is 1."""

    bar: int
    valence: float
    arousal: float


def parse_mood_curve(text: str) -> list[MoodPoint]:
    """Return the points of a curve such as ``1:-0.5,-0.2 16:0.8,0.6``, in order.

    Raises:
        AntiphonError: it is no curve, its bars do not rise, or a mood lies beyond −1 … 1.
    """
    points: list[MoodPoint] = []
    for word in text.split():
        match = _POINT.fullmatch(word)
        if not match:
            raise AntiphonError(f"Cannot read {word!r} in the mood curve: {_HOW}.")
        valence, arousal = (float(x.replace("−", "-")) for x in match.groups()[1:])
        points.append(MoodPoint(int(match[1]), valence, arousal))
        if max(abs(valence), abs(arousal)) > 1:
            raise AntiphonError(f"Moods lie from -1 to 1: {word!r} in the mood curve does not.")
    bars = [point.bar for point in points]
    if not points or bars[0] < 1 or bars != sorted(set(bars)):
        raise AntiphonError(f"The bars of a mood curve begin with 1 and rise: {_HOW}.")
    return points


def mood_at(points: list[MoodPoint], n_bars: int) -> tuple[NDArray[np.float64], ...]:
    """Return valence and arousal of each bar (N,): straight lines from point to point.

    Before the first point and after the last one the mood stays.
    """
    at = np.arange(1, n_bars + 1)
    bars, *moods = (np.array(column) for column in zip(*points, strict=True))
    return tuple(np.interp(at, bars, mood) for mood in moods)
