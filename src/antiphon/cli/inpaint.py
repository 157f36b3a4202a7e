"""antiphon inpaint: some bars of a piece made again."""

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

    def write(piece: Piece, plan: Plan, progress: Progress) -> list[Composition]:
        from antiphon.inference.inpaint import inpaint as verb  # torch loads only here

        return verb(
            piece,
            bars=bars,
            tracks=tracks,
            plan=plan,
            count=count,
            keep=keep,
            model=model,
            progress=progress,
        )

    work_on(
        file, "inpaint", "inpainted", write,
        plan={
            "style": style, "key": key, "chords": chords, "density": density,
            "adventure": adventure, "arousal": arousal, "seed": seed,
        },
        own={"bars": bars, "tracks": tracks},
        delivery={
            "count": count, "keep": keep, "formats": formats, "model": model,
            "soundfont": soundfont, "out": out,
        },
    )  # fmt: skip
