"""Outlines: form and chords of every bar as numbers, and back.

What the network that writes plans sees: for each bar its section's letter and whether the
section begins here (the form), and chroma, bass and silence of its two halves (the chords).
Keys are moved to C major or A minor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import KINDS, NO_CHORD, home_shift
from antiphon.representations.rolls import REACH_BARS, chord_features

LABELS = ("A", "B", "C", "D", "intro", "ending")
FORM_SIZE = len(LABELS) + 1
HALF_SIZE = 25
CHORDS_SIZE = 2 * HALF_SIZE
OUTLINE_SIZE = FORM_SIZE + CHORDS_SIZE
OUTLINE_CONDITION_SIZE = 11
Floats = NDArray[np.float32]


def outline_of(bars: NDArray[np.void]) -> Floats:
    """Return (N, 57) features of consecutive bars of one piece.

    Letters are given anew in the order of appearance; a fifth letter counts as the fourth.
    """
    letters: dict[int, int] = {}
    label = np.zeros(len(bars), np.int64)
    for i, (kind, section) in enumerate(zip(bars["kind"], bars["section"], strict=True)):
        if kind:
            label[i] = LABELS.index(KINDS[kind])
        else:
            label[i] = letters.setdefault(int(section), min(len(letters), 3))
    begins = bars["number"] == bars["section_start"]
    chords = chord_features(bars["chords"], home_shift(bars["tonic"], bars["minor"]))
    second = np.minimum((bars["n_beats"] + 1) // 2, 3).astype(np.int64)
    halves = np.stack([chords[:, 0], chords[np.arange(len(bars)), second]], axis=1)
    form = np.concatenate([np.eye(len(LABELS))[label], begins[:, None]], axis=1)
    return np.concatenate([form, halves.reshape(len(bars), -1)], axis=1).astype(np.float32)


def outline_conditions(
    bars: NDArray[np.void], from_start: NDArray[np.integer], to_end: NDArray[np.integer]
) -> Floats:
    """Return (N, 11): mode, metre, place in the piece, length of the piece, tempo."""
    total = from_start + to_end + 1
    return np.concatenate(
        [
            bars["minor"][:, None],
            np.eye(4)[bars["n_beats"] - 1],
            bars["compound"][:, None],
            np.clip(from_start, 0, REACH_BARS)[:, None] / REACH_BARS,
            np.clip(to_end, 0, REACH_BARS)[:, None] / REACH_BARS,
            np.clip(total, 0, 128)[:, None] / 64,
            np.log2(np.clip(bars["bpm"], 30, 300) / 100)[:, None],
            (from_start % 4 == 0)[:, None],
        ],
        axis=1,
    ).astype(np.float32)


def chord_vocabulary(bars: NDArray[np.void], min_count: int = 30) -> NDArray[np.uint8]:
    """Return (V, 3) the chords (root, quality, bass) that occur often, in the home key."""
    chords = bars["chords"].reshape(-1, 3)
    shift = np.repeat(home_shift(bars["tonic"], bars["minor"]), bars["chords"].shape[1])
    there = chords[:, 0] != NO_CHORD
    moved = chords[there].astype(np.int64)
    moved[:, [0, 2]] = (moved[:, [0, 2]] + shift[there][:, None]) % 12
    found, counts = np.unique(moved, axis=0, return_counts=True)
    return found[counts >= min_count].astype(np.uint8)


def chords_from(outline: Floats, vocabulary: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (N, 2, 3) the chord of the vocabulary nearest to each half bar's features."""
    table = chord_features(vocabulary[:, None], np.zeros(len(vocabulary), np.int64))[:, 0]
    halves = outline[:, FORM_SIZE:].reshape(-1, HALF_SIZE)
    distance = ((halves[:, None, :24] - table[None, :, :24]) ** 2).sum(axis=-1)
    chosen = vocabulary[distance.argmin(axis=1)]
    return chosen.reshape(len(outline), 2, 3)


def form_from(outline: Floats, unit: int = 4) -> list[str]:
    """Return a label for each bar; sections begin only at multiples of `unit` bars.

    Within one unit the label with the highest sum wins; an ending stays at the end and an
    intro at the beginning.
    """
    labels: list[str] = []
    for begin in range(0, len(outline), unit):
        votes = outline[begin : begin + unit, : len(LABELS)].sum(axis=0)
        if begin > 0 and "intro" not in labels[-1:]:
            votes[LABELS.index("intro")] = -np.inf
        if begin + unit < len(outline):
            votes[LABELS.index("ending")] = -np.inf
        labels += [LABELS[int(votes.argmax())]] * min(unit, len(outline) - begin)
    return labels
