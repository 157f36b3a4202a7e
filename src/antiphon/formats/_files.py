"""Opening and writing files so that what goes wrong is said in one sentence.

What is written lies beside its place until it is whole and is then renamed: a reader sees
the old file or the new one, never half of one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from antiphon.errors import AntiphonError

MAX_BYTES = 50_000_000
MAX_NOTES = 1_000_000
MAX_HOURS = 3


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        AntiphonError: it is missing, a folder, empty, unreadable or over `MAX_BYTES`.
    """
    if os.path.isdir(path):
        opened = os.access(path, os.R_OK | os.X_OK)
        what = "a folder" if opened else "a folder that you may not open"
        raise AntiphonError(f"{path} is {what}, not a music file.")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise AntiphonError(
                f"{path} is too large to be read ({size / 1e6:.0f} MB; "
                f"up to {MAX_BYTES / 1e6:.0f} MB are read)."
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise AntiphonError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise AntiphonError(f"{path} cannot be read: {_reason(error)}.") from None
    if not content:
        raise AntiphonError(f"{path} is empty.")
    return content


def read_text(path: Path) -> str:
    """Return a file's text, in UTF-8 or else Latin-1, with plain line ends.

    Raises:
        AntiphonError: it is missing, a folder, empty, unreadable or over `MAX_BYTES`.
    """
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


@contextmanager
def beside(path: Path | str) -> Iterator[Path]:
    """Yield a name beside `path` to write to; renamed to `path` when all went well.

    Missing parent folders are made. The name keeps the suffix of `path`, for libraries
    that choose the format by it.

    Raises:
        AntiphonError: the folder cannot be made or written to.
    """
    path = Path(path)
    if path.is_dir():
        raise AntiphonError(f"{path} is a folder: name a file to write to.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem[:40]}.", suffix=path.suffix
        )
    except OSError as error:
        raise AntiphonError(f"Cannot write to {path.parent}: {_reason(error)}.") from None
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        _like_a_new_file(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise AntiphonError(f"Cannot write {path}: {_reason(error)}.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _like_a_new_file(path: Path) -> None:
    """Give the rights an ordinary new file would have (a temporary one is private)."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def write_bytes(path: Path | str, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    with beside(path) as unfinished:
        unfinished.write_bytes(content)
