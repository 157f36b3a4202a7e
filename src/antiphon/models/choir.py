"""Choir: a conditional GAN that denoises whole songs in a few adversarial steps.

Idea: denoising diffusion GAN (Xiao, Kreis & Vahdat, ICLR 2022,
https://arxiv.org/abs/2112.07804) over latents of bars. The generator leads from noise to music
in a few large steps; at each the discriminator, told the noisy music, answers whether the clean
music made of it is real. Known bars and parts are given under a mask, so that composing,
accompanying, filling and continuing are one. What differs: bars as tokens, chords and form as
conditions, the clean estimate judged instead of the next step, a relativistic objective, and a
warm start by plain denoising.

Shapes: B batch, N bars, Z latent of a bar (all parts), C conditions, K controls, M parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from antiphon.models._blocks import Bars, level_features


@dataclass(frozen=True, kw_only=True)
class Config:
    latent_sizes: tuple[int, ...] = (40, 40, 72, 24)  # of each part of a bar; their sum is Z
    n_bars: int = 32  # bars seen at once
    condition_size: int = 116
    n_controls: int = 6
    noise_size: int = 64  # global noise of each step
    width: int = 192
    n_blocks: int = 6
    n_heads: int = 6
    dropout: float = 0.1
    discriminator_width: int = 128
    discriminator_blocks: int = 4
    n_steps: int = 8  # from noise to music
    hears_batch: bool = True  # whether the discriminator is told how much a batch varies
    normed: bool = True  # whether the latents of each part have mean 0 and variance 1

    def __post_init__(self) -> None:
        if self.width % self.n_heads or self.discriminator_width % 4:
            raise ValueError("width must be divisible by n_heads, discriminator_width by 4")

    @property
    def n_parts(self) -> int:
        return len(self.latent_sizes)

    @property
    def latent_size(self) -> int:
        return sum(self.latent_sizes)


@dataclass
class Segment:
    """What both networks are told about bars.

    Attributes:
        condition: (B, N, C) chords, metre, section, place.
        controls: (B, N, K) wanted densities, loudness, register; 0 where open.
        controls_known: (B, N, K) 1 where a control is asked for.
        known: (B, N, Z) latents that are kept; 0 elsewhere.
        mask: (B, N, M) 1 where a part of a bar is to be made, 0 where it is kept.
        same_place: (B, N, N) bars at the same place of a returning section.
        valid: (B, N) 1 for bars that exist.
    """

    condition: Tensor
    controls: Tensor
    controls_known: Tensor
    known: Tensor
    mask: Tensor
    same_place: Tensor
    valid: Tensor

    def to(self, device: torch.device) -> Segment:
        """Return the same on a device."""
        return Segment(*(x.to(device) for x in vars(self).values()))

    def features(self) -> Tensor:
        """Return all of it as features of bars (B, N, C + 2K + Z + M + 1)."""
        return torch.cat(
            [
                self.condition,
                self.controls * self.controls_known,
                self.controls_known,
                self.known,
                self.mask,
                self.valid[..., None],
            ],
            dim=-1,
        )


def noise_scales(level: Tensor) -> tuple[Tensor, Tensor]:
    """Return how much music and how much noise there is at a level: 0 is music, 1 is noise."""
    angle = level.clamp(0, 1) * (torch.pi / 2)
    return angle.cos(), angle.sin()


def spread_mask(mask: Tensor, latent_sizes: tuple[int, ...]) -> Tensor:
    """Return a mask of parts (B, N, M) as a mask of latents (B, N, Z)."""
    return torch.cat(
        [mask[..., i : i + 1].expand(*mask.shape[:-1], s) for i, s in enumerate(latent_sizes)],
        dim=-1,
    )


def on_sphere(latents: Tensor, config: Config) -> Tensor:
    """Return latents (B, N, Z) with mean 0 and variance 1 in each part, where the coder's have."""
    if not config.normed:
        return latents
    parts = latents.split(config.latent_sizes, dim=-1)
    return torch.cat([nn.functional.layer_norm(p, p.shape[-1:]) for p in parts], dim=-1)


class Generator(nn.Module):
    """Leads noisy latents of bars to clean ones."""

    LEVEL_SIZE = 64

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        told = config.condition_size + 2 * config.n_controls + config.latent_size
        told += config.n_parts + 1
        self.steer = nn.Sequential(
            nn.Linear(self.LEVEL_SIZE + config.noise_size, 128), nn.GELU(), nn.Linear(128, 128)
        )
        self.trunk = Bars(
            config.latent_size + told,
            config.width,
            config.n_blocks,
            config.n_heads,
            128,
            config.dropout,
        )
        self.leave = nn.Linear(config.width, config.latent_size)
        nn.init.zeros_(self.leave.weight)

    def forward(self, noisy: Tensor, level: Tensor, z: Tensor, segment: Segment) -> Tensor:
        """Return clean latents (B, N, Z); what is kept is returned as it was given.

        Args:
            noisy: (B, N, Z) latents at the level.
            level: (B,) in [0, 1]; 1 is noise alone.
            z: (B, noise_size) noise that chooses among what fits.
        """
        made = spread_mask(segment.mask, self.config.latent_sizes)
        noisy = noisy * made + segment.known * (1 - made)
        steer = self.steer(torch.cat([level_features(level, self.LEVEL_SIZE), z], dim=-1))
        x = self.trunk(
            torch.cat([noisy, segment.features()], dim=-1), steer, segment.same_place, segment.valid
        )
        music, noise = noise_scales(level[:, None, None])
        clean = music * noisy - noise * self.leave(x)  # the network tells the velocity
        return clean * made + segment.known * (1 - made)


class Discriminator(nn.Module):
    """Tells the music that noisy music was made from, from what the generator takes it for."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        told = config.condition_size + 2 * config.n_controls + config.latent_size
        told += config.n_parts + 1
        self.steer = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 128))
        width = config.discriminator_width
        self.trunk = Bars(
            2 * config.latent_size + told, width, config.discriminator_blocks, 4, 128, 0.0
        )
        self.of_bar = nn.Linear(width, 1)
        self.of_song = nn.Sequential(nn.Linear(width + 1, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, clean: Tensor, noisy: Tensor, level: Tensor, segment: Segment) -> Tensor:
        """Return unbounded logits (B, N + 1): one for each bar and, last, one for the whole.

        Args:
            clean: (B, N, Z) the music that is judged.
            noisy: (B, N, Z) what it came from.
            level: (B,) noise level of `noisy`.
        """
        made = spread_mask(segment.mask, self.config.latent_sizes)
        clean = clean * made + segment.known * (1 - made)
        x = torch.cat([clean, noisy * made, segment.features()], dim=-1)
        steer = self.steer(level_features(level, 64))
        x = self.trunk(x, steer, segment.same_place, segment.valid)  # (B, N, W)
        valid = segment.valid[..., None]
        bars = self.of_bar(x)[..., 0] * segment.valid  # (B, N)
        mean = (x * valid).sum(dim=1) / valid.sum(dim=1)
        spread = _batch_spread(mean) if self.config.hears_batch else mean.new_zeros(len(mean), 1)
        song = self.of_song(torch.cat([mean, spread], dim=-1))
        return torch.cat([bars, song], dim=1)

    def answer(self, latents: Tensor, segment: Segment) -> Tensor:
        """Return logits (B, N + 1) of music (B, N, Z) of which nothing noisy is told."""
        level = torch.ones(len(latents))
        out: Tensor = self(latents, torch.zeros_like(latents), level, segment)
        return out


def _batch_spread(x: Tensor) -> Tensor:
    """Return the mean deviation within the batch as one feature (B, 1), against collapse."""
    spread = (x.var(dim=0, unbiased=False) + 1e-6).sqrt().mean()
    return spread.expand(len(x), 1)


@dataclass
class Networks:
    """The two that answer each other."""

    generator: Generator
    discriminator: Discriminator


def build(config: Config) -> Networks:
    """Return untrained networks."""
    return Networks(Generator(config), Discriminator(config))


def levels(n_steps: int) -> Tensor:
    """Return the noise levels (n_steps + 1,) of a walk from noise (1) to music (0)."""
    return torch.linspace(1.0, 0.0, n_steps + 1)


def step_down(clean: Tensor, noisy: Tensor, level: Tensor, lower: Tensor, fresh: Tensor) -> Tensor:
    """Draw music at a lower noise level, given noisier music and what it should become.

    The posterior of the variance-preserving diffusion.

    Args:
        clean: (B, N, Z) what the music should become.
        noisy: (B, N, Z) music at `level`.
        level, lower: (B,) noise levels; ``lower < level``.
        fresh: (B, N, Z) standard normal noise.
    """
    a, s = (x[:, None, None] for x in noise_scales(level))
    b, r = (x[:, None, None] for x in noise_scales(lower))
    kept = (a / b.clamp(min=1e-4)).clamp(max=1.0)  # how much of the lower is in the upper
    added = (s**2 - (kept * r) ** 2).clamp(min=1e-8)
    variance = s**2
    mean = (b * added / variance) * clean + (kept * r**2 / variance) * noisy
    return mean + (r**2 * added / variance).sqrt() * fresh
