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
    label = label_of(bars)
    begins = bars["number"] == bars["section_start"]
    chords = chord_features(bars["chords"], home_shift(bars["tonic"], bars["minor"]))
    second = np.minimum((bars["n_beats"] + 1) // 2, 3).astype(np.int64)
    halves = np.stack([chords[:, 0], chords[np.arange(len(bars)), second]], axis=1)
    form = np.concatenate([np.eye(len(LABELS))[label], begins[:, None]], axis=1)
    return np.concatenate([form, halves.reshape(len(bars), -1)], axis=1).astype(np.float32)


def label_of(bars: NDArray[np.void]) -> NDArray[np.int64]:
    """Return (N,) the index into `LABELS` of each bar's section, pieces in a row.

    Letters are given anew in each piece, in the order of appearance.
    """
    label = np.zeros(len(bars), np.int64)
    for piece in np.unique(bars["piece"]):
        letters: dict[int, int] = {}
        for i in np.flatnonzero(bars["piece"] == piece):
            kind, section = int(bars["kind"][i]), int(bars["section"][i])
            if kind:
                label[i] = LABELS.index(KINDS[kind])
            else:
                label[i] = letters.setdefault(section, min(len(letters), 3))
    return label


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


_CALM_BARS = 24  # from here on the sections between intro and ending have eight bars


def form_from(outline: Floats, unit: int = 4, longest: int = 8) -> list[Section]:
    """Return the sections an outline means; they begin only at multiples of `unit` bars.

    Within one unit the label with the highest sum wins; an ending stays at the end and an
    intro at the beginning, and neither is longer than `longest` bars. A section of many bars
    becomes several of at most `longest`. In a long piece letters change every `longest` bars at
    the most, and never stand three times in a row.
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
    calm = len(outline) >= _CALM_BARS
    if calm:
        labels = _paired(labels, outline, unit)
    sections: list[Section] = []
    for index, label in enumerate(labels):
        begin = index * unit
        n_bars = min(unit, len(outline) - begin)
        last = sections[-1] if sections else None
        starts = not calm and outline[begin, len(LABELS)] > 0.5
        if last and last.label == label and last.n_bars + n_bars <= longest and not starts:
            sections[-1] = Section(last.start, last.n_bars + n_bars, label)
        else:
            sections.append(Section(begin, n_bars, label))
    return _with_contrast(sections)


def _paired(labels: list[str], outline: Floats, unit: int) -> list[str]:
    """Return labels of units of which, between intro and ending, each two in a row are alike."""
    out = list(labels)
    body = [i for i, label in enumerate(labels) if label not in KINDS]
    letters = len(LABELS) - 2
    for first, second in zip(body[::2], body[1::2], strict=False):
        votes = outline[first * unit : (second + 1) * unit, :letters].sum(axis=0)
        out[first] = out[second] = LABELS[int(votes.argmax())]
    return out


def _with_contrast(sections: list[Section]) -> list[Section]:
    """Return sections of which, from the fourth on, not three in a row have the same letter."""
    body = [i for i, s in enumerate(sections) if s.label not in KINDS]
    if len(body) < 4:
        return sections
    for before, now, third in zip(body, body[1:], body[2:], strict=False):
        section = sections[third]
        if sections[before].label == sections[now].label == section.label:
            other = "A" if section.label == "B" else "B"
            sections[third] = Section(section.start, section.n_bars, other)
    return sections
