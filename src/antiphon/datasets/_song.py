"""One song prepared: its rows of the tables, and everything the report says of it."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets import Source, read_remarking
from antiphon.errors import AntiphonError
from antiphon.music.instruments import ROLES
from antiphon.music.keys import Key
from antiphon.music.piece import RESOLUTION, Piece, together
from antiphon.representations.bars import (
    BAR,
    BAR_NOTE,
    NO_CHORD,
    PARTS,
    PITCHED,
    encode,
    metre_columns,
    slot_steps,
)

FORMAT = "4"  # raise it when the tables of an unchanged file would come out otherwise
SHIFTS = (-5, 6)  # semitones down and up: every key is reached once
_NO_PART = "no part of the ensemble has its track"

DRUM_NOTE = np.dtype(
    [
        ("bar", "i4"),  # row of bars.npy
        ("slot", "u1"),  # nearest slot of the bar, as in notes.npy
        ("shift", "i2"),  # thousandths of a beat played after (before: negative) the slot
        ("key", "u1"),  # General MIDI drum key
        ("velocity", "u1"),
    ]
)


@dataclass
class Song:
    """Tables of one song (row numbers count from its own first bar), or why there are none."""

    info: dict[str, Any]
    bars: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, BAR))
    notes: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, BAR_NOTE))
    drums: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, DRUM_NOTE))


def fingerprint(name: str, sources: Iterable[Source]) -> str:
    """Return the hash of what a data set's sources hold on disk, their splits and `FORMAT`."""
    total = hashlib.sha256(f"{FORMAT}\0{name}\0".encode())
    for source in sources:
        total.update(f"{source.id}\0{source.split}\0{source.same_as}\0".encode())
        for path in _files_of(source.path):
            content = _content(path)
            total.update(f"{os.path.basename(path)}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


def _content(path: str) -> bytes:
    """Return what a file holds, or why it cannot be read, which reading the song will say."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError as error:
        return f"\0{error.strerror}".encode()


def _files_of(path: Path) -> list[str]:
    """Return a file itself, or the files that lie in a folder, by name."""
    try:
        with os.scandir(path) as inside:
            return sorted(entry.path for entry in inside if entry.is_file())
    except OSError:
        return [os.fspath(path)]


def prepare_song(dataset: ModuleType, source: Source) -> Song:
    """Read one song and turn it into tables; one that cannot be used says why in ``left_out``."""
    info: dict[str, Any] = {"id": source.id, "split": source.split}
    if source.same_as:
        said = f"The same file as {source.same_as}."
        return Song(info | {"left_out": said, "reason": "the same file as another"})
    try:
        piece, remarks = read_remarking(dataset, source)
    except AntiphonError as error:
        return Song(info | {"left_out": str(error), "reason": _reason(str(error), source)})
    gridded = piece.on_grid() if piece.resolution != RESOLUTION else piece
    bars, notes, why = encode(gridded)
    if not len(notes) and (piece.n_notes or not len(bars)):
        said = "No note of it lies in a bar that can be used."
        return Song(info | {"left_out": said, "reason": said, "bars_left_out": dict(why)})
    drums = drum_table(piece, bars)
    told = info | _described(piece, bars, notes, why) | {"remarks": remarks}
    return Song(told, bars, notes, drums)


def _reason(sentence: str, source: Source) -> str:
    """Return a sentence without the names of song and file, so that equal causes count together."""
    for name in (str(source.path), source.path.name, source.id):
        sentence = sentence.replace(name, "…")
    return re.sub(r"\s+", " ", sentence).strip()


def _described(
    piece: Piece,
    bars: NDArray[np.void],
    notes: NDArray[np.void],
    why: Counter[str],
) -> dict[str, Any]:
    """Return what pieces.json and the report say of a song."""
    key = Key(int(bars["tonic"][0]), "minor" if bars["minor"][0] else "major")
    n_taken = sum(len(t.notes) for t in piece.tracks if t.role in PARTS)
    dropped = piece.left_out | {
        "its bar was left out": n_taken - len(notes),
        _NO_PART: piece.n_notes - n_taken,
    }
    low, high = transposition_range(notes)
    metre = piece.metres[0]
    n_of_part = np.bincount(notes["part"], minlength=len(PARTS))
    return {
        "title": piece.title,
        "key": str(key),
        "metre": str(metre),
        "bpm": round(median(bars["bpm"].tolist()), 2),
        "n_bars": len(bars),
        "n_runs": int(bars["run"][-1]) + 1,
        "parts": [part for part, n in zip(PARTS, n_of_part, strict=True) if n],
        "transpose": [low, high],
        "notes_read": piece.n_notes + sum(piece.left_out.values()),
        "notes_kept": len(notes),
        "notes_dropped": {reason: n for reason, n in dropped.items() if n},
        "bars_left_out": dict(why),
        "bars_without_chord": int((bars["chords"][:, 0, 0] == NO_CHORD).sum()),
        "sections": " ".join(f"{s.label}{s.n_bars}" for s in piece.sections),
        "labels": _labels(piece),
    }


def _labels(piece: Piece) -> dict[str, Any]:
    """Return what is said of a piece, nothing where nothing is, and the program of each part."""
    said = piece.labels
    mood = {"valence": said.valence, "arousal": said.arousal}
    found: dict[str, Any] = {"style": said.style} if said.style else {}
    found |= {name: value for name, value in mood.items() if not math.isnan(value)}
    heard = {t.role: t.program for t in piece.tracks if t.role in PARTS and len(t.notes)}
    return found | {"programs": heard}


def transposition_range(notes: NDArray[np.void]) -> tuple[int, int]:
    """Return the semitones, within −5 … 6, a song may move with every part in its range.

    One note in a hundred of a part may be out of it. A part that is already further out does
    not forbid moving it back; drums do not move.
    """
    low, high = SHIFTS
    for part in PITCHED:
        pitches = np.sort(notes["pitch"].compress(notes["part"] == PARTS.index(part)))
        if len(pitches):
            spare = len(pitches) // 100
            low = max(low, min(0, ROLES[part].low - int(pitches[spare])))
            high = min(high, max(0, ROLES[part].high - int(pitches[-1 - spare])))
    return low, high


def drum_table(piece: Piece, bars: NDArray[np.void]) -> NDArray[np.void]:
    """Return the drum notes (`DRUM_NOTE`) that lie in kept bars, sorted, with their micro-timing.

    Args:
        piece: at its own resolution, so that nothing is rounded before it is measured.
        bars: the kept bars, as `encode` gives them.
    """
    played = [t.notes for t in piece.tracks if t.is_drum and len(t.notes)]
    if not played or not len(bars):
        return np.zeros(0, DRUM_NOTE)
    notes = together(played)
    starts = piece.bar_starts()
    number = np.searchsorted(starts, notes["onset"], side="right") - 1
    rows = np.full(len(starts) + 1, -1)
    rows[bars["number"]] = np.arange(len(bars))
    is_kept = rows[number] >= 0
    notes, number = notes.compress(is_kept), number.compress(is_kept)
    at = notes["onset"] - starts[number]
    beat_of, _, _ = metre_columns(piece, starts[np.minimum(bars["number"], len(starts) - 1)])
    kinds, kind = np.unique(
        np.stack([beat_of, bars["n_beats"], bars["compound"]]), axis=1, return_inverse=True
    )
    table = np.zeros(len(notes), DRUM_NOTE)
    for index, (beat, n_beats, compound) in enumerate(kinds.T.tolist()):
        inside = np.flatnonzero(kind[rows[number]] == index)
        _place(table, inside, at[inside], slot_steps(n_beats, compound > 0, beat), beat)
    table["bar"], table["key"], table["velocity"] = rows[number], notes["pitch"], notes["velocity"]
    return table.take(np.lexsort((table["key"], table["shift"], table["slot"], table["bar"])))


def _place(
    table: NDArray[np.void],
    inside: NDArray[np.int64],
    at: NDArray[np.int64],
    places: NDArray[np.int64],
    beat: int,
) -> None:
    """Write the nearest slot of some notes, and how far from it they are.

    A note just ahead of the next bar line stays in its bar's last slot.

    Args:
        table: what is written to.
        inside: rows of the notes.
        at: their steps from the bar line on.
        places: step of every slot of their bars, from the bar line on.
        beat: steps of a beat.
    """
    slot = np.abs(at[:, None] - places).argmin(axis=1)
    table["shift"][inside] = np.rint((at - places[slot]) * 1000 / beat)
    table["slot"][inside] = slot
