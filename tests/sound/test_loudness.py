"""Loudness and true peak against worked examples and another implementation."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from antiphon.sound.loudness import block_peaks, loudness_lufs
from antiphon.sound.mastering import CEILING_DB
from antiphon.sound.mastering import master as master_at

RATE_HZ = 44_100


def sine(hz: float, seconds: float, *, phase: float = 0.0) -> np.ndarray:
    turns = 2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ + phase
    return np.tile(np.sin(turns), (2, 1)).astype(np.float32)


def loudness(audio: np.ndarray) -> float:
    return loudness_lufs(audio, RATE_HZ)


def master(audio: np.ndarray) -> np.ndarray:
    return master_at(audio, RATE_HZ)


def test_a_full_scale_sine_in_one_channel_reads_minus_three():
    """BS.1770: a 997 Hz sine at 0 dBFS in one channel gives -3.01 LUFS."""
    one = sine(997, 5)
    one[1] = 0
    assert loudness(one) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("hz", [60, 200, 997, 5000])
def test_loudness_agrees_with_pyloudnorm(hz):
    audio = 0.2 * sine(hz, 6)
    other = pyloudnorm.Meter(RATE_HZ).integrated_loudness(audio.T.astype(np.float64))
    assert loudness(audio) == pytest.approx(other, abs=0.3)


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 22_050, 48_000])
def test_loudness_at_other_rates_agrees_with_pyloudnorm(rate_hz):
    turns = 2 * np.pi * 997 * np.arange(4 * rate_hz) / rate_hz
    audio = (0.2 * np.sin(turns)).astype(np.float32)
    other = pyloudnorm.Meter(rate_hz).integrated_loudness(audio.astype(np.float64))
    assert loudness_lufs(audio, rate_hz) == pytest.approx(other, abs=0.3)


def test_silence_between_does_not_count():
    audio = np.concatenate([sine(997, 5), np.zeros((2, 10 * RATE_HZ), np.float32)], axis=1)
    assert loudness(audio) == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("seconds", [0, 0.05, 1])
def test_silence_of_any_length_is_minus_infinity(seconds):
    assert loudness(np.zeros((2, round(seconds * RATE_HZ)), np.float32)) == float("-inf")


def test_the_peak_between_frames_is_found():
    """At a quarter of the rate and 45° every frame is ±0.707; the wave itself reaches 1."""
    audio = sine(RATE_HZ / 4, 1, phase=np.pi / 4)[:, : 64 * 600]
    assert np.abs(audio).max() == pytest.approx(np.sqrt(0.5), abs=1e-3)
    assert block_peaks(audio)[2:-2] == pytest.approx(1.0, abs=0.01)


def test_mastering_leaves_silence_alone():
    audio = np.zeros((2, RATE_HZ), np.float32)
    assert not master(audio).any()


def test_mastering_brings_a_soft_sound_up_and_a_loud_one_down():
    for level in (0.003, 0.9):
        assert loudness(master(level * sine(997, 4))) == pytest.approx(-14, abs=0.1)


def test_a_lone_click_is_turned_down_and_what_is_a_second_away_is_not():
    audio = 0.1 * sine(997, 4)
    click = 2 * RATE_HZ
    audio[:, click] = 30.0
    before = audio.copy()
    after = master(audio)
    assert np.abs(after).max() <= 10 ** (CEILING_DB / 20)
    gain = rms(after[:, :RATE_HZ]) / rms(before[:, :RATE_HZ])
    far = rms(after[:, 3 * RATE_HZ :]) / rms(before[:, 3 * RATE_HZ :])
    assert gain == pytest.approx(far, rel=1e-3)
    assert np.abs(after[:, click]).max() < gain * 30.0 / 3


def rms(audio: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
