"""Listing a folder of files: ids from their paths, splits and doubles from their contents."""

from __future__ import annotations

import hashlib
from pathlib import Path

from antiphon.datasets import Source, find_files, seeded_split


def listed(root: Path, endings: tuple[str, ...]) -> list[Source]:
    """Return the files below `root`; a file equal to an earlier one names it in `same_as`.

    The split follows the content, so that a copy under another name never lies in another
    split.

    Raises:
        AntiphonError: there is no such folder or file.
    """
    first_of: dict[str, str] = {}
    found = []
    for path in find_files(root, endings):
        name = path.relative_to(root).as_posix()
        content = _hash_of(path) or name
        original = first_of.setdefault(content, name)
        same_as = "" if original == name else original
        found.append(Source(name, path, seeded_split(content), same_as))
    return found


def _hash_of(path: Path) -> str:
    """Return the hash of a file, "" where it cannot be read, which reading it will say."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
