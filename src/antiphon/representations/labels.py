"""Labels of the pieces of a prepared set as tables that networks can be conditioned on.

Of each kind of label (`KINDS`) a piece has one class, or nobody said which: the emotion is the
quadrant of its mood, the style is the data set's word, the instrument is the General MIDI family of
what plays its melody.

Shapes: P pieces, S styles, J kinds of labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError, unknown
from antiphon.music.instruments import family
from antiphon.music.labels import emotion_of
from antiphon.representations.bars import PARTS

NO_PROGRAM = 255
KINDS = ("emotion", "style", "instrument")
Vocabulary = dict[str, tuple[str, ...]]  # the classes of each kind of label


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


def names_of(pieces: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    """Return what each piece is of a kind of label; "" where nobody said.

    Raises:
        AntiphonError: there is no such kind.
    """
    if kind not in KINDS:
        raise unknown(kind, "labels", KINDS)
    table = labels_of(pieces)
    if kind == "emotion":
        return [emotion_of(valence, arousal) for valence, arousal in table.mood.tolist()]
    if kind == "style":
        return [table.styles[row] if row >= 0 else "" for row in table.style]
    lead = table.programs[:, PARTS.index("melody")]
    return ["" if program == NO_PROGRAM else family(program) for program in lead.tolist()]


def vocabulary_of(pieces: Sequence[Mapping[str, Any]], kinds: Sequence[str]) -> Vocabulary:
    """Return the classes that occur among pieces for each kind, sorted.

    Raises:
        AntiphonError: there is no such kind, or fewer than two classes of it.
    """
    found: Vocabulary = {}
    for kind in kinds:
        found[kind] = tuple(sorted(set(names_of(pieces, kind)) - {""}))
        if len(found[kind]) < 2:
            there = f"all that are labelled are {found[kind][0]}" if found[kind] else "none is said"
            raise AntiphonError(
                f"Pieces cannot be told apart by {kind}: {there}; leave {kind!r} out of labels, or "
                "prepare a set with labels, such as emopia or styles."
            )
    return found


def classes_of(pieces: Sequence[Mapping[str, Any]], vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Return the class (P, J) of each piece for each kind; −1 where nobody said."""
    classes = np.full((len(pieces), len(vocabulary)), -1, np.int64)
    for column, (kind, known) in enumerate(vocabulary.items()):
        place = {name: index for index, name in enumerate(known)}
        classes[:, column] = [place.get(name, -1) for name in names_of(pieces, kind)]
    return classes


def class_asked(vocabulary: Vocabulary, kind: str, name: str) -> tuple[int, int]:
    """Return the column of a kind and the class of a name.

    Raises:
        AntiphonError: the kind or the name is not in the vocabulary.
    """
    known = ", ".join(f"{kind}={name}" for kind, names in vocabulary.items() for name in names)
    if name not in vocabulary.get(kind, ()):
        raise AntiphonError(
            f"These weights know no label {kind}={name}; they know: {known or 'none'}."
        )
    return list(vocabulary).index(kind), vocabulary[kind].index(name)
