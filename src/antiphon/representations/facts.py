"""Facts: what a writer is told before each choice, as whole numbers that index tables.

Before a cell, a pitch and a length are chosen, everything a writer would look at is told:
the note before, chords, what still sounds, where each part stands, what stood at this place
one, two, four and eight bars ago and in the first time of a section that returns (an idea of
Magenta's Lookback RNN, here by place instead of by time), and how far this bar has been the
same as those so far. Facts index a table of embeddings; relations index a table of how likely
each pitch is, seen from another pitch, and returns a table of how likely each slot is, seen from
where a part would go on as before.

Shapes: n tokens, M parts, L lags, P pitches, N bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled
from antiphon.representations.bars import (
    MAX_BEATS,
    N_SLOTS,
    NO_CHORD,
    QUALITY_NAMES,
    SLOTS_PER_BEAT,
    home_shift,
)
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES
from antiphon.representations.score import (
    END,
    MATCHES,
    N_CELLS,
    N_DURATIONS,
    N_HELD,
    N_LAGS,
    N_LOUDNESS,
    N_PARTS,
    NO_ROW,
    Choice,
    Ints,
    Standing,
)

_CLOCK = 25  # classes of a time in slots
_MAX_COUNT = 40  # classes of how many tokens a bar has
_N_CHORDS = 12 * len(QUALITY_NAMES) + 1
_PAIR = MATCHES**2 + 1  # how far two parts match a lag, or that there is none
# groups of relations: from what is held and what is fresh in each part, from each part's latest
# note, from the note at this place of each lag and the same moved with the chord, by how far the
# part has been the same, from the root
_LAGGED = N_LAGS * MATCHES
_RELATED = (N_PARTS, N_PARTS, N_PARTS, _LAGGED, _LAGGED, len(QUALITY_NAMES))
N_RELATIONS = N_PARTS * sum(_RELATED)
N_RETURNS = N_LAGS * MATCHES * N_PARTS  # groups of places where parts would go on as before

_N_QUALITIES = len(QUALITY_NAMES)
_VOICES = N_PARTS * N_PITCHES
_ROWS = 1 + N_PITCHES  # that there is none, or which
_TURNS = 14  # that there is none, or how many semitones a root has moved

# Facts of each kind in their order: how many entries of the table a fact has for itself, and
# by how many facts in a row they are shared.
_STEP = [
    *((n, 1) for n in (N_CELLS + 1, 1 + _VOICES, 1 + N_DURATIONS, 1 + N_LOUDNESS)),
    *((n, 1) for n in (_N_CHORDS, _N_CHORDS, 13, 13, _MAX_COUNT)),
    *((n, 1) for _ in range(N_PARTS) for n in (_CLOCK, _CLOCK, _ROWS)),
    *((n, 1) for _ in range(N_LAGS) for n in (N_CELLS + 2, 2 + _VOICES, 1 + N_DURATIONS, _TURNS)),
    *((_PAIR, 1) for _ in range(N_LAGS * N_PARTS // 2)),
    (12, 1),
]
_PITCH = [
    *((n, 1) for n in (N_CELLS + 1, N_PARTS * _N_CHORDS, N_PARTS * 13)),
    *((n, 1) for n in (N_PARTS * _ROWS, N_PARTS * _CLOCK)),
    *((N_PARTS * _ROWS, 1) for _ in range(N_PARTS)),
    *((n, 1) for _ in range(N_LAGS) for n in (N_PARTS * _ROWS, _TURNS)),
    *((n, N_HELD) for n in (1 + _VOICES, 1 + _VOICES)),
    (N_PARTS * (1 + MATCHES), N_LAGS),
    (N_PARTS * 12, 1),
]
_LENGTH = [
    *((n, 1) for n in (N_CELLS + 1, _VOICES, 1 + N_DURATIONS, 1 + N_LOUDNESS, 2, _N_CHORDS)),
    *((n, 1) for _ in range(N_LAGS) for n in (1 + N_DURATIONS, 1 + N_LOUDNESS)),
]


def _bases(layout: Sequence[tuple[int, int]]) -> Ints:
    """Return (F,) where the entries of each fact begin in the table."""
    sizes, shared = np.array(layout).T
    return np.repeat(np.cumsum(sizes) - sizes, shared)


_STEP_BASES, _PITCH_BASES, _LENGTH_BASES = (_bases(x) for x in (_STEP, _PITCH, _LENGTH))


def table_sizes() -> tuple[int, int, int]:
    """Return how many entries the tables of the three kinds of facts have."""
    first, second, third = (sum(n for n, _ in layout) for layout in (_STEP, _PITCH, _LENGTH))
    return first, second, third


class Harmony(NamedTuple):
    """Chords of bars by beat: `chord` and `root` and `bass` (N, 4); 0 where there is none.

    `home` (N,) is how far notes were moved into the home key, 0 to 11: how high they sound.
    """

    chord: Ints
    root: Ints
    bass: Ints
    home: Ints


def harmony_of(bars: NDArray[np.void]) -> Harmony:
    """Return the chords of bars in their home key, as numbers from 1 on."""
    rows = bars["chords"].astype(np.int64)  # (N, 4, 3)
    silent = rows[..., 0] == NO_CHORD
    shift = home_shift(bars["tonic"], bars["minor"]).astype(np.int64)
    root, bass = ((rows[..., column] + shift[:, None]) % 12 for column in (0, 2))
    chord = 1 + root * _N_QUALITIES + rows[..., 1]
    chord, root, bass = (np.where(silent, 0, x) for x in (chord, root + 1, bass + 1))
    return Harmony(chord, root, bass, shift + 6)


@compiled
def _beat(cell: int) -> int:
    """Return the beat of a cell; the first at the beginning of a bar."""
    return 0 if cell == END else cell // N_PARTS // SLOTS_PER_BEAT


@compiled
def _clock(slots: int) -> int:
    return min(max(slots, 0), _CLOCK - 1)


@compiled
def _turned(harmony: Harmony, bar: int, lag_bar: int, beat: int) -> int:
    """Return 0 where a lag or a chord is not there, else 1 + how far its root has moved."""
    if lag_bar < 0:
        return 0
    then, now = harmony.root[lag_bar, beat], harmony.root[bar, beat]
    return 1 + (now - then) % 12 if then > 0 and now > 0 else 0


@compiled
def step_facts(s: Standing, harmony: Harmony) -> Ints:
    """Return (n, F) facts before a cell is chosen."""
    out = np.empty((len(s.cell), len(_STEP_BASES)), np.int64)
    for i in range(len(out)):
        cell, bar, facts = s.cell[i], s.bar[i], out[i]
        begun, beat = cell != END, _beat(cell)
        following = min(beat + 1, MAX_BEATS - 1)
        facts[0] = cell
        facts[1] = 1 + cell % N_PARTS * N_PITCHES + s.row[i] if begun else 0
        facts[2] = 1 + s.duration[i] if begun else 0
        facts[3] = 1 + s.loudness[i] if begun else 0
        facts[4], facts[5] = harmony.chord[bar, beat], harmony.chord[bar, following]
        facts[6], facts[7] = harmony.bass[bar, beat], harmony.bass[bar, following]
        facts[8] = min(s.n_written[i], _MAX_COUNT - 1)
        k = 9
        for m in range(N_PARTS):
            facts[k], facts[k + 1] = _clock(s.left[i, m]), _clock(s.since[i, m] // 2)
            facts[k + 2] = 1 + s.last[i, m]
            k += 3
        for lag in range(N_LAGS):
            _tell_ahead(s, harmony, i, lag, beat, facts[k : k + 4])
            k += 4
        for lag in range(N_LAGS):
            for m in range(0, N_PARTS, 2):
                pair = s.match[i, lag, m] * MATCHES + s.match[i, lag, m + 1]
                facts[k] = 1 + pair if s.lag_bar[i, lag] >= 0 else 0
                k += 1
        facts[k] = harmony.home[bar]
        facts += _STEP_BASES
    return out


@compiled
def _tell_ahead(s: Standing, harmony: Harmony, i: int, lag: int, beat: int, facts: Ints) -> None:
    """Write the four facts of what comes next in a bar that is looked back at."""
    facts[:] = 0
    if s.lag_bar[i, lag] < 0:
        return
    cell = s.ahead_cell[i, lag]
    facts[0], facts[1] = 1 + cell, 1
    if cell != END:
        facts[1] = 2 + cell % N_PARTS * N_PITCHES + s.ahead_row[i, lag]
        facts[2] = 1 + s.ahead_duration[i, lag]
        beat = _beat(cell)
    facts[3] = _turned(harmony, s.bar[i], s.lag_bar[i, lag], beat)


@compiled
def pitch_facts(s: Standing, c: Choice, harmony: Harmony) -> Ints:
    """Return (n, F) facts before a pitch is chosen, its cell being known."""
    out = np.empty((len(c.cell), len(_PITCH_BASES)), np.int64)
    for i in range(len(out)):
        cell, bar, facts = c.cell[i], s.bar[i], out[i]
        part, beat = cell % N_PARTS, _beat(cell)
        facts[0] = cell
        facts[1] = part * _N_CHORDS + harmony.chord[bar, beat]
        facts[2] = part * 13 + harmony.bass[bar, beat]
        facts[3] = part * _ROWS + 1 + c.row[i]
        facts[4] = part * _CLOCK + _clock(s.since[i, part] // 2)
        k = 5
        for m in range(N_PARTS):
            facts[k] = part * _ROWS + 1 + s.last[i, m]
            k += 1
        for lag in range(N_LAGS):
            row, lag_bar = c.twin_row[i, lag], s.lag_bar[i, lag]
            facts[k] = part * _ROWS + 1 + row
            facts[k + 1] = _turned(harmony, bar, lag_bar, beat) if row != NO_ROW else 0
            k += 2
        for n in range(N_HELD):
            facts[k + n], facts[k + N_HELD + n] = 1 + c.held[i, n], 1 + c.fresh[i, n]
        k += 2 * N_HELD
        for lag in range(N_LAGS):
            match = 1 + s.match[i, lag, part] if s.lag_bar[i, lag] >= 0 else 0
            facts[k + lag] = part * (1 + MATCHES) + match
        facts[k + N_LAGS] = part * 12 + harmony.home[bar]
        facts += _PITCH_BASES
    return out


@compiled
def pitch_relations(s: Standing, c: Choice, harmony: Harmony) -> Ints:
    """Return (n, R) where a pitch is seen from: group × P + row, the last index where nothing is.

    Every pair of parts, every lag by how far the part has been the same, and every quality of
    chord is a group of its own.
    """
    n_all = 2 * N_HELD + N_PARTS + 2 * N_LAGS + 1
    out = np.full((len(c.cell), n_all), N_RELATIONS * N_PITCHES, np.int64)
    for i in range(len(out)):
        cell, bar, found = c.cell[i], s.bar[i], out[i]
        part, beat = cell % N_PARTS, _beat(cell)
        k, base = 0, 0
        for sounding in (c.held, c.fresh):
            for n in range(N_HELD):
                if sounding[i, n] >= 0:
                    found[k + n] = (base + part * N_PARTS) * N_PITCHES + sounding[i, n]
            k, base = k + N_HELD, base + N_PARTS * N_PARTS
        for m in range(N_PARTS):
            if s.last[i, m] != NO_ROW:
                found[k + m] = (base + part * N_PARTS + m) * N_PITCHES + s.last[i, m]
        k, base = k + N_PARTS, base + N_PARTS * N_PARTS
        for lag in range(N_LAGS):
            row = c.twin_row[i, lag]
            if row == NO_ROW:
                continue
            group = part * _LAGGED + lag * MATCHES + s.match[i, lag, part]
            found[k + lag] = (base + group) * N_PITCHES + row
            turned = _turned(harmony, bar, s.lag_bar[i, lag], beat)
            moved = row + (turned + 4) % 12 - 5  # by a fifth at the most
            if turned > 0 and 0 <= moved < N_PITCHES:
                found[k + N_LAGS + lag] = (base + N_PARTS * _LAGGED + group) * N_PITCHES + moved
        k, base = k + 2 * N_LAGS, base + 2 * N_PARTS * _LAGGED
        chord, root = harmony.chord[bar, beat], harmony.root[bar, beat]
        if chord > 0:
            group = part * _N_QUALITIES + (chord - 1) % _N_QUALITIES
            found[k] = (base + group) * N_PITCHES + (root - 1 - LOW_PITCH) % 12
    return out


@compiled
def cell_returns(s: Standing) -> Ints:
    """Return (n, M, L) where each part would go on as before: group × (slots + 1) + slot.

    The slot behind the last stands for the end of the bar; where there is nothing to look back
    at stands the index behind all.
    """
    out = np.full((len(s.cell), N_PARTS, N_LAGS), N_RETURNS * (N_SLOTS + 1), np.int64)
    for i in range(len(out)):
        for lag in range(N_LAGS):
            if s.lag_bar[i, lag] < 0:
                continue
            for m in range(N_PARTS):
                group = (lag * MATCHES + s.match[i, lag, m]) * N_PARTS + m
                out[i, m, lag] = group * (N_SLOTS + 1) + s.ahead_slot[i, lag, m]
    return out


@compiled
def length_facts(s: Standing, c: Choice, row: Ints, harmony: Harmony) -> Ints:
    """Return (n, F) facts before duration and loudness are chosen, cell and row being known."""
    out = np.empty((len(c.cell), len(_LENGTH_BASES)), np.int64)
    for i in range(len(out)):
        cell, bar, facts = c.cell[i], s.bar[i], out[i]
        part, beat = cell % N_PARTS, _beat(cell)
        stacked = s.cell[i] == cell and c.row[i] != NO_ROW
        chord = harmony.chord[bar, beat]
        facts[0] = cell
        facts[1] = part * N_PITCHES + row[i]
        facts[2] = 1 + s.duration[i] if stacked else 0
        facts[3] = 1 + s.loudness[i] if s.cell[i] != END else 0
        facts[4] = int(harmony.chord[bar, min(beat + 1, MAX_BEATS - 1)] != chord)
        facts[5] = chord
        for lag in range(N_LAGS):
            there = c.twin_row[i, lag] != NO_ROW
            facts[6 + 2 * lag] = 1 + c.twin_duration[i, lag] if there else 0
            facts[7 + 2 * lag] = 1 + c.twin_loudness[i, lag] if there else 0
        facts += _LENGTH_BASES
    return out
