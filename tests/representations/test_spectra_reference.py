"""Spectra beside those of librosa, an independent reader of the same sound.

Agreement is stated as signal to noise: the reference's power beside that of the difference, in dB.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.representations import cqt, mel, spectra

librosa = pytest.importorskip("librosa")

RATE_HZ = 16_000
CONFIG = spectra.Config(n_samples=16_000)


@pytest.fixture
def sound() -> np.ndarray:
    """A second of four fading tones and some noise."""
    at = np.arange(16_000) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * hz * at) for hz in (220, 277.18, 329.63, 1760))
    noise = np.random.default_rng(0).standard_normal(16_000)
    return (0.2 * np.exp(-2 * at) * tones + 0.01 * noise).astype(np.float32)


def snr_db(reference: np.ndarray, ours: np.ndarray) -> float:
    error = (np.abs(reference - ours).astype(np.float64) ** 2).sum()
    return float(10 * np.log10((np.abs(reference).astype(np.float64) ** 2).sum() / error))


def reference_stft(sound: np.ndarray) -> np.ndarray:
    """librosa's spectrum of our frames, in our scale: a sine of amplitude 1 has magnitude 1."""
    before = CONFIG.n_fft - CONFIG.hop
    length = (CONFIG.n_frames - 1) * CONFIG.hop + CONFIG.n_fft
    padded = np.pad(sound, (before, length - before - len(sound)))
    found = librosa.stft(padded, n_fft=CONFIG.n_fft, hop_length=CONFIG.hop, center=False)
    return found * 2 / (CONFIG.n_fft / 2)  # a Hann window adds up to half its length


def test_the_stft_agrees_to_110_db(sound):
    ours = spectra.stft(torch.from_numpy(sound)[None], CONFIG)[0].numpy()
    ours[1::2] *= -1  # ours has phases at the middle of a frame, librosa at its beginning
    assert snr_db(reference_stft(sound), ours) > 110


def test_mel_bands_agree_to_100_db(sound):
    bands = librosa.filters.mel(sr=RATE_HZ, n_fft=2048, n_mels=40, htk=True, norm=None)
    bands /= bands.sum(axis=1, keepdims=True)  # ours are means over a band
    assert snr_db(bands, mel.bands(40, 2048, RATE_HZ).numpy()) > 100
    power = bands @ np.abs(reference_stft(sound)) ** 2
    level = mel.encode_level(torch.from_numpy(sound)[None], CONFIG, 40)[0, 0]
    ours = spectra.to_magnitude(level, CONFIG.floor_db).numpy() ** 2
    assert snr_db(power, ours) > 90


def test_the_constant_q_transform_has_the_peaks_that_librosas_has(sound):
    """Windows and scales differ, so what is compared is which bands stand out."""
    config = cqt.Config(n_samples=16_000, low_hz=110.0, bins_per_octave=12)
    ours = cqt.encode(torch.from_numpy(sound)[None], config)[0].abs()[1:61].square().mean(dim=1)
    theirs = librosa.cqt(sound, sr=RATE_HZ, fmin=110.0, n_bins=60, bins_per_octave=12)
    # A3, C#4, E4, A6 above A2: 12, 16, 19, 48 semitones
    for power in (ours.numpy(), (np.abs(theirs) ** 2).mean(axis=1)):
        inside = power[1:-1]
        peaks = np.flatnonzero((inside > power[:-2]) & (inside > power[2:])) + 1
        assert sorted(peaks[np.argsort(power[peaks])[-4:]].tolist()) == [12, 16, 19, 48]
