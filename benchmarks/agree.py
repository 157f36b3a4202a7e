"""Reading a data set's files as others read them, note by note.

    python -m venv /tmp/others && /tmp/others/bin/pip install pretty_midi music21 pypianoroll
    python benchmarks/agree.py emopia data/emopia --other /tmp/others/bin/python --n 50

MIDI is compared with pretty_midi, tables of notes (MAPS, MusicNet) with a plain csv reader, scores
and ABC with music21, pianorolls with pypianoroll (`lpd` on a folder of MIDI: pypianoroll makes the
files, as there is no sample). The other readers are no dependencies: they run in an environment of
their own. A note agrees where onset (to 2 ms, or to 1/50 of a quarter) and pitch are equal; its
end is counted apart. ABC and scores are compared as written, without repeats, from their first note
on, without cue notes, tied notes joined. Prints files and notes that agree, and up to five files
that do not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from antiphon.datasets import Source, lpd, maps, musicnet
from antiphon.errors import AntiphonError
from antiphon.formats import abc, mid, musicxml
from antiphon.music.piece import Piece

Note = tuple[float, float, int]  # onset, end, pitch
_TABLES = {"maps": ".txt", "musicnet": ".csv"}  # data sets with notes in tables

_OTHER = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
kind, pairs = json.load(sys.stdin)

def midi(path, _):
    if path.endswith((".txt", ".csv")):
        return table(path)
    import pretty_midi
    pretty_midi.pretty_midi.MAX_TICK = 1e10
    read = pretty_midi.PrettyMIDI(path)
    return [(n.start, n.end, n.pitch) for i in read.instruments for n in i.notes]

def table(path):
    import csv
    with open(path, newline="") as lines:
        if path.endswith(".txt"):
            rows = csv.reader(lines, delimiter="\t")
            next(rows)
            return [(float(r[0]), float(r[1]), int(r[2])) for r in rows if r]
        rows = csv.DictReader(lines)
        times = [(int(r["start_time"]), int(r["end_time"]), int(r["note"])) for r in rows]
        return [(start / 44100, end / 44100, pitch) for start, end, pitch in times]

CUE = "#C0C0C0"

def marked(path):
    # music21 reads cue notes as it does others: here they are coloured first
    import xml.etree.ElementTree, zipfile
    text = open(path, "rb").read()
    if path.endswith(".mxl"):
        with zipfile.ZipFile(path) as file:
            names = [n for n in file.namelist() if n.endswith("ml") and "META-INF" not in n]
            text = file.read(names[0])
    root = xml.etree.ElementTree.fromstring(text)
    for note in root.iter("note"):
        note.attrib.pop("color", None)
        if note.find("cue") is not None:
            note.set("color", CUE)
    return xml.etree.ElementTree.tostring(root, encoding="unicode")

def score(path, text):
    import music21
    if text:
        read = music21.converter.parse("%abc-2.1\n" + text, format="abc", forceSource=True)
    else:
        read = music21.converter.parseData(marked(path), format="musicxml")
    read = read.toSoundingPitch()
    found = []
    for part in read.parts if read.parts else [read]:
        open_ties = {}
        for n in part.flatten().notes:
            if isinstance(n, music21.harmony.Harmony) or not n.duration.quarterLength:
                continue
            at = float(n.offset)
            for head in n.notes if isinstance(n, music21.chord.Chord) else [n]:
                if isinstance(head, music21.note.Note) and head.style.color != CUE:
                    add(found, open_ties, head, at, at + float(n.duration.quarterLength))
    return found

def add(found, open_ties, head, at, end):
    # not stripTies: it wants both ends of a tie in one voice, and in chords of equal pitches
    tie = head.tie.type if head.tie else ""
    waiting = open_ties.setdefault(head.pitch.midi, [])
    before = [i for i in waiting if abs(found[i][1] - at) < 0.02]
    if tie in ("stop", "continue") and before:
        index = before[0]
        waiting.remove(index)
        found[index][1] = max(found[index][1], end)
    else:
        index = len(found)
        found.append([at, end, head.pitch.midi])
    if tie in ("start", "continue"):
        waiting.append(index)

def roll(path, target):
    import pypianoroll
    pypianoroll.read(path).save(target)
    read = pypianoroll.load(target)
    read.tempo = None  # an array of tempos stumbles over NumPy 2
    step = 0.5 / read.resolution
    notes = [n for i in pypianoroll.to_pretty_midi(read).instruments for n in i.notes]
    return [(round(n.start / step), round(n.end / step), int(n.pitch)) for n in notes]

for path, more in pairs:
    try:
        found = {"midi": midi, "score": score, "roll": roll}[kind](path, more)
    except Exception as error:
        found = f"{type(error).__name__}: {error}"[:200]
    print(json.dumps(found), flush=True)
"""


def in_seconds(piece: Piece) -> list[Note]:
    found: list[Note] = []
    for track in piece.tracks:
        onset = track.notes["onset"].astype("i8")
        times = zip(
            piece.seconds(onset), piece.seconds(onset + track.notes["duration"]), strict=True
        )
        found += [
            (float(a), float(b), int(p))
            for (a, b), p in zip(times, track.notes["pitch"], strict=True)
        ]
    return found


def in_units(piece: Piece, unit: int) -> list[Note]:
    return [
        (int(n["onset"]) / unit, (int(n["onset"]) + int(n["duration"])) / unit, int(n["pitch"]))
        for track in piece.tracks
        for n in track.notes
    ]


def from_first(notes: list[Note]) -> list[Note]:
    """Return notes with the first at 0: a pickup is filled up here, and not there."""
    first = min((onset for onset, _, _ in notes), default=0.0)
    return [(onset - first, end - first, pitch) for onset, end, pitch in notes]


def compared(ours: list[Note], theirs: list[Note], near: float) -> list[int]:
    """Return notes that agree, of those the ones that end together, only ours, only theirs.

    A note that the file has twice at once counts apart, last: we keep the longer of the two.
    """
    waiting: dict[int, list[Note]] = {}
    for note in sorted(theirs):
        waiting.setdefault(note[2], []).append(note)
    both = ends = doubles = 0
    for onset, end, pitch in sorted(ours):
        same = [n for n in waiting.get(pitch, ()) if abs(n[0] - onset) <= near]
        if same:
            found = min(same, key=lambda n: abs(n[1] - end))
            waiting[pitch].remove(found)
            both += 1
            ends += abs(found[1] - end) <= near
    heard = {(round(onset / near), pitch) for onset, _, pitch in ours}
    for onset, _, pitch in (note for notes in waiting.values() for note in notes):
        at = round(onset / near)
        doubles += any((place, pitch) in heard for place in (at - 1, at, at + 1))
    return [both, ends, len(ours) - both, len(theirs) - both - doubles, doubles]


def files_of(name: str, root: Path) -> tuple[str, list[tuple[Path, str]]]:
    """Return which reader a data set needs, and its files (with the text of a tune)."""
    if name in ("nottingham", "folder") and (books := sorted(root.rglob("*.abc"))):
        cleaned = [book for book in books if book.parent.name == "ABC_cleaned"] or books
        plain = [re.sub(r"(?m)^Y:.*\n?", "", t) for b in cleaned for t in abc.tunes(b).values()]
        return "score", [(cleaned[0], text) for text in plain]
    scores = sorted(p for p in root.rglob("*") if p.suffix.lower() in (".mxl", ".musicxml"))
    if scores:
        return "score", [(path, "") for path in scores]
    kinds = {".mid", ".midi", _TABLES.get(name, ".mid")}
    midi = sorted(p for p in root.rglob("*") if p.suffix.lower() in kinds and not _is_info(p))
    return ("roll" if name == "lpd" else "midi"), [(path, "") for path in midi]


def _is_info(path: Path) -> bool:
    return path.suffix == ".csv" and not path.stem.isdecimal()


def ours_of(kind: str, path: Path, more: str) -> list[Note]:
    if path.suffix == ".txt":
        return in_seconds(maps.labelled(path))
    if path.suffix == ".csv":
        return in_seconds(musicnet.performance(Source(path.stem, path, "train")))
    if kind == "midi":
        return in_seconds(mid.read(path, quick=True))
    if kind == "roll":
        return in_units(lpd.pianorolls(Path(more)), 1)
    piece = abc.piece_of(more, path, unfold=False) if more else musicxml.read(path)
    return from_first(in_units(piece, piece.resolution))


def others(python: Path, kind: str, pairs: list[tuple[Path, str]]) -> list[list[Note] | str]:
    asked = json.dumps([kind, [[str(path), more] for path, more in pairs]])
    done = subprocess.run(
        [python, "-c", _OTHER], input=asked, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] in '["']


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("root", type=Path, help="folder the data set lies in")
    parser.add_argument("--other", type=Path, required=True, help="Python that has the readers")
    parser.add_argument("--n", type=int, default=50, help="files, drawn at random; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    kind, files = files_of(asked.dataset, asked.root)
    n_files = min(asked.n or len(files), len(files))
    files = random.Random(asked.seed).sample(files, n_files)
    with tempfile.TemporaryDirectory() as folder:
        if kind == "roll":
            files = [(path, f"{folder}/{i}.npz") for i, (path, _) in enumerate(files)]
        theirs = others(asked.other, kind, files)
        report(kind, files, theirs, ours_of)


def report(
    kind: str,
    files: list[tuple[Path, str]],
    theirs: list[list[Note] | str],
    read: Callable[[str, Path, str], list[Note]],
) -> None:
    near = {"midi": 0.002, "score": 0.02, "roll": 0.5}[kind]
    equal = failed = refused = 0
    total = [0] * 5
    unlike: list[tuple[int, str]] = []
    for (path, more), found in zip(files, theirs, strict=True):
        title = re.search(r"(?m)^T:(.*)", more) if kind == "score" else None
        name = title[1].strip() if title else path.name
        if isinstance(found, str):
            failed += 1
            print(f"the other reader failed: {name}: {found}")
            continue
        try:
            ours = read(kind, path, more)
        except AntiphonError as error:
            refused += 1
            print(f"refused by us: {error} (the other reader finds {len(found)} notes)")
            continue
        rows = [(float(a), float(b), int(p)) for a, b, p in found]
        counts = compared(ours, from_first(rows) if kind == "score" else rows, near)
        total = [a + b for a, b in zip(total, counts, strict=True)]
        equal += counts[2] == counts[3] == 0
        line = f"{name}: only ours {counts[2]}, only theirs {counts[3]}"
        unlike.append((counts[2] + counts[3], line))
    both, ends, only_ours, only_theirs, doubles = total
    print(f"{equal} of {len(unlike)} files agree in every note.")
    print(f"The other reader failed on {failed} files more, we on {refused}.")
    print(f"{both:,} notes agree, {ends:,} of them in their end too.")
    print(
        f"Only ours: {only_ours:,} notes; only theirs: {only_theirs:,}; twice there: {doubles:,}."
    )
    for n, line in sorted(unlike, reverse=True)[:5]:
        if n:
            print(f"  {line}")


if __name__ == "__main__":
    main()
