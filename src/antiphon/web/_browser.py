"""Whether the page can play: the browser packages and the soundfont that set-up fetches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.formats import _soundfont

VENDOR = Path(__file__).parent / "_vendor"  # set-up fetches what is in it
FILES = {"lib": "spessasynth_lib.js", "worklet": "spessasynth_processor.min.js"}


def player() -> dict[str, Any]:
    """Say whether the page can play, and what would be right where it cannot."""
    try:
        font, sentence = _soundfont.find().name, ""
    except AntiphonError as error:
        font, sentence = "", str(error)
    if not all((VENDOR / name).is_file() for name in FILES.values()):
        sentence = (
            "This installation lacks the synthesizer for the browser, so pieces are played as "
            "sound files: `python scripts/bootstrap.py` in the checkout fetches it."
        )
    files = {name: f"/vendor/{file}" for name, file in FILES.items()}
    return {"ready": not sentence, "soundfont": font, "sentence": sentence, "files": files}
