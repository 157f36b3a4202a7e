"""OpenScore Lieder: 19th-century songs for voice and piano, as MusicXML.

The voice is the melody; the piano gives the bass (its lowest line), a counter-melody where
its upper line is a tune of its own, and the chords. Repeats are read as written, once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.formats import musicxml
from antiphon.music.harmony import estimate_chords
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.piece import Notes, Piece, Track
from antiphon.music.roles import merge, split_bass, split_upper
from antiphon.music.structure import find_sections

CITATION = (
    "Gotham, Jonas: The OpenScore Lieder Corpus, Music Encoding Conference 2021; "
    "scores by the OpenScore volunteers"
)
LICENCE = "CC0"
SHIP = True
URL = "https://github.com/OpenScore/Lieder"
STYLE = "classical"
HOLDS = "1,317 songs"
REMOTES = of_github("OpenScore/Lieder")

_KEYBOARDS = ("piano", "klavier", "pianoforte", "clavier", "harmonium", "organ")
_MAX_VOICES = 2
_MIN_MELODY_NOTES = 16


def sources(root: Path) -> list[Source]:
    """List the songs below `root`, split by the hash of their names.

    Raises:
        AntiphonError: no .mxl or .musicxml file lies below `root`.
    """
    return [
        Source(path.stem, path, seeded_split(path.stem))
        for path in find_files(root, (".mxl", ".musicxml"))
    ]


def read(source: Source) -> Piece:
    """Read one song on the `RESOLUTION` grid.

    Raises:
        AntiphonError: the file is broken or scored otherwise than for one or two voices and
            piano.
    """
    piece = musicxml.read(source.path).on_grid()
    sounding = [t for t in piece.tracks if len(t.notes)]
    pianos = [t for t in sounding if _is_keyboard(t)]
    voices = [t for t in sounding if not _is_keyboard(t) and t.lyrics]
    voices.sort(key=_sung, reverse=True)
    if not pianos:
        raise AntiphonError(f"Song {source.id} has no piano.")
    if not voices:
        raise AntiphonError(f"Song {source.id} has no voice with words.")
    if len(voices) > _MAX_VOICES:
        raise AntiphonError(f"Song {source.id} is for choir: it has more than two voices.")
    melody = _line(voices[0], "melody")
    if len(melody.notes) < _MIN_MELODY_NOTES:
        raise AntiphonError(f"Song {source.id} has a melody of fewer than 16 notes.")
    others = [t for t in sounding if not _is_keyboard(t) and t is not voices[0]]
    piece.tracks = [melody, *_accompaniment(pianos, others, piece, melody.notes)]
    piece.chords = estimate_chords(piece, piece.keys[0].key if len(piece.keys) == 1 else None)
    piece.sections = find_sections(piece)
    return piece


def _is_keyboard(track: Track) -> bool:
    name = track.name.lower()
    return any(word in name for word in _KEYBOARDS) and not track.lyrics


def _sung(track: Track) -> tuple[int, float]:
    """Order of voices: the one with the most words, of equal ones the higher, leads."""
    return len(track.lyrics) // 16, float(track.notes["pitch"].mean())


def _line(track: Track, role: str) -> Track:
    """Return a voice as a single line: of notes struck together the highest stays."""
    part = ROLES[role]
    return Track(
        part.name,
        STYLE_PROGRAMS[STYLE][role],
        notes=_highest(track.notes),
        role=role,
        lyrics=track.lyrics if role == "melody" else [],
    )


def _highest(notes: Notes) -> Notes:
    last = np.append(notes["onset"][1:] != notes["onset"][:-1], True)
    line: Notes = notes[last]
    room = np.append(np.diff(line["onset"]), line["duration"][-1:])
    line["duration"] = np.minimum(line["duration"], np.maximum(room, 1))
    return line


def _accompaniment(
    pianos: list[Track], others: list[Track], piece: Piece, melody: Notes
) -> list[Track]:
    """Return counter-melody, chords and bass; another voice or instrument is the counter."""
    bass, rest = split_bass(merge(pianos))
    if others:
        counter, chords = _line(max(others, key=lambda t: len(t.notes)), "counter"), rest
    else:
        counter, chords = split_upper(rest, piece.bar_starts(), melody)
    programs = STYLE_PROGRAMS[STYLE]
    counter.program, bass.program = programs["counter"], programs["bass"]
    chords.name, chords.program = ROLES["chords"].name, programs["chords"]
    return [counter, chords, bass]
