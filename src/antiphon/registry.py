"""Finds plug-in files by name: a plug-in is there because its file is there."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from types import ModuleType

from antiphon.errors import unknown


def names(package: str) -> list[str]:
    """Return the plug-ins of a room, sorted; files beginning with ``_`` are helpers.

    Args:
        package: the room's dotted name, e.g. ``"antiphon.models"``.
    """
    room = importlib.import_module(package)
    return sorted(m.name for m in pkgutil.iter_modules(room.__path__) if not m.name.startswith("_"))


def load(package: str, name: str) -> ModuleType:
    """Import one plug-in.

    Raises:
        AntiphonError: there is no such file; the message names the nearest.
    """
    there = sys.modules.get(f"{package}.{name}")
    if there is not None and not name.startswith("_"):
        return there  # looking into the room's folder takes milliseconds
    known = names(package)
    if name not in known:
        raise unknown(name, package.rsplit(".", 1)[-1], known)
    return importlib.import_module(f"{package}.{name}")
