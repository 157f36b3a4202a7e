"""Sound as arrays: loudness, mastering, rooms, effects. numpy and scipy, no files, no networks.

from antiphon.sound import Chain

wet = Chain().highpass(80).reverb(wet=0.4).loudness(-16)(samples, 44_100)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from antiphon.sound.chain import Chain as Chain
    from antiphon.sound.loudness import loudness_lufs as loudness_lufs
    from antiphon.sound.resampling import resample as resample

__all__ = ["Chain", "loudness_lufs", "resample"]

_HOMES = {"Chain": "chain", "loudness_lufs": "loudness", "resample": "resampling"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
