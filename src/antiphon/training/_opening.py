"""What the training of a style opens and checks before it writes anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.models import choir, progression, scribe
from antiphon.models._coder import CoderConfig
from antiphon.models._ensemble import check_values, config_from
from antiphon.representations.prepared import Prepared, Tables, load, load_tables
from antiphon.training._segments import check_length, songs_of
from antiphon.training._settings import TrainConfig, check_licence
from antiphon.training.adversary import AdversaryTraining
from antiphon.training.choir import ChoirTraining
from antiphon.training.coder import CoderTraining
from antiphon.training.critic import CriticTraining
from antiphon.training.plan_critic import PlanCriticTraining
from antiphon.training.progression import ProgressionTraining
from antiphon.training.scribe import ScribeTraining
from antiphon.training.tuning import ScribeTuning

_TABLES: dict[str, type[Any]] = {
    "coder": CoderConfig,
    "coder_training": CoderTraining,
    "choir": choir.Config,
    "choir_training": ChoirTraining,
    "scribe": scribe.Config,
    "scribe_training": ScribeTraining,
    "scribe_tuning": ScribeTuning,
    "adversary": choir.Config,
    "adversary_training": AdversaryTraining,
    "critic_training": CriticTraining,
    "planner": choir.Config,
    "planner_training": ChoirTraining,
    "progression": progression.Config,
    "progression_training": ProgressionTraining,
    "plan_critic_training": PlanCriticTraining,
}


Beside = list[tuple[Prepared, float]]  # other sets, each with how often it is drawn


def open_song(settings: TrainConfig) -> tuple[Prepared, Prepared, Beside]:
    """Return the train and the validation split of a set of songs, and what stands beside it.

    Raises:
        AntiphonError: a table of the config cannot be, the set is not there, its licence
            forbids a release, or no song of a split is as long as a window.
    """
    _check_tables(settings)
    if settings.choir_training and not hears_choir(settings):
        raise AntiphonError(
            "The config trains a choir that its scribe does not listen to: leave the table "
            "[choir_training] out, or set level in the table [scribe] below 1."
        )
    data, held_out = (load(Path(settings.prepared), split) for split in ("train", "validation"))
    check_licence(settings, data.pieces)
    of_scribe: ScribeTraining = config_from(ScribeTraining, settings.scribe_training)
    of_chords: ProgressionTraining = config_from(ProgressionTraining, settings.progression_training)
    for part in (data, held_out):
        check_length(songs_of(part), max(of_scribe.n_bars, of_chords.n_bars))
    beside = [(load(Path(folder), "train"), share) for folder, share in settings.beside.items()]
    for folder, (other, _) in zip(settings.beside, beside, strict=True):
        check_licence(settings, other.pieces, folder)
        check_length(songs_of(other), of_scribe.n_bars)
    return data, held_out, beside


def hears_choir(settings: TrainConfig) -> bool:
    """Whether the scribe of a song's config listens to the choir, which is trained only then."""
    of_scribe: scribe.Config = config_from(scribe.Config, settings.scribe)
    return of_scribe.level < 1


def open_drums(settings: TrainConfig) -> tuple[Tables, Tables]:
    """Return the train and the validation split of a set of performances.

    Raises:
        AntiphonError: a table of the config cannot be, the set is not there, or its licence
            forbids a release.
    """
    _check_tables(settings)
    data, held_out = (
        load_tables(Path(settings.prepared), split) for split in ("train", "validation")
    )
    check_licence(settings, data.pieces)
    return data, held_out


def _check_tables(settings: TrainConfig) -> None:
    """Find now what would else be found when the stage begins, after hours."""
    for table, kind in _TABLES.items():
        given = getattr(settings, table)
        check_values(kind, given, f"the table [{table}] of the config")
        if table.endswith(("_training", "_tuning")) or kind is scribe.Config:
            config_from(kind, given)
