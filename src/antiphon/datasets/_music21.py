"""Where the corpus of the `music21` package lies; the package itself is never imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def corpus_folders(name: str, root: Path | None = None) -> list[Path]:
    """Return where to look for a part of the corpus: a folder that is named, then the package's.

    Args:
        name: folder of the corpus, e.g. ``"bach"``.
        root: looked into first, where one is named.
    """
    folders = [root] if root is not None else []
    found = importlib.util.find_spec("music21")
    if found is not None and found.submodule_search_locations:
        folders.append(Path(found.submodule_search_locations[0]) / "corpus" / name)
    return folders
