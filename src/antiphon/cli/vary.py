"""antiphon vary: a piece of which some is drawn anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antiphon.cli._given import (
    Adventure,
    Arousal,
    Chords,
    Count,
    Density,
    File,
    Formats,
    Keep,
    KeyOption,
    Model,
    Out,
    Seed,
    SoundFont,
    Style,
    work_on,
)


def vary(
    file: File,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="0 barely, 0.5 all but the melody, 1 anything.")
    ] = 0.4,
    style: Style = "pop",
    key: KeyOption = None,
    chords: Chords = None,
    density: Density = None,
    adventure: Adventure = 0.5,
    arousal: Arousal = None,
    seed: Seed = 0,
    count: Count = 1,
    keep: Keep = None,
    formats: Formats = None,
    model: Model = None,
    soundfont: SoundFont = None,
    out: Out = Path("out"),
) -> None:
    """Draw some of a piece anew, from barely to anything; what is not drawn stays as it is."""
    work_on("vary", "varied", locals(), own=("strength",))
