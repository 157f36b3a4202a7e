"""Spectra of sines and clicks whose answer is known, and how exact the inverses are."""

from __future__ import annotations

import math

import pytest
import torch

from antiphon.representations import cqt, mel, spectra

RATE_HZ = 16_000
SMALL = spectra.Config(n_samples=16_000)


def sine(hz: float, level: float = 1.0, n: int = 16_000) -> torch.Tensor:
    return (level * torch.sin(2 * math.pi * hz * torch.arange(n).double() / RATE_HZ)).float()[None]


def tone(n: int = 16_000) -> torch.Tensor:
    """A plucked A3 with eight harmonics and some noise."""
    fade = torch.exp(-torch.arange(n) / 6000)
    harmonics = sum(sine(220.5 * k, 0.3 / k, n) for k in range(1, 9))
    noise = 0.002 * torch.randn(1, n, generator=torch.Generator().manual_seed(0))
    return fade * harmonics + noise


def snr_db(sound: torch.Tensor, rebuilt: torch.Tensor) -> float:
    error = (sound - rebuilt).double()
    return float(10 * torch.log10(sound.double().square().sum() / error.square().sum()))


def strongest_hz(sound: torch.Tensor) -> float:
    power = torch.fft.rfft(sound * torch.hann_window(sound.shape[1])).abs()
    return float(power.argmax()) * RATE_HZ / sound.shape[1]


def test_four_seconds_are_the_size_that_gansynth_learns():
    config = spectra.Config()
    assert (config.n_bins, config.n_frames) == (1024, 128)
    assert spectra.encode(torch.zeros(2, 64_000), config).shape == (2, 2, 1024, 128)


def test_64_bands_by_64_frames_for_a_dcgan():
    config = spectra.Config(n_samples=15_616, n_fft=1024, hop=256)
    assert mel.encode_level(torch.zeros(3, 15_616), config, 64).shape == (3, 1, 64, 64)


def test_a_sine_of_amplitude_one_has_magnitude_one_in_its_bin():
    magnitude = spectra.stft(sine(500), SMALL)[0, :, 15].abs()  # 500 Hz is bin 64
    assert int(magnitude.argmax()) == 64
    assert magnitude[62:67].tolist() == pytest.approx([0, 0.5, 1, 0.5, 0], abs=1e-4)


def test_a_click_is_in_the_four_frames_that_hold_it():
    click = torch.zeros(1, 16_000)
    click[0, 5 * 512 + 100] = 1
    heard = spectra.stft(click, SMALL)[0].abs().amax(dim=0)
    assert torch.nonzero(heard > 1e-7).flatten().tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize(
    "config",
    [
        spectra.Config(),
        spectra.Config(n_samples=1),
        spectra.Config(n_samples=12_345, n_fft=1024, hop=512),
        spectra.Config(n_samples=5000, n_fft=256, hop=32),
        spectra.Config(n_samples=999, n_fft=6, hop=2),
    ],
    ids=["default", "one sample", "half", "eighth", "six"],
)
def test_the_inverse_is_exact_to_the_last_sample(config):
    sound = torch.randn(3, config.n_samples, generator=torch.Generator().manual_seed(1))
    spectrum = spectra.stft(sound, config)
    assert spectrum.shape == (3, config.n_fft // 2 + 1, config.n_frames)
    rebuilt = spectra.istft(spectrum, config)
    assert rebuilt.shape == sound.shape
    assert snr_db(sound, rebuilt) > 110


def test_instantaneous_frequency_is_how_far_the_phase_turns_in_a_hop():
    """440 Hz turns 440 · 512 / 16000 = 14.08 times: .08 of a turn is .16 π."""
    picture = spectra.encode(sine(440), SMALL)[0, 1]
    assert picture[56, 5:25] == pytest.approx(torch.full((20,), 0.16), abs=1e-3)


def test_levels_are_decibels_from_the_floor_to_full_scale():
    """A tenth is −20 dB, a fifth of the way from 0 to −100: 1 − 2 / 5 = .6."""
    assert spectra.encode(sine(500, 0.1), SMALL)[0, 0, 64, 15] == pytest.approx(0.6, abs=1e-3)
    assert spectra.encode(sine(500, 1e-6), SMALL)[0, 0, 64, 15] == -1


def test_level_and_frequency_lead_back_to_the_sound():
    assert snr_db(tone(), spectra.decode(spectra.encode(tone(), SMALL), SMALL)) > 60


@pytest.mark.parametrize(
    "there_and_back",
    [
        lambda x: spectra.decode(spectra.encode(x, SMALL), SMALL),
        lambda x: mel.decode(mel.encode(x, SMALL), SMALL),
        lambda x: mel.decode_level(mel.encode_level(x, SMALL), SMALL, n_iterations=2),
        lambda x: cqt.decode(cqt.encode(x, CQT), CQT),
    ],
    ids=["spectra", "mel", "mel level", "cqt"],
)
def test_silence_stays_silence_and_short_sounds_are_filled_up_long_ones_cut(there_and_back):
    assert not there_and_back(torch.zeros(2, 16_000)).any()
    assert there_and_back(torch.zeros(1, 5)).shape == (1, 16_000)
    assert there_and_back(torch.zeros(1, 20_000)).shape == (1, 16_000)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_fft": 7}, "n_fft must be even"),
        ({"hop": 500}, "hop must divide n_fft 2048"),
        ({"hop": 2048}, "at least twice"),
        ({"floor_db": 0.0}, "floor_db negative"),
    ],
)
def test_sizes_that_do_not_go_together_are_told(settings, said):
    with pytest.raises(ValueError, match=said):
        spectra.Config(**settings)


@pytest.mark.parametrize("n_mels", [1, 40, 128, 1024])
def test_bands_are_shares_and_none_is_empty(n_mels):
    shares = mel.bands(n_mels, 2048, RATE_HZ)
    assert shares.shape == (n_mels, 1025)
    assert shares.sum(dim=1) == pytest.approx(torch.ones(n_mels), abs=1e-5)


def test_bands_lie_evenly_on_the_mel_scale():
    """8000 Hz are 2840.02 mel; of 9 bands the fifth's middle is 1420.01 mel, 1767.8 Hz."""
    shares = mel.bands(9, 2048, RATE_HZ)
    assert float(shares[4].argmax()) * RATE_HZ / 2048 == pytest.approx(1767.8, abs=4)
    with pytest.raises(ValueError, match="n_mels must be 1 to 1024, not 2000"):
        mel.bands(2000, 2048, RATE_HZ)


def test_a_band_holds_the_frequency_of_what_is_loud_in_it():
    picture = mel.encode(sine(440), SMALL)[0]
    band = int(picture[0, :, 15].argmax())
    assert float(picture[1, band, 15]) == pytest.approx(0.16, abs=2e-3)


def test_mel_level_and_frequency_lead_near_the_sound():
    assert snr_db(tone(), mel.decode(mel.encode(tone(), SMALL), SMALL)) > 12


def test_levels_alone_lead_to_a_sound_with_the_same_spectrum():
    """Spectral convergence: the error's size beside the spectrum's."""
    magnitude = spectra.stft(tone(), SMALL).abs()
    rebuilt = mel.griffin_lim(magnitude, SMALL)
    error = spectra.stft(rebuilt, SMALL).abs() - magnitude
    assert float(error.norm() / magnitude.norm()) < 0.1
    assert torch.equal(rebuilt, mel.griffin_lim(magnitude, SMALL))


@pytest.mark.parametrize("hz", [220, 1000, 3000])
def test_few_bands_still_say_which_pitch(hz):
    rebuilt = mel.decode_level(mel.encode_level(sine(hz), SMALL), SMALL, n_iterations=20)
    assert strongest_hz(rebuilt) == pytest.approx(hz, rel=0.03)


CQT = cqt.Config(n_samples=16_000, low_hz=65.40639132514966, bins_per_octave=12)


def test_a_sine_at_the_middle_of_a_band_has_magnitude_one_there():
    """A4 is 33 semitones above C2; the first row lies below all bands."""
    transform = cqt.encode(sine(440), CQT)[0].abs()
    middle = transform[:, transform.shape[1] // 2]
    assert int(middle.argmax()) == 34
    assert float(middle[34]) == pytest.approx(1, abs=1e-3)
    assert middle[[32, 36]].max() < 1e-3
    assert CQT.frequencies_hz[33] == pytest.approx(440)


def test_a_click_is_where_it_is_in_all_high_bands():
    click = torch.zeros(1, 16_000)
    click[0, 4000] = 1
    transform = cqt.encode(click, CQT)[0].abs()
    at = transform[40:].argmax(dim=1) * 16_000 / transform.shape[1]
    assert at == pytest.approx(torch.full((len(at),), 4000.0), abs=16_000 / transform.shape[1])


@pytest.mark.parametrize(
    "config",
    [cqt.Config(), CQT, cqt.Config(n_samples=12_345, low_hz=100.0, bins_per_octave=36)],
    ids=["default", "small", "odd"],
)
def test_the_constant_q_inverse_is_exact(config):
    sound = torch.randn(2, config.n_samples, generator=torch.Generator().manual_seed(2))
    transform = cqt.encode(sound, config)
    assert transform.shape[:2] == (2, len(config.frequencies_hz) + 2)
    assert snr_db(sound, cqt.decode(transform, config)) > 110


def test_bands_too_narrow_for_the_sound_are_told():
    with pytest.raises(ValueError, match="such low bands need 17186 samples, not 16000"):
        cqt.Config(n_samples=16_000, bins_per_octave=24)
