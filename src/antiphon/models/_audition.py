"""Audition: of several takes of the next bars, the one that a discriminator believes goes on.

Takes are drawn by the odds that it gives them of being real, which brings what is written nearer
to real music wherever its odds are right: discriminator rejection sampling (Azadi et al., ICLR
2019, https://arxiv.org/abs/1810.06758) as a particle filter over bars.

Shapes: B pieces, K takes of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._drawing import Floats
from antiphon.models.choir import Segment
from antiphon.representations.score import Ints
from antiphon.representations.writing import Writing


@dataclass(frozen=True)
class Audition:
    """How takes are heard.

    Attributes:
        n_takes: K, at least 2.
        n_bars: bars that are heard together; of shorter pieces nothing is heard.
        every: bars after which takes are heard again.
        answer: log odds (n,) that bars (a slice) of some pieces of a writing are real.
    """

    n_takes: int
    n_bars: int
    every: int
    answer: Callable[[Writing, Ints, slice], Floats]

    def stops(self, n_bars: int) -> list[int]:
        """Return the bars at which takes are heard: every few, and at the end."""
        return sorted({*range(self.n_bars, n_bars, self.every), n_bars})

    def repeated(self, x: Tensor) -> Tensor:
        """Return rows (B, …) as rows of all their takes (B · K, …)."""
        return x.repeat_interleave(self.n_takes, dim=0)

    def segment(self, told: Segment) -> Segment:
        """Return what is told to all takes."""
        return replace(told, **{f.name: self.repeated(getattr(told, f.name)) for f in fields(told)})

    def seeds(self, seeds: Sequence[Sequence[int]]) -> list[list[int]]:
        """Return the seeds of all takes; the first take of a piece has the piece's own."""
        return [[*s, *[take] * (take > 0)] for s in seeds for take in range(self.n_takes)]

    def go_on(self, writing: Writing, pieces: Ints, seeds: Sequence[Sequence[int]]) -> Ints:
        """Let one take of each piece go on as all of them, after the bars written last.

        Args:
            pieces: (B · K,) takes, those of a piece in a row.
            seeds: (B) of the pieces.

        Returns:
            (B · K,) the place among `pieces` of the take that each has become.
        """
        stop = int(writing.bar[pieces[0]])
        at = np.arange(len(pieces)).reshape(-1, self.n_takes)
        if stop < self.n_bars:
            return at.ravel()
        odds = self.answer(writing, pieces, slice(stop - self.n_bars, stop)).reshape(at.shape)
        chosen = np.array([chosen_by(o, [*s, 47, stop]) for o, s in zip(odds, seeds, strict=True)])
        source = np.repeat(at[np.arange(len(at)), chosen], self.n_takes)
        writing.become(pieces[source], pieces)
        return source


def chosen_by(odds: NDArray[np.floating], seed: list[int]) -> int:
    """Return one of several by its log odds."""
    p = np.exp(odds - odds.max())
    return int(np.random.default_rng(seed).choice(len(p), p=p / p.sum()))
