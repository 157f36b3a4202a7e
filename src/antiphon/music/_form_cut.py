"""Cutting a piece into sections and telling which return: the loops of `structure`, compiled.

Shapes: N bars of a stretch, L longest section in bars, K letters in use. Where sections lie is
told by rows of (first bar, bars).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

MAX_SECTION_BARS = 16
_SECTION_COST = 1.5  # what one more section must bring
# what a section of 1 … 16 bars must bring
_COST = _SECTION_COST + np.array(
    [3.0, 1.6, 2.2, 0.5, 1.2, 0.8, 0.9, 0.0, 0.6, 0.6, 1.1, 0.6, 1.3, 1.1, 1.4, 0.8]
)
_NOVELTY_GAIN = 2.5
_REPETITION_GAIN = 0.5
_KERNEL = 8  # bars before and after a boundary that are compared


@compiled
def novelty_of(likeness: Floats) -> Floats:
    """Return (N + 1,) how much the music changes at each bar line, 0 at the edges."""
    n_bars = len(likeness)
    area = np.zeros((n_bars + 1, n_bars + 1))  # sums of all cells above and to the left
    columns = np.zeros(n_bars)
    for row in range(n_bars):
        total = 0.0
        for column in range(n_bars):
            columns[column] += likeness[row, column]
            total += columns[column]
            area[row + 1, column + 1] = total
    novelty = np.zeros(n_bars + 1)
    for line in range(1, n_bars):
        first, last = max(line - _KERNEL, 0), min(line + _KERNEL, n_bars)
        before, after = line - first, last - line
        above = area[line, line] - area[first, line] - area[line, first] + area[first, first]
        below = area[last, last] - area[line, last] - area[last, line] + area[line, line]
        across = area[line, last] - area[first, last] - area[line, line] + area[first, line]
        within = (above / (before * before) + below / (after * after)) / 2
        novelty[line] = max(within - across / (before * after), 0.0)
    return novelty


@compiled
def repetition_of(likeness: Floats) -> Floats:
    """Return (L, N): the likeness of 1 … L bars from each on to their best copy elsewhere.

    A copy does not overlap what it copies; 0 where there is none.
    """
    n_bars = len(likeness)
    found = np.zeros((MAX_SECTION_BARS, n_bars))
    diagonal, total = np.empty(n_bars), np.empty(n_bars)
    for apart in range(1, n_bars):
        n_pairs = n_bars - apart
        for bar in range(n_pairs):
            diagonal[bar] = likeness[bar, bar + apart]
            total[bar] = 0.0
        for length in range(min(MAX_SECTION_BARS, apart, n_pairs)):
            best = found[length]
            for bar in range(n_pairs - length):
                total[bar] += diagonal[bar + length]
                if total[bar] > best[bar]:
                    best[bar] = total[bar]
                if total[bar] > best[bar + apart]:
                    best[bar + apart] = total[bar]
    return found / np.arange(1, MAX_SECTION_BARS + 1).reshape(-1, 1)


@compiled
def cut(likeness: Floats, usual: float) -> Places:
    """Return (n, 2) the sections that score best together, by dynamic programming.

    Args:
        likeness: (N, N) how alike every two bars are.
        usual: how alike two bars usually are.
    """
    n_bars = len(likeness)
    novelty, copies = novelty_of(likeness), repetition_of(likeness)
    scale = max(np.sort(novelty)[n_bars * 9 // 10], 0.05)
    best = np.full(n_bars + 1, -np.inf)
    best[0] = 0.0
    came_from = np.zeros(n_bars + 1, np.int64)
    for start in range(n_bars):
        gain = _NOVELTY_GAIN * min(max(novelty[start] / scale - 0.3, 0.0), 1.0)
        for length in range(1, min(MAX_SECTION_BARS, n_bars - start) + 1):
            alike = max(copies[length - 1, start] - usual, 0.0) * length
            score = best[start] + (gain + _REPETITION_GAIN * alike - _COST[length - 1])
            if score > best[start + length]:
                best[start + length], came_from[start + length] = score, start
    n_sections, stop = 0, n_bars
    while stop:
        n_sections, stop = n_sections + 1, came_from[stop]
    sections, stop = np.zeros((n_sections, 2), np.int64), n_bars
    for section in range(n_sections - 1, -1, -1):
        start = came_from[stop]
        sections[section, 0], sections[section, 1] = start, stop - start
        stop = start
    return sections


@compiled
def letters_of(
    likeness: Floats, sections: Places, known: Places, enough: float, max_letters: int
) -> tuple[Places, Places]:
    """Return (n,) the letter of each section, and (K, 2) where each letter's first section lies.

    A section takes the letter of the one that it is likest to, where that is enough; else, as
    long as there are letters, the next one.

    Args:
        likeness: (N, M + N) of each bar to M bars of earlier stretches, and to every bar.
        sections: (n, 2) of these bars.
        known: (K, 2) where, among the M bars, the first sections of the letters in use lie.
        enough: likeness from which on a section returns.
        max_letters: how many letters there may be.
    """
    n_before, n_known = likeness.shape[1] - len(likeness), len(known)
    firsts = np.empty((n_known + len(sections), 2), np.int64)
    firsts[:n_known] = known
    letters = np.empty(len(sections), np.int64)
    for section in range(len(sections)):
        start, length = sections[section]
        highest, likest = -np.inf, 0
        for letter in range(n_known):
            first, n_columns = firsts[letter]
            score = section_likeness(likeness, start, length, first, n_columns)
            if score > highest:
                highest, likest = score, letter
        if highest < enough and n_known < max_letters:
            firsts[n_known, 0], firsts[n_known, 1] = n_before + start, length
            likest, n_known = n_known, n_known + 1
        letters[section] = likest
    return letters, firsts[:n_known]


@compiled
def section_likeness(likeness: Floats, row: int, n_rows: int, column: int, n_columns: int) -> float:
    """Return how alike two sections are where the shorter fits the longer best.

    0 where the longer has more than twice the bars: a phrase is not the whole section.
    """
    short, long = min(n_rows, n_columns), max(n_rows, n_columns)
    if 2 * short < long:
        return 0.0
    best = -np.inf
    for shift in range(long - short + 1):
        down, right = (shift, 0) if n_rows > n_columns else (0, shift)
        total = 0.0
        for bar in range(short):
            total += likeness[row + down + bar, column + right + bar]
        best = max(best, total)
    return best / short
