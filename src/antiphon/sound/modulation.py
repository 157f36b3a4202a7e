"""Effects that a slow wave moves: tremolo, vibrato, chorus, flanger, phaser."""

from __future__ import annotations

import numpy as np
from scipy import signal

from antiphon.sound._checks import Audio, Floats, Sound, effect, within

_HELD = 64  # frames for which a phaser's filters stay as they are


@effect
def tremolo(
    samples: Audio, sample_rate_hz: int, speed_hz: float = 5.0, depth: float = 0.4
) -> Sound:
    """Let the level swing between 1 and 1 − depth."""
    within("speed_hz", speed_hz, 0.01, 100, "Hz")
    within("depth", depth, 0, 1)
    wave = np.cos(_turns(samples.shape[1], speed_hz, sample_rate_hz))
    return samples * (1 - depth * (1 - wave) / 2)


@effect
def vibrato(
    samples: Audio, sample_rate_hz: int, speed_hz: float = 5.0, depth_cents: float = 30.0
) -> Sound:
    """Let the pitch swing by so many cents up and down."""
    within("speed_hz", speed_hz, 0.1, 20, "Hz")
    within("depth_cents", depth_cents, 0, 200, "cents")
    # a delay that changes by so much of itself moves the pitch by that factor
    swing_s = (2 ** (depth_cents / 1200) - 1) / (2 * np.pi * speed_hz)
    wave = 1 - np.cos(_turns(samples.shape[1], speed_hz, sample_rate_hz))
    return _delayed(samples, swing_s * wave * sample_rate_hz)


@effect
def chorus(
    samples: Audio,
    sample_rate_hz: int,
    voices: int = 3,
    delay_ms: float = 25.0,
    depth_ms: float = 3.0,
    speed_hz: float = 0.6,
    wet: float = 0.5,
) -> Sound:
    """Add voices that lag behind, each a little and changingly out of tune."""
    within("voices", voices, 1, 16)
    within("delay_ms", delay_ms, 0, 200, "ms")
    within("depth_ms", depth_ms, 0, 50, "ms")
    within("speed_hz", speed_hz, 0.01, 20, "Hz")
    within("wet", wet, 0, 1)
    turns = _turns(samples.shape[1], speed_hz, sample_rate_hz)
    added = np.zeros(samples.shape)
    for voice in range(voices):
        wave = 1 - np.cos(turns * (1 + 0.1 * voice) + 2 * np.pi * voice / voices)
        lag_ms = delay_ms * (1 + 0.2 * voice) + depth_ms * wave / 2
        added += _delayed(samples, lag_ms / 1000 * sample_rate_hz)
    return (1 - wet) * samples + wet * added / np.sqrt(voices)


@effect
def flanger(
    samples: Audio,
    sample_rate_hz: int,
    delay_ms: float = 0.0,
    depth_ms: float = 2.0,
    speed_hz: float = 0.5,
    wet: float = 0.5,
    phase: float = 0.25,
) -> Sound:
    """Add the sound to itself, a changing moment late: notches that wander.

    Channels follow each other by `phase` of a turn.
    """
    within("delay_ms", delay_ms, 0, 30, "ms")
    within("depth_ms", depth_ms, 0, 10, "ms")
    within("speed_hz", speed_hz, 0.01, 20, "Hz")
    within("wet", wet, 0, 1)
    within("phase", phase, 0, 1)
    turns = _turns(samples.shape[1], speed_hz, sample_rate_hz)
    late = np.empty(samples.shape)
    for index, channel in enumerate(samples):
        wave = 1 - np.cos(turns + 2 * np.pi * phase * index)
        lag_ms = delay_ms + depth_ms * wave / 2
        late[index] = _delayed(channel[None], lag_ms / 1000 * sample_rate_hz)[0]
    return (1 - wet) * samples + wet * late


@effect
def phaser(
    samples: Audio,
    sample_rate_hz: int,
    speed_hz: float = 0.5,
    low_hz: float = 200.0,
    high_hz: float = 2000.0,
    stages: int = 4,
    feedback: float = 0.25,
    wet: float = 0.5,
) -> Sound:
    """Add the sound to itself, its phases turned by all-pass filters that wander between two Hz."""
    within("speed_hz", speed_hz, 0.01, 20, "Hz")
    within("high_hz", high_hz, 20, 0.45 * sample_rate_hz, "Hz")
    within("low_hz", low_hz, 10, high_hz, "Hz")
    within("stages", stages, 1, 12)
    within("feedback", feedback, 0, 0.9)
    within("wet", wet, 0, 1)
    n = samples.shape[1]
    starts = np.arange(0, n, _HELD)
    wave = (1 - np.cos(2 * np.pi * speed_hz * starts / sample_rate_hz)) / 2
    tangent = np.tan(np.pi * low_hz * (high_hz / low_hz) ** wave / sample_rate_hz)
    turned = np.empty(samples.shape)
    state = np.zeros((len(samples), stages + 1))
    for start, c in zip(starts.tolist(), ((tangent - 1) / (tangent + 1)).tolist(), strict=True):
        part = slice(start, start + _HELD)
        b, a = _all_pass(c, stages, feedback)
        turned[:, part], state = signal.lfilter(b, a, samples[:, part], zi=state)
    return (1 - wet) * samples + wet * turned


def _all_pass(c: float, stages: int, feedback: float) -> tuple[Floats, Floats]:
    """Return b and a of (c + z) / (1 + cz) to the power of `stages`, fed back after a frame."""
    top, bottom = np.ones(1), np.ones(1)
    for _ in range(stages):
        top, bottom = np.convolve(top, [c, 1.0]), np.convolve(bottom, [1.0, c])
    b = np.append(top, 0.0)
    return b, np.append(bottom, 0.0) - feedback * np.append(0.0, top)


def _turns(n_frames: int, speed_hz: float, sample_rate_hz: int) -> Floats:
    return 2 * np.pi * speed_hz / sample_rate_hz * np.arange(n_frames, dtype=np.float64)


def _delayed(samples: Audio, lag: Floats) -> Sound:
    """Return what sounded `lag` frames (≥ 0) before each frame, by straight lines between two."""
    frames = np.arange(samples.shape[1])
    return np.stack([np.interp(frames - lag, frames, channel, left=0.0) for channel in samples])
