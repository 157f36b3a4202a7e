"""Verbs, found by their files: what makes pieces, and which options it takes.

A verb is a file of `inference` with a function of its own name that returns compositions. It is
read, not imported: the server's own process never loads torch.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from antiphon import registry
from antiphon.errors import AntiphonError, unknown
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.keys import MODES
from antiphon.music.moods import MOODS
from antiphon.music.plan import (
    MAX_BARS,
    MAX_TEMPO_BPM,
    METRES,
    MIN_BARS,
    MIN_TEMPO_BPM,
    SLIDERS,
    Plan,
    plan_from,
)

_ROOM = "antiphon.inference"
_OURS = ("piece", "plan", "progress")
_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_SAID = {str: "string", int: "integer", float: "number", bool: "boolean"}
_RANGES: dict[str, tuple[float, float]] = {
    "bars": (MIN_BARS, MAX_BARS),
    "duration_s": (1, 3600),
    "tempo": (MIN_TEMPO_BPM, MAX_TEMPO_BPM),
    **dict.fromkeys((*SLIDERS, "adventure"), (0, 1)),
    "valence": (-1, 1),
    "arousal": (-1, 1),
    "seed": (0, 2**31 - 1),
    "strength": (0, 1),
    "x": (0, 1),
    "y": (0, 1),
}
_OF_PLAN: dict[str, tuple[str, ...]] = {"metre": METRES, "mode": MODES}
_OF_VERBS: dict[str, tuple[str, ...]] = {
    "where": ("start", "end", "between"),
    "style": tuple(STYLE_PROGRAMS),
    "mood": tuple(MOODS),
}


@dataclass(frozen=True)
class Option:
    """One thing that may be asked for.

    Attributes:
        name: as the function or the plan calls it.
        kind: its type.
        is_required: whether there is no default.
        default: what is taken where it is left out.
        choices: what it may be, where that is a few words.
    """

    name: str
    kind: type
    is_required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return the option as the page is told of it, with its range or its choices."""
        told = {
            "name": self.name,
            "type": _SAID[self.kind],
            "required": self.is_required,
            "default": self.default,
        }
        if self.name in _RANGES and self.kind in (int, float):
            told["min"], told["max"] = _RANGES[self.name]
        if self.choices:
            told["choices"] = list(self.choices)
        return told

    def checked(self, value: Any) -> Any:
        """Return a value of the option's type.

        Raises:
            AntiphonError: it is of another one.
        """
        kind = type(value)
        if kind is self.kind or (self.kind is float and kind is int):
            return value
        raise AntiphonError(f"{self.name} must be of type {_SAID[self.kind]}, not {value!r:.60}.")


@dataclass(frozen=True)
class Verb:
    """What makes pieces.

    Attributes:
        name: of its file and function.
        n_pieces: how many pieces it works on: none, one or two.
        summary: what it does, in a sentence.
        options: its own; those of the plan and the shared ones come besides.
    """

    name: str
    n_pieces: int
    summary: str
    options: tuple[Option, ...]

    def told(self) -> dict[str, Any]:
        """Return the verb as the page is told of it."""
        options = [option.told() for option in self.options]
        return {
            "name": self.name,
            "takes": self.n_pieces,
            "summary": self.summary,
            "options": options,
        }

    def sorted_out(self, values: Mapping[str, Any]) -> tuple[Plan, dict[str, Any]]:
        """Return the plan and the verb's own arguments among options that somebody gave.

        Raises:
            AntiphonError: one is unknown, cannot be, or is missing.
        """
        mine = {option.name: option for option in self.options}
        asked, own = {}, {}
        of_plan = {field.name for field in dataclasses.fields(Plan)}
        for name, value in values.items():
            if name not in mine and name not in of_plan:
                raise unknown(name[:60], f"the options of {self.name}", [*mine, *of_plan])
            if value is None:
                continue
            if name in mine:
                own[name] = mine[name].checked(value)
            else:
                asked[name] = value
        for option in self.options:
            if option.is_required and option.name not in own:
                raise AntiphonError(f"{self.name} needs to be told {option.name}.")
        return plan_from(asked), own


@cache
def verbs() -> dict[str, Verb]:
    """Return all verbs by name."""
    found = (_verb(name) for name in registry.names(_ROOM))
    return {verb.name: verb for verb in found if verb is not None}


def verb(name: str) -> Verb:
    """Return one verb.

    Raises:
        AntiphonError: there is none of this name; the nearest is told.
    """
    if name not in verbs():
        raise unknown(name[:60], "verbs", verbs())
    return verbs()[name]


def plan_options() -> list[Option]:
    """Return what a plan may ask for."""
    kinds = typing.get_type_hints(Plan)
    return [
        Option(
            field.name,
            _only(kinds[field.name]),
            default=field.default,
            choices=_OF_PLAN.get(field.name, ()),
        )
        for field in dataclasses.fields(Plan)
        if _only(kinds[field.name]) in _SAID
    ]


def _only(kind: Any) -> type:
    """Return the type that a value has where it is given."""
    if isinstance(kind, types.UnionType):
        return next(k for k in typing.get_args(kind) if k is not type(None))
    return kind


def _verb(name: str) -> Verb | None:
    spec = importlib.util.find_spec(f"{_ROOM}.{name}")
    if spec is None or spec.origin is None:
        return None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name and node.returns is not None:
            if ast.unparse(node.returns) != "list[Composition]":
                return None
            summary = (ast.get_docstring(node) or "").split("\n")[0]
            names = _constants(tree)
            kinds = [ast.unparse(a.annotation) for a in node.args.args if a.annotation is not None]
            return Verb(name, kinds.count("Piece"), summary, tuple(_options(node, names)))
    return None


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Return the numbers and texts that a module gives names to."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _options(node: ast.FunctionDef, names: dict[str, Any]) -> list[Option]:
    """Return the arguments of a function that a person may give.

    Args:
        node: the function.
        names: what constants of its module are.
    """
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    n_open = len(positional) - len(arguments.defaults)
    pairs = [
        *zip(positional, [None] * n_open + list(arguments.defaults), strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    found = []
    for argument, default in pairs:
        written = ast.unparse(argument.annotation) if argument.annotation is not None else ""
        kinds = [_TYPES[k.strip()] for k in written.split("|") if k.strip() in _TYPES]
        if argument.arg in _OURS or not kinds:
            continue
        value = names.get(default.id) if isinstance(default, ast.Name) else None
        if isinstance(default, ast.Constant):
            value = default.value
        choices = _OF_VERBS.get(argument.arg, ())
        found.append(Option(argument.arg, kinds[0], default is None, value, choices))
    return found


def parts() -> list[dict[str, Any]]:
    """Return the parts of the ensemble as the page is told of them."""
    return [
        {"id": key, "name": r.name, "program": r.program, "low": r.low, "high": r.high}
        for key, r in ROLES.items()
    ]
