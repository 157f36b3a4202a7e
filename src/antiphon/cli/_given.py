"""What the verbs that work on a given piece share: their options, and how they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    from antiphon.music.piece import Piece
    from antiphon.music.plan import Plan

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
Write = Callable[["Piece", "Plan", Progress], "list[Composition]"]


def work_on(
    file: Path,
    verb: str,
    past: str,
    write: Write,
    plan: Mapping[str, Any],
    own: Mapping[str, Any],
    delivery: Mapping[str, Any],
) -> None:
    """Read a piece, have something written for it, and deliver what comes of it.

    Args:
        file: the piece.
        verb: the command.
        past: what has been done, for the names of files: "accompanied".
        write: does it, of the piece, the plan, and what is told how many are done.
        plan: options that are values of a plan.
        own: the command's other options.
        delivery: count, keep, formats, model, soundfont and out.

    Raises:
        AntiphonError: something cannot be; nothing has been written then.
    """
    from antiphon import formats
    from antiphon.music.plan import plan_from

    rather_wait()
    asked = plan_from({name: value for name, value in plan.items() if value is not None})
    given = {name: delivery[name] for name in ("formats", "model", "soundfont", "out")}
    chosen, font = sounding(given["formats"], given["soundfont"])
    count, keep = delivery["count"], delivery["keep"]
    check_counts(count, keep)
    check_weights(given["model"] or asked.style)
    piece = formats.read(file)

    def again(_: str, made: Composition) -> str:
        return command(verb, file, **own, **{**plan, "seed": made.plan.seed}, **given)

    to = Delivery(given["out"], chosen, font, again, name=f"{file.stem}-{past}")

    def make(progress: Progress) -> list[Composition]:
        return write(piece, asked, progress)

    deliver(make, "Writing the new parts", count, keep or count, to)
