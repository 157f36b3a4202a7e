"""What the verbs that work on a given piece share: their options, and how they run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antiphon.cli._delivery import (
    FORMATS,
    Delivery,
    Progress,
    check_counts,
    check_weights,
    command,
    deliver,
    rather_wait,
    sounding,
)

if TYPE_CHECKING:
    from antiphon.inference.compose import Composition

File = Annotated[Path, typer.Argument(help="A MIDI, MusicXML or ABC file.")]
Style = Annotated[str, typer.Option(help="Whose weights write.")]
KeyOption = Annotated[
    str | None, typer.Option("--key", help="The piece's key, where it is heard wrongly: G, Am.")
]
Chords = Annotated[
    str | None,
    typer.Option(help="Its chords from bar 1 on: 'C | Am | F G'. [default: found or chosen]"),
]
Density = Annotated[float | None, typer.Option(help="New notes: 0 few, 1 many.")]
Adventure = Annotated[float, typer.Option(help="0 usual, 1 daring.")]
Arousal = Annotated[float | None, typer.Option(help="Mood of what is new: -1 calm, 1 excited.")]
Seed = Annotated[int, typer.Option(help="Equal seeds give equal music.")]
Count = Annotated[int, typer.Option(min=1, max=1000, help="Alternatives to write.")]
Keep = Annotated[
    int | None, typer.Option(min=1, help="Keep only so many, the best. [default: all]")
]
Formats = Annotated[
    str | None,
    typer.Option(
        help="mid, wav, mp3, ogg, png (roll), pdf, svg, score.png (score), musicxml. "
        f"[default: {FORMATS}]"
    ),
]
Model = Annotated[
    str | None, typer.Option(help="Other weights: a name from `antiphon models`, or a folder.")
]
SoundFont = Annotated[
    Path | None, typer.Option("--soundfont", help="An .sf2 or .sf3 file to play with.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")]

_OF_PLAN = ("instruments", "style", "key", "chords", "density", "adventure", "arousal", "seed")


def work_on(verb: str, past: str, said: Mapping[str, Any], own: Sequence[str] = ()) -> None:
    """Read a piece, have a verb work on it, and deliver what comes of it.

    Args:
        verb: the command, and the function in the file of that name.
        past: what has been done, for the names of files: "accompanied".
        said: all options by name.
        own: those that only this command has; the function takes them by these names.

    Raises:
        AntiphonError: something cannot be; nothing has been written then.
    """
    from antiphon import formats
    from antiphon.music.plan import plan_from

    rather_wait()
    file, count, keep = said["file"], said["count"], said["keep"]
    of_plan = {name: said[name] for name in _OF_PLAN if said.get(name) is not None}
    mine = {name: said[name] for name in own}
    delivery = {name: said[name] for name in ("formats", "model", "soundfont", "out")}
    plan = plan_from(of_plan)
    chosen, font = sounding(said["formats"], said["soundfont"])
    check_counts(count, keep)
    check_weights(said["model"] or plan.style)
    piece = formats.read(file)

    def again(_: str, made: Composition) -> str:
        return command(verb, file, **mine, **{**of_plan, "seed": made.plan.seed}, **delivery)

    def make(progress: Progress) -> list[Composition]:
        module = importlib.import_module(f"antiphon.inference.{verb}")  # torch loads only here
        work: Callable[..., list[Composition]] = getattr(module, verb)
        how = {"count": count, "keep": keep, "model": said["model"], "progress": progress}
        return work(piece, plan=plan, **mine, **how)

    to = Delivery(said["out"], chosen, font, again, name=f"{file.stem}-{past}")
    deliver(make, "Writing the new parts", count, keep or count, to)
