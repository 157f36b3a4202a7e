"""Packing: large matrices as 8-bit rows, each row with its own scale, the rest in half precision.

Halves the size of weights that are shipped, at an error of at most 1/254 of the largest weight
of a row.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

_MIN_SIZE = 4096  # entries from which on a matrix is packed
_ROWS, _SCALES = "#rows", "#scales"


def packed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors ready to be stored: matrices as int8 and float32 scales, the rest halved."""
    out: dict[str, Tensor] = {}
    for name, value in tensors.items():
        plain = value.detach().float()
        if plain.dim() == 2 and plain.numel() >= _MIN_SIZE:
            scales = plain.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
            out[name + _ROWS] = (plain / scales).round().to(torch.int8).contiguous()
            out[name + _SCALES] = scales.contiguous()
        else:
            out[name] = plain.half().contiguous()
    return out


def unpacked(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what `packed` was given, as float32 and nearly the same."""
    out: dict[str, Tensor] = {}
    for name, value in tensors.items():
        if name.endswith(_ROWS):
            plain = name.removesuffix(_ROWS)
            out[plain] = value.float() * tensors[plain + _SCALES]
        elif not name.endswith(_SCALES):
            out[name] = value.float()
    return out
