"""antiphon inpaint: some bars of a piece made again."""

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


def inpaint(
    file: File,
    bars: Annotated[str, typer.Option(help="Bars to make again: 9-12, or 4,9-12.")],
    tracks: Annotated[
        str | None,
        typer.Option(
            help="Parts (melody,bass), names or instruments (piano) or numbers of tracks that are "
            "made again. [default: all]"
        ),
    ] = None,
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
    """Make some bars of a piece again, between those that stay as they are."""
    work_on("inpaint", "inpainted", locals(), own=("bars", "tracks"))
