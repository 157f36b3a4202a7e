"""POP909: 909 pop songs as melody, bridge and piano, with beats, chords and keys as text.

The notes lie off the MIDI file's own grid by a constant phase; `beat_midi.txt` says where the
beats are, and every note is placed between them. The bass is the lowest line of the piano;
merged with the chords it is the piano again.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from symusic import Score

from antiphon.datasets import Source
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord, parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import (
    NOTE,
    RESOLUTION,
    ChordSpan,
    KeyMark,
    Metre,
    Notes,
    Piece,
    Tempo,
    Track,
    in_order,
)
from antiphon.music.roles import split_bass
from antiphon.music.structure import find_sections

CITATION = (
    "Wang, Chen, Jiang, Zhang, Xu, Dai, Xia: POP909: A Pop-song Dataset for Music "
    "Arrangement Generation, ISMIR 2020"
)
LICENCE = "MIT"
SHIP = True
URL = "https://github.com/music-x-lab/POP909-Dataset"
STYLE = "pop"
HOLDS = "909 songs"
REMOTES = of_github("music-x-lab/POP909-Dataset")

_ROLES = {"MELODY": "melody", "BRIDGE": "counter", "PIANO": "chords"}
_PROGRAMS = {"melody": 73, "counter": 48, "chords": 0}
_COLUMNS = ("time", "duration", "pitch", "velocity")
_NAMES = {"melody": "Melody", "counter": "Counter-melody", "chords": "Chords"}
_TRIPLET_GAIN = 0.6  # a song is in triplets when their grid misses its onsets by this much less


def sources(root: Path) -> list[Source]:
    """List the songs below `root`: test ids end in 5, validation ids in 0.

    A song that lacks a file is among them: reading it says so.

    Raises:
        AntiphonError: no folder with three digits, beats and a MIDI file lies below `root`.
    """
    beats = {p.parent for p in root.rglob("beat_midi.txt") if p.parent.name.isdigit()}
    files = {p.parent for p in root.rglob("[0-9][0-9][0-9].mid") if p.stem == p.parent.name}
    songs = sorted(beats | files)
    if not beats & files:
        raise AntiphonError(f"{root} is no POP909: it has no folder such as 001/ with 001.mid.")
    split = {"5": "test", "0": "validation"}
    return [Source(p.name, p, split.get(p.name[-1], "train")) for p in songs]


def read(source: Source) -> Piece:
    """Read one song on the `RESOLUTION` grid, its first downbeat at step 0.

    Raises:
        AntiphonError: the song's beats or notes cannot be used; the sentence says why.
    """
    beat_s, is_downbeat = _beats(source.path / "beat_midi.txt")
    score = _score(source.path / f"{source.path.name}.mid")
    first = int(is_downbeat.argmax())
    usual_beat_s = _median(beat_s[1:] - beat_s[:-1])
    grid_s = _extended(beat_s, usual_beat_s)
    raw = {
        _ROLES[t.name]: t.notes.numpy() for t in score.tracks if t.name in _ROLES and len(t.notes)
    }
    if "melody" not in raw:
        raise AntiphonError(f"Song {source.id} has no track named MELODY.")
    columns = {name: np.concatenate([n[name] for n in raw.values()]) for name in _COLUMNS}
    times_s = np.concatenate([columns["time"], columns["time"] + columns["duration"]])
    begin, end = _positions(times_s, grid_s).reshape(2, -1)
    lead = -first * RESOLUTION
    while lead + RESOLUTION * float(begin.min()) < -RESOLUTION / 2:
        lead += 4 * RESOLUTION
    snapped = _snap(begin, end, _grid_unit(begin), lead)
    snapped["pitch"] = columns["pitch"]
    snapped["velocity"] = np.minimum(np.maximum(columns["velocity"], 1), 127)
    tracks, at = [], 0
    for role, played in raw.items():
        notes = _line(snapped[at : at + len(played["time"])])
        tracks.append(Track(_NAMES[role], _PROGRAMS[role], notes=notes, role=role))
        at += len(played["time"])
    tracks = [t for t in tracks if t.role != "chords"] + [
        part for t in tracks if t.role == "chords" for part in reversed(split_bass(t))
    ]
    piece = Piece(
        tracks=tracks,
        tempos=[Tempo(0, 60.0 / usual_beat_s)],
        metres=_metres(is_downbeat, lead),
        title=source.id,
    )
    piece.keys = _keys(source.path / "key_audio.txt", grid_s, lead)
    piece.chords = _chords(source.path / "chord_midi.txt", grid_s, lead, piece.end)
    piece.sections = find_sections(piece)
    return piece


def _score(path: Path) -> Score:
    if not path.is_file():
        raise AntiphonError(f"{path.parent.name} has no {path.name}.")
    try:
        return Score(path, ttype="second")
    except (RuntimeError, ValueError):
        raise AntiphonError(f"{path.parent.name}: {path.name} cannot be read as MIDI.") from None


def _text(path: Path) -> str:
    try:
        with open(path, "rb", buffering=0) as file:  # as text it takes thrice as long
            return file.read().decode()
    except FileNotFoundError:
        raise AntiphonError(f"{path.parent.name} has no {path.name}.") from None
    except UnicodeDecodeError:
        raise AntiphonError(f"{path.parent.name}: {path.name} is no text.") from None


def _columns(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Return the three columns of a table; a line that is cut off at its end is left out."""
    words = _text(path).split()
    n_whole = len(words) // 3 * 3
    return words[0:n_whole:3], words[1:n_whole:3], words[2:n_whole:3]


def _numbers(words: list[str], path: Path) -> NDArray[np.float64]:
    try:
        return np.fromiter(map(float, words), np.float64, len(words))
    except ValueError:
        raise AntiphonError(f"{path.parent.name}: {path.name} has a time that is none.") from None


def _beats(path: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    times, _, marks = _columns(path)
    kinds = list(set(marks))  # two or three: read once each
    known = dict(zip(kinds, (_numbers(kinds, path) > 0.5).tolist(), strict=True))
    is_downbeat = np.fromiter(map(known.__getitem__, marks), bool, len(marks))
    beat_s = _numbers(times, path)
    if len(beat_s) < 8 or not is_downbeat.any() or (beat_s[1:] <= beat_s[:-1]).any():
        raise AntiphonError(f"{path.parent.name}: its beat file has too few beats or no downbeat.")
    return beat_s, is_downbeat


def _median(values: NDArray[np.float64]) -> float:
    """Return the middle value: of records as short as a song's numpy's own takes thrice as long."""
    ordered = np.sort(values)
    return float(ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2


def _extended(beat_s: NDArray[np.float64], usual_beat_s: float) -> NDArray[np.float64]:
    """Add beats at the end, so that late notes find their place; beat 0 stays the first."""
    return np.concatenate([beat_s, beat_s[-1] + usual_beat_s * np.arange(1, 65)])


def _positions(time_s: NDArray[np.float64], grid_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return times as beats since the first beat of the grid; before it, negative."""
    at = np.interp(time_s, grid_s, np.arange(len(grid_s)))
    before = time_s < grid_s[0]
    at[before] = (time_s[before] - grid_s[0]) / (grid_s[1] - grid_s[0])
    return at


def _grid_unit(onsets: NDArray[np.float64]) -> int:
    """Return the steps of the grid a song is played on: 6 for 16ths, 4 for triplets."""

    def miss(parts: int) -> float:
        return float(np.abs(onsets * parts - np.rint(onsets * parts)).mean() / parts)

    return 4 if miss(6) < _TRIPLET_GAIN * miss(4) else 6


def _snap(begin: NDArray[np.float64], end: NDArray[np.float64], unit: int, lead: int) -> Notes:
    """Return notes from beat to beat on a grid of so many steps, still without pitches."""
    parts = RESOLUTION // unit
    onset = np.rint(begin * parts) * unit + lead
    stop = np.rint(end * parts) * unit + lead
    notes = np.zeros(len(onset), NOTE)
    notes["onset"], notes["duration"] = onset, np.maximum(stop - onset, unit)
    return notes


def _line(notes: Notes) -> Notes:
    """Return notes in order, from the first downbeat on, of equal ones the shortest."""
    inside = notes["onset"] >= 0
    notes = in_order(notes if inside.all() else notes.compress(inside))
    onset, pitch = notes["onset"], notes["pitch"]
    differs = (onset[1:] != onset[:-1]) | (pitch[1:] != pitch[:-1])
    return notes if differs.all() else notes.compress(np.append(True, differs))


def _metres(is_downbeat: NDArray[np.bool_], lead: int) -> list[Metre]:
    downbeats = (np.flatnonzero(is_downbeat) * RESOLUTION + lead).tolist()
    metres = [Metre(0, 4)] if downbeats[0] > 0 else []
    for onset, following in pairwise(downbeats):
        beats = (following - onset) // RESOLUTION
        if onset >= 0 and (not metres or metres[-1].numerator != beats):
            metres.append(Metre(onset, beats))
    return metres or [Metre(0)]


def _keys(path: Path, grid_s: NDArray[np.float64], lead: int) -> list[KeyMark]:
    times, _, names = _columns(path)
    if not times:
        raise AntiphonError(f"{path.parent.name}: its key file is empty.")
    at = np.rint(_positions(_numbers(times, path), grid_s) * RESOLUTION).astype(np.int64) + lead
    steps = [0, *np.maximum(at[1:], 0).tolist()]
    return [KeyMark(step, _key(name)) for step, name in zip(steps, names, strict=True)]


def _chords(path: Path, grid_s: NDArray[np.float64], lead: int, stop: int) -> list[ChordSpan]:
    """Return the chords that begin before a step."""
    begins, ends, symbols = _columns(path)
    beats = np.rint(_positions(_numbers(begins + ends, path), grid_s)).astype(np.int64)
    steps = (beats * RESOLUTION + lead).tolist()
    told = zip(steps[: len(begins)], steps[len(begins) :], symbols, strict=True)
    return [
        ChordSpan(begin, end - begin, _chord(symbol))
        for begin, end, symbol in told
        if 0 <= begin < stop and end > begin
    ]


@cache
def _key(name: str) -> Key:
    return Key.parse(name.replace(":", " "))


@cache
def _chord(symbol: str) -> Chord | None:
    try:
        return parse_chord(symbol)
    except AntiphonError:
        return parse_chord(symbol.split("/")[0].split("(")[0])
