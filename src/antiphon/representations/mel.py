"""Sound ⇄ mel spectrum: bands as wide as the ear hears them.

`encode` and `decode`: level and instantaneous frequency on the mel scale, what GANSynth learns
best from ("IF-Mel"). `encode_level` and `decode_level`: levels alone, as small as wished, for
convolutional networks of pictures; phases are then found by Griffin and Lim's method.

Scale: HTK's, mel = 2595 log10(1 + Hz / 700). A band is a triangle over its neighbours' middles,
at least two bins wide, so that none is empty however many there are; its value is the mean power.

Axes: B batch, N samples, K bins, M bands, T frames.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.representations import spectra
from antiphon.representations.spectra import Config

GRIFFIN_LIM = 60  # iterations
MARKS_HZ = (100, 300, 1000, 3000, 10_000)
_NONNEGATIVE = 60  # iterations until powers fit the bands


@lru_cache(maxsize=8)
def bands(n_mels: int, n_fft: int, sample_rate_hz: int) -> Tensor:
    """Return the share of each bin in each band, (M, K); each band's shares add up to 1.

    Raises:
        ValueError: there is no band, or there are more than bins.
    """
    n_bins = n_fft // 2 + 1
    if not 1 <= n_mels < n_bins:
        raise ValueError(f"n_mels must be 1 to {n_bins - 1}, not {n_mels}")
    top = 2595 * torch.log10(torch.tensor(1 + sample_rate_hz / 2 / 700, dtype=torch.float64))
    mel = torch.linspace(0, 1, n_mels + 2, dtype=torch.float64) * top
    edges = 700 * (10 ** (mel / 2595) - 1) * n_fft / sample_rate_hz  # in bins
    middle = edges[1:-1, None]
    rising = (middle - edges[:-2, None]).clamp_min(1)
    falling = (edges[2:, None] - middle).clamp_min(1)
    away = torch.arange(n_bins, dtype=torch.float64) - middle
    shares = (1 - torch.where(away < 0, -away / rising, away / falling)).clamp_min(0)
    return (shares / shares.sum(dim=1, keepdim=True)).float()


def band_of(
    hz: NDArray[np.floating] | float, n_mels: int, sample_rate_hz: int
) -> NDArray[np.float64]:
    """Return which band has its middle at a frequency; between two bands it is no whole number."""
    top = np.log10(1 + sample_rate_hz / 2 / 700)
    return np.asarray((n_mels + 1) * np.log10(1 + np.asarray(hz) / 700) / top - 1)


def ticks(n_mels: int, sample_rate_hz: int) -> list[tuple[float, str]]:
    """Return bands and the round frequencies in their middles, to be written beside a picture."""
    marks = [hz for hz in MARKS_HZ if hz < sample_rate_hz / 2]
    return [(float(band_of(hz, n_mels, sample_rate_hz)), f"{hz} Hz") for hz in marks]


@lru_cache(maxsize=8)
def _spread(n_mels: int, n_fft: int, sample_rate_hz: int) -> Tensor:
    """Return the share of each band in each bin, (K, M): what takes bands back to bins."""
    back = bands(n_mels, n_fft, sample_rate_hz).T
    total = back.sum(dim=1, keepdim=True)
    return torch.where(total > 1e-8, back / total.clamp_min(1e-8), 0.0)


def _matrices(n_mels: int, config: Config, like: Tensor) -> tuple[Tensor, Tensor]:
    sizes = (n_mels, config.n_fft, config.sample_rate_hz)
    return bands(*sizes).to(like), _spread(*sizes).to(like)


def encode(samples: Tensor, config: Config, n_mels: int = 1024) -> Tensor:
    """Return level and instantaneous frequency by bands, (B, N) → (B, 2, M, T) in −1 … 1.

    The frequency of a band is that of its power: products of neighbouring frames are averaged
    before their angle is taken, so loud bins count most.
    """
    spectrum = spectra.stft(samples, config)
    shares, _ = _matrices(n_mels, config, spectrum.real)
    power = shares @ (spectrum.real**2 + spectrum.imag**2)
    first = shares.to(spectrum) @ spectrum[..., :1]
    moved = spectrum[..., 1:] * spectrum[..., :-1].conj()
    step = torch.cat([first, torch.complex(shares @ moved.real, shares @ moved.imag)], dim=-1)
    level = spectra.to_level(power.sqrt(), config.floor_db)
    return torch.stack([level, step.angle() / torch.pi], dim=1)


def decode(picture: Tensor, config: Config) -> Tensor:
    """Return the sound of a picture of `encode`, (B, 2, M, T) → (B, N).

    High bands hold several bins, so this is near and not exact: of recorded notes the signal
    stands about 18 dB above the error (docs/spectra.md).
    """
    _, spread = _matrices(picture.shape[2], config, picture)
    power = spread @ spectra.to_magnitude(picture[:, 0], config.floor_db) ** 2
    phase = spectra.phases(picture[:, 1])
    turned = torch.complex(spread @ phase.cos(), spread @ phase.sin())
    return spectra.istft(torch.polar(power.sqrt(), turned.angle()), config)


def encode_level(samples: Tensor, config: Config, n_mels: int = 128) -> Tensor:
    """Return levels by bands, (B, N) → (B, 1, M, T), −1 at the floor and 1 at full scale."""
    spectrum = spectra.stft(samples, config)
    shares, _ = _matrices(n_mels, config, spectrum.real)
    power = shares @ (spectrum.real**2 + spectrum.imag**2)
    return spectra.to_level(power.sqrt(), config.floor_db)[:, None]


def decode_level(
    picture: Tensor, config: Config, *, n_iterations: int = GRIFFIN_LIM, seed: int = 0
) -> Tensor:
    """Return a sound with these levels, (B, 1, M, T) → (B, N).

    Powers of bins that fit the bands are found without negative ones, then phases that fit
    the powers. Equal seeds give equal sound.
    """
    power = spectra.to_magnitude(picture[:, 0], config.floor_db) ** 2
    magnitude = _unmixed(power, config).sqrt()
    return griffin_lim(magnitude, config, n_iterations=n_iterations, seed=seed)


def _unmixed(power: Tensor, config: Config) -> Tensor:
    """Return powers of bins ≥ 0 whose bands are nearest to these, (B, M, T) → (B, K, T).

    Multiplicative updates: Lee & Seung, "Learning the parts of objects by non-negative matrix
    factorization", Nature 401 (1999).
    """
    shares, spread = _matrices(power.shape[1], config, power)
    found = spread @ power
    wanted = shares.T @ power
    for _ in range(_NONNEGATIVE):
        found = found * wanted / (shares.T @ (shares @ found)).clamp_min(1e-20)
    return found


def griffin_lim(
    magnitude: Tensor, config: Config, *, n_iterations: int = GRIFFIN_LIM, seed: int = 0
) -> Tensor:
    """Return a sound whose spectrum has these magnitudes as nearly as is found, (B, K, T) → (B, N).

    Source: Perraudin, Balazs & Søndergaard, "A fast Griffin-Lim algorithm", WASPAA 2013;
    momentum .99.
    """
    generator = torch.Generator().manual_seed(seed)
    phase = torch.rand(magnitude.shape[1:], generator=generator).to(magnitude) * (2 * torch.pi)
    guess = torch.polar(torch.ones_like(magnitude), phase.expand_as(magnitude))
    before = torch.zeros_like(guess)
    for _ in range(n_iterations):
        rebuilt = spectra.stft(spectra.istft(magnitude * guess, config), config)
        ahead = rebuilt + 0.99 * (rebuilt - before)
        guess = ahead / ahead.abs().clamp_min(1e-12)
        before = rebuilt
    return spectra.istft(magnitude * guess, config)
