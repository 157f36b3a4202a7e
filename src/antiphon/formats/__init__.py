"""Files in and out: one plug-in a format, found by the file's suffix and loaded when needed."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from antiphon import registry
from antiphon.errors import AntiphonError
from antiphon.formats._files import (
    MAX_BYTES,
    MAX_HOURS,
    MAX_NOTES,
    beside,
    read_bytes,
    read_text,
    write_bytes,
)
from antiphon.formats._recordings import SUFFIXES as SOUND_SUFFIXES
from antiphon.formats._recordings import read_sound, write_sound
from antiphon.music.piece import Piece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "MAX_BYTES",
    "MAX_HOURS",
    "MAX_NOTES",
    "SOUND_SUFFIXES",
    "beside",
    "read",
    "read_bytes",
    "read_sound",
    "read_text",
    "readable",
    "readable_suffixes",
    "writable",
    "write",
    "write_bytes",
    "write_sound",
    "write_spectrogram",
    "write_stems",
]

# what else a format's files may be called
_SUFFIXES = {"midi": "mid", "kar": "mid", "rmi": "mid", "xml": "musicxml", "mxl": "musicxml"}


def _does(name: str, verb: str) -> bool:
    """Whether a plug-in has a function of that name, told without importing it."""
    spec = importlib.util.find_spec(f"{__name__}.{name}")
    if spec is None or spec.origin is None:
        return False
    source = Path(spec.origin).read_text(encoding="utf-8")
    return re.search(rf"^def {verb}\(", source, re.M) is not None


def readable() -> list[str]:
    """Return the names of the formats that can be read, e.g. ``["abc", "mid", "musicxml"]``."""
    return [name for name in registry.names(__name__) if _does(name, "read")]


def readable_suffixes() -> list[str]:
    """Return what names of files that can be read may end in: ``["abc", "flac", "kar", …]``."""
    known = readable()
    return sorted({*known, *(suffix for suffix, name in _SUFFIXES.items() if name in known)})


def writable() -> list[str]:
    """Return the names of the formats that can be written."""
    return [name for name in registry.names(__name__) if _does(name, "write")]


def _format_of(path: Path, known: list[str], verb: str) -> str:
    suffix = path.suffix.lower().lstrip(".")
    name = _SUFFIXES.get(suffix, suffix)
    if name not in known:
        said = f"files ending in '.{suffix}'" if suffix else "a file without a suffix"
        raise AntiphonError(f"{path.name}: cannot {verb} {said}; can {verb}: {', '.join(known)}.")
    return name


def read(path: Path | str) -> Piece:
    """Read a MIDI file or a score into a piece.

    Args:
        path: ``.mid .midi .kar .rmi``, ``.musicxml .xml .mxl``, ``.abc`` (its first tune).

    Raises:
        AntiphonError: the file is missing, empty, a folder, over 50 MB, a million notes or
            3 hours, of a kind not known, or not what its suffix says.
    """
    path = Path(path)
    if path.is_dir():
        raise AntiphonError(f"{path} is a folder, not a music file.")
    if not path.exists():
        raise AntiphonError(f"There is no file {path}.")
    piece = registry.load(__name__, _format_of(path, readable(), "read")).read(path)
    assert isinstance(piece, Piece)
    return piece


def write(piece: Piece, path: Path | str) -> None:
    """Write a piece in the format that the suffix names; parent folders are made.

    Raises:
        AntiphonError: the suffix names no format, or the folder cannot be written to.
    """
    path = Path(path)
    registry.load(__name__, _format_of(path, writable(), "write")).write(piece, path)


def write_stems(piece: Piece, path: Path | str, soundfont: Path | str | None = None) -> None:
    """Write every part of a piece as a WAV file of its own, all in one zip.

    Raises:
        AntiphonError: there is nothing to play with, or the folder cannot be written to.
    """
    from antiphon.formats._stems import write

    write(piece, path, soundfont)


def write_spectrogram(
    levels: NDArray[np.floating[Any]],
    path: Path | str,
    *,
    seconds: float,
    ticks: Sequence[tuple[float, str]] = (),
) -> None:
    """Draw a spectrogram as PNG.

    Args:
        levels: (bands, frames), low bands first; −1 is dark, 1 is bright.
        path: the file; parent folders are made.
        seconds: what the frames last.
        ticks: bands and what is written beside them, e.g. ``[(12.5, "440 Hz")]``.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    from antiphon.formats._spectrogram import png

    write_bytes(path, png(levels, seconds, ticks))
