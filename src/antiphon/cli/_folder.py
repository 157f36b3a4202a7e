"""The folder pieces are laid into: names that take nobody's place, files that come whole.

Files are made in a hidden folder beside and then renamed. A file is only ever replaced by the
same music: what is called alike but sounds otherwise, or was changed by hand, keeps its place
and the new piece takes the next name.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from antiphon.cli._record import Record, read_record
from antiphon.errors import AntiphonError

_WORKSHOP = ".antiphon-"
_LEFT_BEHIND_S = 86400
MARK = '<meta name="generator" content="Antiphon">'  # of pages that we wrote


@contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """Make a folder with its parents and yield a hidden one in it to work in.

    On the way out the hidden one goes; when nothing came to lie in `folder`, the folders that
    were made go as well.

    Raises:
        AntiphonError: the folder cannot be made or written to.
    """
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        workshop = Path(tempfile.mkdtemp(prefix=_WORKSHOP, dir=folder))
    except OSError as error:
        _remove_empty(made)
        if folder.exists() and not folder.is_dir():
            raise AntiphonError(f"{folder} is a file: give --out a folder.") from None
        reason = (error.strerror or str(error)).lower()
        raise AntiphonError(f"Cannot write into the folder {folder}: {reason}.") from None
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
        _remove_empty(made)


def _sweep(folder: Path) -> None:
    """Remove what runs left behind that were killed so hard that they could not."""
    for left in folder.glob(f"{_WORKSHOP}*"):
        if left.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
            shutil.rmtree(left, ignore_errors=True)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:  # innermost first
        try:
            folder.rmdir()
        except OSError:
            return


def named(folder: Path, records: Sequence[Record], endings: Sequence[str]) -> list[str]:
    """Return a stem for each piece such that no file of another piece is in the way.

    One piece is called by what it is, several are numbered on from what is there, unless
    the same pieces are there: then they keep their numbers.

    Args:
        endings: what follows the stem in the files to be written, e.g. ``[".mid", ".json"]``.
    """
    if len(records) == 1:
        stem = _stem(records[0])
        n = 1
        while not _is_free(folder, name := stem if n == 1 else f"{stem}-{n}", records[0], endings):
            n += 1
        return [name]
    width = max(3, len(str(len(records))))
    stems = [f"{n:0{width}d}" for n in range(1, len(records) + 1)]
    if all(_is_free(folder, s, r, endings) for s, r in zip(stems, records, strict=True)):
        return stems
    numbers = [int(m[1]) for f in folder.iterdir() if (m := re.match(r"(\d{3,9})\.", f.name))]
    first = max(numbers, default=0) + 1
    return [f"{n:0{width}d}" for n in range(first, first + len(records))]


def _stem(record: Record) -> str:
    if record["name"]:
        return f"{record['name']}-seed{record['plan']['seed']}"
    key = re.sub(r"^([A-G])b", r"\1-flat", record["key"]).replace("#", "-sharp")
    words = f"{record['plan']['style']} {key} seed{record['plan']['seed']}"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _is_free(folder: Path, stem: str, record: Record, endings: Sequence[str]) -> bool:
    there = [f for e in endings if (f := folder / f"{stem}{e}").exists() or f.is_symlink()]
    if not there:
        return True
    earlier = read_record(folder / f"{stem}.json")
    if earlier is None or any(earlier.get(k) != record[k] for k in ("music", "plan")):
        return False
    listed = earlier.get("files", {})
    return all(f.suffix == ".json" or listed.get(f.name) == digest(f) for f in there)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def lay(folder: Path, workshop: Path, stem: str, record: Record) -> Record:
    """Move the finished files of a piece into the folder, with its record beside them.

    Files of the same music from an earlier run stay listed.

    Raises:
        AntiphonError: the folder can no longer be written to.
    """
    try:
        files = sorted(f for f in workshop.iterdir() if f.name.startswith(f"{stem}."))
        earlier = read_record(folder / f"{stem}.json") or {}
        kept = {n: d for n, d in earlier.get("files", {}).items() if (folder / n).exists()}
        record = record | {"files": kept | {f.name: digest(f) for f in files}}
        told = workshop / f"{stem}.json"
        told.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for file in (told, *files):
            file.replace(folder / file.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AntiphonError(f"Cannot write into the folder {folder}: {reason}.") from None
    return record


def earlier_records(folder: Path, but: Sequence[str]) -> list[tuple[str, Record]]:
    """Return stems and records of pieces that earlier runs left here, newest first."""
    files = [f for f in folder.glob("*.json") if f.stem not in set(but)]
    files.sort(key=lambda f: (-f.stat().st_mtime_ns, f.name))
    found = [(f.stem, read_record(f)) for f in files]
    return [(stem, record) for stem, record in found if record is not None]


def page_name(folder: Path) -> str:
    """Return ``index.html``, or another name where somebody else's page has that one."""
    for name in ("index.html", "antiphon.html"):
        page = folder / name
        if not page.exists():
            return name
        with page.open(encoding="utf-8", errors="replace") as file:
            if MARK in file.read(2000):
                return name
    raise AntiphonError(f"{folder} has an index.html and an antiphon.html of other makers.")
