"""Groove MIDI: drummers on an electronic kit, in time with a metronome but not on the grid.

Nothing is rounded: a piece keeps the file's ticks, so that the table of drums can hold how
early or late each stroke is. Keys of the kit are mapped to General MIDI as its authors do.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from antiphon.datasets import SPLITS, Source
from antiphon.datasets._csv import rows_of
from antiphon.datasets._remotes import TFDS, Remote
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.instruments import ROLES
from antiphon.music.keys import Key
from antiphon.music.labels import Labels
from antiphon.music.piece import KeyMark, Metre, Piece, Section, Tempo, Track, in_order, together

CITATION = (
    "Gillick, Roberts, Engel, Eck, Bamman: Learning to Groove with Inverse Sequence "
    "Transformations, ICML 2019"
)
LICENCE = "CC BY 4.0"
SHIP = True
URL = "https://magenta.tensorflow.org/datasets/groove"
STYLE = "drums"
HOLDS = "1,150 performances"
REMOTES = (
    Remote(
        url="https://storage.googleapis.com/magentadata/datasets/groove/groove-v1.0.0-midionly.zip",
        file="groove-v1.0.0-midionly.zip",
        part="midi",
        size_bytes=3_260_318,
        sha256="651cbc524ffb891be1a3e46d89dc82a1cecb09a57c748c7b45b844c4841dcc1e",
        checked_by=TFDS,
    ),
    Remote(
        url="https://storage.googleapis.com/magentadata/datasets/groove/groove-v1.0.0.zip",
        file="groove-v1.0.0.zip",
        part="audio",
        size_bytes=5_111_599_714,
        sha256="21559feb2f1c96ca53988fd4d7060b1f2afe1d854fb2a8dcea5ff95cf3cce7e9",
        checked_by=TFDS,
    ),
)

# the kit's own keys (rims, edges, second zones) and the General MIDI keys they sound like
KIT_TO_GM = {22: 42, 26: 46, 40: 38, 52: 57, 55: 49, 58: 43, 59: 51}
_NAME = re.compile(r"\d+_([^_]+)_([1-9]\d{1,2})_([^_]+)_([1-9]\d?)-(2|4|8|16)(?:_.*)?")
_COLUMNS = ("style", "bpm", "beat_type", "time_signature", "midi_filename", "split")


def sources(root: Path) -> list[Source]:
    """List the performances of `info.csv`, with their official split.

    Raises:
        AntiphonError: there is no `info.csv` below `root`, or it is another table.
    """
    tables = sorted(root.rglob("info.csv"))
    if not tables:
        raise AntiphonError(f"{root} is no Groove MIDI data set: info.csv is missing.")
    found = []
    for row in rows_of(tables[0], _COLUMNS, "Groove"):
        name, _, _ = row["midi_filename"].rpartition(".")
        if not name or row["split"] not in SPLITS:
            said = f"{row['midi_filename']!r} in {row['split']!r}"
            raise AntiphonError(f"{tables[0]} has a line without a file or its split: {said}.")
        audio = tables[0].parent / row.get("audio_filename", "")
        path = tables[0].parent / row["midi_filename"]
        has_audio = os.path.isfile(audio)
        found.append(Source(name, path, row["split"], audio=audio if has_audio else None))
    if not found:
        raise AntiphonError(f"{tables[0]} names no performance.")
    return found


def read(source: Source) -> Piece:
    """Read one performance with one drum track at the file's resolution.

    The title is the style (``funk-groove1``), its first word the label; the one section is
    called ``fill`` in a fill and ``A`` in a beat. What info.csv says of them stands in the
    file's name as well.

    Raises:
        AntiphonError: the file is missing or broken, or its name is not as it should be.
    """
    match = _NAME.fullmatch(source.path.stem)
    if not match:
        raise AntiphonError(f"{source.path.name} is not named number_style_tempo_kind_metre.")
    style, bpm, kind, numerator, denominator = match.groups()
    piece = mid.read(source.path, quick=True)
    played = [t.notes for t in piece.tracks if len(t.notes)]
    notes = together(played)
    for key, general in KIT_TO_GM.items():
        notes["pitch"][notes["pitch"] == key] = general
    notes = in_order(notes)
    role = ROLES["drums"]
    piece.tracks = [Track(role.name, role.program, is_drum=True, notes=notes, role="drums")]
    piece.metres = [Metre(0, int(numerator), int(denominator))]
    piece.tempos = [Tempo(0, float(bpm))]
    piece.keys, piece.chords = [KeyMark(0, Key(0))], []
    piece.title = style
    piece.labels = Labels(style=style.partition("-")[0])
    piece.sections = [Section(0, piece.n_bars, "fill" if kind == "fill" else "A")]
    return piece
