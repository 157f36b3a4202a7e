"""Small checkpoints that are committed, so that training goes on on another machine.

A checkpoint holds averages and discriminators of the stages, packed; the coder is taken from
the shipped weights of the same name. What is lost is the optimizers' state.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from torch import Tensor

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.models._packing import packed, unpacked
from antiphon.training._run import (
    RunFolder,
    load_tensors,
    module_state,
    save_tensors,
    write_atomic,
)

STAGES = ("choir", "planner")
_KEPT = ("average.", "discriminator.")


def write_checkpoint(run: Path, out: Path) -> None:
    """Write the small checkpoint of a run folder.

    Raises:
        AntiphonError: the run has no stage to keep.
    """
    out.mkdir(parents=True, exist_ok=True)
    found = False
    for stage in STAGES:
        file = run / f"{stage}.safetensors"
        if file.exists():
            tensors, meta = load_tensors(file)
            kept = {k: v for k, v in tensors.items() if k.startswith(_KEPT)}
            save_tensors(out / file.name, packed(kept), meta)
            found = True
    if not found:
        raise AntiphonError(f"{run} has nothing to keep: train first.")
    shutil.copyfile(run / "config.toml", out / ".config.part")
    (out / ".config.part").replace(out / "config.toml")


def unpack_into(run: RunFolder, checkpoint: Path, name: str) -> None:
    """Begin an empty run folder with a small checkpoint.

    Args:
        name: of the shipped weights whose coder the checkpoint was trained with.

    Raises:
        AntiphonError: the checkpoint is not there.
    """
    files = sorted(checkpoint.glob("*.safetensors"))
    if not files:
        raise AntiphonError(f"There is no checkpoint in {checkpoint}.")
    for file in files:
        tensors, meta = load_tensors(file)
        whole: dict[str, Tensor] = unpacked(tensors)
        for key in list(whole):
            if key.startswith("average."):
                whole["generator." + key.removeprefix("average.")] = whole[key].clone()
        run.save(file.stem, whole, **meta)
    coder = module_state("coder", models.load(name).coder)
    run.save("coder", coder, iteration=2**31 - 1)
    write_atomic(run.path / "from.txt", f"{checkpoint.as_posix()}\n".encode())
