"""Segments for the network that writes plans: outlines of songs under a mask over form, chords."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from antiphon.models.choir import Segment
from antiphon.representations.outline import (
    CHORDS_SIZE,
    FORM_SIZE,
    OUTLINE_CONDITION_SIZE,
    outline_conditions,
    outline_of,
)
from antiphon.representations.prepared import Prepared
from antiphon.representations.rolls import same_place
from antiphon.training._segments import songs_of, window


class OutlineSegments:
    """Draws batches of outlines, each feature with mean 0 and variance 1 over the data."""

    def __init__(
        self, data: Prepared, n_bars: int, scale: tuple[Tensor, Tensor] | None = None
    ) -> None:
        self.data, self.n_bars = data, n_bars
        self.songs = songs_of(data)
        lengths = np.array([s.stop - s.first for s in self.songs], dtype=np.float64)
        self.chances = lengths / lengths.sum()
        self.offset = (data.bars["number"] - data.bars["section_start"]).astype(np.int64)
        if scale is None:
            rows = np.concatenate([outline_of(data.bars[s.first : s.stop]) for s in self.songs])
            deviation = np.maximum(rows.std(axis=0), 0.05)
            scale = torch.from_numpy(rows.mean(axis=0)), torch.from_numpy(deviation)
        self.mean, self.deviation = scale

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Segment]:
        """Return real outlines (B, N, 57) and what is told about them."""
        n = self.n_bars
        real = np.zeros((size, n, FORM_SIZE + CHORDS_SIZE), np.float32)
        condition = np.zeros((size, n, OUTLINE_CONDITION_SIZE), np.float32)
        valid = np.zeros((size, n), np.float32)
        places = np.zeros((size, n, n), bool)
        mask = np.ones((size, n, 2), np.float32)
        for row in range(size):
            song = self.songs[rng.choice(len(self.songs), p=self.chances)]
            index = window(song, n, rng, join=0.4)
            m = len(index)
            bars = self.data.bars[index]
            real[row, :m] = (outline_of(bars) - self.mean.numpy()) / self.deviation.numpy()
            joined = bool((np.diff(bars["number"]) != 1).any())
            left = self.data.conditions[index, -2]
            whole = song.is_whole and (joined or m == song.stop - song.first)
            start = np.arange(m) if whole else bars["number"]
            to_end = np.arange(m)[::-1] if whole else np.rint(left * 8).astype(np.int64)
            condition[row, :m] = outline_conditions(bars, start, to_end)
            valid[row, :m] = 1
            chance = rng.random()
            if chance < 0.5:  # the form is given
                mask[row, :, 0] = 0
                places[row, :m, :m] = same_place(bars["section"], self.offset[index])
            if chance > 0.8:  # chords of some bars are given
                begin, stop = np.sort(rng.integers(0, m + 1, size=2))
                mask[row, begin:stop, 1] = 0
        made = np.repeat(mask, (FORM_SIZE, CHORDS_SIZE), axis=-1)
        none = np.zeros((size, n, 0), np.float32)
        tensors = (condition, none, none, real * (1 - made), mask, places, valid)
        return torch.from_numpy(real), Segment(*(torch.from_numpy(t) for t in tensors))
