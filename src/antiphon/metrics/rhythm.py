"""Rhythm: how many notes, how long, where in the bar, and how much against the beat.

Note onsets and durations are in steps of `RESOLUTION` to the quarter.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import RESOLUTION, Notes

_SIXTEENTH = RESOLUTION // 4


def notes_per_bar(notes: Notes, n_bars: int) -> float:
    """Return how many notes begin in a bar on average, ≥ 0; NaN without bars."""
    return len(notes) / n_bars if n_bars else math.nan


def short_share(notes: Notes) -> float:
    """Return the share of notes that round to a 16th or less; NaN on silence."""
    return float((notes["duration"] < 1.5 * _SIXTEENTH).mean()) if len(notes) else math.nan


def long_share(notes: Notes, min_quarters: float = 2.0) -> float:
    """Return the share of notes of at least `min_quarters` quarter notes; NaN on silence."""
    return (
        float((notes["duration"] >= min_quarters * RESOLUTION).mean()) if len(notes) else math.nan
    )


def mean_duration(notes: Notes) -> float:
    """Return the mean length of a note in quarter notes; NaN on silence."""
    return float(notes["duration"].mean()) / RESOLUTION if len(notes) else math.nan


def duration_entropy(notes: Notes) -> float:
    """Return the entropy, in bits, of note lengths in 16ths (up to two bars); NaN on silence."""
    sixteenths = np.clip(np.rint(notes["duration"] / _SIXTEENTH), 1, 32).astype(np.intp)
    return entropy(np.bincount(sixteenths))


def entropy(counts: NDArray[np.generic]) -> float:
    """Return the Shannon entropy of a histogram in bits; NaN if it is empty."""
    weights = np.asarray(counts, dtype=np.float64)
    if weights.sum() <= 0:
        return math.nan
    shares = weights[weights > 0] / weights.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def onset_profile(notes: Notes, bar_steps: int, n_positions: int = 16) -> NDArray[np.float64]:
    """Return the share of onsets at each of `n_positions` equal places of the bar.

    Shape (n_positions,), summing to 1; NaN on silence. In 4/4 the places are 16ths.
    """
    if not len(notes):
        return np.full(n_positions, math.nan)
    place = np.rint(notes["onset"] % bar_steps / bar_steps * n_positions).astype(np.intp)
    return np.bincount(place % n_positions, minlength=n_positions) / len(notes)


def beat_shares(notes: Notes) -> NDArray[np.float64]:
    """Return the shares of onsets on the beat, on the half of it, and elsewhere, (3,).

    Onsets are rounded to 16ths, beats are quarters. NaN on silence.
    """
    if not len(notes):
        return np.full(3, math.nan)
    place = np.rint(notes["onset"] / _SIXTEENTH).astype(np.intp) % 4
    on, half = (place == 0).mean(), (place == 2).mean()
    return np.array([on, half, 1 - on - half])


def _weights(steps_per_bar: int) -> NDArray[np.intp]:
    """Metrical level of each 16th of a bar: the bar 0, half −1, beat −2, eighth −3, 16th −4."""
    step = np.arange(steps_per_bar)
    levels = np.select(
        [step == 0, step % 8 == 0, step % 4 == 0, step % 2 == 0], [0, -1, -2, -3], -4
    )
    return levels.astype(np.intp)


def syncopation(notes: Notes, steps_per_bar: int) -> float:
    """Return how strongly onsets are tied over stronger places, per onset, ≥ 0.

    For each onset the strongest metrical level passed before the next onset, less its own
    level, if positive; 0 is never against the beat. The last onset lasts to the end
    of its bar. NaN on silence.

    Source:
        Longuet-Higgins & Lee, "The rhythmic interpretation of monophonic music", 1984; here
        divided by the number of onsets.
    """
    steps = np.unique(np.rint(notes["onset"] / _SIXTEENTH).astype(np.intp))
    if not len(steps):
        return math.nan
    end = (steps[-1] // steps_per_bar + 1) * steps_per_bar
    levels = np.resize(_weights(steps_per_bar), end)
    levels_after = np.append(levels[1:], -9)  # onset itself does not count
    following = np.append(steps[1:], end)
    strongest = np.array(
        [
            levels_after[a : b - 1].max() if b - a > 1 else -9
            for a, b in zip(steps, following, strict=True)
        ]
    )
    return float(np.maximum(strongest - levels[steps], 0).mean())


def swing(notes: Notes) -> float:
    """Return the median long:short ratio of eighths in beats of two, 1 straight, 2 triplet swing.

    Only quarters with an onset on the beat and exactly one other, a third to three quarters in,
    count. NaN if there is none.
    """
    onsets = np.unique(notes["onset"])
    beat, inside = onsets // RESOLUTION, onsets % RESOLUTION
    ratios = [
        inside[beat == b][1] / (RESOLUTION - inside[beat == b][1])
        for b, n in zip(*np.unique(beat, return_counts=True), strict=True)
        if n == 2
        and inside[beat == b][0] == 0
        and RESOLUTION / 3 <= inside[beat == b][1] <= RESOLUTION * 3 / 4
    ]
    return float(np.median(ratios)) if ratios else math.nan


def coincidence(first: Notes, second: Notes) -> float:
    """Return at how many of the rarer part's onset times both begin, 0–1; NaN if one is silent."""
    a = np.unique(np.rint(first["onset"] / _SIXTEENTH))
    b = np.unique(np.rint(second["onset"] / _SIXTEENTH))
    if not len(a) or not len(b):
        return math.nan
    return len(np.intersect1d(a, b, assume_unique=True)) / min(len(a), len(b))


def density_variation(notes: Notes, bar_steps: int, n_bars: int) -> float:
    """Return the standard deviation of notes per bar over its mean; NaN on silence."""
    if not len(notes) or not n_bars:
        return math.nan
    counts = np.bincount(np.clip(notes["onset"] // bar_steps, 0, n_bars - 1), minlength=n_bars)
    return float(counts.std() / counts.mean())
