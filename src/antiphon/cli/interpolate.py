"""antiphon interpolate: a path from one piece to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antiphon.cli._delivery import (
    Delivery,
    Progress,
    check_weights,
    command,
    deliver,
    rather_wait,
    sounding,
)
from antiphon.cli._options import Adventure, Formats, Model, Out, Seed, SoundFont, Style

if TYPE_CHECKING:
    from antiphon.inference.compose import Composition


def interpolate(
    first: Annotated[Path, typer.Argument(help="Where the path begins: a file that can be read.")],
    second: Annotated[Path, typer.Argument(help="Where it ends.")],
    steps: Annotated[
        int, typer.Option(min=3, max=64, help="Pieces on the path, both ends counted.")
    ] = 8,
    style: Style = "pop",
    adventure: Adventure = 0.5,
    seed: Seed = 0,
    formats: Formats = None,
    model: Model = None,
    soundfont: SoundFont = None,
    out: Out = Path("out"),
) -> None:
    """Write the pieces on a path from one piece to another; both ends are the pieces themselves."""
    from antiphon import formats as files
    from antiphon.music.plan import Plan

    rather_wait()
    plan = Plan(style=style, adventure=adventure, seed=seed)
    chosen, font = sounding(formats, soundfont)
    check_weights(model or style)
    pieces = [files.read(path) for path in (first, second)]

    def again(_stem: str, _made: Composition) -> str:
        asked = {"steps": steps, "style": style, "adventure": adventure, "seed": seed}
        asked |= {"formats": formats, "model": model, "soundfont": soundfont, "out": out}
        return command("interpolate", first, second, **asked)

    def make(progress: Progress) -> list[Composition]:
        from antiphon.inference.interpolate import interpolate as walk  # torch loads only here

        return walk(pieces[0], pieces[1], steps, plan=plan, model=model, progress=progress)

    to = Delivery(out, chosen, font, again, name=f"{first.stem}-to-{second.stem}")
    deliver(make, "Writing the path", steps, steps, to)
