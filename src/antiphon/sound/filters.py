"""Filters: second-order sections by Robert Bristow-Johnson's cookbook, and one of linear phase.

Source: R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients",
W3C Note 2021 (https://www.w3.org/TR/audio-eq-cookbook/). w is the angular frequency in radians
a frame, alpha = sin(w) / 2q.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import signal

from antiphon.sound._checks import Audio, Sound, effect, frequency, within

MAX_GAIN_DB = 60.0


@effect
def lowpass(
    samples: Audio, sample_rate_hz: int, frequency_hz: float = 3000.0, q: float = 0.707
) -> Sound:
    """Keep what lies below a frequency, which itself falls by 3 dB; 12 dB an octave above."""
    cos, alpha = _angle(frequency_hz, q, sample_rate_hz)
    b = [(1 - cos) / 2, 1 - cos, (1 - cos) / 2]
    return _filtered(samples, b, [1 + alpha, -2 * cos, 1 - alpha])


@effect
def highpass(
    samples: Audio, sample_rate_hz: int, frequency_hz: float = 80.0, q: float = 0.707
) -> Sound:
    """Keep what lies above a frequency, which itself falls by 3 dB; 12 dB an octave below."""
    cos, alpha = _angle(frequency_hz, q, sample_rate_hz)
    b = [(1 + cos) / 2, -(1 + cos), (1 + cos) / 2]
    return _filtered(samples, b, [1 + alpha, -2 * cos, 1 - alpha])


@effect
def bandpass(
    samples: Audio, sample_rate_hz: int, frequency_hz: float = 1000.0, q: float = 1.0
) -> Sound:
    """Keep a band around a frequency, which itself stays as it is; frequency / q wide."""
    cos, alpha = _angle(frequency_hz, q, sample_rate_hz)
    return _filtered(samples, [alpha, 0, -alpha], [1 + alpha, -2 * cos, 1 - alpha])


@effect
def bandreject(
    samples: Audio, sample_rate_hz: int, frequency_hz: float = 1000.0, q: float = 1.0
) -> Sound:
    """Take a band around a frequency away, wholly in its middle; frequency / q wide."""
    cos, alpha = _angle(frequency_hz, q, sample_rate_hz)
    return _filtered(samples, [1, -2 * cos, 1], [1 + alpha, -2 * cos, 1 - alpha])


@effect
def allpass(
    samples: Audio, sample_rate_hz: int, frequency_hz: float = 1000.0, q: float = 0.707
) -> Sound:
    """Turn phases, by half a turn at a frequency; every loudness stays."""
    cos, alpha = _angle(frequency_hz, q, sample_rate_hz)
    a = [1 + alpha, -2 * cos, 1 - alpha]
    return _filtered(samples, a[::-1], a)


@effect
def equalizer(
    samples: Audio,
    sample_rate_hz: int,
    frequency_hz: float = 1000.0,
    gain_db: float = -3.0,
    q: float = 1.0,
) -> Sound:
    """Raise or lower a band around a frequency; frequency / q wide."""
    cos, alpha = _angle(frequency_hz, q, sample_rate_hz)
    root = _root_gain(gain_db)
    b = [1 + alpha * root, -2 * cos, 1 - alpha * root]
    return _filtered(samples, b, [1 + alpha / root, -2 * cos, 1 - alpha / root])


@effect
def lowshelf(
    samples: Audio,
    sample_rate_hz: int,
    gain_db: float = -20.0,
    frequency_hz: float = 100.0,
    slope: float = 0.5,
) -> Sound:
    """Raise or lower the bass: all below a frequency, which itself moves by half as many dB."""
    b, a = _shelf(gain_db, frequency_hz, slope, sample_rate_hz, sign=1.0)
    return _filtered(samples, b, a)


@effect
def highshelf(
    samples: Audio,
    sample_rate_hz: int,
    gain_db: float = -20.0,
    frequency_hz: float = 3000.0,
    slope: float = 0.5,
) -> Sound:
    """Raise or lower the treble: all above a frequency, which itself moves by half as many dB."""
    b, a = _shelf(gain_db, frequency_hz, slope, sample_rate_hz, sign=-1.0)
    return _filtered(samples, b, a)


@effect
def sinc(
    samples: Audio,
    sample_rate_hz: int,
    above_hz: float = 0.0,
    below_hz: float = 0.0,
    transition_hz: float = 200.0,
) -> Sound:
    """Keep what is above one frequency and below another (0 is no limit), phases as they are.

    Within `transition_hz` around each limit it falls to −80 dB; nothing is delayed.
    """
    limits = [hz for hz in (above_hz, below_hz) if hz]
    for hz in limits:
        frequency("A limit of sinc", hz, sample_rate_hz)
    within("transition_hz", transition_hz, 1, sample_rate_hz / 4, "Hz")
    within("below_hz", below_hz or np.inf, above_hz, np.inf, "Hz")
    if not limits:
        return samples
    n_taps, beta = signal.kaiserord(80, 2 * transition_hz / sample_rate_hz)
    kind = "bandpass" if len(limits) == 2 else "highpass" if above_hz else "lowpass"
    taps = signal.firwin(
        n_taps | 1, limits, window=("kaiser", beta), pass_zero=kind, fs=sample_rate_hz
    )
    padded = np.pad(samples, ((0, 0), (len(taps) // 2, len(taps) // 2)))
    return signal.oaconvolve(padded, taps[None], mode="valid", axes=-1)


def _angle(hz: float, q: float, sample_rate_hz: int) -> tuple[float, float]:
    """Return cos w and alpha."""
    frequency("frequency_hz", hz, sample_rate_hz)
    within("q", q, 0.01, 1000)
    w = 2 * np.pi * hz / sample_rate_hz
    return float(np.cos(w)), float(np.sin(w) / (2 * q))


def _root_gain(gain_db: float) -> float:
    within("gain_db", gain_db, -MAX_GAIN_DB, MAX_GAIN_DB, "dB")
    return float(10 ** (gain_db / 40))


def _shelf(
    gain_db: float, hz: float, slope: float, sample_rate_hz: int, *, sign: float
) -> tuple[list[float], list[float]]:
    """Return b and a of a shelf on the low side (sign 1) or the high side (sign −1)."""
    within("slope", slope, 0.01, 1.0)
    root = _root_gain(gain_db)
    q = 1 / np.sqrt((root + 1 / root) * (1 / slope - 1) + 2)
    cos, alpha = _angle(hz, q, sample_rate_hz)
    cos, wide = sign * cos, 2 * np.sqrt(root) * alpha
    b = [
        root * ((root + 1) - (root - 1) * cos + wide),
        sign * 2 * root * ((root - 1) - (root + 1) * cos),
        root * ((root + 1) - (root - 1) * cos - wide),
    ]
    a = [
        (root + 1) + (root - 1) * cos + wide,
        -sign * 2 * ((root - 1) + (root + 1) * cos),
        (root + 1) + (root - 1) * cos - wide,
    ]
    return b, a


def _filtered(samples: Audio, b: Sequence[float], a: Sequence[float]) -> Sound:
    return signal.lfilter(b, a, samples.astype(np.float64), axis=-1)
