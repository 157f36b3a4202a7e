"""Packing: large matrices as 8-bit rows, each row with its own scale, the rest in half precision.

Halves the size of weights that are shipped, at an error of at most 1/254 of the largest weight
of a row. Tables of words in which few bits are set are kept by the places of these bits, and
columns that seldom change by their runs: both come back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

_MIN_SIZE = 4096  # entries from which on a matrix is packed
_ROWS, _SCALES = "#rows", "#scales"
_COUNTS, _PLACES, _WIDTH = "#counts", "#places", "#width"  # of the bits that are set, by row
_VALUES, _LENGTHS = "#values", "#lengths"  # of runs
_MAX_WIDTH = 15  # words of a row, so that a count and a place are a byte each


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


def packed_tables(tables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tables ready to be stored: 16-bit words by their set bits, columns by their runs."""
    out: dict[str, Tensor] = {}
    for name, value in tables.items():
        if value.dtype == torch.int16 and value.dim() == 2 and value.shape[1] <= _MAX_WIDTH:
            words = value.numpy().astype("<i2").view(np.uint8)
            row, place = np.nonzero(np.unpackbits(words, axis=1, bitorder="little"))
            counts = np.bincount(row, minlength=len(words)).astype(np.uint8)
            out[name + _COUNTS] = torch.from_numpy(counts)
            out[name + _PLACES] = torch.from_numpy(place.astype(np.uint8))
            out[name + _WIDTH] = torch.tensor(value.shape[1], dtype=torch.uint8)
        elif value.dtype == torch.int16 and value.dim() == 1:
            values, lengths = torch.unique_consecutive(value, return_counts=True)
            out[name + _VALUES], out[name + _LENGTHS] = values, lengths.to(torch.int32)
        else:
            out[name] = value.contiguous()
    return out


def unpacked_tables(tables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what `packed_tables` was given."""
    out: dict[str, Tensor] = {}
    for name, value in tables.items():
        plain = name.partition("#")[0]
        if name.endswith(_COUNTS):
            rows = np.repeat(np.arange(len(value)), value.numpy())
            bits = np.zeros((len(value), 16 * int(tables[plain + _WIDTH])), np.uint8)
            bits[rows, tables[plain + _PLACES].numpy()] = 1
            words = np.packbits(bits, axis=1, bitorder="little").view("<i2")
            out[plain] = torch.from_numpy(words.astype(np.int16))
        elif name.endswith(_VALUES):
            out[plain] = value.repeat_interleave(tables[plain + _LENGTHS])
        elif not name.endswith((_PLACES, _WIDTH, _LENGTHS)):
            out[name] = value
    return out
