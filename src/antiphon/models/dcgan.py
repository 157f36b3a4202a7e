"""DCGAN: transposed convolutions, the classic, for pictures of any channels and size.

Idea and settings: Radford et al., ICLR 2016, https://arxiv.org/abs/1511.06434: 512 channels down
to 64, batch normalisation, ReLU in the generator, leaky ReLU (.2) in the discriminator, Tanh at
the end, weights from N(0, .02). What differs: sizes that are no power of two are cut to size,
and pictures are in [0, 1], to which Tanh is moved.

Shapes: B segments, Z noise, C channels, H × W the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from antiphon.models._gan import Gan, Judge, Maker
from antiphon.models._labels import Embedded, Projection

VIEWS = ("rolls", "spectrograms")
_STRIDE = 16  # four stages, each of which doubles


@dataclass(frozen=True, kw_only=True)
class Config:
    shape: tuple[int, int, int] = (8, 64, 72)  # (C, H, W)
    condition_shape: tuple[int, ...] = (0,)
    label_sizes: tuple[int, ...] = ()  # classes of each kind of label
    latent_size: int = 100
    label_width: int = 16  # of the generator's embedding of labels
    width: int = 64  # channels next to the picture; 8 times as many at the other end
    spectral_norm: bool = False  # instead of the discriminator's batch normalisation

    def __post_init__(self) -> None:
        if self.condition_shape != (0,):
            raise ValueError("a dcgan is told nothing: leave out condition")


class Generator(Maker):
    """Noise to pictures (B, C, H, W) in [0, 1]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config, self.noise_size = config, config.latent_size
        channels, height, width = config.shape
        w = config.width
        seed = (-(-height // _STRIDE), -(-width // _STRIDE))
        self.label = (
            Embedded(config.label_sizes, config.label_width) if config.label_sizes else None
        )
        size = config.latent_size + (config.label_width if self.label is not None else 0)

        def stage(n_in: int, n_out: int) -> list[nn.Module]:
            grow = nn.ConvTranspose2d(n_in, n_out, 4, 2, 1, bias=False)
            return [grow, nn.BatchNorm2d(n_out), nn.ReLU()]

        self.stages = nn.Sequential(
            nn.ConvTranspose2d(size, 8 * w, seed, bias=False),
            nn.BatchNorm2d(8 * w),
            nn.ReLU(),  # (B, 8w, H / 16, W / 16)
            *stage(8 * w, 4 * w),
            *stage(4 * w, 2 * w),
            *stage(2 * w, w),  # (B, w, H / 2, W / 2)
            nn.ConvTranspose2d(w, channels, 4, 2, 1),
        )
        self.apply(_begin)

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        if self.label is not None:
            noise = torch.cat([noise, self.label(labels)], dim=1)
        _, height, width = self.config.shape
        picture = self.stages(noise[:, :, None, None])[:, :, :height, :width]
        return (picture.tanh() + 1) / 2


class Discriminator(Judge):
    """Logits (B,) of pictures."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        channels, height, width = config.shape
        w = config.width
        self.padding = (0, -width % _STRIDE, 0, -height % _STRIDE)

        def stage(n_in: int, n_out: int, normed: bool = True) -> list[nn.Module]:
            shrink = nn.Conv2d(n_in, n_out, 4, 2, 1, bias=not normed)
            if config.spectral_norm:
                return [spectral_norm(shrink), nn.LeakyReLU(0.2)]
            return [shrink, nn.BatchNorm2d(n_out) if normed else nn.Identity(), nn.LeakyReLU(0.2)]

        self.stages = nn.Sequential(
            *stage(channels, w, normed=False),  # (B, w, H / 2, W / 2)
            *stage(w, 2 * w),
            *stage(2 * w, 4 * w),
            *stage(4 * w, 8 * w),  # (B, 8w, H / 16, W / 16)
        )
        last = (-(-height // _STRIDE), -(-width // _STRIDE))
        self.to_logit = nn.Conv2d(8 * w, 1, last)
        self.project = Projection(config.label_sizes, 8 * w) if config.label_sizes else None
        self.apply(_begin)

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        padded = nn.functional.pad(2 * x - 1, self.padding, value=-1.0)
        seen = self.stages(padded)
        logits = self.to_logit(seen).flatten()
        if self.project is not None:
            logits = logits + self.project.added(seen.mean(dim=(2, 3)), labels)
        return logits


@torch.no_grad()
def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1, 0.02)


def build(config: Config) -> Gan:
    """Return an untrained generator and discriminator."""
    return Gan(Generator(config), Discriminator(config))
