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

N_TAKES = 8  # of the next bars
EVERY = 4  # bars


@dataclass(frozen=True)
class Audition:
    """How takes are heard.

    Attributes:
        n_takes: K, at least 2.
        n_bars: bars that are heard together; of shorter pieces nothing is heard.
        every: bars after which takes are heard again, where more is to be made.
        after: bars that stay as they are and are heard along, after those that are made.
        answer: log odds (n,) that bars (a slice) of some pieces of a writing are real.
    """

    n_takes: int
    n_bars: int
    every: int
    answer: Callable[[Writing, Ints, slice], Floats]
    after: int = 2

    def stops(self, made: NDArray[np.bool_]) -> list[tuple[int, bool]]:
        """Return the bars up to which to write, and whether takes are written and heard there.

        Where bars stay as they are, all takes would be the same: one is written for all.

        Args:
            made: (B, N) whether anything is made in each bar.
        """
        n, anywhere = made.shape[1], np.zeros(made.shape[1], bool)
        anywhere[np.flatnonzero(made) % n] = True
        alive = anywhere.copy()
        for bar in np.flatnonzero(anywhere):
            alive[bar : bar + 1 + self.after] = True
        if alive[: self.n_bars].any():  # fewer bars cannot be heard
            alive[int(alive.argmax()) : self.n_bars] = True
        edges = np.flatnonzero(np.diff(alive, prepend=False, append=False)).tolist()
        found: list[tuple[int, bool]] = []
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            found += [(first, False)] if first else []
            between = range(first + self.every, last, self.every)
            found += [(bar, True) for bar in between if bar >= self.n_bars and anywhere[bar]]
            found.append((last, True))
        return found if found and found[-1][0] == n else [*found, (n, False)]

    def repeated(self, x: Tensor) -> Tensor:
        """Return rows (B, …) as rows of all their takes (B · K, …)."""
        return x.repeat_interleave(self.n_takes, dim=0)

    def segment(self, told: Segment) -> Segment:
        """Return what is told to all takes."""
        return replace(told, **{f.name: self.repeated(getattr(told, f.name)) for f in fields(told)})

    def seeds(self, seeds: Sequence[Sequence[int]]) -> list[list[int]]:
        """Return the seeds of all takes; the first take of a piece has the piece's own."""
        return [[*s, *[take] * (take > 0)] for s in seeds for take in range(self.n_takes)]

    def go_on(
        self,
        writing: Writing,
        pieces: Ints,
        seeds: Sequence[Sequence[int]],
        stop: int,
        said: Floats,
    ) -> Ints:
        """Let one take of each piece go on as all of them, from a bar up to which all are written.

        Args:
            pieces: (B · K,) takes, those of a piece in a row.
            seeds: (B) of the pieces.
            stop: the bar.
            said: (B · K,) log probability of what stays after what each take made, which weighs
                as much as the odds: bars are chosen that lead into what follows.

        Returns:
            (B · K,) the place among `pieces` of the take that each has become.
        """
        at = np.arange(len(pieces)).reshape(-1, self.n_takes)
        if stop < self.n_bars:
            return at.ravel()
        odds = self.answer(writing, pieces, slice(stop - self.n_bars, stop)) + said
        rows = zip(odds.reshape(at.shape), seeds, strict=True)
        chosen = np.array([chosen_by(row, [*s, 47, stop]) for row, s in rows])
        return self.become(writing, pieces, at[np.arange(len(at)), chosen])

    def become(self, writing: Writing, pieces: Ints, chosen: Ints) -> Ints:
        """Let all takes become one of their piece; return the place of it as `go_on` does.

        Args:
            chosen: (B,) its place among `pieces` (B · K,).
        """
        source = np.repeat(chosen, self.n_takes)
        writing.become(pieces[source], pieces)
        return source


def chosen_by(odds: NDArray[np.floating], seed: list[int]) -> int:
    """Return one of several by its log odds."""
    p = np.exp(odds - odds.max())
    return int(np.random.default_rng(seed).choice(len(p), p=p / p.sum()))
