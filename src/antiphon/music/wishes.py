"""Wishes: how far up each slider a plan asks for, its mood counted in, and the key for a mood.

Shapes: N bars.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from antiphon.music.keys import Key
from antiphon.music.plan import SLIDERS, Plan

VELOCITY = 32  # added to velocities at the loud end
_RELATIVE = 3  # semitones from a minor key's tonic up to that of its relative major

Wanted = Mapping[str, NDArray[np.float64]]  # (N,) of each slider that is not left open, 0–1


def wanted_of(plan: Plan, n_bars: int) -> Wanted:
    """Return what a plan asks for in each bar: its sliders, and what its mood says of the others.

    Arousal moves density and loudness, valence the register.
    """
    valence, arousal = plan.moods(n_bars)
    wanted: dict[str, NDArray[np.float64]] = {}
    if arousal is not None:
        wanted |= {"density": 0.5 + 0.45 * arousal, "loudness": 0.5 + 0.4 * arousal}
    if valence is not None:
        wanted |= {"register": 0.5 + 0.45 * valence}
    asked = {name: getattr(plan, name) for name in SLIDERS}
    return wanted | {n: np.full(n_bars, at) for n, at in asked.items() if at is not None}


def louder(wanted: Wanted, n_bars: int) -> NDArray[np.int64]:
    """Return (N,) what is added to velocities that are written."""
    at = wanted.get("loudness", np.full(n_bars, 0.5))
    return np.rint(VELOCITY * push_of(at)).astype(np.int64)


def push_of(at: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return how far sliders are from the middle, −1 to 1."""
    return (2 * (np.clip(at, 0, 1) - 0.5)).astype(np.float32)


def key_in_mood(plan: Plan, now: Key) -> Key:
    """Return the key for a plan's mood: of two relative keys, the major one for a happy one."""
    if plan.valence is None:
        return now
    if plan.valence < 0 and now.mode == "major":
        return Key((now.tonic - _RELATIVE) % 12, "minor")
    if plan.valence >= 0 and now.mode == "minor":
        return Key((now.tonic + _RELATIVE) % 12, "major")
    return now
