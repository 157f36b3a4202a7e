"""A room to sound in: convolution with decaying noise, different for every ear.

Bass rings less than the middle so that a mix stays clear, treble dies away first. Frequencies
and times are those of a hall that rings for 1.5 s; other rooms stretch the times.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from antiphon.sound._checks import Audio

DECAY_S = 1.5  # until the middle frequencies have fallen by 60 dB
BEFORE_S = 0.018  # from the sound to the first wall's answer
ROOM_SEED = 7
_LENGTH = 1.2  # of the answer, in decays
_BUILD_S = 0.012  # the walls answer one after the other
_BANDS = (  # from Hz, to Hz, decay beside the middle's, level
    (150, 600, 1.3 / 1.5, 0.7),
    (600, 2500, 1.0, 1.0),
    (2500, 6000, 1.1 / 1.5, 0.7),
    (6000, 14000, 0.6 / 1.5, 0.35),
)


class Room:
    """How one room answers.

    Args:
        sample_rate_hz: frames in a second.
        decay_s: time in which the middle frequencies fall by 60 dB.
        before_s: time until the first answer.
        seed: which room of that size.
    """

    def __init__(
        self,
        sample_rate_hz: int,
        *,
        decay_s: float = DECAY_S,
        before_s: float = BEFORE_S,
        seed: int = ROOM_SEED,
    ) -> None:
        self._what = (sample_rate_hz, decay_s, before_s, seed)
        self.n_frames = _answer(*self._what).shape[1]

    def answer(self, sent: Audio) -> Audio:
        """Return what both ears hear of the room, (2, frames + n_frames − 1), without the sound.

        Args:
            sent: (frames,) what goes to the room.
        """
        length = len(sent) + self.n_frames - 1
        size = 1 << (length - 1).bit_length()
        wet = fft.irfft(fft.rfft(sent, size) * _spectrum(*self._what, size), size)[:, :length]
        return wet.astype(np.float32, copy=False)


@lru_cache(maxsize=4)
def _answer(sample_rate_hz: int, decay_s: float, before_s: float, seed: int) -> Audio:
    """Return the room's answer to a click, (2, frames), of unit energy in each ear."""
    n, before = round(_LENGTH * decay_s * sample_rate_hz), round(before_s * sample_rate_hz)
    noise = np.random.default_rng(seed).standard_normal((2, n))
    hz = fft.rfftfreq(n, 1 / sample_rate_hz)
    spectrum = fft.rfft(noise)
    seconds = np.arange(n) / sample_rate_hz
    room = np.zeros((2, n))
    for low, high, share, level in _BANDS:
        edge = 1 / (1 + (low / np.maximum(hz, 1)) ** 8) / (1 + (hz / high) ** 8)
        decay = 10 ** (-3 * seconds / (decay_s * share))
        room += level * fft.irfft(spectrum * edge, n) * decay
    room *= np.minimum(1, seconds / _BUILD_S)
    room = np.pad(room, ((0, 0), (before, 0)))[:, :n]
    return (room / np.sqrt((room**2).sum(axis=1, keepdims=True))).astype(np.float32)


@lru_cache(maxsize=4)
def _spectrum(
    sample_rate_hz: int, decay_s: float, before_s: float, seed: int, size: int
) -> NDArray[np.complex64]:
    answer = _answer(sample_rate_hz, decay_s, before_s, seed)
    return fft.rfft(answer, size).astype(np.complex64, copy=False)
