"""Preparing a data set: every song on all cores, or many machines, into memory-mapped tables.

What lies in the folder afterwards: `bars.npy`, `notes.npy`, `drums.npy` (micro-timing kept),
`pieces.json`, the report (`report.json`, `.html`, `.png`) and, last, `manifest.json`. Parts are
written as they are made, so that a stopped preparation goes on where it was; the same inputs
give the same bytes, whoever makes them. Memory holds one part at a time, and of all songs no
more than where they lie and which were left out.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from antiphon.datasets import Source, listing, load
from antiphon.datasets._doubles import contents
from antiphon.datasets._parts import TABLES, Parts, as_json, make_part
from antiphon.datasets._report import summary, write_report
from antiphon.datasets._song import FORMAT, fingerprint
from antiphon.datasets._tables import write_tables
from antiphon.datasets._workers import check, workers
from antiphon.errors import AntiphonError
from antiphon.formats import write_bytes

SONGS_PER_PART = 16


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
    engine: str,
    scheduler: str,
    progress: Callable[[int, int], None],
) -> Outcome:
    """Prepare a data set; see `antiphon.datasets.prepare`."""
    started = time.perf_counter()
    check(engine, scheduler)
    dataset = load(name)
    if root is None and getattr(dataset, "NEEDS_FOLDER", True):
        raise AntiphonError(f"Say where the data set {name} lies: --from FOLDER.")
    if engine == "dask":  # its workers have other current folders
        root, out = root and root.absolute(), out.absolute()
    sources = cast(list[Source], listing(dataset, root))
    groups = [sources[i : i + SONGS_PER_PART] for i in range(0, len(sources), SONGS_PER_PART)]
    finished = _manifest(out)
    if finished is not None and _is_same(finished, name, groups, augment):
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        return Outcome(report, True, 0, time.perf_counter() - started)
    parts = make_folder(out)
    prints: dict[int, str] = {}
    reused = done = 0
    tasks = [(name, group, parts / f"{i:05}.part") for i, group in enumerate(groups)]
    made = _made(tasks, engine, jobs or os.cpu_count() or 1, scheduler)
    try:
        for index, print_, was_there in made:
            prints[index] = print_
            reused += was_there
            done += len(groups[index])
            progress(done, len(sources))
    except AntiphonError:
        if not any(parts.iterdir()):
            remove(parts, out)
        raise
    with contents() as seen:
        whole = Parts([path for _, _, path in tasks], seen)
        about = about_of(name)
        report = summary(about, whole.infos(), augment)
        if not report["songs"]["used"]:
            first = next(whole.infos())["left_out"]
            remove(parts, out)
            raise AntiphonError(f"No song of {root} could be used. The first one: {first}")
        write_tables(whole, about, out, augment=augment)
    write_report(report, out)
    hashes = [prints[i] for i in range(len(groups))]
    manifest = {"dataset": name, "format": FORMAT, "augment": augment, "inputs": hashes}
    write_bytes(out / "manifest.json", as_json(manifest))
    shutil.rmtree(parts)
    return Outcome(report, False, reused, time.perf_counter() - started)


def about_of(name: str) -> dict[str, Any]:
    """Return what the report says of a data set itself."""
    fields = ("LICENCE", "SHIP", "STYLE", "CITATION", "URL")
    return {"dataset": name} | {field.lower(): getattr(load(name), field) for field in fields}


def make_folder(out: Path) -> Path:
    """Return the folder for parts, made with its parents."""
    parts = out / ".parts"
    try:
        parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AntiphonError(f"Cannot write to {out}: {error.strerror}.") from error
    return parts


def remove(parts: Path, out: Path) -> None:
    """Take away what a preparation without result has made."""
    shutil.rmtree(parts)
    if not any(out.iterdir()):
        out.rmdir()


def _manifest(out: Path) -> dict[str, Any] | None:
    try:
        loaded: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    wanted = [f"{table}.npy" for table in TABLES] + ["pieces.json", "report.json"]
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
    tasks: list[tuple[str, list[Source], Path]], engine: str, jobs: int, scheduler: str
) -> Iterator[tuple[int, str, bool]]:
    """Yield (index, fingerprint, was there already) of each part as it is finished."""
    if engine == "processes" and (jobs == 1 or len(tasks) == 1):
        for index, task in enumerate(tasks):
            yield index, *make_part(*task)
        return
    with workers(engine, min(jobs, len(tasks)), scheduler) as pool:
        waiting = {pool.submit(make_part, *task): i for i, task in enumerate(tasks)}
        for ready in as_completed(waiting):
            yield waiting[ready], *ready.result()
