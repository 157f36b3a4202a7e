"""Notes out of MusicXML, measure by measure, with ElementTree only.

What is kept: pitches and durations (ties joined, transposing instruments at sounding pitch),
tempo, metre, key, chord symbols, rehearsal marks as sections, dynamics as velocities, the
lyrics of verse 1. Grace and cue notes are left out; repeats are read as written, once.
A pickup bar is filled up at its front, so that every bar is whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.formats._bounds import check_count, check_length
from antiphon.formats._musicxml_marks import (
    chord_of,
    fifths_of,
    key_marks,
    level_of,
    metre_of,
    tempo_of,
)
from antiphon.formats._musicxml_parts import Head, Part, joined, parts_of
from antiphon.formats._whole_bars import whole_bars
from antiphon.formats._xml import read_xml
from antiphon.music.instruments import role_called
from antiphon.music.piece import (
    ChordSpan,
    Metre,
    Notes,
    Piece,
    Section,
    Tempo,
    Text,
    Track,
    notes_of,
    without_doubles,
)

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MAX_RESOLUTION = 30_240  # 2^5 * 3^3 * 5 * 7
_ROUNDED = 1 / 32  # quarters by which a bar of rounded tuplets may be longer or shorter


@dataclass
class _Score:
    """What stands above the parts. Times in steps."""

    resolution: int
    tempos: dict[int, float] = field(default_factory=dict)
    fifths: dict[int, tuple[int, str]] = field(default_factory=dict)
    harmonies: dict[int, Element] = field(default_factory=dict)
    rehearsals: dict[int, str] = field(default_factory=dict)
    metre: Metre = field(default_factory=lambda: Metre(0))
    bars: list[tuple[int, int, Metre]] = field(default_factory=list)  # start, length, metre


def read_score(path: Path) -> Piece:
    """Read a ``.musicxml``, ``.xml`` or ``.mxl`` file.

    Raises:
        AntiphonError: it is no MusicXML, or broken, or beyond the limits.
    """
    root = read_xml(path)
    if root.tag not in ("score-partwise", "score-timewise"):
        raise AntiphonError(f"{path} is not MusicXML: its first element is <{root.tag[:40]}>.")
    check_count(sum(1 for _ in root.iter("note")), path)
    try:
        return _piece(root, path)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError) as error:
        raise AntiphonError(f"{path} is broken MusicXML: {error}.") from None


def _piece(root: Element, path: Path) -> Piece:
    parts = parts_of(root)
    score = _Score(_resolution(root))
    start = 0
    for index in range(max((len(p.measures) for p in parts), default=0)):
        length = 0
        for part in parts:
            if index < len(part.measures):
                length = max(length, _measure(part, score, part.measures[index], start))
        nominal = round(score.metre.quarters * score.resolution)
        if not length or abs(length - nominal) <= _ROUNDED * score.resolution:
            length = nominal
        score.bars.append((start, length, score.metre))
        start += length
    return _assembled(root, parts, score, path)


def _assembled(root: Element, parts: list[Part], score: _Score, path: Path) -> Piece:
    metres, pickup = whole_bars(score.bars, score.resolution)
    tracks = [_track(part, pickup) for part in parts]
    piece = Piece(
        tracks=tracks,
        resolution=score.resolution,
        metres=metres,
        title=_title(root),
        tempos=[Tempo(0, 120.0)],
        provenance=_provenance(root),
    )
    end = pickup + (score.bars[-1][0] + score.bars[-1][1] if score.bars else 0)
    if score.tempos:
        first, *later = sorted(score.tempos.items())
        piece.tempos = [Tempo(0, first[1]), *(Tempo(at + pickup, bpm) for at, bpm in later)]
    check_length(piece, path, end)
    piece.n_bars_asked = _n_bars(piece, end)
    piece.keys = key_marks(score.fifths, tracks, pickup)
    piece.chords = _chords(score.harmonies, pickup, end)
    piece.sections = _sections(score.rehearsals, pickup, piece)
    return piece


def _n_bars(piece: Piece, end: int) -> int:
    """Return how many bars the score has, silent ones at its end too."""
    last = piece.metres[-1]
    before = sum(
        math.ceil((after.onset - here.onset) / here.steps(piece.resolution))
        for here, after in zip(piece.metres, piece.metres[1:], strict=False)
    )
    length = last.steps(piece.resolution)
    return before + math.ceil((end - last.onset) / length)


def _resolution(root: Element) -> int:
    """Return steps a quarter that hold every part's divisions."""
    found = {max(1, round(float(d.text or 1))) for d in root.iter("divisions")}
    shared = math.lcm(*found) if found else 1
    return shared * math.ceil(24 / shared) if shared <= _MAX_RESOLUTION else _MAX_RESOLUTION


def _title(root: Element) -> str:
    for tag in ("movement-title", "work/work-title"):
        if text := " ".join((root.findtext(tag) or "").split()):
            return text
    return ""


def _provenance(root: Element) -> str:
    said = root.iterfind("identification/miscellaneous/miscellaneous-field")
    return next((f.text or "" for f in said if f.get("name") == "provenance"), "")


def _track(part: Part, pickup: int) -> Track:
    rows, lyrics = joined(part.heads)
    notes = notes_of(rows)
    notes["onset"] += pickup
    return Track(
        name=part.name,
        program=part.program,
        is_drum=part.is_drum or part.unpitched * 2 > len(notes),
        notes=_sounding(notes),
        role=role_called(part.name),
        lyrics=[Text(t.onset + pickup, t.text) for t in lyrics],
    )


def _sounding(notes: Notes) -> Notes:
    notes["pitch"] = np.clip(notes["pitch"], 0, 127)
    return without_doubles(notes[notes["duration"] > 0])


def _measure(part: Part, score: _Score, measure: Element, start: int) -> int:
    """Read one measure that begins at `start`; return its length in steps."""
    at = previous = furthest = start  # `previous`: onset of the last note, for chords
    exact = float(start)
    for element in measure:
        tag = element.tag
        if tag == "note":
            length = _duration(element, part)
            if element.find("chord") is None:
                previous = at
                exact += length
                at = round(exact)
            _note(part, element, previous, length)
        elif tag == "backup":
            exact = max(float(start), exact - _duration(element, part))
            at = round(exact)
        elif tag == "forward":
            exact += _duration(element, part)
            at = round(exact)
        elif tag == "attributes":
            _attributes(part, score, element, at, start)
        else:
            _mark(part, score, element, at)
        furthest = max(furthest, at)
    return furthest - start


def _duration(element: Element, part: Part) -> float:
    text = element.findtext("duration")
    return max(0.0, float(text)) * part.scale if text else 0.0


def _note(part: Part, note: Element, onset: int, length: float) -> None:
    if note.find("grace") is not None or note.find("cue") is not None:
        return
    pitch = _pitch(part, note)
    if pitch is None:
        return
    end = round(onset + length)
    loudness = note.get("dynamics")
    velocity = round(float(loudness) * 0.9) if loudness else part.velocity
    ties = {tie.get("type") for tie in note.iterfind("tie")}
    velocity = min(max(velocity, 1), 127)
    joins = "stop" in ties, "start" in ties
    part.heads.append(Head(onset, end, pitch, velocity, *joins, _lyric(note)))


def _pitch(part: Part, note: Element) -> int | None:
    pitch = note.find("pitch")
    if pitch is not None:
        step = _STEPS[(pitch.findtext("step") or "C").strip().upper()[:1] or "C"]
        alter = round(float(pitch.findtext("alter") or 0))
        octave = int(pitch.findtext("octave") or 4)
        return 12 * (octave + 1) + step + alter + part.transposition
    unpitched = note.find("unpitched")
    if unpitched is None:
        return None  # a rest
    part.unpitched += 1
    instrument = note.find("instrument")
    name = instrument.get("id", "") if instrument is not None else ""
    return part.drum_keys.get(name, next(iter(part.drum_keys.values()), 38))


def _lyric(note: Element) -> str:
    """Return verse 1; a syllable that its word goes on after ends in a hyphen."""
    for lyric in note.iterfind("lyric"):
        if lyric.get("number", "1") in ("1", "part1verse1"):
            text = "".join(t.text or "" for t in lyric.iterfind("text")).strip()
            goes_on = lyric.findtext("syllabic") in ("begin", "middle")
            return text + "-" * goes_on if text else ""
    return ""


def _attributes(part: Part, score: _Score, element: Element, at: int, start: int) -> None:
    if text := element.findtext("divisions"):
        part.scale = score.resolution / max(1, round(float(text)))
    transpose = element.find("transpose")
    if transpose is not None:
        octaves = int(transpose.findtext("octave-change") or 0)
        part.transposition = round(float(transpose.findtext("chromatic") or 0)) + 12 * octaves
    fifths = fifths_of(element, part.transposition)
    if fifths is not None:
        score.fifths.setdefault(at, fifths)
    time = element.find("time")
    if time is not None and (metre := metre_of(time, start)) is not None:
        score.metre = metre


def _mark(part: Part, score: _Score, element: Element, at: int) -> None:
    """Read a direction, a sound or a chord symbol."""
    offset = element.findtext("offset")
    onset = max(0, at + round(float(offset) * part.scale)) if offset else at
    if element.tag == "harmony":
        score.harmonies.setdefault(onset, element)
    elif element.tag in ("direction", "sound"):
        if (bpm := tempo_of(element)) is not None:
            score.tempos.setdefault(onset, bpm)
        if (level := level_of(element)) is not None:
            part.velocity = level
        for mark in element.iterfind("direction-type/rehearsal"):
            score.rehearsals.setdefault(onset, (mark.text or "").strip())


def _chords(harmonies: dict[int, Element], pickup: int, end: int) -> list[ChordSpan]:
    onsets = sorted(harmonies)
    spans = []
    for onset, following in zip(onsets, [*onsets[1:], end - pickup], strict=False):
        if following > onset:
            chord = chord_of(harmonies[onset])
            spans.append(ChordSpan(onset + pickup, following - onset, chord))
    return spans


def _sections(rehearsals: dict[int, str], pickup: int, piece: Piece) -> list[Section]:
    if not rehearsals:
        return []
    starts = piece.bar_starts()
    labels = {
        max(0, int(np.searchsorted(starts, at + pickup, "right")) - 1): label
        for at, label in rehearsals.items()
        if label
    }
    return list(_spans(labels, len(starts) - 1))


def _spans(labels: dict[int, str], n_bars: int) -> Iterator[Section]:
    begins = sorted(b for b in labels if b < n_bars)
    for begin, following in zip(begins, [*begins[1:], n_bars], strict=False):
        yield Section(begin, following - begin, labels[begin])
