"""DCGAN: transposed convolutions, the classic, for pictures of any channels and size.

Idea and settings: Radford et al., ICLR 2016, https://arxiv.org/abs/1511.06434: 512 channels down
to 64, batch normalisation, ReLU in the generator, leaky ReLU (.2) in the discriminator, Tanh at
the end, weights from N(0, .02). What differs: sizes that are no power of two are cut to size,
and pictures are in [0, 1], to which Tanh is moved. What may be told (conditional GAN, Mirza &
Osindero, 2014, https://arxiv.org/abs/1411.1784) are K numbers for each row of the picture, such as
where the harmonics of a pitch lie. The discriminator sees them as further channels, so does every
stage of the generator; those of all rows that are one row there lie side by side.

Shapes: B segments, Z noise, C channels, H × W the picture, K numbers told of a row.
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
_GAIN = 8.0  # of what the generator is told, else a few numbers are lost among hundreds of channels


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
        if self.condition_shape != (0,) and self.condition_shape[1:] != (self.shape[1], 1):
            raise ValueError("a dcgan is told nothing but pitches of sounds: leave out condition")

    @property
    def n_told(self) -> int:
        """K."""
        return self.condition_shape[0]


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

        k = config.n_told

        def stage(n_in: int, n_out: int) -> list[nn.Module]:
            grow = nn.ConvTranspose2d(n_in, n_out, 4, 2, 1, bias=False)
            return [grow, nn.BatchNorm2d(n_out), nn.ReLU()]

        self.stages = nn.Sequential(
            nn.ConvTranspose2d(size, 8 * w, seed, bias=False),
            nn.BatchNorm2d(8 * w),
            nn.ReLU(),  # (B, 8w, H / 16, W / 16)
            *stage(8 * w + 16 * k, 4 * w),
            *stage(4 * w + 8 * k, 2 * w),
            *stage(2 * w + 4 * k, w),  # (B, w, H / 2, W / 2)
            nn.ConvTranspose2d(w + 2 * k, channels, 4, 2, 1),
        )
        self.apply(_begin)

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        if self.label is not None:
            noise = torch.cat([noise, self.label(labels)], dim=1)
        _, height, width = self.config.shape
        x = noise[:, :, None, None]
        for place, layer in enumerate(self.stages):
            if self.config.n_told and place and isinstance(layer, nn.ConvTranspose2d):
                x = torch.cat([x, _GAIN * _folded(condition, *x.shape[2:])], dim=1)
            x = layer(x)
        return (x[:, :, :height, :width].tanh() + 1) / 2


class Discriminator(Judge):
    """Logits (B,) of pictures."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        channels, height, width = config.shape
        w = config.width
        self.n_told = config.n_told
        self.padding = (0, -width % _STRIDE, 0, -height % _STRIDE)

        def stage(n_in: int, n_out: int, normed: bool = True) -> list[nn.Module]:
            shrink = nn.Conv2d(n_in, n_out, 4, 2, 1, bias=not normed)
            if config.spectral_norm:
                return [spectral_norm(shrink), nn.LeakyReLU(0.2)]
            return [shrink, nn.BatchNorm2d(n_out) if normed else nn.Identity(), nn.LeakyReLU(0.2)]

        self.stages = nn.Sequential(
            *stage(channels + config.n_told, w, normed=False),  # (B, w, H / 2, W / 2)
            *stage(w, 2 * w),
            *stage(2 * w, 4 * w),
            *stage(4 * w, 8 * w),  # (B, 8w, H / 16, W / 16)
        )
        last = (-(-height // _STRIDE), -(-width // _STRIDE))
        self.to_logit = nn.Conv2d(8 * w, 1, last)
        self.project = Projection(config.label_sizes, 8 * w) if config.label_sizes else None
        self.apply(_begin)

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        shown = 2 * x - 1
        if self.n_told:
            told = condition.expand(-1, -1, -1, shown.shape[3])
            shown = torch.cat([shown, told.to(shown)], dim=1)
        padded = nn.functional.pad(shown, self.padding, value=-1.0)
        seen = self.stages(padded)
        logits = self.to_logit(seen).flatten()
        if self.project is not None:
            logits = logits + self.project.added(seen.mean(dim=(2, 3)), labels)
        return logits


def _folded(condition: Tensor, height: int, width: int) -> Tensor:
    """Return what is told of rows (B, K, H, 1) as (B, K · ⌈H / h⌉, h, w), fewer rows h."""
    n_missing = -condition.shape[2] % _STRIDE
    padded = nn.functional.pad(condition[..., 0], (0, n_missing))
    factor = padded.shape[2] // height
    folded = padded.unflatten(2, (height, factor)).transpose(2, 3).flatten(1, 2)
    return folded[..., None].expand(-1, -1, -1, width)


@torch.no_grad()
def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1, 0.02)


def build(config: Config) -> Gan:
    """Return an untrained generator and discriminator."""
    return Gan(Generator(config), Discriminator(config))
