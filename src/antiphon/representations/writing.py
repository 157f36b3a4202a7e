"""Writing: a score in the making, token by token, for many pieces at once.

Keeps what `score` needs to tell the facts before the next token of each piece, the pieces
being at different places. What it tells is what `score.standing_of` and `score.choice_of` tell
of the finished score.

Shapes: B pieces, N bars, n pieces that are asked about, M parts, L lags.
"""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled
from antiphon.music.piece import NOTE, Notes
from antiphon.representations.bars import N_SLOTS, slot_steps
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES
from antiphon.representations.score import (
    DURATIONS,
    END,
    LAGS,
    MAX_TOKENS,
    N_CELLS,
    N_HELD,
    N_LAGS,
    N_PARTS,
    NEITHER,
    NEITHER_YET,
    NO_ROW,
    OTHER,
    SAME,
    Choice,
    Ints,
    Score,
    Standing,
    loudness_of,
)

Written = tuple[Ints, Ints, Ints, Ints, Ints]  # of notes: bar, cell, row, duration, loudness

_NONE = N_CELLS * N_PITCHES  # key of the end of a bar: behind every note
_FAR = 10**6


class State(NamedTuple):
    """Where every piece stands; all but the first two arrays begin with B.

    Attributes:
        lags: (B, N, L) bars of the same piece that are looked back at, −1 where there is none.
        bar_slots: slots that the metre uses, alone in an array.
        bar, n_written: where the piece stands, and tokens of that bar so far.
        key, duration, loudness: (B, N, tokens) what was written: cell × pitches + row, classes.
        onset, stop: (B, M · pitches) slots of the latest note of every part and pitch.
        began, ends, last: (B, M) slots and row of the latest note of every part.
        ours, same: (B, M) and (B, L, M) notes of the bar so far, and those that stand in the
            bar looked back at as well.
        alike: (B, L, M) whether the bar before was the same as the one it looked back at.
    """

    lags: Ints
    bar_slots: Ints
    bar: Ints
    n_written: Ints
    key: Ints
    duration: Ints
    loudness: Ints
    onset: Ints
    stop: Ints
    began: Ints
    ends: Ints
    last: Ints
    ours: Ints
    same: Ints
    alike: NDArray[np.bool_]


class Writing:
    """Scores of B pieces of N bars.

    Args:
        bar_slots: slots that the metre uses.
        first_time: (B, N) bar of the same piece where a returning bar was first, else −1.

    Attributes:
        n_bars: N.
        state: all of it, for compiled callers.
        bar, count: (B,) the bar each piece stands in, and tokens of it so far.
    """

    def __init__(self, bar_slots: int, first_time: NDArray[np.integer]) -> None:
        b, n = first_time.shape
        self.n_bars = n
        lags = np.full((b, n, N_LAGS), -1, np.int64)
        for index, lag in enumerate(LAGS):
            lags[:, lag:, index] = np.arange(n - lag)[None]
        lags[:, :, -1] = first_time

        def full(*shape: int, value: int = 0) -> Ints:
            return np.full((b, *shape), value, np.int64)

        self.state = State(
            lags=lags,
            bar_slots=np.array([bar_slots]),
            bar=full(),
            n_written=full(),
            key=full(n, MAX_TOKENS, value=_NONE),
            duration=full(n, MAX_TOKENS),
            loudness=full(n, MAX_TOKENS),
            onset=full(N_PARTS * N_PITCHES, value=-_FAR),
            stop=full(N_PARTS * N_PITCHES, value=-_FAR),
            began=full(N_PARTS, value=-_FAR),
            ends=full(N_PARTS, value=-_FAR),
            last=full(N_PARTS, value=NO_ROW),
            ours=full(N_PARTS),
            same=full(N_LAGS, N_PARTS),
            alike=np.zeros((b, N_LAGS, N_PARTS), bool),
        )
        self.bar, self.count = self.state.bar, self.state.n_written

    def standing(self, pieces: Ints) -> Standing:
        """Return where some pieces stand; bars are counted through all pieces (piece × N + bar)."""
        return standing_in(self.state, pieces)

    def choice(self, pieces: Ints, standing: Standing, cell: Ints) -> Choice:
        """Return what is known of notes at these cells; `standing` is that of the same pieces."""
        return choice_in(self.state, pieces, standing, cell)

    def end_bar(self, pieces: Ints) -> None:
        """Go on to the next bar."""
        _end_bars(self.state, pieces)

    def write(self, pieces: Ints, cell: Ints, row: Ints, duration: Ints, loudness: Ints) -> None:
        """Write a note of each of some pieces; duration and loudness are classes."""
        _write(self.state, pieces, cell, row, duration, loudness)

    def fill(
        self, piece: int, bars: slice, cell: Ints, row: Ints, duration: Ints, loudness: Ints
    ) -> None:
        """Write the last bars of a piece at once: arrays (bars, MAX_TOKENS), `END` for none."""
        self.state.key[piece, bars] = np.where(cell == END, _NONE, cell * N_PITCHES + row)
        self.state.duration[piece, bars], self.state.loudness[piece, bars] = duration, loudness
        self.bar[piece], self.count[piece] = bars.stop, 0

    def become(self, sources: Ints, pieces: Ints) -> None:
        """Let pieces become what others of the same plan are now."""
        for name, values in self.state._asdict().items():
            if name not in ("lags", "bar_slots"):
                values[pieces] = values[sources]

    def only(self, pieces: Ints) -> Writing:
        """Return some of the pieces, as a writing of their own."""
        out = copy(self)
        rows = {k: v[pieces] for k, v in self.state._asdict().items() if k != "bar_slots"}
        out.state = self.state._replace(**rows)
        out.bar, out.count = out.state.bar, out.state.n_written
        return out

    def score(self) -> Score:
        """Return all pieces as one score, bars counted through all of them."""
        flat = self.state.key.reshape(-1, MAX_TOKENS)
        n_notes = (flat < _NONE).sum(axis=1)
        start = np.concatenate([[0], np.cumsum(n_notes + 1)])
        bar = np.repeat(np.arange(len(flat)), n_notes + 1)
        token = np.arange(start[-1]) - start[bar]
        is_note = token < n_notes[bar]
        at = (bar, np.minimum(token, MAX_TOKENS - 1))

        def read(values: Ints) -> Ints:
            return np.where(is_note, values.reshape(-1, MAX_TOKENS)[at], 0)

        duration = read(self.state.duration)
        return Score(
            start,
            bar,
            np.where(is_note, flat[at] // N_PITCHES, END),
            read(self.state.key % N_PITCHES),
            duration,
            read(self.state.loudness),
            np.where(is_note, DURATIONS[duration], 0),
        )

    def notes(self, piece: int, bars: slice = slice(None)) -> Written:
        """Return the notes of some bars of a piece, counted from the first of them."""
        keys, duration, loudness = (
            values[piece, bars]
            for values in (self.state.key, self.state.duration, self.state.loudness)
        )
        bar, token = np.nonzero(keys < _NONE)
        key = keys[bar, token]
        return bar, key // N_PITCHES, key % N_PITCHES, duration[bar, token], loudness[bar, token]


def in_steps(written: Written, n_bars: int, n_beats: int, beat: int, *, compound: bool) -> Notes:
    """Return notes in their order, in steps from the first bar and in the home key.

    Args:
        written: notes of bars in one metre.
        n_bars: how many bars; what sounds longer is cut.
        n_beats, beat: felt beats of a bar, and the length of one in steps.
    """
    bar, cell, row, duration, loudness = written
    within = slot_steps(n_beats, compound, beat)
    steps = (np.arange(n_bars)[:, None] * n_beats * beat + within[None]).ravel()
    steps = np.append(steps, n_bars * n_beats * beat)
    begin = bar * len(within) + cell // N_PARTS
    stop = np.minimum(begin + DURATIONS[duration], len(steps) - 1)
    notes = np.zeros(len(bar), NOTE)
    notes["onset"], notes["duration"] = steps[begin], steps[stop] - steps[begin]
    notes["pitch"] = row + LOW_PITCH
    notes["velocity"] = loudness_of(loudness)
    return notes


@compiled
def standing_in(state: State, pieces: Ints) -> Standing:
    """Return what `Writing.standing` does: compiled, for compiled callers."""
    n, n_bars = len(pieces), state.key.shape[1]
    out = Standing(
        bar=np.empty(n, np.int64),
        cell=np.full(n, END, np.int64),
        row=np.full(n, NO_ROW, np.int64),
        duration=np.zeros(n, np.int64),
        loudness=np.zeros(n, np.int64),
        left=np.empty((n, N_PARTS), np.int64),
        since=np.empty((n, N_PARTS), np.int64),
        last=np.empty((n, N_PARTS), np.int64),
        lag_bar=np.full((n, N_LAGS), -1, np.int64),
        ahead_cell=np.full((n, N_LAGS), END, np.int64),
        ahead_row=np.zeros((n, N_LAGS), np.int64),
        ahead_duration=np.zeros((n, N_LAGS), np.int64),
        ahead_slot=np.full((n, N_LAGS, N_PARTS), N_SLOTS, np.int64),
        match=np.full((n, N_LAGS, N_PARTS), NEITHER, np.int64),
        n_written=np.empty(n, np.int64),
    )
    for i in range(n):
        p = pieces[i]
        bar, count = state.bar[p], state.n_written[p]
        out.bar[i], out.n_written[i] = p * n_bars + bar, count
        now, passed = bar * state.bar_slots[0], -1
        if count > 0:
            passed = state.key[p, bar, count - 1]
            out.cell[i], out.row[i] = passed // N_PITCHES, passed % N_PITCHES
            out.duration[i] = state.duration[p, bar, count - 1]
            out.loudness[i] = state.loudness[p, bar, count - 1]
            now += out.cell[i] // N_PARTS
        for m in range(N_PARTS):
            out.left[i, m] = max(state.ends[p, m] - now, 0)
            out.since[i, m] = now - state.began[p, m]
            out.last[i, m] = state.last[p, m]
        for lag in range(N_LAGS):
            back = state.lags[p, bar, lag]
            if back >= 0:
                out.lag_bar[i, lag] = p * n_bars + back
                _look_back(state, p, lag, back, passed, i, out)
    return out


@compiled
def _look_back(
    state: State, p: int, lag: int, back: int, passed: int, i: int, out: Standing
) -> None:
    """Tell what comes next in an earlier bar, and how far this one has been the same."""
    theirs = np.zeros(N_PARTS, np.int64)
    at = _after(state.key[p, back], passed, theirs)
    ahead = state.key[p, back, at]
    out.ahead_cell[i, lag], out.ahead_row[i, lag] = ahead // N_PITCHES, ahead % N_PITCHES
    out.ahead_duration[i, lag] = state.duration[p, back, at]
    for token in range(MAX_TOKENS - 1, at - 1, -1):  # the earliest comes last
        key = state.key[p, back, token]
        if key < _NONE:
            cell = key // N_PITCHES
            out.ahead_slot[i, lag, cell % N_PARTS] = cell // N_PARTS
    for m in range(N_PARTS):
        ours, same = state.ours[p, m], state.same[p, lag, m]
        if ours > 0 or theirs[m] > 0:
            match = SAME if ours == same and theirs[m] == same else OTHER
        else:
            match = NEITHER_YET if state.alike[p, lag, m] else NEITHER
        out.match[i, lag, m] = match


@compiled
def _after(keys: Ints, passed: int, n_by_part: Ints) -> int:
    """Return where the first key behind a passed one is; count those before it by part."""
    at = 0
    while at < MAX_TOKENS - 1 and keys[at] <= passed:
        n_by_part[keys[at] // N_PITCHES % N_PARTS] += 1
        at += 1
    return at


@compiled
def choice_in(state: State, pieces: Ints, standing: Standing, cells: Ints) -> Choice:
    """Return what `Writing.choice` does: compiled, for compiled callers."""
    n = len(pieces)
    out = Choice(
        cell=cells,
        row=np.full(n, NO_ROW, np.int64),
        twin_row=np.full((n, N_LAGS), NO_ROW, np.int64),
        twin_duration=np.zeros((n, N_LAGS), np.int64),
        twin_loudness=np.zeros((n, N_LAGS), np.int64),
        held=np.full((n, N_HELD), -1, np.int64),
        fresh=np.full((n, N_HELD), -1, np.int64),
    )
    unused = np.zeros(N_PARTS, np.int64)
    for i in range(n):
        p, cell = pieces[i], cells[i]
        bar = state.bar[p]
        if standing.cell[i] == cell:
            out.row[i] = standing.row[i]
        for lag in range(N_LAGS):
            back = state.lags[p, bar, lag]
            if back < 0:
                continue
            at = _after(state.key[p, back], cell * N_PITCHES + out.row[i], unused)
            twin = state.key[p, back, at]
            if twin // N_PITCHES == cell:
                out.twin_row[i, lag] = twin % N_PITCHES
                out.twin_duration[i, lag] = state.duration[p, back, at]
                out.twin_loudness[i, lag] = state.loudness[p, back, at]
        now = bar * state.bar_slots[0] + cell // N_PARTS
        n_held, n_fresh = 0, 0
        for name in range(N_PARTS * N_PITCHES):
            onset = state.onset[p, name]
            if onset == now and n_fresh < N_HELD:
                out.fresh[i, n_fresh] = name
                n_fresh += 1
            elif onset < now < state.stop[p, name] and n_held < N_HELD:
                out.held[i, n_held] = name
                n_held += 1
    return out


@compiled
def _end_bars(state: State, pieces: Ints) -> None:
    for p in pieces:
        end_bar_in(state, p)


@compiled
def end_bar_in(state: State, p: int) -> None:
    """Go on to the next bar of one piece."""
    theirs = np.empty(N_PARTS, np.int64)
    for lag in range(N_LAGS):
        back = state.lags[p, state.bar[p], lag]
        theirs[:] = 0
        if back >= 0:
            _after(state.key[p, back], _NONE - 1, theirs)
        for m in range(N_PARTS):
            ours = state.ours[p, m]
            equal = ours == state.same[p, lag, m] and ours == theirs[m]
            state.alike[p, lag, m] = back >= 0 and ours > 0 and equal
    state.ours[p], state.same[p] = 0, 0
    state.bar[p] += 1
    state.n_written[p] = 0


@compiled
def _write(
    state: State, pieces: Ints, cells: Ints, rows: Ints, durations: Ints, loudness: Ints
) -> None:
    for i in range(len(pieces)):
        write_in(state, pieces[i], cells[i], rows[i], durations[i], loudness[i])


@compiled
def write_in(state: State, p: int, cell: int, row: int, duration: int, loudness: int) -> None:
    """Write a note of one piece; duration and loudness are classes."""
    bar, count, part = state.bar[p], state.n_written[p], cell % N_PARTS
    key = cell * N_PITCHES + row
    state.key[p, bar, count] = key
    state.duration[p, bar, count], state.loudness[p, bar, count] = duration, loudness
    state.n_written[p] += 1
    state.ours[p, part] += 1
    for lag in range(N_LAGS):
        back = state.lags[p, bar, lag]
        if back >= 0 and (state.key[p, back] == key).any():
            state.same[p, lag, part] += 1
    onset = bar * state.bar_slots[0] + cell // N_PARTS
    stop = onset + DURATIONS[duration]
    if part == 0:  # the melody is one voice
        for name in range(N_PITCHES):
            state.stop[p, name] = min(state.stop[p, name], onset)
    name = part * N_PITCHES + row
    state.onset[p, name], state.stop[p, name] = onset, stop
    state.began[p, part], state.ends[p, part] = onset, stop
    state.last[p, part] = row
