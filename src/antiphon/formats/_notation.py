"""From events of one voice to written symbols: values, dots, ties, triplets, beams.

A note is written as one symbol where a reader still sees the beats; else it is cut at the
strongest beat inside it and tied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from antiphon.formats._quantise import BEAT, EIGHTH, SIXTEENTH, TRIPLET, Bar, Event, Head

_VALUES = {
    6 * 16: ("whole", 0), 72: ("half", 1), 48: ("half", 0), 36: ("quarter", 1),
    24: ("quarter", 0), 18: ("eighth", 1), 12: ("eighth", 0), 6: ("16th", 0),
    144: ("whole", 1), 3: ("32nd", 0),
}  # fmt: skip
_TRIPLET_VALUES = {TRIPLET: ("eighth", 0), 2 * TRIPLET: ("quarter", 0)}
_FLAGS = {"eighth": 1, "16th": 2, "32nd": 3}


@dataclass
class Symbol:
    """A written chord, note or rest of one measure; `at` and `length` in steps of the bar."""

    at: int
    length: int
    heads: tuple[Head, ...] = ()
    tie_from: bool = False
    tie_to: bool = False
    value: str = ""
    dots: int = 0
    in_triplet: bool = False
    bracket: str = ""  # "start" or "stop" of a triplet
    beams: list[str] = field(default_factory=list)

    @property
    def is_whole_bar_rest(self) -> bool:
        return not self.heads and self.value == ""


def measures(events: list[Event], bars: list[Bar]) -> list[list[Symbol]]:
    """Return the symbols of one voice for each bar; an empty list where it is silent."""
    written: list[list[Symbol]] = []
    index = 0
    for bar in bars:
        while index < len(events) and events[index].end <= bar.start:
            index += 1
        inside = []
        probe = index
        while probe < len(events) and events[probe].onset < bar.end:
            inside.append(events[probe])
            probe += 1
        written.append(_measure(inside, bar) if inside else [])
    return written


def _measure(events: list[Event], bar: Bar) -> list[Symbol]:
    spans: list[Symbol] = []
    at = 0
    for event in events:
        begin = max(event.onset - bar.start, 0)
        end = min(event.end - bar.start, bar.length)
        if begin > at:
            spans.append(Symbol(at, begin - at))
        spans.append(
            Symbol(begin, end - begin, event.heads, event.onset < bar.start, event.end > bar.end)
        )
        at = end
    if at < bar.length:
        spans.append(Symbol(at, bar.length - at))
    in_three = _triplet_beats(spans)
    symbols = [part for span in spans for part in _cut(span, bar, in_three)]
    _bracket(symbols, in_three)
    _beam(symbols, bar)
    return symbols


def _triplet_beats(spans: list[Symbol]) -> set[int]:
    """Return the beats (their place in the bar) that something divides in three."""
    return {span.at // BEAT * BEAT for span in spans if span.at % BEAT in (TRIPLET, 2 * TRIPLET)}


def _cut(span: Symbol, bar: Bar, in_three: set[int]) -> list[Symbol]:
    """Return the tied symbols that write a span."""
    places = [span.at, *_borders(span, in_three), span.at + span.length]
    lengths: list[tuple[int, int]] = []
    for begin, end in pairwise(places):
        if begin // BEAT * BEAT in in_three:
            lengths.append((begin, end - begin))
        else:
            lengths += _readable(begin, end - begin, bar, is_rest=not span.heads)
    symbols = []
    for number, (begin, length) in enumerate(lengths):
        triplet = begin // BEAT * BEAT in in_three and length in _TRIPLET_VALUES
        value, dots = (_TRIPLET_VALUES if triplet else _VALUES).get(length, ("quarter", 0))
        is_last = number == len(lengths) - 1
        symbols.append(
            Symbol(
                begin,
                length,
                span.heads,
                bool(span.heads) and (number > 0 or span.tie_from),
                bool(span.heads) and (not is_last or span.tie_to),
                value,
                dots,
                triplet,
            )
        )
    return symbols


def _borders(span: Symbol, in_three: set[int]) -> list[int]:
    """Return where a span enters or leaves triplet beats."""
    edges = {edge for beat in in_three for edge in (beat, beat + BEAT)}
    return sorted(edge for edge in edges if span.at < edge < span.at + span.length)


def _readable(at: int, length: int, bar: Bar, *, is_rest: bool) -> list[tuple[int, int]]:
    """Cut (at, length) at the strongest beats until every piece can be read."""
    if _can_be_read(at, length, bar, is_rest):
        return [(at, length)]
    border = _strongest(at, at + length, bar)
    if border is None:
        return [(at, length)]
    return [
        *_readable(at, border - at, bar, is_rest=is_rest),
        *_readable(border, at + length - border, bar, is_rest=is_rest),
    ]


def _units(bar: Bar) -> list[int]:
    """Return the lengths that divide a bar, the strongest first."""
    if bar.metre.is_compound:
        return [3 * EIGHTH, EIGHTH, SIXTEENTH, SIXTEENTH // 2, 1]
    halves = [2 * BEAT] if bar.length % (2 * BEAT) == 0 else []
    return [*halves, BEAT, EIGHTH, SIXTEENTH, SIXTEENTH // 2, 1]


def _strongest(begin: int, end: int, bar: Bar) -> int | None:
    for unit in _units(bar):
        border = (begin // unit + 1) * unit
        if border < end:
            return border
    return None


def _can_be_read(at: int, length: int, bar: Bar, is_rest: bool) -> bool:
    if length not in _VALUES:
        return False
    end = at + length
    if bar.metre.is_compound:
        beat = 3 * EIGHTH
        if at // beat == (end - 1) // beat:
            return not (length == 18 and at % 18) and not (is_rest and length == 24 and at % beat)
        return at % beat == 0 and length % beat == 0
    if is_rest:
        return length in (96, 48, 24, 12, 6, 3) and at % length == 0
    if at // BEAT == (end - 1) // BEAT:
        return True
    half = 2 * BEAT
    crosses_middle = bar.length % half == 0 and at // half != (end - 1) // half
    unit = BEAT if crosses_middle else EIGHTH
    return at % unit == 0 and length % unit == 0


def _bracket(symbols: list[Symbol], in_three: set[int]) -> None:
    for beat in in_three:
        inside = [s for s in symbols if beat <= s.at < beat + BEAT and s.in_triplet]
        if len(inside) > 1:
            inside[0].bracket, inside[-1].bracket = "start", "stop"


def _beam(symbols: list[Symbol], bar: Bar) -> None:
    """Join flagged notes beat by beat; plain eighths over half a bar."""
    beat = 3 * EIGHTH if bar.metre.denominator >= 8 and bar.metre.is_compound else BEAT
    half = 2 * BEAT
    plain = {
        start
        for start in range(0, bar.length, half)
        if bar.length % half == 0
        and not bar.metre.is_compound
        and all(
            s.heads and s.length == EIGHTH
            for s in symbols
            if s.at < start + half and s.at + s.length > start
        )
    }

    def group(symbol: Symbol) -> tuple[int, int]:
        start = symbol.at // half * half
        return (half, start) if start in plain else (beat, symbol.at // beat * beat)

    run: list[Symbol] = []
    for symbol in [*symbols, None]:
        joins = symbol is not None and symbol.heads and symbol.value in _FLAGS
        if run and (not joins or symbol is None or group(run[-1]) != group(symbol)):
            _join(run)
            run = []
        if joins and symbol is not None:
            run.append(symbol)


def _join(run: list[Symbol]) -> None:
    if len(run) < 2:
        return
    flags = [_FLAGS[symbol.value] for symbol in run]
    for level in range(1, max(flags) + 1):
        for index, symbol in enumerate(run):
            if flags[index] < level:
                continue
            before = index > 0 and flags[index - 1] >= level
            after = index + 1 < len(run) and flags[index + 1] >= level
            if before and after:
                symbol.beams.append("continue")
            elif after:
                symbol.beams.append("begin")
            elif before:
                symbol.beams.append("end")
            else:
                symbol.beams.append("forward hook" if index == 0 else "backward hook")
