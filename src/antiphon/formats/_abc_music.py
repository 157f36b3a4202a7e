"""A line of ABC's notes, read sign by sign into a voice.

What has no meaning for the notes (slurs, decorations, annotations, a bracket that is never
closed) is passed over, as the standard asks of signs that are not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from antiphon.errors import AntiphonError
from antiphon.formats._abc_fields import ALTERS, LETTERS, chord_of
from antiphon.formats._abc_voice import Voice
from antiphon.formats._files import MAX_NOTES

_NOTE = r"(?:\^{1,2}|_{1,2}|=)?[A-Ga-g][,']*[\d/]*"
_TOKEN = re.compile(
    rf"""(?P<space>[\s`$\\]+)
    |(?P<quoted>"[^"]*"?)
    |(?P<plus>\+(?:{_NOTE}\s*){{2,}}\+[\d/]*)
    |(?P<mark>![^!|\[\]]{{1,40}}!|\+[^+|\[\]]{{1,40}}\+)
    |(?P<grace>\{{[^}}]*\}}?)
    |(?P<field>\[[A-Za-z]:[^\]]*\]?)
    |(?P<ending>\[\d[\d,.\-]*)
    |(?P<bar>\.?(?:\[\||:*\||::)[|:\]]*\s*(?:\d[\d,.\-]*)?)
    |(?P<tuplet>\(\d(?::\d*){{0,2}})
    |(?P<chord>\[[^\]|]*\][\d/]*)
    |(?P<rest>[zx][\d/]*)
    |(?P<bars_rest>[ZX]\d*)
    |(?P<note>{_NOTE})
    |(?P<broken>>+|<+)
    |(?P<tie>-)
    |(?P<overlay>&)
    |(?P<other>.)""",
    re.X,
)
_IN_CHORD = re.compile(rf'"[^"]*"|![^!]*!|(?P<note>{_NOTE})(?P<tie>-)?')
_PARTS_OF_NOTE = re.compile(r"(?P<signs>[\^_=]*)(?P<letter>[A-Ga-g])(?P<octave>[,']*)(.*)")
_MAX_MEASURES = 20_000
_LONGEST_REST_BARS = 1000
# notes of a tuplet are played in the time of so many
_IN_TIME_OF = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each sign of a line of notes."""
    for match in _TOKEN.finditer(text):
        yield match.lastgroup or "", match[0]


def write(kind: str, text: str, voice: Voice, propagation: str) -> None:
    """Put one sign into a voice.

    Args:
        propagation: how far an accidental reaches within its bar: ``pitch`` (every octave,
            the standard's default), ``octave`` or ``not``.

    Raises:
        ValueError: it makes no sense; the text ends a sentence.
    """
    if kind == "note":
        _notes([(text, False)], "", voice, propagation)
    elif kind in ("chord", "plus"):
        inside, outer = _chord_parts(kind, text)
        _notes(inside, outer, voice, propagation)
    elif kind in _WRITERS:
        _WRITERS[kind](text, voice)
    if len(voice.measures) > _MAX_MEASURES or len(voice.measure.sounds) > MAX_NOTES:
        raise ValueError(f"it has more than {_MAX_MEASURES:,} measures")


def length_of(text: str) -> Fraction:
    """Return what stands behind a note, ``3/2``, ``/``, ``//`` or nothing, as a factor."""
    match = re.match(r"(\d{0,4})(/{0,8})(\d{0,4})", text)
    assert match is not None  # all of it may be empty
    times = int(match[1] or 1)
    if not match[2]:
        return Fraction(times)
    parts = int(match[3]) if match[3] else 2 ** len(match[2])
    if parts == 0:
        raise ValueError(f"the note length {text!r} divides by nothing")
    return Fraction(times, parts)


def _chord_parts(kind: str, text: str) -> tuple[list[tuple[str, bool]], str]:
    """Return the notes of a chord, each with whether it is tied, and what stands behind it."""
    body, _, outer = text[1:].rpartition("+" if kind == "plus" else "]")
    found = [(m["note"], m["tie"] is not None) for m in _IN_CHORD.finditer(body) if m["note"]]
    return found, outer


def _notes(inside: list[tuple[str, bool]], outer: str, voice: Voice, propagation: str) -> None:
    """Place notes struck together; they last as long as the first of them."""
    if not inside:
        return
    pitches, alters, length = [], [], Fraction(0)
    for index, (note, _) in enumerate(inside):
        match = _PARTS_OF_NOTE.match(note)
        assert match is not None  # the token was made of it
        name = match["letter"] + match["octave"]
        alter = _alter(match["signs"], name, voice, propagation)
        pitches.append(_pitch(name, alter, voice))
        alters.append((name, alter))
        if not index:
            length = length_of(match[4]) * length_of(outer) * voice.unit
    voice.place(pitches, length)
    voice.tied, voice.alters = {}, dict(alters)
    for (_, is_tied), sound, (name, alter) in zip(inside, voice.last, alters, strict=True):
        if is_tied:
            sound.is_tied = True
            voice.tied[name] = alter


def _alter(signs: str, name: str, voice: Voice, propagation: str) -> int:
    """Return the semitones by which a note is moved, and remember those written before it."""
    letter = name[0].upper()
    reach = letter if propagation == "pitch" else name
    if signs:
        alter = sum(ALTERS[sign] for sign in signs)
        if propagation != "not":
            voice.accidentals[reach] = alter
        return alter
    if name in voice.tied:
        return voice.tied[name]
    return voice.accidentals.get(reach, voice.measure.signature.alters.get(letter, 0))


def _pitch(name: str, alter: int, voice: Voice) -> int:
    letter, marks = name[0], name[1:]
    octave = (5 if letter.isupper() else 6) + marks.count("'") - marks.count(",")
    signature = voice.measure.signature
    octave += voice.octave + signature.octave
    pitch = 12 * octave + LETTERS[letter.upper()] + alter + voice.transpose + signature.transpose
    return min(max(pitch, 0), 127)


def _rest(text: str, voice: Voice) -> None:
    voice.place([], length_of(text[1:]) * voice.unit)
    voice.tied = {}


def _bars_rest(text: str, voice: Voice) -> None:
    n_bars = int(text[1:7] or 1)
    if n_bars > _LONGEST_REST_BARS:
        raise ValueError(f"the rest {text[:20]!r} is longer than {_LONGEST_REST_BARS:,} bars")
    metre = voice.measure.metre
    length = metre.quarters if metre else Fraction(4)
    for index in range(n_bars):
        if index:
            voice.close_measure(n_back=0, begins_repeat=False, ends_part=False)
        voice.place([], length)


def _bar(text: str, voice: Voice) -> None:
    sign = text.rstrip("0123456789,.- \t")
    plain = sign.lstrip(".")
    if "|" in plain or "]" in plain:
        n_back = len(plain) - len(plain.lstrip(":"))
        begins = plain.endswith(":")
    else:
        n_back, begins = max(1, len(plain) // 2), True  # ``::`` ends one repeat, begins another
    ends_part = "||" in plain or "]" in plain or plain.startswith("[")
    voice.close_measure(n_back=n_back, begins_repeat=begins, ends_part=ends_part)
    if numbers := text[len(sign) :].strip():
        voice.begin_ending(_numbers(numbers))


def _ending(text: str, voice: Voice) -> None:
    voice.close_measure(n_back=0, begins_repeat=False, ends_part=False)
    voice.begin_ending(_numbers(text[1:]))


def _numbers(text: str) -> frozenset[int]:
    """Return the times through that an ending such as ``1``, ``1,3`` or ``1-3`` is for."""
    found: set[int] = set()
    for part in text.strip(",.- ").split(","):
        first, _, last = part.partition("-")
        if first[:2].strip(".").isdigit():
            begin = int(first[:2].strip("."))
            end = int(last[:2]) if last[:2].isdigit() else begin
            found |= set(range(begin, end + 1))
    return frozenset(found)


def _quoted(text: str, voice: Voice) -> None:
    """Keep a chord symbol; other texts, and alternatives in brackets, are for people."""
    if len(text) < 2 or not text.endswith('"'):
        raise ValueError(f"the text {text[:20]} has no closing quotation mark")
    try:
        chord = chord_of(text[1:-1])
    except AntiphonError:
        return
    chords = voice.measure.chords
    if not (chords and chords[-1][0] == voice.at):
        chords.append((voice.at, chord))


def _tuplet(text: str, voice: Voice) -> None:
    said = [int(n) if n else 0 for n in text[1:].split(":")] + [0, 0]
    n_played = said[0]
    if not n_played:
        raise ValueError(f"the tuplet {text!r} has no notes")
    compound = voice.metre is not None and voice.metre.is_compound
    in_time_of = said[1] or _IN_TIME_OF.get(n_played, 3 if compound else 2)
    voice.tuplet = Fraction(in_time_of, n_played)
    voice.n_in_tuplet = said[2] or n_played


def _broken(text: str, voice: Voice) -> None:
    voice.break_rhythm(text)


def _tie(text: str, voice: Voice) -> None:
    voice.tie()
    voice.tied = dict(voice.alters)


def _overlay(text: str, voice: Voice) -> None:
    voice.at = Fraction(0)


_WRITERS: dict[str, Callable[[str, Voice], None]] = {
    "rest": _rest,
    "bars_rest": _bars_rest,
    "bar": _bar,
    "ending": _ending,
    "quoted": _quoted,
    "tuplet": _tuplet,
    "broken": _broken,
    "tie": _tie,
    "overlay": _overlay,
}
