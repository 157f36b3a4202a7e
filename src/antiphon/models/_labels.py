"""Labels heard by networks: embeddings of classes, and the projection of a discriminator.

Idea: cGANs with projection discriminator (Miyato & Koyama, ICLR 2018,
https://arxiv.org/abs/1802.05637): to the logit of a segment comes the inner product of its
features with an embedding of its class. What differs: generators hear an embedding beside their
noise instead of by conditional batch normalisation, and where nobody said which class it is, the
embedding is 0, so that only the logit without labels counts.

Shapes: B segments, J kinds of labels, W width of an embedding, H features.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Embedded(nn.Module):
    """Classes (B, J), −1 where nobody said, to the sum of their embeddings (B, W)."""

    def __init__(self, sizes: Sequence[int], width: int) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(n + 1, width, padding_idx=0) for n in sizes)

    def forward(self, labels: Tensor | None) -> Tensor:
        """Return the sum.

        Raises:
            ValueError: nothing is told to a network that hears labels.
        """
        if labels is None or labels.shape[1] != len(self.tables):
            raise ValueError(f"these networks are told {len(self.tables)} labels of a segment")
        found = [table(labels[:, j] + 1) for j, table in enumerate(self.tables)]
        return torch.stack(found).sum(dim=0)


class Projection(Embedded):
    """Features (B, H) and classes to what comes to a logit (B,).

    It begins at 0: what a class means is learned, not first unlearned. Embeddings of the usual
    size, far longer than a step of Adam, stayed as they were drawn, and a generator heard chance.
    """

    def __init__(self, sizes: Sequence[int], width: int) -> None:
        super().__init__(sizes, width)
        for weights in self.parameters():
            nn.init.zeros_(weights)

    def added(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """Return the inner products."""
        return (features * self(labels)).sum(dim=1)
