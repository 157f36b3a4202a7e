"""Keys: a tonic pitch class and a mode, their spelling, and finding them in notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from antiphon.errors import AntiphonError

MODES = ("major", "minor")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

# Krumhansl & Kessler (1982) probe-tone profiles.
_PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}


def pitch_class(name: str) -> int:
    """Return 0–11 for a note name such as ``C``, ``F#``, ``Bb`` or ``E♭``.

    Raises:
        AntiphonError: it is no note name.
    """
    match = re.fullmatch(r"([A-Ga-g])([#♯b♭]*)", name.strip())
    if not match:
        raise AntiphonError(f"{name!r} is no note name: write a letter A to G, then # or b.")
    sharps = sum(1 if c in "#♯" else -1 for c in match[2])
    return (_LETTERS[match[1].upper()] + sharps) % 12


@dataclass(frozen=True)
class Key:
    """A tonic (pitch class 0–11) and a mode (``"major"`` or ``"minor"``)."""

    tonic: int
    mode: str = "major"

    def __post_init__(self) -> None:
        if not 0 <= self.tonic < 12 or self.mode not in MODES:
            raise ValueError(f"no such key: {self.tonic} {self.mode}")

    @classmethod
    def parse(cls, text: str, mode: str | None = None) -> Key:
        """Read ``G``, ``Am``, ``F# minor``, ``Bb:maj``, ``e`` (lower case is minor).

        Args:
            text: the key as people write it.
            mode: ``"major"`` or ``"minor"``; wins over what the text says.

        Raises:
            AntiphonError: it is no key; the message says how to write one.
        """
        match = re.fullmatch(
            r"\s*([A-Ga-g])([#♯b♭]?)[\s:_-]*(major|minor|maj|min|dur|moll|m|M)?\s*", text
        )
        if not match:
            raise AntiphonError(f"{text!r} is no key: write e.g. G, Am, 'F# minor' or Bb:maj.")
        said = match[3] or ("m" if match[1].islower() else "M")
        minor = said in ("m", "min", "minor", "moll")
        return cls(pitch_class(match[1] + match[2]), mode or ("minor" if minor else "major"))

    @property
    def fifths(self) -> int:
        """Sharps (positive) or flats (negative) of the signature, −6…6 (G flat is −6)."""
        tonic = (self.tonic + 3) % 12 if self.mode == "minor" else self.tonic
        sharps = tonic * 7 % 12
        return sharps if sharps <= 5 else sharps - 12

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the (natural) scale, tonic first."""
        return tuple((self.tonic + step) % 12 for step in SCALES[self.mode])

    def spell(self, pitch_class: int) -> str:
        """Return the note name that fits this key's signature (sharps or flats)."""
        return (_SHARP if self.fifths > 0 else _FLAT)[pitch_class % 12]

    @property
    def tonic_name(self) -> str:
        return self.spell(self.tonic)

    def __str__(self) -> str:
        return f"{self.tonic_name} {self.mode}"


def estimate_key(histogram: ArrayLike, among: Iterable[Key] | None = None) -> Key | None:
    """Return the key whose Krumhansl–Kessler profile correlates best; None if nothing sounds.

    Args:
        histogram: (12,) weight (e.g. duration) of each pitch class.
        among: the keys to choose from; all 24 when left out.

    Source:
        Krumhansl, Cognitive Foundations of Musical Pitch, 1990.
    """
    weights: NDArray[np.float64] = np.asarray(histogram, dtype=np.float64)
    if weights.sum() <= 0:
        return None
    keys, profiles = _every_key()
    if among is not None:
        chosen = [index for index, key in enumerate(keys) if key in set(among)]
        keys, profiles = [keys[index] for index in chosen], profiles[chosen]
    if weights.std() == 0:
        return keys[0]
    return keys[int(np.argmax(profiles @ (weights - weights.mean())))]


@cache
def _every_key() -> tuple[list[Key], NDArray[np.float64]]:
    """Return the 24 keys and their profiles (24, 12), each of mean 0 and length 1."""
    keys = [Key(tonic, mode) for mode in MODES for tonic in range(12)]
    profiles = np.stack([np.roll(_PROFILES[key.mode], key.tonic) for key in keys])
    profiles = profiles - profiles.mean(axis=1, keepdims=True)
    return keys, profiles / np.linalg.norm(profiles, axis=1, keepdims=True)
