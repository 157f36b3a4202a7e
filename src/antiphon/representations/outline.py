"""Outlines: form and chords of every bar as numbers, and back.

What the network that writes plans sees: for each bar its section's letter and whether the
section begins here (the form), and chroma, bass and silence of its two halves (the chords).
Keys are moved to C major or A minor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import Section
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


def form_from(outline: Floats, unit: int = 4, longest: int = 8) -> list[Section]:
    """Return the sections an outline means; they begin only at multiples of `unit` bars.

    Within one unit the label with the highest sum wins; an ending stays at the end and an
    intro at the beginning, and neither is longer than `longest` bars. A section of many bars
    becomes several of at most `longest`; a long piece of one letter alone gets a contrast.
    """
    labels: list[str] = []
    for begin in range(0, len(outline), unit):
        votes = outline[begin : begin + unit, : len(LABELS)].sum(axis=0)
        if begin > 0 and (labels[-1:] != ["intro"] or begin >= longest):
            votes[LABELS.index("intro")] = -np.inf
        if begin + longest < len(outline):
            votes[LABELS.index("ending")] = -np.inf
        is_ending = labels[-1:] == ["ending"]
        labels.append("ending" if is_ending else LABELS[int(votes.argmax())])
    if labels == ["intro"] * len(labels):
        labels = ["A"] * len(labels)
    sections: list[Section] = []
    for index, label in enumerate(labels):
        begin = index * unit
        n_bars = min(unit, len(outline) - begin)
        last = sections[-1] if sections else None
        starts = outline[begin, len(LABELS)] > 0.5
        if last and last.label == label and last.n_bars + n_bars <= longest and not starts:
            sections[-1] = Section(last.start, last.n_bars + n_bars, label)
        else:
            sections.append(Section(begin, n_bars, label))
    return _with_contrast(sections)


def _with_contrast(sections: list[Section]) -> list[Section]:
    """Return sections of which, from the fourth on, not all have the same letter."""
    body = [i for i, s in enumerate(sections) if s.label not in KINDS]
    if len(body) >= 4 and len({sections[i].label for i in body}) == 1:
        for i in body[2::4]:
            sections[i] = Section(sections[i].start, sections[i].n_bars, "B")
    return sections
