"""antiphon vary: a piece of which some is drawn anew."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from antiphon.cli._given import File, with_shared_options, work_on


@with_shared_options
def vary(
    file: File,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="0 barely, 0.5 all but the melody, 1 anything.")
    ] = 0.4,
    **said: Any,
) -> None:
    """Draw some of a piece anew, from barely to anything; what is not drawn stays as it is."""
    work_on("vary", "varied", file, said, strength=strength)
