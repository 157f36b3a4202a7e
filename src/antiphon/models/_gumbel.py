"""Gumbel numbers: added to logits, the largest is a choice drawn by them.

Source: Gumbel-softmax (Jang et al., ICLR 2017, https://arxiv.org/abs/1611.01144).
"""

from __future__ import annotations

import torch
from torch import Tensor

_EDGE = 1e-6  # of a uniform number, so that its Gumbel value is finite


def gumbel_of(noise: Tensor) -> Tensor:
    """Return Gumbel numbers of standard normal ones; equal ones of equal ones."""
    exact = torch.promote_types(noise.dtype, torch.float32)
    uniform = torch.special.ndtr(noise.to(exact)).clamp(_EDGE, 1 - _EDGE)
    return -(-uniform.log()).log()
