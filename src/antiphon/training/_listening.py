"""What a scribe writes for held-out plans while it trains: pictures, tones and measures.

Plans and random numbers are the same each time, so that nothing but the scribe changes. The
real windows of the plans are measured beside.

Shapes: N bars in a row, K measures.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from antiphon.metrics.bars import MEASURES, measure_bars
from antiphon.metrics.frechet import frechet_distance, standardise
from antiphon.models._writer import write
from antiphon.models.scribe import Scribe
from antiphon.representations import score as scores
from antiphon.representations.bars import SLOTS_PER_BEAT, home_shift
from antiphon.representations.rolls import chord_features, rolls_of
from antiphon.training._score_batches import ScoreBatches

N_WINDOWS = 24
N_SHOWN = 2  # as pictures and tones


class Board(Protocol):
    """Keeps what is seen and heard."""

    def show(self, stage: str, iteration: int, rolls: NDArray[np.float32]) -> None: ...


class Listener:
    """Lets a scribe write for held-out plans."""

    def __init__(self, held_out: ScoreBatches, seed: int, board: Board) -> None:
        rng = np.random.default_rng([seed, 2**31 + 1])
        self._board, self._n_bars = board, held_out.n_bars
        self._firsts = held_out.in_one_metre(N_WINDOWS, rng)
        mask = np.ones((N_WINDOWS, held_out.n_bars, scores.N_PARTS), np.float32)
        _, self._segment = held_out.told(self._firsts, mask, rng)
        data = held_out.segments.data
        self._bars = [data.bars[f : f + held_out.n_bars].copy() for f in self._firsts]
        for index, table in enumerate(self._bars):
            table["piece"], table["run"] = index, 0
        self._seeds = [[seed, index] for index in range(N_WINDOWS)]
        self._latent_size = held_out.segments.latents.shape[1]
        self._real = self._measures(data.rolls.unpacked(self._index()))

    def __call__(self, stage: str, iteration: int, scribe: Scribe) -> dict[str, float]:
        """Return how far what a scribe writes is from the real windows.

        ``music/frechet`` is the Fréchet distance of the measures of single bars, in squared
        standard deviations of the real ones; ``music/MEASURE`` and ``real/MEASURE`` are means.
        """
        blank = torch.zeros(N_WINDOWS, self._n_bars, self._latent_size)
        writing = write(scribe, blank, 1.0, self._segment, self._bars, self._seeds)
        table = np.concatenate(self._bars)
        rolls = rolls_of(*scores.notes_of(writing.score(), table)).unpacked(np.arange(len(table)))
        shown = rolls.reshape(N_WINDOWS, self._n_bars, *rolls.shape[1:])[:N_SHOWN]
        self._board.show(stage, iteration, shown)
        made = self._measures(rolls)
        real, ours = standardise(self._real, made)
        return {"music/frechet": frechet_distance(ours, real)} | {
            f"{side}/{name.replace(' ', '_')}": float(value)
            for side, rows in (("music", made), ("real", self._real))
            for name, value in zip(MEASURES, _means(rows), strict=True)
            if np.isfinite(value)
        }

    def _index(self) -> NDArray[np.int64]:
        return (self._firsts[:, None] + np.arange(self._n_bars)[None]).ravel()

    def _measures(self, rolls: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (N, K) measures of the bars of all windows."""
        bars = np.concatenate(self._bars)
        shift = home_shift(bars["tonic"], bars["minor"])
        chroma = chord_features(bars["chords"], shift)[..., :12]
        return measure_bars(rolls, chroma, int(bars["n_beats"][0]) * SLOTS_PER_BEAT)


def _means(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K,) means of what could be measured; NaN where nothing could."""
    there = np.isfinite(rows)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = np.where(there, rows, 0).sum(axis=0) / there.sum(axis=0)
    return means
