"""MuseGAN's measures: empty bars, pitch classes, qualified notes, drum pattern, tonal distance.

Idea: MuseGAN (Dong et al., AAAI 2018, https://arxiv.org/abs/1709.06298). Rolls here are on
16ths, the original's on 96 steps a bar; each docstring says what that changes.

Shapes: T 16ths, 128 MIDI pitches; a roll is bool (T, 128), True where a pitch sounds.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import RESOLUTION, Notes

Roll = NDArray[np.bool_]


def fold(roll: Roll) -> NDArray[np.float64]:
    """Return how many pitches of each pitch class sound on each 16th, (T, 12)."""
    counts = np.zeros((len(roll), 132))
    counts[:, :128] = roll
    return counts.reshape(len(roll), 11, 12).sum(axis=1)


def by_bar(roll: NDArray[Any], steps_per_bar: int) -> NDArray[Any]:
    """Return a roll as (bars, steps in bar, …); an incomplete last bar is left out."""
    n_bars = len(roll) // steps_per_bar
    return roll[: n_bars * steps_per_bar].reshape(n_bars, steps_per_bar, *roll.shape[1:])


def empty_bars(roll: Roll, steps_per_bar: int) -> float:
    """Return EB, the share of bars in which nothing sounds, 0–1; NaN without a whole bar."""
    bars = by_bar(roll, steps_per_bar)
    return float(1 - bars.any(axis=(1, 2)).mean()) if len(bars) else math.nan


def used_pitch_classes(roll: Roll, steps_per_bar: int) -> float:
    """Return UPC, pitch classes used in a bar, 1–12, mean over bars that are not empty.

    NaN if nothing sounds.
    """
    used = by_bar(fold(roll), steps_per_bar).any(axis=1).sum(axis=1)
    return float(used[used > 0].mean()) if used.any() else math.nan


def qualified_notes(roll: Roll, min_steps: int = 2) -> float:
    """Return QN, the share of notes at least `min_steps` 16ths long, 0–1; NaN on silence.

    A note is an unbroken run of one pitch. MuseGAN asks for three of 96 steps a bar, a 32nd,
    which means nothing on 16ths: here two 16ths. Runs may cross bar lines; MuseGAN's are cut.
    """
    padded = np.zeros((len(roll) + 2, roll.shape[1]), dtype=np.int8)
    padded[1:-1] = roll
    change = np.diff(padded, axis=0).T  # (128, T + 1)
    starts, stops = np.nonzero(change == 1)[1], np.nonzero(change == -1)[1]
    return float((stops - starts >= min_steps).mean()) if len(starts) else math.nan


def polyphony(roll: Roll) -> float:
    """Return the mean number of pitches that sound together where any sounds; NaN on silence."""
    voices = roll.sum(axis=1)
    return float(voices[voices > 0].mean()) if voices.any() else math.nan


def polyphonic_rate(roll: Roll, more_than: int = 2) -> float:
    """Return PP, the share of 16ths (of all) on which more than `more_than` pitches sound.

    NaN for a roll of no length.

    Source:
        BinaryMuseGAN (Dong & Yang, ISMIR 2018, https://arxiv.org/abs/1804.09399).
    """
    return float((roll.sum(axis=1) > more_than).mean()) if len(roll) else math.nan


def drum_pattern(notes: Notes) -> float:
    """Return DP, how far drum onsets keep to 8- and 16-beat patterns, 0–1; NaN without notes.

    An onset on a 16th counts 1, a 96th of a bar beside it .3, elsewhere 0: MuseGAN's own
    weights, since a 4/4 bar has 96 steps here too. Music whose drums were snapped to 16ths
    scores 1.

    Args:
        notes: drum notes, onsets in steps of `RESOLUTION` to the quarter.
    """
    if not len(notes):
        return math.nan
    sixteenth = RESOLUTION // 4
    weights = np.zeros(sixteenth)
    weights[[1, -1]], weights[0] = 0.3, 1.0
    return float(weights[notes["onset"] % sixteenth].mean())


# Harte's circles of fifths, minor thirds and major thirds, with radii 1, 1 and .5
_ANGLES = np.outer([7 / 6, 3 / 2, 2 / 3], np.arange(12)) * np.pi
_CIRCLES = np.concatenate([np.sin(_ANGLES), np.cos(_ANGLES)]) * np.tile([1, 1, 0.5], 2)[:, None]


def tonal_distance(first: Roll, second: Roll, steps_per_beat: int = 4) -> float:
    """Return TD, the mean distance of two parts' tonal centroids, beat by beat, ≥ 0.

    Only beats in which both parts sound count; NaN if there is none. Small is close harmony.

    Source:
        Harte, Sandler & Gasser, "Detecting harmonic change in musical audio", 2006, as used
        by MuseGAN.
    """
    a = by_bar(fold(first), steps_per_beat).sum(axis=1)  # (beats, 12)
    b = by_bar(fold(second), steps_per_beat).sum(axis=1)
    both = (a.sum(axis=1) > 0) & (b.sum(axis=1) > 0)
    if not both.any():
        return math.nan
    a, b = a[both], b[both]
    centroids = (a / a.sum(axis=1, keepdims=True) - b / b.sum(axis=1, keepdims=True)) @ _CIRCLES.T
    return float(np.linalg.norm(centroids, axis=1).mean())
