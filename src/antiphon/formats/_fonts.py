"""Letters and music signs without any font of the system.

Letters are Liberation Sans and FreeSans Bold, which pygame-ce's wheel carries; where that is
not installed (Windows) the system's own sans serif and Pillow's built-in letters stand in.
Music signs within texts are outlines of Bravura from verovio's data.
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from functools import cache
from pathlib import Path

from PIL import ImageFont

FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"
BOLD_FAMILY = "FreeSans, Liberation Sans, Arial, Helvetica, sans-serif"
_PLACES = {False: "examples/data/sans.ttf", True: "freesansbold.ttf"}
_MEASURED_AT = 200  # pixels; widths scale from there


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


@cache
def files() -> list[str]:
    """Return the font files that were found, for libraries that draw SVG."""
    folder = _package_folder("pygame")
    if folder is None:
        return []
    return [str(folder / place) for place in _PLACES.values() if (folder / place).exists()]


@cache
def letters(size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font for Pillow; `size` in pixels."""
    folder = _package_folder("pygame")
    for weight in (bold, not bold):
        if folder is not None and (folder / _PLACES[weight]).exists():
            return ImageFont.truetype(str(folder / _PLACES[weight]), size)
    return ImageFont.load_default(size)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is, in the unit of `size`."""
    narrow = "".join(c for c in text if unicodedata.east_asian_width(c) not in "WF")
    measured = letters(_MEASURED_AT, bold=bold).getlength(narrow) / _MEASURED_AT
    return (measured + len(text) - len(narrow)) * size  # a Chinese letter is an em wide


@cache
def sign(char: str) -> tuple[str, float] | None:
    """Return the outline (SVG path, y upwards, 1000 an em) and the advance of a music sign."""
    folder = _package_folder("verovio")
    if folder is None or ord(char) < 0x2600:
        return None
    code = f"{ord(char):04X}"
    outline = folder / "data" / "Bravura" / f"{code}.xml"
    if not outline.exists():
        return None
    path = re.search(r' d="([^"]+)"', outline.read_text(encoding="utf-8"))
    advance = re.search(rf'c="{code}"[^>]* h-a-x="([\d.]+)"', _metrics(folder))
    return (path[1], float(advance[1])) if path and advance else None


@cache
def _metrics(folder: Path) -> str:
    return (folder / "data" / "Bravura.xml").read_text(encoding="utf-8")
