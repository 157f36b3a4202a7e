"""What sound is here, and what can be wrong with it or with what is asked of it.

A sound is an array of float32 whose last axis is time: (frames,) or (channels, frames);
full scale is −1 … 1. What is given as another kind of number is converted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from antiphon.errors import AntiphonError

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
Sound = NDArray[np.floating[Any]]  # while it is being worked on
P = ParamSpec("P")
Effect = Callable[Concatenate[Audio, int, P], Audio]

MIN_RATE_HZ, MAX_RATE_HZ = 1_000, 768_000
_MAX_CHANNELS = 64


def sound(samples: ArrayLike, sample_rate_hz: int) -> Audio:
    """Return a sound as float32.

    Raises:
        AntiphonError: it is no row or table of finite numbers, its channels are not the first
            axis, or the sample rate is none.
    """
    if not MIN_RATE_HZ <= sample_rate_hz <= MAX_RATE_HZ:
        raise AntiphonError(
            f"A sample rate of {sample_rate_hz} Hz: give {MIN_RATE_HZ} to {MAX_RATE_HZ}."
        )
    audio = np.asarray(samples)
    if audio.dtype.kind not in "fiu":
        raise AntiphonError(f"Sound is an array of numbers, not of {audio.dtype}.")
    if audio.dtype.kind in "iu":
        raise AntiphonError(
            f"Sound of {audio.dtype}: divide it by full scale, so that it lies within −1 … 1."
        )
    if audio.ndim not in (1, 2) or (audio.ndim == 2 and not 1 <= len(audio) <= _MAX_CHANNELS):
        raise AntiphonError(
            f"Sound of shape {audio.shape}: give (frames,) or (channels, frames), "
            f"up to {_MAX_CHANNELS} channels."
        )
    if not np.isfinite(audio).all():
        raise AntiphonError("The sound holds values that are no numbers, or infinite.")
    return audio.astype(np.float32, copy=False)


def within(what: str, value: float, low: float, high: float, unit: str = "") -> None:
    """Raise unless a setting lies between two limits, both included.

    Raises:
        AntiphonError: it does not; the sentence names it, its value and the limits.
    """
    if not low <= value <= high:  # false for NaN, too
        unit = f" {unit}" if unit else ""
        raise AntiphonError(f"{what} is {value:g}{unit}: give {low:g} to {high:g}{unit}.")


def frequency(what: str, hz: float, sample_rate_hz: int) -> None:
    """Raise unless a frequency lies above 0 and below half the sample rate.

    Raises:
        AntiphonError: it does not.
    """
    if not 0 < hz < sample_rate_hz / 2:
        raise AntiphonError(
            f"{what} is {hz:g} Hz: give more than 0 and less than half the sample rate "
            f"({sample_rate_hz / 2:g} Hz)."
        )


def effect(function: Callable[Concatenate[Audio, int, P], Sound]) -> Effect[P]:
    """Let a function of (channels, frames) be given any sound, mono as (frames,), too.

    What has no frames comes back as it is. The sound that was given is never changed.
    """

    @wraps(function)
    def checked(samples: Audio, sample_rate_hz: int, /, *args: P.args, **kwargs: P.kwargs) -> Audio:
        audio = sound(samples, sample_rate_hz)
        if not audio.shape[-1]:
            return audio
        out = function(np.atleast_2d(audio), sample_rate_hz, *args, **kwargs)
        result = out.astype(np.float32, copy=False)
        return result[0] if audio.ndim == 1 else result

    return checked
