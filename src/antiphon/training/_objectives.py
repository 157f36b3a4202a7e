"""Adversarial objectives: pure functions of logits."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def relativistic(*, better: Tensor, worse: Tensor) -> Tensor:
    """Return the mean of softplus(worse − better): each side wants the first to win.

    Source: Jolicoeur-Martineau, The relativistic discriminator, 2018; paired as in R3GAN.
    """
    return F.softplus(worse - better).mean()


def gradient_penalty(logits: Tensor, x: Tensor) -> Tensor:
    """Return the squared norm (B,) of the gradient of summed logits by the judged input.

    With real input this is R1, with made input R2 (Mescheder et al., 2018).

    Args:
        logits: (B, …).
        x: (B, …), requiring a gradient.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1)
