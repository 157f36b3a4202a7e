"""antiphon studio: the page on one's own machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antiphon.cli._delivery import rather_wait


def studio(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where it listens. [default: 8765, or a free one]"),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the projects. [default: where programs keep their data]"),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen at. Others than this machine's own are served only with the "
            "token that is printed at the start."
        ),
    ] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that make music.")] = 1,
) -> None:
    """Compose, hear, change and keep music in a page on this machine; no internet is needed."""
    rather_wait()
    from antiphon.web._serving import serve  # numpy loads only here

    serve(port=port, browser=browser, data=data, host=host, n_workers=workers, tell=typer.echo)
