"""Scottish, English and American tunes from the corpus that comes with the `music21` package.

Books whose music is out of copyright and whose files bear no restriction: Aird's Airs (1782),
Ryan's Mammoth Collection (1883) and Northumbrian Minstrelsy (1882). A tune alone: its chords
are estimated from its notes. Our own reader reads the ABC: music21 is not even imported, only
looked up.
"""

from __future__ import annotations

import re
from pathlib import Path

from antiphon.datasets import Source, seeded_split
from antiphon.datasets._music21 import corpus_folder
from antiphon.errors import AntiphonError
from antiphon.formats import abc
from antiphon.music.estimation import complete
from antiphon.music.instruments import ROLES
from antiphon.music.piece import Piece, Track

CITATION = (
    "Aird, Ryan, Bruce and Stokoe, encoded by J. Campin, R. Davies and others; Cuthbert, Ariza: "
    "music21: A Toolkit for Computer-Aided Musicology and Symbolic Music Data, ISMIR 2010"
)
LICENCE = "music in the public domain; encodings passed on by music21 with no restriction stated"
SHIP = True
URL = "https://github.com/cuthbertLab/music21"
STYLE = "folk"
HOLDS = "2,368 tunes"
NEEDS_FOLDER = False  # it comes with music21

# books of the corpus, and which of their files
_BOOKS = {
    "airdsAirs": "*.abc",
    "ryansMammoth": "*.abc",
    "miscFolk": "northumbrian*.abc",
}
_FIDDLE = 110


def sources(root: Path | None = None) -> list[Source]:
    """List the tunes, split by the hash of their titles: one tune of two books is in one split.

    Args:
        root: a folder that holds some of the books; the installed corpus where it is None.

    Raises:
        AntiphonError: no book lies in the folder, or no corpus is there.
    """
    folder = corpus_folder("", root)
    books = [book for name, files in _BOOKS.items() for book in sorted((folder / name).glob(files))]
    if not books:
        raise AntiphonError(
            f"{folder} has no book such as airdsAirs/book1.abc; "
            "without a folder those that come with music21 are read."
        )
    return [source for book in books for source in _tunes(book)]


def _tunes(book: Path) -> list[Source]:
    found = []
    for number, text in abc.tunes(book).items():
        name = f"{book.stem}#{number}"
        found.append(Source(name, book, seeded_split(_plain_title(text) or name)))
    return found


def _plain_title(text: str) -> str:
    """Return a tune's first title in small letters, without article, kind and spaces."""
    title = re.search(r"(?m)^T:\s*(.*)", text)
    said = (title[1] if title else "").lower().split("--")[0]
    return re.sub(r"[^a-z]", "", re.sub(r"^the\b|,\s*the\b", "", said))


def read(source: Source) -> Piece:
    """Read one tune on the `RESOLUTION` grid, repeats played out.

    Raises:
        AntiphonError: it is broken or has no notes.
    """
    number = source.id.rpartition("#")[2]
    text = abc.tunes(source.path).get(number)
    if text is None:
        raise AntiphonError(f"{source.path} has no tune {number}.")
    piece = abc.piece_of(text, source.path).on_grid()
    tune = max(piece.tracks, key=lambda track: len(track.notes))
    piece.tracks = [Track(ROLES["melody"].name, _FIDDLE, notes=tune.notes, role="melody")]
    return complete(piece)
