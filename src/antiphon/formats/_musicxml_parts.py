"""The parts of a MusicXML score: who plays, and the measures of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from antiphon.music.piece import Text

DEFAULT_VELOCITY = 80


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
    rows: list[list[int]] = field(default_factory=list)
    tied: dict[int, list[list[int]]] = field(default_factory=dict)
    lyrics: list[Text] = field(default_factory=list)
    unpitched: int = 0


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
