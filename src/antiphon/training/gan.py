"""The one engine that trains every named adversarial network, on one process or many.

Two networks, an objective, penalties, augmentation and an average of the generator, all by
config; the same on a CPU, on a GPU (bf16 but for the penalties), and under torchrun. A training
that is killed goes on from the last checkpoint, bit for bit on the same machine.
"""

from __future__ import annotations

import copy
import dataclasses
import time
from pathlib import Path

import torch
from torch import Tensor

from antiphon.errors import AntiphonError
from antiphon.formats import write_bytes
from antiphon.models import _gan
from antiphon.models._ensemble import config_from
from antiphon.models._style_critic import StyleCritic
from antiphon.representations.labels import classes_of, vocabulary_of
from antiphon.representations.lead_sheet_view import LeadSheetView
from antiphon.representations.roll_view import RollView
from antiphon.representations.spectrogram_view import SpectrogramView
from antiphon.training._alarm import Alarm
from antiphon.training._augment import adapted
from antiphon.training._card import write_card
from antiphon.training._effort import Effort, spent
from antiphon.training._gan_steps import Batches, game_of
from antiphon.training._monitor import Monitor
from antiphon.training._run import (
    OutOfTime,
    RunFolder,
    load_module,
    load_optimizer,
    module_state,
    optimizer_state,
)
from antiphon.training._samples import Samples, told
from antiphon.training._settings import GanTraining, TrainConfig, check_licence, describe
from antiphon.training._steps import ease
from antiphon.training._team import Team
from antiphon.training.style_critic import train_style_critic


def train_gan(settings: TrainConfig, folder: Path, time_budget_s: float | None = None) -> Path:
    """Train (or go on training) a network of ``kind = "gan"``; return the folder of its weights.

    Raises:
        AntiphonError: config and data do not go together, or the training diverged.
        OutOfTime: the time is up, and all is saved, weights to draw from included.
    """
    deadline = None if time_budget_s is None else time.monotonic() + time_budget_s
    training: GanTraining = config_from(GanTraining, settings.training)
    team = Team(training.precision)
    try:
        engine = Engine(settings, training, RunFolder(folder), team)
        try:
            engine.train(deadline)
        except OutOfTime:
            engine.write_weights()  # what there is can be drawn from
            raise
        engine.write_weights()
    finally:
        team.part()
    return folder / "weights"


class Engine:
    """Everything that a training changes, and the loop over it."""

    def __init__(
        self, settings: TrainConfig, training: GanTraining, run: RunFolder, team: Team
    ) -> None:
        self.settings, self.training, self.run, self.team = settings, training, run, team
        self.view = _gan.view_of(settings.model, settings.data)
        if isinstance(self.view, SpectrogramView):
            self.view = self.view.fitted(Path(settings.prepared))
        self.source = self.view.open(Path(settings.prepared), "train")
        check_licence(settings, self.source.pieces)
        learned = [piece for piece in self.source.pieces if piece.get("split") == "train"]
        self.vocabulary = vocabulary_of(learned, settings.data.get("labels", ()))
        self.labels = classes_of(self.source.pieces, self.vocabulary)[self.source.piece]
        self.config = _gan.config_of(settings.model, settings.network, self.view, self.vocabulary)
        if self.source.n < 1:
            raise AntiphonError(f"{settings.prepared} has no window that fits the config.")
        torch.manual_seed(settings.seed)
        self.gan = _gan.build(settings.model, self.config)
        self._check()
        for network in (self.gan.generator, self.gan.discriminator):
            team.fabric.to_device(network.to(team.dtype))
        self.average = copy.deepcopy(self.gan.generator).requires_grad_(False).eval()
        betas = (training.beta_1, training.beta_2)
        self.generator_optimizer = torch.optim.Adam(
            self.gan.generator.parameters(), training.generator_learning_rate, betas
        )
        self.discriminator_optimizer = torch.optim.Adam(
            self.gan.discriminator.parameters(), training.discriminator_learning_rate, betas
        )
        self.game = game_of(self.gan, training, self.view, team)
        self.batches = Batches(
            source=self.source,
            labels=self.labels,
            seed=settings.seed,
            batch_size=training.batch_size,
            micro_batch_size=training.micro_batch_size,
            noise_size=self.gan.generator.noise_size,
            team=team,
        )
        self.alarm = Alarm(bounded=training.objective != "wasserstein")
        self.effort = Effort(training.cpu_minutes)

    def _check(self) -> None:
        """Check that the networks can do what the config asks.

        Raises:
            AntiphonError: they cannot.
        """
        training, model = self.training, self.settings.model
        discriminator = self.gan.discriminator
        likely = training.likelihood_iterations or training.likelihood_weight
        if likely and type(self.gan.generator).likelihood is _gan.Maker.likelihood:
            raise AntiphonError(f"A {model} knows no likelihood: leave out likelihood_….")
        if training.feature_weight and type(discriminator).features is _gan.Judge.features:
            raise AntiphonError(f"A {model} has no features to match: leave out feature_weight.")
        if training.augment and not isinstance(self.view, RollView):
            raise AntiphonError("augment changes rolls: leave it out, or choose view = 'rolls'.")
        moved = {"transpose", "rotate"} & set(training.augment)
        if moved and self.view.condition_shape != (0,):
            raise AntiphonError(
                "Music that is transposed or rotated no longer fits what is told of it: leave them "
                "out of augment, or tell nothing."
            )
        self.team.share(training.batch_size)

    def train(self, deadline: float | None) -> None:
        """Iterate up to the end, or until the time is up."""
        begin = self._load()
        report = Monitor(self.run, deadline) if self.team.leads else None
        samples = Samples(self.view, self.source, self.labels, self.gan.generator.noise_size)
        if self.team.leads:
            describe(self.run, self._filled_in())
            self.run.truncate_logs("stats", begin)
        try:
            if not (begin and self.effort.enough(self._all_cpu_s())):
                self._iterate(begin, report, samples)
        finally:
            if report is not None:
                report.close()

    def _filled_in(self) -> TrainConfig:
        """Return the settings with everything that was left out."""
        data = {"view": _gan.name_of(self.view), **vars(self.view)}
        data |= {"labels": list(self.vocabulary)} if self.vocabulary else {}
        network, training = (dataclasses.asdict(c) for c in (self.config, self.training))
        return dataclasses.replace(self.settings, data=data, network=network, training=training)

    def _iterate(self, begin: int, report: Monitor | None, samples: Samples) -> None:
        training, total = self.training, self.total
        if begin == 0:
            self._show(0, report, samples)
        for iteration in range(begin, total):
            scalars = self._update(iteration)
            done = iteration + 1
            self.alarm.check(done, scalars)
            stopping, enough = self._ends(report)
            last = done == total or enough
            if done % training.log_every == 0 or last:
                self._log(done, scalars, report)
            if done % training.save_every == 0 or last or stopping:
                self._save(done)
            if done % training.sample_every == 0 or last:
                self._show(done, report, samples)
            if last:
                return
            if stopping:
                raise OutOfTime(self.settings.model, done, total)

    @property
    def total(self) -> int:
        return self.training.likelihood_iterations + self.training.n_iterations

    def _update(self, iteration: int) -> dict[str, float]:
        """Update both networks once and return the scalars worth plotting."""
        training, game = self.training, self.game
        self.gan.generator.train()
        if iteration < training.likelihood_iterations:
            scalars = game.update_likelihood(self.batches(iteration, 0), self.generator_optimizer)
        else:
            lazily = iteration % training.penalty_every == 0
            scalars = {}
            for update in range(training.discriminator_updates):
                scalars |= game.update_discriminator(
                    self.batches(iteration, 1 + update),
                    self.discriminator_optimizer,
                    training.penalty_every if lazily else 0,
                )
            scalars |= game.update_generator(self.batches(iteration, 0), self.generator_optimizer)
            self._adapt(scalars)
        decay = min(training.ema_decay, (1 + iteration) / (10 + iteration))
        ease(self.average, self.gan.generator, decay)
        return scalars

    def _adapt(self, scalars: dict[str, float]) -> None:
        if self.training.adapt_to > 0 and self.training.augment:
            seen = self.training.batch_size / self.training.adapt_segments
            self.game.probability = adapted(
                self.game.probability, scalars["logits/sign"], self.training.adapt_to, seen
            )
            scalars["augment/probability"] = self.game.probability

    def _ends(self, report: Monitor | None) -> tuple[bool, bool]:
        """Whether the first process finds that the time is up, or enough is done; all are told."""
        wishes = [0.0, 0.0]
        if report is not None:
            wishes = [report.expired, self.effort.enough(self.effort.cpu_s * self.team.size)]
        up, enough = (self.team.mean(torch.tensor(wishes, dtype=torch.float32)) > 0).tolist()
        return up, enough

    def _log(self, done: int, scalars: dict[str, float], report: Monitor | None) -> None:
        scalars |= spent(done * self.training.batch_size, self._all_cpu_s())
        if report is not None:
            self.run.log("stats", done, scalars)
            report(self.settings.model, done, self.total, scalars)
        for sentence in self.alarm(done, scalars):
            if self.team.leads:
                print(sentence, flush=True)
                file = self.run.path / "warnings.txt"
                before = file.read_text(encoding="utf-8") if file.exists() else ""
                write_bytes(file, f"{before}{sentence}\n".encode())

    def _all_cpu_s(self) -> float:
        """Return the CPU seconds of all processes, those before a restart included."""
        return self.team.mean(torch.tensor([self.effort.cpu_s])).item() * self.team.size

    def _show(self, done: int, report: Monitor | None, samples: Samples) -> None:
        if report is not None:
            picture, heard = samples.write(self.average, self.team.place, self.run.path, done)
            report.image("samples", picture, done)
            if isinstance(self.view, SpectrogramView) and heard is not None:
                report.sound("samples", heard, self.view.sample_rate_hz, done)

    def _save(self, done: int) -> None:
        cpu_s = self._all_cpu_s()
        if self.team.leads:
            meta = {"iteration": done, "probability": self.game.probability, "cpu_s": cpu_s}
            self.run.save("gan", self._tensors(), **meta)
        self.team.wait()

    def _tensors(self) -> dict[str, Tensor]:
        return (
            module_state("generator", self.gan.generator)
            | module_state("average", self.average)
            | module_state("discriminator", self.gan.discriminator)
            | optimizer_state("generator_optimizer", self.generator_optimizer)
            | optimizer_state("discriminator_optimizer", self.discriminator_optimizer)
        )

    def _load(self) -> int:
        """Take up the last checkpoint, if there is one; return its iteration."""
        found = self.run.load("gan")
        if found is None:
            return 0
        tensors, meta = found
        load_module("generator", self.gan.generator, tensors)
        load_module("average", self.average, tensors)
        load_module("discriminator", self.gan.discriminator, tensors)
        load_optimizer("generator_optimizer", self.generator_optimizer, tensors)
        load_optimizer("discriminator_optimizer", self.discriminator_optimizer, tensors)
        self.game.probability = float(meta["probability"])
        self.effort = Effort(self.training.cpu_minutes, float(meta["cpu_s"]) / self.team.size)
        return int(meta["iteration"])

    def _style_critic(self) -> StyleCritic | None:
        """Return who is to hear the conversions of a converter between several styles."""
        if not isinstance(self.view, LeadSheetView) or "style" not in self.vocabulary:
            return None
        column = list(self.vocabulary).index("style")
        n_styles = len(self.vocabulary["style"])
        return train_style_critic(self.source, self.labels[:, column], n_styles, self.settings.seed)

    def write_weights(self) -> None:
        """Write the average generator with what drawing from it takes; all wait for it."""
        if self.team.leads:
            conditions, labels = told(self.source, self.labels, self.settings.seed)
            drawer = _gan.Drawer(
                self.settings.name,
                self.settings.model,
                dict(self.settings.about),
                self.average.to("cpu", torch.float32),
                self.config,
                self.view,
                conditions,
                self.vocabulary,
                labels,
                self._style_critic(),
            )
            _gan.write_drawer(drawer, self.run.path / "weights")
            write_card(
                self.run.path / "weights", self.settings, self.source.pieces, self.vocabulary
            )
        self.team.wait()
