"""Training on a folder of one's own music: whether it is enough, and with which settings.

The settings are those of a config that comes along, fitted to the amount of music: songs begin
with the shipped pop weights, since a few songs teach a way of writing, not writing; rolls of
little music are augmented in the discriminator (DiffAugment, Zhao et al., NeurIPS 2020).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antiphon.errors import AntiphonError, unknown
from antiphon.models._gan import architectures, view_of
from antiphon.representations.bars import PARTS
from antiphon.representations.prepared import load_tables
from antiphon.representations.roll_view import RollView
from antiphon.training._settings import TrainConfig, read_config

_CONFIGS = (Path(__file__).parent / "_configs", Path(__file__).parents[3] / "configs")
_IN_A_ROW = 16  # bars that a song needs to be learned from
_MIN_SONGS, _MIN_BARS = 3, 128  # of the train split
_PASSES = 10  # of the scribe through the bars
_SCRIBE = (60, 1500)  # iterations, at the least and at the most
_GAN_PASSES, _FEWEST = 200, 500  # of a named GAN through the bars; iterations at the least
_LITTLE = 20_000  # bars below which rolls are augmented


@dataclass(frozen=True)
class Amount:
    """How much music there is to learn from, of songs with enough bars in a row."""

    songs: int
    bars: int
    held_out: int  # songs of the validation split


def amount(prepared: Path) -> Amount:
    """Count what a prepared folder holds.

    Raises:
        AntiphonError: it is too little; the sentence says what there is and what is needed.
    """
    songs, bars = _long_enough(prepared, "train")
    held_out, _ = _long_enough(prepared, "validation")
    found = Amount(songs, bars, held_out)
    if songs < _MIN_SONGS or bars < _MIN_BARS or not held_out:
        raise AntiphonError(
            f"That is too little music: {songs} songs with {bars} bars to learn from and "
            f"{held_out} to check with have {_IN_A_ROW} bars in a row; at least {_MIN_SONGS} songs "
            f"with {_MIN_BARS} bars and 1 are needed: add songs, or see "
            f"{prepared / 'report.html'} for why some were left out."
        )
    return found


def _long_enough(prepared: Path, split: str) -> tuple[int, int]:
    """Return songs with enough bars in a row in a split, and the bars of these rows."""
    try:
        tables = load_tables(prepared, split)
    except AntiphonError:  # no bar in the split
        return 0, 0
    rows = [
        (int(tables.bars["piece"][first]), int(stop - first))
        for first, stop in zip(tables.starts[:-1], tables.starts[1:], strict=True)
        if stop - first >= _IN_A_ROW
    ]
    return len({piece for piece, _ in rows}), sum(length for _, length in rows)


def config_that_came_along(model: str) -> Path:
    """Return the config for a model: ``"song"``, or a named GAN.

    Raises:
        AntiphonError: no config for it came along.
    """
    name = "own" if model == "song" else model
    known = ["song", *architectures()]
    for folder in _CONFIGS:
        if model in known and (folder / f"{name}.toml").exists():
            return folder / f"{name}.toml"
    raise unknown(model, "models that train on a folder", known)


def settings_for(config: Path, data: Path, prepared: Path, name: str, found: Amount) -> TrainConfig:
    """Return a config's settings, fitted to a folder of music.

    Args:
        data: the folder, as the card names it.
        prepared: the same, prepared.
        name: of the run and its weights.
    """
    settings = read_config(config)
    about = {
        "style": "own",
        "data": f"the folder {data.resolve().name}",
        "licence": "yours to judge, as the music is",
    }
    settings = dataclasses.replace(
        settings, name=name, prepared=str(prepared), release=False, checkpoint="", about=about
    )
    if settings.kind == "song":
        return _fitted_song(settings, found)
    return _fitted_gan(settings, found) if settings.kind == "gan" else settings


def _fitted_song(settings: TrainConfig, found: Amount) -> TrainConfig:
    training = dict(settings.scribe_training)
    windows = training.get("batch_size", 32) * training.get("n_bars", 12)
    least, most = _SCRIBE
    training["n_iterations"] = min(most, max(least, round(_PASSES * found.bars / windows)))
    return dataclasses.replace(settings, scribe_training=training)


def _fitted_gan(settings: TrainConfig, found: Amount) -> TrainConfig:
    training = dict(settings.training)
    passes = round(_GAN_PASSES * found.bars / training.get("batch_size", 64))
    most = training.get("n_iterations", 10_000)
    training["n_iterations"] = min(most, max(_FEWEST, passes))
    view = view_of(settings.model, settings.data)
    if isinstance(view, RollView) and view.condition_shape == (0,) and found.bars < _LITTLE:
        training["augment"] = ["transpose", "cut_out"]
    return dataclasses.replace(settings, training=training)


def band_of(pieces: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the parts that at least half of the songs have, each with its most common program."""
    playing: dict[str, Counter[int]] = {part: Counter() for part in PARTS}
    for piece in pieces:
        programs = piece.get("labels", {}).get("programs", {})
        for part in piece.get("parts", ()):
            playing[part][programs.get(part, 0)] += 1
    most = max((sum(counts.values()) for counts in playing.values()), default=0)
    return {
        part: counts.most_common(1)[0][0]
        for part, counts in playing.items()
        if 2 * sum(counts.values()) >= max(most, 1)
    }
