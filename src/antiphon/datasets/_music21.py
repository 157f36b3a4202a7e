"""Where the corpus of the `music21` package lies; the package itself is never imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from antiphon.errors import AntiphonError


def corpus_folder(name: str, root: Path | None = None) -> Path:
    """Return where a part of the corpus lies: a folder that is named, else the package's.

    Args:
        name: folder of the corpus, e.g. ``"bach"``.
        root: looked into instead, where one is named.

    Raises:
        AntiphonError: none is named, and the package is missing.
    """
    if root is not None:
        return root
    found = importlib.util.find_spec("music21")
    if found is None or not found.submodule_search_locations:
        raise AntiphonError("It comes with music21, which is missing: pip install music21.")
    return Path(found.submodule_search_locations[0]) / "corpus" / name
