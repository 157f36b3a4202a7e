"""Getting a data set: downloaded or copied from this machine, verified, unpacked, written down."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType

from antiphon.datasets import listing, load
from antiphon.datasets._download import Progress, discard, download, finish, verify
from antiphon.datasets._remotes import Remote, chosen, remotes_of
from antiphon.datasets._unpack import is_archive, move_into, unpack
from antiphon.errors import AntiphonError
from antiphon.formats import write_bytes

Stage = Callable[[str], Progress]  # asked for by what is done, e.g. "download groove.zip"

_RECORD = ".downloaded.json"
_UNPACKING = ".unpacking"


@dataclass(frozen=True)
class GotFile:
    """One file of a data set as it came.

    Attributes:
        file: its name.
        came_from: address or path.
        n_bytes: its size.
        verified_by: ``"sha256"``, ``"md5"``, or "" where nothing is published to compare with.
        checked_by: the list that its hash was compared with.
        n_files: files that came out of it.
        n_left_out: links in it, which are never made.
    """

    file: str
    came_from: str
    n_bytes: int
    verified_by: str = ""
    checked_by: str = ""
    n_files: int = 1
    n_left_out: int = 0


@dataclass(frozen=True)
class Got:
    """What there is now.

    Attributes:
        files: those of this call or, where `was_there`, of an earlier one.
        was_there: nothing had to be done.
        n_listed: songs or recordings the data set finds in the folder.
        why_not: why it finds none, else "".
    """

    files: list[GotFile]
    was_there: bool
    n_listed: int
    why_not: str


def get(name: str, out: Path, *, source: Path | None, part: str, stage: Stage) -> Got:
    """Get a data set; see `antiphon.datasets.get`."""
    dataset = load(name)
    wanted = chosen(name, dataset, part) if source is None else ()
    known = _record(out)
    if wanted and all(remote.file in known for remote in wanted):
        files = [known[remote.file] for remote in wanted]
        return Got(files, True, *_listed(dataset, out))
    try:
        out.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(out / _UNPACKING, ignore_errors=True)  # what a stopped run left
        if source is not None:
            files = [_copied(name, dataset, source, out, stage)]
        else:
            files = list(_fetched((r for r in wanted if r.file not in known), out, stage))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise AntiphonError(f"{error.filename or out} cannot be read or written: {why}.") from None
    finally:
        shutil.rmtree(out / _UNPACKING, ignore_errors=True)
        with suppress(OSError):
            out.rmdir()  # where nothing came
    return Got(files, False, *_listed(dataset, out))


def _fetched(remotes: Iterable[Remote], out: Path, stage: Stage) -> Iterable[GotFile]:
    """Download, verify and unpack each; what is finished is written down before the next."""
    for remote in remotes:
        path = out / remote.file
        was_there = path.exists()
        if was_there:
            verified = verify(path, remote, stage(f"verify {remote.file}"))
        else:
            part = download(remote, out, stage(f"download {remote.file}"))
            try:
                verified = verify(part, remote, stage(f"verify {remote.file}"))
            except AntiphonError as error:
                discard(part)
                raise AntiphonError(f"{error} It was deleted.") from None
            finish(part, path)
        file = _placed(path, remote.url, remote, verified, out, stage)
        if is_archive(path) and not was_there:
            path.unlink()
        yield file


def _copied(name: str, dataset: ModuleType, source: Path, out: Path, stage: Stage) -> GotFile:
    """Take an archive or a folder of this machine, which stays as it is."""
    if not source.exists():
        raise AntiphonError(f"There is no {source}.")
    by_name = {remote.file: remote for remote in remotes_of(dataset)}
    if source.is_dir():
        inside = [source / file for file in by_name if (source / file).is_file()]
        if not inside:
            return _copied_folder(dataset, source, out, stage)
        if len(inside) > 1:
            names = ", ".join(path.name for path in inside)
            raise AntiphonError(f"{source} holds {names}: name one of them with --from.")
        source = inside[0]
    remote = by_name.get(source.name)
    if not is_archive(source) and remote is None:
        raise AntiphonError(f"{source} is no .zip or .tar archive of the data set {name}.")
    verified = verify(source, remote, stage(f"verify {source.name}")) if remote else ""
    return _placed(source, str(source), remote, verified, out, stage)


def _copied_folder(dataset: ModuleType, source: Path, out: Path, stage: Stage) -> GotFile:
    listing(dataset, source)  # says so where it holds another data set
    paths = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink()]
    progress = stage(f"copy {source.name}")
    n_bytes = 0
    for done, path in enumerate(paths, start=1):
        to = out / _UNPACKING / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
        n_bytes += to.stat().st_size
        progress(done, len(paths))
    move_into(out / _UNPACKING, out)
    got = GotFile(source.name, str(source), n_bytes, n_files=len(paths))
    _write_down(got, out)
    return got


def _placed(
    path: Path, came_from: str, remote: Remote | None, verified: str, out: Path, stage: Stage
) -> GotFile:
    """Unpack or copy a file to its place, and write down what it was."""
    got = GotFile(
        path.name,
        came_from,
        path.stat().st_size,
        verified_by=verified,
        checked_by=remote.checked_by if remote and verified else "",
    )
    if is_archive(path):
        made = unpack(path, out / _UNPACKING, stage(f"unpack {path.name}"))
        to = out / remote.folder if remote else out
        to.mkdir(parents=True, exist_ok=True)
        move_into(out / _UNPACKING, to)
        got = replace(got, n_files=made.n_files, n_left_out=made.n_left_out)
    elif path.parent != out:
        write_bytes(out / path.name, path.read_bytes())
    _write_down(got, out)
    return got


def _listed(dataset: ModuleType, out: Path) -> tuple[int, str]:
    try:
        return len(listing(dataset, out)), ""
    except AntiphonError as error:
        return 0, str(error)


def _record(out: Path) -> dict[str, GotFile]:
    """Return what was written down of the folder's files; nothing where that is unreadable."""
    try:
        said = json.loads((out / _RECORD).read_text(encoding="utf-8"))
        return {file: GotFile(**told) for file, told in said.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write_down(got: GotFile, out: Path) -> None:
    known = _record(out) | {got.file: got}
    told = {file: asdict(one) for file, one in known.items()}
    write_bytes(out / _RECORD, json.dumps(told, indent=1).encode())
