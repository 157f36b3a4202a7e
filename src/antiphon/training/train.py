"""Train: from a config and a prepared data set to weights, stage by stage.

coder → scribe and its critic → planner, chords and their critic for songs, with the choir before
a scribe that listens to it (`level` below 1); coder → drummer for drums. Every stage keeps its own
checkpoint in the run folder; the same command goes on where the last one stopped.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from antiphon.models import choir
from antiphon.models._coder import CoderConfig
from antiphon.models._critic import Critic
from antiphon.models._ensemble import Ensemble, config_from, write_ensemble
from antiphon.models.progression import Config as ProgressionConfig
from antiphon.models.progression import Progression
from antiphon.models.scribe import Config as ScribeConfig
from antiphon.models.scribe import Scribe
from antiphon.representations.drums import DRUM_CONDITION_SIZE, N_DRUMS, drum_rolls
from antiphon.representations.outline import (
    CHORDS_SIZE,
    FORM_SIZE,
    OUTLINE_CONDITION_SIZE,
)
from antiphon.representations.prepared import Prepared, Tables
from antiphon.training import _monitor
from antiphon.training._card import write_card
from antiphon.training._checkpoint import unpack_into, write_checkpoint
from antiphon.training._drum_segments import DrumSegments, blank_chords
from antiphon.training._listening import Listener
from antiphon.training._opening import Beside, hears_choir, open_drums, open_song
from antiphon.training._outline_segments import OutlineSegments
from antiphon.training._run import OutOfTime, RunFolder
from antiphon.training._score_batches import ScoreBatches
from antiphon.training._segments import Segments
from antiphon.training._settings import TrainConfig, check_same_kind, describe, read_config
from antiphon.training._start import Start
from antiphon.training._style_tables import N_QUANTILES, song_tables
from antiphon.training.adversary import AdversaryTraining, train_adversary
from antiphon.training.choir import ChoirTraining, train_choir
from antiphon.training.coder import CoderTraining, batch, train_coder
from antiphon.training.critic import CriticTraining, train_critic
from antiphon.training.plan_critic import PlanCriticTraining, train_plan_critic
from antiphon.training.progression import ProgressionBatches, ProgressionTraining, train_progression
from antiphon.training.scribe import ScribeTraining, train_scribe

__all__ = ["TrainConfig", "read_config", "train"]

_STAGE, _TWO = ("n_iterations",), ("denoise_iterations", "adversarial_iterations")
_COUNTS = {
    "coder_training": _STAGE,
    "choir_training": _TWO,
    "scribe_training": _STAGE,
    "adversary_training": _STAGE,
    "critic_training": _STAGE,
    "planner_training": _TWO,
    "progression_training": _STAGE,
    "plan_critic_training": _STAGE,
}
# sizes of the planner and the drummer
_SMALL = {
    "width": 96,
    "n_blocks": 4,
    "n_heads": 4,
    "discriminator_width": 64,
    "discriminator_blocks": 3,
    "noise_size": 32,
}


def train(
    config: Path | TrainConfig, *, run: Path | None = None, time_budget_s: float | None = None
) -> Path:
    """Train what a config describes, or go on; return the folder of the weights.

    Args:
        config: a TOML file, see `TrainConfig`, or what it says.
        run: run folder; ``runs/NAME`` when left out.
        time_budget_s: stop after so many seconds, with everything saved.

    Raises:
        AntiphonError: config or data cannot be used, or the data's licence forbids a release.
    """
    settings = read_config(config) if isinstance(config, Path) else config
    path = run or Path("runs") / settings.name
    check_same_kind(path, settings)
    if settings.kind == "gan":
        from antiphon.training.gan import train_gan  # its engine takes long to load

        return train_gan(settings, path, time_budget_s)
    folder = RunFolder(path)
    splits: Any = open_drums(settings) if settings.kind == "drums" else open_song(settings)
    if settings.checkpoint and not any(folder.path.glob("*.safetensors")):
        unpack_into(folder, Path(settings.checkpoint), settings.name)
    describe(folder, settings)
    deadline = None if time_budget_s is None else time.monotonic() + time_budget_s
    report = _monitor.Monitor(folder, deadline)
    try:
        _make(settings, splits, folder, report)
    except OutOfTime:
        if Start(settings.start).tables:  # every network is there from the beginning
            _make(_as_far_as_it_came(settings), splits, folder, report)
        raise
    finally:
        report.close()
    write_checkpoint(folder.path, folder.path / "checkpoint")
    return folder.path / "weights"


def _make(settings: TrainConfig, splits: Any, run: RunFolder, report: _monitor.Monitor) -> None:
    """Run every stage and write the weights."""
    make = _drums if settings.kind == "drums" else _song
    ensemble = make(settings, splits, run, report)
    write_ensemble(ensemble, run.path / "weights")
    write_card(run.path / "weights", settings, splits[0].pieces)


def _as_far_as_it_came(settings: TrainConfig) -> TrainConfig:
    """Return settings by which no stage iterates: each takes what its checkpoint or start has."""
    none: dict[str, Any] = {
        name: {**table, **dict.fromkeys(counts, 0)}
        for name, table in vars(settings).items()
        if (counts := _COUNTS.get(name))
    }
    return dataclasses.replace(settings, **none)


def _song(
    settings: TrainConfig,
    splits: tuple[Prepared, Prepared, Beside],
    run: RunFolder,
    report: _monitor.Monitor,
) -> Ensemble:
    data, held_out, beside = splits
    start = Start(settings.start)
    coder = train_coder(
        config_from(CoderConfig, settings.coder),
        config_from(CoderTraining, settings.coder_training),
        lambda size, rng: batch(data, rng.integers(len(data.bars), size=size), rng),
        lambda size, rng: batch(held_out, rng.integers(len(held_out.bars), size=size), None),
        run,
        seed=settings.seed,
        report=report,
        first=start.coder,
    )
    sizes = coder.config.latent_sizes
    config = config_from(choir.Config, {**settings.choir, "latent_sizes": list(sizes)})
    segments = Segments(data, coder, config.n_bars)
    held = Segments(held_out, coder, config.n_bars)
    generator = None
    if hears_choir(settings):
        report.watch_song(coder, held)
        generator = _stage(
            "choir",
            config,
            config_from(ChoirTraining, settings.choir_training),
            segments,
            held,
            run,
            settings.seed,
            report,
            start,
        )
    others = [(Segments(other, coder, config.n_bars), share) for other, share in beside]
    writer, discriminator, critic = _scribe(settings, segments, held, others, run, report, start)
    planner_config = config_from(
        choir.Config,
        {
            "n_bars": 64,
            **_SMALL,
            **settings.planner,
            "latent_sizes": [FORM_SIZE, CHORDS_SIZE],
            "condition_size": OUTLINE_CONDITION_SIZE,
            "n_controls": 0,
            "normed": False,
        },
    )
    known = start.tables
    scale = (known["outline_mean"], known["outline_deviation"]) if known else None
    outlines = OutlineSegments(data, planner_config.n_bars, scale)
    scale = (outlines.mean, outlines.deviation)
    planner = _stage(
        "planner",
        planner_config,
        config_from(ChoirTraining, settings.planner_training),
        outlines,
        OutlineSegments(held_out, planner_config.n_bars, scale),
        run,
        settings.seed,
        report,
        start,
    )
    tables = song_tables(data, scale) | {k: v for k, v in known.items() if k == "vocabulary"}
    chords, plan_critic = _progression(settings, (data, held_out), tables, run, report, start)
    songs = [str(piece["id"]) for piece in data.pieces]
    return Ensemble(
        settings.name,
        dict(settings.about),
        coder,
        generator,
        planner,
        chords,
        writer,
        discriminator,
        critic,
        plan_critic,
        tables,
        songs,
    )


def _progression(
    settings: TrainConfig,
    sets: tuple[Prepared, Prepared],
    tables: Mapping[str, torch.Tensor],
    run: RunFolder,
    report: _monitor.Monitor,
    start: Start,
) -> tuple[Progression, Critic | None]:
    """Train the network that writes chords; return it and the one that it answers to."""
    vocabulary = tables["vocabulary"].numpy()
    training = config_from(ProgressionTraining, settings.progression_training)
    torch.manual_seed(settings.seed)
    network = Progression(
        config_from(ProgressionConfig, {**settings.progression, "n_chords": len(vocabulary)})
    )
    start.give("progression", {"average": network})
    scale = tables["outline_mean"], tables["outline_deviation"]
    train, held_out = (
        ProgressionBatches(data, vocabulary, training.n_bars, scale) for data in sets
    )
    terms: Any = {"seed": settings.seed, "report": report}
    network = train_progression(network, training, train, held_out, run, **terms)
    telling = config_from(PlanCriticTraining, settings.plan_critic_training)
    critic = train_plan_critic(network, telling, train, held_out, run, **terms)
    return network, critic or start.plan_critic


def _scribe(
    settings: TrainConfig,
    segments: Segments,
    held: Segments,
    beside: list[tuple[Segments, float]],
    run: RunFolder,
    report: _monitor.Monitor,
    start: Start,
) -> tuple[Scribe, choir.Discriminator, Critic | None]:
    """Train the scribe in its two stages; return it and the two that it answers to."""
    sizes = list(segments.part_sizes)
    training = config_from(ScribeTraining, settings.scribe_training)
    torch.manual_seed(settings.seed)
    writer = Scribe(config_from(ScribeConfig, {**settings.scribe, "latent_sizes": sizes}))
    start.give("adversary", {"average": writer})
    train, held_out = (ScoreBatches(s, training.n_bars) for s in (segments, held))
    listen = Listener(held_out, settings.seed, report)
    writer = train_scribe(
        writer,
        training,
        train,
        held_out,
        run,
        seed=settings.seed,
        report=report,
        listen=listen,
        beside=[(ScoreBatches(other, training.n_bars), share) for other, share in beside],
    )
    discriminator = choir.Discriminator(
        config_from(
            choir.Config,
            {
                **settings.adversary,
                "latent_sizes": sizes,
                "n_bars": training.n_bars,
                "hears_batch": False,
            },
        )
    )
    start.give("adversary", {"discriminator": discriminator})
    writer = train_adversary(
        writer.requires_grad_(True),
        discriminator,
        segments.coder,
        config_from(AdversaryTraining, settings.adversary_training),
        train,
        run,
        seed=settings.seed,
        report=report,
        listen=listen,
    )
    critic = train_critic(
        writer,
        config_from(CriticTraining, settings.critic_training),
        train,
        held_out,
        run,
        seed=settings.seed,
        report=report,
    )
    return writer, discriminator, critic or start.critic


def _drums(
    settings: TrainConfig, splits: tuple[Tables, Tables], run: RunFolder, report: _monitor.Monitor
) -> Ensemble:
    data, held_out = splits
    rolls, held_rolls = (torch.from_numpy(drum_rolls(d.bars, d.notes)) for d in (data, held_out))
    coder_config = config_from(
        CoderConfig,
        {
            "latent_sizes": [48],
            "slot_width": 24,
            **settings.coder,
            "one_voice": [False],
            "n_pitches": N_DRUMS,
        },
    )

    def drawn(rolls: torch.Tensor, size: int, rng: np.random.Generator) -> Any:
        chosen = rolls[torch.from_numpy(rng.integers(len(rolls), size=size))]
        return chosen, blank_chords(size)

    coder = train_coder(
        coder_config,
        config_from(CoderTraining, settings.coder_training),
        lambda size, rng: drawn(rolls, size, rng),
        lambda size, rng: drawn(held_rolls, size, rng),
        run,
        seed=settings.seed,
        report=report,
    )
    config = config_from(
        choir.Config,
        {
            "n_bars": 16,
            **_SMALL,
            **settings.choir,
            "latent_sizes": list(coder.config.latent_sizes),
            "condition_size": DRUM_CONDITION_SIZE,
            "n_controls": 0,
        },
    )
    segments = DrumSegments(data, coder, config.n_bars)
    generator = _stage(
        "choir",
        config,
        config_from(ChoirTraining, settings.choir_training),
        segments,
        DrumSegments(held_out, coder, config.n_bars),
        run,
        settings.seed,
        report,
        Start(""),
    )
    energy = np.quantile(segments.energies(), np.linspace(0, 1, N_QUANTILES))
    tables = {"energy": torch.tensor(energy, dtype=torch.float32)}
    return Ensemble(settings.name, dict(settings.about), coder, generator, tables=tables)


def _stage(
    name: str,
    config: choir.Config,
    training: ChoirTraining,
    train_batches: Any,
    held_out: Any,
    run: RunFolder,
    seed: int,
    report: _monitor.Monitor,
    start: Start,
) -> choir.Generator:
    torch.manual_seed(seed)
    networks = choir.build(config)
    start.give(name, {"average": networks.generator, "discriminator": networks.discriminator})
    return train_choir(
        networks,
        config,
        training,
        train_batches,
        held_out,
        run,
        seed=seed,
        report=report,
        name=name,
    )
