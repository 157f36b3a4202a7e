"""Parts: the songs of a set in files of sixteen, each made by one call on whichever machine.

A part holds a line of JSON, what is told of each song, and then the tables of its songs one after
the other. What it was made from is in it, so that a stopped preparation knows which parts still
hold. A zip of arrays, as numpy writes it, would take a tenth of a whole preparation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from antiphon.datasets import Source, load
from antiphon.datasets._doubles import Contents
from antiphon.datasets._song import DRUM_NOTE, Song, fingerprint, prepare_song
from antiphon.datasets._workers import one_thread
from antiphon.formats import write_bytes
from antiphon.representations.bars import BAR, BAR_NOTE

TABLES = {"bars": BAR, "notes": BAR_NOTE, "drums": DRUM_NOTE}


@dataclass(frozen=True)
class Told:
    """What a part says of each of its songs, without their tables.

    Attributes:
        path: file of the part.
        infos: what the report and pieces.json say.
        sizes: rows of each table.
    """

    path: Path
    infos: list[dict[str, Any]]
    sizes: list[dict[str, int]]


@dataclass(frozen=True)
class Parts:
    """The parts of a set in their order; each is read when it is its turn, as often as asked.

    A song with the notes of an earlier one is left out, and says so: files differ, notes not.

    Attributes:
        paths: their files.
        seen: the notes of the songs before; empty at first.
    """

    paths: Sequence[Path]
    seen: Contents

    def __iter__(self) -> Iterator[Told]:
        for path in self.paths:
            told = _told_in(path)
            infos = [
                self._unless_double(info, content)
                for info, content in zip(told["infos"], told["contents"], strict=True)
            ]
            yield Told(path, infos, told["sizes"])

    def infos(self) -> Iterator[dict[str, Any]]:
        """Yield what is said of each song."""
        return (info for told in self for info in told.infos)

    def _unless_double(self, info: dict[str, Any], content: str) -> dict[str, Any]:
        original = self.seen.first(content, info["id"])
        if original == info["id"]:
            return info
        return {key: info[key] for key in ("id", "split")} | {
            "left_out": f"The same notes as {original}.",
            "reason": "the same notes as another",
        }


def make_part(name: str, group: list[Source], path: Path) -> tuple[str, bool]:
    """Prepare some songs and write them, unless this was done from the same files before.

    Returns:
        The fingerprint of the files, and whether the part was there already.
    """
    print_ = fingerprint(name, group)
    if _print_of(path) == print_:
        return print_, True
    dataset = load(name)
    with one_thread():
        songs = [prepare_song(dataset, source) for source in group]
    arrays = {
        table: np.concatenate([getattr(song, table) for song in songs], dtype=dtype)
        for table, dtype in TABLES.items()
    }
    told = {
        "print": print_,
        "infos": [song.info for song in songs],
        "sizes": [{table: len(getattr(song, table)) for table in TABLES} for song in songs],
        "contents": [_content(song) for song in songs],  # hash of the notes; "" for none
    }
    tables = b"".join(arrays[table].tobytes() for table in TABLES)
    write_bytes(path, as_json(told) + b"\n" + tables)
    return print_, False


def _content(song: Song) -> str:
    if not len(song.bars):
        return ""
    told = song.notes if len(song.notes) else song.bars["chords"]  # charts have no notes
    return hashlib.sha256(told.tobytes() + song.drums.tobytes()).hexdigest()


def _print_of(path: Path) -> str:
    try:
        told = _told_in(path)
    except (OSError, ValueError, KeyError):
        return ""
    return str(told["print"]) if "contents" in told else ""


def _told_in(path: Path) -> dict[str, Any]:
    with open(path, "rb") as part:
        told: dict[str, Any] = json.loads(part.readline())
    return told


def songs_of(told: Told) -> list[Song]:
    """Return the songs of a part that are not left out."""
    with open(told.path, "rb") as part:
        part.readline()
        n_rows = {table: sum(sizes[table] for sizes in told.sizes) for table in TABLES}
        tables = {
            table: np.frombuffer(part.read(n_rows[table] * dtype.itemsize), dtype)
            for table, dtype in TABLES.items()
        }
    at = dict.fromkeys(TABLES, 0)
    songs = []
    for info, sizes in zip(told.infos, told.sizes, strict=True):
        rows = {table: tables[table][at[table] : at[table] + sizes[table]] for table in TABLES}
        at = {table: at[table] + sizes[table] for table in TABLES}
        if "left_out" not in info:
            songs.append(Song(info, **rows))
    return songs


def as_json(value: object) -> bytes:
    """Return JSON without a blank too many."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
