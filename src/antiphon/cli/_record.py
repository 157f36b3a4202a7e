"""What is told of a piece beside its notes: one record, kept as JSON, printed and shown.

A record holds plain values only, so that one read from an earlier run's JSON file is as good
as a new one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import antiphon
from antiphon.music.instruments import GM_NAMES
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan

if TYPE_CHECKING:
    from antiphon.inference.compose import Composition

Record = dict[str, Any]
FORMAT = "antiphon composition 1"  # what marks a JSON file as ours


def record_of(made: Composition, name: str = "") -> Record:
    """Return what is told of a composition; ``files`` is filled in when they are written.

    Args:
        made: the composition.
        name: what its files are called; by its plan when left out.
    """
    piece, plan = made.piece, made.plan
    return {
        "format": FORMAT,
        "version": antiphon.__version__,
        "title": piece.title or plan.title,
        "name": name,
        "metre": str(piece.metres[0]) if piece.metres else str(plan.time_signature()),
        "plan": _plain(plan),
        "key": key_of(made),
        "n_bars": piece.n_bars,
        "duration_s": round(piece.duration_s, 3),
        "sections": [[s.label, s.start, s.n_bars] for s in piece.sections],
        "chords": chords_by_bar(piece),
        "parts": [
            {
                "name": track.name,
                "instrument": "Drum kit" if track.is_drum else GM_NAMES[track.program],
                "n_notes": len(track.notes),
            }
            for track in piece.tracks
        ],
        "score": made.score if np.isfinite(made.score) else None,
        "reasons": list(made.reasons),
        "redrawn": list(made.redrawn),
        "provenance": dict(made.provenance),
        "music": fingerprint(piece),
        "files": {},
    }


def _plain(plan: Plan) -> dict[str, Any]:
    values = dataclasses.asdict(plan)
    return {name: v for name, v in values.items() if v is not None and v != ""}


def key_of(made: Composition) -> str:
    """Return the key in words, e.g. ``"G major"``; empty when neither plan nor piece has one."""
    asked = made.plan.asked_key()
    marked = made.piece.keys[0].key if made.piece.keys else None
    return str(asked or marked or "")


def chords_by_bar(piece: Piece) -> list[str]:
    """Return the chord symbols of each bar, spelt for the key; a bar that only goes on is ``%``."""
    if not piece.chords:
        return []
    starts = piece.bar_starts()
    key = piece.keys[0].key if piece.keys else None
    bars: list[list[str]] = [[] for _ in starts[:-1]]
    for span in piece.chords:
        bar = int(np.searchsorted(starts, span.onset, side="right")) - 1
        if 0 <= bar < len(bars):
            bars[bar].append(span.chord.symbol(key) if span.chord else "N")
    return [" ".join(bar) or "%" for bar in bars]


def fingerprint(piece: Piece) -> str:
    """Return a digest that pieces share only when they sound and read alike."""
    digest = hashlib.sha256(repr([piece.title, piece.resolution, piece.tempos]).encode())
    digest.update(repr([piece.metres, piece.keys, piece.chords, piece.sections]).encode())
    for track in piece.tracks:
        digest.update(repr([track.name, track.program, track.is_drum]).encode())
        digest.update(np.ascontiguousarray(track.notes).tobytes())
        digest.update(np.ascontiguousarray(track.controls).tobytes())
    return digest.hexdigest()


def read_record(path: Path) -> Record | None:
    """Return the record that an earlier run wrote, or None when the file is none of ours."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(record, dict) and record.get("format") == FORMAT
    return record if ours else None


def clock(seconds: float) -> str:
    """Return minutes and seconds, e.g. ``1:20``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def form(record: Record) -> str:
    """Return the form with lengths, e.g. ``intro4 A8 A8 B8 A4``."""
    return " ".join(f"{label}{n_bars}" for label, _, n_bars in record["sections"])


def headline(record: Record) -> str:
    """Return the piece in one line, e.g. ``Pop in G major, 32 bars of 4/4 at 96 bpm, 1:20``."""
    plan = record["plan"]
    key = f" in {record['key']}" if record["key"] else ""
    tempo = f" at {plan['tempo']:g} bpm" if "tempo" in plan else ""
    bars = f"{record['n_bars']} bar{'s' if record['n_bars'] != 1 else ''}"
    return (
        f"{plan['style'].capitalize()}{key}, {bars} of {record['metre']}{tempo}, "
        f"{clock(record['duration_s'])}"
    )
