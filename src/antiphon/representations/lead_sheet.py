"""Lead sheets: a tune and its chords as symbols, beat by beat, in C major or A minor.

What every style can be written down as, with or without an accompaniment. A beat has six slots
(`bars`); in each a tone of the tune begins, sounds on, or nothing sounds. A chord is a root
and one of eleven groups of qualities.

Shapes: E beats of a piece, S slots of a beat (6), K what a slot may hold, H chords.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import (
    MAX_BEATS,
    NO_CHORD,
    PARTS,
    QUALITY_NAMES,
    SLOTS_PER_BEAT,
    home_shift,
    runs_of,
)
from antiphon.representations.rolls import fold, owned

REST, HOLD, FIRST_TONE = range(3)
LOWEST, N_TONES = 55, 34  # MIDI pitches that a tune may have once it is in the middle
N_SYMBOLS = FIRST_TONE + N_TONES  # K
GROUPS = ("", "m", "7", "maj7", "m7", "dim", "dim7", "m7b5", "aug", "sus4", "6")
_NEAREST = {
    "sus2": "sus4", "7sus4": "sus4", "m6": "m", "mMaj7": "m", "9": "7", "maj9": "maj7",
    "m9": "m7", "add9": "",
}  # fmt: skip
N_CHORDS = 12 * len(GROUPS) + 1  # H
NO_CHORD_SYMBOL = N_CHORDS - 1
N_FACTS = 4  # place in its bar, beats of the bar, compound, minor
MINOR = 3  # column of the last
_MIDDLE = 71  # MIDI pitch that tunes are moved near, by octaves
_MELODY = PARTS.index("melody")
_GROUP_OF = np.array([GROUPS.index(_NEAREST.get(q, q)) for q in QUALITY_NAMES])
_HEADS = np.array([QUALITY_NAMES.index(group) for group in GROUPS])


@dataclass(frozen=True)
class LeadSheet:
    """Beats of a piece, one after another.

    Attributes:
        tune: (E, S) symbols: `REST`, `HOLD`, or `FIRST_TONE` and up.
        chords: (E,) root · 11 + group, or `NO_CHORD_SYMBOL`.
        facts: (E, N_FACTS) what is known of each beat, each 0 to 1.
        bar: (E,) row of the table of bars that each beat is in.
        lift: (bars,) semitones that were added to each bar's pitches.
    """

    tune: NDArray[np.int64]
    chords: NDArray[np.int64]
    facts: NDArray[np.float32]
    bar: NDArray[np.int64]
    lift: NDArray[np.int64]


def lead_sheet_of(bars: NDArray[np.void], notes: NDArray[np.void]) -> LeadSheet:
    """Return the lead sheet of a table of bars; of tones that begin together the highest is taken.

    Args:
        bars: (N,) table of `bars.BAR`, of one piece or many.
        notes: table of `bars.BAR_NOTE` that the bars point into.
    """
    n_beats = bars["n_beats"].astype(np.int64)
    bar = np.repeat(np.arange(len(bars)), n_beats)
    first_beat = np.cumsum(n_beats) - n_beats
    place = np.arange(len(bar)) - first_beat[bar]
    owner, sung = owned(bars, notes, [_MELODY])
    lift = home_shift(bars["tonic"], bars["minor"]) + _octaves(bars, owner, sung)
    facts = np.stack(
        [
            place / MAX_BEATS,
            n_beats[bar] / MAX_BEATS,
            bars["compound"][bar],
            bars["minor"][bar] > 0,
        ],
        axis=1,
    ).astype(np.float32)
    tune = _tune(bars, owner, sung, first_beat * SLOTS_PER_BEAT, lift)
    return LeadSheet(tune, chord_symbols(bars)[bar, place], facts, bar, lift)


def _octaves(
    bars: NDArray[np.void], owner: NDArray[np.int64], sung: NDArray[np.void]
) -> NDArray[np.int64]:
    """Return (bars,) how far each piece's tune is moved by octaves to lie in the middle."""
    home = sung["pitch"] + home_shift(bars["tonic"], bars["minor"])[owner]
    _, piece = np.unique(bars["piece"], return_inverse=True)
    n = int(piece.max(initial=-1)) + 1
    total = np.bincount(piece[owner], home, n)
    mean = total / np.maximum(np.bincount(piece[owner], minlength=n), 1)
    octaves = np.where(total > 0, np.rint((_MIDDLE - mean) / 12), 0).astype(np.int64)
    return 12 * octaves[piece]


def _tune(
    bars: NDArray[np.void],
    owner: NDArray[np.int64],
    sung: NDArray[np.void],
    first_slot: NDArray[np.int64],
    lift: NDArray[np.int64],
) -> NDArray[np.int64]:
    n_slots = int(bars["n_beats"].sum()) * SLOTS_PER_BEAT
    begin = first_slot[owner] + sung["slot"]
    tone = fold(sung["pitch"] + lift[owner], LOWEST, N_TONES)
    order = np.lexsort((tone, begin))
    order = order[np.append(np.diff(begin[order]) != 0, True)[: len(order)]]  # the highest
    begin, tone, owner, length = begin[order], tone[order], owner[order], sung["duration"][order]
    run = runs_of(bars)
    last_bar = np.searchsorted(run, run[owner], side="right") - 1
    stop = first_slot[last_bar] + bars["n_beats"][last_bar].astype(np.int64) * SLOTS_PER_BEAT
    end = np.minimum(begin + length, np.append(begin[1:], n_slots)[: len(begin)])
    end = np.maximum(np.minimum(end, stop), begin + 1)
    change = np.zeros(n_slots + 1, np.int64)
    np.add.at(change, begin, 1)
    np.add.at(change, end, -1)
    tune = np.where(np.cumsum(change)[:n_slots] > 0, HOLD, REST)
    tune[begin] = FIRST_TONE + tone
    return tune.reshape(-1, SLOTS_PER_BEAT)


def chord_symbols(bars: NDArray[np.void]) -> NDArray[np.int64]:
    """Return (N, MAX_BEATS) the chord of every beat of a table of bars, moved home."""
    root, quality = (bars["chords"][..., i].astype(np.int64) for i in (0, 1))
    none = root == NO_CHORD
    home = (root + home_shift(bars["tonic"], bars["minor"])[:, None]) % 12
    group = _GROUP_OF[np.where(none, 0, quality)]
    return np.where(none, NO_CHORD_SYMBOL, home * len(GROUPS) + group)


def write_chord_symbols(
    bars: NDArray[np.void], symbols: NDArray[np.integer], bar: NDArray[np.integer]
) -> None:
    """Write chords (E,) into a table of bars; a beat whose symbol is the same keeps what it has.

    Args:
        bar: (E,) the row of each beat, as `LeadSheet.bar`.
    """
    place = np.arange(len(bar)) - np.searchsorted(bar, bar)
    changed = chord_symbols(bars)[bar, place] != symbols
    bar, place, symbols = bar[changed], place[changed], symbols[changed]
    none = symbols == NO_CHORD_SYMBOL
    root = (symbols // len(GROUPS) - home_shift(bars["tonic"], bars["minor"])[bar]) % 12
    quality = _HEADS[np.where(none, 0, symbols % len(GROUPS))]
    told = np.stack([root, quality, root], axis=1)
    bars["chords"][bar, place] = np.where(none[:, None], NO_CHORD, told)


def onsets_of(tune: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return where tones begin in a tune of symbols, of its shape."""
    begun: NDArray[np.bool_] = tune >= FIRST_TONE
    return begun


def lengths_of(tune: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return how many slots each tone of a tune (E, S) lasts, in the order of their beginnings."""
    flat = tune.ravel()
    begin = np.flatnonzero(onsets_of(flat))
    ends = np.flatnonzero(flat != HOLD)
    after = np.searchsorted(ends, begin, side="right")
    return np.append(ends, len(flat))[after] - begin
