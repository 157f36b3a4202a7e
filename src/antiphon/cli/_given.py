"""What the verbs that work on a given piece share: their options, and how they run."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from antiphon.cli._delivery import (
    Delivery,
    Progress,
    check_counts,
    check_weights,
    command,
    deliver,
    rather_wait,
    sounding,
)
from antiphon.cli._options import (
    Adventure,
    Formats,
    Keep,
    Model,
    MoodCurve,
    Out,
    Seed,
    SoundFont,
    Style,
)

if TYPE_CHECKING:
    from antiphon.inference.compose import Composition

Verb = TypeVar("Verb", bound=Callable[..., None])
File = Annotated[
    Path, typer.Argument(help="A MIDI, MusicXML or ABC file, or a recording of a tune.")
]
_OF_PLAN = (
    "instruments", "style", "key", "chords", "density", "register", "syncopation", "brightness",
    "tension", "loudness", "adventure", "arousal", "mood_curve", "seed",
)  # fmt: skip


def _shared(
    style: Style = "pop",
    key: Annotated[
        str | None, typer.Option(help="The piece's key, where it is heard wrongly: G, Am.")
    ] = None,
    chords: Annotated[
        str | None,
        typer.Option(help="Its chords from bar 1 on: 'C | Am | F G'. [default: found or chosen]"),
    ] = None,
    density: Annotated[float | None, typer.Option(help="New notes: 0 few, 1 many.")] = None,
    register: Annotated[float | None, typer.Option(help="New notes: 0 low, 1 high.")] = None,
    syncopation: Annotated[
        float | None, typer.Option(help="New notes: 0 on the beat, 1 against it.")
    ] = None,
    brightness: Annotated[
        float | None, typer.Option(help="New notes: 0 dark (flat), 1 bright (sharp).")
    ] = None,
    tension: Annotated[
        float | None, typer.Option(help="New notes: 0 consonant, 1 clashing.")
    ] = None,
    loudness: Annotated[float | None, typer.Option(help="New notes: 0 soft, 1 loud.")] = None,
    adventure: Adventure = 0.5,
    arousal: Annotated[
        float | None, typer.Option(help="Mood of what is new: -1 calm, 1 excited.")
    ] = None,
    mood_curve: MoodCurve = None,
    seed: Seed = 0,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Alternatives to write.")] = 1,
    keep: Keep = None,
    formats: Formats = None,
    model: Model = None,
    soundfont: SoundFont = None,
    out: Out = Path("out"),
) -> None:
    """The options of every verb that works on a given piece."""


def with_shared_options(verb: Verb) -> Verb:
    """Give a command the shared options where it takes ``**said``, but for those it has itself."""
    own = inspect.signature(verb, eval_str=True)
    mine = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    named = {p.name for p in mine}
    every_verb = inspect.signature(_shared, eval_str=True).parameters.values()
    shared = [p for p in every_verb if p.name not in named]
    every = [p.replace(kind=p.KEYWORD_ONLY) for p in (*mine, *shared)]
    verb.__signature__ = own.replace(parameters=every)  # type: ignore[attr-defined]
    verb.__annotations__ = {p.name: p.annotation for p in every}
    return verb


def work_on(
    verb: str, past: str, file: Path, said: Mapping[str, Any], **own: str | float | None
) -> None:
    """Read a piece, have a verb work on it, and deliver what comes of it.

    Args:
        verb: the command, and the function in the file of that name.
        past: what has been done, for the names of files: "accompanied".
        file: the piece.
        said: the shared options, and the plan's own, by name.
        own: options that only this command has; the function takes them by these names.

    Raises:
        AntiphonError: something cannot be; nothing has been written then.
    """
    from antiphon import formats
    from antiphon.music.plan import plan_from

    rather_wait()
    count, keep = said["count"], said["keep"]
    of_plan = {name: said[name] for name in _OF_PLAN if said.get(name) is not None}
    delivery = {name: said[name] for name in ("formats", "model", "soundfont", "out")}
    plan = plan_from(of_plan)
    chosen, font = sounding(said["formats"], said["soundfont"])
    check_counts(count, keep)
    check_weights(said["model"] or plan.style)
    piece = formats.read(file)

    def again(_: str, made: Composition) -> str:
        return command(verb, file, **own, **{**of_plan, "seed": made.plan.seed}, **delivery)

    def make(progress: Progress) -> list[Composition]:
        module = importlib.import_module(f"antiphon.inference.{verb}")  # torch loads only here
        work: Callable[..., list[Composition]] = getattr(module, verb)
        how = {"count": count, "keep": keep, "model": said["model"], "progress": progress}
        return work(piece, plan=plan, **own, **how)

    to = Delivery(said["out"], chosen, font, again, name=f"{file.stem}-{past}")
    deliver(make, "Writing the new parts", count, keep or count, to)
