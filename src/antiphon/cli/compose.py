"""antiphon compose: from a plan to finished pieces in a folder."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antiphon.errors import AntiphonError

if TYPE_CHECKING:
    from antiphon.cli._record import Record
    from antiphon.inference.compose import Composition
    from antiphon.music.plan import Plan

FORMATS = "mid,wav,png,pdf"
_TOLD_BEST = 10  # pieces of many that are told on the screen; the page has all


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
    metre: Annotated[str | None, typer.Option(help="Time signature. [default: 4/4]")] = None,
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
    adventure: Annotated[
        float | None, typer.Option(help="0 usual, 1 daring. [default: 0.5]")
    ] = None,
    valence: Annotated[float | None, typer.Option(help="Mood: -1 sad, 1 happy.")] = None,
    arousal: Annotated[float | None, typer.Option(help="Mood: -1 calm, 1 excited.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Equal seeds give equal music. [default: 0]")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Written above the score.")] = None,
    plan: Annotated[
        Path | None, typer.Option(help="TOML file with any of the above; flags win over it.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="Pieces to compose.")] = 1,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Keep only so many, the best. [default: all]")
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            help="mid, wav, mp3, ogg, png (roll), pdf, svg, score.png (score), musicxml. "
            f"[default: {FORMATS}]"
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Other weights: a name from `antiphon models`, or a folder.")
    ] = None,
    soundfont: Annotated[
        Path | None, typer.Option(help="An .sf2 or .sf3 file to play with.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("out"),
) -> None:
    """Compose pieces and write them as MIDI, sound, score and picture."""
    flags = {name: v for name, v in locals().items() if name in _PLAN_FLAGS and v is not None}
    # threads that spin while they wait make it 30 s instead of 6 where other programs run, too
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    asked = asked_plan(plan, flags)
    chosen, font = _sounding(formats, soundfont)
    if keep is not None and keep > count:
        raise AntiphonError(
            f"Keep at most as many as are composed: --keep {keep} of --count {count}."
        )
    _check_weights(model or asked.style)
    again = _Again(formats, model, soundfont, out)
    run(asked, count, keep, model, _Delivery(out, chosen, font, again))


_PLAN_FLAGS = (
    "style", "bars", "duration", "form", "key", "mode", "metre", "tempo", "chords", "instruments",
    "density", "adventure", "valence", "arousal", "seed", "title",
)  # fmt: skip


def asked_plan(file: Path | None, flags: Mapping[str, Any]) -> Plan:
    """Return the plan of a file with flags laid over it, checked as far as it can be.

    A length on the command line replaces any length in the file, a key replaces key and mode.

    Raises:
        AntiphonError: something cannot be.
    """
    from antiphon.music.plan import parse_duration, plan_from, read_plan

    values = read_plan(file) if file else {}
    given = dict(flags)
    for mapping in (values, given):
        if isinstance(mapping.get("duration"), str):
            mapping["duration_s"] = parse_duration(mapping.pop("duration"))
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


def _sounding(formats: str | None, soundfont: Path | None) -> tuple[list[str], Path | None]:
    """Return the formats to write and the soundfont, both checked.

    Where nobody asked for sound and there is nothing to play it with, it is left out, and said.
    """
    from antiphon.cli._render import SOUND, parse_formats
    from antiphon.formats._soundfont import find

    chosen = parse_formats(formats or FORMATS)
    if not set(chosen) & set(SOUND):
        return chosen, soundfont
    try:
        return chosen, find(soundfont)
    except AntiphonError as error:
        if formats or soundfont:
            raise
        print(f"Without sound: {error}", file=sys.stderr)
        return [name for name in chosen if name not in SOUND], None


def _check_weights(name: str) -> None:
    from antiphon import models

    models.folder_of(name)


@dataclass(frozen=True)
class _Again:
    """What the command to get a piece again needs beside its plan."""

    formats: str | None
    model: str | None
    soundfont: Path | None
    out: Path

    def command(self, stem: str) -> str:
        words = ["antiphon", "compose", "--plan", str(self.out / f"{stem}.toml")]
        options = {"formats": self.formats, "model": self.model, "soundfont": self.soundfont}
        for name, value in options.items():
            words += [f"--{name}", str(value)] if value else []
        return shlex.join([*words, "--out", str(self.out)])


@dataclass(frozen=True)
class _Delivery:
    """Where and as what pieces are written."""

    out: Path
    formats: list[str]
    soundfont: Path | None
    again: _Again


def run(plan: Plan, count: int, keep: int | None, model: str | None, to: _Delivery) -> None:
    """Compose, write, show, and tell; what is whole when it is stopped stays."""
    from antiphon.cli import _folder
    from antiphon.cli._record import record_of
    from antiphon.cli._render import rendering

    with (
        _folder.opened(to.out) as workshop,
        rendering(to.formats, to.soundfont, keep or count) as renderer,
    ):
        page = _folder.page_name(to.out)
        with _bar("Composing", count) as progress:
            from antiphon.inference.compose import compose as draw  # torch loads only here

            made = draw(plan, count=count, keep=keep, model=model, progress=progress)
        records = [record_of(m) for m in made]
        endings = [f".{name}" for name in (*to.formats, "toml", "json")]
        stems = _folder.named(to.out, records, endings)
        done: list[tuple[str, Record]] = []
        try:
            with _bar("Writing", len(made)) as progress:
                for index in renderer.render([m.piece for m in made], stems, workshop):
                    stem = stems[index]
                    plan_file = workshop / f"{stem}.toml"
                    plan_file.write_text(_plan_text(made[index], stem), encoding="utf-8")
                    done.append((stem, _folder.lay(to.out, workshop, stem, records[index])))
                    progress(len(done))
        finally:
            if done:
                _show(to.out, page, done)
    _tell(done, to, page)


def _plan_text(made: Composition, stem: str) -> str:
    return f"# this piece again: antiphon compose --plan {stem}.toml\n{made.plan.to_toml()}"


def _show(out: Path, page: str, done: Sequence[tuple[str, Record]]) -> None:
    from antiphon.cli._folder import earlier_records
    from antiphon.cli._page import page_of
    from antiphon.formats import write_bytes

    earlier = earlier_records(out, but=[stem for stem, _ in done])
    write_bytes(out / page, page_of(done, earlier).encode())


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield what is told how many are done; people see a bar, or for one that it goes on."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TimeRemainingColumn,
    )

    columns: list[str | ProgressColumn] = ["{task.description}", BarColumn()]
    columns += [MofNCompleteColumn(), TimeRemainingColumn()] if total > 1 else []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total if total > 1 else None)
        yield lambda done: progress.update(task, completed=done)


def _tell(done: Sequence[tuple[str, Record]], to: _Delivery, page: str) -> None:
    """Say what was decided, where it was written, and how to get it again."""
    from antiphon.cli import _words

    if len(done) == 1:
        lines = _words.one(done[0][1])
    else:
        lines = _words.ranking(done[:_TOLD_BEST])
        if len(done) > _TOLD_BEST:
            lines.append(f"     and {len(done) - _TOLD_BEST} more on the page")
    endings = " ".join(f".{name}" for name in (*to.formats, "toml", "json"))
    stems = done[0][0] if len(done) == 1 else f"{done[0][0]} to {done[-1][0]}"
    lines += [
        f"Wrote    {to.out / stems} as {endings}",
        f"Look at  {to.out / page}",
        f"Again    {to.again.command(done[0][0])}",
    ]
    typer.echo("\n".join(lines))
