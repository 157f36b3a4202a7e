"""Systems to be compared: what a name, a run or a folder of music stands for, and its pieces.

Pieces are drawn into a folder as MIDI files, and what is there already is not drawn again, as
long as weights, seed and length are the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import antiphon
from antiphon import formats, models
from antiphon.errors import AntiphonError
from antiphon.inference.evaluate import read_folder
from antiphon.music.piece import Piece

_AT_ONCE = 8  # songs composed before they are written: what an interruption costs
_BARS_STAGE = "coder"  # sees single bars, not windows of music


@dataclass(frozen=True)
class System:
    """Something that makes music.

    Attributes:
        name: what tables call it.
        kind: ``"song"`` (composes by a plan), ``"gan"`` (draws segments) or ``"files"``.
        architecture: the model of a ``"gan"``, else as `kind`.
        folder: of its weights, or of its files.
        style: of its weights, "" where nobody knows.
        data: what it learned from, by its weights.
        digest: of its weights; of files, of their names, sizes and times.
    """

    name: str
    kind: str
    architecture: str
    folder: Path
    style: str
    data: str
    digest: str


def systems(asked: Sequence[str]) -> list[System]:
    """Return what names stand for.

    Args:
        asked: shipped weights by name, run folders, weights folders, or folders of music files;
            ``NAME=FOLDER`` gives one another name.

    Raises:
        AntiphonError: there is no such thing, it makes no whole pieces, or two share a name.
    """
    found = [_system(*named(text)) for text in asked]
    check_names([system.name for system in found])
    return found


def check_names(names: Sequence[str]) -> None:
    """Check that names can be told apart, and name folders.

    Raises:
        AntiphonError: they cannot.
    """
    for name in names:
        if not re.fullmatch(r"[\w.-]+", name):
            raise AntiphonError(
                f"{name!r} is no name for a folder: letters, digits, '.', '_' and '-' can be "
                "in it; give another by NAME=FOLDER."
            )
        if names.count(name) > 1 or name == "real":
            raise AntiphonError(
                f"Two of them would be called {name!r}: give one another name by NAME=FOLDER."
            )


def named(text: str) -> tuple[str, str]:
    """Return the name of what is asked for, and where it lies, of ``NAME=PLACE`` or a place."""
    name, separator, place = text.rpartition("=")
    if separator and not Path(text).exists():
        return name.strip(), place.strip()
    path = Path(text)
    return (path.resolve().parent if path.name == "weights" else path.resolve()).name, text


def _system(name: str, place: str) -> System:
    try:
        folder = models.folder_of(place)
    except AntiphonError:
        if Path(place).is_dir() and not _is_run(Path(place)):
            return System(name, "files", "files", Path(place), "", "", stamp(Path(place)))
        raise
    tables = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
    about = tables.get("about", {})
    model = str(about.get("model", ""))
    if tables.get("data", {}).get("view") == "spectrograms":
        raise AntiphonError(f"{place} makes sounds, not notes: it cannot be compared as music.")
    if not model and not {"planner", "scribe"} <= tables.keys():
        raise AntiphonError(f"{place} makes no whole pieces: compare weights of a style or a GAN.")
    digest = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    kind = "gan" if model else "song"
    said = str(about.get("style", "")), str(about.get("data", ""))
    return System(name, kind, model or kind, folder, *said, digest)


def _is_run(folder: Path) -> bool:
    return (folder / "config.toml").exists()


def stamp(folder: Path) -> str:
    """Return a digest of names, sizes and times of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            at = path.stat()
            digest.update(f"{path.relative_to(folder)} {at.st_size} {at.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def pieces_of(
    system: System,
    out: Path,
    *,
    parts: Sequence[str],
    n: int,
    bars: int,
    seed: int,
    progress: Callable[[int], None],
) -> tuple[list[Piece], int]:
    """Return the first n pieces of a system, drawn into a folder where they are not there yet.

    Pieces are read back from their files, so that they are judged as anybody can judge them.

    Args:
        out: folder for ``0001.mid`` and so on; files of other weights or another seed are
            replaced.
        parts: that songs are composed for.
        n: how many; of files all there are.
        bars: length of each.
        seed: of the first song, and of all of a GAN.
        progress: told how many are there.

    Returns:
        The pieces, and how many more have no notes or cannot be read.

    Raises:
        AntiphonError: they cannot be drawn or written.
    """
    if system.kind == "files":
        found, refused = read_folder(system.folder)
        return found, len(refused)
    wanted = {"weights": system.digest, "bars": bars, "seed": seed, "version": antiphon.__version__}
    if system.kind == "song":
        wanted["parts"] = ",".join(parts)
    files = files_for(out, n, wanted)
    there = next((i for i, file in enumerate(files) if not file.exists()), n)
    progress(there)
    if there < n:
        draw = _composed if system.kind == "song" else _drawn
        drawing = draw(system, parts, n, bars, seed, there)
        for number, piece in enumerate(drawing, there):
            formats.write(piece, files[number])
            progress(number + 1)
    return _readable(files)


def files_for(out: Path, n: int, wanted: dict[str, Any]) -> list[Path]:
    """Return the files ``0001.mid`` and so on of n pieces; those there were drawn as is wanted.

    Args:
        out: folder, from which pieces that were drawn otherwise are removed.
        n: how many.
        wanted: what the pieces depend on, as JSON can hold it.
    """
    mark, text = out / "drawn.json", json.dumps(wanted)
    if read_json(mark) != json.loads(text):
        for file in out.glob("[0-9][0-9][0-9][0-9].mid"):
            file.unlink()
        formats.write_bytes(mark, (text + "\n").encode())
    return [out / f"{number + 1:04d}.mid" for number in range(n)]


def _readable(files: Sequence[Path]) -> tuple[list[Piece], int]:
    found: list[Piece] = []
    for file in files:
        with suppress(AntiphonError):  # a network may draw a piece without a note
            found.append(formats.read(file))
    return found, len(files) - len(found)


def _composed(
    system: System, parts: Sequence[str], n: int, bars: int, seed: int, first: int
) -> Iterator[Piece]:
    from antiphon.inference.compose import compose  # loads its networks' compiled parts
    from antiphon.music.plan import Plan

    for begin in range(first, n, _AT_ONCE):
        plan = Plan(
            style=system.style or Plan.style,
            bars=bars,
            instruments=",".join(parts),
            seed=seed + begin,
        )
        for made in compose(plan, count=min(_AT_ONCE, n - begin), model=str(system.folder)):
            yield made.piece


def _drawn(
    system: System, parts: Sequence[str], n: int, bars: int, seed: int, first: int
) -> Iterator[Piece]:
    from antiphon.inference.generate import draw

    yield from islice(draw(str(system.folder), n, bars=bars, seed=seed), first, None)


def read_json(file: Path) -> Any:
    """Return what a JSON file holds; None where there is none that can be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def cost_of(system: System) -> dict[str, Any]:
    """Return what a training has cost, by the logs in its run folder.

    Returns:
        ``cpu_minutes`` of all stages, ``kimg`` (thousands of windows that all stages but the
        coder, which sees bars, were shown), ``kimg_per_cpu_hour``, ``stages`` with the same
        of each, and ``start``, the weights it began with. Empty where a stage is not known.
    """
    run = system.folder.parent
    if system.kind == "files" or system.folder.name != "weights":
        return {}
    logs = [run / "stats.jsonl", run / "coder.jsonl", *sorted(run.glob("*_stats.jsonl"))]
    stages: dict[str, dict[str, float]] = {}
    for file in logs:
        last = _last_line(file)
        if last is None:
            continue
        if "speed/cpu_s" not in last or "segments_seen" not in last:
            return {}
        name = file.stem.removesuffix("_stats").replace("stats", system.architecture)
        stages[name] = _cost(last["speed/cpu_s"] / 60, last["segments_seen"] / 1000)
    if not stages:
        return {}
    minutes = sum(stage["cpu_minutes"] for stage in stages.values())
    kimg = sum(stage["kimg"] for name, stage in stages.items() if name != _BARS_STAGE)
    return {**_cost(minutes, kimg), "stages": stages, "start": _start_of(run)}


def _cost(cpu_minutes: float, kimg: float) -> dict[str, float]:
    per_hour = 60 * kimg / max(cpu_minutes, 1e-9)
    return {"cpu_minutes": cpu_minutes, "kimg": kimg, "kimg_per_cpu_hour": per_hour}


def _last_line(file: Path) -> dict[str, float] | None:
    """Return the last whole line of a log."""
    if not file.exists():
        return None
    for line in reversed(file.read_text(encoding="utf-8").splitlines()):
        try:
            last: dict[str, float] = json.loads(line)
        except ValueError:
            continue  # cut by a kill
        return last
    return None


def _start_of(run: Path) -> str:
    try:
        tables = tomllib.loads((run / "config.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return ""
    settings = tables.get("settings", {})
    return str(settings.get("start") or settings.get("checkpoint") or "")
