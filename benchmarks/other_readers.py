"""What other readers find in files: run by `agree.py` in an environment that has them.

Reads ``[[kind, path, more], …]`` as JSON and prints a line of JSON for each: ``notes``, rows of
onset, end and pitch, or ``error``. The kinds and what times are counted in:

- ``midi``: pretty_midi, in ticks. It takes tempos from the first chunk alone, so that its seconds
  are wrong where they stand in another; mido, which reads all chunks, says besides what is
  struck (``struck``: tick and pitch) and which tick is when (``clock``: tick and second).
- ``songs``: pretty_midi, in beats from the first downbeat as `more`, a table of beats, has them.
- ``table``: a plain csv reader, in seconds. ``jams``: mirdata, in seconds.
- ``score``, ``tune`` (the text is `more`, given without signs that have no sound): music21, in
  quarters.
- ``roll``: pypianoroll, in steps; it writes the file `more`.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import warnings
import xml.etree.ElementTree
import zipfile

CUE = "#C0C0C0"


def midi(path, _):
    import mido

    read = _pretty(path)
    notes = [
        (int(read.time_to_tick(n.start)), int(read.time_to_tick(n.end)), n.pitch)
        for part in read.instruments
        for n in part.notes
    ]
    file = mido.MidiFile(path, clip=True)
    tick, second, tempo = 0, 0.0, 500_000
    clock, struck = [(0, 0.0)], []
    for message in mido.merge_tracks(file.tracks):
        second += mido.tick2second(message.time, file.ticks_per_beat, tempo)
        tick += message.time
        if message.type == "set_tempo":
            tempo = message.tempo
            clock.append((tick, second))
        elif message.type == "note_on" and message.velocity:
            struck.append((tick, message.note))
    return {"notes": notes, "struck": struck, "clock": [*clock, (tick, second)]}


def _pretty(path):
    import pretty_midi

    pretty_midi.pretty_midi.MAX_TICK = 1e10
    return pretty_midi.PrettyMIDI(path)


def songs(path, beats):
    import numpy as np

    with open(beats) as table:
        rows = [line.split() for line in table if line.strip()]
    time_s = np.array([float(row[0]) for row in rows])
    first_downbeat = next(i for i, row in enumerate(rows) if float(row[2]) > 0.5)
    more = np.arange(1, 65)  # beats before the first and after the last
    before = time_s[0] - (time_s[1] - time_s[0]) * more[::-1]
    after = time_s[-1] + np.median(np.diff(time_s)) * more
    beat_s = np.concatenate([before, time_s, after])
    notes = [n for part in _pretty(path).instruments for n in part.notes]
    at = np.interp([[n.start, n.end] for n in notes], beat_s, np.arange(len(beat_s)))
    at -= len(more) + first_downbeat
    return {"notes": [(*row, n.pitch) for row, n in zip(at.tolist(), notes, strict=True)]}


def table(path, _):
    with open(path, newline="") as lines:
        if path.endswith(".txt"):
            rows = csv.reader(lines, delimiter="\t")
            next(rows)
            return {"notes": [(float(r[0]), float(r[1]), int(r[2])) for r in rows if r]}
        rows = csv.DictReader(lines)
        times = [(int(r["start_time"]), int(r["end_time"]), int(r["note"])) for r in rows]
        return {"notes": [(start / 44100, end / 44100, pitch) for start, end, pitch in times]}


def jams(path, _):
    from mirdata.datasets import guitarset

    found = [guitarset.load_notes(path, string) for string in range(6)]
    return {
        "notes": [
            (float(start), float(end), round(float(pitch)))
            for string in found
            if string is not None
            for (start, end), pitch in zip(string.intervals, string.pitches, strict=True)
        ]
    }


def score(path, _):
    import music21

    return _heads(music21.converter.parseData(_marked(path), format="musicxml"))


def tune(_, text):
    import music21

    found = []
    for one in _voices(_sounding(text)):
        plain = "%abc-2.1\n" + one
        read = music21.converter.parse(plain, format="abc", forceSource=True)
        found += _heads(read)["notes"]
    return {"notes": found}


def _voices(text):
    # music21 plays lines that begin with ``[V:…]`` one after another
    names = dict.fromkeys(re.findall(r"(?m)^\[V:([^\]]*)\]", text)) or [""]
    for name in names:
        kept = (line for line in text.splitlines() if line[:3] != "[V:" or f"[V:{name}]" in line)
        yield "\n".join(re.sub(r"^\[V:[^\]]*\]", "", line) for line in kept)


def _sounding(text):
    # music21 passes over ``>`` before signs without sound, loses notes at ``::``, reads remarks
    # in the header as notes, and does not know ``Y:``
    lines, is_header = [], True
    for line in text.splitlines():
        if re.match(r"\s*[A-Za-z+]:(?![|:])|%%", line):
            is_header = is_header and not line.startswith("K:")
            if not line.startswith("Y:"):
                lines.append(line)
        elif not is_header:
            parts = re.split(r"(\[[A-Za-z]:[^\]]*\])", re.sub(r"(?<!\\)%.*", "", line))
            parts[::2] = [_without_signs(part) for part in parts[::2]]
            lines.append("".join(parts))
    return "\n".join(line for line in lines if line.strip())


def _without_signs(music):
    music = re.sub(r'"[^"]*"|\{[^}]*\}|![^!|\[\]]{1,40}!|[.~H-Wh-wy`)]|\((?!\d)', "", music)
    return music.replace("::", ":| |:")


def _marked(path):
    # music21 reads cue notes as it does others: here they are coloured first
    with open(path, "rb") as file:
        text = file.read()
    if path.endswith(".mxl"):
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.endswith("ml") and "META-INF" not in n]
            text = archive.read(names[0])
    root = xml.etree.ElementTree.fromstring(text)
    for note in root.iter("note"):
        note.attrib.pop("color", None)
        if note.find("cue") is not None:
            note.set("color", CUE)
    return xml.etree.ElementTree.tostring(root, encoding="unicode")


def _heads(read):
    import music21

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
                    _add(found, open_ties, head, at, at + float(n.duration.quarterLength))
    return {"notes": found}


def _add(found, open_ties, head, at, end):
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
    return {"notes": [(round(n.start / step), round(n.end / step), int(n.pitch)) for n in notes]}


READERS = {f.__name__: f for f in (midi, songs, table, jams, score, tune, roll)}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for kind, path, more in json.load(sys.stdin):
        try:
            told = READERS[kind](path, more)
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(told), flush=True)
