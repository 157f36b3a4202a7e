"""What all named adversarial networks share: how they are called, and their weights on the disk.

A model `models/NAME.py` that `antiphon train` can train with ``kind = "gan"`` has a `Config`
whose first fields are `shape` and `condition_shape`, `VIEWS` (what it can be shown, the usual
one first) and ``build(config)``, which returns a `Gan`.

Shapes: B segments, Z noise of one segment.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from antiphon import registry
from antiphon.errors import AntiphonError, unknown
from antiphon.models._ensemble import config_from, write_weights
from antiphon.models._packing import packed, unpacked
from antiphon.models._style_critic import StyleCritic
from antiphon.representations.event_view import EventView
from antiphon.representations.labels import Vocabulary
from antiphon.representations.lead_sheet_view import LeadSheetView
from antiphon.representations.roll_view import RollView
from antiphon.representations.spectrogram_view import SpectrogramView
from antiphon.representations.token_view import TokenView
from antiphon.representations.views import View

_ROOM = "antiphon.models"
VIEWS: dict[str, type[Any]] = {
    "rolls": RollView,
    "spectrograms": SpectrogramView,
    "events": EventView,
    "tokens": TokenView,
    "lead_sheets": LeadSheetView,
}


class Maker(nn.Module):
    """A generator: all that is random in it comes from the noise it is given.

    So what it makes of a segment does not depend on the segments beside it, nor on how many
    processes share a batch.
    """

    noise_size: int  # standard normals a segment

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return segments (B, *shape) of noise (B, Z) and what is told.

        Args:
            condition: (B, *condition_shape).
            labels: (B, J) classes, −1 where nobody said; networks without labels are given none.
        """
        raise NotImplementedError

    def likelihood(self, real: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the mean negative log-likelihood of real segments, where a model knows it."""
        raise NotImplementedError


class Judge(nn.Module):
    """A discriminator; answers with unbounded logits."""

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return logits (B,) or (B, n) of segments (B, *shape)."""
        raise NotImplementedError

    def features(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return features (B, H) that may be matched, where a model has some."""
        raise NotImplementedError


@dataclass
class Gan:
    """The two networks of a model."""

    generator: Maker
    discriminator: Judge


@dataclass
class Drawer:
    """A trained generator with all it takes to draw music from it.

    Attributes:
        name: of the weights.
        model: the architecture, a file of ``antiphon.models``.
        about: licence, data, citation and the like, as text.
        conditions: (N, *condition_shape) of real segments of the training split.
        vocabulary: the classes of each kind of label that the networks are told.
        labels: (N, J) classes of the segments that `conditions` are of.
        critic: hears what a converter made; None where nobody does.
    """

    name: str
    model: str
    about: dict[str, str]
    generator: Maker
    config: Any
    view: View
    conditions: Tensor = field(default_factory=lambda: torch.zeros(1, 0))
    vocabulary: Vocabulary = field(default_factory=dict)
    labels: Tensor = field(default_factory=lambda: torch.zeros(1, 0, dtype=torch.int64))
    critic: StyleCritic | None = None


def architectures() -> list[str]:
    """Return the models that the one engine trains."""
    return [n for n in registry.names(_ROOM) if hasattr(registry.load(_ROOM, n), "VIEWS")]


def view_of(model: str, table: Mapping[str, Any]) -> View:
    """Return how a model is shown music, by the ``[data]`` table of a config, labels or not.

    Raises:
        AntiphonError: there is no such model or view, or they do not go together.
    """
    if model not in (known := architectures()):
        raise unknown(model, "models that kind = 'gan' can train", known)
    fitting = registry.load(_ROOM, model).VIEWS
    values = dict(table)
    if isinstance(values.pop("labels", ()), str):
        raise AntiphonError('In the table [data] labels must be a list, such as ["emotion"].')
    name = values.pop("view", fitting[0])
    if name not in fitting:
        raise unknown(str(name), f"what a {model} can be shown", fitting)
    view: View = config_from(VIEWS[name], values)
    return view


def name_of(view: View) -> str:
    """Return what a config calls a view."""
    return next(name for name, kind in VIEWS.items() if isinstance(view, kind))


def config_of(
    model: str, table: Mapping[str, Any], view: View, vocabulary: Vocabulary | None = None
) -> Any:
    """Return a model's config: a ``[network]`` table, and what a view says of its segments.

    Args:
        vocabulary: the labels that the networks are told.

    Raises:
        AntiphonError: a key is unknown, a value cannot be, or the model hears no labels.
    """
    kind = registry.load(_ROOM, model).Config
    known: dict[str, Any] = {
        "shape": list(view.shape),
        "condition_shape": list(view.condition_shape),
    }
    if isinstance(view, RollView):
        given = view.parts.index(view.condition) if view.condition in view.parts else -1
        known |= {"channels": view.channels, "given": given}
    fields = {field.name for field in dataclasses.fields(kind)}
    if vocabulary:
        if "label_sizes" not in fields:
            raise AntiphonError(f"A {model} hears no labels: leave out labels.")
        known["label_sizes"] = [len(names) for names in vocabulary.values()]
    return config_from(kind, {**table, **{k: v for k, v in known.items() if k in fields}})


def build(model: str, config: Any) -> Gan:
    """Return untrained networks."""
    gan: Gan = registry.load(_ROOM, model).build(config)
    return gan


def write_drawer(drawer: Drawer, folder: Path) -> None:
    """Write weights, packed; the folder is complete once `config.toml` is there.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    state = {f"generator.{k}": v for k, v in drawer.generator.state_dict().items()}
    tensors = packed(state) | {
        "conditions": drawer.conditions.half().contiguous(),
        "labels": drawer.labels.to(torch.int16).contiguous(),
    }
    if drawer.critic is not None:
        tensors |= {f"critic.{k}": v.contiguous() for k, v in drawer.critic.state_dict().items()}
    tables = {
        "about": {**drawer.about, "name": drawer.name, "model": drawer.model},
        "network": dataclasses.asdict(drawer.config),
        "data": {"view": name_of(drawer.view), **vars(drawer.view)},
        "labels": drawer.vocabulary,
    }
    write_weights(folder, tensors, tables)


def read_drawer(folder: Path) -> Drawer:
    """Read what `write_drawer` wrote.

    Raises:
        AntiphonError: a file is broken, or these are weights of another kind.
    """
    try:
        tables = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
        about = tables["about"]
        if "model" not in about:
            raise AntiphonError(
                f"The weights in {folder} compose by a plan: use `antiphon compose --model`."
            )
        tensors = load_file(str(folder / "weights.safetensors"))
        view = view_of(about["model"], tables["data"])
        vocabulary = {kind: tuple(names) for kind, names in tables.get("labels", {}).items()}
        config = config_of(about["model"], tables["network"], view, vocabulary)
        generator = build(about["model"], config).generator
        generator.load_state_dict(unpacked(_of(tensors, "generator.")))
        critic = _critic_of(_of(tensors, "critic."))
        conditions = tensors["conditions"].float()
        none = torch.zeros(len(conditions), 0)  # weights from before there were labels
        labels = tensors.get("labels", none).long()
    except (OSError, KeyError, RuntimeError, SafetensorError, tomllib.TOMLDecodeError) as error:
        raise AntiphonError(f"The weights in {folder} cannot be read: {error}.") from error
    generator.eval().requires_grad_(False)
    name = str(about.get("name", folder.name))
    return Drawer(
        name, about["model"], about, generator, config, view, conditions, vocabulary, labels, critic
    )


def _of(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _critic_of(tensors: dict[str, Tensor]) -> StyleCritic | None:
    if not tensors:
        return None
    n_styles, n_measures = tensors["to_styles.weight"].shape
    critic = StyleCritic(n_measures, n_styles)
    critic.load_state_dict(tensors)
    return critic.eval().requires_grad_(False)
