"""Dirt: overdrive, noise, dither. Equal seeds give equal noise."""

from __future__ import annotations

import numpy as np
from scipy import fft, signal

from antiphon.errors import unknown
from antiphon.sound._checks import Audio, Sound, effect, within

_COLOURS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # amplitude falls by frequency to that power


@effect
def overdrive(
    samples: Audio, sample_rate_hz: int, gain_db: float = 20.0, colour: float = 20.0
) -> Sound:
    """Clip softly after a gain, as SoX does; `colour` adds even harmonics.

    The curve is x − x³/3, flat beyond ±1; half of the clean sound stays beside it.
    """
    within("gain_db", gain_db, 0, 100, "dB")
    within("colour", colour, 0, 100)
    driven = np.clip(samples * 10 ** (gain_db / 20) + colour / 200, -1, 1)
    bent = driven - driven**3 / 3
    level = signal.lfilter([1, -1], [1, -0.995], bent, axis=-1)  # without the constant share
    return 0.5 * samples + 0.75 * level


@effect
def noise(
    samples: Audio, sample_rate_hz: int, snr_db: float = 30.0, colour: str = "white", seed: int = 0
) -> Sound:
    """Add noise so many dB under the sound's mean power: white, pink or brown."""
    within("snr_db", snr_db, -20, 120, "dB")
    if colour not in _COLOURS:
        raise unknown(colour, "colours of noise", _COLOURS)
    n = samples.shape[1]
    hiss = np.random.default_rng(seed).standard_normal(samples.shape)
    if _COLOURS[colour]:
        hz = np.maximum(fft.rfftfreq(n, 1 / sample_rate_hz), 20.0)
        hiss = fft.irfft(fft.rfft(hiss) * (20.0 / hz) ** _COLOURS[colour], n)
    power = np.mean(np.square(samples, dtype=np.float64))
    wanted = np.sqrt(power / 10 ** (snr_db / 10))
    return samples + hiss * wanted / np.sqrt(np.mean(hiss**2))


@effect
def dither(samples: Audio, sample_rate_hz: int, bits: int = 16, seed: int = 0) -> Sound:
    """Round to so many bits after adding triangular noise of ±1 step; silence stays silence."""
    within("bits", bits, 2, 24)
    if not samples.any():
        return samples
    rng = np.random.default_rng(seed)
    steps = 2 ** (bits - 1) - 1
    shaken = samples * np.float64(steps) + rng.random(samples.shape) - rng.random(samples.shape)
    return np.clip(np.rint(shaken), -steps - 1, steps) / steps
