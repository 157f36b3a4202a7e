"""The Nottingham Music Database: British and American folk tunes with chords, as ABC or MIDI.

Of the cleaned collection (jukedeck/nottingham-dataset) the ABC is read where it is there:
it has titles, metres and chord symbols, which the MIDI files made of it have not. A line Y:
is that collection's order of parts. Only what is written becomes notes: of ABC the tune,
of MIDI also the chords as that collection plays them.
"""

from __future__ import annotations

import re
from pathlib import Path

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.formats import abc, mid
from antiphon.music.estimation import complete
from antiphon.music.instruments import ROLES
from antiphon.music.piece import Piece, Track

CITATION = (
    "Foxley: Nottingham Music Database; cleaned by Jukedeck "
    "(https://github.com/jukedeck/nottingham-dataset)"
)
LICENCE = "GPL-3.0"
SHIP = False
URL = "https://github.com/jukedeck/nottingham-dataset"
STYLE = "folk"
HOLDS = "1,034 tunes"
REMOTES = of_github("jukedeck/nottingham-dataset")

_PROGRAMS = {"melody": 40, "chords": 24}  # fiddle and guitar


def sources(root: Path) -> list[Source]:
    """List the tunes below `root`, ``jigs107`` in either form, split by the hash of that name.

    Raises:
        AntiphonError: neither .abc nor .mid files lie below `root`.
    """
    files = find_files(root, (".abc", ".mid"))
    books = [path for path in files if path.suffix.lower() == ".abc"]
    cleaned = [path for path in books if path.parent.name == "ABC_cleaned"]
    if books:
        names = [(f"{b.stem}{number}", b) for b in cleaned or books for number in abc.tunes(b)]
    else:
        names = [(p.stem, p) for p in files if p.parent.name not in ("melody", "chords")]
    return [Source(name, path, seeded_split(name)) for name, path in names]


def read(source: Source) -> Piece:
    """Read one tune on the `RESOLUTION` grid, repeats played out.

    Raises:
        AntiphonError: it is broken or has no notes.
    """
    if source.path.suffix.lower() == ".abc":
        piece, roles = _tune(source), ["melody"]
    else:
        piece, roles = mid.read(source.path, quick=True), ["melody", "chords"]
    piece = piece.on_grid()
    piece.tracks = [
        Track(ROLES[role].name, _PROGRAMS[role], notes=track.notes, role=role)
        for role, track in zip(roles, piece.tracks, strict=False)
    ]
    return complete(piece)


def _tune(source: Source) -> Piece:
    text = abc.tunes(source.path).get(source.id.removeprefix(source.path.stem))
    if text is None:
        raise AntiphonError(f"{source.path} has no tune {source.id}.")
    in_standard = re.sub(r"(?m)^Y:", "P:", text)
    return abc.piece_of(in_standard, source.path)
