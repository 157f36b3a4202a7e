"""Lakh Pianoroll Dataset (LPD-5): Lakh MIDI as pianorolls of five tracks, in sparse .npz files.

Tracks are Drums, Piano, Guitar, Bass and Strings, at 24 steps a beat. A pianoroll does not
tell a repeated note from a held one: steps that follow one another are one note.

No sample of it was at hand when this was written: the layout follows pypianoroll's, and is
tested against files that pypianoroll wrote.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets import Source, find_files
from antiphon.datasets.lakh import versions
from antiphon.errors import AntiphonError
from antiphon.formats import MAX_NOTES, read_bytes
from antiphon.music.estimation import complete
from antiphon.music.piece import NOTE, Metre, Notes, Piece, Tempo, Track
from antiphon.music.roles import assign_roles

CITATION = (
    "Dong, Hsiao, Yang, Yang: MuseGAN: Multi-track Sequential Generative Adversarial Networks "
    "for Symbolic Music Generation and Accompaniment, AAAI 2018"
)
LICENCE = "CC BY 4.0 for the collection; none stated for the files in it"
SHIP = False
URL = "https://salu133445.github.io/lakh-pianoroll-dataset/"
STYLE = "pop"
HOLDS = "21,425 pianorolls (cleansed)"

_MAX_STEPS = 1_000_000
_MAX_ARRAY_BYTES = 100_000_000
_MAX_TRACKS = 64


def sources(root: Path) -> list[Source]:
    """List the files below `root`; versions of one song lie in one split.

    Raises:
        AntiphonError: no .npz file lies below `root`.
    """
    return versions(find_files(root, (".npz",)))


def read(source: Source) -> Piece:
    """Read one file on the `RESOLUTION` grid, its tracks cast into roles.

    Raises:
        AntiphonError: it is no pianoroll file, is broken or has no notes.
    """
    piece = pianorolls(source.path)
    if not piece.n_notes:
        raise AntiphonError(f"{source.path} holds no notes.")
    return complete(assign_roles(piece.on_grid()))


def pianorolls(path: Path) -> Piece:
    """Return the tracks of a pianoroll file at its own resolution, as it names them.

    Raises:
        AntiphonError: it is no file of pypianoroll, or a broken one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(path))) as archive:
            info = json.loads(_member(archive, "info.json"))
            return _piece(archive, info, path.stem)
    except AntiphonError:
        raise
    except KeyError as error:
        raise AntiphonError(f"{path} is no pianoroll file: it has no {error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise AntiphonError(f"{path} is a broken .npz file.") from None
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError, MemoryError) as error:
        raise AntiphonError(f"{path} is a broken pianoroll file: {error}.") from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        content = stream.read(_MAX_ARRAY_BYTES + 1)
    if len(content) > _MAX_ARRAY_BYTES:
        raise ValueError(f"{name} unpacks to more than {_MAX_ARRAY_BYTES:,} bytes")
    return content


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(_member(archive, f"{name}.npy")), allow_pickle=False)
    return array


def _piece(archive: zipfile.ZipFile, info: dict[str, Any], title: str) -> Piece:
    resolution = int(info.get("resolution") or info["beat_resolution"])
    if not 1 <= resolution <= 10_000:
        raise ValueError(f"{resolution} steps a beat cannot be")
    tracks: list[Track] = []
    while str(len(tracks)) in info and len(tracks) < _MAX_TRACKS:
        about = info[str(len(tracks))]
        notes = _notes(archive, f"pianoroll_{len(tracks)}")
        program = min(max(int(about.get("program") or 0), 0), 127)
        name, is_drum = str(about.get("name") or ""), bool(about.get("is_drum"))
        tracks.append(Track(name, program, is_drum, notes))
    names = set(archive.namelist())
    tempo = _array(archive, "tempo") if "tempo.npy" in names else np.zeros(0)
    downbeat = _array(archive, "downbeat") if "downbeat.npy" in names else np.zeros(0)
    return Piece(
        tracks,
        resolution=resolution,
        tempos=_tempos(tempo.ravel()[:_MAX_STEPS].astype(np.float64)),
        metres=_metres(np.flatnonzero(downbeat.ravel()[:_MAX_STEPS]), resolution),
        title=str(info.get("name") or title),
    )


def _notes(archive: zipfile.ZipFile, name: str) -> Notes:
    """Return the notes of one sparse pianoroll (compressed columns; a column is a pitch)."""
    velocity = _array(archive, f"{name}_csc_data").ravel()
    step = _array(archive, f"{name}_csc_indices").ravel().astype(np.int64)
    edges = _array(archive, f"{name}_csc_indptr").ravel().astype(np.int64)
    n_pitches = len(edges) - 1
    is_sound = (
        0 <= n_pitches <= 128
        and edges[0] == 0
        and edges[-1] == len(step) == len(velocity)
        and (np.diff(edges) >= 0).all()
    )
    if not is_sound or (len(step) and not 0 <= step.min() <= step.max() < _MAX_STEPS):
        raise ValueError(f"the parts of {name} do not fit together")
    pitch = np.repeat(np.arange(n_pitches), np.diff(edges))
    heard = velocity > 0
    order = np.lexsort((step[heard], pitch[heard]))
    pitch, step = pitch[heard][order], step[heard][order]
    velocity = velocity[heard][order].astype(np.float64)
    begins = np.flatnonzero((np.diff(pitch, prepend=-1) != 0) | (np.diff(step, prepend=-9) != 1))
    if len(begins) > MAX_NOTES:
        raise ValueError(f"{name} holds more than {MAX_NOTES:,} notes")
    notes = np.zeros(len(begins), NOTE)
    if len(begins):
        lengths = np.diff(begins, append=len(step))
        notes["onset"], notes["duration"], notes["pitch"] = step[begins], lengths, pitch[begins]
        loud = np.add.reduceat(velocity, begins) / lengths
        notes["velocity"] = np.clip(loud if loud.max() > 1 else 100, 1, 127)
    return np.sort(notes, order=("onset", "pitch"))


def _tempos(bpm: NDArray[np.float64]) -> list[Tempo]:
    """Return the changes of an array with the tempo of each step."""
    changes = np.flatnonzero(np.diff(bpm, prepend=np.nan) != 0)
    found = [Tempo(int(at), float(np.clip(bpm[at], 5, 1000))) for at in changes if bpm[at] > 0]
    return found if found and found[0].onset == 0 else [Tempo(0, 120.0), *found]


def _metres(downbeats: NDArray[np.int64], resolution: int) -> list[Metre]:
    """Return the metres that put bar lines at the downbeats; 4/4 where there are none."""
    found = [Metre(0)]
    for begin, length in zip(downbeats[:-1].tolist(), np.diff(downbeats).tolist(), strict=True):
        quarters, rest = divmod(length, resolution)
        eighths = 2 * length // resolution
        metre = Metre(begin, quarters) if not rest else Metre(begin, eighths, 8)
        if not 1 <= metre.numerator <= 64:
            continue
        if (found[-1].numerator, found[-1].denominator) != (metre.numerator, metre.denominator):
            found = [m for m in found if m.onset < begin] + [metre]
    return found
