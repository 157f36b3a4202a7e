"""Single elements of MusicXML as text, their children in the order the format asks for."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from antiphon.formats._musicxml_marks import KINDS
from antiphon.formats._notation import Symbol
from antiphon.formats._score import Staff
from antiphon.formats._spelling import bass_place, letter_and_alter, root_place
from antiphon.music.chords import Chord
from antiphon.music.keys import Key

_KIND_OF = {quality: kind for kind, quality in reversed(KINDS.items())}
_KIND_OF |= {"7sus4": "suspended-fourth", "add9": "major"}


def clean(text: str) -> str:
    """Return a text without signs that XML does not allow."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def clef(staff: Staff, number: int) -> str:
    sign, line, octaves = staff.clef
    change = f"<clef-octave-change>{octaves}</clef-octave-change>" if octaves else ""
    return f'<clef number="{number}"><sign>{sign}</sign><line>{line}</line>{change}</clef>'


def tempo(bpm: float, offset: int, before: float | None) -> str:
    """Return a tempo; it is shown only where it differs clearly from the one before."""
    place = f"<offset>{offset}</offset>" if offset else ""
    sound = f'<sound tempo="{bpm:g}"/>'
    if before is not None and abs(bpm / before - 1) < 0.05:
        return f"<direction><direction-type><words/></direction-type>{place}{sound}</direction>"
    return (
        '<direction placement="above"><direction-type><metronome><beat-unit>quarter</beat-unit>'
        f"<per-minute>{bpm:.0f}</per-minute></metronome></direction-type>{place}{sound}</direction>"
    )


def harmony(chord: Chord | None, key: Key, offset: int) -> str:
    place = f"<offset>{offset}</offset>" if offset else ""
    if chord is None:
        return (
            '<harmony><root><root-step text="">C</root-step></root>'
            f'<kind text="N.C.">none</kind>{place}</harmony>'
        )
    bass = ""
    if chord.bass_pitch_class != chord.root:
        bass = f"<bass>{_named('bass', bass_place(chord, key))}</bass>"
    return (
        f"<harmony><root>{_named('root', root_place(chord, key))}</root>"
        f"<kind text={quoteattr(chord.quality)}>{_KIND_OF[chord.quality]}</kind>"
        f"{bass}{place}</harmony>"
    )


def _named(what: str, place: int) -> str:
    letter, alter = letter_and_alter(place)
    altered = f"<{what}-alter>{alter}</{what}-alter>" if alter else ""
    return f"<{what}-step>{letter}</{what}-step>{altered}"


def rest(symbol: Symbol, voice: int, tail: str, *, is_hidden: bool) -> str:
    if is_hidden:
        place = f"<voice>{voice}</voice>{tail}"
        return f"<forward><duration>{symbol.length}</duration>{place}</forward>"
    return note(symbol, body="<rest/>", voice=voice, tail=tail)


def note(
    symbol: Symbol,
    *,
    body: str,
    voice: int,
    tail: str,
    accidental: str = "",
    stem: str = "",
    instrument: str = "",
    note_head: str = "",
    loudness: int = 0,
    is_first: bool = True,
    lyric: str = "",
) -> str:
    """Return a note element; children in the order that MusicXML asks for."""
    ties = [*(["stop"] * symbol.tie_from), *(["start"] * symbol.tie_to)]
    marks = "".join(f'<tied type="{tie}"/>' for tie in ties)
    if symbol.bracket and is_first:
        marks += f'<tuplet type="{symbol.bracket}"/>'
    parts = [
        f'<note dynamics="{loudness / 0.9:.2f}">' if loudness else "<note>",
        body,
        f"<duration>{symbol.length}</duration>",
        "".join(f'<tie type="{tie}"/>' for tie in ties),
        instrument,
        f"<voice>{voice}</voice><type>{symbol.value}</type>",
        "<dot/>" * symbol.dots,
        f"<accidental>{accidental}</accidental>" if accidental else "",
        _IN_THREE if symbol.in_triplet else "",
        f"<stem>{stem}</stem>" if stem and symbol.value != "whole" else "",
        f"<notehead>{note_head}</notehead>" if note_head else "",
        tail,
        _beams(symbol) if is_first else "",
        f"<notations>{marks}</notations>" if marks else "",
        _lyric(lyric) if lyric else "",
        "</note>",
    ]
    return "".join(parts)


_IN_THREE = (
    "<time-modification><actual-notes>3</actual-notes>"
    "<normal-notes>2</normal-notes></time-modification>"
)


def _beams(symbol: Symbol) -> str:
    return "".join(f'<beam number="{n}">{b}</beam>' for n, b in enumerate(symbol.beams, 1))


def _lyric(text: str) -> str:
    kind = "begin" if text.endswith("-") else "single"
    shown = escape(clean(text.rstrip("-")))
    return f'<lyric number="1"><syllabic>{kind}</syllabic><text>{shown}</text></lyric>'
