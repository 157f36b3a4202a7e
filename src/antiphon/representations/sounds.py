"""A prepared set of sounds: rows of equal length in a memory-mapped table, and what each is.

`sounds.npy`, int16 (N, T), full scale is 32768; `labels.npy` (`LABEL`); `pieces.json`, a list with
one object a row: at least its `id`, `split`, `licence` and `ship`; `manifest.json` with the sample
rate. A shorter sound is followed by silence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.music.recording import FAMILIES, QUALITIES, SOURCES, Recording

FULL_SCALE = 32768
UNKNOWN = 255  # of pitch, velocity, family and source, where nobody says

LABEL = np.dtype(
    [
        ("start_s", "f4"),  # where the row begins in its recording
        ("n_frames", "i4"),  # before the silence that fills the row
        ("pitch", "u1"),
        ("velocity", "u1"),
        ("family", "u1"),  # place in recording.FAMILIES
        ("source", "u1"),  # place in recording.SOURCES
        ("qualities", "u2"),  # bit i is recording.QUALITIES[i]
    ]
)


@dataclass(frozen=True)
class Sounds:
    """The sounds of one split.

    Attributes:
        samples: (N, T) int16 of the whole set, memory-mapped.
        rows: (n,) those of this split.
        labels: (n,) table of `LABEL`, in the order of `rows`.
        pieces: what is known of each row of the whole set.
        sample_rate_hz: of all of them.
    """

    samples: NDArray[np.int16]
    rows: NDArray[np.int64]
    labels: NDArray[np.void]
    pieces: list[dict[str, Any]]
    sample_rate_hz: int

    def take(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return sounds (len(index), T), full scale −1 … 1, for indices below n."""
        samples = self.samples[self.rows[index]].astype(np.float32)
        samples /= FULL_SCALE
        return samples


def load_sounds(folder: Path, split: str) -> Sounds:
    """Load one split of a prepared set of sounds.

    Raises:
        AntiphonError: the folder holds no such set, or the split has no sound.
    """
    try:
        samples = np.load(folder / "sounds.npy", mmap_mode="r", allow_pickle=False)
        labels = np.load(folder / "labels.npy", allow_pickle=False)
        pieces = json.loads((folder / "pieces.json").read_text(encoding="utf-8"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        rate = int(manifest["sample_rate_hz"])
        is_one = samples.ndim == 2 and labels.dtype == LABEL
        if not is_one or len(samples) != len(labels) or len(labels) != len(pieces):
            raise ValueError
        rows = np.flatnonzero([piece["split"] == split for piece in pieces])
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise AntiphonError(
            f"{folder} holds no prepared sounds: make them with `antiphon data prepare`, "
            "for example of audio_notes."
        ) from error
    if not len(rows):
        raise AntiphonError(f"The prepared set {folder} has no sound in its {split} split.")
    return Sounds(samples, rows, labels[rows], pieces, rate)


def label_of(recording: Recording, start_s: float, n_frames: int) -> tuple[Any, ...]:
    """Return a row of `LABEL`."""
    return (
        start_s,
        n_frames,
        UNKNOWN if recording.pitch is None else recording.pitch,
        UNKNOWN if recording.velocity is None else recording.velocity,
        FAMILIES.index(recording.family) if recording.family else UNKNOWN,
        SOURCES.index(recording.source) if recording.source else UNKNOWN,
        sum(1 << QUALITIES.index(quality) for quality in recording.qualities),
    )
