"""Training of the scribe by likelihood: every token of real scores, what came before being told.

The weights that are kept are the moving average. Every batch follows from seed and iteration.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.training._effort import Effort, spent
from antiphon.training._listening import Listener
from antiphon.training._monitor import Monitor
from antiphon.training._run import (
    OutOfTime,
    RunFolder,
    load_module,
    load_optimizer,
    module_state,
    optimizer_state,
)
from antiphon.training._score_batches import Mixture, ScoreBatches, Written
from antiphon.training._steps import (
    Ahead,
    Shard,
    by_factor,
    cosine,
    descend,
    device_of_training,
    ease,
)

# noisy latents, their levels, what is told, what was written, and a source of dropout
Drawn = tuple[Tensor, Tensor, Segment, Written, torch.Generator]


@dataclass(frozen=True, kw_only=True)
class ScribeTraining:
    n_iterations: int = 6000
    cpu_minutes: float = 0.0  # end after so much CPU time, if that comes first; 0 for no such end
    batch_size: int = 32
    n_shards: int = 2  # parts of a batch that are worked on side by side
    n_bars: int = 12
    beside_share: float = 0.55  # of the iterations in which sets beside the own one are drawn too
    min_level: float = 0.5  # of the noise on latents: less is never seen
    learning_rate: float = 2e-3
    final_learning_rate: float = 5e-5
    table_factor: float = 20.0  # of the rate for tables that are logits themselves
    weight_decay: float = 0.02
    ema_decay: float = 0.998
    save_every: int = 200
    log_every: int = 25

    def __post_init__(self) -> None:
        if not 1 <= self.n_shards <= self.batch_size:
            raise ValueError(f"n_shards must be 1 to batch_size ({self.batch_size})")
        if not 0 <= self.beside_share <= 1:
            raise ValueError("beside_share must be from 0 to 1")


def train_scribe(
    scribe: Scribe,
    training: ScribeTraining,
    train: ScoreBatches,
    held_out: ScoreBatches,
    run: RunFolder,
    *,
    seed: int,
    report: Monitor,
    listen: Listener,
    beside: Sequence[tuple[ScoreBatches, float]] = (),
) -> Scribe:
    """Train (or go on training) the scribe, on a GPU if there is one.

    Args:
        beside: other sets, each with how often it is drawn next to 1 for the own one.

    Returns:
        The average of its weights, on the CPU.

    Raises:
        OutOfTime: the next stage cannot begin yet.
    """
    device = device_of_training()
    held_out, alone = held_out.to(device), Mixture([(train.to(device), 1.0)])
    mixture = Mixture([*alone.sets, *((other.to(device), share) for other, share in beside)])
    n_mixed = training.beside_share * training.n_iterations
    average = copy.deepcopy(scribe.to(device)).requires_grad_(False)
    optimizer = scribe_optimizer(
        scribe, training.learning_rate, training.table_factor, training.weight_decay
    )
    begin = 0
    if (found := run.load("scribe")) is not None:
        tensors, meta = found
        load_module("generator", scribe, tensors)
        load_module("average", average, tensors)
        load_optimizer("optimizer", optimizer, tensors)
        begin = int(meta["iteration"])
    run.truncate_logs("scribe", begin or -1)
    if not begin:
        scores = held_out_losses(average, held_out, training, seed=seed)
        run.log("scribe_metrics", 0, scores | listen("scribe", 0, on_cpu(average)))
    effort = Effort.going_on(found, training.cpu_minutes)

    def draw(iteration: int) -> list[Drawn]:
        sets = mixture if iteration < n_mixed else alone
        return [_drawn(sets, training, seed, iteration, k) for k in range(training.n_shards)]

    ahead = Ahead(draw)
    for iteration in effort.iterations(begin, training.n_iterations):
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * cosine(
                iteration,
                training.n_iterations,
                training.learning_rate,
                training.final_learning_rate,
            )

        shards = ahead(iteration)

        def work(shard: int, drawn: list[Drawn] = shards) -> Shard:
            losses = scribe_losses(scribe, *drawn[shard])
            wanted = torch.autograd.grad(
                torch.stack(list(losses.values())).sum(), list(scribe.parameters())
            )
            return {k: v.item() for k, v in losses.items()}, wanted

        losses = descend(scribe, optimizer, work, training.n_shards)
        ease(average, scribe, min(training.ema_decay, (iteration + 1) / (iteration + 10)))
        last = effort.ends(iteration + 1)
        if (iteration + 1) % training.log_every == 0 or last:
            losses |= spent((iteration + 1) * training.batch_size, effort.cpu_s)
            run.log("scribe_stats", iteration + 1, losses)
            report("scribe", iteration + 1, training.n_iterations, losses)
        if (iteration + 1) % training.save_every == 0 or last or report.expired:
            tensors = (
                module_state("generator", scribe)
                | module_state("average", average)
                | optimizer_state("optimizer", optimizer)
            )
            run.save("scribe", tensors, iteration=iteration + 1, cpu_s=effort.cpu_s)
            scores = held_out_losses(average, held_out, training, seed=seed)
            scores |= listen("scribe", iteration + 1, on_cpu(average))
            run.log("scribe_metrics", iteration + 1, scores)
            report("scribe", iteration + 1, training.n_iterations, scores)
        if report.expired and not last:
            ahead.close()
            raise OutOfTime("scribe", iteration + 1, training.n_iterations)
    ahead.close()
    return average.cpu().eval()


def _drawn(sets: Mixture, training: ScribeTraining, seed: int, iteration: int, shard: int) -> Drawn:
    """Return the batch of a shard and the source of its dropout, where the batches lie."""
    rng = np.random.default_rng([seed, 5, iteration, shard])
    dropout_seed = int(rng.integers(2**62))
    batches = sets.drawn(rng)
    drawn = batches.batch(training.batch_size // training.n_shards, rng, training.min_level)
    return *drawn, torch.Generator(drawn[0].device).manual_seed(dropout_seed)


def on_cpu(scribe: Scribe) -> Scribe:
    """Return a scribe that writes: itself, or a copy of one that lies on a GPU."""
    there = next(scribe.parameters()).device
    return scribe if there.type == "cpu" else copy.deepcopy(scribe).cpu()


def scribe_optimizer(
    scribe: Scribe, rate: float, table_factor: float, weight_decay: float = 0.01
) -> torch.optim.AdamW:
    """Return an optimizer in which tables of logits move faster: one entry is used but seldom."""
    tables = [*scribe.relation.parameters(), *scribe.returns.parameters()]
    return by_factor(
        scribe, tables, rate, table_factor, betas=(0.9, 0.98), weight_decay=weight_decay
    )


def token_losses(
    scribe: Scribe,
    noisy: Tensor,
    level: Tensor,
    segment: Segment,
    written: Written,
    noise: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """Return negative log-likelihoods (T, B), in nats, of what was written; 0 in kept bars.

    Of a kept note, the place of which is known, it is that of nothing being made before: that
    the next cell is its own or a later one, as the writer asks (`_choosing.beyond`).
    """
    told = scribe.bars(noisy, level, segment)  # (B, N, step_width)
    column = torch.arange(told.shape[0], device=told.device)[None]
    known = scribe.read(told[column, written.bar], written.step, noise)  # (T, B, H + step_width)
    notes = written.is_note > 0
    heard = known[notes]  # (notes, H + step_width)

    def spread(losses: Tensor) -> Tensor:
        return torch.zeros_like(written.counts).masked_scatter(notes, losses)

    def missed(logits: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(logits, target, reduction="none")

    cells = scribe.cells(known, written.returns)  # (T, B, cells + 1)
    before = torch.arange(cells.shape[-1], device=cells.device) < written.cell[..., None]
    from_here = cells.masked_fill(before, -torch.inf).logsumexp(dim=-1)
    here = cells.gather(-1, written.cell[..., None])[..., 0]
    cell = cells.logsumexp(dim=-1) - torch.where(written.is_kept > 0, from_here, here)
    duration, loudness = scribe.lengths(heard, written.length[notes], noise)
    return {
        "nll/cell": cell * written.counts,
        "nll/pitch": spread(
            missed(
                scribe.pitches(heard, written.pitch[notes], written.relations[notes], noise=noise),
                written.row[notes],
            )
        ),
        "nll/duration": spread(missed(duration, written.duration[notes])),
        "nll/loudness": spread(missed(loudness, written.loudness[notes])),
    }


def scribe_losses(
    scribe: Scribe,
    noisy: Tensor,
    level: Tensor,
    segment: Segment,
    written: Written,
    noise: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """Return the mean negative log-likelihood of each choice, a note."""
    losses = token_losses(scribe, noisy, level, segment, written, noise)
    n_notes = written.is_note.sum().clamp(min=1)
    return {name: value.sum() / n_notes for name, value in losses.items()}


@torch.no_grad()
def held_out_losses(
    average: Scribe, held_out: ScoreBatches, training: ScribeTraining, *, seed: int
) -> dict[str, float]:
    """Return the losses on 96 held-out windows."""
    average.eval()
    rng = np.random.default_rng([seed, 2**31])
    rows = [scribe_losses(average, *held_out.batch(32, rng, training.min_level)) for _ in range(3)]
    means = {f"held_out/{k.split('/')[-1]}": sum(r[k].item() for r in rows) / 3 for k in rows[0]}
    return means | {"held_out/all": sum(means.values())}
