"""Effects of the place a sound is in: echoes and rooms. The length stays: `pad` before a tail."""

from __future__ import annotations

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.sound._checks import Audio, Sound, effect, within
from antiphon.sound.room import BEFORE_S, DECAY_S, ROOM_SEED, Room


@effect
def echo(
    samples: Audio,
    sample_rate_hz: int,
    delays_ms: tuple[float, ...] = (1000.0, 1800.0),
    decays: tuple[float, ...] = (0.3, 0.25),
    gain_in: float = 0.8,
    gain_out: float = 1.0,
) -> Sound:
    """Add the sound again after each delay, by the factor of the decay beside it."""
    if len(delays_ms) != len(decays):
        raise AntiphonError(
            f"{len(delays_ms)} delays and {len(decays)} decays: give as many of both."
        )
    for delay_ms, decay in zip(delays_ms, decays, strict=True):
        within("A delay", delay_ms, 0, 60_000, "ms")
        within("A decay", decay, -1, 1)
    within("gain_in", gain_in, 0, 1)
    within("gain_out", gain_out, 0, 4)
    out = gain_in * samples
    n = samples.shape[1]
    for delay_ms, decay in zip(delays_ms, decays, strict=True):
        late = min(round(delay_ms / 1000 * sample_rate_hz), n)
        out[:, late:] += decay * samples[:, : n - late]
    return gain_out * out


@effect
def reverb(
    samples: Audio,
    sample_rate_hz: int,
    wet: float = 0.3,
    decay_s: float = DECAY_S,
    before_ms: float = 1000 * BEFORE_S,
    seed: int = ROOM_SEED,
) -> Sound:
    """Mix in what a room answers that falls by 60 dB in `decay_s`; equal seeds are equal rooms."""
    within("wet", wet, 0, 1)
    within("decay_s", decay_s, 0.05, 20, "s")
    within("before_ms", before_ms, 0, 1000 * decay_s, "ms")
    room = Room(sample_rate_hz, decay_s=decay_s, before_s=before_ms / 1000, seed=seed)
    n = samples.shape[1]
    answers = [room.answer(channel)[i % 2, :n] for i, channel in enumerate(samples)]
    return (1 - wet) * samples + wet * np.stack(answers)
