"""The processes of a training, through Lightning Fabric: one, or as many as torchrun started.

A batch is shared out by rank, and what each process found is averaged by one reduction an
update: gradients, scalars and the wish to stop together. Batches are functions of seed,
iteration and row alone, so that they are the same however many processes share them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from numpy.typing import NDArray
from torch import Tensor, nn

from antiphon.errors import AntiphonError


class Team:
    """This process and the others.

    Attributes:
        fabric: device, precision and collectives.
        dtype: of weights, and of losses where activations have fewer bits.
    """

    def __init__(self, precision: str = "auto") -> None:
        n_processes = int(os.environ.get("WORLD_SIZE", "1"))
        here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        on_gpu = torch.cuda.is_available()
        if precision == "auto":
            precision = "bf16-mixed" if on_gpu else "32-true"
        self.dtype = torch.float64 if precision == "64-true" else torch.float32
        self.fabric = Fabric(
            accelerator="cuda" if on_gpu else "cpu",
            devices=here,
            num_nodes=n_processes // here,
            strategy=DDPStrategy() if n_processes > 1 else "auto",
            precision=precision,  # type: ignore[arg-type]  # checked by the config
        )
        self.fabric.launch()

    @property
    def size(self) -> int:
        """How many processes there are."""
        return self.fabric.world_size

    @property
    def rank(self) -> int:
        """Which of them this one is."""
        return self.fabric.global_rank

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def place(self, x: NDArray[Any]) -> Tensor:
        """Return an array on the device, what is no whole number in the precision of weights."""
        tensor = torch.from_numpy(x)
        return tensor.to(self.fabric.device, self.dtype if x.dtype.kind == "f" else tensor.dtype)

    def share(self, batch_size: int) -> range:
        """Return the rows of a batch that are this process's.

        Raises:
            AntiphonError: the batch cannot be shared out evenly.
        """
        if batch_size % self.size:
            raise AntiphonError(
                f"A batch of {batch_size} cannot be shared by {self.size} processes: "
                f"batch_size must be a multiple of {self.size}."
            )
        each = batch_size // self.size
        return range(self.rank * each, (self.rank + 1) * each)

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over all processes of equally long vectors."""
        if self.size == 1:
            return values
        found = self.fabric.all_reduce(values, reduce_op="mean")
        assert isinstance(found, Tensor)
        return found

    def mean_gradients(self, network: nn.Module, scalars: Tensor) -> Tensor:
        """Average the gradients of a network over all processes; return scalars averaged so."""
        if self.size == 1:
            return scalars
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        flat = torch.cat([*(g.flatten() for g in gradients), scalars.to(gradients[0].dtype)])
        flat = self.mean(flat)
        for gradient, mean in zip(gradients, _cut(flat, gradients), strict=True):
            gradient.copy_(mean)
        return flat[len(flat) - len(scalars) :]

    def wait(self) -> None:
        """Wait until all processes are here."""
        self.fabric.barrier()

    def part(self) -> None:
        """End working together; nobody is waited for, who may have failed."""
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


def _cut(flat: Tensor, like: Iterable[Tensor]) -> Iterable[Tensor]:
    begin = 0
    for tensor in like:
        yield flat[begin : begin + tensor.numel()].view_as(tensor)
        begin += tensor.numel()
