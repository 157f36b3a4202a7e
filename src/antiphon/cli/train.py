"""antiphon train: train a network by its config, or go on where it stopped."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from antiphon.errors import AntiphonError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def train(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="A TOML file below configs/.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A folder of your own MIDI, MusicXML or ABC to learn from.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="With --data: song, musegan, rcgan, dcgan, … [default: song]")
    ] = "",
    name: Annotated[
        str, typer.Option(help="With --data: of run and weights. [default: the folder's]")
    ] = "",
    run: Annotated[
        Path | None,
        typer.Option(help="Run folder; goes on with what is there. [default: runs/NAME]"),
    ] = None,
    time_budget: Annotated[
        str, typer.Option(help="Stop with a checkpoint after so long, e.g. 90s, 30m, 8h.")
    ] = "",
) -> None:
    """Train a network by its config or on your own music, or go on where it stopped."""
    budget_s = seconds(time_budget) if time_budget else None
    if data is None and (model or name):
        raise AntiphonError("--model and --name go with --data FOLDER, your own music.")
    if data is None and config is None:
        raise typer.BadParameter(
            "name a config, such as configs/pop.toml, or your own music: --data FOLDER"
        )
    if config is not None and model:
        raise AntiphonError("A config names its model: give CONFIG or --model, not both.")
    if config is not None and not config.is_file():
        raise AntiphonError(f"There is no config {config}; those that come along lie in configs/.")
    if data is not None:
        from antiphon.cli._own import train_on

        train_on(data, config, model or "song", name, run, budget_s)
        return
    from antiphon.training.train import train as teach  # torch loads only when needed

    assert config is not None
    folder = teach(config, run=run, time_budget_s=budget_s)
    if os.environ.get("RANK", "0") != "0":
        return  # one of several processes speaks for all
    from antiphon import models

    hear = "compose --model" if models.takes_plans(folder) else "generate"
    typer.echo(f"Wrote {folder}. The same command trains on; hear it: antiphon {hear} {folder}")


def seconds(text: str) -> float:
    """Return the seconds of a time budget such as ``90s``, ``30m``, ``1.5h`` or ``2d``.

    Raises:
        AntiphonError: it is no length of time, or not above zero.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", text.strip().lower())
    if not match or float(match[1]) == 0:
        raise AntiphonError(
            f"{text!r} is no time budget: write a number above 0 and s, m, h or d, e.g. 30m."
        )
    return float(match[1]) * _UNITS[match[2]]
