"""GuitarSet: six guitarists comp and solo over lead sheets, every string transcribed by itself.

The annotations (JAMS) hold notes and chords in seconds; beats are those of the metronome that
was played to, so nothing is estimated but sections.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from antiphon.datasets import Source, find_files
from antiphon.datasets._labelled import SAMPLE_RATE, notes_between, recorded
from antiphon.datasets._remotes import MIRDATA, Remote
from antiphon.errors import AntiphonError
from antiphon.formats import read_text
from antiphon.music.chords import Chord, parse_chord
from antiphon.music.estimation import complete
from antiphon.music.keys import Key
from antiphon.music.labels import Labels
from antiphon.music.piece import RESOLUTION, ChordSpan, KeyMark, Metre, Piece, Tempo, Track
from antiphon.music.roles import assign_roles

Observation = tuple[float, float, Any]  # begin and end in seconds, value

CITATION = (
    "Xi, Bittner, Pauwels, Ye, Bello: GuitarSet: A Dataset for Guitar Transcription, ISMIR 2018"
)
LICENCE = "CC BY 4.0"
SHIP = False  # its licence lets it; what is at hand is a sample for the loader alone
URL = "https://zenodo.org/records/3371780"
STYLE = "guitar"
HOLDS = "360 excerpts"
_HASHES = {
    "annotation": "b39b78e63d3446f2e54ddb7a54df9b10",
    "audio_mono-mic": "275966d6610ac34999b58426beb119c3",
    "audio_mono-pickup_mix": "aecce79f425a44e2055e46f680e10f6a",
}
_PARTS = {
    "annotation": ("annotation",),
    "mic": ("annotation", "audio_mono-mic"),
    "mix": ("annotation", "audio_mono-pickup_mix"),
}
REMOTES = tuple(
    Remote(
        url=f"https://zenodo.org/record/3371780/files/{name}.zip",
        file=f"{name}.zip",
        part=part,
        md5=_HASHES[name],
        checked_by=MIRDATA,
        folder=name,
    )
    for part, names in _PARTS.items()
    for name in names
)

_STYLES = {
    "BN": "bossa nova",
    "Funk": "funk",
    "Jazz": "jazz",
    "Rock": "rock",
    "SS": "singer-songwriter",
}
_NAME = re.compile(r"([0-9]{2})_([A-Za-z]+)([0-9])-([0-9.]+)-([A-G][#b]?)_(comp|solo)")
_SPLITS = {"04": "validation", "05": "test"}  # by guitarist
_KINDS = ("note_midi", "beat_position", "tempo", "chord", "key_mode")
_STEEL_GUITAR = 25
_LONGEST_S = 3600.0
_AUDIO = (("audio_mono-mic", "mic"), ("audio_mono-pickup_mix", "mix"))


def sources(root: Path) -> list[Source]:
    """List the annotations below `root`, split by guitarist; of one that is there twice the first.

    Raises:
        AntiphonError: no file such as 03_BN3-119-G_solo.jams lies below `root`.
    """
    found: dict[str, Source] = {}
    for path in find_files(root, (".jams",)):
        match = _NAME.fullmatch(path.stem)
        if match:
            beside = (path.parent.parent / f / f"{path.stem}_{end}.wav" for f, end in _AUDIO)
            audio = next((p for p in beside if p.is_file()), None)
            split = _SPLITS.get(match[1], "train")
            source = Source(path.stem, path, split, title=path.stem, audio=audio)
            found.setdefault(path.stem, source)
    if not found:
        raise AntiphonError(
            f"{root} is no GuitarSet: it has no file such as 03_BN3-119-G_solo.jams."
        )
    return list(found.values())


def performance(source: Source) -> Piece:
    """Read one excerpt in seconds: a step is one sample at 44.1 kHz, velocities are 64.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    rows = _notes(source.path, _annotations(source.path)) * (SAMPLE_RATE, SAMPLE_RATE, 1)
    return recorded({_STEEL_GUITAR: notes_between(*rows.T)}, source.title)


def read(source: Source) -> Piece:
    """Read one excerpt on the `RESOLUTION` grid, with the chords that were played.

    Raises:
        AntiphonError: the file is missing or broken, or has no notes, beats or tempo.
    """
    said = _annotations(source.path)
    rows = _notes(source.path, said)
    bpm, first_s, position = _metronome(source.path, said)

    def steps(time_s: ArrayLike) -> NDArray[np.float64]:
        beat = (np.asarray(time_s) - first_s) * bpm / 60 + position - 1
        return np.maximum(np.rint(beat * RESOLUTION), 0)

    notes = notes_between(steps(rows[:, 0]), steps(rows[:, 1]), rows[:, 2])
    guitar = Track("Guitar", _STEEL_GUITAR, notes=notes)
    piece = Piece([guitar], tempos=[Tempo(0, bpm)], metres=[Metre(0)], title=source.title)
    match = _NAME.fullmatch(source.path.stem)
    piece.labels = Labels(style=_STYLES.get(match[2], "") if match else "")
    piece.keys = [KeyMark(0, key) for *_, name in said["key_mode"][0][:1] if (key := _key(name))]
    for time_s, end_s, symbol in said["chord"][-1]:
        onset, end = steps([time_s, end_s]).astype(int).tolist()
        if onset < min(end, piece.end):
            piece.chords.append(ChordSpan(onset, end - onset, _chord(symbol)))
    return complete(assign_roles(piece))


def _annotations(path: Path) -> dict[str, list[list[Observation]]]:
    """Return the annotations of each kind, in their order; one without any is empty."""
    try:
        every = json.loads(read_text(path))["annotations"]
        found = {
            kind: [[_observation(o) for o in a["data"]] for a in every if a["namespace"] == kind]
            for kind in _KINDS
        }
    except (ValueError, RecursionError, KeyError, TypeError):
        raise AntiphonError(f"{path} is no JAMS file of GuitarSet.") from None
    observations = [o for lists in found.values() for of_one in lists for o in of_one]
    if not all(0 <= time_s <= end_s < _LONGEST_S for time_s, end_s, _ in observations):
        raise AntiphonError(f"{path} has times that cannot be.")
    return {kind: lists or [[]] for kind, lists in found.items()}


def _observation(said: dict[str, Any]) -> Observation:
    time_s = float(said["time"])
    return time_s, time_s + float(said["duration"]), said["value"]


def _notes(path: Path, said: dict[str, list[list[Observation]]]) -> NDArray[np.float64]:
    """Return onset and end in seconds and the nearest pitch of every note, shape (n, 3)."""
    played = [note for string in said["note_midi"] for note in string]
    if not played:
        raise AntiphonError(f"{path} holds no notes.")
    try:
        rows = np.array(played, dtype=np.float64)
    except (ValueError, TypeError):
        raise AntiphonError(f"{path} has notes without a pitch.") from None
    rows[:, 2] = np.rint(rows[:, 2])
    if not ((rows[:, 2] >= 0) & (rows[:, 2] <= 127)).all():
        raise AntiphonError(f"{path} has pitches that are none: they must be 0 to 127.")
    return rows


def _metronome(path: Path, said: dict[str, list[list[Observation]]]) -> tuple[float, float, int]:
    """Return the tempo, the time of the first beat in seconds, and its place in the bar from 1."""
    try:
        bpm = float(said["tempo"][0][0][2])
        time_s, _, value = said["beat_position"][0][0]
        position = int(value["position"])
    except (IndexError, KeyError, TypeError, ValueError, OverflowError):
        raise AntiphonError(f"{path} tells no tempo or no beats.") from None
    if not (20 <= bpm <= 400 and 1 <= position <= 16):
        raise AntiphonError(f"{path} tells a tempo or a beat that cannot be.")
    return bpm, time_s, position


def _key(name: Any) -> Key | None:
    try:
        return Key.parse(str(name).replace(":", " "))
    except AntiphonError:
        return None


def _chord(symbol: Any) -> Chord | None:
    try:
        return parse_chord(str(symbol))
    except AntiphonError:
        return None
