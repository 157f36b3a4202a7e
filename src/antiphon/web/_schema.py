"""Pieces as JSON: what crosses the wire, field by field.

Names and units are those of `music.piece`; times are whole steps, `resolution` of them a quarter.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from antiphon.errors import AntiphonError
from antiphon.music.keys import MODES

MAX_STEP = 2**30  # onset and duration together stay within 32 bits
MAX_BEND = 8192
_MAX_DEPTH = 32  # of what the page keeps: what is much deeper cannot be answered with

Step = Annotated[int, Field(ge=0, lt=MAX_STEP)]
Length = Annotated[int, Field(ge=1, lt=MAX_STEP)]
Note = tuple[Step, Length, Annotated[int, Field(ge=0, le=127)], Annotated[int, Field(ge=1, le=127)]]
Controller = tuple[
    Step,
    Annotated[int, Field(ge=0, le=128)],
    Annotated[int, Field(ge=-MAX_BEND, lt=MAX_BEND)],
]
Line = Annotated[str, Field(max_length=200)]
Many: Any = Field(default_factory=list, max_length=10_000)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class TempoJson(_Strict):
    """Quarter notes a minute from a step on."""

    onset: Step
    bpm: float = Field(ge=0.1, le=10_000)


class MetreJson(_Strict):
    """A time signature from a bar line on."""

    onset: Step
    numerator: int = Field(ge=1, le=64)
    denominator: int = Field(ge=1, le=64)


class KeyJson(_Strict):
    """A key from a step on."""

    onset: Step
    tonic: int = Field(ge=0, le=11)
    mode: str = Field(default=MODES[0], pattern="^(major|minor)$")


class ChordJson(_Strict):
    """A chord symbol; ``N`` is no chord."""

    onset: Step
    duration: Length
    symbol: str = Field(max_length=40)


class SectionJson(_Strict):
    """A section, counted in bars."""

    start: int = Field(ge=0, lt=100_000)
    n_bars: int = Field(ge=1, lt=100_000)
    label: Line


class TrackJson(_Strict):
    """One part: notes (onset, duration, pitch, velocity), controllers and syllables."""

    id: str = Field(default="", max_length=60)
    name: Line = ""
    role: str = Field(default="", max_length=20)
    program: int = Field(default=0, ge=0, le=127)
    is_drum: bool = False
    notes: list[Note] = Field(default_factory=list, max_length=1_000_000)
    controls: list[Controller] = Field(default_factory=list, max_length=1_000_000)
    lyrics: list[tuple[Step, Line]] = Many


class PieceJson(_Strict):
    """A piece; `bar_starts` and `duration_s` are told and never taken."""

    resolution: int = Field(default=24, ge=1, le=1_000_000)
    n_bars: int = Field(default=0, ge=0, le=100_000)
    title: Line = ""
    provenance: str = Field(default="", max_length=4_000)
    tempos: list[TempoJson] = Many
    metres: list[MetreJson] = Many
    keys: list[KeyJson] = Many
    chords: list[ChordJson] = Many
    sections: list[SectionJson] = Many
    tracks: list[TrackJson] = Field(default_factory=list, max_length=1_000)
    bar_starts: list[int] | None = None
    duration_s: float | None = None


def unpacked(content: bytes) -> PieceJson:
    """Return what JSON text says of a piece.

    Raises:
        AntiphonError: it is no piece.
    """
    try:
        return PieceJson.model_validate_json(content)
    except ValidationError as error:
        raise AntiphonError(f"This is no piece: {sentence_of(error.errors())}") from None


def check_ui(ui: dict[str, Any], most_bytes: int) -> None:
    """Check that what the page keeps in a project can be kept and told again.

    Raises:
        AntiphonError: it is too large, too deep, or no JSON.
    """
    if not _is_flatter(ui, _MAX_DEPTH):
        raise AntiphonError(f"ui is too deep: up to {_MAX_DEPTH} levels are kept.")
    try:
        json.dumps(ui, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise AntiphonError("ui holds a text or a number that JSON cannot hold.") from None
    if len(json.dumps(ui)) > most_bytes:
        raise AntiphonError(f"ui is too large: up to {most_bytes:,} bytes are kept.")


def _is_flatter(value: Any, most: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return most > 0 and all(_is_flatter(v, most - 1) for v in inner)


def sentence_of(errors: Any) -> str:
    """Return the first of pydantic's complaints as one sentence."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    more = f" ({len(errors) - 1} more like this)" if len(errors) > 1 else ""
    return f"{where or 'the request'}: {first['msg'].rstrip('.').lower()}{more}."
