"""The parts of a MusicXML score: who plays, the measures of each, and its written notes joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from antiphon.music.piece import Text

DEFAULT_VELOCITY = 80


@dataclass(frozen=True)
class Head:
    """A written note; several tied ones sound as one. Times in steps.

    Attributes:
        onset, end, pitch, velocity: of what is written.
        ends_tie, begins_tie: whether it goes on from another, and whether another follows.
        lyric: what is sung from here.
    """

    onset: int
    end: int
    pitch: int
    velocity: int
    ends_tie: bool
    begins_tie: bool
    lyric: str


@dataclass
class Part:
    """What is known of one part while its measures are read. Times in steps."""

    name: str
    program: int
    is_drum: bool
    drum_keys: dict[str, int]
    measures: list[Element]
    scale: float = 1.0  # steps per division
    transposition: int = 0
    velocity: int = DEFAULT_VELOCITY
    heads: list[Head] = field(default_factory=list)
    unpitched: int = 0


def joined(heads: list[Head]) -> tuple[list[list[int]], list[Text]]:
    """Join tied notes, also those of two voices, whichever of them the file has first.

    Returns:
        Rows of onset, duration, pitch and velocity, and the lyrics of those that are struck.
    """
    rows: list[list[int]] = []
    lyrics: list[Text] = []
    tied: dict[int, list[list[int]]] = {}  # by pitch
    for head in sorted(heads, key=lambda head: head.onset):
        waiting = tied.setdefault(head.pitch, [])
        before = (row for row in waiting if abs(row[0] + row[1] - head.onset) <= 1)
        row = next(before, None) if head.ends_tie else None
        if row is not None:
            waiting[:] = [other for other in waiting if other is not row]
            row[1] = max(row[1], head.end - row[0])
        else:
            row = [head.onset, head.end - head.onset, head.pitch, head.velocity]
            rows.append(row)
            if head.lyric:
                lyrics.append(Text(head.onset, head.lyric))
        if head.begins_tie:
            waiting.append(row)
    return rows, lyrics


def parts_of(root: Element) -> list[Part]:
    """Return the parts of a score, partwise or timewise, in the order of the file."""
    by_id: dict[str, list[Element]] = {}
    if root.tag == "score-partwise":
        for part in root.iterfind("part"):
            by_id.setdefault(part.get("id", ""), []).extend(part.iterfind("measure"))
    else:
        for measure in root.iterfind("measure"):
            for part in measure.iterfind("part"):
                by_id.setdefault(part.get("id", ""), []).append(part)
    described = {p.get("id", ""): p for p in root.iterfind("part-list/score-part")}
    return [_described(described.get(name), measures) for name, measures in by_id.items()]


def _described(said: Element | None, measures: list[Element]) -> Part:
    if said is None:
        return Part("", 0, False, {}, measures)
    name = " ".join((said.findtext("part-name") or "").split())
    programs = [round(float(p.text or 1)) for p in said.iterfind("midi-instrument/midi-program")]
    channel = said.findtext("midi-instrument/midi-channel")
    keys = {
        i.get("id", ""): round(float(i.findtext("midi-unpitched") or 39)) - 1
        for i in said.iterfind("midi-instrument")
        if i.find("midi-unpitched") is not None
    }
    program = min(max(programs[0] - 1, 0), 127) if programs else 0
    return Part(name, program, (channel or "").strip() == "10", keys, measures)
