"""Critic: a small discriminator that is told measures of a few bars instead of their notes.

What it is told (`metrics.features`: harmony, melody, rhythm, texture, repetition) says the same
of every song, so that it learns from some hundred songs what larger networks would learn by heart.

Shapes: B rows of measures, F measures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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


class Measured(nn.Module):
    """A network that is told measures in deviations from what is usual."""

    mean: Tensor  # (F,) of real music
    deviation: Tensor

    def __init__(self, n_measures: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_measures))
        self.register_buffer("deviation", torch.ones(n_measures))

    def learn_usual(self, real: NDArray[np.floating]) -> None:
        """Learn what is usual from measures (N, F) of real music, NaN where there is none."""
        known = np.where(np.isfinite(real).any(axis=0), real, 0.0)
        self.mean.copy_(torch.from_numpy(np.nanmean(known, axis=0)))
        self.deviation.copy_(torch.from_numpy(np.nanstd(known, axis=0)).clamp(min=1e-6))

    def told(self, measures: Tensor) -> Tensor:
        """Return measures (B, F) in deviations of real music; what is not known is usual."""
        rows = (measures - self.mean) / self.deviation
        return rows.nan_to_num(0.0).clamp(-_FAR, _FAR)


class Critic(Measured):
    """Says whether measures are of real music; above 0 it thinks so."""

    def __init__(self, config: CriticConfig) -> None:
        super().__init__(config.n_measures)
        self.config = config
        self.straight = nn.Linear(config.n_measures, 1)
        self.bent = nn.Sequential(
            nn.Linear(config.n_measures, config.width),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.width, 1),
        )

    @torch.inference_mode()
    def odds(self, measures: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return log odds (B,) that measures (B, F) are of real music."""
        found: NDArray[np.float32] = self(self.told(torch.from_numpy(measures).float())).numpy()
        return found

    @torch.no_grad()
    def beside(self, other: Critic) -> Critic:
        """Return the critic whose log odds are the sum of both critics'.

        Raises:
            ValueError: they are told other deviations.
        """
        if not (self.mean.equal(other.mean) and self.deviation.equal(other.deviation)):
            raise ValueError("critics that are told other deviations have no sum")
        both = Critic(replace(self.config, width=self.config.width + other.config.width))
        both.mean.copy_(self.mean)
        both.deviation.copy_(self.deviation)
        for name, found in both.named_parameters():
            mine, more = self.get_parameter(name), other.get_parameter(name)
            if name.startswith("bent.0"):
                found.copy_(torch.cat([mine, more]))
            elif name == "bent.3.weight":
                found.copy_(torch.cat([mine, more], dim=1))
            else:
                found.copy_(mine + more)
        return both.eval()

    def forward(self, told: Tensor) -> Tensor:
        """Return logits (B,) of what `told` returns."""
        out: Tensor = (self.straight(told) + self.bent(told))[:, 0]
        return out
