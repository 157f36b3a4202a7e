"""What MusicXML says above the notes: metre, key, tempo, loudness, chord symbols."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

import numpy as np

from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import KeyMark, Metre, Track

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LEVELS = {
    "pppp": 20, "ppp": 28, "pp": 38, "p": 52, "mp": 66, "mf": 80, "f": 96, "ff": 110,
    "fff": 120, "ffff": 127, "fp": 80, "sf": 104, "sfz": 104, "fz": 104,
}  # fmt: skip
_BEAT_QUARTERS = {
    "whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25, "breve": 8.0,
}  # fmt: skip
KINDS = {
    "major": "", "minor": "m", "dominant": "7", "major-seventh": "maj7", "minor-seventh": "m7",
    "diminished": "dim", "diminished-seventh": "dim7", "half-diminished": "m7b5",
    "augmented": "aug", "augmented-seventh": "aug", "suspended-fourth": "sus4",
    "suspended-second": "sus2", "major-sixth": "6", "minor-sixth": "m6", "major-minor": "mMaj7",
    "dominant-ninth": "9", "dominant-11th": "7sus4", "dominant-13th": "9", "major-ninth": "maj9",
    "major-11th": "maj9", "major-13th": "maj9", "minor-ninth": "m9", "minor-11th": "m9",
    "minor-13th": "m9", "power": "",
}  # fmt: skip
_ADDED = {("", "9"): "add9", ("7", "9"): "9", ("maj7", "9"): "maj9", ("m7", "9"): "m9"}


def metre_of(time: Element, onset: int) -> Metre | None:
    """Return the time signature; 3+2/8 is 5/8, 2/4 + 3/8 is 7/8. None for senza misura."""
    total = Fraction(0)
    finest = 1
    beats = [b.text or "" for b in time.iterfind("beats")]
    for many, unit in zip(beats, time.iterfind("beat-type"), strict=False):
        denominator = int(unit.text or 4)
        total += Fraction(sum(int(n) for n in many.split("+")), denominator)
        finest = max(finest, denominator)
    if total <= 0 or finest & (finest - 1):
        return None
    return Metre(onset, int(total * finest), finest)


def fifths_of(attributes: Element, transposition: int) -> tuple[int, str] | None:
    """Return the sounding (fifths, mode) of a key signature; mode "" where it is not said."""
    text = attributes.findtext("key/fifths")
    if text is None:
        return None
    mode = (attributes.findtext("key/mode") or "").strip().lower()
    mode = {"ionian": "major", "aeolian": "minor"}.get(mode, mode)
    return int(text) + 7 * transposition, mode if mode in ("major", "minor") else ""


def key_marks(
    fifths: dict[int, tuple[int, str]], tracks: list[Track], pickup: int
) -> list[KeyMark]:
    """Return the keys; where only a signature stands, the notes under it decide its mode."""
    marks: list[KeyMark] = []
    begins = sorted(fifths)
    for begin, following in zip(begins, [*begins[1:], None], strict=False):
        sharps, mode = fifths[begin]
        tonic = 7 * sharps % 12
        onset = begin + pickup if marks else 0
        minor = mode == "minor"
        if not mode:
            stop = None if following is None else following + pickup
            minor = _sounds_minor(tonic, tracks, onset, stop)
        key = Key((tonic + 9) % 12, "minor") if minor else Key(tonic)
        if not marks or marks[-1].key != key:
            marks.append(KeyMark(onset, key))
    return marks


def _sounds_minor(major_tonic: int, tracks: list[Track], start: int, stop: int | None) -> bool:
    """Whether the notes fit the relative minor better than the major key."""
    histogram = np.zeros(12)
    for track in tracks:
        if track.is_drum:
            continue
        notes = track.notes[track.notes["onset"] >= start]
        if stop is not None:
            notes = notes[notes["onset"] < stop]
        np.add.at(histogram, notes["pitch"] % 12, notes["duration"])
    relatives = {Key(major_tonic), Key((major_tonic + 9) % 12, "minor")}
    found = estimate_key(histogram, among=relatives)
    return found is not None and found.mode == "minor"


def tempo_of(element: Element) -> float | None:
    """Return quarter notes a minute that a direction or sound element asks for."""
    sound = element if element.tag == "sound" else element.find("sound")
    if sound is not None and sound.get("tempo"):
        return _sane(float(sound.get("tempo", "120")))
    metronome = element.find("direction-type/metronome")
    if metronome is None:
        return None
    digits = "".join(c for c in metronome.findtext("per-minute") or "" if c.isdigit() or c == ".")
    unit = _BEAT_QUARTERS.get((metronome.findtext("beat-unit") or "").strip())
    if not digits.strip(".") or unit is None or digits.count(".") > 1:
        return None
    dots = len(metronome.findall("beat-unit-dot"))
    return _sane(float(digits) * unit * (2 - 0.5**dots))


def _sane(bpm: float) -> float | None:
    return bpm if 5 <= bpm <= 1000 else None


def level_of(element: Element) -> int | None:
    """Return the velocity that a dynamic mark asks for."""
    sound = element if element.tag == "sound" else element.find("sound")
    if sound is not None and sound.get("dynamics"):
        return min(max(round(float(sound.get("dynamics", "89")) * 0.9), 1), 127)
    for mark in element.iterfind("direction-type/dynamics/*"):
        if mark.tag in _LEVELS:
            return _LEVELS[mark.tag]
    return None


def chord_of(harmony: Element) -> Chord | None:
    """Return the chord of a ``harmony`` element; None for "no chord" and what is not kept."""
    kind = (harmony.findtext("kind") or "").strip()
    step = harmony.findtext("root/root-step")
    if kind == "none" or step is None or step.strip() not in _STEPS:
        return None
    root = (_STEPS[step.strip()] + _altered(harmony, "root/root-alter")) % 12
    said = harmony.find("kind")
    shown = said.get("text", "") if said is not None else ""
    quality = shown if shown and shown in QUALITIES else KINDS.get(kind, "")
    for degree in harmony.iterfind("degree"):
        if degree.findtext("degree-type") == "add":
            value = (degree.findtext("degree-value") or "").strip()
            quality = _ADDED.get((quality, value), quality)
    bass_step = (harmony.findtext("bass/bass-step") or "").strip()
    if bass_step not in _STEPS:
        return Chord(root, quality)
    bass = (_STEPS[bass_step] + _altered(harmony, "bass/bass-alter")) % 12
    return Chord(root, quality, None if bass == root else bass)


def _altered(harmony: Element, path: str) -> int:
    return round(float(harmony.findtext(path) or 0))
