"""Preparing a data set: every song on all cores, part by part, into memory-mapped tables.

What lies in the folder afterwards: `bars.npy`, `notes.npy`, `drums.npy` (micro-timing kept),
`pieces.json`, the report (`report.json`, `.html`, `.png`) and, last, `manifest.json`. Parts are
written as they are made, so that a stopped preparation goes on where it was; the same inputs
give the same bytes, however many jobs there are.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from antiphon.datasets import Source, load
from antiphon.datasets._report import summary, write_report
from antiphon.datasets._song import DRUM_NOTE, FORMAT, Song, fingerprint, prepare_song
from antiphon.datasets._tables import joined, leave_out_doubles, transposed
from antiphon.errors import AntiphonError
from antiphon.representations.bars import BAR, BAR_NOTE

SONGS_PER_PART = 16
_TABLES = {"bars": BAR, "notes": BAR_NOTE, "drums": DRUM_NOTE}


@dataclass(frozen=True)
class Outcome:
    """What a preparation did.

    Attributes:
        report: what report.json holds.
        was_finished: nothing had to be done, the set was there.
        parts_reused: parts an earlier, stopped run had left.
        seconds: how long it took.
    """

    report: dict[str, Any]
    was_finished: bool
    parts_reused: int
    seconds: float


def prepare(
    name: str,
    root: Path | None,
    out: Path,
    *,
    jobs: int | None,
    augment: bool,
    progress: Callable[[int, int], None],
) -> Outcome:
    """Prepare a data set; see `antiphon.datasets.prepare`."""
    started = time.perf_counter()
    dataset = load(name)
    if root is None and getattr(dataset, "NEEDS_FOLDER", True):
        raise AntiphonError(f"Say where the data set {name} lies: --from FOLDER.")
    sources: list[Source] = dataset.sources(root)
    groups = [sources[i : i + SONGS_PER_PART] for i in range(0, len(sources), SONGS_PER_PART)]
    parts = _make_folder(out)
    prints: dict[int, str] = {}
    finished = _manifest(out)
    if finished is not None and _is_same(finished, name, groups, augment):
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        return Outcome(report, True, 0, time.perf_counter() - started)
    reused = done = 0
    for index, print_, was_there in _made(name, groups, parts, jobs or os.cpu_count() or 1):
        prints[index] = print_
        reused += was_there
        done += len(groups[index])
        progress(done, len(sources))
    hashes = [prints[i] for i in range(len(groups))]
    songs = [song for i in range(len(groups)) for song in _read_part(parts / f"{i:05}.npz")]
    leave_out_doubles(songs)
    if not any(len(song.bars) for song in songs):
        _remove(parts, out)
        first = songs[0].info["left_out"]
        raise AntiphonError(f"No song of {root} could be used. The first one: {first}")
    report = _write_set(name, songs, out, augment)
    manifest = {"dataset": name, "format": FORMAT, "augment": augment, "inputs": hashes}
    _write(out / "manifest.json", _json(manifest))
    shutil.rmtree(parts)
    return Outcome(report, False, reused, time.perf_counter() - started)


def _make_folder(out: Path) -> Path:
    parts = out / ".parts"
    try:
        parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AntiphonError(f"Cannot write to {out}: {error.strerror}.") from error
    return parts


def _remove(parts: Path, out: Path) -> None:
    """Take away what a preparation without result has made."""
    shutil.rmtree(parts)
    if not any(out.iterdir()):
        out.rmdir()


def _manifest(out: Path) -> dict[str, Any] | None:
    try:
        loaded: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    wanted = [f"{table}.npy" for table in _TABLES] + ["pieces.json", "report.json"]
    return loaded if all((out / file).exists() for file in wanted) else None


def _is_same(
    manifest: dict[str, Any], name: str, groups: list[list[Source]], augment: bool
) -> bool:
    told = (manifest.get("dataset"), manifest.get("format"), manifest.get("augment"))
    inputs = manifest.get("inputs", [])
    return (
        told == (name, FORMAT, augment)
        and len(inputs) == len(groups)
        and all(fingerprint(name, g) == known for g, known in zip(groups, inputs, strict=True))
    )


def _made(
    name: str, groups: list[list[Source]], parts: Path, jobs: int
) -> Iterator[tuple[int, str, bool]]:
    """Yield (index, fingerprint, was there already) of each part as it is finished."""
    tasks = [(name, group, parts / f"{i:05}.npz") for i, group in enumerate(groups)]
    if jobs == 1 or len(tasks) == 1:
        for index, task in enumerate(tasks):
            yield index, *_make_part(*task)
        return
    with _pool(min(jobs, len(tasks))) as pool:
        waiting = {pool.submit(_make_part, *task): i for i, task in enumerate(tasks)}
        for ready in as_completed(waiting):
            yield waiting[ready], *ready.result()


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Open worker processes: forked where that is safe and quick, else started afresh."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and "torch" not in sys.modules
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    with warnings.catch_warnings():
        # Python 3.12 warns of any thread at a fork; numpy's are idle and made fork-safe
        warnings.simplefilter("ignore", DeprecationWarning)
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            yield pool


def _make_part(name: str, group: list[Source], path: Path) -> tuple[str, bool]:
    """Prepare some songs and write them, unless this was done from the same files before."""
    print_ = fingerprint(name, group)
    if path.exists() and _print_of(path) == print_:
        return print_, True
    dataset = load(name)
    songs = [prepare_song(dataset, source) for source in group]
    arrays = {
        table: np.concatenate([getattr(song, table) for song in songs], dtype=dtype)
        for table, dtype in _TABLES.items()
    }
    sizes = [[len(getattr(song, table)) for table in _TABLES] for song in songs]
    told = {"print": print_, "songs": [song.info for song in songs], "sizes": sizes}
    content = io.BytesIO()
    arrays["told"] = np.frombuffer(_json(told), np.uint8)
    np.savez(content, allow_pickle=False, **arrays)
    _write(path, content.getvalue())
    return print_, False


def _print_of(path: Path) -> str:
    try:
        with np.load(path) as part:
            return str(json.loads(part["told"].tobytes())["print"])
    except (OSError, ValueError, KeyError):
        return ""


def _read_part(path: Path) -> list[Song]:
    with np.load(path) as part:
        told = json.loads(part["told"].tobytes())
        tables = {table: part[table] for table in _TABLES}
    at = dict.fromkeys(_TABLES, 0)
    songs = []
    for info, sizes in zip(told["songs"], told["sizes"], strict=True):
        song = Song(info)
        for table, size in zip(_TABLES, sizes, strict=True):
            setattr(song, table, tables[table][at[table] : at[table] + size])
            at[table] += size
        songs.append(song)
    return songs


def _write_set(name: str, songs: list[Song], out: Path, augment: bool) -> dict[str, Any]:
    """Write tables, pieces.json and the report; return the report."""
    dataset = load(name)
    about = {
        "dataset": name,
        "licence": dataset.LICENCE,
        "ship": dataset.SHIP,
        "style": dataset.STYLE,
        "citation": dataset.CITATION,
        "url": dataset.URL,
    }
    report = summary(about, [song.info for song in songs], augment)
    used = [song for song in songs if len(song.bars)]
    if augment:
        used = [moved for song in used for moved in transposed(song)]
    for table, rows in zip(_TABLES, joined(used), strict=True):
        content = io.BytesIO()
        np.save(content, rows)
        _write(out / f"{table}.npy", content.getvalue())
    _write(out / "pieces.json", _json([_told(song.info, about) for song in used]))
    write_report(report, out)
    return report


def _told(info: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    """Return what pieces.json says of a song: whence, under which licence, what it is."""
    kept = ("id", "split", "title", "key", "metre", "bpm", "n_bars", "parts", "transpose")
    told = {field: info[field] for field in (*kept, "sections", "labels")}
    if "shift" in info:
        told["shift"] = info["shift"]
    return told | {field: about[field] for field in ("dataset", "licence", "ship", "style")}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise AntiphonError(f"Cannot write {path}: {error.strerror}.") from error
