"""antiphon wander: short pieces from places of a map on which a given piece lies, too."""

from __future__ import annotations

from functools import lru_cache, partial
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

EVERYWHERE = " ".join(f"{x},{y}" for y in (0.2, 0.5, 0.8) for x in (0.2, 0.5, 0.8))


def wander(
    piece: Annotated[Path, typer.Argument(help="A file that can be read: it lies on the map.")],
    at: Annotated[
        str, typer.Option(help='Places across and up, 0 to 1, in order: "0.2,0.8 0.5,0.5".')
    ] = EVERYWHERE,
    style: Style = "pop",
    adventure: Adventure = 0.5,
    seed: Seed = 0,
    formats: Formats = None,
    model: Model = None,
    soundfont: SoundFont = None,
    out: Out = Path("out"),
) -> None:
    """Write eight bars from each of some places on a map of a style, on which your piece lies."""
    from antiphon import formats as files
    from antiphon.music.plan import Plan

    rather_wait()
    places = _places(at)
    plan = Plan(style=style, adventure=adventure, seed=seed)
    chosen, font = sounding(formats, soundfont)
    check_weights(model or style)
    given = files.read(piece)

    def again(_stem: str, _made: Composition) -> str:
        asked = {"at": at, "style": style, "adventure": adventure, "seed": seed}
        asked |= {"formats": formats, "model": model, "soundfont": soundfont, "out": out}
        return command("wander", piece, **asked)

    def make(progress: Progress) -> list[Composition]:
        from antiphon.inference.wander import charted  # torch loads only here
        from antiphon.inference.wander import wander as go

        draw = lru_cache(partial(charted, plan=plan, model=model))
        made: list[Composition] = []
        for x, y in places:
            made += go(given, x, y, plan=plan, model=model, draw=draw)
            progress(len(made))
        return made

    n = len(places)
    deliver(make, "Wandering", n, n, Delivery(out, chosen, font, again, name=f"{piece.stem}-map"))


def _places(text: str) -> list[tuple[float, float]]:
    """Return places as they are written.

    Raises:
        AntiphonError: they are written otherwise.
    """
    from antiphon.errors import AntiphonError

    try:
        found = [tuple(map(float, place.split(","))) for place in text.split()]
    except ValueError:
        found = []
    if not found or any(len(place) != 2 for place in found):
        raise AntiphonError(
            f"{text!r} names no places: write them across,up from 0 to 1, such as '0.2,0.8 .5,.5'."
        )
    return [(x, y) for x, y in found]
