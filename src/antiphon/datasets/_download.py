"""Downloading a file so that it can stop at any moment: it goes on there, and is never half there.

What has arrived lies in ``NAME.part``, and beside it in ``NAME.part.tag`` what the server calls
this version, so that two versions are never joined. It gets its name when it is verified.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from antiphon.datasets._remotes import Remote
from antiphon.errors import AntiphonError

Progress = Callable[[int, int], None]  # (bytes done, bytes in all; 0 where nobody knows)

_CHUNK = 1 << 18
_TIMEOUT_S = 60.0
_TRIES = 4  # in a row without a byte
_WAIT_S = 1.0
_PARTIAL, _BEYOND = 206, 416
_PASSING = (429, 500, 502, 503, 504)


def download(remote: Remote, folder: Path, progress: Progress) -> Path:
    """Return where the whole file lies, still called ``.part``; a part that is there goes on.

    Args:
        folder: where it is written to; it must exist.
        progress: called with bytes done and in all.

    Raises:
        AntiphonError: the server has no such file, another one than listed, or breaks off.
    """
    if not remote.url.startswith(("http://", "https://")):
        raise AntiphonError(f"{remote.url} is no address that can be downloaded from.")
    part = folder / f"{remote.file}.part"
    tries = 0
    while True:
        before = _size(part)
        try:
            if _fetch(remote, part, progress):
                break
            why = "the connection was cut"
        except urllib.error.HTTPError as error:
            why = f"the server answers {error.code}"
            if error.code not in _PASSING:
                raise AntiphonError(f"{remote.url} cannot be downloaded: {why}.") from None
        except (OSError, http.client.HTTPException) as error:
            why = _reason(error)
        tries = tries + 1 if _size(part) == before else 0
        if tries == _TRIES:
            raise AntiphonError(
                f"Downloading {remote.url} broke off after {_size(part):,} bytes: {why}. "
                "The same command goes on there."
            )
        time.sleep(_WAIT_S * tries)
    return part


def finish(part: Path, path: Path) -> None:
    """Give a file that is whole and verified its name."""
    part.replace(path)
    _tag_file(part).unlink(missing_ok=True)


def discard(part: Path) -> None:
    """Take a file away that is another one than it should be."""
    part.unlink()
    _tag_file(part).unlink(missing_ok=True)


def _fetch(remote: Remote, part: Path, progress: Progress) -> bool:
    """Fetch what is missing; return whether all is there now."""
    have = _size(part)
    tag = _tag_file(part)
    if have and not tag.exists():
        have = 0  # nobody knows of which version it is
    request = urllib.request.Request(remote.url, headers={"User-Agent": "antiphon"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", tag.read_text(encoding="utf-8"))
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code != _BEYOND or not have:
            raise
        if error.headers.get("Content-Range") == f"bytes */{have}":
            return True  # it was stopped just before it got its name
        part.unlink()
        return False
    with answer:
        goes_on = answer.status == _PARTIAL and _begins_at(answer, have)
        have = have if goes_on else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length is not None else 0
        _check_size(remote, total)
        _check_room(part, total - have)
        _remember(tag, answer)
        with part.open("ab" if goes_on else "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                progress(have, total)
    return have == total or not total


def _begins_at(answer: http.client.HTTPResponse, start: int) -> bool:
    said = answer.headers.get("Content-Range", "")
    return said.startswith(f"bytes {start}-")


def _check_size(remote: Remote, total: int) -> None:
    if total and remote.size_bytes and total != remote.size_bytes:
        raise AntiphonError(
            f"{remote.url} has {total:,} bytes, not the {remote.size_bytes:,} that "
            f"{remote.checked_by} lists: it is another file."
        )


def _check_room(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise AntiphonError(
            f"{part.parent} has room for {free / 1e9:.1f} GB; {needed / 1e9:.1f} GB are needed."
        )


def _remember(tag: Path, answer: http.client.HTTPResponse) -> None:
    """Keep what the server calls this version; without that, nothing can be gone on with."""
    name = answer.headers.get("ETag", "")
    said = answer.headers.get("Last-Modified", "") if not name or name.startswith("W/") else name
    if said:
        tag.write_text(said, encoding="utf-8")
    else:
        tag.unlink(missing_ok=True)


def verify(path: Path, remote: Remote, progress: Progress) -> str:
    """Return the name of the hash a file was verified by, "" where there is none to compare with.

    Raises:
        AntiphonError: the file is another one than its makers published.
    """
    name = remote.hash_name
    if not name:
        return ""
    total = hashlib.new(name, usedforsecurity=False)
    size, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
            done += len(chunk)
            progress(done, size)
    wanted = remote.sha256 or remote.md5
    if total.hexdigest() != wanted:
        raise AntiphonError(
            f"{remote.file} is not the file that was published: its {name} is {total.hexdigest()}, "
            f"and {remote.checked_by} lists {wanted}."
        )
    return name


def _tag_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(error).__name__).lower()
