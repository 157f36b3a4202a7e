"""Levels: gain, peaks, loudness, compression."""

from __future__ import annotations

import numpy as np

from antiphon.sound import mastering
from antiphon.sound._checks import MAX_RATE_HZ, Audio, Floats, Sound, effect, within

_GRAIN = 32  # frames between two looks at the level


@effect
def gain(samples: Audio, sample_rate_hz: int, gain_db: float) -> Sound:
    """Make everything louder or softer."""
    within("gain_db", gain_db, -200, 100, "dB")
    return samples * np.float32(10 ** (gain_db / 20))


@effect
def normalize(samples: Audio, sample_rate_hz: int, peak_db: float = 0.0) -> Sound:
    """Bring the highest sample to a level below full scale; silence stays silence."""
    within("peak_db", peak_db, -200, 0, "dB")
    peak = float(np.abs(samples).max())
    return samples * np.float32(10 ** (peak_db / 20) / peak) if peak else samples


@effect
def loudness(
    samples: Audio, sample_rate_hz: int, lufs: float = -14.0, ceiling_db: float = -1.0
) -> Sound:
    """Bring a sound to a loudness (ITU-R BS.1770), its true peaks limited under a ceiling.

    It is raised by 40 dB at most; silence, and what is shorter than a tenth of a second, stays.
    """
    within("The sample rate", sample_rate_hz, 8000, MAX_RATE_HZ, "Hz")
    within("lufs", lufs, -70, -5, "LUFS")
    within("ceiling_db", ceiling_db, -60, 0, "dB")
    return mastering.master(
        samples.copy(), sample_rate_hz, loudness_lufs=lufs, ceiling_db=ceiling_db
    )


@effect
def limiter(
    samples: Audio, sample_rate_hz: int, gain_db: float = 3.0, ceiling_db: float = -0.1
) -> Sound:
    """Raise a sound and turn its peaks down, looking 25 ms ahead, so that none clips."""
    within("gain_db", gain_db, -60, 60, "dB")
    within("ceiling_db", ceiling_db, -60, 0, "dB")
    return mastering.limit(samples.copy(), sample_rate_hz, gain_db=gain_db, ceiling_db=ceiling_db)


@effect
def compressor(
    samples: Audio,
    sample_rate_hz: int,
    threshold_db: float = -20.0,
    ratio: float = 4.0,
    attack_s: float = 0.005,
    release_s: float = 0.1,
    knee_db: float = 6.0,
    gain_db: float = 0.0,
) -> Sound:
    """Let levels above a threshold rise by 1 dB for every `ratio` dB; below 1 it expands them.

    The level is the peak of all channels; the gain follows it within `attack_s` when it
    falls and `release_s` when it recovers. `gain_db` is added at the end.
    """
    within("threshold_db", threshold_db, -100, 0, "dB")
    within("ratio", ratio, 0.1, 1000)
    within("attack_s", attack_s, 0, 10, "s")
    within("release_s", release_s, 0, 10, "s")
    within("knee_db", knee_db, 0, 40, "dB")
    within("gain_db", gain_db, -60, 60, "dB")
    n = samples.shape[1]
    n_grains = -(-n // _GRAIN)
    padded = np.pad(np.abs(samples).max(axis=0), (0, n_grains * _GRAIN - n))
    level_db = 20 * np.log10(np.maximum(padded.reshape(n_grains, _GRAIN).max(axis=1), 1e-6))
    wanted_db = _compressed(level_db, threshold_db, ratio, knee_db) - level_db
    grain_s = _GRAIN / sample_rate_hz
    smooth_db = _followed(wanted_db, grain_s, falling_s=attack_s, rising_s=release_s)
    at = np.arange(n_grains) * _GRAIN + _GRAIN / 2
    curve_db = np.interp(np.arange(n), at, smooth_db) + gain_db
    return samples * 10 ** (curve_db / 20)


def _compressed(level_db: Floats, threshold_db: float, ratio: float, knee_db: float) -> Floats:
    """Return the level that comes out; within the knee the slope changes evenly."""
    over = level_db - threshold_db
    bent = (1 / ratio - 1) * np.clip(over + knee_db / 2, 0, knee_db) ** 2 / (2 * knee_db or 1)
    above = (1 / ratio - 1) * over
    return level_db + np.where(over > knee_db / 2, above, bent)


def _followed(wanted: Floats, grain_s: float, *, falling_s: float, rising_s: float) -> Floats:
    """Return what follows a curve, each way by 63 % within its time."""
    falling = 1 - np.exp(-grain_s / falling_s) if falling_s else 1.0
    rising = 1 - np.exp(-grain_s / rising_s) if rising_s else 1.0
    now, found = 0.0, []
    for goal in wanted.tolist():
        now += (falling if goal < now else rising) * (goal - now)
        found.append(now)
    return np.array(found)
