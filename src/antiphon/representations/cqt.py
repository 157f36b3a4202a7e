"""Sound ⇄ constant-Q transform: equally many frequencies an octave, with an exact inverse.

Source: Velasco, Holighaus, Dörfler & Grill, "Constructing an invertible constant-Q transform
with nonstationary Gabor frames", DAFx 2011. Bands are Hann windows over the spectrum of the
whole sound, from one neighbour's middle to the other's; each is transformed back by itself.
All have as many frames as the widest needs, so that they make one table. Two rows more hold
what lies below and above: nothing is lost.

Axes: B batch, N samples, Q rows (from low to high), T frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, kw_only=True)
class Config:
    """Which frequencies, of which sounds."""

    sample_rate_hz: int = 16_000
    n_samples: int = 64_000  # what is shorter is filled with silence, what is longer is cut
    low_hz: float = 32.70319566257483  # of the first band: C1
    bins_per_octave: int = 24

    def __post_init__(self) -> None:
        if self.n_samples < 1 or self.sample_rate_hz < 1 or self.bins_per_octave < 1:
            raise ValueError("n_samples, sample_rate_hz and bins_per_octave must be positive")
        if not 0 < self.low_hz < self.sample_rate_hz / 4:
            raise ValueError(
                f"low_hz must lie between 0 and {self.sample_rate_hz / 4:g}, not {self.low_hz:g}"
            )
        spacing = self.low_hz * (1 - 2 ** (-1 / self.bins_per_octave))
        if spacing * self.n_samples / self.sample_rate_hz < 1:
            least = math.ceil(self.sample_rate_hz / spacing)
            raise ValueError(
                f"such low bands need {least} samples, not {self.n_samples}: "
                "raise low_hz or lower bins_per_octave"
            )

    @property
    def frequencies_hz(self) -> list[float]:
        """Middles of the bands, without the rows below and above them."""
        octaves = math.log2(self.sample_rate_hz / 2 / self.low_hz)
        n = math.ceil(octaves * self.bins_per_octave - 1e-9) - 1
        return [self.low_hz * 2 ** (k / self.bins_per_octave) for k in range(n)]


@dataclass(frozen=True)
class _Plan:
    """Where each frame's bins are taken from, (Q, T), their weights and those of the inverse."""

    places: Tensor
    weights: Tensor
    back: Tensor


@lru_cache(maxsize=4)
def _plan(config: Config) -> _Plan:
    seconds = config.n_samples / config.sample_rate_hz
    n_bins = config.n_samples // 2 + 1
    inner = [hz * seconds for hz in config.frequencies_hz]
    middles = torch.tensor([0.0, *inner, config.n_samples / 2], dtype=torch.float64)
    lows = torch.cat([middles[:1], middles[:-1]])[:, None]
    highs = torch.cat([middles[1:], middles[-1:]])[:, None]
    n_frames = int((highs - lows).max().ceil()) + 1
    offsets = torch.arange(n_frames)
    nearest = middles.round().long()[:, None]
    # frame k of a band holds the bin k above its middle, or T − k below it
    places = nearest + torch.where(offsets < (n_frames + 1) // 2, offsets, offsets - n_frames)
    away = places - middles[:, None]
    span = torch.where(away < 0, middles[:, None] - lows, highs - middles[:, None])
    share = away.abs() / span.clamp_min(1e-9)
    inside = (share < 1) & (places >= 0) & (places < n_bins)
    weights = torch.where(inside, torch.cos(share.clamp(0, 1) * math.pi / 2) ** 2, 0.0)
    places = places.clamp(0, n_bins - 1)
    total = torch.zeros(n_bins, dtype=torch.float64)
    total.index_add_(0, places.flatten(), (weights**2).flatten())
    return _Plan(places, weights.float(), (weights / total[places]).float())


def encode(samples: Tensor, config: Config) -> Tensor:
    """Return the transform of sounds, (B, N) → (B, Q, T) complex.

    A sine of amplitude 1 at a band's middle has magnitude 1 there. T times the hop, which is
    N / T samples, is the whole sound; time wraps round at its ends.
    """
    plan = _plan(config)
    samples = samples[:, : config.n_samples]
    samples = functional.pad(samples, (0, config.n_samples - samples.shape[1]))
    spectrum = torch.fft.rfft(samples) * (2 / config.n_samples)
    return torch.fft.ifft(spectrum[:, plan.places] * plan.weights, norm="forward")


def decode(transform: Tensor, config: Config) -> Tensor:
    """Return the sound of a transform, (B, Q, T) → (B, N); exact for what `encode` gave."""
    plan = _plan(config)
    bins = torch.fft.fft(transform, norm="forward") * plan.back
    spectrum = bins.new_zeros(len(bins), config.n_samples // 2 + 1)
    spectrum.index_add_(1, plan.places.flatten(), bins.flatten(1))
    return torch.fft.irfft(spectrum * (config.n_samples / 2), config.n_samples)
