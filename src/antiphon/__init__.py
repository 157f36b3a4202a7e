"""Antiphon: adversarial networks that compose whole pieces of music.

    from antiphon import Plan, compose, write

    best = compose(Plan(style="pop", key="G", seed=1), count=20, keep=1)[0]
    write(best.piece, "piece.mid")

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from antiphon.formats import read as read
    from antiphon.formats import write as write
    from antiphon.inference.accompany import accompany as accompany
    from antiphon.inference.compose import compose as compose
    from antiphon.inference.convert import convert as convert
    from antiphon.inference.extend import extend as extend
    from antiphon.inference.inpaint import inpaint as inpaint
    from antiphon.inference.interpolate import interpolate as interpolate
    from antiphon.inference.vary import vary as vary
    from antiphon.inference.wander import wander as wander
    from antiphon.music.plan import Plan as Plan

__all__ = [
    "Plan",
    "__version__",
    "accompany",
    "compose",
    "convert",
    "extend",
    "inpaint",
    "interpolate",
    "read",
    "vary",
    "wander",
    "write",
]
__version__ = "0.1.0"

_HOMES = {
    "Plan": "antiphon.music.plan",
    "accompany": "antiphon.inference.accompany",
    "compose": "antiphon.inference.compose",
    "convert": "antiphon.inference.convert",
    "extend": "antiphon.inference.extend",
    "inpaint": "antiphon.inference.inpaint",
    "interpolate": "antiphon.inference.interpolate",
    "read": "antiphon.formats",
    "vary": "antiphon.inference.vary",
    "wander": "antiphon.inference.wander",
    "write": "antiphon.formats",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
