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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
_N_CHORDS = 12 * len(QUALITY_NAMES) + 1
_PAIR = MATCHES**2 + 1  # how far two parts match a lag, or that there is none
# groups of relations: from what is held and what is fresh in each part, from each part's latest
# note, from the note at this place of each lag and the same moved with the chord, by how far the
# part has been the same, from the root
_LAGGED = N_LAGS * MATCHES
_RELATED = (N_PARTS, N_PARTS, N_PARTS, _LAGGED, _LAGGED, len(QUALITY_NAMES))
N_RELATIONS = N_PARTS * sum(_RELATED)
N_RETURNS = N_LAGS * MATCHES * N_PARTS  # groups of places where parts would go on as before

# entries, and values (n,) or (n, k) that share them; or the entries of each of g columns, and
# values (n, k, g) of which each has entries of its own
Columns = list[tuple[int | tuple[int, ...], Ints]]


@dataclass
class Harmony:
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
    chord = 1 + root * len(QUALITY_NAMES) + rows[..., 1]
    chord, root, bass = (np.where(silent, 0, x) for x in (chord, root + 1, bass + 1))
    return Harmony(chord, root, bass, shift + 6)


def step_facts(standing: Standing, harmony: Harmony) -> Ints:
    """Return (n, F) facts before a cell is chosen."""
    return joined(_step_columns(standing, harmony))


def pitch_facts(standing: Standing, choice: Choice, harmony: Harmony) -> Ints:
    """Return (n, F) facts before a pitch is chosen, its cell being known."""
    return joined(_pitch_columns(standing, choice, harmony))


def length_facts(standing: Standing, choice: Choice, row: Ints, harmony: Harmony) -> Ints:
    """Return (n, F) facts before duration and loudness are chosen, cell and row being known."""
    return joined(_length_columns(standing, choice, row, harmony))


def table_sizes() -> tuple[int, int, int]:
    """Return how many entries the tables of the three kinds of facts have."""
    n, many, lags = np.zeros(0, np.int64), np.zeros((0, N_PARTS), np.int64), np.zeros((0, N_LAGS))
    lag, held = lags.astype(np.int64), np.zeros((0, N_HELD), np.int64)
    match = np.zeros((0, N_LAGS, N_PARTS), np.int64)
    standing = Standing(n, n, n, n, n, many, many, many, lag, lag, lag, lag, match, match, n)
    choice = Choice(n, n, lag, lag, lag, held, held)
    empty = np.zeros((1, MAX_BEATS), np.int64)
    harmony = Harmony(empty, empty, empty, n)
    columns = (
        _step_columns(standing, harmony),
        _pitch_columns(standing, choice, harmony),
        _length_columns(standing, choice, n, harmony),
    )
    first, second, third = (n_entries(c) for c in columns)
    return first, second, third


def n_entries(columns: Columns) -> int:
    """Return how many entries the table of these facts has."""
    return sum(
        entries if isinstance(entries, int) else sum(entries) * values.shape[1]
        for entries, values in columns
    )


def joined(columns: Columns) -> Ints:
    """Return facts as indices into one table, every column with a range of its own."""
    out, bases, base = [], [], 0
    for entries, values in columns:
        n = len(values)
        if isinstance(entries, int):
            width = values.shape[1] if values.ndim > 1 else 1
            bases += [base] * width
            base += entries
        else:
            width = values.shape[1] * len(entries)
            for size in entries * values.shape[1]:
                bases.append(base)
                base += size
        out.append(values.reshape(n, width))
    facts = np.concatenate(out, axis=1)
    facts += np.array(bases)
    return facts


def _beat(cell: Ints) -> Ints:
    """Return the beat of a cell; the first at the beginning of a bar."""
    return np.where(cell == END, 0, cell // N_PARTS // SLOTS_PER_BEAT)


def _step_columns(s: Standing, harmony: Harmony) -> Columns:
    begun = s.cell != END
    beat = _beat(s.cell)
    following = np.minimum(beat + 1, MAX_BEATS - 1)
    part = np.where(begun, s.cell % N_PARTS, 0)
    columns: Columns = [
        (N_CELLS + 1, s.cell),
        (1 + N_PARTS * N_PITCHES, np.where(begun, 1 + part * N_PITCHES + s.row, 0)),
        (1 + N_DURATIONS, np.where(begun, 1 + s.duration, 0)),
        (1 + N_LOUDNESS, np.where(begun, 1 + s.loudness, 0)),
        (_N_CHORDS, harmony.chord[s.bar, beat]),
        (_N_CHORDS, harmony.chord[s.bar, following]),
        (13, harmony.bass[s.bar, beat]),
        (13, harmony.bass[s.bar, following]),
        (40, np.minimum(s.count, 39)),
    ]
    clocks = np.stack([_clock(s.left), _clock(s.since // 2), s.last + 1], axis=-1)
    columns.append(((_CLOCK, _CLOCK, 1 + N_PITCHES), clocks))  # (n, M, 3)
    there = s.lag_bar >= 0  # (n, L)
    ends = s.ahead_cell == END
    row = np.where(ends, 1, 2 + s.ahead_cell % N_PARTS * N_PITCHES + s.ahead_row)
    ahead = _beat(np.where(ends, s.cell[:, None], s.ahead_cell))
    looked = [
        np.where(there, 1 + s.ahead_cell, 0),
        np.where(there, row, 0),
        np.where(there & ~ends, 1 + s.ahead_duration, 0),
        _turned(s, ahead, harmony),
    ]
    sizes = (N_CELLS + 2, 2 + N_PARTS * N_PITCHES, 1 + N_DURATIONS, 14)
    columns.append((sizes, np.stack(looked, axis=-1)))
    pairs = s.match[..., ::2] * MATCHES + s.match[..., 1::2]  # (n, L, M / 2)
    columns.append(((_PAIR,) * (N_PARTS // 2), np.where(there[..., None], 1 + pairs, 0)))
    columns.append((12, harmony.home[s.bar]))
    return columns


def _clock(slots: Ints) -> Ints:
    return np.clip(slots, 0, _CLOCK - 1)


def _turned(s: Standing, beat: Ints, harmony: Harmony) -> Ints:
    """Return (n, L) 0 where a lag or a chord is not there, else 1 + how far its root has moved.

    Args:
        beat: (n, L) beats that are compared.
    """
    then, now = harmony.root[s.lag_bar, beat], harmony.root[s.bar[:, None], beat]
    known = (s.lag_bar >= 0) & (then > 0) & (now > 0)
    return np.where(known, 1 + (now - then) % 12, 0)


def _pitch_columns(s: Standing, c: Choice, harmony: Harmony) -> Columns:
    part, beat = c.cell % N_PARTS, _beat(c.cell)
    columns: Columns = [
        (N_CELLS + 1, c.cell),
        (N_PARTS * _N_CHORDS, part * _N_CHORDS + harmony.chord[s.bar, beat]),
        (N_PARTS * 13, part * 13 + harmony.bass[s.bar, beat]),
        (N_PARTS * (1 + N_PITCHES), part * (1 + N_PITCHES) + c.row + 1),
        (N_PARTS * 25, part * 25 + np.clip(s.since[np.arange(len(part)), part] // 2, 0, 24)),
    ]
    rows, own = 1 + N_PITCHES, part[:, None] * (1 + N_PITCHES) + 1
    columns.append(((N_PARTS * rows,), (own + s.last)[..., None]))  # (n, M, 1)
    turned = _turned(s, np.repeat(beat[:, None], N_LAGS, axis=1), harmony)
    twins = [own + c.twin_row, np.where(c.twin_row == NO_ROW, 0, turned)]
    columns.append(((N_PARTS * rows, 14), np.stack(twins, axis=-1)))  # (n, L, 2)
    columns += [(1 + N_PARTS * N_PITCHES, sounding + 1) for sounding in (c.held, c.fresh)]
    columns.append((N_PARTS * (1 + MATCHES), part[:, None] * (1 + MATCHES) + _own_match(s, part)))
    columns.append((N_PARTS * 12, part * 12 + harmony.home[s.bar]))
    return columns


def _match_of_part(s: Standing, part: Ints) -> Ints:
    """Return (n, L) how far a part has matched each lag."""
    return np.take_along_axis(s.match, part[:, None, None], axis=-1)[..., 0]


def _own_match(s: Standing, part: Ints) -> Ints:
    """Return (n, L) how far a part has matched each lag, from 1 on; 0 where there is none."""
    return np.where(s.lag_bar >= 0, 1 + _match_of_part(s, part), 0)


def cell_returns(s: Standing) -> Ints:
    """Return (n, M, L) where each part would go on as before: group × (slots + 1) + slot.

    The slot behind the last stands for the end of the bar; where there is nothing to look back
    at stands the index behind all.
    """
    lags = np.arange(N_LAGS)[:, None] * MATCHES * N_PARTS
    group = lags + s.match * N_PARTS + np.arange(N_PARTS)  # (n, L, M)
    index = group * (N_SLOTS + 1) + s.ahead_slot
    there = (s.lag_bar >= 0)[..., None]
    return np.where(there, index, N_RETURNS * (N_SLOTS + 1)).swapaxes(1, 2)


def pitch_relations(s: Standing, c: Choice, harmony: Harmony) -> Ints:
    """Return (n, R) where a pitch is seen from: group × P + row, the last index where nothing is.

    Every pair of parts, every lag by how far the part has been the same, and every quality of
    chord is a group of its own.
    """
    n = len(c.cell)
    part, beat = c.cell % N_PARTS, _beat(c.cell)
    parts = np.arange(N_PARTS)[None]
    lags = np.arange(N_LAGS)[None] * MATCHES + _match_of_part(s, part)  # (n, L)
    turned = _turned(s, np.repeat(beat[:, None], N_LAGS, axis=1), harmony)
    moved = np.where(turned > 0, c.twin_row + (turned + 4) % 12 - 5, NO_ROW)
    moved = np.where((c.twin_row == NO_ROW) | (moved >= N_PITCHES), NO_ROW, moved)
    root, chord = harmony.root[s.bar, beat], harmony.chord[s.bar, beat]
    seen = [
        (c.held // N_PITCHES, np.where(c.held < 0, NO_ROW, c.held % N_PITCHES)),
        (c.fresh // N_PITCHES, np.where(c.fresh < 0, NO_ROW, c.fresh % N_PITCHES)),
        (np.broadcast_to(parts, (n, N_PARTS)), s.last),
        (lags, c.twin_row),
        (lags, np.maximum(moved, NO_ROW)),
        (
            ((chord - 1) % len(QUALITY_NAMES))[:, None],
            np.where(chord > 0, (root - 1 - LOW_PITCH) % 12, NO_ROW)[:, None],
        ),
    ]
    found, base = [], 0
    for size, (group, row) in zip(_RELATED, seen, strict=True):
        index = (base + part[:, None] * size + group) * N_PITCHES + row
        found.append(np.where(row == NO_ROW, N_RELATIONS * N_PITCHES, index))
        base += N_PARTS * size
    return np.concatenate(found, axis=1)


def _length_columns(s: Standing, c: Choice, row: Ints, harmony: Harmony) -> Columns:
    part, beat = c.cell % N_PARTS, _beat(c.cell)
    stacked = (s.cell == c.cell) & (c.row != NO_ROW)
    changed = (
        harmony.chord[s.bar, np.minimum(beat + 1, MAX_BEATS - 1)] != (harmony.chord[s.bar, beat])
    )
    columns: Columns = [
        (N_CELLS + 1, c.cell),
        (N_PARTS * N_PITCHES, part * N_PITCHES + row),
        (1 + N_DURATIONS, np.where(stacked, 1 + s.duration, 0)),
        (1 + N_LOUDNESS, np.where(s.cell != END, 1 + s.loudness, 0)),
        (2, changed.astype(np.int64)),
        (_N_CHORDS, harmony.chord[s.bar, beat]),
    ]
    there = c.twin_row != NO_ROW
    twins = [np.where(there, 1 + x, 0) for x in (c.twin_duration, c.twin_loudness)]
    columns.append(((1 + N_DURATIONS, 1 + N_LOUDNESS), np.stack(twins, axis=-1)))  # (n, L, 2)
    return columns
