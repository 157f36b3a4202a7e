"""Transformer blocks over bars, steered by one vector and aware of form.

Attention has a learnt bias for how far two bars are apart, and one for bars that stand at the
same place of a section that returns, so that what came before can be taken up again.

Shapes: B batch, N bars, W width, H heads.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FormBias(nn.Module):
    """Attention bias (B, H, N, N) from distance and from returning places."""

    def __init__(self, n_heads: int, reach: int) -> None:
        super().__init__()
        self.reach = reach
        self.by_distance = nn.Parameter(torch.zeros(n_heads, 2 * reach + 1))
        self.by_place = nn.Parameter(torch.zeros(n_heads))

    def forward(self, same_place: Tensor) -> Tensor:
        """Return the bias for same_place (B, N, N), true where two bars correspond."""
        n = same_place.shape[-1]
        at = torch.arange(n, device=same_place.device)
        distance = (at[:, None] - at[None]).clamp(-self.reach, self.reach) + self.reach
        place = same_place[:, None].to(self.by_place.dtype) * self.by_place[:, None, None]
        return self.by_distance[:, distance][None] + place


class Block(nn.Module):
    """Attention and feed-forward; a steering vector scales and shifts both inputs."""

    def __init__(self, width: int, n_heads: int, steer: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.dropout = nn.Dropout(dropout)
        self.to_scales = nn.Linear(steer, 4 * width)
        self.to_qkv = nn.Linear(width, 3 * width)
        self.from_heads = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        for last in (self.to_scales, self.from_heads, self.narrow):
            nn.init.zeros_(last.bias)
        nn.init.normal_(self.to_scales.weight, std=0.01)

    def forward(self, x: Tensor, steer: Tensor, bias: Tensor) -> Tensor:
        scales = self.to_scales(steer)[:, None].chunk(4, dim=-1)  # each (B, 1, W)
        y = F.layer_norm(x, x.shape[-1:]) * (1 + scales[0]) + scales[1]
        x = x + self.dropout(self.from_heads(self.attend(y, bias)))
        y = F.layer_norm(x, x.shape[-1:]) * (1 + scales[2]) + scales[3]
        return x + self.dropout(self.narrow(F.gelu(self.widen(y))))

    def attend(self, y: Tensor, bias: Tensor) -> Tensor:
        b, n, w = y.shape
        heads = self.to_qkv(y).view(b, n, 3, self.n_heads, w // self.n_heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4)  # each (B, H, N, W / H)
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + bias
        return (scores.softmax(dim=-1) @ v).transpose(1, 2).reshape(b, n, w)


def level_features(level: Tensor, size: int) -> Tensor:
    """Return sines and cosines (B, size) of a noise level in [0, 1]; shape (B,)."""
    rates = torch.exp(torch.linspace(0, 6, size // 2, device=level.device))
    angles = level[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
