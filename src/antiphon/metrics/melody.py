"""Melody: steps and leaps, range, turns and breaths of a part's top line.

Note onsets and durations are in steps of `RESOLUTION` to the quarter. Where several notes
begin together the highest is the line.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics.rhythm import entropy
from antiphon.music.piece import RESOLUTION, Notes


def line(notes: Notes) -> Notes:
    """Return the highest note of every onset, in order of time."""
    ordered = notes[np.lexsort((-notes["pitch"], notes["onset"]))]
    first = np.append(True, np.diff(ordered["onset"]) > 0)[: len(ordered)]
    return ordered[first]


def intervals(notes: Notes) -> NDArray[np.int64]:
    """Return the signed intervals of the line in semitones.

    A rest longer than four quarters ends a phrase, so what follows is no interval.
    """
    top = line(notes)
    steps = np.diff(top["pitch"].astype(np.int64))
    gaps = top["onset"][1:] - (top["onset"] + top["duration"])[:-1]
    return steps[gaps <= 4 * RESOLUTION]


def stepwise(notes: Notes) -> float:
    """Return the share of the line's intervals of one or two semitones, 0–1; NaN without any."""
    steps = np.abs(intervals(notes))
    return float(((steps == 1) | (steps == 2)).mean()) if len(steps) else math.nan


def repeated(notes: Notes) -> float:
    """Return the share of the line's intervals that repeat the pitch, 0–1; NaN without any."""
    steps = intervals(notes)
    return float((steps == 0).mean()) if len(steps) else math.nan


def leaps(notes: Notes, min_semitones: int = 5) -> float:
    """Return the share of the line's intervals of a fourth or more, 0–1; NaN without any."""
    steps = np.abs(intervals(notes))
    return float((steps >= min_semitones).mean()) if len(steps) else math.nan


def mean_interval(notes: Notes) -> float:
    """Return the line's mean interval in semitones, without direction; NaN without any."""
    steps = np.abs(intervals(notes))
    return float(steps.mean()) if len(steps) else math.nan


def interval_entropy(notes: Notes) -> float:
    """Return the entropy of the line's signed intervals (to an octave) in bits; NaN without any."""
    steps = np.clip(intervals(notes), -12, 12) + 12
    return entropy(np.bincount(steps, minlength=25))


def pitch_range(notes: Notes) -> float:
    """Return highest less lowest pitch in semitones; NaN on silence."""
    return float(np.ptp(notes["pitch"])) if len(notes) else math.nan


def turns(notes: Notes) -> float:
    """Return the share of moving intervals that change direction, 0–1; NaN with fewer than two.

    .5 is a random walk, 0 a scale in one direction, 1 a trill.
    """
    direction = np.sign(intervals(notes))
    direction = direction[direction != 0]
    return float((direction[1:] != direction[:-1]).mean()) if len(direction) > 1 else math.nan


def upward(notes: Notes) -> float:
    """Return the share of moving intervals that go up, 0–1; NaN without any."""
    steps = intervals(notes)
    steps = steps[steps != 0]
    return float((steps > 0).mean()) if len(steps) else math.nan


def phrase_rests(notes: Notes, n_bars: int, min_quarters: float = 1.0) -> float:
    """Return rests of at least `min_quarters` between notes, per bar; NaN on silence."""
    if not len(notes) or not n_bars:
        return math.nan
    ordered = np.sort(notes, order="onset")
    sounded_until = np.maximum.accumulate(ordered["onset"] + ordered["duration"])
    gaps = ordered["onset"][1:] - sounded_until[:-1]
    return float((gaps >= min_quarters * RESOLUTION).sum() / n_bars)


def contour(notes: Notes, n_bars: int, bar_steps: int) -> NDArray[np.float64]:
    """Return the mean pitch of each quarter of the excerpt less that of the whole, (4,) semitones.

    NaN where nothing begins.
    """
    shape = np.full(4, math.nan)
    if not len(notes):
        return shape
    top = line(notes)
    quarter = np.clip(top["onset"] * 4 // (n_bars * bar_steps), 0, 3)
    for index in np.unique(quarter):
        shape[index] = top["pitch"][quarter == index].mean() - top["pitch"].mean()
    return shape
