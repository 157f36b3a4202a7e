"""Time and pitch: Signalsmith Stretch for each without the other, soxr for both at once."""

from __future__ import annotations

import numpy as np

from antiphon.sound._checks import Audio, Sound, effect, within
from antiphon.sound.resampling import resample


@effect
def pitch(samples: Audio, sample_rate_hz: int, semitones: float) -> Sound:
    """Move every pitch by semitones; the length stays."""
    within("semitones", semitones, -24, 24)
    return _stretched(samples, sample_rate_hz, semitones=semitones)


@effect
def tempo(samples: Audio, sample_rate_hz: int, factor: float) -> Sound:
    """Play so many times as fast; pitches stay."""
    within("factor", factor, 0.25, 4)
    return _stretched(samples, sample_rate_hz, factor=factor)


@effect
def speed(samples: Audio, sample_rate_hz: int, factor: float) -> Sound:
    """Play so many times as fast, as a tape does: pitches move along."""
    within("factor", factor, 0.1, 10)
    return resample(samples, sample_rate_hz * factor, sample_rate_hz)


def _stretched(
    samples: Audio, sample_rate_hz: int, *, semitones: float = 0.0, factor: float = 1.0
) -> Audio:
    from python_stretch import Signalsmith

    wanted = round(samples.shape[1] / factor)
    stretch = Signalsmith.Stretch()
    stretch.preset(len(samples), sample_rate_hz)
    stretch.setTimeFactor(factor)
    stretch.setTransposeSemitones(semitones)
    # it looks ahead: sounds shorter than its window come back whole only with room behind
    room = stretch.blockSamples() + stretch.intervalSamples()
    padded = np.pad(samples, ((0, 0), (0, room))).astype(np.float32)
    out: Audio = np.asarray(stretch.process(padded), dtype=np.float32)
    return out[:, :wanted].copy()
