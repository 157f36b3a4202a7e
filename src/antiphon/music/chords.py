"""Chords: symbols and Roman numerals in, pitch classes out, and back.

A chord is a root, a quality from `QUALITIES` and a bass. Symbols as musicians write them
(``Am7/G``, ``F#ø``, ``Bbmaj7``) and as data sets do (``A:min7/b3``) are read; a quality we
do not keep is read as the nearest that we do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from antiphon.errors import AntiphonError
from antiphon.music.keys import SCALES, Key, pitch_class

# intervals above the root, in semitones; the first three tell the triad
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7sus4": (0, 5, 7, 10),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "mMaj7": (0, 3, 7, 11),
    "9": (0, 4, 7, 10, 2),
    "maj9": (0, 4, 7, 11, 2),
    "m9": (0, 3, 7, 10, 2),
    "add9": (0, 4, 7, 2),
}

_SPELLINGS = {
    "": ("maj", "M", "major", "5", "1", "add11"),
    "m": ("min", "-", "mi", "minor"),
    "7": ("dom7", "dom"),
    "maj7": ("M7", "Δ", "Δ7", "j7", "ma7", "major7"),
    "m7": ("min7", "-7", "mi7", "minor7"),
    "dim": ("o", "°"),
    "dim7": ("o7", "°7"),
    "m7b5": ("hdim7", "hdim", "ø", "ø7", "min7b5", "-7b5"),
    "aug": ("+", "+5", "7#5", "aug7", "+7"),
    "sus4": ("sus", "sus4(b7)"),
    "sus2": (),
    "7sus4": ("7sus", "sus4(b7)", "9sus4", "9sus", "13sus4", "11"),
    "6": ("maj6", "M6", "69", "6/9", "maj6(9)"),
    "m6": ("min6", "-6", "min6(9)"),
    "mMaj7": ("minmaj7", "mM7", "m(maj7)", "minmaj"),
    "9": (
        "13",
        "7(9)",
        "7b9",
        "7#9",
        "7(b9)",
        "7(#9)",
        "9(13)",
        "7(13)",
        "7#11",
        "7(#11)",
        "9(#11)",
    ),
    "maj9": ("maj13", "M9", "maj7(9)", "maj7(#11)", "maj9(#11)"),
    "m9": ("min9", "min11", "m11", "-9", "min13", "m7(9)", "min7(9)", "min7(11)"),
    "add9": ("maj(9)", "add2", "2", "maj(2)"),
}
_BY_SPELLING = {q: q for q in QUALITIES} | {s: q for q, many in _SPELLINGS.items() for s in many}
_DEGREES = {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5, "VII": 6}
_INTERVALS = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 2, "11": 5, "13": 9}


@dataclass(frozen=True)
class Chord:
    """A root and a bass (pitch classes 0–11) and a quality (key of `QUALITIES`)."""

    root: int
    quality: str = ""
    bass: int | None = None

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The chord's pitch classes, the bass among them."""
        tones = {(self.root + i) % 12 for i in QUALITIES[self.quality]}
        return frozenset(tones | {self.bass_pitch_class})

    @property
    def bass_pitch_class(self) -> int:
        return self.root if self.bass is None else self.bass

    @property
    def is_minor(self) -> bool:
        return QUALITIES[self.quality][1] == 3

    def transposed(self, semitones: int) -> Chord:
        bass = None if self.bass is None else (self.bass + semitones) % 12
        return Chord((self.root + semitones) % 12, self.quality, bass)

    def symbol(self, key: Key | None = None) -> str:
        """Return e.g. ``F#m7/C#``, spelt for the key."""
        spell = (key or Key(0)).spell
        bass = "" if self.bass in (None, self.root) else f"/{spell(self.bass_pitch_class)}"
        return f"{spell(self.root)}{self.quality}{bass}"

    def __str__(self) -> str:
        return self.symbol()


def _quality(text: str, whole: str) -> str:
    plain = text.replace("♯", "#").replace("♭", "b").strip()
    for candidate in (plain, plain.replace("(", "").replace(")", ""), plain.split("(")[0]):
        if candidate in _BY_SPELLING:
            return _BY_SPELLING[candidate]
    raise AntiphonError(
        f"Unknown chord {whole!r}: write a root A to G and one of "
        f"{', '.join(q or 'nothing (major)' for q in QUALITIES)}, "
        "or a Roman numeral such as vi or V7."
    )


def parse_chord(text: str, key: Key | None = None) -> Chord | None:
    """Read one chord symbol or Roman numeral; ``N``, ``NC`` and ``-`` mean no chord.

    Args:
        text: e.g. ``Am7/G``, ``F#:min7/b3``, ``bVII``, ``V7``, ``ii``.
        key: what Roman numerals refer to; C major when left out.

    Raises:
        AntiphonError: it is no chord.
    """
    text = text.strip().replace("♯", "#").replace("♭", "b")
    if text in ("N", "NC", "N.C.", "-", "X"):
        return None
    roman = re.fullmatch(r"([#b]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)", text)
    if roman:
        return _roman(roman, text, key or Key(0))
    match = re.fullmatch(r"([A-G][#b]?):?([^/]*(?:/9)?)(?:/(.+))?", text)
    if not match:
        raise _quality_error(text)
    root = pitch_class(match[1])
    quality = _quality(match[2], text)
    return Chord(root, quality, _bass(match[3], root, quality, text))


def _quality_error(text: str) -> AntiphonError:
    try:
        _quality(text, text)
    except AntiphonError as error:
        return error
    return AntiphonError(f"Unknown chord {text!r}: begin with a root A to G.")


def _bass(text: str | None, root: int, quality: str, whole: str) -> int | None:
    if text is None:
        return None
    degree = re.fullmatch(r"([#b]*)(\d+)", text)
    if degree and degree[2] in _INTERVALS:
        shift = sum(1 if c == "#" else -1 for c in degree[1])
        bass = (root + _INTERVALS[degree[2]] + shift) % 12
    elif re.fullmatch(r"[A-G][#b]?", text):
        bass = pitch_class(text)
    else:
        raise AntiphonError(f"Unknown bass {text!r} in chord {whole!r}: write a note, e.g. C/G.")
    return None if bass == root else bass


def _roman(match: re.Match[str], whole: str, key: Key) -> Chord:
    accidental, numeral, rest = match.groups()
    rest, _, inversion = rest.partition("/")
    # in minor, VI and VII mean the natural scale's; an accidental counts from the major scale
    scale = SCALES["major"] if accidental else SCALES[key.mode]
    root = key.tonic + scale[_DEGREES[numeral.upper()]] + {"#": 1, "b": -1, "": 0}[accidental]
    minor = numeral.islower()
    if minor and rest in ("", "7", "6", "9", "maj7"):
        rest = {"maj7": "mMaj7"}.get(rest, "m" + rest)
    quality = _quality(rest, whole)
    return Chord(root % 12, quality, _bass(inversion or None, root % 12, quality, whole))


def parse_progression(text: str, key: Key | None = None) -> list[list[Chord | None]]:
    """Read a progression into bars of chords.

    One chord a bar; ``|`` separates bars, several chords in a bar share it equally; without
    ``|`` each chord is a bar. ``"C | Am | F G"`` is three bars, ``"C Am F G7"`` four.

    Raises:
        AntiphonError: a chord is unknown, a bar is empty, or nothing is there.
    """
    parts = text.strip().strip("|")
    bars = (
        [bar.split() for bar in parts.split("|")] if "|" in parts else [[c] for c in parts.split()]
    )
    if not bars:
        raise AntiphonError("The chord progression is empty: write e.g. 'C Am F G7'.")
    if any(not bar for bar in bars):
        raise AntiphonError(f"A bar is empty in {text!r}: write N where no chord should sound.")
    return [[parse_chord(symbol, key) for symbol in bar] for bar in bars]
