"""Finding the form of a piece: which bars make a section, and which sections return.

Idea: self-similarity of bars (Foote, ACM Multimedia 1999) and repeated diagonals (Goto, 2006);
sections are the cut of the piece that explains most by repetition with few, preferably 4, 8
or 16 bars long, parts, found exactly by dynamic programming.

Shapes: N bars, D features.
"""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from antiphon.music._form_cut import cut, letters_of
from antiphon.music._heard import extent_of, onsets, weighted
from antiphon.music.harmony import chroma
from antiphon.music.piece import Notes, Piece, Section, together

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

# bars compared with each other at once: memory grows with their square, 8 MB a table
STRETCH_BARS = 1024
MAX_LETTERS = 254  # with intro and ending as many as one byte holds
_PLACES = 8  # of a bar, at which notes begin
_CHORDS, _MELODY, _RHYTHM, _TEXTURE = 0.4, 0.3, 0.15, 0.15  # shares of likeness


def find_sections(piece: Piece) -> list[Section]:
    """Return the sections of a piece, in order and without gaps.

    The same letter means the same material returning: harmony, melody and rhythm alike.
    ``intro`` and ``ending`` are a head and a tail in which the melody is silent; a piece
    without a track of role ``melody`` has neither. Deterministic. A piece of more than
    `STRETCH_BARS` bars is cut stretch by stretch, its letters going through all of them; after
    `MAX_LETTERS` letters a section takes the one it is likest to.
    """
    starts = piece.bar_starts()
    n_bars = len(starts) - 1
    if not piece.n_notes:
        return [Section(0, n_bars, "A")]
    melody, others = _parts(piece)
    features = _features(starts, melody, others)
    first, last = 0, n_bars
    if len(melody) and len(others):
        first, last = extent_of(melody["onset"], melody["duration"], starts)
    sections = [Section(0, first, "intro")] if first else []
    sections += _lettered(features, first, last)
    if last < n_bars:
        sections.append(Section(last, n_bars - last, "ending"))
    return sections


def _lettered(features: Floats, first: int, last: int) -> list[Section]:
    """Return the sections of the bars from the first up to the last, stretch by stretch."""
    sections: list[Section] = []
    known = np.zeros((0, 2), np.int64)
    remembered = features[:0]  # the bars that each letter stands for
    for begin in range(0, len(features), STRETCH_BARS):
        rows = features[begin : begin + STRETCH_BARS]
        start, stop = max(first - begin, 0), min(last - begin, len(rows))
        if start >= stop:
            continue
        likeness = np.ascontiguousarray((rows @ rows.T)[start:stop, start:stop])
        usual, strong = _levels(likeness)
        found = cut(likeness, usual)
        enough = min(max(usual + 0.45 * (strong - usual), 0.6), 0.8)
        rows = rows[start:stop]
        if len(remembered):
            likeness = np.hstack([rows @ remembered.T, likeness])
        letters, firsts = letters_of(likeness, found, known, enough, MAX_LETTERS)
        sections += [
            Section(begin + start + at, length, _letter(letter))
            for (at, length), letter in zip(found.tolist(), letters.tolist(), strict=True)
        ]
        if stop + begin < last:
            remembered, known = _remembered(np.concatenate([remembered, rows]), firsts)
    return sections


def _remembered(rows: Floats, sections: Places) -> tuple[Floats, Places]:
    """Return the rows of some sections only, one after the other, and where these lie now."""
    starts, lengths = sections.T
    ends = np.cumsum(lengths)
    begun = ends - lengths
    kept = np.arange(ends[-1]) + np.repeat(starts - begun, lengths)
    return rows[kept], np.stack([begun, lengths], axis=1)


def _parts(piece: Piece) -> tuple[Notes, Notes]:
    """Return the melody's notes and all others, drums among them."""
    melody = [t.notes for t in piece.tracks if t.role == "melody"]
    others = [t.notes for t in piece.tracks if t.role != "melody" and not t.is_drum]
    others = others or [t.notes for t in piece.tracks if t.is_drum]
    return together(melody), together(others)


def _features(starts: NDArray[np.int64], melody: Notes, others: Notes) -> Floats:
    """Return (N, D) what is heard in each bar: the product of two rows, 0 … 1, is their likeness.

    Of bars that sound alike it is 1; so it is of all bars where nothing is heard.
    """
    n_bars = len(starts) - 1
    halves = np.empty(2 * n_bars + 1, dtype=np.int64)
    halves[::2], halves[1::2] = starts, (starts[:-1] + starts[1:]) // 2
    sung, around = chroma(melody, halves), chroma(others, halves)
    parts = [
        (_CHORDS, (sung + around).reshape(n_bars, -1)),
        (_MELODY, sung.reshape(n_bars, -1)),
        (_RHYTHM, onsets(melody["onset"], starts, _PLACES)),
        (_TEXTURE, onsets(others["onset"], starts, _PLACES)),
    ]
    heard = [(share, features) for share, features in parts if features.any()]
    if not heard:
        return np.ones((n_bars, 1))
    total = sum(share for share, _ in heard)
    return np.concatenate([weighted(f, share / total) for share, f in heard], axis=1)


def _levels(likeness: Floats) -> tuple[float, float]:
    """Return how alike two bars usually are (median), and how alike copies are (97 in 100)."""
    values = likeness.ravel()
    places = [len(values) // 2, len(values) * 97 // 100]
    ordered = np.partition(values, places)
    return float(ordered[places[0]]), float(ordered[places[1]])


def _letter(index: int) -> str:
    """Return A, B … Z, AA, AB …"""
    high, low = divmod(index, len(ascii_uppercase))
    return (_letter(high - 1) if high else "") + ascii_uppercase[low]
