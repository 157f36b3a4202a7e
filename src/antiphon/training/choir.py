"""Training of choirs, planner and drummer among them: denoising, then against a discriminator.

Objective of the second stage: relativistic pairing with R1 + R2 (Huang et al., R3GAN, 2024),
lazily, beside a small share of the denoising loss. The generator that is kept is the moving
average of its weights.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from antiphon.models.choir import (
    Config,
    Generator,
    Networks,
    Segment,
    levels,
    noise_scales,
    on_sphere,
    spread_mask,
)
from antiphon.training._effort import Effort, spent
from antiphon.training._monitor import Monitor
from antiphon.training._objectives import gradient_penalty, relativistic
from antiphon.training._run import (
    RunFolder,
    load_module,
    load_optimizer,
    module_state,
    optimizer_state,
)
from antiphon.training._steps import ease


class Batches(Protocol):
    """Anything that draws segments: of music, of outlines, of drums."""

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Segment]:
        """Return real latents (B, N, Z) and what is told about them."""
        ...


@dataclass(frozen=True, kw_only=True)
class ChoirTraining:
    denoise_iterations: int = 4000
    adversarial_iterations: int = 3000
    cpu_minutes: float = 0.0  # end after so much CPU time, if that comes first; 0 for no such end
    batch_size: int = 32
    denoise_learning_rate: float = 6e-4
    generator_learning_rate: float = 2e-4
    discriminator_learning_rate: float = 5e-4
    gamma: float = 0.003  # weight of R1 and R2, of the sum of a song's logits
    penalty_every: int = 4
    denoise_weight: float = 0.5  # of the denoising loss beside the adversarial one
    ema_decay: float = 0.998
    save_every: int = 200
    log_every: int = 25


@dataclass
class _State:
    networks: Networks
    average: Generator
    generator_optimizer: torch.optim.Optimizer
    discriminator_optimizer: torch.optim.Optimizer

    def tensors(self) -> dict[str, Tensor]:
        return (
            module_state("generator", self.networks.generator)
            | module_state("average", self.average)
            | module_state("discriminator", self.networks.discriminator)
            | optimizer_state("generator_optimizer", self.generator_optimizer)
            | optimizer_state("discriminator_optimizer", self.discriminator_optimizer)
        )

    def load(self, tensors: dict[str, Tensor]) -> None:
        load_module("generator", self.networks.generator, tensors)
        load_module("average", self.average, tensors)
        load_module("discriminator", self.networks.discriminator, tensors)
        load_optimizer("generator_optimizer", self.generator_optimizer, tensors)
        load_optimizer("discriminator_optimizer", self.discriminator_optimizer, tensors)


def train_choir(
    networks: Networks,
    config: Config,
    training: ChoirTraining,
    train: Batches,
    held_out: Batches,
    run: RunFolder,
    *,
    seed: int,
    report: Monitor,
    name: str = "choir",
) -> Generator:
    """Train (or go on training) generator and discriminator; return the average generator."""
    state = _State(
        networks,
        copy.deepcopy(networks.generator).requires_grad_(False),
        torch.optim.Adam(
            networks.generator.parameters(), training.denoise_learning_rate, betas=(0.9, 0.99)
        ),
        torch.optim.Adam(
            networks.discriminator.parameters(),
            training.discriminator_learning_rate,
            betas=(0.0, 0.99),
        ),
    )
    begin = 0
    if (found := run.load(name)) is not None:
        state.load(found[0])
        begin = int(found[1]["iteration"])
    else:
        report.sample(name, 0, state.average)
    run.truncate_logs(name, begin)
    total = training.denoise_iterations + training.adversarial_iterations
    effort = Effort.going_on(found, training.cpu_minutes)
    for iteration in effort.iterations(begin, total):
        rng = np.random.default_rng([seed, iteration])
        torch.manual_seed(int(rng.integers(2**62)))  # dropout
        real, segment = train.batch(training.batch_size, rng)
        noise = torch.Generator().manual_seed(int(rng.integers(2**62)))
        if iteration < training.denoise_iterations:
            scalars = denoise_step(state, real, segment, training, iteration, noise)
        else:
            scalars = adversarial_step(state, real, segment, config, training, iteration, noise)
        decay = min(training.ema_decay, (iteration + 1) / (iteration + 10))
        ease(state.average, state.networks.generator, decay)
        last = effort.ends(iteration + 1)
        if (iteration + 1) % training.log_every == 0 or last:
            scalars |= spent((iteration + 1) * training.batch_size, effort.cpu_s)
            run.log(f"{name}_stats", iteration + 1, scalars)
            report(name, iteration + 1, total, scalars)
        if (iteration + 1) % training.save_every == 0 or last or report.expired:
            run.save(name, state.tensors(), iteration=iteration + 1, cpu_s=effort.cpu_s)
            scores = {"held_out/denoise": held_out_loss(state.average, held_out, seed=seed)}
            run.log(f"{name}_metrics", iteration + 1, scores)
            report(name, iteration + 1, total, scores)
            report.sample(name, iteration + 1, state.average)
        if report.expired and not last:
            break
    return state.average.eval()


def denoise_loss(
    generator: Generator, real: Tensor, segment: Segment, noise: torch.Generator
) -> Tensor:
    """Return the mean squared error of the velocity over what is to be made.

    Args:
        real: (B, N, Z) latents.
        noise: source of levels and noise.
    """
    level = torch.rand(len(real), generator=noise)
    fresh = torch.randn(real.shape, generator=noise)
    z = torch.randn((len(real), generator.config.noise_size), generator=noise)
    music, loud = noise_scales(level[:, None, None])
    clean = generator(music * real + loud * fresh, level, z, segment)
    error = ((clean - real) / loud.clamp(min=0.05)) ** 2  # (clean − real) = −loud × Δvelocity
    weight = spread_mask(segment.mask, generator.config.latent_sizes)
    weight = weight * segment.valid[..., None]
    return (error * weight).sum() / weight.sum()


def denoise_step(
    state: _State,
    real: Tensor,
    segment: Segment,
    training: ChoirTraining,
    iteration: int,
    noise: torch.Generator,
) -> dict[str, float]:
    """Update the generator once by denoising alone."""
    progress = iteration / training.denoise_iterations
    rate = training.denoise_learning_rate * min(1.0, (iteration + 1) / 200)
    rate *= 0.1 + 0.9 * 0.5 * (1 + float(np.cos(np.pi * progress)))
    loss = denoise_loss(state.networks.generator.train(), real, segment, noise)
    _descend(state.generator_optimizer, loss, rate, state.networks.generator, (0.9, 0.99))
    return {"loss/denoise": loss.item()}


def adversarial_step(
    state: _State,
    real: Tensor,
    segment: Segment,
    config: Config,
    training: ChoirTraining,
    iteration: int,
    noise: torch.Generator,
) -> dict[str, float]:
    """Update discriminator and generator once; at a random step of the walk each song."""
    generator = state.networks.generator.eval()  # no dropout: it is the generator's own noise
    discriminator = state.networks.discriminator
    walk = levels(config.n_steps)
    at = torch.randint(config.n_steps, (len(real),), generator=noise)
    level = walk[at]

    def fresh() -> Tensor:
        return torch.randn(real.shape, generator=noise)

    music, loud = noise_scales(level[:, None, None])
    noisy = music * real + loud * fresh()
    z = torch.randn((len(real), config.noise_size), generator=noise)
    late = (iteration - training.denoise_iterations) / max(1, training.adversarial_iterations)
    decay = min(1.0, (iteration - training.denoise_iterations + 1) / 100) * (1 - 0.8 * late)

    fake = on_sphere(generator(noisy, level, z, segment), config)
    judged = fake.detach()
    real = real.detach().clone()
    penalised = iteration % training.penalty_every == 0
    real.requires_grad_(penalised)
    judged.requires_grad_(penalised)
    real_logits = discriminator(real, noisy, level, segment)
    fake_logits = discriminator(judged, noisy, level, segment)
    loss = relativistic(better=real_logits, worse=fake_logits)
    scalars = {"loss/discriminator": loss.item()}
    if penalised:
        penalty = gradient_penalty(real_logits, real) + gradient_penalty(fake_logits, judged)
        loss = loss + training.penalty_every * training.gamma / 2 * penalty.mean()
        scalars["penalty/r1_r2"] = penalty.mean().item()
    _descend(
        state.discriminator_optimizer,
        loss,
        training.discriminator_learning_rate * decay,
        discriminator,
    )
    discriminator.requires_grad_(False)
    real_logits = discriminator(real.detach(), noisy, level, segment)
    fake_logits = discriminator(fake, noisy, level, segment)
    discriminator.requires_grad_(True)
    adversarial = relativistic(better=fake_logits, worse=real_logits)
    denoise = denoise_loss(generator, real.detach(), segment, noise)
    _descend(
        state.generator_optimizer,
        adversarial + training.denoise_weight * denoise,
        training.generator_learning_rate * decay,
        generator,
    )
    return scalars | {
        "loss/generator": adversarial.item(),
        "loss/denoise": denoise.item(),
        "logits/gap": (real_logits - fake_logits).mean().item(),
    }


def _descend(
    optimizer: torch.optim.Optimizer,
    loss: Tensor,
    rate: float,
    network: torch.nn.Module,
    betas: tuple[float, float] = (0.0, 0.99),
) -> None:
    for group in optimizer.param_groups:
        group["lr"], group["betas"] = rate, betas
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimizer.step()


@torch.no_grad()
def held_out_loss(generator: Generator, held_out: Batches, *, seed: int) -> float:
    """Return the denoising loss on 128 held-out segments."""
    rng = np.random.default_rng([seed, 2**31])
    noise = torch.Generator().manual_seed(seed)
    generator.eval()
    losses = []
    for _ in range(4):
        real, segment = held_out.batch(32, rng)
        losses.append(denoise_loss(generator, real, segment, noise).item())
    return float(np.mean(losses))
