"""From a folder of one's own music to trained weights, judged, with a few pieces to hear."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from antiphon.cli._progress import counted
from antiphon.cli.data import tell
from antiphon.errors import AntiphonError

if TYPE_CHECKING:
    from antiphon.music.piece import Piece

_N_PIECES, _N_WRITTEN, _BARS = 12, 3, 32
_PER_SONG = 16  # windows of a held-out song: there are few songs
_FEW = 100  # windows below which a distance says little
_NEEDED = 25  # songs from which on there are commonly enough held-out windows


def train_on(
    data: Path, config: Path | None, model: str, name: str, run: Path | None, budget_s: float | None
) -> None:
    """Prepare, check, train, judge and write; the same command goes on where it stopped."""
    from antiphon import datasets

    name = re.sub(r"[^\w.-]+", "-", name or data.resolve().name).strip("-.") or "mine"
    prepared = Path("data/prepared") / f"folder-{name}"
    with counted(name) as progress:
        done = datasets.prepare("folder", data, prepared, progress=progress)
    typer.echo("It was prepared already." if done.was_finished else f"Prepared {data}.")
    tell(done.report)

    from antiphon.training import own_music  # torch loads only here: workers fork without it
    from antiphon.training._run import OutOfTime
    from antiphon.training.train import train

    found = own_music.amount(prepared)
    config = config or own_music.config_that_came_along(model)
    settings = own_music.settings_for(config, data, prepared, name, found)
    typer.echo(
        f"{found.songs} songs with {found.bars:,} bars to learn from, {found.held_out} to check "
        f"with. Training {settings.model or settings.kind} by {config.name}"
        + (f", begun with {settings.start}." if settings.start else ".")
    )
    folder, unfinished = run or Path("runs") / name, ""
    try:
        train(settings, run=folder, time_budget_s=budget_s)
    except OutOfTime as error:
        if not (folder / "weights" / "config.toml").exists():
            raise
        unfinished = str(error)
    pieces = json.loads((prepared / "pieces.json").read_text(encoding="utf-8"))
    band = own_music.band_of(pieces)
    made = _made(folder, band)
    _write(made[:_N_WRITTEN], folder / "music")
    _judge(made, data, folder, band)
    _tell(folder, prepared, unfinished)


def _made(folder: Path, band: Mapping[str, int]) -> list[Piece]:
    """Return pieces of the new weights, for the parts and instruments of the folder."""
    from antiphon import models

    if not models.takes_plans(folder / "weights"):
        from antiphon.inference.generate import generate

        return generate(str(folder), _N_PIECES, bars=_BARS)
    from antiphon.inference.compose import compose
    from antiphon.music.plan import Plan

    instruments = ",".join(f"{part}={program}" for part, program in band.items())
    plan = Plan(bars=_BARS, instruments=instruments)
    return [made.piece for made in compose(plan, count=_N_PIECES, model=str(folder))]


def _write(pieces: Sequence[Piece], out: Path) -> None:
    """Write pieces as MIDI, picture and, where there is a soundfont, sound."""
    from antiphon import formats
    from antiphon.formats._soundfont import find

    endings = ["mid", "png", "wav"]
    try:
        find(None)
    except AntiphonError as error:
        print(f"Without sound: {error}", file=sys.stderr)
        endings.remove("wav")
    for number, piece in enumerate(pieces, 1):
        for ending in endings:
            formats.write(piece, out / f"{number:03}.{ending}")


def _judge(made: Sequence[Piece], data: Path, folder: Path, band: Mapping[str, int]) -> None:
    """Compare with the songs that were held out, and say it on the screen and in the card."""
    from antiphon.inference import evaluate as verb
    from antiphon.training._card import add_measured

    real, _ = verb.read_dataset("folder", data, ("test", "validation"))
    learned, _ = verb.read_dataset("folder", data, ("train",))
    parts = tuple(part for part in band if part != "drums") or tuple(band)
    protocol = verb.Protocol(parts=parts, max_per_song=_PER_SONG)
    try:
        report = verb.evaluate(made, real, training=learned, protocol=protocol, controls=False)
    except AntiphonError as error:
        sentence = f"Not measured: {error} About {_NEEDED} songs are needed for that."
        typer.echo(sentence)
        add_measured(folder / "weights", sentence)
        return
    verb.write_page(report, folder / "evaluation")
    ours, floor = (report["distance"][side] for side in ("generated", "real"))
    sentence = (
        f"Distance (FD) to held-out songs {ours['fd']:.1f}; held-out songs to one another "
        f"{floor['fd']:.1f}; {report['windows']['n']} windows of {protocol.n_bars} bars a side"
        + (", so few that this is a hint." if report["windows"]["n"] < _FEW else ".")
    )
    typer.echo(sentence)
    add_measured(folder / "weights", sentence)


def _tell(folder: Path, prepared: Path, unfinished: str) -> None:
    """Say where everything lies, and how to go on."""
    from antiphon import models

    hear = "compose --model" if models.takes_plans(folder / "weights") else "generate"
    measured = folder / "evaluation" / "evaluation.md"
    lines = [
        *([unfinished] if unfinished else []),
        f"Music    {folder / 'music'}/",
        f"Weights  {folder / 'weights'}/, their card: antiphon models {folder}",
        *([f"Measured {measured}"] if measured.exists() else []),
        f"Data     {prepared}/, what was left out: {prepared / 'report.html'}",
        "Licence  not for release: whose music it is decides.",
        f"More     antiphon {hear} {folder} --out out",
        "Go on    the same command",
    ]
    typer.echo("\n".join(lines))
