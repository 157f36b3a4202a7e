"""Run folders: what a training was, how far it came, and how to go on bit for bit.

A checkpoint is one safetensors file: networks, optimizers, moving averages and the random
state. It is written beside and renamed, so that a training that is killed goes on from the
last whole one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim import Optimizer

from antiphon.errors import AntiphonError
from antiphon.formats import write_bytes
from antiphon.models._stored import write_tensors


class OutOfTime(AntiphonError):
    """The time budget was spent before the stage was through; everything is saved."""

    def __init__(self, stage: str, iteration: int, total: int) -> None:
        super().__init__(
            f"The time is up after {iteration} of {total} iterations of the {stage}: all is saved, "
            "and the same command goes on from there."
        )


class Report(Protocol):
    """Hears of progress."""

    @property
    def expired(self) -> bool:
        """Whether the time budget is spent."""
        ...

    def __call__(
        self, stage: str, iteration: int, total: int, scalars: dict[str, float]
    ) -> None: ...


class RunFolder:
    """A folder `runs/NAME` with config, `stats.jsonl`, samples and a checkpoint.

    It is made at the first write: a training that is refused leaves nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, beside and then renamed."""
        self.make()
        write_bytes(self.path / name, content)

    def make(self) -> None:
        """Make the folder with its parents.

        Raises:
            AntiphonError: it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise AntiphonError(f"The run folder {self.path} cannot be made: {reason}.") from None

    def log(self, file: str, iteration: int, scalars: Mapping[str, float]) -> None:
        """Append one line of scalars to ``FILE.jsonl``."""
        self.make()
        line = {"iteration": iteration, "time_s": round(time.time(), 1)}
        line |= {name: round(float(value), 6) for name, value in scalars.items()}
        log = self.path / f"{file}.jsonl"
        try:
            with log.open("a") as handle:
                handle.write(json.dumps(line) + "\n")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise AntiphonError(f"Cannot write {log}: {reason}.") from None

    def truncate_logs(self, prefix: str, iteration: int) -> None:
        """Forget what a stage logged after an iteration: the training goes on from there."""
        for file in self.path.glob(f"{prefix}*.jsonl"):
            kept = []
            for line in file.read_text().splitlines():
                try:
                    if json.loads(line)["iteration"] <= iteration:
                        kept.append(line)
                except ValueError:
                    continue  # a line cut by a kill
            write_bytes(file, "".join(f"{line}\n" for line in kept).encode())

    def save(self, name: str, tensors: Mapping[str, Tensor], **meta: int | float | str) -> None:
        """Write a checkpoint ``NAME.safetensors``."""
        self.make()
        save_tensors(self.path / f"{name}.safetensors", tensors, meta)

    def load(self, name: str) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return tensors and numbers of a checkpoint, or None when there is none."""
        file = self.path / f"{name}.safetensors"
        return load_tensors(file) if file.exists() else None


def save_tensors(path: Path, tensors: Mapping[str, Tensor], meta: Mapping[str, Any]) -> None:
    """Write tensors and a few numbers to one safetensors file, whole or not at all.

    Raises:
        AntiphonError: it cannot be written.
    """
    plain = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    write_tensors(path, plain, {"meta": json.dumps(dict(meta))})


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote.

    Raises:
        AntiphonError: the file is no safetensors file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        tensors = load_file(str(path))
        with safe_open(str(path), framework="pt") as handle:
            meta = json.loads((handle.metadata() or {}).get("meta", "{}"))
    except (SafetensorError, OSError) as error:
        raise AntiphonError(f"{path} is no safetensors file: {error}") from error
    return tensors, meta


def module_state(prefix: str, module: nn.Module) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value for name, value in module.state_dict().items()}


def load_module(prefix: str, module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Give a network what a checkpoint has of it.

    Raises:
        AntiphonError: the checkpoint is of networks of other sizes.
    """
    start = f"{prefix}."
    mine = {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}
    try:
        module.load_state_dict(mine)
    except RuntimeError as error:
        raise AntiphonError(
            f"The {prefix} that is to be gone on with has other sizes than the config says: give "
            "the config that it was begun with, or another folder."
        ) from error


def optimizer_state(prefix: str, optimizer: Optimizer) -> dict[str, Tensor]:
    """Return an optimizer's moments and counts as named tensors."""
    return {
        f"{prefix}.{index}.{name}": value if isinstance(value, Tensor) else torch.tensor(value)
        for index, state in optimizer.state_dict()["state"].items()
        for name, value in state.items()
    }


def load_optimizer(prefix: str, optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith(f"{prefix}."):
            index, name = key.removeprefix(f"{prefix}.").split(".", 1)
            state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict(
        {"state": state, "param_groups": optimizer.state_dict()["param_groups"]}
    )
