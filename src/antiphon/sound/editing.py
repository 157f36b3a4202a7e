"""Cutting and joining: trim, silence, pad, fade, loop, reverse."""

from __future__ import annotations

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.sound._checks import Audio, Sound, effect, within

_MAX_S = 7200.0
_LOOK_S = 0.01  # grain at which silence is looked for


@effect
def trim(samples: Audio, sample_rate_hz: int, start_s: float = 0.0, end_s: float = 0.0) -> Sound:
    """Keep what lies between two times; an end of 0 is the sound's own."""
    seconds = samples.shape[1] / sample_rate_hz
    within("start_s", start_s, 0, seconds, "s")
    within("end_s", end_s or seconds, start_s, seconds, "s")
    stop = round(end_s * sample_rate_hz) if end_s else samples.shape[1]
    return samples[:, round(start_s * sample_rate_hz) : stop]


@effect
def trim_silence(
    samples: Audio, sample_rate_hz: int, threshold_db: float = -60.0, keep_s: float = 0.0
) -> Sound:
    """Take silence away at both ends: what stays under a level below the highest peak.

    `keep_s` of it is left. What is silent throughout becomes a sound of no frames.
    """
    within("threshold_db", threshold_db, -120, -1, "dB")
    within("keep_s", keep_s, 0, _MAX_S, "s")
    peaks = np.abs(samples).max(axis=0)
    loud = np.flatnonzero(peaks > peaks.max() * 10 ** (threshold_db / 20))
    if not len(loud):
        return samples[:, :0]
    kept = round(keep_s * sample_rate_hz)
    return samples[:, max(loud[0] - kept, 0) : loud[-1] + 1 + kept]


@effect
def pad(samples: Audio, sample_rate_hz: int, start_s: float = 0.0, end_s: float = 0.0) -> Sound:
    """Add silence before and behind."""
    within("start_s", start_s, 0, _MAX_S, "s")
    within("end_s", end_s, 0, _MAX_S, "s")
    before, after = round(start_s * sample_rate_hz), round(end_s * sample_rate_hz)
    return np.pad(samples, ((0, 0), (before, after)))


@effect
def fade(samples: Audio, sample_rate_hz: int, in_s: float = 0.0, out_s: float = 0.0) -> Sound:
    """Let a sound come out of silence and go back to it, along half a cosine."""
    seconds = samples.shape[1] / sample_rate_hz
    within("in_s", in_s, 0, seconds, "s")
    within("out_s", out_s, 0, seconds, "s")
    out = samples.copy()
    n_in, n_out = round(in_s * sample_rate_hz), round(out_s * sample_rate_hz)
    out[:, :n_in] *= _rising(n_in)
    out[:, out.shape[1] - n_out :] *= _rising(n_out)[::-1]
    return out


@effect
def loop(samples: Audio, sample_rate_hz: int, times: int = 2) -> Sound:
    """Play so many times on end."""
    within("times", times, 1, max(1, round(_MAX_S * sample_rate_hz / samples.shape[1])))
    return np.tile(samples, (1, times))


@effect
def reverse(samples: Audio, sample_rate_hz: int) -> Sound:
    """Play backwards."""
    return np.ascontiguousarray(samples[:, ::-1])


@effect
def oops(samples: Audio, sample_rate_hz: int) -> Sound:
    """Keep what differs between left and right ("out of phase stereo"): voices often go."""
    if len(samples) != 2:
        raise AntiphonError(f"Two channels are needed, not {len(samples)}.")
    side = (samples[0] - samples[1]) / 2
    return np.stack([side, side])


def _rising(n: int) -> Audio:
    """Return (n,) from 0 up to nearly 1."""
    return (np.sin(np.pi / 2 * np.arange(n) / max(n, 1)) ** 2).astype(np.float32)
