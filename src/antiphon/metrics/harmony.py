"""Harmony: does it keep to the key, form triads, change chord, follow the chords it was given?

Shapes: T 16ths; a roll is bool (T, 128), True where a pitch sounds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics.musegan import Roll, by_bar, fold
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, Notes

_TRIADS = np.zeros((24, 12))  # 12 major, then 12 minor
for _root in range(12):
    _TRIADS[_root, [(_root + i) % 12 for i in (0, 4, 7)]] = 1
    _TRIADS[12 + _root, [(_root + i) % 12 for i in (0, 3, 7)]] = 1


def in_scale(roll: Roll, key: Key) -> float:
    """Return the share of sounding pitch-time inside the key's scale, 0–1; NaN on silence.

    Minor is the natural scale, so a leading note counts as outside.
    """
    weight = fold(roll).sum(axis=0)
    return float(weight[list(key.scale)].sum() / weight.sum()) if weight.any() else math.nan


def best_triads(
    chroma: NDArray[np.float64],
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the major (0–11) or minor (12–23) triad that holds most of each row, and its share.

    A tie goes to the triad whose root weighs most. Silent rows give −1 and NaN.

    Args:
        chroma: (N, 12) weight of each pitch class.
    """
    total = chroma.sum(axis=1)
    held = chroma @ _TRIADS.T  # (N, 24)
    rooted = held + 1e-6 * np.concatenate([chroma, chroma], axis=1)
    best = np.where(total > 0, rooted.argmax(axis=1), -1)
    share = np.full(len(chroma), np.nan)
    share[total > 0] = held.max(axis=1)[total > 0] / total[total > 0]
    return best, share


def _half_bars(roll: Roll, steps_per_bar: int) -> NDArray[np.float64]:
    half = steps_per_bar // 2 if steps_per_bar % 2 == 0 else steps_per_bar
    return by_bar(fold(roll), half).sum(axis=1)


def triad_fit(roll: Roll, steps_per_bar: int) -> float:
    """Return how much of the sound one triad explains in each half bar, 0–1, averaged.

    Half bars that are silent do not count; NaN if all are. Bars of an odd number of 16ths
    count whole.
    """
    share = best_triads(_half_bars(roll, steps_per_bar))[1]
    return float(np.nanmean(share)) if np.isfinite(share).any() else math.nan


def chord_changes(roll: Roll, steps_per_bar: int) -> float:
    """Return changes of the best triad from half bar to half bar, per bar.

    Silent half bars are passed over. NaN if fewer than two sound.
    """
    chroma = _half_bars(roll, steps_per_bar)
    best = best_triads(chroma)[0]
    heard = best[best >= 0]
    n_bars = len(roll) / steps_per_bar
    return float((np.diff(heard) != 0).sum() / n_bars) if len(heard) > 1 else math.nan


def chord_tone_share(notes: Notes, chords: Sequence[ChordSpan]) -> float:
    """Return the share of sounding time that is a tone of the chord of that moment, 0–1.

    Each note weighs by how long it sounds under each chord; time under no chord is left out.
    NaN if nothing sounds under a chord.

    Args:
        notes: one part, on the same grid as the chords.
        chords: spans with their chord or None.
    """
    onset, stop = notes["onset"], notes["onset"] + notes["duration"]
    inside = total = 0
    for span in chords:
        if span.chord is None:
            continue
        together = np.minimum(stop, span.onset + span.duration) - np.maximum(onset, span.onset)
        together = np.maximum(together, 0)
        is_tone = np.isin(notes["pitch"] % 12, list(span.chord.pitch_classes))
        total += int(together.sum())
        inside += int(together[is_tone].sum())
    return inside / total if total else math.nan


def interval_classes(roll: Roll) -> NDArray[np.float64]:
    """Return the shares of interval classes 0–6 among all pairs of pitches sounding together.

    Shape (7,), summing to 1: 0 is octaves, 1 minor seconds and major sevenths, 6 tritones.
    All NaN if never two sound together.
    """
    counts = fold(roll)
    pairs = np.array([(counts * np.roll(counts, -k, axis=1)).sum() for k in range(7)])
    pairs[0] = (counts * (counts - 1)).sum() / 2
    pairs[6] /= 2  # each tritone was met from both ends
    total = pairs.sum()
    return pairs / total if total else np.full(7, math.nan)


def dissonance(roll: Roll) -> float:
    """Return the share of pitches sounding together that clash (semitone or tritone), 0–1.

    NaN if never two sound together.
    """
    shares = interval_classes(roll)
    return float(shares[1] + shares[6])


def scale_degrees(roll: Roll) -> NDArray[np.float64]:
    """Return the share of sounding pitch-time of each pitch class, (12,); NaN on silence."""
    weight = fold(roll).sum(axis=0)
    return weight / weight.sum() if weight.any() else np.full(12, math.nan)


def lowest_degrees(roll: Roll) -> NDArray[np.float64]:
    """Return how long each pitch class is the lowest sounding one, shares (12,); NaN on silence."""
    sounding = roll.any(axis=1)
    if not sounding.any():
        return np.full(12, math.nan)
    lowest = roll[sounding].argmax(axis=1) % 12
    return np.bincount(lowest, minlength=12) / len(lowest)


def brightness(notes: Notes, key: Key) -> float:
    """Return how far above the tonic the notes lie on the line of fifths, −5 … 6; NaN on silence.

    Each note weighs by its length. A major scale, its seven notes sounding equally long, has a
    mean of 2, a Lydian one 3, natural minor −1: the modes from dark to bright.
    """
    if not len(notes):
        return math.nan
    place = ((notes["pitch"].astype(np.intp) - key.tonic) * 7 + 5) % 12 - 5
    return float(np.average(place, weights=notes["duration"]))
