"""Ensemble: the networks of one style, with the small tables they were trained beside."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from antiphon.errors import AntiphonError, unknown
from antiphon.formats import write_bytes
from antiphon.models import choir, progression, scribe
from antiphon.models._coder import Coder, CoderConfig
from antiphon.models._critic import Critic, CriticConfig
from antiphon.models._packing import packed, packed_tables, unpacked, unpacked_tables
from antiphon.models._stored import write_tensors

# what a config's fields take, by the kind they are declared as, and how that is called
_KINDS: dict[Any, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "a text"),
    tuple: ((list, tuple), "a list"),
    Mapping: ((Mapping,), "a table"),
}


@dataclass
class Ensemble:
    """What composes in one style.

    Attributes:
        name: of the weights.
        about: licence, data, citation and the like, as text.
        coder: bars to latents and back.
        generator: noise to latents, under a mask; None where the scribe does not listen to it.
        planner: noise to outlines of form and chords; None where the style has none.
        progression: writes the chords after an outline.
        scribe: writes the notes; None where the coder's decoder does (drums).
        discriminator: hears what the scribe wrote; None where there is none.
        critic: is told measures of what the scribe is writing; None where there is none.
        plan_critic: is told measures of the chords of a plan; None where there is none.
        tables: small arrays of the style: ``vocabulary`` (V, 3) chords, ``controls`` (K, Q)
            quantiles, ``metres`` (G, 3) with ``bpm`` (G, Q) quantiles, ``minor`` share,
            ``outline_mean`` and ``outline_deviation``, ``index`` and ``index_song`` of training
            melodies.
        songs: names of the training songs that `index_song` counts.
    """

    name: str
    about: dict[str, str]
    coder: Coder
    generator: choir.Generator | None = None
    planner: choir.Generator | None = None
    progression: progression.Progression | None = None
    scribe: scribe.Scribe | None = None
    discriminator: choir.Discriminator | None = None
    critic: Critic | None = None
    plan_critic: Critic | None = None
    tables: dict[str, Tensor] = field(default_factory=dict)
    songs: list[str] = field(default_factory=list)

    def boldness(self, adventure: float) -> float:
        """Return the adventure, 0–1, with which these networks write music as adventurous as asked.

        0.5 asks for what is usual: what is drawn from is then as ``about["adventure"]`` says.
        """
        usual = float(self.about.get("adventure", "0.5"))
        return usual * 2 * adventure if adventure < 0.5 else 1 - (1 - usual) * 2 * (1 - adventure)

    def walker(self) -> choir.Generator:
        """Return the generator of latents.

        Raises:
            ValueError: these weights have none.
        """
        if self.generator is None:
            raise ValueError(f"the weights {self.name} have no generator of latents")
        return self.generator


def config_from(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Return a frozen config from a TOML table; an unknown key names its nearest.

    Raises:
        AntiphonError: a key is unknown or a value cannot be.
    """
    check_values(kind, values, "the configuration")
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
    except (TypeError, ValueError) as error:
        raise AntiphonError(f"The configuration cannot be: {error}.") from error


def check_values(kind: type[Any], values: Mapping[str, Any], where: str) -> None:
    """Check that a config has such keys, and values of the kinds they are declared as.

    Args:
        where: they stand, for the sentence.

    Raises:
        AntiphonError: a key is unknown, or a value of another kind.
    """
    hints = get_type_hints(kind)
    known = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise unknown(name, where, known)
        wanted = get_origin(known[name]) or known[name]
        if wanted not in _KINDS:
            continue
        accepted, said = _KINDS[wanted]
        if not isinstance(value, accepted) or (isinstance(value, bool) and wanted is not bool):
            raise AntiphonError(f"In {where} {name} must be {said}, not {value!r}.")


def to_toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Return tables of plain values as TOML."""
    return "\n".join(
        f"[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in table.items())
        for name, table in tables.items()
    )


def write_ensemble(ensemble: Ensemble, folder: Path) -> None:
    """Write weights, packed; the folder is complete once `config.toml` is there.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    weights: dict[str, Tensor] = {}
    networks = {name: getattr(ensemble, name) for name in _NETWORKS}
    for prefix, network in networks.items():
        if network is not None:
            for name, value in network.state_dict().items():
                weights[f"{prefix}.{name}"] = value
    tensors = packed(weights)
    tensors |= {f"table.{name}": t for name, t in packed_tables(ensemble.tables).items()}
    config = {"about": {**ensemble.about, "name": ensemble.name}}
    for prefix, network in networks.items():
        if network is not None:
            config[prefix] = dataclasses.asdict(network.config)
    write_weights(folder, tensors, config, {"songs": json.dumps(ensemble.songs)})


def write_weights(
    folder: Path,
    tensors: Mapping[str, Tensor],
    config: Mapping[str, Mapping[str, Any]],
    told: Mapping[str, str] | None = None,
) -> None:
    """Write ``weights.safetensors`` and, last, ``config.toml``; see `write_tensors`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AntiphonError(f"Cannot write to {folder}: {error.strerror}.") from None
    write_tensors(folder / "weights.safetensors", tensors, told)
    write_bytes(folder / "config.toml", to_toml(config).encode())


def read_ensemble(folder: Path) -> Ensemble:
    """Read what `write_ensemble` wrote.

    Raises:
        AntiphonError: a file is broken or does not fit the other.
    """
    from safetensors import safe_open

    try:
        config = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
        if model := config["about"].get("model"):
            raise AntiphonError(
                f"The weights in {folder} are of a {model}, which takes no plan: draw from it "
                "with `antiphon generate`."
            )
        tensors = load_file(str(folder / "weights.safetensors"))
        with safe_open(str(folder / "weights.safetensors"), framework="pt") as handle:
            songs = json.loads((handle.metadata() or {}).get("songs", "[]"))
        networks = {
            name: _read(build, kind, name, config, tensors)
            for name, (build, kind) in _NETWORKS.items()
            if name in config or name in _needed(config)
        }
    except (OSError, KeyError, RuntimeError, SafetensorError, tomllib.TOMLDecodeError) as error:
        raise AntiphonError(f"The weights in {folder} cannot be read: {error}.") from error
    tables = {k.removeprefix("table."): v for k, v in tensors.items() if k.startswith("table.")}
    name = str(config["about"].get("name", folder.name))
    tables = unpacked_tables(tables)
    return Ensemble(name, config["about"], **networks, tables=tables, songs=songs)


_NETWORKS: dict[str, tuple[Callable[[Any], nn.Module], type[Any]]] = {
    "coder": (Coder, CoderConfig),
    "generator": (choir.Generator, choir.Config),
    "planner": (choir.Generator, choir.Config),
    "progression": (progression.Progression, progression.Config),
    "scribe": (scribe.Scribe, scribe.Config),
    "discriminator": (choir.Discriminator, choir.Config),
    "critic": (Critic, CriticConfig),
    "plan_critic": (Critic, CriticConfig),
}


def _needed(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the networks that weights cannot do without."""
    of_scribe = config.get("scribe")
    level = 0.0 if of_scribe is None else of_scribe.get("level", scribe.Config.level)
    return ("coder", "generator") if level < 1 else ("coder",)


def _read(
    build: Callable[[Any], nn.Module],
    kind: type[Any],
    name: str,
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
) -> Any:
    network = build(config_from(kind, config[name]))
    start = f"{name}."
    mine = {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}
    network.load_state_dict(unpacked(mine))
    return network.eval().requires_grad_(False)
