"""Pieces as JSON: what crosses the wire, checked and bounded, and the way to `Piece` and back.

Names and units are those of `music.piece`; times are whole steps, `resolution` of them a quarter.
"""

from __future__ import annotations

import json
import zlib
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from antiphon.errors import AntiphonError
from antiphon.music.chords import parse_chord
from antiphon.music.keys import MODES, Key
from antiphon.music.piece import (
    CONTROL,
    ChordSpan,
    KeyMark,
    Metre,
    Piece,
    Section,
    Tempo,
    Text,
    Track,
    notes_of,
)
from antiphon.web._settings import Limits

MAX_STEP = 2**30  # onset and duration together stay within 32 bits
MAX_BEND = 8192

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


def from_json(told: PieceJson, limits: Limits) -> Piece:
    """Return the piece that JSON tells of.

    Raises:
        AntiphonError: a chord, a metre or a role cannot be, or the piece is beyond the limits.
    """
    from antiphon.music.instruments import ROLES

    for metre in told.metres:
        if metre.denominator & (metre.denominator - 1):
            raise AntiphonError(
                f"A metre of {metre.numerator}/{metre.denominator} cannot be: "
                "the lower number is 1, 2, 4, 8, 16, 32 or 64."
            )
    for track in told.tracks:
        if track.role and track.role not in ROLES:
            raise AntiphonError(
                f"No role {track.role[:20]!r}: there is {', '.join(ROLES)}, or none."
            )
    piece = Piece(
        tracks=[_track(track) for track in told.tracks],
        resolution=told.resolution,
        tempos=[Tempo(t.onset, t.bpm) for t in _by_onset(told.tempos)] or [Tempo(0, 120.0)],
        metres=[Metre(m.onset, m.numerator, m.denominator) for m in _by_onset(told.metres)]
        or [Metre(0)],
        keys=[KeyMark(k.onset, Key(k.tonic, k.mode)) for k in _by_onset(told.keys)],
        sections=[Section(s.start, s.n_bars, s.label) for s in told.sections],
        title=told.title,
        n_bars_asked=told.n_bars,
        provenance=told.provenance,
    )
    check(piece, limits)
    piece.chords = [
        ChordSpan(c.onset, c.duration, parse_chord(c.symbol, _key_at(piece, c.onset)))
        for c in _by_onset(told.chords)
    ]
    return piece


def _by_onset(marks: list[Any]) -> list[Any]:
    return sorted(marks, key=lambda mark: mark.onset)


def _track(told: TrackJson) -> Track:
    controls = np.array(told.controls, dtype=CONTROL) if told.controls else np.zeros(0, CONTROL)
    return Track(
        name=told.name,
        program=told.program,
        is_drum=told.is_drum,
        notes=notes_of(told.notes),
        role=told.role,
        controls=controls[np.argsort(controls["onset"], kind="stable")],
        lyrics=[Text(onset, text) for onset, text in told.lyrics],
    )


def _key_at(piece: Piece, step: int) -> Key | None:
    before = [mark.key for mark in piece.keys if mark.onset <= step]
    return before[-1] if before else None


def check(piece: Piece, limits: Limits) -> None:
    """Check that a piece is within the limits, without counting through bars that it may claim.

    Raises:
        AntiphonError: it is not.
    """
    found = (
        ("notes", piece.n_notes, limits.notes),
        ("tracks", len(piece.tracks), limits.tracks),
        ("bars", _n_bars(piece), limits.bars),
        ("minutes", _minutes(piece), limits.minutes),
    )
    for what, n, most in found:
        if n > most:
            raise AntiphonError(
                f"The piece has {n:,.0f} {what}: at most {most:,} can be worked on here."
            )


def _n_bars(piece: Piece) -> int:
    """Return the number of bars as `Piece.bar_starts` would count them."""
    marks = sorted(piece.metres, key=lambda m: m.onset) or [Metre(0)]
    n, start = 0, 0
    for here, following in pairwise(marks):
        start = here.onset if n else 0
        n += max(0, -(-(following.onset - start) // here.steps(piece.resolution)))
    start = marks[-1].onset if n else 0
    length = marks[-1].steps(piece.resolution)
    return n + max(-(-(max(piece.end, 1) - start) // length), piece.n_bars_asked - n, 0)


def _minutes(piece: Piece) -> float:
    marks = sorted(piece.metres, key=lambda m: m.onset) or [Metre(0)]
    asked = piece.n_bars_asked * max(m.steps(piece.resolution) for m in marks)
    last = max(piece.end, marks[-1].onset, asked)
    return float(piece.seconds([last])[0]) / 60


def to_json(piece: Piece) -> dict[str, Any]:
    """Return a piece as plain values; times before the beginning are put at it."""
    starts = piece.bar_starts()
    return {
        "resolution": piece.resolution,
        "n_bars": len(starts) - 1,
        "title": _line(piece.title),
        "provenance": _text(piece.provenance)[:4_000],
        "tempos": [{"onset": max(t.onset, 0), "bpm": float(t.bpm)} for t in piece.tempos],
        "metres": [
            {"onset": max(m.onset, 0), "numerator": m.numerator, "denominator": m.denominator}
            for m in piece.metres
        ],
        "keys": [
            {"onset": max(k.onset, 0), "tonic": k.key.tonic, "mode": k.key.mode} for k in piece.keys
        ],
        "chords": [
            {
                "onset": int(c.onset),
                "duration": int(c.duration),
                "symbol": c.chord.symbol(_key_at(piece, c.onset)) if c.chord else "N",
            }
            for c in piece.chords
            if c.onset >= 0 and c.duration > 0
        ],
        "sections": [
            {"start": int(s.start), "n_bars": int(s.n_bars), "label": _line(s.label)}
            for s in piece.sections
            if s.start >= 0 and s.n_bars > 0
        ],
        "tracks": _tracks(piece),
        "bar_starts": starts.tolist(),
        "duration_s": round(piece.duration_s, 3),
    }


def _tracks(piece: Piece) -> list[dict[str, Any]]:
    ids: set[str] = set()
    return [
        {
            "id": _new_id(track, index, ids),
            "name": _line(track.name),
            "role": track.role,
            "program": int(track.program),
            "is_drum": bool(track.is_drum),
            "notes": track.notes[
                (track.notes["onset"] >= 0)
                & (track.notes["duration"] > 0)
                & (track.notes["velocity"] > 0)
            ].tolist(),
            "controls": track.controls[track.controls["onset"] >= 0].tolist(),
            "lyrics": [[int(t.onset), _line(t.text)] for t in track.lyrics if t.onset >= 0],
        }
        for index, track in enumerate(piece.tracks)
    ]


def _new_id(track: Track, index: int, taken: set[str]) -> str:
    """Return a name for a track that is its own in the piece."""
    found = track.role if track.role and track.role not in taken else f"track-{index + 1}"
    taken.add(found)
    return found


def _line(text: str) -> str:
    return _text(text)[:200]


def _text(text: str) -> str:
    """Return a text that UTF-8 can hold, without control characters."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.encode("utf-8", "replace").decode("utf-8")


def packed(piece: dict[str, Any]) -> bytes:
    """Return plain values as compact JSON."""
    return json.dumps(piece, ensure_ascii=False, separators=(",", ":")).encode()


def compressed(piece: dict[str, Any]) -> bytes:
    """Return a piece as it lies in the store."""
    return zlib.compress(packed(piece))


def decompressed(content: bytes) -> dict[str, Any]:
    """Return a piece out of the store."""
    return json.loads(zlib.decompress(content))


def canonical(told: PieceJson, limits: Limits) -> dict[str, Any]:
    """Return a piece as it is kept: checked, in order, the tracks by the names they came with.

    Raises:
        AntiphonError: see `from_json`.
    """
    kept = to_json(from_json(told, limits))
    ids = [track.id for track in told.tracks]
    if all(ids) and len(set(ids)) == len(ids):
        for track, name in zip(kept["tracks"], ids, strict=True):
            track["id"] = _line(name)
    return kept


def unpacked(content: bytes) -> PieceJson:
    """Return what JSON text says of a piece.

    Raises:
        AntiphonError: it is no piece.
    """
    try:
        return PieceJson.model_validate_json(content)
    except ValidationError as error:
        raise AntiphonError(f"This is no piece: {sentence_of(error.errors())}") from None


def sentence_of(errors: Any) -> str:
    """Return the first of pydantic's complaints as one sentence."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    more = f" ({len(errors) - 1} more like this)" if len(errors) > 1 else ""
    return f"{where or 'the request'}: {first['msg'].rstrip('.').lower()}{more}."
