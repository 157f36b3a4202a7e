"""Reading a data set's files as others read them, note by note.

    python -m venv /tmp/others
    /tmp/others/bin/pip install pretty_midi music21 pypianoroll mirdata jams
    python benchmarks/agree.py emopia data/emopia --other /tmp/others/bin/python --n 50

MIDI is compared with pretty_midi tick by tick, and the seconds of the ticks with mido's, as
pretty_midi looks for tempos in the first chunk alone; notes that are only ours are looked for among
what mido finds struck. Songs of POP909 are compared as they are prepared, with pretty_midi's notes
put between the beats of the set's table; tables of notes (MAPS, MusicNet) with a plain csv
reader, GuitarSet with mirdata, scores and ABC with music21, pianorolls with pypianoroll (`lpd` on
a folder of MIDI: pypianoroll makes the files, as there is no sample). The other readers
(`other_readers.py`) are no dependencies: they run in an environment of their own.

A note agrees where its pitch is equal and its onset (to the tick, 2 ms, an eighth of a beat or 1/50
of a quarter); its end is counted apart. ABC and scores are compared as written, without
repeats, from their first note on, without cue notes, tied notes joined. Prints files and notes
that agree, and up to five files that do not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from antiphon.datasets import Source, guitarset, lpd, maps, music21_folk, musicnet, pop909
from antiphon.errors import AntiphonError
from antiphon.formats import abc, mid, musicxml
from antiphon.music.piece import RESOLUTION, Piece

Note = tuple[float, float, int]  # onset, end, pitch
# how far onsets may be apart, in what the kind is counted in
_NEAR = {
    "midi": 0.5, "songs": 0.126, "table": 0.002, "jams": 0.002, "score": 0.02, "tune": 0.02,
    "roll": 0.5,
}  # fmt: skip
_NEAR_S = 0.002  # how far the seconds of a tick may be apart
_TABLES = {"maps": ".txt", "musicnet": ".csv"}  # data sets with notes in tables


class File(NamedTuple):
    """What is read: the reader's kind, a file, and what else it needs."""

    kind: str
    path: Path
    more: str = ""

    @property
    def name(self) -> str:
        title = re.search(r"(?m)^T:(.*)", self.more) if self.kind == "tune" else None
        return title[1].strip() if title else self.path.name


@dataclass
class Counts:
    """How many notes agree, with their ends, are only ours, of these struck, only theirs.

    A note that the file has twice at once counts apart: we keep the longer of the two.
    """

    both: int = 0
    ends: int = 0
    only_ours: int = 0
    struck: int = 0
    only_theirs: int = 0
    doubles: int = 0
    late_s: float = 0.0  # the most that the seconds of a tick are apart

    @property
    def agree(self) -> bool:
        return not self.only_ours and not self.only_theirs and self.late_s <= _NEAR_S


@dataclass
class Total(Counts):
    equal: int = 0
    failed: int = 0
    refused: int = 0
    unlike: list[tuple[int, str]] = field(default_factory=list)

    def add(self, name: str, found: Counts) -> None:
        for one in ("both", "ends", "only_ours", "struck", "only_theirs", "doubles"):
            setattr(self, one, getattr(self, one) + getattr(found, one))
        self.late_s = max(self.late_s, found.late_s)
        self.equal += found.agree
        line = f"{name}: only ours {found.only_ours}, only theirs {found.only_theirs}"
        line += f", {1e3 * found.late_s:.1f} ms apart" * (found.late_s > _NEAR_S)
        self.unlike.append((0 if found.agree else 1 + found.only_ours + found.only_theirs, line))


def in_units(piece: Piece, unit: float) -> list[Note]:
    return [
        (int(n["onset"]) / unit, (int(n["onset"]) + int(n["duration"])) / unit, int(n["pitch"]))
        for track in piece.tracks
        for n in track.notes
    ]


def from_first(notes: list[Note]) -> list[Note]:
    """Return notes with the first at 0: a pickup is filled up here, and not there."""
    first = min((onset for onset, _, _ in notes), default=0.0)
    return [(onset - first, end - first, pitch) for onset, end, pitch in notes]


def after_pickup(ours: list[Note], theirs: list[Note]) -> list[Note]:
    """Return notes counted from the first bar, which we fill up, not from the first downbeat."""
    bars = round((min(ours)[0] - min(theirs)[0]) / 4)
    moved = [(onset + 4 * bars, end + 4 * bars, pitch) for onset, end, pitch in theirs]
    return [note for note in moved if note[0] > -1 / 8]


def compared(ours: list[Note], theirs: list[Note], struck: list[list[int]], near: float) -> Counts:
    waiting: dict[int, list[Note]] = {}
    for note in sorted(theirs):
        waiting.setdefault(note[2], []).append(note)
    found = Counts()
    alone: Counter[tuple[float, int]] = Counter()
    for onset, end, pitch in sorted(ours):
        same = [n for n in waiting.get(pitch, ()) if abs(n[0] - onset) <= near]
        if same:
            nearest = min(same, key=lambda n: (round(n[0], 3), abs(n[1] - end)))
            waiting[pitch].remove(nearest)
            found.both += 1
            found.ends += abs(nearest[1] - end) <= near
        else:
            alone[onset, pitch] += 1
    found.only_ours = alone.total()
    found.struck = (alone & Counter((float(at), pitch) for at, pitch in struck)).total()
    heard = {(round(onset / near), pitch) for onset, _, pitch in ours}
    for onset, _, pitch in (note for notes in waiting.values() for note in notes):
        at = round(onset / near)
        is_double = any((place, pitch) in heard for place in (at - 1, at, at + 1))
        found.doubles += is_double
        found.only_theirs += not is_double
    return found


def files_of(name: str, root: Path) -> list[File]:
    """Return the files of a data set."""
    if name == "lpd":
        return [File("roll", p) for p in sorted(root.rglob("*.mid"))]
    if name == "pop909":
        return [
            File("songs", source.path / f"{source.id}.mid", str(source.path / "beat_midi.txt"))
            for source in pop909.sources(root)
        ]
    if name == "music21_folk":
        books = {source.path for source in music21_folk.sources(root)}
        return _tunes(sorted(books))
    if name in ("nottingham", "folder") and (books := sorted(root.rglob("*.abc"))):
        return _tunes([book for book in books if book.parent.name == "ABC_cleaned"] or books)
    kinds = {".mid": "midi", ".midi": "midi", ".mxl": "score", ".musicxml": "score"}
    kinds |= {".jams": "jams"} | ({_TABLES[name]: "table"} if name in _TABLES else {})
    found = [p for p in sorted(root.rglob("*")) if p.suffix.lower() in kinds and not _is_info(p)]
    return [File(kinds[path.suffix.lower()], path) for path in found]


def _tunes(books: list[Path]) -> list[File]:
    return [File("tune", book, text) for book in books for text in abc.tunes(book).values()]


def _is_info(path: Path) -> bool:
    return path.suffix == ".csv" and not path.stem.isdecimal()


def ours_of(file: File) -> tuple[Piece, float]:
    """Return a file as we read it, and the steps of what the other reader counts in."""
    kind, path, more = file
    if kind == "midi":
        return mid.read(path, quick=True), 1
    if kind == "songs":
        return pop909.read(Source(path.stem, path.parent, "train")), RESOLUTION
    if kind == "roll":
        return lpd.pianorolls(Path(more)), 1
    if kind in ("score", "tune"):
        piece = abc.piece_of(more, path, unfold=False) if more else musicxml.read(path)
        return piece, piece.resolution
    if kind == "jams":
        piece = guitarset.performance(Source(path.stem, path, "train"))
    elif path.suffix == ".txt":
        piece = maps.labelled(path)
    else:
        piece = musicnet.performance(Source(path.stem, path, "train"))
    return piece, 1 / float(piece.seconds([1])[0])


def differences(file: File, theirs: dict[str, Any]) -> Counts:
    piece, unit = ours_of(file)
    ours = in_units(piece, unit)
    rows = [(float(a), float(b), int(p)) for a, b, p in theirs["notes"]]
    if file.kind in ("score", "tune"):
        ours, rows = from_first(ours), from_first(rows)
    elif file.kind == "songs":
        rows = after_pickup(ours, rows)
    found = compared(ours, rows, theirs.get("struck", []), _NEAR[file.kind])
    if "clock" in theirs:
        ticks, seconds = np.array(theirs["clock"], dtype=np.float64).T
        at = np.array([onset for onset, _, _ in ours])
        found.late_s = float(np.abs(piece.seconds(at) - np.interp(at, ticks, seconds)).max())
    return found


def others(python: Path, files: list[File]) -> list[dict[str, Any]]:
    asked = json.dumps([[kind, str(path), more] for kind, path, more in files])
    readers = Path(__file__).with_name("other_readers.py")
    done = subprocess.run([python, readers], input=asked, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"The other readers stopped: {done.stderr.strip().splitlines()[-1]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]


def total_of(files: list[File], theirs: list[dict[str, Any]]) -> Total:
    total = Total()
    for file, found in zip(files, theirs, strict=True):
        if "error" in found:
            total.failed += 1
            print(f"the other reader failed: {file.name}: {found['error']}")
            continue
        try:
            total.add(file.name, differences(file, found))
        except AntiphonError as error:
            total.refused += 1
            n_notes = len(found["notes"])
            print(f"refused by us: {error} (the other reader finds {n_notes} notes)")
    return total


def report(total: Total, is_midi: bool) -> None:
    print(f"{total.equal} of {len(total.unlike)} files agree in every note.")
    print(f"The other reader failed on {total.failed} files more, we on {total.refused}.")
    print(f"{total.both:,} notes agree, {total.ends:,} of them in their end too.")
    told = f" ({total.struck:,} of them struck as mido reads it)" if is_midi else ""
    print(
        f"Only ours: {total.only_ours:,} notes{told}; only theirs: {total.only_theirs:,}; "
        f"twice there: {total.doubles:,}."
    )
    if is_midi:
        print(f"Onsets in seconds are at most {1e3 * total.late_s:.2f} ms from mido's.")
    for n, line in sorted(total.unlike, reverse=True)[:5]:
        if n:
            print(f"  {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("root", type=Path, help="folder the data set lies in")
    parser.add_argument("--other", type=Path, required=True, help="Python that has the readers")
    parser.add_argument("--n", type=int, default=50, help="files, drawn at random; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    files = files_of(asked.dataset, asked.root)
    n_files = min(asked.n or len(files), len(files))
    files = random.Random(asked.seed).sample(files, n_files)
    with tempfile.TemporaryDirectory() as folder:
        files = [
            file._replace(more=f"{folder}/{i}.npz") if file.kind == "roll" else file
            for i, file in enumerate(files)
        ]
        total = total_of(files, others(asked.other, files))
    report(total, any(file.kind == "midi" for file in files))


if __name__ == "__main__":
    main()
