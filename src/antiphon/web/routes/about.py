"""What this server can do: verbs, styles, instruments, formats, limits."""

from __future__ import annotations

import dataclasses
from typing import Any

from fastapi import APIRouter

import antiphon
from antiphon import formats, models
from antiphon.music.instruments import GM_NAMES
from antiphon.music.keys import MODES
from antiphon.music.plan import METRES
from antiphon.web import _verbs
from antiphon.web._answers import written
from antiphon.web._browser import player
from antiphon.web._studio import StudioHere

router = APIRouter()
LANGUAGES = ["en", "zh"]


@router.get("/about")
def about(studio: StudioHere) -> dict[str, Any]:
    """Say what there is to choose from, and what nothing may exceed."""
    plan = [option.told() for option in _verbs.plan_options()]
    verbs = [verb.told() for verb in _verbs.verbs().values()]
    options = [*plan, *(option for verb in verbs for option in verb["options"])]
    sliders = [o["name"] for o in options if o["type"] == "number" and "min" in o]
    return {
        "version": antiphon.__version__,
        "languages": LANGUAGES,
        "styles": models.styles(),
        "roles": _verbs.parts(),
        "instruments": list(GM_NAMES),
        "metres": list(METRES),
        "modes": list(MODES),
        "verbs": verbs,
        "plan": plan,
        "controls": list(dict.fromkeys(sliders)),
        "formats": {
            "read": formats.readable(),
            "suffixes": formats.readable_suffixes(),
            "write": written(),
        },
        "limits": dataclasses.asdict(studio.settings.limits),
        "player": player(),
    }
