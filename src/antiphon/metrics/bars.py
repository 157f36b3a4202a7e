"""Measures of single bars, to say which bar of a piece is not like music and why.

They are taken from rolls, so that training data and what is being composed are measured by
the same code; `Habits` keeps what is usual in a style.

Shapes: N bars in a row, M parts (melody, counter, chords, bass), T slots, P pitches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEASURES = (
    "notes in the bar",
    "notes of the melody",
    "melody notes foreign to the chord",
    "widest leap of the melody",
    "accompaniment foreign to the chord",
    "sounding pitches",
    "silence",
    "harsh seconds",
)
_UNITS = ("", "", " of the time", " semitones", " of the time", "", " of the bar", " of the time")


def measure_bars(rolls: NDArray[np.floating], chroma: NDArray[np.floating], n_slots: int) -> Floats:
    """Return (N, 8) the `MEASURES` of each bar; NaN where a bar has nothing to measure.

    Args:
        rolls: (N, M, T, 2P + 1) onsets, sounding pitches, loudness; the lowest pitch a C.
        chroma: (N, 4, 12) tones of the chord of each beat.
        n_slots: slots that the metre uses, T at most.
    """
    n_pitches = (rolls.shape[-1] - 1) // 2
    onset = rolls[:, :, :n_slots, :n_pitches] > 0.5
    sounding = rolls[:, :, :n_slots, n_pitches : 2 * n_pitches] > 0.5
    tones = np.repeat(chroma > 0.5, 6, axis=1)[:, :n_slots]  # (N, T, 12)
    tones = tones | ~tones.any(axis=-1, keepdims=True)
    by_class = sounding.reshape(*sounding.shape[:3], -1, 12).sum(axis=3)  # (N, M, T, 12)
    any_class = by_class[:, :].any(axis=1)  # (N, T, 12)
    harsh = (any_class & np.roll(any_class, 1, axis=-1)).any(axis=-1)
    heard = np.asarray(sounding.any(axis=(1, 3)))  # (N, T)
    with np.errstate(invalid="ignore", divide="ignore"):
        melody, backing = by_class[:, 0], by_class[:, 2:].sum(axis=1)
        columns = [
            onset.sum(axis=(1, 2, 3)).astype(float),
            onset[:, 0].sum(axis=(1, 2)).astype(float),
            1 - (melody * tones).sum(axis=(1, 2)) / melody.sum(axis=(1, 2)),
            widest_leaps(onset[:, 0]),
            1 - (backing * tones).sum(axis=(1, 2)) / backing.sum(axis=(1, 2)),
            np.where(heard.any(axis=1), sounding.sum(axis=(1, 3)).mean(axis=1), np.nan),
            1 - heard.mean(axis=1),
            np.where(heard.any(axis=1), harsh.mean(axis=1), np.nan),
        ]
    return np.stack(columns, axis=1)


def widest_leaps(onset: NDArray[np.bool_]) -> Floats:
    """Return (N,) the widest interval, in semitones, between notes that follow in each bar.

    The step from the last note of the bar before counts too. NaN without two notes.

    Args:
        onset: (N, T, P) of one voice; of several notes at once the highest counts.
    """
    n, n_slots, n_pitches = onset.shape
    flat = onset.reshape(n * n_slots, n_pitches)
    at = np.flatnonzero(flat.any(axis=1))
    pitch = n_pitches - 1 - flat[at, ::-1].argmax(axis=1)
    leap = np.abs(np.diff(pitch))
    widest = np.full(n, np.nan)
    near = np.diff(at) <= n_slots  # a rest of over a bar is no leap
    np.fmax.at(widest, (at[1:] // n_slots)[near], leap[near].astype(float))
    return widest


@dataclass(frozen=True)
class Habits:
    """What is usual in a style.

    Attributes:
        low, high: (K,) the values that 1 and 99 of 100 real bars have.
        mean, deviation: (K,) of real songs' means.
    """

    low: Floats
    high: Floats
    mean: Floats
    deviation: Floats

    def failures(self, measures: Floats) -> list[tuple[int, str]]:
        """Return (bar, sentence) for every bar that is further out than 98 of 100 real ones."""
        found = []
        for column, (name, unit) in enumerate(zip(MEASURES, _UNITS, strict=True)):
            low, high = self.low[column], self.high[column]
            values = measures[:, column]
            for bar in np.flatnonzero((values < low - 1e-6) | (values > high + 1e-6)):
                found.append(
                    (int(bar), f"{name} {values[bar]:.3g}{unit} (real {low:.3g} to {high:.3g})")
                )
        return sorted(found)

    def distance(self, measures: Floats) -> tuple[float, list[tuple[str, float]]]:
        """Return how far a piece's means are from real songs', and how far in each measure.

        1 is one standard deviation of real songs, on average over the measures.
        """
        there = ~np.isnan(measures)
        counts = there.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(there, measures, 0).sum(axis=0) / counts
        away = (mean - self.mean) / np.maximum(self.deviation, 1e-6)
        each = [(n, float(a)) for n, a in zip(MEASURES, away, strict=True) if np.isfinite(a)]
        total = float(np.mean([abs(a) for _, a in each])) if each else float("nan")
        return total, each


def habits_of(measures: Floats, song: NDArray[np.integer]) -> Habits:
    """Return the habits of real bars.

    Args:
        measures: (N, K) from `measure_bars`.
        song: (N,) which song each bar is from.
    """
    there = ~np.isnan(measures)
    filled = np.where(there, measures, 0)
    _, group = np.unique(song, return_inverse=True)
    totals = np.stack([np.bincount(group, c) for c in filled.T], axis=1)
    counts = np.stack([np.bincount(group, t) for t in there.T], axis=1)
    means = np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)
    return Habits(
        np.nanquantile(measures, 0.01, axis=0),
        np.nanquantile(measures, 0.99, axis=0),
        np.nanmean(means, axis=0),
        np.nanstd(means, axis=0),
    )
