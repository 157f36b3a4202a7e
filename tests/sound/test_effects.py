"""Each effect's defining property, on sines and clicks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.sound import Chain, loudness_lufs, resample
from antiphon.sound.chain import EFFECTS

RATE_HZ = 16_000


def sine(hz: float, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    turns = 2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(turns)).astype(np.float32)


def click(at: int, n: int = RATE_HZ) -> np.ndarray:
    samples = np.zeros(n, np.float32)
    samples[at] = 1.0
    return samples


def level_db(samples: np.ndarray) -> float:
    """Level of the middle half, where a filter has settled."""
    n = samples.shape[-1]
    return 10 * np.log10(np.mean(np.square(samples[..., n // 4 : -n // 4], dtype=np.float64)))


def change_db(chain: Chain, hz: float) -> float:
    return level_db(chain(sine(hz), RATE_HZ)) - level_db(sine(hz))


def pitch_hz(samples: np.ndarray) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 8 * RATE_HZ))
    return float(spectrum.argmax()) / 8


@pytest.mark.parametrize(
    ("chain", "hz", "db"),
    [
        (Chain().lowpass(1000), 1000, -3.01),
        (Chain().lowpass(1000), 20, 0.0),
        (Chain().highpass(1000), 1000, -3.01),
        (Chain().highpass(1000), 7900, 0.0),
        (Chain().bandpass(1000), 1000, 0.0),
        (Chain().allpass(1000), 1700, 0.0),
        (Chain().equalizer(1000, gain_db=-6), 1000, -6.0),
        (Chain().equalizer(1000, gain_db=-6), 20, 0.0),
        (Chain().lowshelf(-12, 1000), 1000, -6.0),
        (Chain().lowshelf(-12, 1000, slope=1), 20, -12.0),
        (Chain().lowshelf(-12, 1000, slope=1), 7900, 0.0),
        (Chain().highshelf(6, 1000), 1000, 3.0),
        (Chain().highshelf(6, 1000, slope=1), 7900, 6.0),
        (Chain().sinc(below_hz=2000), 1500, 0.0),
        (Chain().gain(-6), 440, -6.0),
        (Chain().echo((0.0,), (1.0,), gain_in=1), 440, 6.02),
    ],
    ids=str,
)
def test_a_frequency_is_changed_by_so_many_db(chain, hz, db):
    assert change_db(chain, hz) == pytest.approx(db, abs=0.1)


@pytest.mark.parametrize(
    ("chain", "hz", "db"),
    [
        (Chain().lowpass(500), 4000, -36),  # three octaves at 12 dB and more: it ends at Nyquist
        (Chain().highpass(4000), 500, -36),
        (Chain().bandreject(1000), 1000, -60),
        (Chain().bandpass(1000, q=10), 4000, -30),
        (Chain().sinc(below_hz=2000), 2400, -75),
        (Chain().sinc(above_hz=2000), 1600, -75),
        (Chain().sinc(1000, 2000), 3000, -75),
    ],
    ids=str,
)
def test_what_is_not_wanted_falls_by_at_least_so_many_db(chain, hz, db):
    assert change_db(chain, hz) <= db + 0.5


def test_sinc_does_not_delay():
    assert int(np.argmax(Chain().sinc(below_hz=2000)(click(5000), RATE_HZ))) == 5000


def test_an_echo_comes_after_its_delay_by_its_decay():
    out = Chain().echo((100, 250), (0.5, 0.25), gain_in=1)(click(0), RATE_HZ)
    assert np.flatnonzero(out).tolist() == [0, 1600, 4000]
    assert out[[0, 1600, 4000]].tolist() == [1.0, 0.5, 0.25]


def test_a_room_falls_by_60_db_in_its_decay():
    """Band-passed to the middle, Schroeder's backward sum falls by 30 dB in half a decay."""
    wet = Chain().reverb(wet=1, decay_s=0.8).bandpass(1200)(click(0, 2 * RATE_HZ), RATE_HZ)
    left = np.cumsum(wet[::-1].astype(float) ** 2)[::-1]
    early, late = (10 * np.log10(left[round(s * RATE_HZ)]) for s in (0.1, 0.5))
    assert early - late == pytest.approx(30, abs=3)


def test_equal_seeds_are_equal_rooms_and_both_ears_differ():
    both = np.stack([click(0), click(0)])
    one, same, other = (Chain().reverb(wet=1, seed=s)(both, RATE_HZ) for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert abs(np.corrcoef(one)[0, 1]) < 0.2


def test_a_compressor_lets_ten_db_over_the_threshold_rise_by_ten_over_its_ratio():
    loud = sine(1000, level=10 ** (-10 / 20))
    out = Chain().compressor(-20, 4, knee_db=0, attack_s=0.001, release_s=1)(loud, RATE_HZ)
    assert level_db(out) - level_db(loud) == pytest.approx(-7.5, abs=0.2)  # −10 comes to −17.5
    soft = sine(1000, level=10 ** (-30 / 20))
    assert level_db(Chain().compressor(-20, 4)(soft, RATE_HZ)) == pytest.approx(level_db(soft))


def test_a_limiter_keeps_the_peak_and_loudness_is_reached():
    loud = Chain().limiter(12, -1)(sine(440), RATE_HZ)
    assert 0.8 < np.abs(loud).max() <= 10 ** (-1 / 20)
    quiet = np.stack([sine(440, 3, 0.01)] * 2)
    out = Chain().loudness(-20)(quiet, RATE_HZ)
    assert loudness_lufs(out, RATE_HZ) == pytest.approx(-20, abs=0.1)


def test_normalize_brings_the_peak_there():
    assert np.abs(Chain().normalize(-6.0206)(sine(440), RATE_HZ)).max() == pytest.approx(0.5)


def test_tremolo_swings_down_to_one_minus_its_depth():
    out = Chain().tremolo(2, 0.4)(np.ones(RATE_HZ, np.float32), RATE_HZ)
    assert (out.max(), out.min()) == pytest.approx((1.0, 0.6), abs=1e-3)
    assert int(np.argmin(out)) == RATE_HZ // 4  # half a turn of half a second


def test_vibrato_swings_by_its_cents():
    """At the steepest of the wave, an eighth of its turn is long enough to count zeros."""
    out = Chain().vibrato(0.5, 100)(sine(1000, 4), RATE_HZ).astype(float)
    rising = np.flatnonzero((out[:-1] < 0) & (out[1:] >= 0))
    exact = rising + out[rising] / (out[rising] - out[rising + 1])
    hz = RATE_HZ / np.diff(exact)
    factor = 2 ** (100 / 1200)
    settled = hz[10:-10]
    assert settled.min() == pytest.approx(1000 * (2 - factor), rel=2e-3)
    assert settled.max() == pytest.approx(1000 * factor, rel=2e-3)


def test_a_chorus_answers_a_click_with_its_voices():
    out = Chain().chorus(3, delay_ms=20, depth_ms=0, wet=0.5)(click(0), RATE_HZ)
    assert np.flatnonzero(np.abs(out) > 0.1).tolist() == [0, 320, 384, 448]


def test_a_flanger_cancels_what_is_half_a_turn_late():
    """1 ms late, 500 Hz is half a turn late and vanishes; 1000 Hz is a whole turn late."""
    chain = Chain().flanger(delay_ms=1, depth_ms=0)
    assert change_db(chain, 500) < -50
    assert change_db(chain, 1000) == pytest.approx(0, abs=0.1)


def test_a_phaser_cancels_where_its_stages_turn_by_half():
    """Four stages turn by 45° each where tan(w/2) is that of the corner times tan(22.5°)."""
    corner = np.tan(np.pi * 1000 / RATE_HZ)
    hz = RATE_HZ / np.pi * np.arctan(corner * np.tan(np.pi / 8))
    chain = Chain().phaser(low_hz=1000, high_hz=1000, feedback=0)
    assert change_db(chain, hz) < -50
    assert change_db(chain, 1000) == pytest.approx(0, abs=0.1)  # a whole turn


def test_pitch_and_tempo_leave_each_other_alone_and_speed_moves_both():
    tone = sine(440, 2)
    higher = Chain().pitch(12)(tone, RATE_HZ)
    assert (len(higher), pitch_hz(higher)) == (2 * RATE_HZ, pytest.approx(880, rel=3e-3))
    slower = Chain().tempo(0.8)(tone, RATE_HZ)
    assert (len(slower), pitch_hz(slower)) == (40_000, pytest.approx(440, rel=3e-3))
    tape = Chain().speed(2)(tone, RATE_HZ)
    assert (len(tape), pitch_hz(tape)) == (RATE_HZ, pytest.approx(880, rel=3e-3))


@pytest.mark.parametrize("n", [1, 100, 3000])
def test_sounds_shorter_than_a_window_are_stretched_too(n):
    assert len(Chain().pitch(3)(sine(440)[:n], RATE_HZ)) == n


def test_resampling_keeps_a_tone_and_its_level():
    tone = sine(1000, 2)
    out = resample(tone, RATE_HZ, 44_100)
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(88_200) / 44_100)
    assert len(out) == 88_200
    assert np.abs(out - expected)[4000:-4000].max() < 1e-4


def test_noise_lies_so_many_db_under_the_sound():
    tone = sine(440, 2)
    for colour in ("white", "pink", "brown"):
        added = Chain().noise(20, colour)(tone, RATE_HZ) - tone
        assert level_db(tone) - level_db(added) == pytest.approx(20, abs=1.5)
    assert np.array_equal(*(Chain().noise(seed=3)(tone, RATE_HZ) for _ in "ab"))


def test_dither_lands_on_steps_and_leaves_silence():
    out = Chain().dither(8)(sine(440), RATE_HZ) * 127
    assert np.abs(out - np.rint(out)).max() < 1e-4
    assert not Chain().dither(8)(np.zeros(10, np.float32), RATE_HZ).any()


def test_overdrive_adds_the_third_harmonic_and_with_colour_the_second():
    def harmonic_db(colour: float, n: int) -> float:
        out = Chain().overdrive(20, colour)(sine(500, 1), RATE_HZ)
        return float(20 * np.log10(np.abs(np.fft.rfft(out))[500 * n] / RATE_HZ * 2 + 1e-9))

    assert harmonic_db(0, 3) > -30
    assert harmonic_db(0, 2) < -60 < -40 < harmonic_db(60, 2)


def test_cutting_and_joining():
    ramp = np.arange(1, 101, dtype=np.float32) / 100
    rate = 1000
    quiet = np.concatenate([np.zeros(50, np.float32), ramp[::-1], np.zeros(20, np.float32)])
    assert Chain().trim(0.01, 0.03)(ramp, rate).tolist() == ramp[10:30].tolist()
    assert Chain().trim_silence(-60)(quiet, rate).tolist() == ramp[::-1].tolist()
    assert len(Chain().trim_silence(-60, keep_s=0.005)(quiet, rate)) == 110
    assert len(Chain().trim_silence()(np.zeros(100, np.float32), rate)) == 0
    assert Chain().reverse()(ramp, rate).tolist() == ramp[::-1].tolist()
    assert Chain().loop(3)(ramp, rate).tolist() == ramp.tolist() * 3
    padded = Chain().pad(0.01, 0.02)(ramp, rate)
    assert (len(padded), padded[9], padded[10], padded[-1]) == (130, 0, ramp[0], 0)
    faded = Chain().fade(0.04, 0.02)(np.ones(100, np.float32), rate)
    assert faded[[0, 20, 50, 90]] == pytest.approx([0, 0.5, 1, 0.5], abs=0.1)
    sides = np.stack([ramp, -ramp])
    assert Chain().oops()(sides, rate) == pytest.approx(np.stack([ramp, ramp]))


# settings that are needed or make a difference to a short sound
_GIVEN = {
    "gain": [3], "pitch": [2], "tempo": [1.2], "speed": [1.2], "echo": [(10,), (0.5,)],
    "sinc": [100], "trim": [0.01], "pad": [0.01], "fade": [0.01], "lowpass": [400],
    "trim_silence": [-1],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_every_effect_keeps_the_channels_leaves_what_it_was_given_and_can_be_repeated(name):
    rng = np.random.default_rng(0)
    stereo = (0.1 * rng.standard_normal((2, 4000))).astype(np.float32)
    before = stereo.copy()
    chain = getattr(Chain(), name)(*_GIVEN.get(name, ()))
    out = chain(stereo, RATE_HZ)
    assert np.array_equal(stereo, before)
    assert (out.dtype, len(out)) == (np.float32, 2)
    assert np.isfinite(out).all()
    assert np.array_equal(out, chain(stereo, RATE_HZ))
    assert out.shape != stereo.shape or not np.array_equal(out, stereo)
    assert chain(np.zeros((2, 0), np.float32), RATE_HZ).shape == (2, 0)
    if name != "oops":
        mono = chain(stereo[0], RATE_HZ)
        assert mono.shape == (out.shape[1],)


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        (Chain().lowpass(8000), "lowpass: frequency_hz is 8000 Hz: give more than 0 and less than"),
        (Chain().lowpass(float("nan")), "frequency_hz is nan Hz"),
        (Chain().echo((1, 2), (0.5,)), "echo: 2 delays and 1 decays: give as many"),
        (Chain().tempo(0), "tempo: factor is 0: give 0.25 to 4"),
        (Chain().noise(colour="green"), "No 'green' in colours of noise"),
        (Chain().oops(), "oops: Two channels are needed, not 1"),
        (Chain().reverb(decay_s=0.1, before_ms=200), "before_ms is 200 ms: give 0 to 100 ms"),
        (Chain().trim(2), "trim: start_s is 2 s: give 0 to 1 s"),
    ],
    ids=str,
)
def test_wrong_settings_are_told_with_the_right_ones(chain, said):
    with pytest.raises(AntiphonError, match=said):
        chain(sine(440), RATE_HZ)


@pytest.mark.parametrize(
    ("samples", "rate", "said"),
    [
        (np.zeros((100, 2), np.float32), RATE_HZ, r"shape \(100, 2\): give \(frames,\) or"),
        (np.zeros(10, np.int16), RATE_HZ, "divide it by full scale"),
        (np.full(10, np.nan, np.float32), RATE_HZ, "values that are no numbers"),
        (np.zeros(10, np.float32), 0, "A sample rate of 0 Hz"),
        (np.array(["a"]), RATE_HZ, "array of numbers"),
    ],
    ids=["frames first", "integers", "nan", "no rate", "text"],
)
def test_what_is_no_sound_is_told(samples, rate, said):
    with pytest.raises(AntiphonError, match=said):
        Chain().gain(1)(samples, rate)
