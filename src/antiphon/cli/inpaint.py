"""antiphon inpaint: some bars of a piece made again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from antiphon.cli._given import File, with_shared_options, work_on


@with_shared_options
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
    **said: Any,
) -> None:
    """Make some bars of a piece again, between those that stay as they are."""
    work_on("inpaint", "inpainted", file, said, bars=bars, tracks=tracks)
