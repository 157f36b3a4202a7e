"""Mastering: the loudness of streaming services, and no peak that could clip.

One gain for the whole piece brings it to the loudness asked for; a limiter that looks ahead
turns the few peaks down that then stick out, slowly enough (±25 ms) to leave no distortion.
All of it is worked out on blocks of 64 frames.
"""

from __future__ import annotations

import numpy as np

from antiphon.sound._checks import Audio, Floats
from antiphon.sound.loudness import BLOCK, block_peaks, integrated, tenth, tenths

LOUDNESS_LUFS = -14.0
CEILING_DB = -1.0  # true peak
MARGIN_DB = 0.2  # the gain's own movement and dither may add a little
MAX_GAIN_DB = 40.0
_REACH_S = 0.025  # how far the limiter looks to either side


def master(
    audio: Audio,
    sample_rate_hz: int,
    *,
    loudness_lufs: float = LOUDNESS_LUFS,
    ceiling_db: float = CEILING_DB,
) -> Audio:
    """Bring a mix to a loudness under the ceiling, in place, and return it.

    Args:
        audio: (channels, frames) float32; silence stays silence.
        sample_rate_hz: frames in a second.
        loudness_lufs: gated loudness to reach; by at most `MAX_GAIN_DB`.
        ceiling_db: true peak in dB below full scale.
    """
    power = tenths(audio, sample_rate_hz).sum(axis=0)
    if not np.isfinite(integrated(power)):
        return audio
    limiter = _Limiter(audio, sample_rate_hz, 10 ** ((ceiling_db - MARGIN_DB) / 20))
    gain_db, gains = 0.0, np.ones(len(limiter.peaks))
    size = tenth(sample_rate_hz)
    for _ in range(6):
        squared = np.repeat(gains**2, BLOCK)[: len(power) * size]
        after = power * squared.reshape(len(power), size).mean(axis=1)
        missing_db = loudness_lufs - integrated(after)
        if abs(missing_db) < 0.05:
            break
        gain_db = min(gain_db + missing_db, MAX_GAIN_DB)
        gains = limiter.gains(10 ** (gain_db / 20))
    _apply(audio, gains)
    return audio


def limit(audio: Audio, sample_rate_hz: int, *, gain_db: float, ceiling_db: float) -> Audio:
    """Raise a sound and turn down the peaks that then stick out, in place, and return it.

    Args:
        audio: (channels, frames) float32.
        sample_rate_hz: frames in a second.
        gain_db: by how much all is raised first.
        ceiling_db: true peak in dB below full scale.
    """
    limiter = _Limiter(audio, sample_rate_hz, 10 ** ((ceiling_db - MARGIN_DB) / 20))
    _apply(audio, limiter.gains(10 ** (gain_db / 20)))
    return audio


class RunningLimiter:
    """Turns the peaks down of a sound that goes on: what comes out is `delay` frames late.

    It is the same sound as `limit` makes of the whole.

    Args:
        sample_rate_hz: frames in a second.
        ceiling_db: true peak in dB below full scale.
    """

    def __init__(self, sample_rate_hz: int, *, ceiling_db: float = CEILING_DB) -> None:
        self._rate, self._ceiling = sample_rate_hz, 10 ** ((ceiling_db - MARGIN_DB) / 20)
        context = 2 * max(2, round(_REACH_S * sample_rate_hz / BLOCK)) + 2
        self.delay = context * BLOCK
        self._kept = np.zeros((2, 2 * self.delay), np.float32)  # heard before, and held back

    def __call__(self, audio: Audio) -> Audio:
        """Return as many frames as are given, (2, frames), a whole number of blocks."""
        whole = np.concatenate([self._kept, audio], axis=1)
        self._kept = whole[:, -2 * self.delay :].copy()
        limiter = _Limiter(whole, self._rate, self._ceiling)
        _apply(whole, limiter.gains(1.0))
        return whole[:, self.delay : self.delay + audio.shape[1]]


class _Limiter:
    """The true peaks of a sound, and the gains that keep them under a ceiling."""

    def __init__(self, audio: Audio, sample_rate_hz: int, ceiling: float) -> None:
        n_blocks = -(-audio.shape[1] // BLOCK)
        self.peaks = block_peaks(np.pad(audio, ((0, 0), (0, n_blocks * BLOCK - audio.shape[1]))))
        self._reach = max(2, round(_REACH_S * sample_rate_hz / BLOCK))  # blocks
        self._ceiling = ceiling

    def gains(self, gain: float) -> Floats:
        """Return the gain of each block: `gain`, and less where a peak would stick out."""
        return gain * _limited(self.peaks * gain, self._ceiling, self._reach)


def _limited(peaks: Floats, ceiling: float, reach: int) -> Floats:
    """Return a smooth gain ≤ 1 for each block that keeps every peak under the ceiling.

    The smallest gain of the neighbourhood, averaged over one block less to either side, is
    nowhere more than what the block or one beside it needs: so it holds, too, when the gain
    moves in a straight line from block to block.
    """
    needed = np.minimum(1, ceiling / np.maximum(peaks, 1e-9))
    lowest = _windows(needed, reach).min(axis=1)
    weights = np.hanning(2 * reach + 1)[1:-1]
    return _windows(lowest, reach - 1) @ (weights / weights.sum())


def _windows(values: Floats, reach: int) -> Floats:
    """Return each value with its neighbours: (n, 2 reach + 1); the ends go on as they are."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)


def _apply(audio: Audio, gains: Floats) -> None:
    """Multiply by the gains of the blocks, moving in straight lines between their middles."""
    before = np.append(gains[:1], gains[:-1])
    after = np.append(gains[1:], gains[-1:])
    ramp = np.arange(BLOCK // 2, dtype=np.float32) / BLOCK + np.float32(0.5 / BLOCK)
    step = 4096  # blocks at once
    for start in range(0, len(gains), step):
        part = slice(start, start + step)
        here = gains[part, None].astype(np.float32)
        rising = (before[part, None].astype(np.float32) - here) * (0.5 - ramp)
        falling = (after[part, None].astype(np.float32) - here) * ramp
        curve = np.concatenate([here + rising, here + falling], axis=1).ravel()
        frames = audio[:, start * BLOCK : (start + step) * BLOCK]
        frames *= curve[: frames.shape[1]]
