"""One update of a discriminator and one of a generator, on micro-batches.

Losses are means over the rows of a batch, so that micro-batches, processes and one whole batch
come to the same. Penalties are taken in full precision, and lazily.

Shapes: B segments of a micro-batch, Z noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from antiphon.models._gan import Gan, Judge
from antiphon.representations.roll_view import STEPS_PER_BAR, RollView
from antiphon.representations.views import Source, View
from antiphon.training._augment import N_CHANCES, Augmentation
from antiphon.training._objectives import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    wgan_penalty,
)
from antiphon.training._settings import GanTraining
from antiphon.training._team import Team

_WHICH, _NOISE, _CHANCE = 1, 2, 3  # streams of random numbers


@dataclass(frozen=True)
class Rows:
    """Rows of a batch: real segments, what is told, and all that is random about them.

    Attributes:
        told: the condition, and labels where there are some.
    """

    real: Tensor
    told: tuple[Tensor, ...]
    noise: Tensor
    chance: Tensor

    @property
    def n(self) -> int:
        return len(self.real)


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Draws the rows of this process, in micro-batches; the same whoever draws them."""

    source: Source
    labels: NDArray[np.int64]  # (n, J) of the source's segments
    seed: int
    batch_size: int
    micro_batch_size: int
    noise_size: int
    team: Team

    def __call__(self, *at: int) -> Iterator[Rows]:
        """Draw the batch of an iteration and update, named by whole numbers."""
        drawn = np.random.default_rng([self.seed, _WHICH, *at])
        index = drawn.integers(self.source.n, size=self.batch_size)
        share = self.team.share(self.batch_size)
        size = self.micro_batch_size or len(share)
        for begin in range(share.start, share.stop, size):
            yield self._rows(index, range(begin, min(begin + size, share.stop)), at)

    def _rows(self, index: NDArray[np.int64], rows: range, at: tuple[int, ...]) -> Rows:
        real, condition = self.source.take(index[rows.start : rows.stop])
        noise = np.empty((len(rows), self.noise_size), np.float32)
        chance = np.empty((len(rows), N_CHANCES + 1), np.float32)
        for i, row in enumerate(rows):
            rng = np.random.default_rng([self.seed, _NOISE, *at, row])
            noise[i] = rng.standard_normal(self.noise_size, dtype=np.float32)
            rng = np.random.default_rng([self.seed, _CHANCE, *at, row])
            chance[i] = rng.random(N_CHANCES + 1, dtype=np.float32)
        labels = self.labels[index[rows.start : rows.stop]]
        told = (condition, labels) if labels.shape[1] else (condition,)

        place = self.team.place
        return Rows(place(real), tuple(place(x) for x in told), place(noise), place(chance))


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a generator and a discriminator play against each other."""

    objective: str
    penalty: str
    penalty_weight: float
    feature_weight: float
    likelihood_weight: float
    augmentation: Augmentation | None


@dataclass
class Game:
    """Both networks as they are called: perhaps compiled, and behind an augmentation.

    Attributes:
        gan: the networks; penalties go through these.
        generate, judge: the same, perhaps compiled.
        probability: of each operation of the augmentation.
    """

    gan: Gan
    generate: Callable[..., Tensor]
    judge: Callable[..., Tensor]
    rules: Rules
    team: Team
    probability: float

    def seen(self, x: Tensor, rows: Rows) -> Tensor:
        """Return segments as the discriminator sees them."""
        if self.rules.augmentation is None:
            return x
        return self.rules.augmentation(x, rows.chance, self.probability)

    def update_discriminator(
        self, batches: Iterator[Rows], optimizer: torch.optim.Optimizer, penalised: float
    ) -> dict[str, float]:
        """Update the discriminator once.

        Args:
            penalised: how many iterations the penalty stands for; 0 leaves it out.
        """

        def loss_of(rows: Rows) -> tuple[Tensor, dict[str, Tensor]]:
            with self.team.fabric.autocast():
                with torch.no_grad():
                    fake = self.generate(rows.noise, *rows.told)
                real, fake = self.seen(rows.real, rows), self.seen(fake, rows)
                real_logits = self.judge(real, *rows.told).to(self.team.dtype)
                fake_logits = self.judge(fake, *rows.told).to(self.team.dtype)
            loss = discriminator_loss(self.rules.objective, real=real_logits, fake=fake_logits)
            scalars = _told(real, fake, real_logits, fake_logits) | {"loss/discriminator": loss}
            if penalised and self.rules.penalty != "none":
                penalty = self._penalty(real.to(self.team.dtype), fake.to(self.team.dtype), rows)
                scalars["penalty"] = penalty
                loss = loss + penalised * self.rules.penalty_weight * penalty
            return loss, scalars

        return self._update(self.gan.discriminator, batches, optimizer, loss_of)

    def _penalty(self, real: Tensor, fake: Tensor, rows: Rows) -> Tensor:
        judge, told = self.gan.discriminator, rows.told
        if self.rules.penalty == "gp":
            weight = rows.chance[:, -1].view(-1, *[1] * (real.dim() - 1))
            between = (real + weight * (fake - real)).detach().requires_grad_()
            return wgan_penalty(judge(between, *told), between).mean()
        found = []
        for x in (real, fake) if self.rules.penalty == "r1_r2" else (real,):
            judged = x.detach().requires_grad_()
            found.append(gradient_penalty(judge(judged, *told), judged).mean() / 2)
        return torch.stack(found).sum()

    def update_generator(
        self, batches: Iterator[Rows], optimizer: torch.optim.Optimizer
    ) -> dict[str, float]:
        """Update the generator once against the discriminator."""

        def loss_of(rows: Rows) -> tuple[Tensor, dict[str, Tensor]]:
            with self.team.fabric.autocast():
                fake = self.seen(self.generate(rows.noise, *rows.told), rows)
                fake_logits = self.judge(fake, *rows.told).to(self.team.dtype)
                real_logits = torch.zeros_like(fake_logits)
                if self.rules.objective == "relativistic":
                    with torch.no_grad():
                        real = self.seen(rows.real, rows)
                        real_logits = self.judge(real, *rows.told).to(self.team.dtype)
            loss = generator_loss(self.rules.objective, real=real_logits, fake=fake_logits)
            scalars = {"loss/generator": loss}
            if self.rules.feature_weight:
                scalars["loss/features"] = self._feature_loss(fake, rows)
                loss = loss + self.rules.feature_weight * scalars["loss/features"]
            if self.rules.likelihood_weight:
                scalars["loss/likelihood"] = self.gan.generator.likelihood(rows.real, *rows.told)
                loss = loss + self.rules.likelihood_weight * scalars["loss/likelihood"]
            return loss, scalars

        with frozen(self.gan.discriminator):
            return self._update(self.gan.generator, batches, optimizer, loss_of)

    def _feature_loss(self, fake: Tensor, rows: Rows) -> Tensor:
        """Return how far mean features of made and real segments are apart, squared.

        Source: feature matching (Salimans et al., NeurIPS 2016), as C-RNN-GAN used it.
        """
        features = self.gan.discriminator.features
        with torch.no_grad():
            wanted = features(self.seen(rows.real, rows), rows.told[0])
        made, wanted = (
            x.to(self.team.dtype).mean(dim=0) for x in (features(fake, rows.told[0]), wanted)
        )
        return (made - wanted).square().mean()

    def update_likelihood(
        self, batches: Iterator[Rows], optimizer: torch.optim.Optimizer
    ) -> dict[str, float]:
        """Update the generator once by the likelihood of real segments alone."""

        def loss_of(rows: Rows) -> tuple[Tensor, dict[str, Tensor]]:
            with self.team.fabric.autocast():
                loss = self.gan.generator.likelihood(rows.real, *rows.told)
            return loss, {"loss/likelihood": loss}

        return self._update(self.gan.generator, batches, optimizer, loss_of)

    def _update(
        self,
        network: nn.Module,
        batches: Iterator[Rows],
        optimizer: torch.optim.Optimizer,
        loss_of: Callable[[Rows], tuple[Tensor, dict[str, Tensor]]],
    ) -> dict[str, float]:
        """Descend once by the mean over all micro-batches of all processes."""
        optimizer.zero_grad(set_to_none=True)
        names: list[str] = []
        total: Tensor | float = 0.0
        n = 0
        for rows in batches:
            loss, scalars = loss_of(rows)
            (loss * rows.n).backward()
            names = list(scalars)
            found = [value.detach().to(self.team.dtype) for value in scalars.values()]
            total = total + rows.n * torch.stack(found)
            n += rows.n
        assert isinstance(total, Tensor)
        for parameter in network.parameters():
            if parameter.grad is not None:
                parameter.grad /= n
        values = self.team.mean_gradients(network, total / n)
        optimizer.step()
        return dict(zip(names, values.tolist(), strict=True))


def game_of(gan: Gan, training: GanTraining, view: View, team: Team) -> Game:
    """Return the game that a config describes."""
    augmentation = None
    if training.augment and isinstance(view, RollView):
        augmentation = Augmentation(
            operations=training.augment, channels=view.channels, steps_per_bar=STEPS_PER_BAR
        )
    rules = Rules(
        objective=training.objective,
        penalty=training.penalty,
        penalty_weight=training.penalty_weight,
        feature_weight=training.feature_weight,
        likelihood_weight=training.likelihood_weight,
        augmentation=augmentation,
    )
    networks: tuple[Any, Any] = gan.generator, gan.discriminator
    if training.compile:
        networks = torch.compile(gan.generator), torch.compile(gan.discriminator)
    probability = 0.0 if training.adapt_to > 0 else training.augment_probability
    return Game(gan, *networks, rules, team, probability)


@contextmanager
def frozen(network: Judge) -> Iterator[None]:
    """Keep no gradient for a network's weights for a while: it is not learning."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)


def _told(
    real: Tensor, fake: Tensor, real_logits: Tensor, fake_logits: Tensor
) -> dict[str, Tensor]:
    """Return what tells how the two stand."""
    with torch.no_grad():
        right = (real_logits > 0).float().mean() + (fake_logits < 0).float().mean()
        return {
            "logits/real": real_logits.mean(),
            "logits/fake": fake_logits.mean(),
            "logits/size": (real_logits.abs().mean() + fake_logits.abs().mean()) / 2,
            "logits/sign": real_logits.sign().mean(),
            "share/told_apart": right / 2,
            "spread/among_real": _spread(real),
            "spread/among_fake": _spread(fake),
        }


def _spread(x: Tensor) -> Tensor:
    """Return how far segments of a batch are from their mean, by cell on average."""
    return x.float().std(dim=0, correction=0).mean()
