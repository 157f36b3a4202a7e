"""Segments for the drummer: 16 bars of a performance, as latents, with what the band plays."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from antiphon.models._coder import Coder
from antiphon.models.choir import Segment
from antiphon.representations.bars import MAX_BEATS
from antiphon.representations.drums import (
    DRUM_CONDITION_SIZE,
    N_DRUMS,
    drum_conditions,
    drum_rolls,
    onset_profile,
    taps,
)
from antiphon.representations.prepared import Tables
from antiphon.representations.rolls import CHORD_SIZE

MIN_BARS = 2


def blank_chords(n_bars: int) -> Tensor:
    """Return the chords (N, 4, 25) a drummer's coder is given: none."""
    return torch.zeros(n_bars, MAX_BEATS, CHORD_SIZE)


class DrumSegments:
    """Draws batches of drum bars with their conditions.

    A fill is a bar whose strokes differ most from its neighbours at the end of four bars, or
    any bar of a performance recorded as a fill; what the others play is real where the set
    has other parts, else stood in for (`drums.taps`).
    """

    def __init__(self, data: Tables, coder: Coder, n_bars: int) -> None:
        self.data, self.n_bars = data, n_bars
        self.rolls = drum_rolls(data.bars, data.notes)
        self.profile = onset_profile(data.bars, data.notes)
        with torch.no_grad():
            rolls = torch.from_numpy(self.rolls)
            self.latents = coder.encode(rolls, blank_chords(len(rolls))).numpy()
        self.runs = [
            (int(a), int(b))
            for a, b in zip(data.starts[:-1], data.starts[1:], strict=True)
            if b - a >= MIN_BARS
        ]
        self.fill = _fills(self.rolls, data)
        strokes = self.rolls[:, 0, :, :N_DRUMS].sum(axis=(1, 2))
        self.energy = strokes / data.bars["n_beats"] / 4  # strokes a beat, 4 counting as 1
        lengths = np.array([min(b - a, 64) for a, b in self.runs], dtype=np.float64)
        self.chances = lengths / lengths.sum()

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Segment]:
        """Return real latents (B, N, Z) and what is told about them."""
        n, z = self.n_bars, self.latents.shape[1]
        real = np.zeros((size, n, z), np.float32)
        condition = np.zeros((size, n, DRUM_CONDITION_SIZE), np.float32)
        valid = np.zeros((size, n), np.float32)
        mask = np.ones((size, n, 1), np.float32)
        for row in range(size):
            first, stop = self.runs[rng.choice(len(self.runs), p=self.chances)]
            first = int(rng.integers(first, max(first, stop - n) + 1))
            index = np.arange(first, min(first + n, stop))
            m = len(index)
            real[row, :m], valid[row, :m] = self.latents[index], 1
            condition[row, :m] = self._told(index, rng)
            if rng.random() < 0.3:
                mask[row, : rng.integers(0, m)] = 0
        places = np.zeros((size, n, n), bool)
        none = np.zeros((size, n, 0), np.float32)
        tensors = (condition, none, none, real * (1 - mask), mask, places, valid)
        return torch.from_numpy(real), Segment(*(torch.from_numpy(t) for t in tensors))

    def energies(self) -> np.ndarray:
        """Return the mean energy of every run of bars."""
        return np.array([self.energy[a:b].mean() for a, b in self.runs])

    def _told(self, index: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        bars, rolls = self.data.bars[index], self.rolls[index]
        profile = self.profile[index]
        if not profile.any():
            profile = taps(rolls, rng)
        fill = self.fill[index]
        after = np.concatenate([[True], fill[:-1]])
        return drum_conditions(
            profile,
            bars["n_beats"],
            bars["compound"],
            bars["bpm"],
            np.full(len(index), self.energy[index].mean()),
            fill=fill,
            first=after,
            place=bars["number"],
        )


def _fills(rolls: np.ndarray, data: Tables) -> np.ndarray:
    """Return (N,) whether a bar is a fill."""
    flat = rolls[:, 0, :, :N_DRUMS].reshape(len(rolls), -1)
    toms = rolls[:, 0, :, 4:7].sum(axis=(1, 2))
    fills = np.zeros(len(rolls), bool)
    recorded = np.array(["_fill_" in str(p["id"]) for p in data.pieces], dtype=bool)
    for first, stop in zip(data.starts[:-1], data.starts[1:], strict=True):
        if recorded[data.bars["piece"][first]]:
            fills[first:stop] = True
            continue
        usual = np.median(flat[first:stop], axis=0)
        strange = np.abs(flat[first:stop] - usual).sum(axis=1) + 2 * toms[first:stop]
        limit = max(4.0, float(np.quantile(strange, 0.85)))
        fills[first:stop] = strange > limit
    return fills
