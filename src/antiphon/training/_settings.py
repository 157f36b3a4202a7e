"""A training's config file, and what of it is written down in the run folder."""

from __future__ import annotations

import dataclasses
import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from antiphon.errors import AntiphonError
from antiphon.models._ensemble import config_from, to_toml
from antiphon.training._augment import OPERATIONS
from antiphon.training._objectives import OBJECTIVES, PENALTIES
from antiphon.training._run import RunFolder

PRECISIONS = ("auto", "64-true", "32-true", "bf16-mixed")
# of the CPU time of a style, where a config says nothing: the scribe makes the music
SHARES = {
    "coder": 0.13,
    "choir": 0.02,
    "scribe": 0.58,
    "adversary": 0.03,
    "critic": 0.04,
    "planner": 0.1,
    "progression": 0.09,
    "plan_critic": 0.01,
}
_COUNTS = ("n_iterations", "denoise_iterations", "adversarial_iterations")
_OPEN_END = 1_000_000  # iterations that no CPU time is enough for


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """A config file; every table may be left out.

    Attributes:
        kind: ``"song"`` (pitched parts, with a planner), ``"drums"``, or ``"gan"`` for one of the
            named architectures, whose tables are ``data``, ``network`` and ``training``.
        prepared: folder of a prepared data set.
        model: the architecture of a ``"gan"``, a file of ``antiphon.models``.
        data: how it is shown music.
        network: its sizes.
        training: see `GanTraining`.
        beside: folders of other prepared sets, by which a scribe learns at first what music is like
            in general, each with how often it is drawn next to 1 for its own.
        start: weights, or run folder of the same sizes, whose networks begin this one's.
        checkpoint: small committed checkpoint that an empty run folder begins with.
        release: refuse data whose licence does not allow weights to be released.
        about: text for the weights: licence, data, citation.
    """

    name: str
    kind: str = "song"
    prepared: str = ""
    model: str = ""
    beside: Mapping[str, float] = field(default_factory=dict)
    start: str = ""
    checkpoint: str = ""
    seed: int = 0
    release: bool = False
    about: Mapping[str, str] = field(default_factory=dict)
    coder: Mapping[str, Any] = field(default_factory=dict)
    coder_training: Mapping[str, Any] = field(default_factory=dict)
    choir: Mapping[str, Any] = field(default_factory=dict)
    choir_training: Mapping[str, Any] = field(default_factory=dict)
    scribe: Mapping[str, Any] = field(default_factory=dict)
    scribe_training: Mapping[str, Any] = field(default_factory=dict)
    scribe_tuning: Mapping[str, Any] = field(default_factory=dict)
    adversary: Mapping[str, Any] = field(default_factory=dict)
    adversary_training: Mapping[str, Any] = field(default_factory=dict)
    critic_training: Mapping[str, Any] = field(default_factory=dict)
    planner: Mapping[str, Any] = field(default_factory=dict)
    planner_training: Mapping[str, Any] = field(default_factory=dict)
    progression: Mapping[str, Any] = field(default_factory=dict)
    progression_training: Mapping[str, Any] = field(default_factory=dict)
    plan_critic_training: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    network: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in ("song", "drums", "gan"):
            raise ValueError(f"kind must be 'song', 'drums' or 'gan', not {self.kind!r}")
        if not self.prepared:
            raise ValueError("prepared must name the folder of a prepared data set")
        if self.beside and self.kind != "song":
            raise ValueError("beside is for kind = 'song', whose scribe learns from other sets")
        shares = self.beside.values()
        if not all(isinstance(share, int | float) and share > 0 for share in shares):
            raise ValueError("beside must give every set a number above 0")


@dataclass(frozen=True, kw_only=True)
class GanTraining:
    """The ``[training]`` table.

    Attributes:
        likelihood_iterations: at first the generator learns real segments by heart, where it
            can tell how likely they are.
        cpu_minutes: end after so much CPU time of all processes, if that comes first: equal terms
            for a comparison; 0 for no such end.
        batch_size: segments of an update, over all processes.
        micro_batch_size: segments that a process works on at a time; 0 for all of its share.
        penalty_every: iterations from one penalty to the next, which then weighs as many.
        augment: of ``"transpose"``, ``"rotate"``, ``"cut_out"``; for rolls.
        adapt_to: wanted mean sign of real logits; above 0 the probability of augmentation
            adapts to it (ADA), beginning at 0.
    """

    n_iterations: int = 10_000
    likelihood_iterations: int = 0
    cpu_minutes: float = 0.0
    batch_size: int = 64
    micro_batch_size: int = 0
    objective: str = "non_saturating"
    penalty: str = "none"
    penalty_weight: float = 1.0
    penalty_every: int = 1
    discriminator_updates: int = 1
    generator_learning_rate: float = 2e-4
    discriminator_learning_rate: float = 2e-4
    beta_1: float = 0.5
    beta_2: float = 0.999
    feature_weight: float = 0.0
    likelihood_weight: float = 0.0
    augment: tuple[str, ...] = ()
    augment_probability: float = 0.6
    adapt_to: float = 0.0
    adapt_segments: int = 100_000  # from probability 0 to 1
    ema_decay: float = 0.999
    precision: str = "auto"
    compile: bool = False
    save_every: int = 500
    log_every: int = 50
    sample_every: int = 2000

    def __post_init__(self) -> None:
        for name, known in (
            ("objective", OBJECTIVES),
            ("penalty", PENALTIES),
            ("precision", PRECISIONS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} must be one of {', '.join(known)}, not {getattr(self, name)!r}"
                )
        if not set(self.augment) <= set(OPERATIONS):
            raise ValueError(f"augment must be of {', '.join(OPERATIONS)}, not {self.augment}")
        for name in ("batch_size", "discriminator_updates", "penalty_every", "log_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")


def read_config(path: Path) -> TrainConfig:
    """Read a training config.

    Raises:
        AntiphonError: it is not there, is no TOML, or has an unknown key.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AntiphonError(f"The config {path} cannot be read: {error}.") from error
    values.setdefault("name", path.stem)
    config: TrainConfig = config_from(TrainConfig, values)
    return config


def within(settings: TrainConfig, cpu_minutes: float) -> TrainConfig:
    """Return settings by which a training takes so much CPU time: equal terms for a comparison.

    A GAN trains on until then, however many iterations that are. Stages of a style share the
    time as their own ``cpu_minutes`` do, whose iterations become more or fewer with it, since
    learning rates follow them; or where none has any, as `SHARES`.
    """
    if settings.kind == "gan":
        open_end = {"cpu_minutes": cpu_minutes, "n_iterations": _OPEN_END}
        return dataclasses.replace(settings, training={**settings.training, **open_end})
    stages = SHARES if settings.kind == "song" else ("coder", "choir")
    tables: dict[str, Any] = {f"{stage}_training": {} for stage in stages}
    for name in tables:
        tables[name] = dict(getattr(settings, name))
    shares = {name: float(table.get("cpu_minutes", 0)) for name, table in tables.items()}
    known = any(shares.values())
    if not known:
        shares = {f"{stage}_training": SHARES[stage] for stage in stages}
    times = cpu_minutes / sum(shares.values())
    for name, table in tables.items():
        if share := shares[name]:
            table["cpu_minutes"] = times * share
            for count in _COUNTS if known else ():
                if table.get(count):
                    table[count] = max(1, round(times * table[count]))
    return dataclasses.replace(settings, **tables)


def describe(folder: RunFolder, settings: TrainConfig) -> None:
    """Write the filled-in config and the environment into a run folder."""
    about = {
        "environment": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "threads": torch.get_num_threads(),
        }
    }
    plain = {k: v for k, v in dataclasses.asdict(settings).items() if not isinstance(v, dict)}
    tables = {k: v for k, v in dataclasses.asdict(settings).items() if isinstance(v, dict)}
    text = to_toml({"settings": plain, **tables, **about})
    folder.write("config.toml", text.encode())


def check_same_kind(run: Path, settings: TrainConfig) -> None:
    """Refuse a run folder in which something else was trained.

    Raises:
        AntiphonError: its config is of another kind or model.
    """
    try:
        before = tomllib.loads((run / "config.toml").read_text(encoding="utf-8"))["settings"]
        was = str(before["model"] or before["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return  # nothing was begun there
    if was != (wanted := settings.model or settings.kind):
        raise AntiphonError(
            f"The run folder {run} holds a training of {was}, not of {wanted}: name another "
            "folder with --run."
        )


def check_licence(settings: TrainConfig, pieces: list[dict[str, Any]], folder: str = "") -> None:
    """Refuse songs that may not be released, where the config wants a release.

    Args:
        folder: where they are; the config's own set when left out.

    Raises:
        AntiphonError: the licence of a song does not allow it.
    """
    if settings.release and not all(piece.get("ship", False) for piece in pieces):
        raise AntiphonError(
            f"{folder or settings.prepared} has songs whose licence does not allow weights to be "
            "released: set release = false, or prepare a set that may be shipped."
        )
