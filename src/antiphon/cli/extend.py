"""antiphon extend: more bars before, after or within a piece."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from antiphon.cli._given import File, with_shared_options, work_on


@with_shared_options
def extend(
    file: File,
    bars: Annotated[int, typer.Option(min=1, max=512, help="How many bars more.")] = 8,
    where: Annotated[str, typer.Option(help="start, end or between.")] = "end",
    after: Annotated[
        int | None, typer.Option(min=1, help="Bar after which they come, with --where between.")
    ] = None,
    **said: Any,
) -> None:
    """Write more bars before, after or within a piece; its own stay as they are."""
    work_on("extend", "extended", file, said, bars=bars, where=where, after=after)
