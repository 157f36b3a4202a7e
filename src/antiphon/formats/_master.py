"""Mastering: the loudness of streaming services, and no peak that could clip.

One gain for the whole piece brings it to `LOUDNESS_LUFS`; a limiter that looks ahead turns
the few peaks down that then stick out, slowly enough (±25 ms) to leave no distortion. All of
it is worked out on blocks of 64 frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.formats._loudness import TENTH, block_peaks, integrated, tenths
from antiphon.formats._schedule import BLOCK

Audio = NDArray[np.float32]

LOUDNESS_LUFS = -14.0
CEILING_DB = -1.0  # true peak
MARGIN_DB = 0.2  # the gain's own movement and dither may add a little
MAX_GAIN_DB = 40.0
_REACH = 17  # blocks the limiter looks to either side: 25 ms


def master(audio: Audio, *, ceiling_db: float = CEILING_DB) -> Audio:
    """Bring a mix to its loudness under the ceiling, in place, and return it.

    Args:
        audio: (2, frames) float32; silence stays silence.
        ceiling_db: true peak in dB below full scale.
    """
    power = tenths(audio).sum(axis=0)
    if not np.isfinite(integrated(power)):
        return audio
    n_blocks = -(-audio.shape[1] // BLOCK)
    whole = np.pad(audio, ((0, 0), (0, n_blocks * BLOCK - audio.shape[1])))
    gains = _gains(block_peaks(whole), power, 10 ** ((ceiling_db - MARGIN_DB) / 20))
    _apply(audio, gains)
    return audio


def _gains(
    peaks: NDArray[np.float64], power: NDArray[np.float64], ceiling: float
) -> NDArray[np.float64]:
    """Return the gain of each block that makes the piece as loud as wanted after limiting."""
    gain_db = 0.0
    gains = np.ones(len(peaks))
    for _ in range(6):
        squared = np.repeat(gains**2, BLOCK)[: len(power) * TENTH]
        after = power * squared.reshape(len(power), TENTH).mean(axis=1)
        missing_db = LOUDNESS_LUFS - integrated(after)
        if abs(missing_db) < 0.05:
            break
        gain_db = min(gain_db + missing_db, MAX_GAIN_DB)
        gains = 10 ** (gain_db / 20) * _limited(peaks * 10 ** (gain_db / 20), ceiling)
    return gains


def _limited(peaks: NDArray[np.float64], ceiling: float) -> NDArray[np.float64]:
    """Return a smooth gain ≤ 1 for each block that keeps every peak under the ceiling.

    The smallest gain of the neighbourhood, averaged over one block less to either side, is
    nowhere more than what the block or one beside it needs: so it holds, too, when the gain
    moves in a straight line from block to block.
    """
    needed = np.minimum(1, ceiling / np.maximum(peaks, 1e-9))
    lowest = _windows(needed, _REACH).min(axis=1)
    weights = np.hanning(2 * _REACH + 1)[1:-1]
    return _windows(lowest, _REACH - 1) @ (weights / weights.sum())


def _windows(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return each value with its neighbours: (n, 2 reach + 1); the ends go on as they are."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)


def _apply(audio: Audio, gains: NDArray[np.float64]) -> None:
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
