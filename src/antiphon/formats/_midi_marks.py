"""What stands above the notes of a MIDI file: tempo, metre, key, markers.

Sections and chords are markers, ``Section A`` and ``Chord Am7``; any other marker that
people put into a file names a section.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.music.chords import parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Section, Tempo

_SECTION, _CHORD = "Section ", "Chord "
_MIN_BPM, _MAX_BPM = 5.0, 1000.0


def tempos(marks: Iterable[tuple[int, float]]) -> list[Tempo]:
    """Return a tempo map that begins at 0, from (onset, bpm) in any order."""
    last = {onset: bpm for onset, bpm in marks if bpm > 0}
    bounded = {onset: _rounded(min(max(bpm, _MIN_BPM), _MAX_BPM)) for onset, bpm in last.items()}
    found: list[Tempo] = [] if 0 in bounded else [Tempo(0, 120.0)]
    for onset in sorted(bounded):
        if not found or found[-1].bpm != bounded[onset]:
            found.append(Tempo(onset, bounded[onset]))
    return found


def _rounded(bpm: float) -> float:
    """Return a tempo with three decimals where these say the same microseconds, else seven."""
    short = round(bpm, 3)
    return short if round(60e6 / short) == round(60e6 / bpm) else round(bpm, 7)


def metres(marks: Iterable[tuple[int, int, int]]) -> list[Metre]:
    """Return metres that begin at 0, from (onset, numerator, denominator) in any order."""
    last = {
        onset: (numerator, denominator)
        for onset, numerator, denominator in marks
        if 0 < numerator <= 64 and denominator in (1, 2, 4, 8, 16, 32, 64)
    }
    last.setdefault(0, (4, 4))
    found: list[Metre] = []
    for onset in sorted(last):
        if not found or (found[-1].numerator, found[-1].denominator) != last[onset]:
            found.append(Metre(onset, *last[onset]))
    return found


def keys(marks: Iterable[tuple[int, int, int]]) -> list[KeyMark]:
    """Return the keys, from (onset, fifths, 1 for minor)."""
    last = {onset: (fifths, minor) for onset, fifths, minor in marks if -7 <= fifths <= 7}
    found: list[KeyMark] = []
    for onset in sorted(last):
        fifths, minor = last[onset]
        key = Key((7 * fifths + 9) % 12, "minor") if minor else Key(7 * fifths % 12)
        if not found or found[-1].key != key:
            found.append(KeyMark(onset, key))
    return found


def markers(piece: Piece) -> list[tuple[int, str]]:
    """Return the (onset, text) of sections and chords in steps, sections first."""
    bars = piece.bar_starts()
    marks = [
        (int(bars[s.start]), f"{_SECTION}{s.label}")
        for s in piece.sections
        if 0 <= s.start < len(bars)
    ]
    spans = sorted(piece.chords, key=lambda c: c.onset)
    ends = [following.onset for following in spans[1:]] + [int(bars[-1])]
    for span, following in zip(spans, ends, strict=False):
        key = max(
            (k for k in piece.keys if k.onset <= span.onset), key=lambda k: k.onset, default=None
        )
        symbol = span.chord.symbol(key.key if key else None) if span.chord else "N"
        marks.append((span.onset, f"{_CHORD}{symbol}"))
        if span.onset + span.duration < following:
            marks.append((span.onset + span.duration, f"{_CHORD}N"))
    return marks


def chords(marks: list[tuple[int, str]], end: int) -> list[ChordSpan]:
    """Return the chords that markers name, each up to the next one or `end`."""
    symbols = {onset: text[len(_CHORD) :] for onset, text in marks if text.startswith(_CHORD)}
    onsets = sorted(symbols)
    found = []
    for onset, following in zip(onsets, [*onsets[1:], end], strict=False):
        try:
            chord = parse_chord(symbols[onset])
        except AntiphonError:
            continue
        if following > onset:
            found.append(ChordSpan(onset, following - onset, chord))
    return found


def sections(marks: list[tuple[int, str]], bars: NDArray[np.int64]) -> list[Section]:
    """Return the sections that markers name, each up to the next one or the end."""
    labels: dict[int, str] = {}
    for onset, text in marks:
        if text and not text.startswith(_CHORD):
            bar = int(np.searchsorted(bars, onset, "right")) - 1
            labels[bar] = text.removeprefix(_SECTION)
    n_bars = len(bars) - 1
    begins = sorted(bar for bar in labels if 0 <= bar < n_bars)
    return [
        Section(begin, following - begin, labels[begin])
        for begin, following in zip(begins, [*begins[1:], n_bars], strict=False)
    ]
