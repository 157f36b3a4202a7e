"""Filling in what a file does not say: key, chords and sections."""

from __future__ import annotations

import re
from string import ascii_uppercase

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.music.harmony import estimate_chords, pitch_class_weights, sounding_notes
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import KeyMark, Piece, Section
from antiphon.music.structure import find_sections

_MIN_SECTIONS = 3
_ENDINGS = ("ending", "outro", "coda", "conclusion", "end", "finale")
_AS_GOOD = 0.02  # a written key may fit this much less of the music than the estimated one


def complete(piece: Piece) -> Piece:
    """Give a piece with roles its key, chords and sections where it has none; returns it.

    A written key is believed where the notes do not speak against it: many files say C major
    only because nobody said anything.

    Raises:
        AntiphonError: it has no note.
    """
    if not piece.n_notes:
        raise AntiphonError("It has no notes that a part could play.")
    weights = pitch_class_weights(sounding_notes(piece))
    key = estimate_key(weights)
    if key is None:
        piece.keys = piece.keys or [KeyMark(0, Key(0))]
    elif not piece.keys or _fit(weights, piece.keys[0].key) + _AS_GOOD < _fit(weights, key):
        piece.keys = [KeyMark(0, key)]
    if not any(span.chord for span in piece.chords):
        piece.chords = estimate_chords(piece, piece.keys[0].key if len(piece.keys) == 1 else None)
    piece.sections = lettered(piece.sections, piece.n_bars) or find_sections(piece)
    return piece


def lettered(sections: list[Section], n_bars: int) -> list[Section]:
    """Return a file's own sections with letters for names; none unless they tell a form.

    ``Verse 1`` and ``Verse 2`` are the same letter; ``Intro`` and ``Outro`` become intro and
    ending. Bars before the first section join it. Fewer than three sections, or one name only,
    tell no form: many a marker is but a title.
    """
    names = [_plain(section.label) for section in sections]
    if len(sections) < _MIN_SECTIONS or len(set(names)) < 2:
        return []
    letters: dict[str, str] = {}
    found: list[Section] = []
    for index, (section, name) in enumerate(zip(sections, names, strict=True)):
        label = "intro" if index == 0 and name.startswith("intro") else ""
        label = "ending" if index == len(names) - 1 and name in _ENDINGS else label
        label = label or letters.setdefault(name, ascii_uppercase[len(letters) % 26])
        start = section.start if found else 0
        stop = sections[index + 1].start if index + 1 < len(sections) else n_bars
        found.append(Section(start, stop - start, label))
    return [section for section in found if section.n_bars > 0]


def _plain(label: str) -> str:
    """Return a section's name without number and repetition: ``re-intro 2`` is ``intro``."""
    return re.sub(r"^re-?", "", re.sub(r"[\W\d_]+$", "", label.lower().strip()))


def _fit(weights: np.ndarray, key: Key) -> float:
    """Return the share of the sounding time that lies in the key's scale."""
    return float(weights[list(key.scale)].sum() / weights.sum())
