"""Second stage of the scribe: it writes whole windows, and a discriminator answers.

Notes are discrete, so that no gradient runs from the discriminator through them: what it
answers for a bar is the reward of the choices that led there, as in sequence GANs (SeqGAN, Yu
et al., AAAI 2017, https://arxiv.org/abs/1609.05473), with the mean of several windows written
for the same plan as the baseline. Beside it stands the likelihood of real windows, so that
what was learnt is not forgotten. The discriminator is the choir's kind: it hears a window
as latents of its bars, is told the plan, and answers for every bar and for the whole.

Shapes: B windows, N bars, Z latent of a bar.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._coder import Coder, latents_of
from antiphon.models._writer import Nerve, write
from antiphon.models.choir import Discriminator, Segment
from antiphon.models.scribe import Scribe
from antiphon.representations import score as scores
from antiphon.training._effort import Effort, spent
from antiphon.training._listening import Listener
from antiphon.training._monitor import Monitor
from antiphon.training._objectives import gradient_penalty
from antiphon.training._run import (
    RunFolder,
    load_module,
    load_optimizer,
    module_state,
    optimizer_state,
)
from antiphon.training._score_batches import Laid, ScoreBatches
from antiphon.training._steps import Shard, descend, ease, side_by_side
from antiphon.training.scribe import scribe_losses, scribe_optimizer, token_losses


@dataclass(frozen=True, kw_only=True)
class AdversaryTraining:
    n_iterations: int = 300
    cpu_minutes: float = 0.0  # end after so much CPU time, if that comes first; 0 for no such end
    first_iterations: int = 60  # of the discriminator alone
    n_plans: int = 8  # plans an iteration and shard
    n_takes: int = 4  # windows written for each
    n_shards: int = 2
    learning_rate: float = 1e-4
    table_factor: float = 10.0  # of the rate for tables that are logits themselves
    discriminator_learning_rate: float = 5e-4
    gamma: float = 0.01  # weight of R1 and R2 of the discriminator
    reach: float = 0.7  # how much a bar's reward counts for the bar before
    reward_weight: float = 0.3
    min_level: float = 0.5
    ema_decay: float = 0.98
    save_every: int = 25
    log_every: int = 5

    def __post_init__(self) -> None:
        if self.n_takes < 2:
            raise ValueError("n_takes must be at least 2: takes are compared with one another")
        if self.n_shards < 1 or self.n_plans < 1:
            raise ValueError("n_shards and n_plans must be at least 1")


@dataclass
class Windows:
    """What a shard of an iteration works on: windows in the order plan by plan, take by take.

    Attributes:
        real, made: (B, N, Z) latents.
        segment: what is told; everything is to be made.
        laid: the written score; window b begins with its bar b × N.
    """

    real: Tensor
    made: Tensor
    segment: Segment
    laid: Laid


def windows(
    scribe: Scribe,
    coder: Coder,
    batches: ScoreBatches,
    n_plans: int,
    n_takes: int,
    rng: np.random.Generator,
) -> Windows:
    """Draw windows of real songs and write others for their plans."""
    n, data = batches.n_bars, batches.segments.data
    firsts = batches.in_one_metre(n_plans, rng)
    each = np.repeat(firsts, n_takes)
    mask = np.ones((n_plans, n, scores.N_PARTS), np.float32)
    _, told = batches.told(firsts, mask, rng)
    segment = Segment(*(x.repeat_interleave(n_takes, dim=0) for x in vars(told).values()))
    bars = [data.bars[f : f + n].copy() for f in each]
    for index, table in enumerate(bars):
        table["piece"], table["run"] = index, 0
    seeds = [[int(rng.integers(2**31))] for _ in each]
    blank = torch.zeros(len(each), n, batches.segments.latents.shape[1])
    writing = write(scribe, blank, 1.0, segment, bars, seeds, nerve=Nerve())
    table = np.concatenate(bars)
    score = writing.score()
    made = latents_of(*scores.notes_of(score, table), coder)
    heard = [_heard(batches, f, coder) for f in firsts]
    return Windows(
        torch.stack(heard).repeat_interleave(n_takes, dim=0),
        made.unflatten(0, (len(each), n)),
        segment,
        Laid(score, table),
    )


def _heard(batches: ScoreBatches, first: int, coder: Coder) -> Tensor:
    """Return the latents (N, Z) of a real window as if it had been written: alone, by classes."""
    span = slice(first, first + batches.n_bars)
    score = batches.laid.score.of(span)
    return latents_of(*scores.notes_of(score, batches.segments.data.bars[span]), coder)


def discriminator_loss(
    discriminator: Discriminator, heard: Windows, gamma: float
) -> tuple[Tensor, dict[str, float]]:
    """Return the logistic loss with R1 and R2, and what is worth plotting."""
    real, made = heard.real.clone().requires_grad_(), heard.made.clone().requires_grad_()
    real_logits = discriminator.answer(real, heard.segment)
    made_logits = discriminator.answer(made, heard.segment)
    loss = F.softplus(-real_logits).mean() + F.softplus(made_logits).mean()
    penalty = gradient_penalty(real_logits, real) + gradient_penalty(made_logits, made)
    right = (real_logits > 0).float().mean() + (made_logits < 0).float().mean()
    return loss + gamma / 2 * penalty.mean(), {
        "loss/discriminator": loss.item(),
        "share/told_apart": right.item() / 2,
        "share/songs_told_apart": (
            (real_logits[:, -1] > 0).float().mean() + (made_logits[:, -1] < 0).float().mean()
        ).item()
        / 2,
        "penalty/r1_r2": penalty.mean().item(),
    }


def advantages(logits: Tensor, n_takes: int, reach: float) -> Tensor:
    """Return (B, N) how much better each bar led on than in the other takes of its plan.

    Args:
        logits: (B, N + 1) of the discriminator, takes of a plan in a row.
    """
    reward = logits[:, :-1].clamp(-4, 4) + logits[:, -1:].clamp(-4, 4) / 4
    ahead = reward.clone()
    for bar in range(reward.shape[1] - 2, -1, -1):
        ahead[:, bar] += reach * ahead[:, bar + 1]
    by_plan = ahead.unflatten(0, (-1, n_takes))
    others = (by_plan.sum(dim=1, keepdim=True) - by_plan) / (n_takes - 1)
    better = (by_plan - others).flatten(0, 1)
    return better / (better.std() + 1e-6)


def train_adversary(
    scribe: Scribe,
    discriminator: Discriminator,
    coder: Coder,
    training: AdversaryTraining,
    train: ScoreBatches,
    run: RunFolder,
    *,
    seed: int,
    report: Monitor,
    listen: Listener,
) -> Scribe:
    """Train (or go on training) scribe against discriminator; return the average scribe."""
    average = copy.deepcopy(scribe).requires_grad_(False)
    optimizer = scribe_optimizer(scribe, training.learning_rate, training.table_factor)
    answering = torch.optim.Adam(
        discriminator.parameters(), training.discriminator_learning_rate, betas=(0.5, 0.99)
    )
    begin = 0
    if (found := run.load("adversary")) is not None:
        tensors, meta = found
        load_module("generator", scribe, tensors)
        load_module("average", average, tensors)
        load_module("discriminator", discriminator, tensors)
        load_optimizer("generator_optimizer", optimizer, tensors)
        load_optimizer("discriminator_optimizer", answering, tensors)
        begin = int(meta["iteration"])
    run.truncate_logs("adversary", begin)
    effort = Effort.going_on(found, training.cpu_minutes)
    seen = training.n_shards * training.n_plans * training.n_takes
    for iteration in effort.iterations(begin, training.n_iterations):
        late = iteration / training.n_iterations
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * training.learning_rate * (1 - 0.8 * late)

        def written(shard: int, at: int = iteration) -> Windows:
            rng = np.random.default_rng([seed, 6, at, shard])
            return windows(scribe, coder, train, training.n_plans, training.n_takes, rng)

        heard = side_by_side(written, training.n_shards)

        def answer(shard: int, heard: list[Windows] = heard) -> Shard:
            loss, scalars = discriminator_loss(discriminator, heard[shard], training.gamma)
            return scalars, torch.autograd.grad(loss, list(discriminator.parameters()))

        scalars = descend(discriminator, answering, answer, training.n_shards)
        if iteration >= training.first_iterations:

            def compose(shard: int, heard: list[Windows] = heard, at: int = iteration) -> Shard:
                rng = np.random.default_rng([seed, 7, at, shard])
                return _reward(scribe, discriminator, heard[shard], train, training, rng)

            scalars |= descend(scribe, optimizer, compose, training.n_shards)
            ease(average, scribe, training.ema_decay)
        last = effort.ends(iteration + 1)
        if (iteration + 1) % training.log_every == 0 or last:
            scalars |= spent((iteration + 1) * seen, effort.cpu_s)
            run.log("adversary_stats", iteration + 1, scalars)
            report("adversary", iteration + 1, training.n_iterations, scalars)
        if (iteration + 1) % training.save_every == 0 or last or report.expired:
            tensors = (
                module_state("generator", scribe)
                | module_state("average", average)
                | module_state("discriminator", discriminator)
                | optimizer_state("generator_optimizer", optimizer)
                | optimizer_state("discriminator_optimizer", answering)
            )
            run.save("adversary", tensors, iteration=iteration + 1, cpu_s=effort.cpu_s)
            music = listen("adversary", iteration + 1, average)
            run.log("adversary_metrics", iteration + 1, music)
            report("adversary", iteration + 1, training.n_iterations, music)
        if report.expired and not last:
            break
    return average.eval()


def _reward(
    scribe: Scribe,
    discriminator: Discriminator,
    heard: Windows,
    train: ScoreBatches,
    training: AdversaryTraining,
    rng: np.random.Generator,
) -> Shard:
    """Return scalars and the gradient of rewarded choices and of real windows' likelihood."""
    with torch.no_grad():
        logits = discriminator.answer(heard.made, heard.segment)
    better = advantages(logits, training.n_takes, training.reach)  # (B, N)
    b, n = better.shape
    firsts: NDArray[np.int64] = n * np.arange(b)
    written = heard.laid.written(firsts, np.ones((b, n, scores.N_PARTS), np.float32))
    level = torch.ones(b)
    noisy = torch.from_numpy(rng.standard_normal(heard.made.shape, dtype=np.float32))
    missed = token_losses(scribe, noisy, level, heard.segment, written)
    weight = better[torch.arange(b)[None], written.bar]  # (T, B)
    n_notes = written.is_note.sum().clamp(min=1)
    rewarded = torch.stack(list(missed.values())).sum(dim=0) * weight
    reward = rewarded.sum() / n_notes
    real = train.batch(b // 2, rng, training.min_level)
    likelihood = torch.stack(list(scribe_losses(scribe, *real).values())).sum()
    loss = training.reward_weight * reward + likelihood
    return {
        "logits/made": logits[:, :-1].mean().item(),
        "loss/reward": reward.item(),
        "loss/likelihood": likelihood.item(),
    }, torch.autograd.grad(loss, list(scribe.parameters()))
