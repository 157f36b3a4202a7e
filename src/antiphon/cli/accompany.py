"""antiphon accompany: the parts that a piece lacks, under those it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from antiphon.cli._delivery import Progress
    from antiphon.inference.compose import Composition
    from antiphon.music.piece import Piece
    from antiphon.music.plan import Plan


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

    def write(piece: Piece, plan: Plan, progress: Progress) -> list[Composition]:
        from antiphon.inference.accompany import accompany as verb  # torch loads only here

        return verb(piece, plan=plan, count=count, keep=keep, model=model, progress=progress)

    work_on(
        file, "accompany", "accompanied", write,
        plan={
            "instruments": instruments, "style": style, "key": key, "chords": chords,
            "density": density,
            "adventure": adventure, "arousal": arousal, "seed": seed,
        },
        own={},
        delivery={
            "count": count, "keep": keep, "formats": formats, "model": model,
            "soundfont": soundfont, "out": out,
        },
    )  # fmt: skip
