"""Any folder of your own MIDI, MusicXML and ABC files.

Nothing is expected of them: tracks are cast into roles, key, chords and sections are
estimated, and where the notes do not lie on a file's beats, the beats are found. Doubles
are recognised by their content.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from antiphon.datasets import Source, seeded_split
from antiphon.datasets._listing import listed
from antiphon.datasets._played import completed
from antiphon.errors import AntiphonError
from antiphon.formats import abc, mid, musicxml
from antiphon.music.piece import Piece

CITATION = "your own files"
LICENCE = "not known: yours to judge"
SHIP = False
URL = ""
STYLE = "own"
HOLDS = "any number of files"

MIDI_ENDINGS = (".mid", ".midi", ".kar", ".rmi")
SCORE_ENDINGS = (".mxl", ".musicxml", ".xml")
TUNE_ENDINGS = (".abc",)
_MIN_NOTES = 16


def sources(root: Path) -> list[Source]:
    """List the files below `root`, in all its folders; the split follows their content.

    Where so few songs are held out that nothing can be measured with them, songs of the train
    split go over: of three songs and more one each, of ten and more two each.

    Each tune of an ABC file is a song of its own, ``book.abc#12``.

    Raises:
        AntiphonError: there is no such folder, or no file to read in it.
    """
    files = listed(root, MIDI_ENDINGS + SCORE_ENDINGS + TUNE_ENDINGS)
    return _held_out([song for file in files for song in _songs(file)])


def _held_out(songs: list[Source]) -> list[Source]:
    """Return the songs, of which enough are held out; the names decide which go over."""
    splits = {song.id: song.split for song in songs if not song.same_as}
    order = sorted(splits, key=lambda name: hashlib.sha256(name.encode()).digest())
    wanted = 2 if len(splits) >= 10 else 1 if len(splits) >= 3 else 0
    for split in ("validation", "test"):
        missing = wanted - sum(found == split for found in splits.values())
        learned = [name for name in order if splits[name] == "train"]
        splits |= dict.fromkeys(learned[: max(0, missing)], split)
    return [replace(song, split=splits.get(song.same_as or song.id, song.split)) for song in songs]


def _songs(file: Source) -> list[Source]:
    """Return a file's tunes, or the file itself where it is no book of them."""
    if file.path.suffix.lower() not in TUNE_ENDINGS:
        return [file]
    try:
        found = list(abc.tunes(file.path).values())
    except AntiphonError:  # reading it says why
        return [file]
    if len(found) < 2:
        return [file]
    return [
        Source(
            f"{file.id}#{number}",
            file.path,
            seeded_split(text),
            file.same_as and f"{file.same_as}#{number}",
        )
        for number, text in enumerate(found, 1)
    ]


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one file and say what had to be guessed.

    Raises:
        AntiphonError: it is broken, or has hardly any notes.
    """
    piece = _piece(source)
    if piece.n_notes < _MIN_NOTES:
        raise AntiphonError("It has fewer than 16 notes.")
    piece, remarks = completed(piece)
    piece.title = piece.title or source.path.stem
    return piece, remarks


def _piece(source: Source) -> Piece:
    suffix = source.path.suffix.lower()
    if suffix in TUNE_ENDINGS:
        number = source.id.rpartition(".")[2].rpartition("#")[2]
        return abc.read(source.path, tune=int(number) if number.isdigit() else 1)
    if suffix in SCORE_ENDINGS:
        return musicxml.read(source.path)
    return mid.read(source.path, quick=True)
