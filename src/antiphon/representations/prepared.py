"""A prepared data set: memory-mapped tables of bars and notes, and the songs they are from.

`bars.npy` (`bars.BAR`), `notes.npy` (`bars.BAR_NOTE`) and `pieces.json`, a list with one
object a song: at least its `id` and `split`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.representations.rolls import Rolls, conditions_of, controls_of, rolls_of

SHIFTS = range(-5, 7)  # semitones by which the coder's training moves a bar


@dataclass(frozen=True)
class Tables:
    """Bars and notes of one split.

    Attributes:
        bars: (N,) table of `bars.BAR`; `piece` indexes `pieces`.
        notes: table of `bars.BAR_NOTE`, memory-mapped; bars say where theirs begin.
        starts: first bar of every run, and (last) N.
        pieces: what is known of each song of the whole set.
    """

    bars: NDArray[np.void]
    notes: NDArray[np.void]
    starts: NDArray[np.int64]
    pieces: list[dict[str, Any]]


@dataclass(frozen=True)
class Prepared(Tables):
    """Tables, and what networks for pitched parts are fed from them.

    Attributes:
        rolls: the bars as bits.
        conditions: (N, C) as `rolls.conditions_of` gives them.
        controls: (N, 6) as `rolls.controls_of` gives them.
    """

    rolls: Rolls
    conditions: NDArray[np.float32]
    controls: NDArray[np.float32]


def load_tables(folder: Path, split: str) -> Tables:
    """Load the tables of one split of a prepared set.

    Raises:
        AntiphonError: the folder holds no prepared set, or the split has no bar.
    """
    try:
        bars = np.load(folder / "bars.npy", mmap_mode="r")
        notes = np.load(folder / "notes.npy", mmap_mode="r")
        pieces = json.loads((folder / "pieces.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, EOFError) as error:
        raise AntiphonError(
            f"{folder} holds no prepared data set: make one with `antiphon data prepare`."
        ) from error
    wanted = np.array([piece["split"] == split for piece in pieces], dtype=bool)
    bars = np.array(bars[wanted[bars["piece"]]])
    if not len(bars):
        raise AntiphonError(f"The prepared set {folder} has no bar in its {split} split.")
    edge = (np.diff(bars["piece"]) != 0) | (np.diff(bars["run"]) != 0)
    starts = np.concatenate([[0], np.flatnonzero(edge) + 1, [len(bars)]])
    return Tables(bars, notes, starts, pieces)


def load(folder: Path, split: str) -> Prepared:
    """Load one split of a prepared set, with rolls and conditions.

    Raises:
        AntiphonError: the folder holds no prepared set, or the split has no bar.
    """
    tables = load_tables(folder, split)
    bars, notes = tables.bars, tables.notes
    last = np.zeros(len(tables.pieces), dtype=np.int64)
    np.maximum.at(last, bars["piece"], bars["number"])
    conditions = conditions_of(bars, bars["number"], last[bars["piece"]] - bars["number"])
    return Prepared(
        bars,
        notes,
        tables.starts,
        tables.pieces,
        rolls_of(bars, notes),
        conditions,
        controls_of(bars, notes),
    )


def shifted(
    rolls: NDArray[np.float32], chords: NDArray[np.float32], semitones: NDArray[np.integer]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return bars and their chords moved by so many semitones each.

    Args:
        rolls: (n, M, T, 2P + 1); pitches moved over the edge are lost.
        chords: (n, beats, 25).
        semitones: (n,).
    """
    n_pitches = (rolls.shape[-1] - 1) // 2
    out, turned = np.zeros_like(rolls), chords.copy()
    for shift in np.unique(semitones):
        rows = semitones == shift
        a, b = max(0, shift), min(n_pitches, n_pitches + shift)
        for base in (0, n_pitches):
            out[rows, ..., base + a : base + b] = rolls[
                rows, ..., base + a - shift : base + b - shift
            ]
        turned[rows, :, :12] = np.roll(chords[rows, :, :12], shift, axis=-1)
        turned[rows, :, 12:24] = np.roll(chords[rows, :, 12:24], shift, axis=-1)
    out[..., -1] = rolls[..., -1]
    return out, turned
