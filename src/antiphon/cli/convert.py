"""antiphon convert: a piece in another style, another mood, for other instruments."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from antiphon.cli._given import File, with_shared_options, work_on


@with_shared_options
def convert(
    file: File,
    style: Annotated[str | None, typer.Option(help="classical, pop, folk or jazz.")] = None,
    mood: Annotated[str | None, typer.Option(help="happy, sad, calm or tense.")] = None,
    instruments: Annotated[
        str | None,
        typer.Option(help="Who plays what, e.g. melody=violin,chords=guitar,bass=cello."),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="0 barely, 0.5 most of the tune stays, 1 far.")
    ] = 0.5,
    converter: Annotated[
        str, typer.Option(help="Weights that convert styles: a name, or a folder.")
    ] = "converter",
    **said: Any,
) -> None:
    """Turn a piece into another style, another mood, or give it to other instruments."""
    own = {"style": style, "mood": mood, "instruments": instruments}
    asked = {name: value for name, value in own.items() if value is not None}
    work_on("convert", "converted", file, said, **asked, strength=strength, converter=converter)
