"""Texts of verovio's pages, put where they belong whatever fonts a viewer has.

verovio lays out nested spans in several fonts. Here each run of letters gets its own place,
measured, and music signs become outlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from antiphon.formats._fonts import BOLD_FAMILY, FAMILY, sign, width

_TEXT = re.compile(r'(<g [^>]*class="syl"[^>]*>\s*)?(<text\b.*?</text>)', re.S)
_SYLLABLE_SCALE = 0.86  # verovio leaves the room that narrower letters would take


@dataclass(frozen=True)
class _Run:
    text: str
    size: float
    bold: bool
    italic: bool
    at: tuple[float, float] | None  # where a new line begins


def placed(page: str) -> str:
    """Return an SVG page with every text laid out anew."""

    def laid_out(match: re.Match[str]) -> str:
        scale = _SYLLABLE_SCALE if match[1] else 1.0
        return (match[1] or "") + _laid_out(match[2], scale)

    return _TEXT.sub(laid_out, page)


def _laid_out(text: str, scale: float) -> str:
    element = ElementTree.fromstring(text)
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    anchor = element.get("text-anchor", "start")
    out: list[str] = []
    line: list[_Run] = []
    for run in _runs(element, _Run("", 0.0, False, False, None)):
        if run.at is not None and line:
            out += _line(line, x, y, anchor)
            line = []
        x, y = run.at or (x, y)
        line.append(replace(run, size=run.size * scale))
    return "".join([*out, *_line(line, x, y, anchor)])


def _runs(element: ElementTree.Element, outer: _Run) -> Iterator[_Run]:
    size = element.get("font-size", "").removesuffix("px")
    here = _Run(
        element.text or "",
        float(size) if size else outer.size,
        element.get("font-weight", "bold" if outer.bold else "") == "bold",
        element.get("font-style", "italic" if outer.italic else "") == "italic",
        _place(element),
    )
    if not len(element) and here.text and here.size:
        yield here
    at = here.at if element.tag != "text" else None
    for child in element:
        for run in _runs(child, here):
            yield run if run.at or not at else replace(run, at=at)
            at = None


def _place(element: ElementTree.Element) -> tuple[float, float] | None:
    if element.tag == "text" or not (element.get("x") and element.get("y")):
        return None
    return float(element.get("x", "0")), float(element.get("y", "0"))


def _pieces(run: _Run) -> Iterator[tuple[str, float]]:
    """Yield (letters or one sign, width) of a run."""
    for part in re.split("([\u2600-\u26ff\ue000-\uf8ff])", run.text):
        outline = sign(part) if len(part) == 1 else None
        if outline is not None:
            yield part, outline[1] * run.size / 1000
        elif part:
            yield part, width(part, run.size, bold=run.bold)


def _line(runs: list[_Run], x: float, y: float, anchor: str) -> list[str]:
    pieces = [(run, text, wide) for run in runs for text, wide in _pieces(run)]
    total = sum(wide for _, _, wide in pieces)
    x -= {"middle": total / 2, "end": total}.get(anchor, 0.0)
    out = []
    for run, text, wide in pieces:
        outline = sign(text) if len(text) == 1 else None
        if outline is not None:
            scale = run.size / 1000
            out.append(
                f'<path transform="translate({x:.1f} {y:.1f}) scale({scale:.4f} {-scale:.4f})"'
                f' d="{outline[0]}" stroke="none"/>'
            )
        elif text.strip():
            before = width(text[: len(text) - len(text.lstrip())], run.size, bold=run.bold)
            out.append(letters_at(x + before, y, text.strip(), run.size, run.bold, run.italic))
        x += wide
    return out


def letters_at(
    x: float, y: float, text: str, size: float, bold: bool = False, italic: bool = False
) -> str:
    """Return a text element that begins at x on the base line y."""
    style = ' font-style="italic"' * italic + ' font-weight="bold"' * bold
    family = BOLD_FAMILY if bold else FAMILY
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}px" font-family="{family}"'
        f' stroke="none"{style}>{escape(text)}</text>'
    )
