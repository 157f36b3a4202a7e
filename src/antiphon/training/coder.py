"""First stage: the coder of bars learns to take bars apart and put them together.

Every batch is a function of seed and iteration alone, so that a training that is stopped
goes on exactly as if it had not been.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from antiphon.models._coder import Coder, CoderConfig, coder_loss
from antiphon.representations.prepared import SHIFTS, Prepared, shifted
from antiphon.representations.rolls import CHORD_SIZE
from antiphon.training._effort import Effort, spent
from antiphon.training._run import (
    OutOfTime,
    Report,
    RunFolder,
    load_module,
    load_optimizer,
    module_state,
    optimizer_state,
)
from antiphon.training._steps import cosine

Draw = Callable[[int, np.random.Generator], tuple[Tensor, Tensor]]


@dataclass(frozen=True, kw_only=True)
class CoderTraining:
    n_iterations: int = 6000
    cpu_minutes: float = 0.0  # end after so much CPU time, if that comes first; 0 for no such end
    batch_size: int = 256
    learning_rate: float = 2e-3
    final_learning_rate: float = 5e-5
    save_every: int = 250
    log_every: int = 50


def train_coder(
    config: CoderConfig,
    training: CoderTraining,
    train: Draw,
    held_out: Draw,
    run: RunFolder,
    *,
    seed: int,
    report: Report,
    first: Coder | None = None,
) -> Coder:
    """Train (or go on training) the coder and return it; `run` holds ``coder.safetensors``.

    Args:
        first: of the same sizes, whose weights it begins with.
        train, held_out: draw so many bars: rolls (B, M, T, 2P + 1) and chords (B, 4, 25).
    """
    torch.manual_seed(seed)
    coder = Coder(config)
    if first is not None:
        load_module("coder", coder, module_state("coder", first))
    optimizer = torch.optim.AdamW(coder.parameters(), training.learning_rate, weight_decay=1e-4)
    begin = 0
    if (found := run.load("coder")) is not None:
        tensors, meta = found
        load_module("coder", coder, tensors)
        load_optimizer("optimizer", optimizer, tensors)
        begin = int(meta["iteration"])
    run.truncate_logs("coder", begin)
    effort = Effort.going_on(found, training.cpu_minutes)
    for iteration in effort.iterations(begin, training.n_iterations):
        for group in optimizer.param_groups:
            group["lr"] = cosine(
                iteration,
                training.n_iterations,
                training.learning_rate,
                training.final_learning_rate,
            )
        scalars = _iterate(coder, optimizer, train, training.batch_size, [seed, iteration])
        last = effort.ends(iteration + 1)
        if (iteration + 1) % training.log_every == 0 or last:
            scalars |= spent((iteration + 1) * training.batch_size, effort.cpu_s)
            run.log("coder", iteration + 1, scalars)
            report("coder", iteration + 1, training.n_iterations, scalars)
        if (iteration + 1) % training.save_every == 0 or last or report.expired:
            tensors = module_state("coder", coder) | optimizer_state("optimizer", optimizer)
            run.save("coder", tensors, iteration=iteration + 1, cpu_s=effort.cpu_s)
            scores = fidelity(coder, held_out, seed=seed)
            run.log("coder_metrics", iteration + 1, scores)
            report("coder", iteration + 1, training.n_iterations, scores)
        if report.expired and not last:
            raise OutOfTime("coder", iteration + 1, training.n_iterations)
    return coder.eval()


def _iterate(
    coder: Coder, optimizer: torch.optim.Optimizer, draw: Draw, size: int, seed: list[int]
) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    rolls, chords = draw(size, rng)
    z = coder.encode(rolls, chords)
    noise = torch.from_numpy(rng.standard_normal(z.shape, dtype=np.float32))
    losses = coder_loss(coder.decode(z + coder.config.noise * noise, chords), rolls, coder.config)
    loss = torch.stack(list(losses.values())).sum()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(coder.parameters(), 20.0)
    optimizer.step()
    return {name: value.item() for name, value in losses.items()}


def batch(
    data: Prepared, index: np.ndarray, rng: np.random.Generator | None
) -> tuple[Tensor, Tensor]:
    """Return rolls (B, M, T, 2P + 1) and chords (B, 4, 25) of bars, transposed at random."""
    rolls = data.rolls.unpacked(index)
    chords = data.conditions[index, : 4 * CHORD_SIZE].reshape(len(index), 4, CHORD_SIZE)
    if rng is not None:
        shifts = rng.choice(np.array(SHIFTS), size=len(index))
        rolls, chords = shifted(rolls, chords, shifts)
    return torch.from_numpy(rolls), torch.from_numpy(np.ascontiguousarray(chords))


@torch.no_grad()
def fidelity(coder: Coder, draw: Draw, *, seed: int, n_bars: int = 2000) -> dict[str, float]:
    """Return F1 of onsets and sounding cells of decoded held-out bars, by part (0–1)."""
    rolls, chords = draw(n_bars, np.random.default_rng(seed))
    soft = coder.soft_rolls(coder.decode(coder.encode(rolls, chords), chords))
    p = coder.config.n_pitches
    scores = {}
    for i in range(rolls.shape[1]):
        for name, cells in (("onset", slice(0, p)), ("sounding", slice(p, 2 * p))):
            real, fake = rolls[:, i, :, cells] > 0.5, soft[:, i, :, cells] > 0.5
            hits = (real & fake).sum().item()
            scores[f"f1/{name}_{i}"] = 2 * hits / max(1, (real.sum() + fake.sum()).item())
    return scores
