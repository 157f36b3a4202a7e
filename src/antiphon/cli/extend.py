"""antiphon extend: more bars before, after or within a piece."""

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


def extend(
    file: File,
    bars: Annotated[int, typer.Option(min=1, max=512, help="How many bars more.")] = 8,
    where: Annotated[str, typer.Option(help="start, end or between.")] = "end",
    after: Annotated[
        int | None, typer.Option(min=1, help="Bar after which they come, with --where between.")
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
    """Write more bars before, after or within a piece; its own stay as they are."""
    work_on("extend", "extended", locals(), own=("bars", "where", "after"))
