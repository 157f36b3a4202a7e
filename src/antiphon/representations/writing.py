"""Writing: a score in the making, token by token, for many pieces at once.

Keeps what `score` needs to tell the facts before the next token of each piece, the pieces
being at different places. What it tells is what `score.standing_of` and `score.choice_of` tell
of the finished score.

Shapes: B pieces, N bars, n pieces that are asked about, M parts, L lags.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import N_SLOTS
from antiphon.representations.rolls import N_PITCHES
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
    NO_ROW,
    Choice,
    Ints,
    Score,
    Standing,
    match_of,
)

_NONE = N_CELLS * N_PITCHES  # key of the end of a bar: behind every note
_FAR = 10**6


class Writing:
    """Scores of B pieces of N bars.

    Args:
        bar_slots: slots that the metre uses.
        first_time: (B, N) bar of the same piece where a returning bar was first, else −1.
    """

    def __init__(self, bar_slots: int, first_time: NDArray[np.integer]) -> None:
        b, n = first_time.shape
        self.bar_slots, self.n_bars = bar_slots, n
        self.bar = np.zeros(b, np.int64)  # where each piece stands
        self.count = np.zeros(b, np.int64)  # tokens of its bar
        self.key = np.full((b, n, MAX_TOKENS), _NONE, np.int64)
        self.duration = np.zeros((b, n, MAX_TOKENS), np.int64)
        self.loudness = np.zeros((b, n, MAX_TOKENS), np.int64)
        # of the latest note of every part and pitch
        self._onset = np.full((b, N_PARTS * N_PITCHES), -_FAR, np.int64)
        self._stop = np.full((b, N_PARTS * N_PITCHES), -_FAR, np.int64)
        self._began = np.full((b, N_PARTS), -_FAR, np.int64)
        self._ends = np.full((b, N_PARTS), -_FAR, np.int64)
        self._last = np.full((b, N_PARTS), NO_ROW, np.int64)
        # of its bar, by part: notes so far, those that stand in each bar looked back at as well,
        # and whether the bar before was the same
        self._ours = np.zeros((b, N_PARTS), np.int64)
        self._same = np.zeros((b, N_LAGS, N_PARTS), np.int64)
        self._alike = np.zeros((b, N_LAGS, N_PARTS), bool)
        self._lags = np.full((b, n, N_LAGS), -1, np.int64)
        for index, lag in enumerate(LAGS):
            self._lags[:, lag:, index] = np.arange(n - lag)[None]
        self._lags[:, :, -1] = first_time

    def standing(self, pieces: Ints) -> Standing:
        """Return where some pieces stand; bars are counted through all pieces (piece × N + bar)."""
        bar, count = self.bar[pieces], self.count[pieces]
        last = np.where(count > 0, self.key[pieces, bar, count - 1], -1)
        begun = count > 0
        cell = np.where(begun, last // N_PITCHES, END)
        now = bar * self.bar_slots + np.where(begun, cell // N_PARTS, 0)
        lag_bar = self._lags[pieces, bar]
        keys = self.key[pieces[:, None], lag_bar]  # (n, L, tokens)
        at = (keys <= last[:, None, None]).sum(axis=-1)
        at = np.minimum(at, MAX_TOKENS - 1)
        ahead = np.take_along_axis(keys, at[..., None], axis=-1)[..., 0]
        there = lag_bar >= 0
        ahead = np.where(there, ahead, _NONE)
        return Standing(
            bar=pieces * self.n_bars + bar,
            cell=cell,
            row=np.where(begun, last % N_PITCHES, NO_ROW),
            duration=np.where(begun, self.duration[pieces, bar, count - 1], 0),
            loudness=np.where(begun, self.loudness[pieces, bar, count - 1], 0),
            left=np.maximum(self._ends[pieces] - now[:, None], 0),
            since=now[:, None] - self._began[pieces],
            last=self._last[pieces],
            lag_bar=np.where(there, pieces[:, None] * self.n_bars + lag_bar, -1),
            ahead_cell=ahead // N_PITCHES,
            ahead_row=ahead % N_PITCHES,
            ahead_duration=np.where(there, self.duration[pieces[:, None], lag_bar, at], 0),
            ahead_slot=_next_slots(keys, last, there),
            match=self._match(pieces, keys, lag_bar, last),
            count=count,
        )

    def _match(self, pieces: Ints, keys: Ints, lag_bar: Ints, last: Ints) -> Ints:
        """Return (n, L, M) how far this bar has been the same as those looked back at."""
        theirs = _by_part(keys, last[:, None])
        found = match_of(
            self._ours[pieces][:, None], theirs, self._same[pieces], self._alike[pieces]
        )
        return np.where(lag_bar[..., None] >= 0, found, NEITHER)

    def choice(self, pieces: Ints, standing: Standing, cell: Ints) -> Choice:
        """Return what is known of notes at these cells; `standing` is that of the same pieces."""
        bar = self.bar[pieces]
        low = np.where(standing.cell == cell, standing.row, NO_ROW)
        lag_bar = self._lags[pieces, bar]
        keys = self.key[pieces[:, None], lag_bar]
        at = (keys <= (cell * N_PITCHES + low)[:, None, None]).sum(axis=-1)
        at = np.minimum(at, MAX_TOKENS - 1)
        twin = np.take_along_axis(keys, at[..., None], axis=-1)[..., 0]
        same = (lag_bar >= 0) & (twin // N_PITCHES == cell[:, None])
        rows = pieces[:, None]
        now = (bar * self.bar_slots + cell // N_PARTS)[:, None]
        onset = self._onset[pieces]
        return Choice(
            cell=cell,
            row=low,
            twin_row=np.where(same, twin % N_PITCHES, NO_ROW),
            twin_duration=np.where(same, self.duration[rows, lag_bar, at], 0),
            twin_loudness=np.where(same, self.loudness[rows, lag_bar, at], 0),
            held=_first((onset < now) & (self._stop[pieces] > now)),
            fresh=_first(onset == now),
        )

    def end_bar(self, pieces: Ints) -> None:
        """Go on to the next bar."""
        lag_bar, ours = self._lags[pieces, self.bar[pieces]], self._ours[pieces][:, None]
        theirs = _by_part(self.key[pieces[:, None], lag_bar], np.full((len(pieces), 1), _NONE - 1))
        alike = (ours > 0) & (ours == self._same[pieces]) & (ours == theirs)
        self._alike[pieces] = alike & (lag_bar >= 0)[..., None]
        self._ours[pieces], self._same[pieces] = 0, 0
        self.bar[pieces] += 1
        self.count[pieces] = 0

    def write(self, pieces: Ints, cell: Ints, row: Ints, duration: Ints, loudness: Ints) -> None:
        """Write a note of each of some pieces; duration and loudness are classes."""
        bar, count = self.bar[pieces], self.count[pieces]
        self.key[pieces, bar, count] = cell * N_PITCHES + row
        self.duration[pieces, bar, count] = duration
        self.loudness[pieces, bar, count] = loudness
        self.count[pieces] += 1
        part = cell % N_PARTS
        self._ours[pieces, part] += 1
        keys = self.key[pieces[:, None], self._lags[pieces, bar]]  # (n, L, tokens)
        stands = (keys == (cell * N_PITCHES + row)[:, None, None]).any(axis=-1)
        self._same[pieces, :, part] += stands
        onset = bar * self.bar_slots + cell // N_PARTS
        stop = onset + DURATIONS[duration]
        name = part * N_PITCHES + row
        melody = pieces[part == 0]  # is one voice
        cut = np.minimum(self._stop[melody, :N_PITCHES], onset[part == 0, None])
        self._stop[melody, :N_PITCHES] = cut
        self._onset[pieces, name], self._stop[pieces, name] = onset, stop
        self._began[pieces, part], self._ends[pieces, part] = onset, stop
        self._last[pieces, part] = row

    def fill(
        self, piece: int, bars: slice, cell: Ints, row: Ints, duration: Ints, loudness: Ints
    ) -> None:
        """Write the last bars of a piece at once: arrays (bars, MAX_TOKENS), `END` for none."""
        self.key[piece, bars] = np.where(cell == END, _NONE, cell * N_PITCHES + row)
        self.duration[piece, bars], self.loudness[piece, bars] = duration, loudness
        self.bar[piece], self.count[piece] = bars.stop, 0

    def score(self) -> Score:
        """Return all pieces as one score, bars counted through all of them."""
        flat = self.key.reshape(-1, MAX_TOKENS)
        n_notes = (flat < _NONE).sum(axis=1)
        start = np.concatenate([[0], np.cumsum(n_notes + 1)])
        bar = np.repeat(np.arange(len(flat)), n_notes + 1)
        token = np.arange(start[-1]) - start[bar]
        is_note = token < n_notes[bar]
        at = (bar, np.minimum(token, MAX_TOKENS - 1))

        def read(values: Ints) -> Ints:
            return np.where(is_note, values.reshape(-1, MAX_TOKENS)[at], 0)

        duration = read(self.duration)
        return Score(
            start,
            bar,
            np.where(is_note, flat[at] // N_PITCHES, END),
            read(self.key % N_PITCHES),
            duration,
            read(self.loudness),
            np.where(is_note, DURATIONS[duration], 0),
        )

    def notes(self, piece: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return bar, cell, row, duration (class) and loudness (class) of all notes of a piece."""
        bar, token = np.nonzero(self.key[piece] < _NONE)
        key = self.key[piece, bar, token]
        return (
            bar,
            key // N_PITCHES,
            key % N_PITCHES,
            self.duration[piece, bar, token],
            self.loudness[piece, bar, token],
        )


def _next_slots(keys: Ints, last: Ints, there: NDArray[np.bool_]) -> Ints:
    """Return (n, L, M) the slot of each part's next note behind a key; keys (n, L, tokens)."""
    cell = keys // N_PITCHES
    behind = (keys > last[:, None, None]) & (cell < N_CELLS) & there[..., None]
    slots = [
        np.where(behind & (cell % N_PARTS == m), cell // N_PARTS, N_SLOTS).min(axis=-1)
        for m in range(N_PARTS)
    ]
    return np.stack(slots, axis=-1)


def _by_part(keys: Ints, last: Ints) -> Ints:
    """Return (n, L, M) how many notes of each part have keys (n, L, tokens) up to the last."""
    part = np.where(keys <= last[..., None], keys // N_PITCHES % N_PARTS, -1)
    return (part[..., None] == np.arange(N_PARTS)).sum(axis=-2)


def _first(wanted: NDArray[np.bool_]) -> Ints:
    """Return (n, N_HELD) the first columns that are wanted in each row, then −1."""
    row, column = np.nonzero(wanted)
    place = np.arange(len(row)) - np.searchsorted(row, row)
    out = np.full((len(wanted), N_HELD), -1, np.int64)
    fits = place < N_HELD
    out[row[fits], place[fits]] = column[fits]
    return out
