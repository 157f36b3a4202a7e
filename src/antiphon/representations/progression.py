"""Progressions: the chords of bars as a row of tokens, one a beat, and the facts before each.

A token is a chord of the style's vocabulary, silence, or that the chord goes on. As for notes
(`score`), what stood at this place one, two, four and eight bars ago, and in the first time of
a section that returns, is told before a token is chosen.

Shapes: N bars, n tokens (N × `MAX_BEATS`), V chords of the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import BAR, MAX_BEATS, NO_CHORD, home_shift
from antiphon.representations.outline import LABELS, label_of
from antiphon.representations.rolls import REACH_BARS, chord_features
from antiphon.representations.score import N_LAGS, Ints, lag_bars

GOES_ON, SILENT = 0, 1  # tokens; chord v of the vocabulary is v + 2
_LONGEST = 17  # classes of a count of bars or beats
_STATES = 5  # how far this bar and the one before are the same as those looked back at
N_CHORD_RETURNS = N_LAGS * _STATES

Columns = list[tuple[int, Ints]]  # of each fact: entries of its own, and values (n,)


def tokens_of(sounding: Ints) -> Ints:
    """Return (N, MAX_BEATS) the token of each beat, of what sounds on it (`sounding_of`)."""
    names = sounding.ravel()
    before = np.concatenate([[-1], names[:-1]])
    starts = np.arange(len(names)) % MAX_BEATS == 0
    tokens = np.where((names == before) & ~starts, GOES_ON, names)
    return tokens.reshape(sounding.shape)


def sounding_of(bars: NDArray[np.void], vocabulary: NDArray[np.uint8]) -> Ints:
    """Return (N, MAX_BEATS) what sounds on each beat: `SILENT`, or the token of a chord.

    Chords are taken in the home key, to the nearest of the vocabulary.
    """
    shift = home_shift(bars["tonic"], bars["minor"])
    heard = chord_features(bars["chords"], shift).reshape(-1, 25)
    table = chord_features(vocabulary[:, None], np.zeros(len(vocabulary), np.int64))[:, 0]
    distinct, back = np.unique(heard, axis=0, return_inverse=True)
    near = ((distinct[:, None, :24] - table[None, :, :24]) ** 2).sum(axis=-1).argmin(axis=1)
    names = np.where(distinct[:, 24] > 0.5, SILENT, near + 2)[back.ravel()]
    return names.reshape(len(bars), MAX_BEATS)


def chords_of(sounding: Ints, vocabulary: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (N, MAX_BEATS, 3) root, quality and bass in the home key of what sounds."""
    silence = np.full((2, 3), NO_CHORD, np.uint8)
    return np.concatenate([silence, vocabulary])[sounding]


@dataclass
class Frame:
    """What is known of bars before they have chords.

    Attributes:
        fixed: facts of each bar that no chord changes, as columns.
        lags: (N, L) bars that are looked back at, −1 where there is none.
        n_beats: (N,) beats of each bar.
        before: (N · MAX_BEATS, 16) the beats before each, nearest first, −1 where there is none.
    """

    fixed: Columns
    lags: Ints
    n_beats: Ints
    before: Ints


def frame_of(
    bars: NDArray[np.void], from_start: NDArray[np.integer], to_end: NDArray[np.integer]
) -> Frame:
    """Return what is known of bars: mode, metre, section and place.

    Args:
        from_start: bars from the beginning of the piece.
        to_end: bars up to its last bar.
    """
    offset = bars["number"] - bars["section_start"]
    left = bars["section_bars"] - 1 - offset
    n_beats = bars["n_beats"].astype(np.int64)
    fixed: Columns = [
        (2, (bars["minor"] > 0).astype(np.int64)),
        (10, n_beats * 2 + bars["compound"]),
        (len(LABELS), label_of(bars)),
        (_LONGEST, np.clip(offset, 0, _LONGEST - 1).astype(np.int64)),
        (_LONGEST, np.clip(left, 0, _LONGEST - 1).astype(np.int64)),
        (REACH_BARS + 1, np.clip(from_start, 0, REACH_BARS).astype(np.int64)),
        (REACH_BARS + 1, np.clip(to_end, 0, REACH_BARS).astype(np.int64)),
    ]
    lags = lag_bars(bars)
    return Frame(fixed, lags, n_beats, _before(lags[:, 0] >= 0, n_beats))


def _before(goes_on: NDArray[np.bool_], n_beats: Ints) -> Ints:
    """Return the beats before each beat; `goes_on` says whether a bar follows the one before."""
    n = len(n_beats)
    bar, beat = np.divmod(np.arange(n * MAX_BEATS), MAX_BEATS)
    last = np.maximum(bar - 1, 0)
    over = np.where(goes_on[bar], last * MAX_BEATS + n_beats[last] - 1, -1)
    one = np.where(beat > 0, np.arange(n * MAX_BEATS) - 1, over)
    columns = [one]
    for _ in range(_LONGEST - 2):
        columns.append(np.where(columns[-1] >= 0, one[columns[-1]], -1))
    return np.stack(columns, axis=1)


def beat_facts(frame: Frame, sounding: Ints, bar: Ints, beat: int, size: int) -> Ints:
    """Return (n, F) facts before the chord of one beat of some bars.

    Args:
        sounding: (N, MAX_BEATS) what sounds on every beat that is before it, as tokens.
        bar: (n,) the bars.
        size: V.
    """
    entries, values = zip(*_columns(frame, sounding, bar, beat, size), strict=True)
    return np.stack(values, axis=1) + (np.cumsum(entries) - entries)


def chord_returns(frame: Frame, sounding: Ints, bar: Ints, beat: int, size: int) -> Ints:
    """Return (n, L) what stood at this place in each bar looked back at: group × (V + 2) + token.

    The group tells the lag, and whether this bar and the one before have been the same as
    there. Where there is nothing to look back at stands the index behind all.

    Args:
        sounding, bar, beat, size: as in `beat_facts`.
    """
    found = []
    before = np.maximum(bar - 1, 0)
    for k in range(N_LAGS):
        back, earlier = frame.lags[bar, k], frame.lags[before, k]
        there = back >= 0
        alike = (frame.lags[bar, 0] >= 0) & (earlier >= 0)
        alike &= (sounding[before] == sounding[earlier]).all(axis=1)
        begun = (sounding[bar, :beat] == sounding[back, :beat]).all(axis=1)
        state = np.where(begun, 1 + alike, 0) if beat else 3 + alike
        then = sounding[back, beat]
        goes_on = beat > 0 and (then == sounding[back, beat - 1])
        token = np.where(goes_on, GOES_ON, then)
        index = (k * _STATES + state) * (size + 2) + token
        found.append(np.where(there, index, N_CHORD_RETURNS * (size + 2)))
    return np.stack(found, axis=1)


def goes_on_as_before(returns: Ints, size: int) -> NDArray[np.bool_]:
    """Return (n,) whether begun bars and those before have been the same as any looked back at."""
    state = returns // (size + 2) % _STATES
    same = (state == 2) & (returns < N_CHORD_RETURNS * (size + 2))
    return np.asarray(same.any(axis=1))


def table_size(size: int) -> int:
    """Return how many entries the table of facts has, for a vocabulary of so many chords."""
    one = np.zeros(1, BAR)
    frame = frame_of(one, np.zeros(1, np.int64), np.zeros(1, np.int64))
    columns = _columns(frame, np.zeros((1, MAX_BEATS), np.int64), np.zeros(1, np.int64), 0, size)
    return sum(entries for entries, _ in columns)


def _columns(frame: Frame, sounding: Ints, bar: Ints, beat: int, size: int) -> Columns:
    entries = size + 2
    flat = sounding.ravel()
    at = bar * MAX_BEATS + beat
    before = frame.before[at]  # (n, 16)
    names = np.where(before >= 0, flat[before] + 1, 0)
    now = names[:, 0]
    same = np.logical_and.accumulate((names == now[:, None]) & (before >= 0), axis=1)
    age = same.sum(axis=1)
    other = names[np.arange(len(bar)), np.minimum(age, names.shape[1] - 1)]
    columns: Columns = [(entries, values[bar]) for entries, values in frame.fixed]
    columns += [
        (MAX_BEATS, np.full(len(bar), beat)),
        (entries + 1, now),
        (entries + 1, np.where(other == now, 0, other)),
        (_LONGEST, age),
    ]
    for k in range(N_LAGS):
        back = frame.lags[bar, k]
        there = back >= 0
        then = back * MAX_BEATS + beat
        moved = flat[then] != flat[np.maximum(frame.before[then, 0], 0)]
        after = np.maximum(np.minimum(then + 1, at - 1), 0)
        columns += [
            (entries + 1, np.where(there, flat[then] + 1, 0)),
            (entries + 1, np.where(there, flat[np.maximum(after, 0)] + 1, 0)),
            (2, (there & moved).astype(np.int64)),
        ]
    return columns
