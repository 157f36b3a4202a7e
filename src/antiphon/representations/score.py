"""Score: music as a row of written notes, and what is known before each of them is written.

Notes are read bar by bar in the order of slot, part and pitch; each bar ends with a token of
its own. A token is chosen in three questions: which cell (slot and part, or the end of the
bar), which pitch, how long and how loud. What is known before each question (where the writing
stands, what is known once a cell is chosen) is laid out here for a whole data set at once;
`writing` tells the same token by token, and `facts` turns both into numbers for the network.

Pitches are rows of the roll (home key, from `rolls.LOW_PITCH`). Shapes: n tokens, M parts,
L lags.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import (
    BAR_NOTE,
    N_SLOTS,
    PITCHED,
    SLOTS_PER_BEAT,
    home_shift,
)
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES, fold, owned

N_PARTS = len(PITCHED)
N_CELLS = N_SLOTS * N_PARTS
END = N_CELLS  # the cell that ends a bar
ONE_VOICE = np.array([True, False, False, True])  # by part: one note at a slot at the most
DURATIONS = np.array([*range(1, 25), 30, 36, 42, 48, 60, 72, 96])  # slots, by class
N_DURATIONS = len(DURATIONS)
LOUDNESS_STEP = 8
N_LOUDNESS = 128 // LOUDNESS_STEP
LAGS = (1, 2, 4, 8)  # bars back; one more is where a returning section was first
N_LAGS = len(LAGS) + 1
MAX_TOKENS = 72  # in a bar, its end counted
# how far a part of a bar has been the same as in a bar looked back at: nothing was written in
# either so far (and the bar before was not, or was, the same), the same so far, not the same
NEITHER, NEITHER_YET, SAME, OTHER = range(4)
MATCHES = 4
N_HELD = 12  # sounding notes that are told
KEY_SPAN = (N_CELLS + 1) * N_PITCHES  # keys of the tokens of one bar: cell × pitches + row
NO_ROW = -1
_NEVER = 10**6

Ints = NDArray[np.int64]


class Standing(NamedTuple):
    """Where the writing stands before a token; every array has n rows.

    Attributes:
        bar: index into the bars' harmony.
        cell, row, duration, loudness: of the token before, in this bar; `END`, `NO_ROW`, 0 and
            0 at the beginning of a bar. Duration and loudness are classes.
        left: (n, M) slots that each part's latest note will go on sounding.
        since: (n, M) slots since it began.
        last: (n, M) its row.
        lag_bar: (n, L) bars that are looked back at, −1 where there is none.
        ahead_cell, ahead_row, ahead_duration: (n, L) what comes next there; `END` at its end.
        ahead_slot: (n, L, M) where each part's next note begins there; `N_SLOTS` without one.
        match: (n, L, M) how far each part has been the same as there, `NEITHER` to `OTHER`.
        n_written: tokens of this bar so far.
    """

    bar: Ints
    cell: Ints
    row: Ints
    duration: Ints
    loudness: Ints
    left: Ints
    since: Ints
    last: Ints
    lag_bar: Ints
    ahead_cell: Ints
    ahead_row: Ints
    ahead_duration: Ints
    ahead_slot: Ints
    match: Ints
    n_written: Ints


class Choice(NamedTuple):
    """What is known once the cell of a token is chosen.

    Attributes:
        cell: the cell.
        row: lowest row that may follow in this cell: the one written there before, or `NO_ROW`.
        twin_row, twin_duration, twin_loudness: (n, L) the note at this cell in the bars looked
            back at; `NO_ROW`, 0 and 0 where there is none.
        held: (n, N_HELD) part × pitches + row of what sounds on from earlier slots, else −1.
        fresh: (n, N_HELD) the same of what was written at this slot.
    """

    cell: Ints
    row: Ints
    twin_row: Ints
    twin_duration: Ints
    twin_loudness: Ints
    held: Ints
    fresh: Ints


def rows_of(standing: Standing, chosen: NDArray[np.bool_]) -> Standing:
    """Return some rows of where the writing stands."""
    return Standing(*(values[chosen] for values in standing))


def duration_class(slots: NDArray[np.integer]) -> Ints:
    """Return the class of the nearest duration."""
    edges = (DURATIONS[1:] + DURATIONS[:-1]) / 2
    return np.searchsorted(edges, slots).astype(np.int64)


@dataclass
class Score:
    """All tokens of a table of bars in the order of writing.

    Attributes:
        start: (N + 1,) first token of each bar.
        bar, cell, row, duration, loudness: (n,) of each token; duration and loudness are
            classes, 0 at the end of a bar.
        slots: (n,) durations in slots.
    """

    start: Ints
    bar: Ints
    cell: Ints
    row: Ints
    duration: Ints
    loudness: Ints
    slots: Ints

    def of(self, bars: slice) -> Score:
        """Return the score of some bars in a row."""
        start = self.start[bars.start : bars.stop + 1]
        tokens = slice(int(start[0]), int(start[-1]))
        rest = (getattr(self, f.name)[tokens] for f in fields(Score)[2:])
        return Score(start - start[0], self.bar[tokens] - bars.start, *rest)


def score_of(bars: NDArray[np.void], notes: NDArray[np.void]) -> Score:
    """Return the tokens of bars; one-voice parts keep the highest (melody) or lowest (bass).

    A note of a voice, and any note whose pitch begins again, ends where the next one begins.
    Bars with more than `MAX_TOKENS` tokens lose their last.
    """
    owner, notes = owned(bars, notes, range(N_PARTS))
    shift = home_shift(bars["tonic"], bars["minor"])[owner]
    row = fold(notes["pitch"].astype(np.int64) + shift)
    part = notes["part"].astype(np.int64)
    cell = notes["slot"].astype(np.int64) * N_PARTS + part
    order = np.lexsort((row, cell, owner))
    owner, row, part, cell = owner[order], row[order], part[order], cell[order]
    slots = notes["duration"].astype(np.int64)[order]
    loud = notes["velocity"].astype(np.int64)[order] // LOUDNESS_STEP
    same = (np.diff(owner) == 0) & (np.diff(cell) == 0)
    keep = np.ones(len(owner), bool)
    keep[1:] &= ~(same & (np.diff(row) == 0) & ~ONE_VOICE[part[1:]])
    keep[:-1] &= ~(same & (part[:-1] == 0))  # the highest of the melody
    keep[1:] &= ~(same & (part[1:] == N_PARTS - 1))  # the lowest of the bass
    first = np.searchsorted(owner, np.arange(len(bars)))
    kept_before = np.cumsum(keep) - keep
    place = kept_before - kept_before[first[owner]]
    keep &= place < MAX_TOKENS - 1
    owner, row, part, cell, slots, loud = (x[keep] for x in (owner, row, part, cell, slots, loud))
    slots = _shortened(owner, cell, part, row, slots, slot_origins(bars))
    n_notes = np.bincount(owner, minlength=len(bars))
    start = np.concatenate([[0], np.cumsum(n_notes + 1)])
    n = int(start[-1])
    at = np.arange(len(owner)) + owner  # each bar before has one token more
    score = Score(
        start,
        np.repeat(np.arange(len(bars)), n_notes + 1),
        np.full(n, END, np.int64),
        np.full(n, 0, np.int64),
        *(np.zeros(n, np.int64) for _ in range(3)),
    )
    score.cell[at], score.row[at], score.slots[at] = cell, row, slots
    score.duration[at], score.loudness[at] = duration_class(slots), loud
    return score


def notes_of(score: Score, bars: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return the bars (`BAR`) and notes (`BAR_NOTE`) of a score, as its classes tell them."""
    told = score.cell != END
    bar = score.bar[told]
    out = bars.copy()
    out["n_notes"] = np.bincount(bar, minlength=len(bars))
    out["note_start"] = np.cumsum(out["n_notes"]) - out["n_notes"]
    notes = np.zeros(len(bar), BAR_NOTE)
    notes["slot"], notes["part"] = score.cell[told] // N_PARTS, score.cell[told] % N_PARTS
    shift = home_shift(bars["tonic"], bars["minor"])[bar]
    notes["pitch"] = score.row[told] + LOW_PITCH - shift
    notes["duration"] = DURATIONS[score.duration[told]]
    notes["velocity"] = loudness_of(score.loudness[told])
    return out, notes


def loudness_of(loudness: Ints) -> Ints:
    """Return the velocity in the middle of each class of loudness."""
    return loudness * LOUDNESS_STEP + LOUDNESS_STEP // 2


def slot_origins(bars: NDArray[np.void]) -> Ints:
    """Return (N,) the slot each bar begins at, runs being an age apart."""
    used = bars["n_beats"].astype(np.int64) * SLOTS_PER_BEAT
    run = np.stack([bars["piece"], bars["run"]])
    fresh = np.concatenate([[True], (np.diff(run, axis=1) != 0).any(axis=0)])[: len(bars)]
    return np.cumsum(used) - used + np.cumsum(fresh) * _NEVER


def _shortened(owner: Ints, cell: Ints, part: Ints, row: Ints, slots: Ints, origin: Ints) -> Ints:
    """Return durations cut where the same pitch, or the next note of a melody, begins."""
    onset = origin[owner] + cell // N_PARTS
    voice = np.where(part == 0, 0, 1 + part * N_PITCHES + row)
    order = np.lexsort((onset, voice))
    gap = np.full(len(order), _NEVER)
    same = np.diff(voice[order]) == 0
    gap[:-1][same] = np.diff(onset[order])[same]
    out = slots.copy()
    out[order] = np.minimum(slots[order], np.maximum(gap, 1))
    return out


def returning(bars: NDArray[np.void]) -> Ints:
    """Return (N,) the bar at the same place of its section's first time, −1 where none was."""
    place = np.stack(
        [
            bars["piece"].astype(np.int64),
            bars["run"],
            bars["section"],
            bars["kind"],
            bars["number"] - bars["section_start"],
        ],
        axis=1,
    )
    _, first, group = np.unique(place, axis=0, return_index=True, return_inverse=True)
    source = first[group.ravel()]
    return np.where(source == np.arange(len(bars)), -1, source)


def lag_bars(bars: NDArray[np.void]) -> Ints:
    """Return (N, L) the bars that each bar looks back at, −1 where there is none."""
    at = np.arange(len(bars))
    columns = []
    for lag in LAGS:
        back = np.maximum(at - lag, 0)
        same = (at >= lag) & (bars["piece"][back] == bars["piece"])
        same &= bars["run"][back] == bars["run"]
        columns.append(np.where(same, back, -1))
    return np.stack([*columns, returning(bars)], axis=1)


def standing_of(score: Score, bars: NDArray[np.void]) -> Standing:
    """Return where the writing stands before each token of a score."""
    n = len(score.bar)
    first = np.zeros(n, bool)
    first[score.start[:-1]] = True
    before = np.maximum(np.arange(n) - 1, 0)
    cell = np.where(first, END, score.cell[before])
    row = np.where(first, NO_ROW, score.row[before])
    origin = slot_origins(bars)
    now = origin[score.bar] + np.where(cell == END, 0, cell // N_PARTS)
    left, since, last = _latest(score, origin, now)
    lags = lag_bars(bars)[score.bar]
    keys = score.bar * KEY_SPAN + score.cell * N_PITCHES + score.row
    passed = np.where(cell == END, -1, cell * N_PITCHES + row)
    ahead = np.searchsorted(keys, lags * KEY_SPAN + passed[:, None], side="right")
    ahead = np.where(lags >= 0, np.minimum(ahead, n - 1), 0)
    there = lags >= 0
    return Standing(
        bar=score.bar,
        cell=cell,
        row=row,
        duration=np.where(first, 0, score.duration[before]),
        loudness=np.where(first, 0, score.loudness[before]),
        left=left,
        since=since,
        last=last,
        lag_bar=lags,
        ahead_cell=np.where(there, score.cell[ahead], END),
        ahead_row=np.where(there, score.row[ahead], 0),
        ahead_duration=np.where(there, score.duration[ahead], 0),
        ahead_slot=_next_slots(score, lags, ahead),
        match=_matches(score, keys, lags, ahead),
        n_written=np.arange(n) - score.start[score.bar],
    )


def _latest(score: Score, origin: Ints, now: Ints) -> tuple[Ints, Ints, Ints]:
    """Return (n, M) time left, time since its beginning and row of each part's latest note."""
    n = len(score.bar)
    onset = origin[score.bar] + np.minimum(score.cell, N_CELLS - 1) // N_PARTS
    columns = []
    for m in range(N_PARTS):
        mine = (score.cell != END) & (score.cell % N_PARTS == m)
        index = np.maximum.accumulate(np.where(mine, np.arange(n), -1))
        index = np.concatenate([[-1], index[:-1]])
        known = (index >= 0) & (now - onset[index] < _NEVER // 2)
        since = np.where(known, now - onset[index], _NEVER)
        left = np.where(known, np.maximum(score.slots[index] - since, 0), 0)
        columns.append((left, since, np.where(known, score.row[index], NO_ROW)))
    left, since, last = (np.stack(c, axis=1) for c in zip(*columns, strict=True))
    return left, since, last


def _next_slots(score: Score, lags: Ints, ahead: Ints) -> Ints:
    """Return (n, L, M) the slot of each part's next note in the bars looked back at.

    Args:
        lags: (n, L) bars looked back at, −1 where there is none.
        ahead: (n, L) the token that comes next there.
    """
    slot = np.where(score.cell == END, N_SLOTS, score.cell // N_PARTS)
    columns = []
    for m in range(N_PARTS):
        stops = np.flatnonzero((score.cell == END) | (score.cell % N_PARTS == m))
        columns.append(slot[stops[np.searchsorted(stops, ahead)]])
    return np.where((lags >= 0)[..., None], np.stack(columns, axis=-1), N_SLOTS)


def _matches(score: Score, keys: Ints, lags: Ints, ahead: Ints) -> Ints:
    """Return (n, L, M) how far each part has been the same as in the bars looked back at.

    Args:
        keys: (n,) of the tokens, in order.
        lags: (n, L) bars looked back at, −1 where there is none.
        ahead: (n, L) the token that comes next there.
    """
    n, part = len(keys), score.cell % N_PARTS
    mine = (score.cell != END)[:, None] & (part[:, None] == np.arange(N_PARTS)[None])  # (n, M)
    first, last = score.start[:-1], score.start[1:] - 1  # its END
    written = _sums(mine)
    out = np.zeros((n, lags.shape[1], N_PARTS), np.int64)
    for index, (lag, place) in enumerate(zip(lags.T, ahead.T, strict=True)):
        there = lag >= 0
        twin = lag * KEY_SPAN + keys - score.bar * KEY_SPAN
        at = np.minimum(np.searchsorted(keys, twin), n - 1)
        both = _sums(mine & (there & (keys[at] == twin))[:, None])
        begin = first[score.bar]
        ours, same = written[:-1] - written[begin], both[:-1] - both[begin]
        theirs = np.where(there[:, None], written[place] - written[first[lag]], 0)
        # of whole bars
        bar_ours, bar_same = written[last] - written[first], both[last] - both[first]
        bar_lag = lag[first]
        bar_theirs = np.where(bar_lag[:, None] >= 0, bar_ours[bar_lag], -1)
        alike = (bar_ours > 0) & (bar_ours == bar_same) & (bar_ours == bar_theirs)
        before = np.zeros_like(alike)
        before[1:] = alike[:-1]
        out[:, index] = match_of(ours, theirs, same, before[score.bar])
    return np.where((lags >= 0)[..., None], out, NEITHER)


def match_of(ours: Ints, theirs: Ints, same: Ints, before: NDArray[np.bool_]) -> Ints:
    """Return `NEITHER` to `OTHER` by how many notes were written here, there, and in both.

    Args:
        before: whether the bar before was the same as the bar it looks back at.
    """
    begun = np.where((ours == same) & (theirs == same), SAME, OTHER)
    return np.where((ours > 0) | (theirs > 0), begun, np.where(before, NEITHER_YET, NEITHER))


def _sums(rows: NDArray[np.bool_]) -> Ints:
    """Return (n + 1, M) how many there were before each row."""
    return np.concatenate([np.zeros((1, rows.shape[1]), np.int64), np.cumsum(rows, axis=0)])


def choice_of(score: Score, bars: NDArray[np.void], standing: Standing) -> Choice:
    """Return what is known of each token of a score once its cell is."""
    n = len(score.bar)
    cell = score.cell
    keys = score.bar * KEY_SPAN + cell * N_PITCHES + score.row
    stacked = standing.cell == cell
    low = np.where(stacked & (cell != END), standing.row, NO_ROW)
    lags = standing.lag_bar
    asked = lags * KEY_SPAN + (cell * N_PITCHES + low)[:, None]
    twin = np.minimum(np.searchsorted(keys, asked, side="right"), n - 1)
    same = (lags >= 0) & (score.bar[twin] == lags) & (score.cell[twin] == cell[:, None])
    same &= (cell != END)[:, None]
    held, fresh = _sounding(score, slot_origins(bars))
    return Choice(
        cell=cell,
        row=low,
        twin_row=np.where(same, score.row[twin], NO_ROW),
        twin_duration=np.where(same, score.duration[twin], 0),
        twin_loudness=np.where(same, score.loudness[twin], 0),
        held=held,
        fresh=fresh,
    )


def _sounding(score: Score, origin: Ints) -> tuple[Ints, Ints]:
    """Return (n, N_HELD) what sounds on at each token's slot, and what was written at it."""
    n = len(score.bar)
    notes = np.flatnonzero(score.cell != END)
    onset = origin[score.bar] + np.minimum(score.cell, N_CELLS - 1) // N_PARTS
    name = (score.cell % N_PARTS) * N_PITCHES + score.row
    held, fresh = np.full((n, N_HELD), -1, np.int64), np.full((n, N_HELD), -1, np.int64)
    n_held, n_fresh = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for back in range(1, 97):  # notes further back are forgotten
        now, then = notes[back:], notes[:-back]
        begun = onset[now] == onset[then]
        sounds = (onset[then] < onset[now]) & (onset[then] + score.slots[then] > onset[now])
        for rows, table, count in ((begun, fresh, n_fresh), (sounds, held, n_held)):
            at = now[rows & (count[now] < N_HELD)]
            table[at, count[at]] = name[then[rows & (count[now] < N_HELD)]]
            count[at] += 1
    return held, fresh
