"""Training of the critic: songs are written for the plans of real ones, and told apart.

The scribe writes; the critic learns which stretches of bars are the scribe's and which are the
song's own at the same place, so that plans, which are alike on both sides, tell it nothing. In
further rounds critics before choose among takes, and what they chose is told apart: what they
still miss is added to them, as in boosting.

Shapes: N bars, S stretches, F measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from antiphon.metrics._written import takes_measures, written_measures
from antiphon.metrics.two_sample import auc
from antiphon.models._audition import EVERY, N_TAKES, Audition
from antiphon.models._critic import Critic, CriticConfig
from antiphon.models._writer import write
from antiphon.models.scribe import Scribe
from antiphon.representations import score as scores
from antiphon.representations.score import Ints
from antiphon.representations.writing import Writing, Written
from antiphon.training._effort import Effort, spent
from antiphon.training._monitor import Monitor
from antiphon.training._run import OutOfTime, RunFolder, load_module, module_state
from antiphon.training._score_batches import ScoreBatches

_BATCH = 96  # songs and takes written at once
_TOLD = 0.5  # how often a song's controls are told


@dataclass(frozen=True, kw_only=True)
class Telling:
    """How a critic learns to tell what was written from what stands in songs."""

    n_iterations: int = 800
    cpu_minutes: float = 0.0  # of learning, after what is to be told was written; 0 for no end
    n_takes: int = 2  # songs written for each plan
    batch_size: int = 128  # stretches of each side
    learning_rate: float = 1e-3
    weight_decay: float = 0.3
    log_every: int = 100


@dataclass(frozen=True, kw_only=True)
class CriticTraining(Telling):
    n_bars: int = 48  # of a song, at the most
    n_stretch_bars: int = 8  # that are measured together
    n_rounds: int = 1


@dataclass
class Told:
    """Measures (S, F) of stretches that were written, and of those that stand there in songs."""

    made: NDArray[np.float64]
    real: NDArray[np.float64]


Write = Callable[[int], Told]  # lets a writer write for songs, by a seed, and measures both


def stretches(
    scribe: Scribe,
    batches: ScoreBatches,
    training: CriticTraining,
    critic: Critic | None,
    seed: int,
) -> Told:
    """Let a scribe write for the plans of every song, and measure stretch after stretch.

    Args:
        critic: chooses among takes of it; None for one take.
    """
    rng, n_bars = np.random.default_rng([seed, 8]), training.n_stretch_bars
    n_songs = _BATCH if critic is None else _BATCH // N_TAKES
    data, made, real = batches.segments.data, [], []
    for firsts, length in _plans(batches, training, n_songs, rng):
        bars = [data.bars[f : f + length].copy() for f in firsts]
        for index, table in enumerate(bars):
            table["piece"], table["run"] = index, 0
        mask = np.ones((len(firsts), length, scores.N_PARTS), np.float32)
        _, segment = batches.told(np.array(firsts), mask, rng)
        told = torch.from_numpy((rng.random(len(firsts)) < _TOLD).astype(np.float32))
        segment.controls_known = segment.controls_known * told[:, None, None]
        blank = torch.zeros(len(firsts), length, batches.segments.latents.shape[1])
        seeds = [[int(rng.integers(2**31))] for _ in firsts]
        sung = np.stack([table["kind"] == 0 for table in bars])
        heard = None if critic is None else _audition(critic, bars)
        writing = write(scribe, blank, 1.0, segment, bars, seeds, sung=sung, audition=heard)
        for start in range(0, length - n_bars + 1, n_bars):
            span = slice(start, start + n_bars)
            tables = [table[span] for table in bars]
            made.append(
                written_measures([writing.notes(i, span) for i in range(len(bars))], tables)
            )
            real.append(
                written_measures([_sounding(batches, f + start, n_bars) for f in firsts], tables)
            )
    return Told(np.concatenate(made), np.concatenate(real))


def _audition(critic: Critic, tables: list[NDArray[np.void]]) -> Audition:
    def answer(writing: Writing, takes: Ints, bars: slice) -> NDArray[np.float32]:
        return critic.odds(takes_measures(writing, takes, bars, tables, N_TAKES))

    return Audition(N_TAKES, critic.config.n_bars, EVERY, answer)


def _plans(
    batches: ScoreBatches, training: CriticTraining, n_songs: int, rng: np.random.Generator
) -> list[tuple[list[int], int]]:
    """Return first bars of stretches of songs, batch by batch in one metre and length."""
    bars = batches.segments.data.bars
    metre = bars["n_beats"].astype(np.int64) * 2 + bars["compound"]
    found: dict[tuple[int, int], list[int]] = {}
    for song in batches.segments.songs:
        length = min(
            training.n_bars,
            (song.stop - song.first) // training.n_stretch_bars * training.n_stretch_bars,
        )
        for _ in range(training.n_takes):
            first = song.first
            if rng.random() < 0.5:
                first = int(rng.integers(song.first, song.stop - length + 1))
            if (metre[first : first + length] == metre[first]).all():
                found.setdefault((int(metre[first]), length), []).append(first)
    return [
        (firsts[begin : begin + n_songs], length)
        for (_, length), firsts in sorted(found.items())
        for begin in range(0, len(firsts), n_songs)
    ]


def _sounding(batches: ScoreBatches, first: int, n_bars: int) -> Written:
    """Return the notes of some bars of a song as `Writing.notes` returns them."""
    score = batches.laid.score.of(slice(first, first + n_bars))
    note = score.cell != scores.END
    return (
        score.bar[note],
        score.cell[note],
        score.row[note],
        score.duration[note],
        score.loudness[note],
    )


def critic_loss(critic: Critic, made: Tensor, real: Tensor) -> Tensor:
    """Return the logistic loss of told measures (B, F) of both sides."""
    return F.softplus(critic(made)).mean() + F.softplus(-critic(real)).mean()


def told_apart(critic: Critic, told: Told) -> float:
    """Return the area under the curve by which a critic tells stretches apart: .5 is not at all."""
    critic.eval()
    sides = [critic.odds(side) for side in (told.made, told.real)]
    is_real = np.repeat([False, True], [len(side) for side in sides])
    return auc(np.concatenate(sides).astype(np.float64), is_real)


def train_critic(
    scribe: Scribe,
    training: CriticTraining,
    train: ScoreBatches,
    held_out: ScoreBatches,
    run: RunFolder,
    *,
    seed: int,
    report: Monitor,
) -> Critic | None:
    """Train the critic of a scribe, or take the one that the run has of this scribe.

    What is measured is written anew after an interruption, as it was; None without iterations.

    Raises:
        OutOfTime: there is no time left for it.
    """

    critic: Critic | None = None
    for number in range(1, training.n_rounds + 1):
        sets = (
            partial(stretches, scribe, train, training, critic),
            partial(stretches, scribe, held_out, training, critic),
        )
        stage, n_bars = "critic" if number == 1 else f"critic_{number}", training.n_stretch_bars
        found = taught(
            stage, scribe, sets, training, run, n_bars, seed=seed, report=report, like=critic
        )
        if found is None:
            return None
        critic = found if critic is None else critic.beside(found)
    return critic


def taught(
    stage: str,
    writer: nn.Module,
    sets: tuple[Write, Write],
    training: Telling,
    run: RunFolder,
    n_bars: int,
    *,
    seed: int,
    report: Monitor,
    like: Critic | None = None,
) -> Critic | None:
    """Return a critic of what a writer writes: the run's own of this writer, or one taught now.

    Args:
        stage: of the run.
        sets: let the writer write, for songs that it is taught by and for others, which say how
            well it tells.
        n_bars: of the stretches that are measured.
        like: a critic that it is to be added to.

    Returns:
        None without iterations.

    Raises:
        OutOfTime: there is no time left for it.
    """
    found, of = run.load(stage), _fingerprint(writer)
    if found is not None and found[1]["of"] == of:
        critic = Critic(CriticConfig(n_measures=len(found[0]["critic.mean"]), n_bars=n_bars))
        load_module("critic", critic, found[0])
        return critic.eval()
    if not training.n_iterations:
        return None
    if report.expired:
        raise OutOfTime(stage, 0, training.n_iterations)
    told, apart = sets[0](seed), sets[1](seed + 1)
    critic = _untrained(told, n_bars, seed, like)
    optimizer = torch.optim.AdamW(
        critic.parameters(), training.learning_rate, weight_decay=training.weight_decay
    )
    made, real = (critic.told(torch.from_numpy(x).float()) for x in (told.made, told.real))
    rng, done = np.random.default_rng([seed, 9]), 0
    effort = Effort.going_on(None, training.cpu_minutes)
    for iteration in effort.iterations(0, training.n_iterations):
        done, size = iteration + 1, training.batch_size
        critic.train()
        rows, others = rng.integers(len(real), size=size), rng.integers(len(made), size=size)
        loss = critic_loss(critic, made[others], real[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        last = effort.ends(done)
        if done % training.log_every == 0 or last:
            scalars = {
                "loss/critic": loss.item(),
                "auc/train": told_apart(critic, told),
                "auc/held_out": told_apart(critic, apart),
                **spent(done * training.batch_size, effort.cpu_s),
            }
            run.log(f"{stage}_stats", done, scalars)
            report(stage, done, training.n_iterations, scalars)
    run.save(stage, module_state("critic", critic), iteration=done, cpu_s=effort.cpu_s, of=of)
    return critic.eval()


def _untrained(told: Told, n_bars: int, seed: int, like: Critic | None = None) -> Critic:
    """Return a critic that knows no more than what is usual in songs, or to one like it."""
    torch.manual_seed(seed)
    critic = Critic(CriticConfig(n_measures=told.real.shape[1], n_bars=n_bars))
    if like is not None:
        critic.mean.copy_(like.mean)
        critic.deviation.copy_(like.deviation)
        return critic
    critic.learn_usual(told.real)
    return critic


def _fingerprint(writer: nn.Module) -> str:
    """Return what tells writers apart that were trained on."""
    return str(sum(float(p.detach().double().sum()) for p in writer.parameters()))
