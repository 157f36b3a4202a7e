"""Adversarial objectives: pure functions of logits, and penalties on their slopes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

OBJECTIVES = ("minimax", "non_saturating", "wasserstein", "hinge", "relativistic")
PENALTIES = ("none", "gp", "r1", "r1_r2")


def relativistic(*, better: Tensor, worse: Tensor) -> Tensor:
    """Return the mean of softplus(worse − better): each side wants the first to win.

    Source: Jolicoeur-Martineau, The relativistic discriminator, 2018; paired as in R3GAN.
    """
    return F.softplus(worse - better).mean()


def discriminator_loss(objective: str, *, real: Tensor, fake: Tensor) -> Tensor:
    """Return what the discriminator makes small, a mean over logits of any equal shape.

    Args:
        objective: one of `OBJECTIVES`; ``"minimax"`` and ``"non_saturating"`` are the binary
            cross-entropy of Goodfellow et al. (2014), ``"wasserstein"`` is WGAN (Arjovsky et
            al., 2017), ``"hinge"`` Lim & Ye (2017).
        real, fake: logits; pairs for ``"relativistic"``.
    """
    if objective == "wasserstein":
        return fake.mean() - real.mean()
    if objective == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    if objective == "relativistic":
        return relativistic(better=real, worse=fake)
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(objective: str, *, real: Tensor, fake: Tensor) -> Tensor:
    """Return what the generator makes small; see `discriminator_loss`.

    Args:
        real: logits of real segments, which only ``"relativistic"`` looks at.
    """
    if objective in ("wasserstein", "hinge"):
        return -fake.mean()
    if objective == "relativistic":
        return relativistic(better=fake, worse=real)
    if objective == "minimax":
        return -F.softplus(fake).mean()  # log(1 − D), which hardly slopes while D is sure
    return F.softplus(-fake).mean()


def gradient_penalty(logits: Tensor, x: Tensor) -> Tensor:
    """Return the squared norm (B,) of the gradient of summed logits by the judged input.

    With real input this is R1, with made input R2 (Mescheder et al., 2018).

    Args:
        logits: (B, …).
        x: (B, …), requiring a gradient.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1)


def wgan_penalty(logits: Tensor, x: Tensor) -> Tensor:
    """Return (B,) how far the norm of the gradient is from one, squared.

    Source: WGAN-GP (Gulrajani et al., NeurIPS 2017), where x lies between real and made.
    """
    return ((gradient_penalty(logits, x) + 1e-12).sqrt() - 1).square()
