"""What the fields of ABC say: key, metre, unit, tempo, order of parts, chord symbols.

Each function takes the text after the colon and raises `ValueError` with the end of a
sentence when it cannot be understood; the reader adds file, tune and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord, parse_chord
from antiphon.music.keys import Key, pitch_class
from antiphon.music.piece import Metre

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ALTERS = {"^": 1, "_": -1, "=": 0}
_FIFTHS_ORDER = "FCGDAEB"
# fifths above the major key of the same tonic, by the first three letters
_MODES = {
    "": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3,
    "phr": -4, "loc": -5, "lyd": 1,
}  # fmt: skip
_MINOR_MODES = {"m", "min", "aeo", "dor", "phr", "loc"}
_NO_KEY = ("", "none", "clef", "treble", "alto", "tenor", "perc")
_MAX_PARTS = 1000


@dataclass(frozen=True)
class Signature:
    """A key as ABC writes it.

    Attributes:
        key: the nearest major or minor key; None for "no key".
        alters: semitones by which each letter is moved unless a note says otherwise.
        octave, transpose: octaves and semitones that notes under it are moved.
    """

    key: Key | None = None
    alters: dict[str, int] = field(default_factory=dict)
    octave: int = 0
    transpose: int = 0


def signature_of(text: str) -> Signature:
    """Read a K: field, e.g. ``Ador``, ``Bb``, ``F#m``, ``D exp _b``, ``HP``, ``none``."""
    words = text.split()
    octave = _number(text, r"octave=(-?\d)")
    transpose = _number(text, r"(?:transpose|(?<!\w)t)=(-?\d{1,2})")
    plain = [word for word in words if "=" not in word.lstrip("=^_") and word != "bass"]
    first = plain[0] if plain else ""
    if first in ("HP", "Hp"):
        alters = {"F": 1, "C": 1} if first == "Hp" else {}
        return Signature(Key(9), alters, octave, transpose)
    match = re.match(r"([A-Ga-g])([#b♯♭]?)\s*([A-Za-z]*)", first)
    if first.lower() == "none" or not match:
        is_left_out = first.lower() in _NO_KEY or first[0] in ALTERS
        if not is_left_out:
            raise ValueError(f"{text.strip()!r} is no key: write e.g. G, Em, Ador or none")
        return Signature(None, _altered(plain, {}), octave, transpose)
    mode = match[3] or (plain[1] if len(plain) > 1 else "")
    name = "m" if mode.lower() == "m" else mode[:3].lower()
    if name not in _MODES:
        if match[3]:
            raise ValueError(f"{text.strip()!r} is no key: write e.g. G, Em, Ador or none")
        name = ""
    tonic = pitch_class(match[1].upper() + match[2])
    sharps = _FIFTHS_ORDER.index(match[1].upper()) - 1 + _MODES[name]
    sharps += 7 * {"": 0, "#": 1, "♯": 1}.get(match[2], -1)
    alters = {} if "exp" in plain else _signature(sharps)
    key = Key(tonic, "minor" if name in _MINOR_MODES else "major")
    return Signature(key, _altered(plain[1:], alters), octave, transpose)


def _number(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def _signature(sharps: int) -> dict[str, int]:
    """Return the alterations of so many sharps, or flats where negative; −14 … 14."""
    order = _FIFTHS_ORDER if sharps > 0 else _FIFTHS_ORDER[::-1]
    step = 1 if sharps > 0 else -1
    alters: dict[str, int] = {}
    for index in range(min(abs(sharps), 14)):
        letter = order[index % 7]
        alters[letter] = alters.get(letter, 0) + step
    return alters


def _altered(words: list[str], alters: dict[str, int]) -> dict[str, int]:
    """Return a signature with the accidentals that are written out after it."""
    found = dict(alters)
    for word in words:
        for signs, letter in re.findall(r"(\^{1,2}|_{1,2}|=)([A-Ga-g])", word):
            found[letter.upper()] = sum(ALTERS[sign] for sign in signs)
    return found


def metre_of(text: str) -> Metre | None:
    """Read an M: field, e.g. ``6/8``, ``C|``, ``(2+3)/8``; None for no metre."""
    plain = text.replace(" ", "").lower()
    if plain in ("none", ""):
        return None
    named = {"c": (4, 4), "c|": (2, 2)}.get(plain)
    if named:
        return Metre(0, *named)
    match = re.fullmatch(r"\(?(\d{1,3}(?:\+\d{1,3})*)\)?/(\d{1,2})", plain)
    beats = sum(int(n) for n in match[1].split("+")) if match else 0
    if not match or not 0 < beats < 256 or int(match[2]) not in (1, 2, 4, 8, 16, 32, 64):
        raise ValueError(f"{text.strip()!r} is no metre: write e.g. 4/4, 6/8, C or none")
    return Metre(0, beats, int(match[2]))


def unit_of(text: str) -> Fraction:
    """Read an L: field: the length of a plain note, in quarters."""
    match = re.fullmatch(r"\s*(\d{1,3})(?:\s*/\s*(\d{1,3}))?\s*", text)
    if not match or not int(match[1]) or int(match[2] or 1) == 0:
        raise ValueError(f"{text.strip()!r} is no note length: write e.g. 1/8")
    return 4 * Fraction(int(match[1]), int(match[2] or 1))


def usual_unit(metre: Metre | None) -> Fraction:
    """Return the unit where no L: stands: a 16th in metres under 3/4, else an eighth."""
    short = metre is not None and metre.quarters < 3
    return Fraction(1, 4) if short else Fraction(1, 2)


def tempo_of(text: str, unit: Fraction) -> float | None:
    """Read a Q: field as quarters a minute; None where it only has words."""
    plain = re.sub(r'"[^"]*"', "", text).strip()
    match = re.fullmatch(r"(?:([Cc]\d*|\d[\d/\s]*)\s*=)?\s*(\d{1,4}(?:\.\d+)?)", plain)
    if not match:
        return None
    beat = unit
    if match[1] and match[1][0] in "Cc":
        beat = unit * int(match[1][1:3] or 1)
    elif match[1]:
        fractions = re.findall(r"(\d{1,3})/(\d{1,3})", match[1])
        beat = sum((4 * Fraction(int(a), int(b)) for a, b in fractions if int(b)), Fraction(0))
    bpm = float(beat * Fraction(match[2]))
    return bpm if 5 <= bpm <= 1000 else None


def order_of(text: str) -> str:
    """Read a P: field of the header as letters in the order of playing: ``A(BC)2`` is ABCBC."""
    plain = re.sub(r"[^A-Za-z0-9()]", "", text)
    while (inner := re.search(r"\(([A-Za-z0-9]*)\)(\d*)", plain)) is not None:
        played = _repeated(inner[1]) * min(int(inner[2][:4] or 1), _MAX_PARTS)
        plain = plain[: inner.start()] + played + plain[inner.end() :]
        if len(plain) > _MAX_PARTS:
            raise ValueError(f"{text.strip()[:40]!r} plays more than {_MAX_PARTS:,} parts")
    return _repeated(plain.replace("(", "").replace(")", ""))


def _repeated(text: str) -> str:
    """Return letters with their counts played out: ``A2B`` is AAB."""
    found = "".join(
        letter * min(int(count[:4] or 1), _MAX_PARTS)
        for letter, count in re.findall(r"([A-Za-z])(\d*)", text)
    )
    if len(found) > _MAX_PARTS:
        raise ValueError(f"the order of parts has more than {_MAX_PARTS:,} of them")
    return found


def chord_of(text: str) -> Chord | None:
    """Return the chord of a quoted text; raises `AntiphonError` where it is none.

    Brackets around it (an alternative) go; a bass may be a small letter and have ``+`` for a
    sharp, ``Gd`` and ``G/dim`` are diminished, ``Ga`` augmented, as the Nottingham tunes write.
    """
    plain = text.strip().strip("()").split(";")[0].strip()
    plain = re.sub(r"/([a-g])([+#b]?)$", _bass, plain)
    plain = re.sub(r"^([A-G][#b]?)(?:d|/dim)$", r"\1dim", plain)
    plain = re.sub(r"^([A-G][#b]?)a(7?)$", r"\1aug\2", plain)
    if not re.match(r"[A-G]|N\.?C\.?$", plain):
        raise AntiphonError(f"{text!r} is no chord.")
    return parse_chord(plain)


def _bass(match: re.Match[str]) -> str:
    return f"/{match[1].upper()}{match[2].replace('+', '#')}"
