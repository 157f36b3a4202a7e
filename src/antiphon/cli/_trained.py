"""Configs among what is compared: all of them checked first, then trained one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from antiphon.errors import AntiphonError

if TYPE_CHECKING:
    from antiphon.training.train import TrainConfig


@dataclass(frozen=True)
class _Config:
    """A config to train.

    Attributes:
        path: its file.
        settings: what it says; its name is that of the run folder below ``runs/``.
    """

    path: Path
    settings: TrainConfig

    @property
    def run(self) -> Path:
        return Path("runs") / self.settings.name

    @property
    def has_weights(self) -> bool:
        return (self.run / "weights" / "config.toml").exists()


def trained(asked: Sequence[str], cpu_minutes: float | None, budget_s: float | None) -> list[str]:
    """Return the names, with the run folder in place of each config, which is trained first.

    Args:
        asked: names, folders and configs; ``NAME=CONFIG`` trains it under another name.
        cpu_minutes: of each training, if not as long as its config says.
        budget_s: time of each training on the clock, in seconds.

    Raises:
        AntiphonError: one of them cannot be compared, a config cannot be trained, two share a
            name, or a limit is given with no config.
    """
    from antiphon.inference.compare import check_names, named, systems

    places = [named(text) for text in asked]
    if not any(place.endswith(".toml") for _, place in places) and (cpu_minutes or budget_s):
        raise AntiphonError("--cpu-minutes and --time-budget are for configs (.toml) to train.")
    found = [
        _config(name, place, cpu_minutes) if place.endswith(".toml") else text
        for text, (name, place) in zip(asked, places, strict=True)
    ]
    ready = [system.name for system in systems([one for one in found if isinstance(one, str)])]
    check_names(ready + [one.settings.name for one in found if isinstance(one, _Config)])
    return [one if isinstance(one, str) else _taught(one, budget_s) for one in found]


def _config(name: str, place: str, cpu_minutes: float | None) -> _Config:
    from antiphon.training._settings import read_config, within

    path = Path(place)
    if not path.is_file():
        raise AntiphonError(f"There is no config {place}; those that come along lie in configs/.")
    settings = read_config(path)
    if settings.kind == "drums":
        raise AntiphonError(f"{place} learns drums alone, no whole pieces: it cannot be compared.")
    if settings.data.get("view") == "spectrograms":
        raise AntiphonError(f"{place} makes sounds, not notes: it cannot be compared as music.")
    if not Path(settings.prepared).is_dir():
        raise AntiphonError(
            f"{place} learns from {settings.prepared}, which is not there: antiphon data prepare."
        )
    if name != path.name:
        settings = replace(settings, name=name)
    return _Config(path, settings if cpu_minutes is None else within(settings, cpu_minutes))


def _taught(config: _Config, budget_s: float | None) -> str:
    """Train a config, or go on with its run; return the run folder.

    What stopped when its time was up and has weights is not trained for as long again.
    """
    from antiphon.training._run import OutOfTime
    from antiphon.training.train import train

    run = str(config.run)
    if budget_s is not None and config.has_weights:
        return run
    typer.echo(f"Training {config.settings.name} by {config.path} ({run}/)", err=True)
    try:
        train(config.settings, run=config.run, time_budget_s=budget_s)
    except OutOfTime:
        if not config.has_weights:
            raise
    return run
