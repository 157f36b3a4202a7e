"""Drums on the grid of bars: nine instruments, how hard each is struck, and when others play.

The nine are those of the Groove MIDI Dataset's paper (Gillick et al., ICML 2019).

Shapes: N bars, T slots (24), D drum instruments (9).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import MAX_BEATS, N_SLOTS, PARTS, PITCHED, SLOTS_PER_BEAT
from antiphon.representations.rolls import owned

INSTRUMENTS = (
    "kick",
    "snare",
    "closed hi-hat",
    "open hi-hat",
    "low tom",
    "mid tom",
    "high tom",
    "crash",
    "ride",
)
PITCHES = (36, 38, 42, 46, 43, 47, 50, 49, 51)  # General MIDI keys they are written as
N_DRUMS = len(PITCHES)
DRUM_CONDITION_SIZE = N_SLOTS + MAX_BEATS + 9
_SAME = {
    36: (35,), 38: (37, 39, 40), 42: (44, 22, 54, 69, 70, 82), 46: (26,), 43: (41, 58, 64, 68),
    47: (45, 61, 63, 66, 48), 50: (60, 62, 65, 67), 49: (52, 55, 57), 51: (53, 56, 59, 80, 81),
}  # fmt: skip
_CLASS = {key: PITCHES.index(main) for main, others in _SAME.items() for key in (main, *others)}
Floats = NDArray[np.float32]


def drum_rolls(bars: NDArray[np.void], notes: NDArray[np.void]) -> Floats:
    """Return (N, 1, T, 2D + 1): strokes, their loudness 0–1, and the loudest of each slot."""
    owner, hits = owned(bars, notes, [PARTS.index("drums")])
    roll = np.zeros((len(bars), N_SLOTS, 2 * N_DRUMS + 1), np.float32)
    kind = np.array([_CLASS.get(int(p), -1) for p in range(256)])[hits["pitch"]]
    known = kind >= 0
    owner, hits, kind = owner[known], hits[known], kind[known]
    loud = hits["velocity"].astype(np.float32) / 127
    roll[owner, hits["slot"], kind] = 1
    np.maximum.at(roll, (owner, hits["slot"], kind + N_DRUMS), loud)
    np.maximum.at(roll, (owner, hits["slot"], np.full(len(owner), 2 * N_DRUMS)), loud)
    return roll[:, None]


def strokes(soft: Floats) -> list[tuple[int, int, int, int]]:
    """Return (bar, slot, General MIDI key, velocity) of the strokes more likely than not.

    Args:
        soft: (N, 1, T, 2D + 1) probabilities and loudness.
    """
    hit = soft[:, 0, :, :N_DRUMS] > 0.5
    loud = soft[:, 0, :, N_DRUMS : 2 * N_DRUMS]
    return [
        (int(b), int(t), PITCHES[d], int(np.clip(round(float(loud[b, t, d]) * 127), 12, 127)))
        for b, t, d in np.argwhere(hit)
    ]


def onset_profile(bars: NDArray[np.void], notes: NDArray[np.void]) -> Floats:
    """Return (N, T): how many notes the pitched parts begin at each slot, 4 counting as 1."""
    owner, found = owned(bars, notes, range(len(PITCHED)))
    profile = np.zeros((len(bars), N_SLOTS), np.float32)
    np.add.at(profile, (owner, found["slot"]), 0.25)
    return np.minimum(profile, 1.0)


def taps(rolls: Floats, rng: np.random.Generator) -> Floats:
    """Return (N, T): the onsets a band over these drums could play.

    Where drums were recorded alone, the other parts are stood in for: they begin with most of
    the loud strokes and on some beats (the reverse of tap-to-drum in Groove's paper).
    """
    loudest = rolls[:, 0, :, -1]
    heard = (loudest > 0.45) & (rng.random(loudest.shape) < rng.uniform(0.4, 1.0))
    grid = np.zeros(N_SLOTS, bool)
    grid[:: SLOTS_PER_BEAT // 2 if rng.random() < 0.5 else SLOTS_PER_BEAT] = True
    also = grid[None] & (rng.random(loudest.shape) < rng.uniform(0.2, 0.8))
    weight = rng.uniform(0.25, 1.0, size=loudest.shape)
    return np.where(heard | also, weight, 0).astype(np.float32)


def drum_conditions(
    profile: Floats,
    n_beats: NDArray[np.integer],
    compound: NDArray[np.integer],
    bpm: NDArray[np.floating],
    energy: NDArray[np.floating],
    *,
    fill: NDArray[np.bool_],
    first: NDArray[np.bool_],
    place: NDArray[np.integer],
) -> Floats:
    """Return (N, 37) what a drummer is told about each bar.

    Args:
        profile: (N, T) onsets of the others.
        n_beats, compound, bpm: metre and felt beats a minute.
        energy: strokes a beat that are wanted, 4 counting as 1.
        fill: bars that lead into a new section.
        first: bars that begin a section.
        place: bar within its group of four.
    """
    rest = [
        np.eye(MAX_BEATS)[n_beats - 1],
        compound[:, None],
        np.log2(np.clip(bpm, 30, 300) / 100)[:, None],
        energy[:, None],
        fill[:, None],
        first[:, None],
        np.eye(4)[place % 4],
    ]
    return np.concatenate([profile, *rest], axis=1).astype(np.float32)


__all__ = [
    "DRUM_CONDITION_SIZE",
    "INSTRUMENTS",
    "N_DRUMS",
    "PITCHES",
    "drum_conditions",
    "drum_rolls",
    "onset_profile",
    "strokes",
    "taps",
]
