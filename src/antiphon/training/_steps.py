"""What several loops do at every iteration: rates, averages, and shards side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

T = TypeVar("T")
Shard = tuple[dict[str, float], tuple[Tensor, ...]]  # losses and gradients


def cosine(iteration: int, n_iterations: int, high: float, low: float, warm_up: int = 200) -> float:
    """Return a learning rate that warms up, then falls by a half cosine from high to low."""
    progress = iteration / n_iterations
    return min(1.0, (iteration + 1) / warm_up) * (
        low + (high - low) * 0.5 * (1 + float(np.cos(np.pi * progress)))
    )


def by_factor(
    network: nn.Module,
    fast: Iterable[nn.Parameter],
    rate: float,
    factor: float,
    *,
    betas: tuple[float, float] = (0.9, 0.999),
    weight_decay: float = 0.01,
) -> torch.optim.AdamW:
    """Return an optimizer with some parameters in a group of a higher rate.

    What the rate of each group is multiplied with is its ``factor``.
    """
    chosen = {id(parameter) for parameter in fast}
    groups = [
        {
            "params": [p for p in network.parameters() if (id(p) in chosen) == is_fast],
            "lr": rate * times,
            "factor": times,
        }
        for is_fast, times in ((False, 1.0), (True, factor))
    ]
    return torch.optim.AdamW(groups, rate, betas=betas, weight_decay=weight_decay)


def device_of_training() -> torch.device:
    """Return the first GPU, whose products are then taken in TF32, or else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.set_float32_matmul_precision("high")
    return torch.device("cuda")


class Ahead(Generic[T]):
    """Gives what is drawn for an iteration; what the next one needs is drawn meanwhile."""

    def __init__(self, draw: Callable[[int], T]) -> None:
        self._draw = draw
        self._thread = ThreadPoolExecutor(1)
        self._drawn: dict[int, Future[T]] = {}

    def __call__(self, iteration: int) -> T:
        now = self._drawn.pop(iteration, None) or self._thread.submit(self._draw, iteration)
        self._drawn = {iteration + 1: self._thread.submit(self._draw, iteration + 1)}
        return now.result()

    def close(self) -> None:
        """Draw no more."""
        self._thread.shutdown(cancel_futures=True)


@torch.no_grad()
def ease(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the average of a network's weights towards what they are now; buffers are copied."""
    for mean, now in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(now, 1 - decay)
    for held, new in zip(average.buffers(), network.buffers(), strict=True):
        held.copy_(new)


def side_by_side(work: Callable[[int], T], n_shards: int) -> list[T]:
    """Return what the work makes of each shard, a thread for each."""
    with ThreadPoolExecutor(n_shards) as pool:
        return list(pool.map(work, range(n_shards)))


def descend(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    work: Callable[[int], Shard],
    n_shards: int,
) -> dict[str, float]:
    """Update a network once by the mean gradient of shards, which are worked on side by side.

    Recurrent networks leave a second core idle: two shards on a thread each do not. The sum is
    taken in the order of the shards, so that the result does not depend on the threads.
    """
    shards = side_by_side(work, n_shards)
    for index, parameter in enumerate(network.parameters()):
        parameter.grad = torch.stack([found[index] for _, found in shards]).mean(dim=0)
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return {name: sum(s[name] for s, _ in shards) / n_shards for name in shards[0][0]}
