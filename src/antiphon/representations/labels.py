"""Labels of the pieces of a prepared set as tables that networks can be conditioned on.

Shapes: P pieces, S styles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.representations.bars import PARTS

NO_PROGRAM = 255


@dataclass(frozen=True)
class LabelTable:
    """What is known of each piece; a bar finds its row by ``bars["piece"]``.

    Attributes:
        mood: (P, 2) float32: valence and arousal, −1 … 1, NaN where nobody said.
        style: (P,) int64: row of `styles`, −1 where nobody said.
        programs: (P, 5) uint8: General MIDI program of each of `bars.PARTS` (drums: the kit),
            `NO_PROGRAM` where the piece has no such part.
        styles: S names, sorted.
    """

    mood: NDArray[np.float32]
    style: NDArray[np.int64]
    programs: NDArray[np.uint8]
    styles: list[str]


def labels_of(
    pieces: Sequence[Mapping[str, Any]], styles: Sequence[str] | None = None
) -> LabelTable:
    """Return the labels of the pieces of a prepared set.

    Args:
        pieces: objects of pieces.json, as `prepared.load_tables` gives them; those of sets
            prepared before there were labels have none.
        styles: the vocabulary, e.g. of the training split; all that occur when left out. A
            style that is not in it counts as not said.
    """
    said: list[Mapping[str, Any]] = [piece.get("labels", {}) for piece in pieces]
    names = [str(labels.get("style", "")) for labels in said]
    vocabulary = sorted(set(names) - {""}) if styles is None else list(styles)
    place = {name: index for index, name in enumerate(vocabulary)}
    mood = np.full((len(said), 2), np.nan, np.float32)
    programs = np.full((len(said), len(PARTS)), NO_PROGRAM, np.uint8)
    for row, labels in enumerate(said):
        for column, which in enumerate(("valence", "arousal")):
            if which in labels:
                mood[row, column] = labels[which]
        for part, program in labels.get("programs", {}).items():
            programs[row, PARTS.index(part)] = program
    style = np.array([place.get(name, -1) for name in names], np.int64)
    return LabelTable(mood, style, programs, vocabulary)
