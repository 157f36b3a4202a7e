"""Training of the critic of plans: chords are written for the forms of songs, and told apart.

Forms are alike on both sides, so that the critic learns what tells chords that are written from
those that stand there.

Shapes: W windows of N bars, F measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from antiphon.metrics.progressions import progression_measures
from antiphon.models._critic import Critic
from antiphon.models.progression import Progression, write_progression
from antiphon.representations.progression import chords_of, frame_of
from antiphon.training._monitor import Monitor
from antiphon.training._run import RunFolder
from antiphon.training.critic import Telling, Told, Write, taught
from antiphon.training.progression import ProgressionBatches

_BATCH = 128  # windows written at once
_SHORTEST = 8  # bars


@dataclass(frozen=True, kw_only=True)
class PlanCriticTraining(Telling):
    n_iterations: int = 1500
    n_takes: int = 3
    n_bars: int = 32  # of a window, at the most


def windows(
    network: Progression, batches: ProgressionBatches, training: PlanCriticTraining, seed: int
) -> Told:
    """Let the network write chords for windows of every song, and measure both.

    Raises:
        ValueError: no song has a window of 8 bars.
    """
    rng = np.random.default_rng([seed, 10])
    made: list[NDArray[np.float64]] = []
    real: list[NDArray[np.float64]] = []
    for firsts, length in _windows(batches, training, rng):
        rows = np.array(firsts)[:, None] + np.arange(length)  # (W, N)
        bars = batches.bars[rows.ravel()].copy()
        bars["piece"], bars["run"] = np.repeat(np.arange(len(firsts)), length), 0
        frame = frame_of(bars, bars["number"], batches.left[rows.ravel()])
        outline = batches.outline[torch.from_numpy(rows)]
        written = write_progression(network, outline, frame, rng)
        for side, sounding in ((made, written), (real, batches.sounding[rows])):
            chords = chords_of(sounding, batches.vocabulary)
            for row, first in zip(chords, batches.bars[firsts], strict=True):
                minor = bool(first["minor"])
                side.append(progression_measures(row, int(first["n_beats"]), minor=minor))
    if not made:
        raise ValueError(f"no window of {_SHORTEST} bars to write chords for")
    return Told(np.array(made), np.array(real))


def _windows(
    batches: ProgressionBatches, training: PlanCriticTraining, rng: np.random.Generator
) -> list[tuple[list[int], int]]:
    """Return first bars of windows in one metre and key, those of one metre and length together."""
    bars = batches.bars
    same = np.stack([bars[name] for name in ("n_beats", "compound", "tonic", "minor")], axis=1)
    found: dict[tuple[int, int], list[int]] = {}
    for song in batches.songs:
        length = min(training.n_bars, song.stop - song.first)
        for _ in range(training.n_takes if length >= _SHORTEST else 0):
            first = int(rng.integers(song.first, song.stop - length + 1))
            if (same[first : first + length] == same[first]).all():
                found.setdefault((int(bars["n_beats"][first]), length), []).append(first)
    return [
        (firsts[begin : begin + _BATCH], length)
        for (_, length), firsts in sorted(found.items())
        for begin in range(0, len(firsts), _BATCH)
    ]


def train_plan_critic(
    network: Progression,
    training: PlanCriticTraining,
    train: ProgressionBatches,
    held_out: ProgressionBatches,
    run: RunFolder,
    *,
    seed: int,
    report: Monitor,
) -> Critic | None:
    """Train the critic of what a network of chords writes, or take the run's own of this network.

    None without iterations.

    Raises:
        OutOfTime: there is no time left for it.
    """

    def write(batches: ProgressionBatches) -> Write:
        return lambda seed: windows(network, batches, training, seed)

    sets, n_bars = (write(train), write(held_out)), training.n_bars
    return taught("plan_critic", network, sets, training, run, n_bars, seed=seed, report=report)
