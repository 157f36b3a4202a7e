"""Differentiable augmentation of rolls before the discriminator, always or adaptively.

Source: DiffAugment (Zhao et al., NeurIPS 2020): real and made are changed alike, and the
gradient runs through. For music: transposition, rotation by whole bars, a part cut out.
Adaptive: ADA (Karras et al., NeurIPS 2020), by the sign of the logits of real segments.

Shapes: B segments, C channels, T 16ths, P pitches.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

OPERATIONS = ("transpose", "rotate", "cut_out")
N_CHANCES = 2 * len(OPERATIONS)
_SEMITONES = 5


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """What may happen to rolls, and how they are laid out."""

    operations: tuple[str, ...]
    channels: int  # of a part
    steps_per_bar: int

    def __call__(self, x: Tensor, chance: Tensor, probability: float) -> Tensor:
        """Return segments (B, C, T, P), each operation done to a share of them.

        Args:
            chance: (B, 6) in [0, 1): for each operation whether, and how much.
            probability: of each operation.
        """
        for index, name in enumerate(OPERATIONS):
            if name in self.operations:
                done = chance[:, 2 * index] < probability
                amount = chance[:, 2 * index + 1]
                x = getattr(self, f"_{name}")(x, amount, done)
        return x

    def _transpose(self, x: Tensor, amount: Tensor, done: Tensor) -> Tensor:
        """Move by up to five semitones; what leaves the roll is lost."""
        shift = (amount * (2 * _SEMITONES + 1)).long() - _SEMITONES
        source = torch.arange(x.shape[3], device=x.device)[None] - (shift * done)[:, None]
        inside = (source >= 0) & (source < x.shape[3])
        index = source.clamp(0, x.shape[3] - 1)[:, None, None].expand_as(x)
        return x.gather(3, index) * inside[:, None, None]

    def _rotate(self, x: Tensor, amount: Tensor, done: Tensor) -> Tensor:
        """Begin with another bar; the bars before it come last."""
        bars = x.shape[2] // self.steps_per_bar
        shift = (amount * bars).long() * done * self.steps_per_bar
        source = torch.arange(x.shape[2], device=x.device)[None] + shift[:, None]
        return x.gather(2, (source % x.shape[2])[:, None, :, None].expand_as(x))

    def _cut_out(self, x: Tensor, amount: Tensor, done: Tensor) -> Tensor:
        """Silence a part."""
        part = (amount * (x.shape[1] // self.channels)).long()
        of = torch.arange(x.shape[1], device=x.device)[None] // self.channels
        kept = (of != part[:, None]) | ~done[:, None]
        return x * kept[:, :, None, None]


def adapted(probability: float, sign: float, target: float, segments: float) -> float:
    """Return the next probability: up while real logits are surer than the target, else down.

    Args:
        sign: mean sign of the logits of real segments, −1…1.
        segments: how many were seen since the last change, in units of the segments that it
            takes to go from 0 to 1.
    """
    return min(1.0, max(0.0, probability + (segments if sign > target else -segments)))
