"""What is heard in a recording, in words: length, loudness, tempo, key, and the pitch of a note.

Everything but the length is an estimate, by `sound.hearing`.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon import formats
from antiphon.music.keys import estimate_key
from antiphon.sound.hearing import hear
from antiphon.sound.loudness import loudness_lufs

LONGEST_S = 60  # of the beginning, which is listened to


def heard_in(samples: NDArray[np.float32], sample_rate_hz: int) -> dict[str, Any]:
    """Return what is heard in a sound (N,); what there is not is left out.

    ``tempo_bpm``, ``key`` (e.g. ``"A minor"``) of music, or ``pitch`` of one note: a MIDI number
    with its share of a semitone.
    """
    heard = hear(samples[: LONGEST_S * sample_rate_hz], sample_rate_hz)
    if math.isfinite(heard.pitch):
        return {"pitch": round(heard.pitch, 2)}
    key = estimate_key(heard.pitch_classes)
    found: dict[str, Any] = {"key": str(key)} if key else {}
    if math.isfinite(heard.tempo_bpm):
        found["tempo_bpm"] = round(heard.tempo_bpm, 1)
    return found


def describe(path: Path) -> dict[str, Any]:
    """Return what a sound file is and what is heard in it.

    ``seconds``, ``sample_rate_hz``, ``n_channels``, ``loudness_lufs`` and what `heard_in` finds.

    Raises:
        AntiphonError: as `formats.read_sound`.
    """
    samples, rate_hz = formats.read_sound(path)
    return {
        "seconds": round(samples.shape[1] / rate_hz, 3),
        "sample_rate_hz": rate_hz,
        "n_channels": len(samples),
        "loudness_lufs": round(loudness_lufs(samples, rate_hz), 1),
        **heard_in(samples.mean(axis=0), rate_hz),
    }
