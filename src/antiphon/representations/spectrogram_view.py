"""Spectrograms of notes: log magnitudes as pictures, for the same networks as rolls.

A prepared folder holds `spectrograms.npy`, float16 or float32 (N, C, F, T): C channels of F
frequency bins and T frames, which stays on the disk, and `pieces.json`, a list with one object
a sound: at least its `split`, and `ship` where its licence lets weights be released. Values are
moved to 0…1 by the least and the greatest of the training split.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.representations.views import Array, Passage, Source


@dataclass(frozen=True, kw_only=True)
class SpectrogramView:
    """Spectrograms of one size.

    Attributes:
        size: (C, F, T), which the file must have.
    """

    size: tuple[int, int, int] = (1, 128, 128)

    @property
    def shape(self) -> tuple[int, ...]:
        """(C, F, T)."""
        return self.size

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """Nothing is told."""
        return (0,)

    def open(self, folder: Path, split: str) -> Source:
        """Open a folder of spectrograms.

        Raises:
            AntiphonError: it holds none, of another size, or none in this split.
        """
        try:
            stored = np.load(folder / "spectrograms.npy", mmap_mode="r", allow_pickle=False)
            pieces: list[dict[str, Any]] = json.loads(
                (folder / "pieces.json").read_text(encoding="utf-8")
            )
        except (OSError, ValueError, EOFError) as error:
            raise AntiphonError(
                f"{folder} holds no spectrograms: it needs spectrograms.npy and pieces.json."
            ) from error
        if stored.shape[1:] != self.size or len(stored) != len(pieces):
            raise AntiphonError(
                f"{folder}/spectrograms.npy has the shape {stored.shape}; "
                f"{(len(pieces), *self.size)} would fit the config and pieces.json."
            )
        rows = {
            name: np.flatnonzero([piece.get("split") == name for piece in pieces])
            for name in {split, "train"}
        }
        if not len(rows[split]) or not len(rows["train"]):
            raise AntiphonError(f"{folder} has no sound in its {split} or its train split.")
        low, high = _bounds(stored, rows["train"])

        def take(index: NDArray[np.int64]) -> tuple[Array, Array]:
            values = stored[rows[split][index]].astype(np.float32)
            scaled = (values - low) / max(high - low, 1e-9)
            return np.clip(scaled, 0, 1), np.zeros((len(index), 0), np.float32)

        return Source(len(rows[split]), take, pieces, rows[split])

    def passage(self, segment: Array) -> Passage:
        """Refuse: a spectrogram holds no notes.

        Raises:
            AntiphonError: always.
        """
        raise AntiphonError("Spectrograms hold no notes: they can only be drawn as pictures.")


def picture(segments: Array) -> NDArray[np.uint8]:
    """Return spectrograms (B, C, F, T) beside one another in grey, low frequencies below."""
    rows = segments[:, 0, ::-1]
    grey = np.clip(rows * 255, 0, 255).astype(np.uint8)
    flat = np.concatenate(list(grey), axis=1)
    return np.repeat(flat[..., None], 3, axis=-1)


def _bounds(stored: NDArray[np.floating], rows: NDArray[np.int64]) -> tuple[float, float]:
    """Return the least and the greatest value, read a few sounds at a time."""
    blocks = np.array_split(rows, max(1, len(rows) // 64))
    ends = [(float(stored[b].min()), float(stored[b].max())) for b in blocks]
    return min(low for low, _ in ends), max(high for _, high in ends)
