"""The walk from noise to music: a few steps of a generator over any number of bars.

Longer pieces are walked window by window, each knowing the end of the one before.

Shapes: N bars, Z latent, M parts.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from antiphon.models.choir import (
    Generator,
    Segment,
    levels,
    on_sphere,
    spread_mask,
    step_down,
)

OVERLAP = 4  # a window knows the last 1/4 of the one before


@torch.inference_mode()
def walk(
    generator: Generator,
    segment: Segment,
    seeds: list[int],
    *,
    temperature: float = 1.0,
    n_steps: int | None = None,
) -> Tensor:
    """Return latents (B, N, Z) of all bars of B pieces; what is kept is kept.

    Args:
        segment: of B pieces with any number of bars.
        seeds: one a piece; a piece depends on its own seed only.
        temperature: scale of all noise; below 1 is nearer to the usual.
        n_steps: steps of the walk; as trained when left out.
    """
    window = generator.config.n_bars
    n = segment.condition.shape[1]
    noises = [torch.Generator().manual_seed(seed) for seed in seeds]
    out = segment.known.clone()
    mask = segment.mask.clone()
    begin = 0
    while True:
        stop = min(begin + window, n)
        here = slice(max(0, stop - window), stop)
        part = cut(segment, here)
        part.mask, part.known = mask[:, here], out[:, here]
        part.known = part.known * (1 - _spread(part.mask, generator))
        out[:, here] = _one(generator, part, noises, temperature, n_steps)
        mask[:, here] = 0
        if stop == n:
            return out
        begin = stop - window // OVERLAP


def cut(segment: Segment, bars: slice) -> Segment:
    """Return some bars of a segment."""
    values = {f.name: getattr(segment, f.name)[:, bars] for f in fields(Segment)}
    values["same_place"] = segment.same_place[:, bars, bars]
    return Segment(**values)


def _spread(mask: Tensor, generator: Generator) -> Tensor:
    return spread_mask(mask, generator.config.latent_sizes)


def _one(
    generator: Generator,
    segment: Segment,
    noises: list[torch.Generator],
    temperature: float,
    n_steps: int | None,
) -> Tensor:
    shape = segment.known.shape[1:]

    def fresh(*size: int) -> Tensor:
        return temperature * torch.stack([torch.randn(size, generator=g) for g in noises])

    walk_levels = levels(n_steps or generator.config.n_steps)
    noisy = fresh(*shape)
    for level, lower in pairwise(walk_levels):
        at, under = level.expand(len(noises)), lower.expand(len(noises))
        clean = generator(noisy, at, fresh(generator.config.noise_size), segment)
        clean = on_sphere(clean, generator.config)
        noisy = step_down(clean, noisy, at, under, fresh(*shape))
    made = _spread(segment.mask, generator)
    return noisy * made + segment.known * (1 - made)


def stacked(segments: list[Segment]) -> Segment:
    """Return one segment of B pieces from B segments of one piece each."""
    return Segment(
        **{f.name: torch.cat([getattr(s, f.name) for s in segments]) for f in fields(Segment)}
    )


def as_tensor(array: np.ndarray) -> Tensor:
    """Return an array as a tensor with a batch axis in front."""
    return torch.from_numpy(np.ascontiguousarray(array))[None]
