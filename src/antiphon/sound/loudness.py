"""Loudness and true peak as broadcasters measure them (ITU-R BS.1770-4).

The K weighting is applied to the spectrum of each tenth of a second instead of to the
running signal: several times faster, and within 0.1 LU for music.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from antiphon.sound._checks import Audio, Floats

BLOCK = 64  # frames of which peaks are told
_TAPS = 24  # of each phase of the interpolator
_OVERSAMPLING = 4


def tenth(sample_rate_hz: int) -> int:
    """Return a tenth of a second in frames."""
    return sample_rate_hz // 10


@cache
def _weighting(sample_rate_hz: int) -> NDArray[np.float32]:
    """Return the K weighting of power at each frequency of a tenth of a second.

    Shape (tenth // 2 + 1,). The filters are those of De Man (2014) for any sample rate; the
    factor makes a sum over frequencies the mean square over frames.
    """
    n = tenth(sample_rate_hz)
    hz = fft.rfftfreq(n, 1 / sample_rate_hz)
    k = np.tan(np.pi * 1681.974450955533 / sample_rate_hz)
    high, q = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    band = high**0.4996667741545416
    shelf_b = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    shelf_a = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    k, q = np.tan(np.pi * 38.13547087602444 / sample_rate_hz), 0.5003270373238773
    low_a = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    # the standard gives the high pass a numerator of 1, -2, 1 over a denominator that starts by 1
    low_b = [low_a[0], -2 * low_a[0], low_a[0]]
    delay = np.exp(-2j * np.pi * hz / sample_rate_hz)  # of one frame
    response = np.polyval(shelf_b[::-1], delay) / np.polyval(shelf_a[::-1], delay)
    response *= np.polyval(low_b[::-1], delay) / np.polyval(low_a[::-1], delay)
    power = np.abs(response) ** 2 * 2 / n**2
    power[[0, -1] if n % 2 == 0 else 0] /= 2  # all others stand for two frequencies
    return power.astype(np.float32)


def tenths(audio: Audio, sample_rate_hz: int) -> Floats:
    """Return the K-weighted mean square of each whole tenth of a second.

    Args:
        audio: (..., frames); the axes before are kept.
        sample_rate_hz: frames in a second.
    """
    size = tenth(sample_rate_hz)
    n, step = audio.shape[-1] // size, 32  # tenths at once: they fit the cache
    cut = audio[..., : n * size].reshape(*audio.shape[:-1], n, size)
    power = np.zeros(cut.shape[:-1])
    weighting = _weighting(sample_rate_hz)
    for start in range(0, n, step):
        spectrum = fft.rfft(cut[..., start : start + step, :], axis=-1)
        power[..., start : start + step] = (spectrum.real**2 + spectrum.imag**2) @ weighting
    return power


def integrated(power: Floats) -> float:
    """Return the gated loudness in LUFS; -inf for silence.

    Args:
        power: (tenths,) K-weighted mean squares, summed over the channels.
    """
    if len(power) < 4:
        windows = np.array([power.mean()]) if len(power) else np.zeros(0)
    else:
        windows = np.convolve(power, np.full(4, 0.25), mode="valid")
    loud = windows[windows > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return float("-inf")
    loud = loud[loud > 0.1 * loud.mean()]
    return float(10 * np.log10(loud.mean()) - 0.691)


@cache
def _interpolator() -> NDArray[np.float32]:
    """Return the matrix that takes a block with its surroundings to the points between frames.

    Shape (BLOCK + _TAPS, (_OVERSAMPLING - 1) * BLOCK): windowed sinc at 1/4, 2/4, 3/4.
    """
    matrix = np.zeros((BLOCK + _TAPS, _OVERSAMPLING - 1, BLOCK))
    taps = np.arange(_TAPS)
    for phase in range(1, _OVERSAMPLING):
        distance = taps - (_TAPS // 2 - 1) - phase / _OVERSAMPLING
        window = np.i0(8 * np.sqrt(np.maximum(1 - (distance / (_TAPS / 2)) ** 2, 0))) / np.i0(8)
        weights = np.sinc(distance) * window
        for frame in range(BLOCK):
            matrix[frame + 1 + taps, phase - 1, frame] = weights / weights.sum()
    return matrix.reshape(BLOCK + _TAPS, -1).astype(np.float32)


def block_peaks(audio: Audio) -> Floats:
    """Return the true peak of each block of `BLOCK` frames, over all channels, 4 × oversampled.

    Args:
        audio: (channels, frames); the frames are a whole number of blocks.
    """
    n = audio.shape[1] // BLOCK
    peaks = np.zeros(n)
    half = _TAPS // 2
    padded = np.pad(audio, ((0, 0), (half, half)))
    step = 2048  # blocks at once: they fit the cache
    for channel in padded:
        windows = np.lib.stride_tricks.sliding_window_view(channel, BLOCK + _TAPS)[::BLOCK]
        for start in range(0, n, step):
            part = np.ascontiguousarray(windows[start : start + step])
            here = np.abs(part[:, half : half + BLOCK]).max(axis=1)
            between = np.abs(part @ _interpolator()).max(axis=1)
            peaks[start : start + step] = np.maximum(
                peaks[start : start + step], np.maximum(here, between)
            )
    return peaks


def loudness_lufs(audio: Audio, sample_rate_hz: int) -> float:
    """Return the gated loudness of a sound in LUFS; -inf for silence.

    Args:
        audio: (frames,) or (channels, frames).
        sample_rate_hz: frames in a second.
    """
    return integrated(tenths(np.atleast_2d(audio), sample_rate_hz).sum(axis=0))
