"""Pieces out of JSON and into it, checked and bounded."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.music.chords import parse_chord
from antiphon.music.keys import Key
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
from antiphon.web._schema import MAX_STEP, PieceJson, TrackJson
from antiphon.web._settings import Limits


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
    chords = _by_onset(told.chords)
    piece.chords = [
        ChordSpan(c.onset, c.duration, parse_chord(c.symbol, key))
        for c, key in zip(chords, _keys_at(piece, chords), strict=True)
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


def _keys_at(piece: Piece, marks: Sequence[Any]) -> list[Key | None]:
    """Return the key where each of several marks stands; None before the first one."""
    keys = _by_onset(piece.keys)
    places = np.searchsorted([k.onset for k in keys], [m.onset for m in marks], side="right")
    return [keys[place - 1].key if place else None for place in places]


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


def stored(kept: dict[str, Any]) -> Piece:
    """Return the piece that the store keeps; it was checked on its way there."""
    return from_json(PieceJson(**kept), Limits(bars=MAX_STEP, minutes=MAX_STEP))


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
                "symbol": c.chord.symbol(key) if c.chord else "N",
            }
            for c, key in zip(piece.chords, _keys_at(piece, piece.chords), strict=True)
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
