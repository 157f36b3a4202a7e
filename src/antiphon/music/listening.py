"""Listening: the key and the chord in what somebody plays, while they play it.

A line says little of its chord. So the chord that is meant to sound stays until another fits
clearly better, and the key until there is much that speaks for another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antiphon.music.chords import Chord
from antiphon.music.harmony import Floats, fit_of_chord, pitch_class_weights
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import Notes

_STAYS = 1.6  # how much better another chord has to fit
_AT_HOME = 0.5
_FEWEST_NOTES, _FEWEST_CLASSES = 8, 4  # that tell a key
_OUTSIDE = 0.12  # share of the sounding time beside the scale from which on a key is in doubt
_FITS = 0.1  # how much more of it has to lie in the other key's scale
_USUAL_VELOCITY, _FOLLOWED, _MOST_LOUDER = 80.0, 0.4, 16.0


@dataclass(frozen=True)
class Answer:
    """Which bar of a phrase the next bar answers.

    Attributes:
        n_bars: length of the phrase, and of the answer.
        number: of the bar within the answer, the first being 0.
    """

    n_bars: int
    number: int


def heard_key(notes: Notes, now: Key) -> Key:
    """Return the key that somebody plays in; the one it is until they are clearly in another.

    Args:
        notes: of the last bars.
        now: the key it is.
    """
    weights = pitch_class_weights(notes)
    if len(notes) < _FEWEST_NOTES or np.count_nonzero(weights) < _FEWEST_CLASSES:
        return now
    share = weights / weights.sum()
    inside = float(share[list(now.scale)].sum())
    found = estimate_key(weights)
    if found is None or inside > 1 - _OUTSIDE:
        return now
    return found if float(share[list(found.scale)].sum()) >= inside + _FITS else now


def heard_chord(weights: Floats, key: Key, meant: Chord | None) -> Chord | None:
    """Return the chord that somebody plays: the one that is meant unless another fits better.

    Args:
        weights: (12,) how long each pitch class sounded of late.
        key: in which it is.
        meant: the chord that is to sound now.
    """
    if weights.sum() <= 0 or (meant is not None and np.count_nonzero(weights) < 2):
        return meant  # one note goes over many a chord
    triads = [Chord(root, quality) for quality in ("", "m") for root in range(12)]
    best = max(triads, key=lambda chord: _fit(weights, chord, key))
    if meant is None:
        return best
    better = _fit(weights, best, key) - _fit(weights, meant, key)
    return best if better > _STAYS else meant


def _fit(weights: Floats, chord: Chord, key: Key) -> float:
    """Return how well a chord fits; those of the key are likelier than two tones can tell."""
    at_home = chord.pitch_classes <= set(key.scale)
    return fit_of_chord(weights, chord, key) + (_AT_HOME if at_home else 0.0)


def louder_by(velocities: Floats) -> int:
    """Return what is added to the band's velocities to follow how loud somebody plays."""
    if not len(velocities):
        return 0
    more = _FOLLOWED * (float(np.mean(velocities)) - _USUAL_VELOCITY)
    return round(min(max(more, -_MOST_LOUDER), _MOST_LOUDER))
