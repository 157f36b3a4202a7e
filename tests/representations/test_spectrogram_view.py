"""Sounds shown as pictures, and heard again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.representations.sounds import UNKNOWN
from antiphon.representations.spectrogram_view import SpectrogramView, picture

VIEW = SpectrogramView(n_bands=64, n_fft=512, hop=128, n_samples=8000, sample_rate_hz=8000)
PITCHED = SpectrogramView(**{**vars(VIEW), "condition": "pitch"})


def test_pictures_have_the_size_that_networks_are_built_for(tiny_sounds):
    shown, told = VIEW.open(tiny_sounds, "train").take(np.array([0, 4, 0]))
    # (8000 + 512 - 128) / 128 = 65.5 frames
    assert shown.shape == (3, *VIEW.shape) == (3, 2, 64, 66)
    assert told.shape == (3, 0) and shown.min() >= 0 and shown.max() <= 1
    assert np.array_equal(shown[0], shown[2])
    assert picture(shown).shape == (64, 3 * 66, 3)


def test_levels_are_scaled_by_the_training_split(tiny_sounds):
    fitted = VIEW.fitted(tiny_sounds)
    # the loudest band of a sine of amplitude 1/2 is a mean over two bins or more: -6 dB and less
    assert fitted.levels_db[0] == -80 and -12 < fitted.levels_db[1] < -6
    shown, _ = fitted.open(tiny_sounds, "train").take(np.arange(5))
    assert shown[:, 0].max() == pytest.approx(1, abs=1e-3) and shown[:, 0].min() == 0
    # half as loud: 6.02 dB of those that are shown less
    quiet = shown[1, 0, :, 10:50].max()
    span = fitted.levels_db[1] - fitted.levels_db[0]
    assert quiet == pytest.approx(shown[0, 0, :, 10:25].max() - 6.02 / span, abs=0.03)
    assert fitted.fitted(tiny_sounds) is fitted


def test_silence_does_not_move(tiny_sounds):
    shown, _ = VIEW.open(tiny_sounds, "train").take(np.array([0]))
    assert (shown[0, 0, :, 40:] == 0).all() and (shown[0, 1, :, 40:] == 0.5).all()


@pytest.mark.parametrize(("phase", "least_db"), [(True, 10), (False, -99)])
def test_what_was_shown_is_heard_again(tiny_sounds, phase, least_db):
    view = SpectrogramView(**{**vars(VIEW), "n_bands": 256, "phase": phase}).fitted(tiny_sounds)
    shown, _ = view.open(tiny_sounds, "train").take(np.array([1]))
    heard = view.sounds(shown)[0]
    real = np.load(tiny_sounds / "sounds.npy")[1] / 32768
    # A#3 is 233.08 Hz
    power = np.abs(np.fft.rfft(heard * np.hanning(8000)))
    assert power.argmax() == pytest.approx(233, abs=2)
    assert np.abs(heard[1000:7000]).max() == pytest.approx(0.25, rel=0.25)
    error = ((heard - real)[1000:7000] ** 2).sum()
    assert 10 * np.log10((real[1000:7000] ** 2).sum() / error) > least_db


def test_a_pitch_is_told_as_the_bands_of_its_harmonics(tiny_sounds):
    _, told = PITCHED.open(tiny_sounds, "train").take(np.array([0, 3]))
    assert told.shape == (2, *PITCHED.condition_shape) == (2, 1, 64, 1)
    # A3: 220 Hz is 2595 log10(1 + 220 / 700) = 307.97 mel; 65 bands' widths are 2146.06 mel,
    # 33.02 each, so it lies 9.33 widths up, a third from band 8 to band 9
    assert told[0, 0, 8:10, 0] == pytest.approx([0.67, 0.33], abs=0.01)
    assert told[0, 0, :8].max() == 0
    assert PITCHED.pitches_told(told).tolist() == [57, 60]


def test_pitches_that_nobody_told_are_asked_for(tiny_sounds):
    labels = np.load(tiny_sounds / "labels.npy")
    labels["pitch"][2] = UNKNOWN
    np.save(tiny_sounds / "labels.npy", labels)
    with pytest.raises(AntiphonError, match="does not say the pitch of every sound"):
        PITCHED.open(tiny_sounds, "train")
    assert VIEW.open(tiny_sounds, "train").n == 5


def test_sounds_that_do_not_fit_are_explained(tiny_sounds, tmp_path):
    with pytest.raises(AntiphonError, match="holds no prepared sounds"):
        VIEW.open(tmp_path, "train")
    with pytest.raises(AntiphonError, match="no sound in its test split"):
        VIEW.open(tiny_sounds, "test")
    with pytest.raises(AntiphonError, match="8,000 samples at 8,000 Hz; the config wants 64,000"):
        SpectrogramView().open(tiny_sounds, "train")
    np.save(tiny_sounds / "sounds.npy", np.zeros((6, 8000), np.int16))
    with pytest.raises(AntiphonError, match="are alike"):
        VIEW.fitted(tiny_sounds)
    with pytest.raises(AntiphonError, match="drawn and heard only"):
        VIEW.passage(np.zeros(VIEW.shape, np.float32))


def test_a_shorter_beginning_can_be_shown(tiny_sounds):
    view = SpectrogramView(**{**vars(VIEW), "n_samples": 1000})
    shown, _ = view.open(tiny_sounds, "validation").take(np.array([0]))
    assert shown.shape[3] == 11 and view.sounds(shown).shape == (1, 1000)
    assert json.loads((tiny_sounds / "pieces.json").read_text())[5]["split"] == "validation"
