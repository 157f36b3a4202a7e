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

from antiphon.music.harmony import chroma
from antiphon.music.piece import Notes, Piece, Section, together

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

MAX_SECTION_BARS = 16
_LENGTH_COST = {
    1: 3.0, 2: 1.6, 3: 2.2, 4: 0.5, 5: 1.2, 6: 0.8, 7: 0.9, 8: 0.0, 9: 0.6, 10: 0.6,
    11: 1.1, 12: 0.6, 13: 1.3, 14: 1.1, 15: 1.4, 16: 0.8,
}  # fmt: skip
_SECTION_COST = 1.5  # what one more section must bring
_NOVELTY_GAIN = 2.5
_REPETITION_GAIN = 0.5
_RULED_OUT = -1e6
_KERNEL = 8  # bars before and after a boundary that are compared
_CHORDS, _MELODY, _RHYTHM, _TEXTURE = 0.4, 0.3, 0.15, 0.15  # shares of likeness


def find_sections(piece: Piece) -> list[Section]:
    """Return the sections of a piece, in order and without gaps.

    The same letter means the same material returning: harmony, melody and rhythm alike.
    ``intro`` and ``ending`` are a head and a tail in which the melody is silent; a piece
    without a track of role ``melody`` has neither. Deterministic.
    """
    starts = piece.bar_starts()
    n_bars = len(starts) - 1
    if not piece.n_notes:
        return [Section(0, n_bars, "A")]
    melody, others = _parts(piece)
    likeness = bar_likeness(piece, starts, melody, others)
    first, last = _melody_extent(melody, starts) if len(melody) and len(others) else (0, n_bars)
    inner = likeness[first:last, first:last]
    usual, strong = _levels(inner)
    lengths = _cut(inner, usual)
    sections = [Section(0, first, "intro")] if first else []
    sections += [
        Section(start + first, length, label)
        for (start, length), label in zip(
            lengths, _labels(inner, lengths, usual, strong), strict=True
        )
    ]
    if last < n_bars:
        sections.append(Section(last, n_bars - last, "ending"))
    return sections


def _parts(piece: Piece) -> tuple[Notes, Notes]:
    """Return the melody's notes and all others, drums among them."""
    melody = [t.notes for t in piece.tracks if t.role == "melody"]
    others = [t.notes for t in piece.tracks if t.role != "melody" and not t.is_drum]
    others = others or [t.notes for t in piece.tracks if t.is_drum]
    return together(melody), together(others)


def _melody_extent(melody: Notes, starts: NDArray[np.int64]) -> tuple[int, int]:
    """Return the first bar of the melody proper (a pickup is none) and the bar after its last."""
    n_bars = len(starts) - 1
    lengths = np.diff(starts)
    onset_bar = _bar_of(melody["onset"], starts)
    early = melody["onset"] - starts[onset_bar] < lengths[onset_bar] / 2
    first = int(onset_bar[early].min(initial=int(onset_bar.min()) + 1))
    ends = melody["onset"] + melody["duration"]
    # the final note may hang over; a bar of which it fills less than half belongs to the ending
    end_bar = np.clip(np.searchsorted(starts, ends, side="left") - 1, 0, n_bars - 1)
    full = ends - starts[end_bar] >= lengths[end_bar] / 2
    last = max(int(end_bar[full].max(initial=0)), int(onset_bar.max())) + 1
    return min(first, n_bars - 1, last - 1), last


def bar_likeness(
    piece: Piece, starts: NDArray[np.int64], melody: Notes, others: Notes
) -> NDArray[np.float64]:
    """Return how alike every two bars are, (N, N), 0 … 1, 1 on the diagonal."""
    n_bars = len(starts) - 1
    halves = np.empty(2 * n_bars + 1, dtype=np.int64)
    halves[::2], halves[1::2] = starts, (starts[:-1] + starts[1:]) // 2
    sung, around = chroma(melody, halves), chroma(others, halves)
    parts = [
        (_CHORDS, (sung + around).reshape(n_bars, -1)),
        (_MELODY, sung.reshape(n_bars, -1)),
        (_RHYTHM, _onsets(melody, starts)),
        (_TEXTURE, _onsets(others, starts)),
    ]
    heard = [(share, features) for share, features in parts if features.any()]
    if not heard:
        return np.ones((n_bars, n_bars))
    total = sum(share for share, _ in heard)
    rows = np.concatenate([np.sqrt(share / total) * _unit(f) for share, f in heard], axis=1)
    return np.asarray(rows @ rows.T)


def _onsets(notes: Notes, starts: NDArray[np.int64], n_places: int = 8) -> Floats:
    """Return (N, n_places) how many notes begin at each place of a bar."""
    n_bars = len(starts) - 1
    bar = _bar_of(notes["onset"], starts)
    place = (notes["onset"] - starts[bar]) * n_places // (starts[bar + 1] - starts[bar])
    cell = bar * n_places + np.minimum(np.maximum(place, 0), n_places - 1)
    return np.bincount(cell, minlength=n_bars * n_places).reshape(n_bars, n_places).astype(float)


def _bar_of(steps: NDArray[np.integer], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bar each step lies in; the first before, and the last after all bars."""
    bar = np.searchsorted(starts, steps, side="right") - 1
    return np.minimum(np.maximum(bar, 0), len(starts) - 2)


def _unit(features: Floats) -> Floats:
    """Return (N, D + 1) rows of length 1; all silent bars are alike and unlike any other."""
    norm = np.sqrt(np.einsum("nd,nd->n", features, features))[:, None]
    return np.concatenate([features / np.maximum(norm, 1e-9), norm == 0], axis=1)


def _levels(likeness: Floats) -> tuple[float, float]:
    """Return how alike two bars usually are (median), and how alike copies are (97 in 100)."""
    values = likeness.ravel()
    places = [len(values) // 2, len(values) * 97 // 100]
    ordered = np.partition(values, places)
    return float(ordered[places[0]]), float(ordered[places[1]])


def _novelty(likeness: Floats) -> Floats:
    """Return (N + 1,) how much the music changes at each bar line, 0 at the edges."""
    n_bars = len(likeness)
    area = np.zeros((n_bars + 1, n_bars + 1))
    area[1:, 1:] = likeness.cumsum(axis=0).cumsum(axis=1)

    line = np.arange(1, n_bars)
    first = np.maximum(line - _KERNEL, 0), line  # bars before the line
    then = line, np.minimum(line + _KERNEL, n_bars)  # bars after it

    def mean(rows: tuple[Places, Places], columns: tuple[Places, Places]) -> Floats:
        (a, b), (c, d) = rows, columns
        return (area[b, d] - area[a, d] - area[b, c] + area[a, c]) / ((b - a) * (d - c))

    within = (mean(first, first) + mean(then, then)) / 2
    novelty = np.zeros(n_bars + 1)
    novelty[1:-1] = np.maximum(within - mean(first, then), 0)
    return novelty


def _repetition(likeness: Floats) -> Floats:
    """Return (N, L + 1): the likeness of the L bars from each on to their best copy elsewhere."""
    n_bars = len(likeness)
    found = np.zeros((n_bars, MAX_SECTION_BARS + 1))
    total = likeness.copy()
    cells = total.reshape(-1)  # a diagonal is every (n_bars + 1)th of them
    for length in range(1, min(MAX_SECTION_BARS, n_bars) + 1):
        n = n_bars - length + 1
        if length > 1:
            total[:n, :n] += likeness[length - 1 :, length - 1 :]
        # a copy must not overlap what it copies: rule out the next two diagonals
        reach = max(n - length + 1, 0) * (n_bars + 1)
        for near in (length - 1, (length - 1) * n_bars):
            cells[near : near + reach : n_bars + 1] = _RULED_OUT
        # likeness is symmetric: of columns the greatest is found quicker
        found[:n, length] = np.maximum.reduce(total[:n, :n], axis=0) / length
    return found


def _cut(likeness: Floats, usual: float) -> list[tuple[int, int]]:
    """Return (start, length) of the sections that score best together."""
    n_bars = len(likeness)
    novelty, copies = _novelty(likeness), _repetition(likeness)
    scale = max(float(np.sort(novelty)[n_bars * 9 // 10]), 0.05)
    gain = _NOVELTY_GAIN * np.clip(novelty / scale - 0.3, 0.0, 1.0)
    lengths = np.arange(1, MAX_SECTION_BARS + 1)
    cost = np.array([_LENGTH_COST[n] for n in lengths.tolist()]) + _SECTION_COST
    alike = np.maximum(copies[:, 1:] - usual, 0) * lengths
    # plain lists: a few thousand scalar steps are quicker so than as arrays
    worth = (gain[:-1, None] + _REPETITION_GAIN * alike - cost).tolist()
    best = [0.0] + [-np.inf] * n_bars
    came_from = [0] * (n_bars + 1)
    for start, row in enumerate(worth):
        so_far = best[start]
        for stop, score in enumerate(row[: n_bars - start], start + 1):
            if so_far + score > best[stop]:
                best[stop], came_from[stop] = so_far + score, start
    cut = []
    stop = n_bars
    while stop:
        start = came_from[stop]
        cut.append((start, stop - start))
        stop = start
    return cut[::-1]


def _labels(likeness: Floats, cut: list[tuple[int, int]], usual: float, strong: float) -> list[str]:
    """Return a letter for each section; a section takes that of the one it repeats."""
    enough = min(max(usual + 0.45 * (strong - usual), 0.6), 0.8)
    first_of: list[int] = []
    labels = []
    for index, section in enumerate(cut):
        scores = [_section_likeness(likeness, section, cut[other]) for other in first_of]
        if scores and max(scores) >= enough:
            letter = scores.index(max(scores))
        else:
            letter = len(first_of)
            first_of.append(index)
        labels.append(_letter(letter))
    return labels


def _section_likeness(likeness: Floats, one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return how alike two (start, length) sections are where the shorter fits the longer best.

    0 where the longer has more than twice the bars: a phrase is not the whole section.
    """
    (start, short), (long_start, long) = (one, other) if one[1] <= other[1] else (other, one)
    if 2 * short < long:
        return 0.0
    n_bars = len(likeness)
    cells = likeness.reshape(-1)  # a diagonal is every (n_bars + 1)th of them
    first = start * n_bars + long_start
    last = first + short * (n_bars + 1) - n_bars
    shifts = range(long - short + 1)
    total = max(np.add.reduce(cells[first + s : last + s : n_bars + 1]) for s in shifts)
    return float(total) / short


def _letter(index: int) -> str:
    """Return A, B … Z, AA, AB …"""
    high, low = divmod(index, len(ascii_uppercase))
    return (_letter(high - 1) if high else "") + ascii_uppercase[low]
