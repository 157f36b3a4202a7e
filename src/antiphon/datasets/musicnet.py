"""MusicNet: recordings of classical chamber music, every note labelled by its sample.

Two forms are read: the labels (`train_labels/1727.csv`), whose notes have their place in the
score as well, so that no beat is estimated; and the better aligned MIDI files of MusicNet-EM
(`musicnet_em/1727.mid`), which know seconds only. `performance` gives the seconds of either.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._csv import rows_of
from antiphon.datasets._labelled import SAMPLE_RATE, notes_between, recorded
from antiphon.datasets._played import completed
from antiphon.datasets._remotes import Remote
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.estimation import complete
from antiphon.music.piece import RESOLUTION, Piece, Tempo, Track
from antiphon.music.roles import assign_roles

CITATION = (
    "Thickstun, Harchaoui, Kakade: Learning Features of Music from Scratch, ICLR 2017; "
    "MusicNet-EM: Maman, Bermano: Unaligned Supervision for Automatic Music Transcription in "
    "the Wild, ICML 2022"
)
LICENCE = "CC BY 4.0; MusicNet-EM: CC BY-NC-SA 4.0"
SHIP = False
URL = "https://zenodo.org/records/5120004"
STYLE = "classical"
HOLDS = "330 recordings"
_TABLE = "musicnet_metadata.csv"
_LISTED = f"its own page, {URL}, as public scripts that download it cite that"
REMOTES = (
    Remote(
        url=f"{URL}/files/musicnet.tar.gz",
        file="musicnet.tar.gz",
        part="audio",
        size_bytes=11_097_394_998,
        md5="844764911fa0d5b97c97da944a057590",
        checked_by=_LISTED,
    ),
    Remote(
        url="https://github.com/benadar293/benadar293.github.io/raw/main/musicnet_em.zip",
        file="musicnet_em.zip",
        part="em",
    ),
    *(
        Remote(
            url=f"{URL}/files/{_TABLE}",
            file=_TABLE,
            part=part,
            size_bytes=43_775,
            md5="1caef62cee9c875235e62aac368b49d8",
            checked_by=_LISTED,
        )
        for part in ("audio", "em")
    ),
)

_COLUMNS = ("id", "composer", "composition", "movement")
_LABELS = ("start_time", "end_time", "instrument", "note", "start_beat", "end_beat")
_TEST = {1759, 1819, 2106, 2191, 2298, 2303, 2382, 2416, 2556, 2628}  # test_labels/
_MOST = (2**30, 2**30, 128, 127, 100_000, 1_000)  # of each column of _LABELS
_ASSUMED = "its metre is not told; bars of four quarters were taken"


def sources(root: Path) -> list[Source]:
    """List the recordings below `root` in their official split, by labels or else by MIDI file.

    One work in ten that is not in the official test set is validation, by the hash of its name.

    Raises:
        AntiphonError: neither 1727.csv nor 1727.mid lies below `root`, or the table of the
            recordings is broken.
    """
    found = _numbered(find_files(root, (".mid", ".csv")))
    if not found:
        raise AntiphonError(f"{root} is no MusicNet: it has no file such as train_labels/1727.csv.")
    table, audio = _works(root), _numbered(list(root.rglob("*.wav")))
    sources = []
    for number, path in sorted(found.items()):
        work, title = table.get(number, (str(number), str(number)))
        split = "validation" if seeded_split(work) == "validation" else "train"
        split = "test" if number in _TEST else split
        sources.append(Source(str(number), path, split, title=title, audio=audio.get(number)))
    return sources


def _numbered(paths: list[Path]) -> dict[int, Path]:
    """Return the files that are named by the number of a recording; labels before MIDI."""
    ordered = sorted(paths, key=lambda path: path.suffix, reverse=True)
    return {int(path.stem): path for path in ordered if re.fullmatch(r"[0-9]{4}", path.stem)}


def _works(root: Path) -> dict[int, tuple[str, str]]:
    """Return work and title by number from the table, which lies in `root` or beside it."""
    tables = [*sorted(root.rglob(_TABLE)), *sorted(root.parent.glob(_TABLE))]
    rows = rows_of(tables[0], _COLUMNS, "MusicNet") if tables else []
    found = {}
    for row in rows:
        work = f"{row['composer']}: {row['composition']}"
        if row["id"].isdecimal():
            found[int(row["id"])] = (work, f"{work}, {row['movement']}")
    return found


def performance(source: Source) -> Piece:
    """Read one recording in seconds; from labels one step is one sample of it.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    if source.path.suffix == ".mid":
        return replace(mid.read(source.path, quick=True), title=source.title)
    columns = _columns(source.path)
    program = columns["instrument"] - 1
    parts = {}
    for played in np.unique(program).astype(int).tolist():
        start, end, pitch = (
            columns[c][program == played] for c in ("start_time", "end_time", "note")
        )
        parts[played] = notes_between(start, end, pitch)
    return recorded(parts, source.title)


def _columns(path: Path) -> dict[str, NDArray[np.float64]]:
    """Return the columns of a file of labels, each of shape (n,)."""
    rows = rows_of(path, _LABELS, "MusicNet")
    if not rows:
        raise AntiphonError(f"{path} holds no notes.")
    try:
        columns = {c: np.array([row[c] for row in rows], dtype=np.float64) for c in _LABELS}
    except ValueError:
        raise AntiphonError(f"{path} must have numbers in {', '.join(_LABELS)}.") from None
    for column, most in zip(_LABELS, _MOST, strict=True):
        least = 1 if column == "instrument" else 0
        if not ((columns[column] >= least) & (columns[column] <= most)).all():
            raise AntiphonError(f"{path} must have {column} from {least} to {most:,} in each line.")
    if (columns["start_time"] > columns["end_time"]).any():
        raise AntiphonError(f"{path} has a note that ends before it begins.")
    return columns


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one recording; say whether its beats are estimated and what is not told of it.

    Raises:
        AntiphonError: the file is missing, broken or has no notes.
    """
    if source.path.suffix == ".mid":
        return completed(performance(source))
    columns = _columns(source.path)
    piece = Piece(_written(columns), tempos=[Tempo(0, _bpm(columns))], title=source.title)
    return complete(assign_roles(piece)), [_ASSUMED]


def _written(columns: dict[str, NDArray[np.float64]]) -> list[Track]:
    """Return the parts as the score has them (`end_beat` is how many quarters a note lasts)."""
    onset, duration = (np.rint(columns[c] * RESOLUTION) for c in ("start_beat", "end_beat"))
    end = onset + np.maximum(duration, RESOLUTION // 8)
    tracks = []
    for instrument in np.unique(columns["instrument"]).astype(int).tolist():
        own = columns["instrument"] == instrument
        notes = notes_between(onset[own], end[own], columns["note"][own])
        tracks.append(Track("", instrument - 1, notes=notes))
    return tracks


def _bpm(columns: dict[str, NDArray[np.float64]]) -> float:
    """Return the mean tempo from the first onset to the last, within what is played."""
    quarters, samples = np.ptp(columns["start_beat"]), np.ptp(columns["start_time"])
    return float(np.clip(60 * SAMPLE_RATE * quarters / max(samples, 1), 20, 300))
