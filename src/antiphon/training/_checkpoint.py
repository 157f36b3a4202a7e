"""Small checkpoints that are committed, so that training goes on on another machine.

A checkpoint holds what the shipped weights of the same name do not: the discriminators of the
denoising stages, packed, and how far each stage came. Averages, coder and the scribe's
discriminator are taken from the shipped weights. What is lost is the optimizers' state.
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
)

# each stage's networks by the name that a run gives them, and where the weights have them
STAGES: dict[str, dict[str, str]] = {
    "choir": {"average": "generator"},
    "scribe": {"average": "scribe"},
    "adversary": {"average": "scribe", "discriminator": "discriminator"},
    "planner": {"average": "planner"},
    "progression": {"average": "progression"},
}
_KEPT = "discriminator."


def write_checkpoint(run: Path, out: Path) -> None:
    """Write the small checkpoint of a run folder.

    Raises:
        AntiphonError: the run has no stage to keep.
    """
    out.mkdir(parents=True, exist_ok=True)
    found = False
    for stage, shipped in STAGES.items():
        file = run / f"{stage}.safetensors"
        if file.exists():
            tensors, meta = load_tensors(file)
            kept = {k: v for k, v in tensors.items() if k.startswith(_KEPT)}
            if "discriminator" in shipped:
                kept = {}
            save_tensors(out / file.name, packed(kept), meta)
            found = True
    if not found:
        raise AntiphonError(f"{run} has nothing to keep: train first.")
    shutil.copyfile(run / "config.toml", out / ".config.part")
    (out / ".config.part").replace(out / "config.toml")


def unpack_into(run: RunFolder, checkpoint: Path, name: str) -> None:
    """Begin an empty run folder with a small checkpoint.

    Args:
        name: of the shipped weights that were written with the checkpoint.

    Raises:
        AntiphonError: the checkpoint is not there.
    """
    files = {file.stem: file for file in checkpoint.glob("*.safetensors")}
    if not files:
        raise AntiphonError(f"There is no checkpoint in {checkpoint}.")
    weights = models.load(name)
    for stage, shipped in STAGES.items():
        if stage not in files:
            continue
        tensors, meta = load_tensors(files[stage])
        whole: dict[str, Tensor] = unpacked(tensors)
        for prefix, network in shipped.items():
            whole |= module_state(prefix, getattr(weights, network))
            if prefix == "average":
                whole |= module_state("generator", getattr(weights, network))
        run.save(stage, {key: value.clone() for key, value in whole.items()}, **meta)
    run.save("coder", module_state("coder", weights.coder), iteration=2**31 - 1)
    run.write("from.txt", f"{checkpoint.as_posix()}\n".encode())
