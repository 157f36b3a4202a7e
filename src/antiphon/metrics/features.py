"""About 170 interpretable features of a few bars: harmony, melody, rhythm, texture, repetition.

A feature that has nothing to measure (the range of a silent part) is NaN; whoever compares
two sets fills both alike (`frechet.standardise`). Excerpts come in C major or A minor, so
pitch-class features mean scale degrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics import harmony, melody, musegan, rhythm, structure
from antiphon.metrics.musegan import Roll
from antiphon.music.excerpt import Excerpt
from antiphon.music.piece import Notes

# the figures people ask about first; their medians are compared one by one
HEADLINES: dict[str, str] = {
    "notes per bar": "all.notes_per_bar",
    "polyphony": "all.polyphony",
    "in-scale": "all.in_scale",
    "triad fit": "all.triad_fit",
    "chord changes per bar": "all.chord_changes",
    "short notes": "all.short_share",
    "stepwise melody": "melody.stepwise",
    "repetition at 1 bar": "all.repetition_1",
    "repetition at 2 bars": "all.repetition_2",
    "repetition at 4 bars": "all.repetition_4",
}
LAGS = (1, 2, 4)

Named = dict[str, float]


def features(excerpt: Excerpt) -> Named:
    """Return every feature of one excerpt by name, `part.feature`, always in the same order.

    Which there are depends only on the excerpt's parts.
    """
    rolls = {role: excerpt.roll(role) for role in excerpt.pitched}
    onsets = {role: excerpt.onsets(role) for role in excerpt.pitched}
    found: Named = {}
    for role, notes in excerpt.pitched.items():
        part = _part(notes, rolls[role], onsets[role], excerpt)
        if role in ("melody", "counter"):
            part |= _line(notes, excerpt)
        found |= _prefixed(role, part)
    if rolls:
        found |= _prefixed("all", _together(excerpt, rolls, onsets))
    for first, second in combinations(rolls, 2):
        found |= _prefixed(f"{first}+{second}", _pair(excerpt, rolls, first, second))
    if "drums" in excerpt.parts:
        found |= _prefixed("drums", _drums(excerpt))
    return found


def matrix(excerpts: Sequence[Excerpt]) -> tuple[list[str], NDArray[np.float64]]:
    """Return the features' names and (N, F) values of excerpts with the same parts.

    Raises:
        ValueError: there is no excerpt.
    """
    if not excerpts:
        raise ValueError("no excerpt to measure")
    rows = [features(excerpt) for excerpt in excerpts]
    names = list(rows[0])
    return names, np.array([[row[name] for name in names] for row in rows])


def _prefixed(prefix: str, values: Named) -> Named:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _numbered(name: str, values: Iterable[float]) -> Named:
    return {f"{name}_{i}": float(v) for i, v in enumerate(values)}


def _part(notes: Notes, roll: Roll, onsets: Roll, excerpt: Excerpt) -> Named:
    """Texture, register, rhythm, harmony and repetition of one pitched part."""
    steps = excerpt.steps_per_bar
    pitches = notes["pitch"].astype(np.float64)
    return {
        "notes_per_bar": rhythm.notes_per_bar(notes, excerpt.n_bars),
        "density_variation": rhythm.density_variation(notes, excerpt.bar_steps, excerpt.n_bars),
        "empty_bars": musegan.empty_bars(roll, steps),
        "sounding": float(roll.any(axis=1).mean()),
        "polyphony": musegan.polyphony(roll),
        "pitch_mean": float(pitches.mean()) if len(pitches) else math.nan,
        "pitch_sd": float(pitches.std()) if len(pitches) else math.nan,
        "pitch_range": melody.pitch_range(notes),
        "mean_duration": rhythm.mean_duration(notes),
        "duration_entropy": rhythm.duration_entropy(notes),
        "short_share": rhythm.short_share(notes),
        "long_share": rhythm.long_share(notes),
        **_numbered("beat_share", rhythm.beat_shares(notes)[:2]),
        "syncopation": rhythm.syncopation(notes, steps),
        "in_scale": harmony.in_scale(roll, excerpt.key),
        "used_pitch_classes": musegan.used_pitch_classes(roll, steps),
        "triad_fit": harmony.triad_fit(roll, steps),
        **{f"repetition_{lag}": structure.repetition(onsets, steps, lag) for lag in LAGS},
        **_rhythm_repetition(onsets, steps),
    }


def _rhythm_repetition(onsets: Roll, steps: int) -> Named:
    beaten = np.any(onsets, axis=1).reshape(-1, 1)
    return {f"rhythm_repetition_{lag}": structure.repetition(beaten, steps, lag) for lag in LAGS}


def _line(notes: Notes, excerpt: Excerpt) -> Named:
    """How a single line moves."""
    return {
        "stepwise": melody.stepwise(notes),
        "repeated": melody.repeated(notes),
        "leaps": melody.leaps(notes),
        "mean_interval": melody.mean_interval(notes),
        "interval_entropy": melody.interval_entropy(notes),
        "turns": melody.turns(notes),
        "upward": melody.upward(notes),
        "phrase_rests": melody.phrase_rests(notes, excerpt.n_bars),
        **_numbered("contour", melody.contour(notes, excerpt.n_bars, excerpt.bar_steps)),
    }


def _together(excerpt: Excerpt, rolls: dict[str, Roll], onsets: dict[str, Roll]) -> Named:
    """What the ensemble does as one."""
    steps = excerpt.steps_per_bar
    roll = np.logical_or.reduce(list(rolls.values()))
    notes = np.concatenate(list(excerpt.pitched.values()))
    begun = np.concatenate(list(onsets.values()), axis=1)
    return {
        "notes_per_bar": rhythm.notes_per_bar(notes, excerpt.n_bars),
        "polyphony": musegan.polyphony(roll),
        "polyphonic_rate": musegan.polyphonic_rate(roll),
        "short_share": rhythm.short_share(notes),
        "in_scale": harmony.in_scale(roll, excerpt.key),
        "triad_fit": harmony.triad_fit(roll, steps),
        "chord_changes": harmony.chord_changes(roll, steps),
        "used_pitch_classes": musegan.used_pitch_classes(roll, steps),
        **_numbered("interval_class", harmony.interval_classes(roll)),
        **_numbered("degree", harmony.scale_degrees(roll)),
        **_numbered("lowest_degree", harmony.lowest_degrees(roll)),
        **_numbered("onset", rhythm.onset_profile(notes, excerpt.bar_steps)),
        **{f"repetition_{lag}": structure.repetition(begun, steps, lag) for lag in LAGS},
        **_rhythm_repetition(begun, steps),
    }


def _pair(excerpt: Excerpt, rolls: dict[str, Roll], first: str, second: str) -> Named:
    """How two parts fit together."""
    a, b = rolls[first], rolls[second]
    both = a.any(axis=1) & b.any(axis=1)
    gap = math.nan
    if both.any():
        middle = [(r[both] @ np.arange(128.0)) / r[both].sum(axis=1) for r in (a, b)]
        gap = float((middle[0] - middle[1]).mean())
    return {
        "tonal_distance": musegan.tonal_distance(a, b),
        "coincidence": rhythm.coincidence(excerpt.parts[first], excerpt.parts[second]),
        "together": float(both.mean()),
        "register_gap": gap,
        "doubled": _doubled(a, b),
    }


def _doubled(first: Roll, second: Roll) -> float:
    """Share of the first part's sound that the second doubles at the unison or octave."""
    a, b = musegan.fold(first) > 0, musegan.fold(second) > 0
    return float((a & b).sum() / a.sum()) if a.any() else math.nan


_KITS = {
    "kick": (35, 36),
    "snare": (37, 38, 39, 40),
    "hat": (42, 44, 46),
    "tom": (41, 43, 45, 47, 48, 50),
    "cymbal": (49, 51, 52, 53, 55, 57, 59),
}


def _drums(excerpt: Excerpt) -> Named:
    """Groove: what is struck, how often, where in the bar, and how it returns."""
    notes, steps = excerpt.parts["drums"], excerpt.steps_per_bar
    onsets = excerpt.onsets("drums")
    found = {
        "notes_per_bar": rhythm.notes_per_bar(notes, excerpt.n_bars),
        "density_variation": rhythm.density_variation(notes, excerpt.bar_steps, excerpt.n_bars),
        "empty_bars": musegan.empty_bars(onsets, steps),
        "syncopation": rhythm.syncopation(notes, steps),
        "swing": rhythm.swing(notes),
        "drum_pattern": musegan.drum_pattern(notes),
        **_numbered("onset", rhythm.onset_profile(notes, excerpt.bar_steps)),
        **{f"repetition_{lag}": structure.repetition(onsets, steps, lag) for lag in LAGS},
    }
    for name, keys in _KITS.items():
        struck = notes[np.isin(notes["pitch"], keys)]
        found[f"{name}_per_bar"] = rhythm.notes_per_bar(struck, excerpt.n_bars)
        found |= _numbered(f"{name}_beat_share", rhythm.beat_shares(struck)[:2])
    return found
