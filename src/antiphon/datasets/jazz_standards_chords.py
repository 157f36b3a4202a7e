"""Jazz standards as chord charts: form, chords, key and rhythm of 1,382 tunes, without notes.

What there is to learn from them is how chords follow one another. A repeated section is
played out with each of its endings; chords in brackets, alternatives, are left out. Charts
say no tempo: 120 stands for it.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import numpy as np

from antiphon.datasets import Source, find_files, seeded_split
from antiphon.datasets._remotes import of_github
from antiphon.errors import AntiphonError
from antiphon.formats import read_text
from antiphon.music.chords import Chord, parse_chord
from antiphon.music.keys import Key, estimate_key
from antiphon.music.labels import Labels
from antiphon.music.piece import RESOLUTION, ChordSpan, KeyMark, Metre, Piece, Section

CITATION = "JazzStandards (https://github.com/mikeoliphant/JazzStandards), charts from iReal Pro"
LICENCE = "none stated"
SHIP = False
URL = "https://github.com/mikeoliphant/JazzStandards"
STYLE = "jazz"
HOLDS = "1,382 chord charts"
REMOTES = of_github("mikeoliphant/JazzStandards")

_MAX_BARS = 1000
_INTROS = {"i": "intro", "in": "intro"}
# what stands after the root where `parse_chord` has no name of its own for it; first match wins
_NEAREST = (
    (r"07", "dim7"), (r"0", "dim"), (r".*sus.*", "7sus4"), (r"maj.*", "maj7"), (r"m69", "m6"),
    (r"m7.*", "m7"), (r"m.*", "m"), (r"7(alt|.*[b#](9|13)).*|9.*|13.*", "9"), (r"7.*", "7"),
)  # fmt: skip


def sources(root: Path) -> list[Source]:
    """List the charts below `root`, one file each, split by the hash of their names.

    Raises:
        AntiphonError: no .json file lies below `root`.
    """
    files = find_files(root, (".json",))
    single = [path for path in files if path.name != "JazzStandards.json"]  # all of them in one
    if not single:
        raise AntiphonError(
            f"{root} has no chart of its own file, such as JazzStandards/Solar.json."
        )
    return [Source(path.stem, path, seeded_split(path.stem)) for path in single]


def read(source: Source) -> Piece:
    """Read one chart on the `RESOLUTION` grid: chords, key and sections, no track.

    Raises:
        AntiphonError: the file is no chart; the sentence says what is wrong in it.
    """
    chart = _chart(source.path)
    try:
        metre = _metre(chart.get("TimeSignature", "4/4"))
        sections, bars = _played(chart["Sections"])
        chords = _spans(bars, metre)
        key = str(chart["Key"]) if chart.get("Key") else ""
        piece = Piece(
            metres=[metre],
            chords=chords,
            sections=sections,
            keys=[KeyMark(0, Key.parse(key) if key else _estimated(chords))],
            title=str(chart.get("Title", source.id)),
            n_bars_asked=len(bars),
            labels=Labels(style=str(chart.get("Rhythm", ""))),
        )
    except AntiphonError as error:
        raise AntiphonError(f"{source.path} is no chart: {error}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise AntiphonError(f"{source.path} is no chart: {error!r} is wrong in it.") from None
    if not any(span.chord for span in chords):
        raise AntiphonError(f"{source.path} has no chord.")
    return piece


def _chart(path: Path) -> dict[str, Any]:
    try:
        chart = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise AntiphonError(f"{path} is no JSON: {error}.") from None
    if not isinstance(chart, dict):
        raise AntiphonError(f"{path} is no chart: it must be an object with Sections.")
    return chart


def _metre(text: str) -> Metre:
    match = re.fullmatch(r"([1-9]\d?)/(2|4|8|16)", text.strip())
    if not match:
        raise AntiphonError(f"{text!r} is no metre; write e.g. 4/4.")
    return Metre(0, int(match[1]), int(match[2]))


def _played(said: list[dict[str, Any]]) -> tuple[list[Section], list[str]]:
    """Return the sections as they are played, and the chords of every bar as text."""
    sections: list[Section] = []
    bars: list[str] = []
    letters: dict[str, str] = {}
    used = {str(section.get("Label", ""))[:1] for section in said}
    free = (letter for letter in cycle(ascii_uppercase) if letter not in used or len(used) > 25)
    for section in said:
        main = section["MainSegment"]["Chords"]
        label = str(section.get("Label") or letters.get(main) or next(free))
        letters.setdefault(main, label)
        endings = [ending["Chords"] for ending in section.get("Endings", [])]
        times = max(len(endings), int(section.get("Repeats", 0)) + 1)
        for time in range(min(times, 16)):
            ending = endings[min(time, len(endings) - 1)].split("|") if endings else []
            found = [*main.split("|"), *ending]
            sections.append(Section(len(bars), len(found), _INTROS.get(label, label)))
            bars += found
            if len(bars) > _MAX_BARS:
                raise AntiphonError(f"it has more than {_MAX_BARS:,} bars.")
    return sections, bars


def _spans(bars: list[str], metre: Metre) -> list[ChordSpan]:
    """Return the chords, each up to the next; those of one bar share its beats."""
    length = round(metre.quarters * RESOLUTION)
    marks: list[tuple[int, Chord | None]] = []
    for number, bar in enumerate(bars):
        symbols = [symbol.split("(")[0].strip() for symbol in bar.split(",")]
        symbols = [symbol for symbol in symbols if symbol]
        n_parts = len(symbols)
        for index, symbol in enumerate(symbols):
            at = Fraction(index * metre.numerator, n_parts)  # in the metre's own beats
            if n_parts <= metre.numerator:
                at = Fraction(round(at))
            onset = number * length + round(at * length / metre.numerator)
            marks.append((onset, _chord(symbol)))
    ends = [onset for onset, _ in marks[1:]] + [len(bars) * length]
    return [
        ChordSpan(onset, end - onset, chord)
        for (onset, chord), end in zip(marks, ends, strict=False)
        if end > onset
    ]


def _chord(symbol: str) -> Chord | None:
    """Return a chord, of a quality that is not kept the nearest that is."""
    symbol = symbol.replace("m/maj7", "mMaj7")
    try:
        return parse_chord(symbol)
    except AntiphonError:
        match = re.fullmatch(r"([A-G][b#]?)([^/]*)(/[A-G][b#]?)?", symbol)
        if match:
            for pattern, nearest in _NEAREST:
                if re.fullmatch(pattern, match[2]):
                    return parse_chord(f"{match[1]}{nearest}{match[3] or ''}")
        raise


def _estimated(chords: list[ChordSpan]) -> Key:
    """Return the key that the chords' notes fit best."""
    weights = np.zeros(12)
    for span in chords:
        for pitch in span.chord.pitch_classes if span.chord else ():
            weights[pitch] += span.duration
    return estimate_key(weights) or Key(0)
