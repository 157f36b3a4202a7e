"""Networks and the weights that are shipped; one model a file, found by its name.

Weights of an ensemble lie in a folder: `weights.safetensors` (packed, moving averages
only), `config.toml` (sizes of the networks, and what they were trained on) and `CARD.md`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from antiphon import registry
from antiphon.errors import AntiphonError, unknown

if TYPE_CHECKING:
    from antiphon.models._ensemble import Ensemble

__all__ = ["card", "keep_loaded", "load", "names", "shipped", "styles", "takes_plans"]

_WEIGHTS = Path(__file__).parent / "_weights"
_kept: dict[Path, Ensemble] | None = None  # None: every call reads the files


def names() -> list[str]:
    """Return the architectures there are."""
    return registry.names(__name__)


def shipped() -> list[str]:
    """Return the names of the weights in this installation."""
    return sorted(p.parent.name for p in _WEIGHTS.glob("*/config.toml"))


def styles() -> list[str]:
    """Return the names of the shipped weights that write whole pieces."""
    return [name for name in shipped() if {"planner", "scribe"} <= _config(_WEIGHTS / name).keys()]


def _config(folder: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))


def folder_of(name: str) -> Path:
    """Return where the weights of a name, a run folder or a weights folder lie.

    Raises:
        AntiphonError: there are none; the message names the nearest.
    """
    for folder in (_WEIGHTS / name, Path(name), Path(name) / "weights"):
        if (folder / "config.toml").exists() and (folder / "weights.safetensors").exists():
            return folder
    if Path(name).exists():
        raise AntiphonError(
            f"{name} holds no weights: it needs config.toml and weights.safetensors."
        )
    raise unknown(name, "models", shipped())


def takes_plans(folder: Path) -> bool:
    """Whether weights compose by a plan; those of a named GAN only draw segments."""
    if not (folder / "config.toml").exists():
        return True
    return "model" not in _config(folder).get("about", {})


def card(name: str) -> str:
    """Return the model card of weights, as Markdown.

    Raises:
        AntiphonError: there are no such weights.
    """
    file = folder_of(name) / "CARD.md"
    return file.read_text(encoding="utf-8") if file.exists() else f"# {name}\n\nNo card.\n"


def load(name: str) -> Ensemble:
    """Load weights by name, run folder or weights folder.

    Raises:
        AntiphonError: there are no such weights, or their file is broken.
    """
    from antiphon.models._ensemble import read_ensemble

    folder = folder_of(name)
    if _kept is None:
        return read_ensemble(folder)
    if folder not in _kept:
        _kept[folder] = read_ensemble(folder)
    return _kept[folder]


def keep_loaded() -> None:
    """From now on read weights once and keep them; for processes that make piece after piece."""
    global _kept
    _kept = {} if _kept is None else _kept
