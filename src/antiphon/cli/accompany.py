"""antiphon accompany: the parts that a piece lacks, under those it has."""

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


def accompany(
    file: File,
    instruments: Annotated[
        str | None,
        typer.Option(
            help="Parts to write, e.g. chords,bass=33,drums. [default: all that are missing]"
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
    """Write the parts a piece lacks; every note of yours stays as it is."""
    work_on("accompany", "accompanied", locals())
