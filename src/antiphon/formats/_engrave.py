"""Engraved pages: our MusicXML laid out by verovio, as SVG, PDF and PNG.

Nothing of the system is needed: signs come from verovio's data, letters from `_fonts`.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
import resvg_py
import svg2pdf_py
import verovio
from PIL import Image

from antiphon.errors import AntiphonError
from antiphon.formats import _fonts
from antiphon.formats._musicxml_write import text_of
from antiphon.formats._svg_text import letters_at, placed
from antiphon.music.piece import Piece

_WIDTH, _HEIGHT = 840, 1188  # of a page, A4, in SVG units
_PAGE = {  # tenths of a millimetre at full size
    "pageWidth": 2100,
    "pageHeight": 2970,
    "pageMarginTop": 220,
    "pageMarginBottom": 100,
    "pageMarginLeft": 110,
    "pageMarginRight": 110,
}
_OPTIONS = {
    "scale": 40,
    "header": "none",
    "footer": "none",
    "font": "Bravura",
    "smuflTextFont": "none",
    "svgViewBox": True,
    "breaks": "auto",
    "spacingStaff": 8,
    "spacingSystem": 10,
    "lyricWordSpace": 2.0,
    "justifyVertically": True,
    "minLastJustification": 0.4,
    "xmlIdSeed": 1,
    "removeIds": True,
}
_MAX_BARS = 2000


def pages(piece: Piece) -> list[str]:
    """Return the engraved pages, each an SVG text of its own.

    Raises:
        AntiphonError: the piece is too long to be engraved, or verovio gives up on it.
    """
    if piece.n_bars > _MAX_BARS:
        raise AntiphonError(
            f"A score of {piece.n_bars} bars is too long to be engraved; up to {_MAX_BARS} are."
        )
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(str(Path(verovio.__file__).parent / "data"))  # in every thread
    larger = 1.0 if len(piece.tracks) < 4 else 1.28  # a larger page, shown smaller
    toolkit.setOptions({**_OPTIONS, **{name: round(v * larger) for name, v in _PAGE.items()}})
    if not toolkit.loadData(text_of(piece)):
        raise AntiphonError(f"The score of {piece.title or 'this piece'} cannot be engraved.")
    n_pages = toolkit.getPageCount()
    return [
        _finished(toolkit.renderToSVG(number), piece.title, number, n_pages)
        for number in range(1, n_pages + 1)
    ]


def _finished(page: str, title: str, number: int, n_pages: int) -> str:
    """Place the texts of a page and put title and page number above it."""
    above = []
    middle = _WIDTH / 2
    if title and number == 1:
        size = min(28.0, 28.0 * 700 / max(700.0, _fonts.width(title, 28.0, bold=True)))
        x = middle - _fonts.width(title, size, bold=True) / 2
        above.append(letters_at(x, 56, title, size, bold=True))
    elif number > 1:
        above.append(letters_at(44, 40, title, 11))
    if n_pages > 1:
        text = str(number)
        above.append(letters_at(_WIDTH - 44 - _fonts.width(text, 11), 40, text, 11))
    inner = re.sub(r"<desc>.*?</desc>", "", placed(page[page.index("<svg ") :]), count=1)
    inner = inner.replace("<svg ", f'<svg width="{_WIDTH}" height="{_HEIGHT}" ', 1)
    return _sheet([inner, *above], _HEIGHT)


def _sheet(content: list[str], height: int) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}">'
        f"{''.join(content)}</svg>\n"
    )


def stacked(piece: Piece) -> str:
    """Return one SVG with all pages below each other."""
    engraved = pages(piece)
    total = _HEIGHT * len(engraved)
    placed_pages = [
        page.replace("<svg ", f'<svg y="{index * _HEIGHT}" ', 1)
        for index, page in enumerate(engraved)
    ]
    white = f'<rect width="{_WIDTH}" height="{total}" fill="white"/>'
    return _sheet([white, *placed_pages], total)


def pdf(piece: Piece) -> bytes:
    """Return the score as a PDF."""
    database = svg2pdf_py.FontDatabase()
    for file in _fonts.files():
        database.load_font_file(file)
    engraved = pages(piece)
    if _needs_system_fonts("".join([piece.title, *(t.name for t in piece.tracks)])):
        database.load_system_fonts()
    writer = pypdf.PdfWriter()
    for page in engraved:
        writer.append(io.BytesIO(svg2pdf_py.svg_to_pdf(page, database)))
    writer.add_metadata({"/Title": piece.title, "/Creator": "Antiphon"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def png_pages(piece: Piece, width: int = 1000) -> list[bytes]:
    """Return a PNG of each page, `width` pixels wide."""
    system = _needs_system_fonts("".join([piece.title, *(t.name for t in piece.tracks)]))
    return [
        resvg_py.svg_to_bytes(
            svg_string=page,
            background="white",
            width=width,
            font_files=_fonts.files(),
            skip_system_fonts=not system,
            sans_serif_family="Liberation Sans",
        )
        for page in pages(piece)
    ]


def png(piece: Piece, width: int = 1000, max_pages: int = 12) -> bytes:
    """Return one PNG with the first pages below each other."""
    images = [Image.open(io.BytesIO(page)) for page in png_pages(piece, width)[:max_pages]]
    sheet = Image.new("L", (width, sum(image.height for image in images)), 255)
    y = 0
    for image in images:
        sheet.paste(image.convert("L"), (0, y))
        y += image.height
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _needs_system_fonts(text: str) -> bool:
    """Whether a text has letters that the fonts of the wheels lack, e.g. Chinese."""
    return not _fonts.files() or any(ord(c) > 0x52F for c in text)
