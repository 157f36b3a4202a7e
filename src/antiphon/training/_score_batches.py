"""Batches for the scribe: bars of songs in a row, with the facts before each of their tokens."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models.choir import Segment
from antiphon.representations import facts
from antiphon.representations import score as scores
from antiphon.representations.rolls import same_place
from antiphon.training._segments import (
    Segments,
    asked_controls,
    check_length,
    draw_mask,
    made_noisy,
)

_FREE = 0.75  # how often everything is to be made
_CHOICES = 6  # windows drawn for each that is taken


@dataclass
class Written:
    """Tokens of B rows of bars, in time order; T of the longest.

    Attributes:
        bar: (T, B) bar of each token, counted in its row.
        step, pitch, length: (T, B, F) facts.
        relations: (T, B, R) where pitches are seen from.
        returns: (T, B, M, L) where parts would go on as before.
        cell, row, duration, loudness: (T, B) what was written.
        counts: (T, B) weight: 1 where a cell was chosen, 0 in bars that are kept and in padding.
        is_note: (T, B) 1 for notes that are to be made.
        is_kept: (T, B) 1 for kept notes of bars in which others are to be made: where they stand
            is known, and what was chosen is that nothing comes before.
    """

    bar: Tensor
    step: Tensor
    pitch: Tensor
    relations: Tensor
    returns: Tensor
    length: Tensor
    cell: Tensor
    row: Tensor
    duration: Tensor
    loudness: Tensor
    counts: Tensor
    is_note: Tensor
    is_kept: Tensor


class Laid:
    """A score with the facts before each of its tokens."""

    def __init__(self, score: scores.Score, bars: NDArray[np.void]) -> None:
        self.score = score
        standing = scores.standing_of(score, bars)
        choice = scores.choice_of(score, bars, standing)
        harmony = facts.harmony_of(bars)

        def small(values: NDArray[np.int64]) -> Tensor:
            return torch.from_numpy(values.astype(np.int16))

        self.step = small(facts.step_facts(standing, harmony))
        self.pitch = small(facts.pitch_facts(standing, choice, harmony))
        self.relations = small(facts.pitch_relations(standing, choice, harmony))
        self.returns = small(facts.cell_returns(standing))
        self.length = small(facts.length_facts(standing, choice, score.row, harmony))

    def to(self, device: torch.device) -> Laid:
        """Return the same on a device, where it then lays out what is asked for."""
        moved = copy.copy(self)
        for name in ("step", "pitch", "relations", "returns", "length"):
            setattr(moved, name, getattr(self, name).to(device))
        return moved

    def written(self, firsts: NDArray[np.int64], mask: NDArray[np.float32]) -> Written:
        """Return the tokens of the bars from each first bar on; the mask is (B, N, M)."""
        score, n = self.score, mask.shape[1]
        begin, end = score.start[firsts], score.start[firsts + n]
        at = begin[None] + np.arange((end - begin).max())[:, None]  # (T, B)
        there = at < end[None]
        at = np.where(there, at, begin[None])
        bar = score.bar[at] - firsts[None]
        cell = score.cell[at]
        is_note = cell != scores.END
        column = np.arange(len(firsts))[None]
        part_made = mask[column, bar, np.where(is_note, cell % scores.N_PARTS, 0)]
        counts = there * mask.max(axis=-1)[column, bar]

        def tensor(values: NDArray[np.generic]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values)).to(self.step.device)

        here = tensor(at)
        return Written(
            bar=tensor(bar),
            step=self.step[here].long(),
            pitch=self.pitch[here].long(),
            relations=self.relations[here].long(),
            returns=self.returns[here].long(),
            length=self.length[here].long(),
            cell=tensor(cell),
            row=tensor(score.row[at]),
            duration=tensor(score.duration[at]),
            loudness=tensor(score.loudness[at]),
            counts=tensor(counts.astype(np.float32)),
            is_note=tensor((counts * is_note * part_made).astype(np.float32)),
            is_kept=tensor((counts * is_note * (1 - part_made)).astype(np.float32)),
        )


class ScoreBatches:
    """Draws windows of a prepared set for the scribe.

    Args:
        segments: the same set's latents, conditions and controls.
        n_bars: bars of a window.
    """

    def __init__(self, segments: Segments, n_bars: int) -> None:
        check_length(segments.songs, n_bars)
        self.segments, self.n_bars = segments, n_bars
        bars = segments.data.bars
        self.laid = Laid(scores.score_of(bars, segments.data.notes), bars)
        songs = [song for song in segments.songs if song.stop - song.first >= n_bars]
        self._first, self._stop = (
            np.array([getattr(song, end) for song in songs]) for end in ("first", "stop")
        )
        lengths = (self._stop - self._first).astype(np.float64)
        self._chances = lengths / lengths.sum()

    def to(self, device: torch.device) -> ScoreBatches:
        """Return the same, but for what `batch` gives, which lies on a device."""
        moved = copy.copy(self)
        moved.laid = self.laid.to(device)
        return moved

    def batch(
        self, size: int, rng: np.random.Generator, min_level: float
    ) -> tuple[Tensor, Tensor, Segment, Written]:
        """Return noisy latents (B, N, Z), their levels (B,), what is told, and what was written."""
        firsts = self.windows(size, rng)
        mask = np.stack([draw_mask(rng, self.n_bars, scores.N_PARTS, _FREE) for _ in firsts])
        real, segment = self.told(firsts, mask, rng)
        noisy, levels = made_noisy(real, min_level, rng)
        written = self.laid.written(firsts, mask)
        device = written.cell.device
        return noisy.to(device), levels.to(device), segment.to(device), written

    def told(
        self, firsts: NDArray[np.int64], mask: NDArray[np.float32], rng: np.random.Generator
    ) -> tuple[Tensor, Segment]:
        """Return real latents (B, N, Z) of windows and what is told; mask is (B, N, M)."""
        segments, n = self.segments, mask.shape[1]
        data = segments.data
        index = firsts[:, None] + np.arange(n)[None]  # (B, N)
        known = segments.controls_known[index]
        known = known * np.stack([asked_controls(rng, known.shape[-1]) for _ in firsts])[:, None]
        offset = segments.offset
        places = same_place(data.bars["section"][index], offset[index])
        real = segments.latents[index]
        made = np.repeat(mask, segments.part_sizes, axis=-1)
        tensors = (
            data.conditions[index],
            segments.controls[index],
            known.astype(np.float32),
            real * (1 - made),
            mask,
            places,
            np.ones((len(firsts), n), np.float32),
        )
        segment = Segment(*(torch.from_numpy(np.ascontiguousarray(t)) for t in tensors))
        return torch.from_numpy(real), segment

    def windows(self, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the first bars of windows with about equally many tokens: little is padding.

        Windows are drawn, ordered by length and cut into batches, of which one is taken: sparse
        and dense ones come as often as others.
        """
        firsts = self._anywhere(_CHOICES * size, rng)
        start = self.laid.score.start
        length = start[firsts + self.n_bars] - start[firsts]
        begin = size * int(rng.integers(_CHOICES))
        return firsts[np.argsort(length, kind="stable")[begin : begin + size]]

    def _anywhere(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the first bars of n windows anywhere, often where a song begins."""
        song = rng.choice(len(self._first), size=n, p=self._chances)
        first, last = self._first[song], self._stop[song] - self.n_bars
        found: NDArray[np.int64] = rng.integers(first - self.n_bars // 2, last + 1)
        return np.maximum(found, first)

    def in_one_metre(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the first bars of n windows that are all in the metre of the first one drawn."""
        bars = self.segments.data.bars
        metre = bars["n_beats"].astype(np.int64) * 2 + bars["compound"]
        wanted = -1
        found: list[int] = []
        while len(found) < n:
            for first in rng.permutation(self.windows(n, rng)).tolist():
                here = metre[first : first + self.n_bars]
                wanted = int(here[0]) if wanted < 0 else wanted
                if (here == wanted).all() and len(found) < n:
                    found.append(first)
                elif not found:
                    wanted = -1
        return np.array(found)


@dataclass(frozen=True)
class Mixture:
    """Several sets, from one of which each batch is drawn.

    Attributes:
        sets: each with how often it is drawn next to the others.
    """

    sets: Sequence[tuple[ScoreBatches, float]]

    def drawn(self, rng: np.random.Generator) -> ScoreBatches:
        """Draw a set."""
        if len(self.sets) == 1:
            return self.sets[0][0]
        shares = np.array([share for _, share in self.sets])
        return self.sets[int(rng.choice(len(self.sets), p=shares / shares.sum()))][0]
