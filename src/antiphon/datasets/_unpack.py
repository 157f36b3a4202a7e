"""Unpacking an archive from elsewhere: only into its folder, only files, only so much of them."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO

from antiphon.datasets._download import Progress
from antiphon.errors import AntiphonError

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
MAX_FILES = 1_000_000
MAX_GROWTH = 100  # times the archive's own size; more is a bomb, not music
_MIN_LIMIT = 100_000_000  # bytes any archive may grow to
_CHUNK = 1 << 18
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Unpacked:
    """What was unpacked.

    Attributes:
        n_files: files written.
        n_bytes: their size together.
        n_left_out: links and devices in the archive; none is ever made.
    """

    n_files: int
    n_bytes: int
    n_left_out: int


@dataclass(frozen=True)
class _Member:
    """A file in an archive; `content` is None for what is neither file nor folder."""

    name: str
    content: IO[bytes] | None


def is_archive(path: Path) -> bool:
    """Return whether a file's name says that it can be unpacked."""
    return path.name.lower().endswith(ENDINGS)


def unpack(archive: Path, out: Path, progress: Progress) -> Unpacked:
    """Unpack an archive into a folder that is made for it.

    Args:
        out: the folder; it must not exist.
        progress: called with bytes of the archive done and in all.

    Raises:
        AntiphonError: it is broken, protected, too large, or wants to write elsewhere; `out` may
            hold a part of it then.
    """
    size = archive.stat().st_size
    limit = max(MAX_GROWTH * size, _MIN_LIMIT)
    n_files = n_bytes = n_left_out = 0
    out.mkdir(parents=True)
    try:
        for member, done in _members(archive):
            path = _place(archive, member.name, out)
            progress(done, size)
            if path is None:
                continue
            if member.content is None:
                n_left_out += 1
                continue
            n_files += 1
            if n_files > MAX_FILES:
                raise AntiphonError(f"{archive.name} holds more than {MAX_FILES:,} files.")
            n_bytes += _write(archive, member.content, path, limit - n_bytes)
    except OSError as error:
        why = error.strerror or str(error)
        raise AntiphonError(f"{archive.name} cannot be unpacked: {why.lower()}.") from None
    except _BROKEN as error:
        raise AntiphonError(f"{archive.name} is broken: {str(error).lower()}.") from None
    except RuntimeError:  # so zipfile says that a password is needed
        raise AntiphonError(f"{archive.name} is protected by a password.") from None
    progress(size, size)
    return Unpacked(n_files, n_bytes, n_left_out)


def _members(archive: Path) -> Iterator[tuple[_Member, int]]:
    """Yield what an archive holds but folders, with the bytes of it that are done."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as files:
            for info in files.infolist():
                if info.is_dir():
                    continue
                kind = stat.S_IFMT(info.external_attr >> 16)
                if kind in (0, stat.S_IFREG):
                    with files.open(info) as content:
                        yield _Member(info.filename, content), info.header_offset
                else:
                    yield _Member(info.filename, None), info.header_offset
        return
    with archive.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:*") as files:
        for entry in files:
            if not entry.isdir():
                stored = files.extractfile(entry) if entry.isreg() else None
                yield _Member(entry.name, stored), raw.tell()
        while files.fileobj is not None and files.fileobj.read(_CHUNK):
            pass  # only at its end does gzip say whether all before was right


def _place(archive: Path, name: str, out: Path) -> Path | None:
    """Return where a member goes; None for what macOS adds.

    Raises:
        AntiphonError: it wants to go outside of `out`.
    """
    inside = PureWindowsPath(name)  # knows both kinds of slash, and drives
    if inside.drive or inside.root or ".." in inside.parts or not inside.parts or "\0" in name:
        raise AntiphonError(
            f"{archive.name} wants to write to {name!r}, outside of its folder: it is not unpacked."
        )
    if "__MACOSX" in inside.parts or inside.name.startswith("._"):
        return None
    return out.joinpath(*inside.parts)


def _write(archive: Path, content: IO[bytes], path: Path, limit: int) -> int:
    """Write one file and return its size; a name that is there already is a broken archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    n_bytes = 0
    with path.open("xb") as file:
        while chunk := content.read(_CHUNK):
            n_bytes += len(chunk)
            if n_bytes > limit:
                raise AntiphonError(
                    f"{archive.name} grows beyond all measure when unpacked: it was stopped."
                )
            file.write(chunk)
    return n_bytes


def move_into(unpacked: Path, out: Path) -> None:
    """Move what was unpacked into a folder, each entry whole or not at all.

    Raises:
        AntiphonError: something of that name is there already; then nothing is moved.
    """
    entries = sorted(unpacked.iterdir())
    there = [entry.name for entry in entries if (out / entry.name).exists()]
    if there:
        raise AntiphonError(
            f"{out} holds {there[0]} already, and nothing of yours is replaced: "
            "name another folder with --out."
        )
    for entry in entries:
        entry.replace(out / entry.name)
    shutil.rmtree(unpacked)
