"""The tables of a whole set, written part after part: memory never holds more than one part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets._parts import TABLES, Parts, as_json, songs_of
from antiphon.datasets._song import Song
from antiphon.formats import beside
from antiphon.representations.bars import NO_CHORD, PARTS


def write_tables(parts: Parts, about: dict[str, Any], out: Path, *, augment: bool) -> None:
    """Write bars.npy, notes.npy, drums.npy and pieces.json, each whole or not at all.

    Args:
        parts: of the set.
        about: what set it is; stands with every song.
        out: folder to write to.
        augment: also write every training song in each key its parts can be played in.
    """
    total = _n_rows(parts, augment)
    with ExitStack() as stack:
        tables = {
            name: stack.enter_context(open_table(out / f"{name}.npy", dtype, (total[name],)))
            for name, dtype in TABLES.items()
        }
        pieces = stack.enter_context(open_file(out / "pieces.json"))
        pieces.write(b"[")
        before = dict.fromkeys(("pieces", "runs", *TABLES), 0)
        for told in parts:
            songs = songs_of(told)
            if augment:
                songs = [moved for song in songs for moved in transposed(song)]
            for song in songs:
                pieces.write(b"," * (before["pieces"] > 0) + as_json(_told(song.info, about)))
                for name, rows in _numbered(song, before).items():
                    tables[name].write(rows.tobytes())
        pieces.write(b"]")


def _n_rows(parts: Parts, augment: bool) -> dict[str, int]:
    """Return the rows of each table that all songs have together."""
    total = dict.fromkeys(TABLES, 0)
    for told in parts:
        for info, sizes in zip(told.infos, told.sizes, strict=True):
            n_copies = 0 if "left_out" in info else 1 + augment * len(_other_keys(info))
            for name in TABLES:
                total[name] += n_copies * sizes[name]
    return total


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name when all is written."""
    with beside(path) as unfinished, open(unfinished, "wb") as file:
        yield file


@contextmanager
def open_table(path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> Iterator[BinaryIO]:
    """Open an .npy file of a known shape whose rows are still to be written."""
    header = {
        "descr": np.lib.format.dtype_to_descr(dtype),
        "fortran_order": False,
        "shape": shape,
    }
    with open_file(path) as file:
        np.lib.format.write_array_header_1_0(file, header)
        yield file


def _numbered(song: Song, before: dict[str, int]) -> dict[str, NDArray[np.void]]:
    """Return the tables of a song, rows numbered on from what was written before it.

    Runs and rows count through the whole set; `piece` is the song's place in it. What is
    written is added to `before`.
    """
    bars, drums = song.bars.copy(), song.drums.copy()
    bars["piece"] = before["pieces"]
    bars["run"] += before["runs"]
    bars["note_start"] += before["notes"]
    drums["bar"] += before["bars"]
    before["pieces"] += 1
    before["runs"] += int(song.bars["run"][-1]) + 1
    tables = {"bars": bars, "notes": song.notes, "drums": drums}
    for name, rows in tables.items():
        before[name] += len(rows)
    return tables


def _told(info: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    """Return what pieces.json says of a song: whence, under which licence, what it is."""
    kept = ("id", "split", "title", "key", "metre", "bpm", "n_bars", "parts", "transpose")
    told = {field: info[field] for field in (*kept, "sections", "labels")}
    if "shift" in info:
        told["shift"] = info["shift"]
    return told | {field: about[field] for field in ("dataset", "licence", "ship", "style")}


def transposed(song: Song) -> list[Song]:
    """Return a training song in every key of its range, itself first; others only itself."""
    return [song, *(_shifted(song, shift) for shift in _other_keys(song.info))]


def _other_keys(info: dict[str, Any]) -> list[int]:
    """Return the semitones by which a song of the training split may be moved."""
    if info["split"] != "train":
        return []
    low, high = info["transpose"]
    return [shift for shift in range(low, high + 1) if shift]


def _shifted(song: Song, shift: int) -> Song:
    bars, notes = song.bars.copy(), song.notes.copy()
    bars["tonic"] = (bars["tonic"].astype(np.int16) + shift) % 12
    for column in (0, 2):  # root and bass
        pitch = bars["chords"][:, :, column]
        moved = (pitch.astype(np.int16) + shift) % 12
        bars["chords"][:, :, column] = np.where(pitch == NO_CHORD, NO_CHORD, moved)
    is_pitched = notes["part"] != PARTS.index("drums")
    notes["pitch"][is_pitched] = notes["pitch"][is_pitched].astype(np.int16) + shift
    low, high = song.info["transpose"]
    info = song.info | {"shift": shift, "transpose": [low - shift, high - shift]}
    return replace(song, info=info, bars=bars, notes=notes)
