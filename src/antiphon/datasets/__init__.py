"""Data sets: one file each, found by its name.

A data set `NAME.py` says what it is (`CITATION`, `LICENCE`, `URL`, `STYLE`, and `SHIP`:
whether weights trained on it may be released), lists its songs without opening them
(`sources(root)`) and reads one of them (`read(source)`) as a `Piece` on the `RESOLUTION`
grid with roles, keys, chords and sections; a set that has something to remark of a song, as that
its beats are estimated, has `read_remarking(source)` in its place. What cannot be used is left
out by raising `AntiphonError`, whose sentence ends in the report. A set of performances has
`performance(source)` as well: the same notes where they were played, on no grid. `HOLDS` says
in a few words how much it is, `REMOTES` where it can be downloaded from (`_remotes.Remote`).
A set of sounds has `recordings(root)` instead, which lists its `Recording`s without opening them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from antiphon import registry
from antiphon.datasets._remotes import remotes_of
from antiphon.errors import AntiphonError
from antiphon.music.recording import Recording

if TYPE_CHECKING:
    from antiphon.datasets._get import Got, Stage
    from antiphon.datasets._prepare import Outcome
    from antiphon.music.piece import Piece

__all__ = [
    "SPLITS",
    "Source",
    "describe",
    "find_files",
    "get",
    "listing",
    "load",
    "names",
    "prepare",
    "read",
    "read_remarking",
    "remotes_of",
    "seeded_split",
]

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Source:
    """One song of a data set.

    Attributes:
        id: short name, unique in its set; the same song has the same id everywhere.
        path: the file (or folder) it is read from.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        same_as: id of an earlier source with the same content; such a double is left out.
        title: what the set's table calls it, where one does.
        audio: its recording, where one is there.
    """

    id: str
    path: Path
    split: str
    same_as: str = ""
    title: str = ""
    audio: Path | None = None


def names() -> list[str]:
    """Return the data sets that can be read, sorted."""
    return registry.names(__name__)


def load(name: str) -> ModuleType:
    """Import one data set.

    Raises:
        AntiphonError: there is none of that name; the message tells the nearest.
    """
    return registry.load(__name__, name)


def listing(dataset: ModuleType, root: Path | None) -> Sequence[Source | Recording]:
    """Return what a data set finds in a folder: its songs, or the recordings of a set of sounds.

    Raises:
        AntiphonError: the folder does not hold it; an archive in it that is still packed is named.
    """
    try:
        found: Sequence[Source | Recording] = (
            dataset.recordings(root) if hasattr(dataset, "recordings") else dataset.sources(root)
        )
    except AntiphonError as error:
        packed = _packed(root) if root is not None else ""
        if not packed:
            raise
        raise AntiphonError(f"{error} {packed} lies in it: unpack it.") from None
    return found


def _packed(root: Path) -> str:
    """Return the name of an archive in a folder, or nothing."""
    from antiphon.datasets._unpack import is_archive

    names = (
        sorted(path.name for path in root.iterdir() if is_archive(path)) if root.is_dir() else []
    )
    return names[0] if names else ""


def read(dataset: ModuleType, source: Source) -> Piece:
    """Read one song of a data set, whichever of the two ways to read it has.

    Raises:
        AntiphonError: it cannot be used; the sentence says why.
    """
    return read_remarking(dataset, source)[0]


def read_remarking(dataset: ModuleType, source: Source) -> tuple[Piece, list[str]]:
    """Read one song of a data set, with what that remarks of it; most have nothing to say.

    Raises:
        AntiphonError: it cannot be used; the sentence says why.
    """
    if hasattr(dataset, "read_remarking"):
        found: tuple[Piece, list[str]] = dataset.read_remarking(source)
        return found
    return dataset.read(source), []


def _silent(_what: str) -> Callable[[int, int], None]:
    return lambda done, total: None


def get(
    name: str,
    out: Path,
    *,
    source: Path | None = None,
    part: str = "",
    stage: Stage = _silent,
) -> Got:
    """Download a data set, or take a copy of this machine: verified, unpacked, nothing replaced.

    A download that was stopped goes on where it was, and what is there already is recognised.
    Hashes are compared where a list that publishes them is known.

    Args:
        name: a data set's name.
        out: folder to write to; made with its parents.
        source: an archive, or the folder of the data set, to take instead of downloading.
        part: which part of it to download, e.g. ``"audio"``; the first one when left out.
        stage: called with what begins; returns what is called with (done, in all) of it.

    Raises:
        AntiphonError: the set or part is unknown or cannot be downloaded, the file is another
            one than was published, its archive is broken or writes elsewhere, or `out` holds
            something of the same name.
    """
    from antiphon.datasets._get import get as fetch

    return fetch(name, out, source=source, part=part, stage=stage)


def prepare(
    name: str,
    root: Path | None,
    out: Path,
    *,
    jobs: int | None = None,
    augment: bool = False,
    engine: str = "processes",
    scheduler: str = "",
    listen: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Turn a data set into memory-mapped tables with a report.

    Of songs `representations.prepared` says what the tables are, of recordings
    `representations.sounds`.

    Args:
        name: a data set's name.
        root: folder it lies in; None only for sets that come with an installed package.
        out: folder to write to; made with its parents.
        jobs: processes; as many as there are cores when left out.
        augment: also write every training song in each key its parts can be played in.
        engine: ``"processes"`` of this machine, or ``"dask"``; the bytes are the same.
        scheduler: address of a running Dask cluster whose workers see `root` and `out` under
            the same names; without it Dask starts workers on this machine.
        listen: of recordings, also estimate tempo and key, or the pitch where one is one note.
        progress: called with (songs done, songs in all).

    Raises:
        AntiphonError: the set is unknown, `root` does not hold it, no song of it can be used,
            `out` cannot be written to, or Dask or its scheduler is not there.
    """
    if root is not None:
        check_folder(root)
    if hasattr(load(name), "recordings"):
        if augment:
            raise AntiphonError(f"{name} holds sounds: only notes can be written in other keys.")
        from antiphon.datasets._prepare_sounds import prepare_sounds

        return prepare_sounds(
            name,
            root,
            out,
            jobs=jobs,
            engine=engine,
            scheduler=scheduler,
            listen=listen,
            progress=progress,
        )
    if listen:
        raise AntiphonError(f"{name} holds notes: only recordings are listened to.")
    from antiphon.datasets._prepare import prepare as make

    return make(
        name,
        root,
        out,
        jobs=jobs,
        augment=augment,
        engine=engine,
        scheduler=scheduler,
        progress=progress,
    )


def describe(path: Path) -> dict[str, Any]:
    """Return what a sound file is and what is heard in it: tempo and key, or the pitch of a note.

    Raises:
        AntiphonError: it cannot be read.
    """
    from antiphon.datasets._heard import describe as told

    return told(path)


def seeded_split(song: str) -> str:
    """Return the split of a song by the hash of its name: 8 in 10 train, 1 each the others.

    Everything that belongs to one song (its movements, versions, transpositions) must be
    given the same name.
    """
    place = int.from_bytes(hashlib.sha256(song.encode()).digest()[:8], "big") % 10
    return "test" if place == 5 else "validation" if place == 0 else "train"


def check_folder(root: Path) -> None:
    """Refuse what is no folder.

    Raises:
        AntiphonError: it is not there, or a file.
    """
    if not root.is_dir():
        is_file = f"{root} is a file: name the folder that the data set lies in."
        raise AntiphonError(is_file if root.exists() else f"There is no folder {root}.")


def find_files(root: Path, endings: tuple[str, ...]) -> list[Path]:
    """Return the files below a folder with one of the endings, in the order of their paths.

    What cannot be opened, a folder in it too, is among them: reading it says why.

    Raises:
        AntiphonError: the folder is not there or has no such file.
    """
    check_folder(root)
    locked: list[OSError] = []
    found = [
        Path(folder) / name
        for folder, _, names in os.walk(root, onerror=locked.append)
        for name in names
        if os.path.splitext(name)[1].lower() in endings and not name.startswith(".")
    ]
    found = [path for path in found if os.path.isfile(path) or not os.path.exists(path)]  # no pipes
    found += [Path(error.filename) for error in locked]
    if not found:
        raise AntiphonError(f"No {' or '.join(endings)} file lies below {root}.")
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())
