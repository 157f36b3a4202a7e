"""Names for pitches, as a reader of the score expects them from key and chord.

A spelling is a place on the line of fifths (… F −1, C 0, G 1 … B 5, F sharp 6 …); chord
tones are spelt in thirds above the chord's root, other notes from the twelve places that
lie around the key (E flat to G sharp in C).
"""

from __future__ import annotations

from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import Key

_LETTERS = "FCGDAEB"
# interval in semitones -> distance on the line of fifths
_FIFTHS = {0: 0, 2: 2, 3: -3, 4: 4, 5: -1, 6: -6, 7: 1, 8: 8, 9: 3, 10: -2, 11: 5}
_BASE = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def letter_and_alter(place: int) -> tuple[str, int]:
    """Return e.g. ("F", 1) for 6, F sharp."""
    return _LETTERS[(place + 1) % 7], (place + 1) // 7


def _placed(pitch_class: int, lowest: int) -> int:
    """Return the place of a pitch class among the twelve from `lowest` on."""
    return lowest + (7 * pitch_class - lowest) % 12


def root_place(chord: Chord, key: Key) -> int:
    """Return the place of a chord's root: major chords lean to flats, minor ones to sharps."""
    minor = QUALITIES[chord.quality][1] == 3
    return _placed(chord.root, key.fifths - (3 if minor else 5))


def bass_place(chord: Chord, key: Key) -> int:
    """Return the place of a chord's bass note."""
    return place_of(chord.bass_pitch_class, key, chord)


def place_of(pitch_class: int, key: Key, chord: Chord | None) -> int:
    """Return the place on the line of fifths of a pitch class, heard in a key and chord."""
    default = _placed(pitch_class, key.fifths - 3)
    if chord is None:
        return default
    interval = (pitch_class - chord.root) % 12
    if interval not in QUALITIES[chord.quality]:
        return default
    distance = _FIFTHS[interval]
    if chord.quality == "dim7" and interval == 9:
        distance = -9
    place = root_place(chord, key) + distance
    # a double sharp or flat, or a name far from the key, is harder to read than a wrong third
    return place if -8 < place < 13 and -7 <= place - key.fifths <= 11 else default


def spelt(pitch: int, key: Key, chord: Chord | None) -> tuple[str, int, int]:
    """Return (letter, alter, octave) of a MIDI pitch; ("C", 0, 4) is 60."""
    letter, alter = letter_and_alter(place_of(pitch % 12, key, chord))
    return letter, alter, (pitch - alter - _BASE[letter]) // 12 - 1


def signature(fifths: int) -> dict[str, int]:
    """Return the alteration that a key signature gives each letter."""
    return {
        letter: (1 if 0 <= index < fifths else 0) - (1 if 6 - index < -fifths else 0)
        for index, letter in enumerate(_LETTERS)
    }
