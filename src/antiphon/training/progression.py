"""Training of the network that writes chords: by likelihood, after outlines made noisy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from antiphon.models.progression import Progression, halves_of
from antiphon.representations.bars import MAX_BEATS
from antiphon.representations.outline import FORM_SIZE, outline_of
from antiphon.representations.prepared import Prepared
from antiphon.representations.progression import (
    beat_facts,
    chord_returns,
    frame_of,
    sounding_of,
    tokens_of,
)
from antiphon.training._effort import Effort, spent
from antiphon.training._monitor import Monitor
from antiphon.training._run import (
    RunFolder,
    load_module,
    load_optimizer,
    module_state,
    optimizer_state,
)
from antiphon.training._segments import check_length, made_noisy, songs_of
from antiphon.training._steps import by_factor, cosine


@dataclass(frozen=True, kw_only=True)
class ProgressionTraining:
    n_iterations: int = 1200
    cpu_minutes: float = 0.0  # end after so much CPU time, if that comes first; 0 for no such end
    batch_size: int = 32
    n_bars: int = 32
    min_level: float = 0.3
    learning_rate: float = 3e-3
    table_factor: float = 20.0  # of the rate for what are logits themselves
    final_learning_rate: float = 1e-4
    weight_decay: float = 0.05
    save_every: int = 200
    log_every: int = 50


class ProgressionBatches:
    """Rows of bars with the facts before each beat's chord.

    Args:
        scale: mean and deviation of outlines, as the planner has them.
    """

    def __init__(
        self,
        data: Prepared,
        vocabulary: np.ndarray,
        n_bars: int,
        scale: tuple[Tensor, Tensor],
    ) -> None:
        self.n_bars, bars = n_bars, data.bars
        self.bars, self.vocabulary = bars, vocabulary
        self.songs = songs_of(data)
        check_length(self.songs, n_bars)
        self.sounding = sounding = sounding_of(bars, vocabulary)
        self.left = np.rint(data.conditions[:, -2] * 8).astype(np.int64)  # bars up to the end
        frame = frame_of(bars, bars["number"], self.left)
        every = np.arange(len(bars))
        self.facts = np.stack(
            [beat_facts(frame, sounding, every, b, len(vocabulary)) for b in range(MAX_BEATS)],
            axis=1,
        ).astype(np.int16)  # (N, MAX_BEATS, F)
        self.returns = np.stack(
            [chord_returns(frame, sounding, every, b, len(vocabulary)) for b in range(MAX_BEATS)],
            axis=1,
        ).astype(np.int16)  # (N, MAX_BEATS, L)
        self.tokens = tokens_of(sounding)
        self.counts = np.arange(MAX_BEATS)[None] < bars["n_beats"][:, None]
        self.n_beats = bars["n_beats"]
        rows = (torch.from_numpy(outline_of(bars)) - scale[0]) / scale[1]
        self.outline = rows[:, FORM_SIZE:]

    def loss(self, network: Progression, size: int, rng: np.random.Generator, low: float) -> Tensor:
        """Return the mean negative log-likelihood of a batch's tokens, in nats."""
        n = self.n_bars
        firsts: list[int] = []
        while len(firsts) < size:
            song = self.songs[int(rng.integers(len(self.songs)))]
            if song.stop - song.first >= n:
                firsts.append(int(rng.integers(song.first, song.stop - n + 1)))
        index = np.array(firsts)[:, None] + np.arange(n)[None]  # (B, N)

        def in_time(values: np.ndarray) -> Tensor:
            rows = values[index].reshape(size, n * MAX_BEATS, -1)
            return torch.from_numpy(np.ascontiguousarray(rows.swapaxes(0, 1)))

        noisy, levels = made_noisy(self.outline[torch.from_numpy(index)], low, rng)
        halves = halves_of(noisy.flatten(0, 1), self.n_beats[index].ravel().tolist())
        halves = halves.unflatten(0, (size, -1)).transpose(0, 1)
        told = in_time(self.facts).long(), in_time(self.returns).long()
        logits, _ = network(*told, halves, levels)
        tokens, counts = in_time(self.tokens)[..., 0], in_time(self.counts)[..., 0]
        missed = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none")
        return (missed * counts.flatten()).sum() / counts.sum()


def train_progression(
    network: Progression,
    training: ProgressionTraining,
    train: ProgressionBatches,
    held_out: ProgressionBatches,
    run: RunFolder,
    *,
    seed: int,
    report: Monitor,
) -> Progression:
    """Train (or go on training) the network and return it."""
    optimizer = by_factor(
        network,
        [network.returns],
        training.learning_rate,
        training.table_factor,
        weight_decay=training.weight_decay,
    )
    begin = 0
    if (found := run.load("progression")) is not None:
        load_module("average", network, found[0])
        load_optimizer("optimizer", optimizer, found[0])
        begin = int(found[1]["iteration"])
    run.truncate_logs("progression", begin)
    effort = Effort.going_on(found, training.cpu_minutes)
    for iteration in effort.iterations(begin, training.n_iterations):
        rng = np.random.default_rng([seed, 8, iteration])
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * cosine(
                iteration,
                training.n_iterations,
                training.learning_rate,
                training.final_learning_rate,
                warm_up=50,
            )
        loss = train.loss(network, training.batch_size, rng, training.min_level)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        last = effort.ends(iteration + 1)
        if (iteration + 1) % training.log_every == 0 or last:
            scalars = {"nll/token": loss.item()}
            scalars |= spent((iteration + 1) * training.batch_size, effort.cpu_s)
            run.log("progression_stats", iteration + 1, scalars)
            report("progression", iteration + 1, training.n_iterations, scalars)
        if (iteration + 1) % training.save_every == 0 or last or report.expired:
            tensors = module_state("average", network) | optimizer_state("optimizer", optimizer)
            run.save("progression", tensors, iteration=iteration + 1, cpu_s=effort.cpu_s)
            with torch.no_grad():
                rng = np.random.default_rng([seed, 2**31])
                score = held_out.loss(network, 96, rng, training.min_level).item()
            run.log("progression_metrics", iteration + 1, {"held_out/token": score})
            report("progression", iteration + 1, training.n_iterations, {"held_out/token": score})
        if report.expired and not last:
            break
    return network.eval()
