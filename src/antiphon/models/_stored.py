"""Writing tensors to a file: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from antiphon.errors import AntiphonError


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], told: Mapping[str, str] | None = None
) -> None:
    """Write one safetensors file, beside and then renamed; its folder must be there.

    Args:
        told: text that goes with the tensors.

    Raises:
        AntiphonError: it cannot be written; what was there before is still there then.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        save_file(dict(tensors), str(beside), metadata=dict(told or {}))
        beside.chmod(0o644)
        os.replace(beside, path)
    except (OSError, SafetensorError) as error:
        beside.unlink(missing_ok=True)
        reason = str(error).rpartition(": ")[2].partition(" (os error")[0]
        raise AntiphonError(f"Cannot write {path}: {reason.lower()}.") from None
