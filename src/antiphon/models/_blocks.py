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


class Bars(nn.Module):
    """A trunk over bars: their features in, as many of the trunk's width out.

    Args:
        sight: how many bars away a bar is still seen; all are when left out.
    """

    def __init__(
        self,
        in_size: int,
        width: int,
        n_blocks: int,
        n_heads: int,
        steer: int,
        dropout: float,
        sight: int | None = None,
    ) -> None:
        super().__init__()
        self.sight = sight
        self.enter = nn.Linear(in_size, width)
        self.bias = FormBias(n_heads, reach=16)
        self.blocks = nn.ModuleList(Block(width, n_heads, steer, dropout) for _ in range(n_blocks))

    def forward(self, x: Tensor, steer: Tensor, same_place: Tensor, valid: Tensor) -> Tensor:
        """Return (B, N, W) of features (B, N, in), steered by (B, S); see `FormBias`."""
        x = self.enter(x)  # (B, N, in) -> (B, N, W)
        bias = self.bias(same_place)
        bias = bias.masked_fill(valid[:, None, None] < 0.5, -1e4)
        if self.sight is not None:
            at = torch.arange(x.shape[1], device=x.device)
            bias = bias.masked_fill((at[:, None] - at[None]).abs() > self.sight, -1e4)
        for block in self.blocks:
            x = block(x, steer, bias)
        return F.layer_norm(x, x.shape[-1:])


class Facts(nn.Module):
    """The sum of what a table holds for each fact."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(size, width) * 0.1)

    def forward(self, facts: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return (…, width) of facts (…, F), each perhaps with a weight of its own (…, F)."""
        return summed(self.table, facts, weights)


def summed(table: Tensor, facts: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return (…, width) the sum of the rows of a table (entries, width) for each of facts (…, F).

    As `F.embedding_bag` does; without its checks, which take longer than the sum of one row.
    """
    each = None if weights is None else weights.reshape(-1)
    begin = torch.arange(0, facts.numel(), facts.shape[-1], device=facts.device)
    bags = torch.embedding_bag(table, facts.reshape(-1), begin, False, 0, False, each)  # 0: sum
    flat: Tensor = bags[0]
    return flat.view(*facts.shape[:-1], table.shape[1])


def level_features(level: Tensor, size: int) -> Tensor:
    """Return sines and cosines (B, size) of a noise level in [0, 1]; shape (B,)."""
    rates = torch.exp(torch.linspace(0, 6, size // 2, device=level.device))
    angles = level[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
