"""antiphon models: the weights that came along, and the card of one of them."""

from __future__ import annotations

from typing import Annotated

import typer


def models(
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="Show the card of these weights."),
    ] = "",
) -> None:
    """List the weights that came along, or show the card of one of them."""
    from antiphon import models as room

    if name:
        typer.echo(room.card(name).strip())
        return
    shipped = room.shipped()
    if not shipped:
        typer.echo("No weights came along with this installation. Train some: antiphon train.")
        return
    rows = [("NAME", "SIZE", "LICENCE", "TRAINED ON"), *(_row(name) for name in shipped)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())
    typer.echo("\nThe card of one: antiphon models NAME")


def _row(name: str) -> tuple[str, str, str, str]:
    """Return name, size, licence and data of shipped weights, from their own files."""
    import tomllib

    from antiphon import models as room

    folder = room.folder_of(name)
    about = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8")).get("about", {})
    n_bytes = (folder / "weights.safetensors").stat().st_size
    size = f"{n_bytes / 1e6:.1f} MB"
    return name, size, str(about.get("licence", "see card")), str(about.get("data", "see card"))
