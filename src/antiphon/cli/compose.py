"""antiphon compose: from a plan to finished pieces in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from antiphon.cli._options import Formats, Keep, Model, MoodCurve, Out, SoundFont

if TYPE_CHECKING:
    from antiphon.inference.compose import Composition
    from antiphon.music.plan import Plan


def compose(
    style: Annotated[str | None, typer.Option(help="Whose weights compose. [default: pop]")] = None,
    bars: Annotated[int | None, typer.Option(help="Length, 1–512. [default: 32]")] = None,
    duration: Annotated[
        str | None, typer.Option(help="Length in minutes and seconds instead, e.g. 2:30.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(help="Sections: AABA, or with lengths 'intro4 A8 A8 B8 ending4'."),
    ] = None,
    key: Annotated[str | None, typer.Option(help="G, Am, 'F# minor', Bb.")] = None,
    mode: Annotated[str | None, typer.Option(help="major or minor.")] = None,
    metre: Annotated[
        str | None, typer.Option(help="Time signature. [default: as the style has it]")
    ] = None,
    tempo: Annotated[float | None, typer.Option(help="Beats a minute, 20–300.")] = None,
    chords: Annotated[
        str | None,
        typer.Option(help="'C Am F G7': one a bar. 'C | F G': bars. 'I vi IV V': numerals."),
    ] = None,
    instruments: Annotated[
        str | None,
        typer.Option(help="Parts, e.g. melody=violin,chords,bass. [default: as the style has it]"),
    ] = None,
    density: Annotated[float | None, typer.Option(help="Notes: 0 few, 1 many.")] = None,
    register: Annotated[float | None, typer.Option(help="How high: 0 low, 1 high.")] = None,
    syncopation: Annotated[float | None, typer.Option(help="0 on the beat, 1 against it.")] = None,
    brightness: Annotated[
        float | None, typer.Option(help="0 dark, the flat side of the key; 1 bright.")
    ] = None,
    tension: Annotated[float | None, typer.Option(help="0 consonant, 1 clashing.")] = None,
    loudness: Annotated[float | None, typer.Option(help="0 soft, 1 loud.")] = None,
    adventure: Annotated[
        float | None, typer.Option(help="0 usual, 1 daring. [default: 0.5]")
    ] = None,
    valence: Annotated[float | None, typer.Option(help="Mood: -1 sad, 1 happy.")] = None,
    arousal: Annotated[float | None, typer.Option(help="Mood: -1 calm, 1 excited.")] = None,
    mood_curve: MoodCurve = None,
    seed: Annotated[
        int | None, typer.Option(help="Equal seeds give equal music. [default: 0]")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Written above the score.")] = None,
    plan: Annotated[
        Path | None, typer.Option(help="TOML file with any of the above; flags win over it.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="Pieces to compose.")] = 1,
    keep: Keep = None,
    formats: Formats = None,
    model: Model = None,
    soundfont: SoundFont = None,
    out: Out = Path("out"),
) -> None:
    """Compose pieces and write them as MIDI, sound, score and picture."""
    flags = {name: v for name, v in locals().items() if name in _PLAN_FLAGS and v is not None}
    rather_wait()
    asked = asked_plan(plan, flags)
    chosen, font = sounding(formats, soundfont)
    check_counts(count, keep)
    check_weights(model or asked.style)

    def again(stem: str, _: Composition) -> str:
        written = {"formats": formats, "model": model, "soundfont": soundfont, "out": out}
        return command("compose", "--plan", out / f"{stem}.toml", **written)

    def make(progress: Progress) -> list[Composition]:
        from antiphon.inference.compose import compose as draw  # torch loads only here

        return draw(asked, count=count, keep=keep, model=model, progress=progress)

    to = Delivery(out, chosen, font, again, has_plan=True)
    deliver(make, "Composing", count, keep or count, to)


_PLAN_FLAGS = (
    "style", "bars", "duration", "form", "key", "mode", "metre", "tempo", "chords", "instruments",
    "density", "register", "syncopation", "brightness", "tension", "loudness", "adventure",
    "valence", "arousal", "mood_curve", "seed", "title",
)  # fmt: skip


def asked_plan(file: Path | None, flags: Mapping[str, Any]) -> Plan:
    """Return the plan of a file with flags laid over it, checked as far as it can be.

    A length on the command line replaces any length in the file, a key replaces key and mode, a
    mood any mood.

    Raises:
        AntiphonError: something cannot be.
    """
    from antiphon.music.plan import parse_duration, plan_from, read_plan

    values = read_plan(file) if file else {}
    given = dict(flags)
    for mapping in (values, given):
        if isinstance(mapping.get("duration"), str):
            mapping["duration_s"] = parse_duration(mapping.pop("duration"))
    if given.keys() & {"valence", "arousal"}:
        values.pop("mood_curve", None)
    elif "mood_curve" in given:
        values = {k: v for k, v in values.items() if k not in ("valence", "arousal")}
    if given.keys() & {"bars", "duration_s"}:
        values = {k: v for k, v in values.items() if k not in ("bars", "duration_s")}
    if "key" in given:
        values.pop("mode", None)
    plan = plan_from({**values, **given})
    if plan.duration_s is None:
        plan.sections(plan.n_bars(0))
    elif plan.tempo is not None:
        plan.sections(plan.n_bars(plan.tempo))
    return plan
