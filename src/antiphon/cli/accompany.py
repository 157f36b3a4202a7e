"""antiphon accompany: the parts that a piece lacks, under those it has."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from antiphon.cli._given import File, with_shared_options, work_on


@with_shared_options
def accompany(
    file: File,
    instruments: Annotated[
        str | None,
        typer.Option(
            help="Parts to write, e.g. chords,bass=33,drums. [default: all that are missing]"
        ),
    ] = None,
    **said: Any,
) -> None:
    """Write the parts a piece lacks; every note of yours stays as it is."""
    work_on("accompany", "accompanied", file, {**said, "instruments": instruments})
