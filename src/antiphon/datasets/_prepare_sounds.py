"""Preparing a data set of sounds: every recording on all cores into one memory-mapped table.

What lies in the folder afterwards: `sounds.npy`, `labels.npy`, `pieces.json`
(`representations.sounds`), the report and, last, `manifest.json`. It stops, goes on and is
recognised as `_prepare` does; recordings are told apart by size and time of change, for there may
be a hundred gigabytes of them. Of the sounds, memory holds one part at a time.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np

from antiphon.datasets import listing, load
from antiphon.datasets._parts import as_json
from antiphon.datasets._prepare import Outcome, about_of, make_folder, remove
from antiphon.datasets._sound import FORMAT, N_FRAMES, SAMPLE_RATE_HZ, SECONDS, prepare_recording
from antiphon.datasets._sound_report import summary, write_report
from antiphon.datasets._tables import open_file, open_table
from antiphon.datasets._workers import check, one_thread, workers
from antiphon.errors import AntiphonError
from antiphon.formats import write_bytes
from antiphon.music.recording import Recording
from antiphon.representations.sounds import LABEL

RECORDINGS_PER_PART = 64
_FILES = ("sounds.npy", "labels.npy", "pieces.json", "report.json")


@dataclass
class _Part:
    """What a part tells, without its sounds: of each recording, and the hash of each row."""

    path: Path
    infos: list[dict[str, Any]]
    hashes: list[list[str]]


def prepare_sounds(
    name: str,
    root: Path | None,
    out: Path,
    *,
    jobs: int | None,
    engine: str,
    scheduler: str,
    listen: bool,
    progress: Callable[[int, int], None],
) -> Outcome:
    """Prepare a data set of sounds; see `antiphon.datasets.prepare`."""
    started = time.perf_counter()
    check(engine, scheduler)
    if root is None:
        raise AntiphonError(f"Say where the data set {name} lies: --from FOLDER.")
    if engine == "dask":  # its workers have other current folders
        root, out = root.absolute(), out.absolute()
    found = cast(list[Recording], listing(load(name), root))
    step = RECORDINGS_PER_PART
    groups = [found[i : i + step] for i in range(0, len(found), step)]
    prints = [_fingerprint(group, listen) for group in groups]
    manifest = {"dataset": name, "format": FORMAT, "sample_rate_hz": SAMPLE_RATE_HZ}
    manifest |= {"seconds": SECONDS, "inputs": prints}
    if _is_there(out, manifest):
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        return Outcome(report, True, 0, time.perf_counter() - started)
    folder = make_folder(out)
    paths = [folder / f"{i:06}.npz" for i in range(len(groups))]
    reused = done = 0
    with workers(engine, min(jobs or os.cpu_count() or 1, len(groups)), scheduler) as pool:
        tasks = zip(groups, paths, prints, strict=True)
        waiting = {pool.submit(make_part, *task, listen): len(task[0]) for task in tasks}
        for ready in as_completed(waiting):
            reused += ready.result()
            done += waiting[ready]
            progress(done, len(found))
    report = _join(name, [_told_by(path) for path in paths], root, out)
    write_bytes(out / "manifest.json", as_json(manifest))
    shutil.rmtree(folder)
    return Outcome(report, False, reused, time.perf_counter() - started)


def _fingerprint(group: list[Recording], listen: bool = False) -> str:
    """Return the hash of what is said of recordings, and of size and time of their files."""
    total = hashlib.sha256(f"{FORMAT}\0{SAMPLE_RATE_HZ}\0{SECONDS}\0{listen}\0".encode())
    for recording in group:
        try:
            found = recording.path.stat()
            state = f"{found.st_size}\0{found.st_mtime_ns}"
        except OSError:
            state = "missing"
        total.update(f"{recording!r}\0{state}\0".encode(errors="surrogateescape"))
    return total.hexdigest()


def _is_there(out: Path, manifest: dict[str, Any]) -> bool:
    try:
        told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return told == manifest and all((out / file).exists() for file in _FILES)


def make_part(group: list[Recording], path: Path, print_: str, listen: bool = False) -> bool:
    """Prepare some recordings and write them; return whether that had been done before."""
    if _print_of(path) == print_:
        return True
    with one_thread():
        sounds = [prepare_recording(recording, listen=listen) for recording in group]
    told = {
        "print": print_,
        "infos": [sound.info for sound in sounds],
        "hashes": [
            [hashlib.sha256(row.tobytes()).hexdigest() for row in sound.samples] for sound in sounds
        ],
    }
    file = io.BytesIO()
    np.savez(
        file,
        allow_pickle=False,
        told=np.frombuffer(as_json(told), np.uint8),
        samples=np.concatenate([sound.samples for sound in sounds]),
        labels=np.concatenate([sound.labels for sound in sounds], dtype=LABEL),
    )
    write_bytes(path, file.getvalue())
    return False


def _print_of(path: Path) -> str:
    try:
        with np.load(path, allow_pickle=False) as part:
            return str(json.loads(part["told"].tobytes())["print"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return ""


def _told_by(path: Path) -> _Part:
    with np.load(path, allow_pickle=False) as part:
        told = json.loads(part["told"].tobytes())
    return _Part(path, told["infos"], told["hashes"])


def _join(name: str, parts: list[_Part], root: Path, out: Path) -> dict[str, Any]:
    """Leave out doubles, write the tables part by part and the report; return the report."""
    _leave_out_doubles(parts)
    infos = [info for part in parts for info in part.infos]
    if all("left_out" in info for info in infos):
        remove(out / ".parts", out)
        first = infos[0]["left_out"] if infos else "there is none."
        raise AntiphonError(f"No recording of {root} could be used. The first one: {first}")
    n_rows = sum(
        len(hashes)
        for part in parts
        for info, hashes in zip(part.infos, part.hashes, strict=True)
        if "left_out" not in info
    )
    about = about_of(name)
    labels = []
    with (
        open_table(out / "sounds.npy", np.dtype(np.int16), (n_rows, N_FRAMES)) as table,
        open_file(out / "pieces.json") as pieces,
    ):
        pieces.write(b"[")
        is_first = True
        for part in parts:
            samples, said, told = _kept(part, about)
            table.write(samples.tobytes())
            labels.append(said)
            for one in told:
                pieces.write(b"," * (not is_first) + as_json(one))
                is_first = False
        pieces.write(b"]")
    whole = np.concatenate(labels)
    with open_table(out / "labels.npy", LABEL, whole.shape) as table:
        table.write(whole.tobytes())
    report = summary(about, infos, whole)
    write_report(report, out)
    return report


def _leave_out_doubles(parts: list[_Part]) -> None:
    """Say of each recording whose sound equals an earlier one's that it is left out."""
    first_of: dict[str, str] = {}
    for part in parts:
        for info, hashes in zip(part.infos, part.hashes, strict=True):
            original = first_of.setdefault(" ".join(hashes), info["id"]) if hashes else info["id"]
            if original != info["id"]:
                info["left_out"] = f"The same sound as {original}."
                info["reason"] = "the same sound as another"


def _kept(
    part: _Part, about: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Return samples and labels of a part's recordings that stay, and what is told of each row."""
    with np.load(part.path, allow_pickle=False) as arrays:
        samples, labels = arrays["samples"], arrays["labels"]
    n_rows = [len(hashes) for hashes in part.hashes]
    stays = np.repeat(["left_out" not in info for info in part.infos], n_rows).astype(bool)
    of_row = np.repeat(np.arange(len(n_rows)), n_rows)[stays]
    fields = ("id", "split", "licence", "ship", "instrument")
    told = [
        {field: part.infos[i][field] for field in fields}
        | {"dataset": about["dataset"], "style": about["style"]}
        | ({"heard": part.infos[i]["heard"]} if "heard" in part.infos[i] else {})
        for i in of_row.tolist()
    ]
    return samples[stays], labels[stays], told
