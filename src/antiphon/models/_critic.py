"""Critic: a small discriminator that is told measures of a few bars instead of their notes.

What it is told (`metrics.features`: harmony, melody, rhythm, texture, repetition) says the same
of every song, so that it learns from some hundred songs what larger networks would learn by heart.

Shapes: B rows of measures, F measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_FAR = 5.0  # standard deviations; one absurd measure must not decide


@dataclass(frozen=True, kw_only=True)
class CriticConfig:
    n_measures: int
    n_bars: int = 8  # of the stretches that are measured
    width: int = 48
    dropout: float = 0.3


class Critic(nn.Module):
    """Says whether measures are of real music; above 0 it thinks so."""

    mean: Tensor  # (F,) of real music
    deviation: Tensor

    def __init__(self, config: CriticConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", torch.zeros(config.n_measures))
        self.register_buffer("deviation", torch.ones(config.n_measures))
        self.straight = nn.Linear(config.n_measures, 1)
        self.bent = nn.Sequential(
            nn.Linear(config.n_measures, config.width),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.width, 1),
        )

    def told(self, measures: Tensor) -> Tensor:
        """Return measures (B, F) in deviations of real music; what is not known is usual."""
        rows = (measures - self.mean) / self.deviation
        return rows.nan_to_num(0.0).clamp(-_FAR, _FAR)

    @torch.inference_mode()
    def odds(self, measures: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return log odds (B,) that measures (B, F) are of real music."""
        found: NDArray[np.float32] = self(self.told(torch.from_numpy(measures).float())).numpy()
        return found

    def forward(self, told: Tensor) -> Tensor:
        """Return logits (B,) of what `told` returns."""
        out: Tensor = (self.straight(told) + self.bent(told))[:, 0]
        return out
