"""Sound ⇄ spectrum: the short-time Fourier transform, and magnitude with instantaneous frequency.

Magnitude and instantaneous frequency, each within −1 … 1, are what GANSynth learns (Engel et
al., ICLR 2019, https://arxiv.org/abs/1902.08710). Its size is the default here: 4 s at 16 kHz
are 1024 frequencies by 128 frames. Differs: levels are decibels between `floor_db` and full
scale, frequencies are taken from products of neighbouring frames, without unwrapping.

Axes: B batch, N samples, K bins with both ends (n_fft / 2 + 1), F bins without the highest,
T frames.
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
    """How sound is cut into frames.

    The sound is padded so that every sample lies in n_fft / hop frames: the inverse is then
    exact at both ends, too.
    """

    sample_rate_hz: int = 16_000
    n_samples: int = 64_000  # what is shorter is filled with silence, what is longer is cut
    n_fft: int = 2048  # window and transform; even
    hop: int = 512  # at most half of n_fft, which it divides
    floor_db: float = -100.0  # below full scale; what is softer is silence

    def __post_init__(self) -> None:
        if self.n_fft < 4 or self.n_fft % 2:
            raise ValueError(f"n_fft must be even and at least 4, not {self.n_fft}")
        if self.hop < 1 or self.n_fft % self.hop or self.hop * 2 > self.n_fft:
            raise ValueError(f"hop must divide n_fft {self.n_fft} at least twice, not {self.hop}")
        if self.n_samples < 1 or self.sample_rate_hz < 1 or not self.floor_db < 0:
            raise ValueError("n_samples and sample_rate_hz must be positive, floor_db negative")

    @property
    def n_bins(self) -> int:
        """F: frequencies of a picture, the highest left out."""
        return self.n_fft // 2

    @property
    def n_frames(self) -> int:
        """T: 128 for 64,000 samples at a hop of 512 and a window of 2048."""
        return math.ceil((self.n_samples + self.n_fft - self.hop) / self.hop)


@lru_cache(maxsize=8)
def _window(n_fft: int) -> Tensor:
    return torch.hann_window(n_fft)


def stft(samples: Tensor, config: Config) -> Tensor:
    """Return the spectrum of each frame, (B, N) → (B, K, T) complex.

    A sine of amplitude 1 has magnitude 1 in its bin. Phases are those at a frame's middle, so
    that neighbouring bins of one sine agree.
    """
    n_padded = (config.n_frames - 1) * config.hop + config.n_fft
    samples = samples[:, : config.n_samples]
    before = config.n_fft - config.hop
    samples = functional.pad(samples, (before, n_padded - before - samples.shape[1]))
    window = _window(config.n_fft).to(samples)
    spectrum = torch.stft(
        samples, config.n_fft, config.hop, window=window, center=False, return_complex=True
    )
    return spectrum * (_centred(spectrum) * 2 / window.sum())


def istft(spectrum: Tensor, config: Config) -> Tensor:
    """Return the sound of a spectrum, (B, K, T) → (B, N): exact for what `stft` gave.

    Of a spectrum that no sound has, it is the sound whose spectrum is nearest.
    """
    window = _window(config.n_fft).to(spectrum.real)
    frames = torch.fft.irfft(spectrum * (_centred(spectrum) * window.sum() / 2), dim=1)
    parts = config.n_fft // config.hop
    added = _overlapped(frames * window[:, None], parts)
    weights = _overlapped((window**2)[None, :, None].expand(1, -1, spectrum.shape[2]), parts)
    before = config.n_fft - config.hop
    middle = slice(before, before + config.n_samples)
    return added[:, middle] / weights[:, middle]


def _overlapped(frames: Tensor, parts: int) -> Tensor:
    """Add frames (B, n_fft, T) where they overlap, (B, (T + parts − 1) · hop)."""
    rows = frames.unflatten(1, (parts, -1))  # (B, parts, hop, T)
    total = sum(functional.pad(rows[:, i], (i, parts - 1 - i)) for i in range(parts))
    assert isinstance(total, Tensor)
    return total.transpose(1, 2).flatten(1)


def _centred(spectrum: Tensor) -> Tensor:
    """Return (K, 1) of 1, −1, 1 …: half a window of delay."""
    signs = torch.ones(spectrum.shape[1], dtype=spectrum.real.dtype, device=spectrum.device)
    signs[1::2] = -1
    return signs[:, None]


def to_level(magnitude: Tensor, floor_db: float) -> Tensor:
    """Return magnitudes as levels: −1 at the floor and below, 1 at full scale."""
    db = 20 * torch.log10(magnitude.clamp_min(10 ** (floor_db / 20)))
    return 1 - 2 * db / floor_db


def to_magnitude(level: Tensor, floor_db: float) -> Tensor:
    """Return the magnitudes of levels; −1 is silence."""
    magnitude = 10 ** ((1 - level) * (floor_db / 40))
    return torch.where(level > -1, magnitude, 0.0)


def turns(spectrum: Tensor) -> Tensor:
    """Return the instantaneous frequency: by how many π a phase turns from frame to frame.

    (..., T) complex → (..., T) within −1 … 1; the first frame holds the phase itself.
    """
    step = torch.cat([spectrum[..., :1], spectrum[..., 1:] * spectrum[..., :-1].conj()], dim=-1)
    return step.angle() / math.pi


def phases(turned: Tensor) -> Tensor:
    """Return the phases in radians whose `turns` these are, by adding up."""
    return (turned.double().cumsum(dim=-1).remainder(2) * math.pi).to(turned)


def encode(samples: Tensor, config: Config) -> Tensor:
    """Return level and instantaneous frequency of sounds, (B, N) → (B, 2, F, T) in −1 … 1.

    Args:
        samples: full scale −1 … 1, at the config's sample rate.
        config: sizes.
    """
    spectrum = stft(samples, config)[:, :-1]
    return torch.stack([to_level(spectrum.abs(), config.floor_db), turns(spectrum)], dim=1)


def decode(picture: Tensor, config: Config) -> Tensor:
    """Return the sound of a picture of `encode`, (B, 2, F, T) → (B, N).

    Lost are only the highest bin and what lies under the floor: of recorded notes the signal
    stands about 60 dB above the error (docs/spectra.md).
    """
    magnitude = to_magnitude(picture[:, 0], config.floor_db)
    spectrum = torch.polar(magnitude, phases(picture[:, 1]))
    return istft(functional.pad(spectrum, (0, 0, 0, 1)), config)
