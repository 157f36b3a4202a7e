"""Sample rates, by soxr."""

from __future__ import annotations

import numpy as np
import soxr

from antiphon.sound._checks import Audio


def resample(samples: Audio, from_hz: float, to_hz: float) -> Audio:
    """Return a sound at another sample rate: frequencies that both rates hold stay.

    Args:
        samples: (frames,) or (channels, frames).
        from_hz, to_hz: sample rates.

    Returns:
        (..., frames · to / from) float32, soxr's quality HQ: errors below −100 dB.
    """
    if from_hz == to_hz or not samples.shape[-1]:
        return samples.astype(np.float32)
    out = soxr.resample(np.asarray(samples, np.float32).T, from_hz, to_hz, quality="HQ")
    return np.ascontiguousarray(out.T)
