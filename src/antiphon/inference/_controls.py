"""Controls: real music with one thing destroyed, to see which measure notices.

What a measure says of these tells how far to trust what it says of generated music.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from antiphon.music.excerpt import Excerpt
from antiphon.music.piece import RESOLUTION, KeyMark, Metre, Notes, Piece


def shuffle_bars(piece: Piece, rng: np.random.Generator) -> Piece:
    """Return the piece with its bars in random order: harmony kept, form and phrases lost.

    Notes are cut at their bar line. Metre and key go with their bar; chords and sections are
    dropped.
    """
    piece = piece.on_grid(RESOLUTION)
    starts = piece.bar_starts()
    lengths = np.diff(starts)
    order = rng.permutation(len(lengths))
    moved = np.empty(len(lengths), dtype=np.int64)  # new start of each old bar
    moved[order] = np.concatenate([[0], np.cumsum(lengths[order])[:-1]])

    def shuffled(notes: Notes) -> Notes:
        notes = notes.copy()
        bar = np.clip(
            np.searchsorted(starts, notes["onset"], side="right") - 1, 0, len(lengths) - 1
        )
        notes["duration"] = np.minimum(notes["duration"], starts[bar + 1] - notes["onset"])
        notes["onset"] += (moved - starts[:-1])[bar].astype(np.int32)
        return np.sort(notes, order=("onset", "pitch"))

    metres: list[Metre] = []
    keys: list[KeyMark] = []
    for bar in order:
        metre = replace(piece.metre_at(int(starts[bar])), onset=int(moved[bar]))
        if not metres or str(metre) != str(metres[-1]):
            metres.append(metre)
        here = [mark for mark in piece.keys if mark.onset <= starts[bar]] or piece.keys[:1]
        if here:
            keys.append(KeyMark(int(moved[bar]), max(here, key=lambda mark: mark.onset).key))
    return replace(
        piece,
        tracks=[replace(track, notes=shuffled(track.notes)) for track in piece.tracks],
        metres=metres,
        keys=keys,
        chords=[],
        sections=[],
        n_bars_asked=len(lengths),
    )


def mix_tracks(excerpts: Sequence[Excerpt], rng: np.random.Generator) -> list[Excerpt]:
    """Return excerpts whose parts are each from another one: every part real, the whole not.

    The first part stays where it is. Excerpts are in one key already, so it is not the key
    that gives them away. Parts of excerpts with another length of bar are not exchanged.
    """
    mixed = list(excerpts)
    lengths = np.array([excerpt.bar_steps for excerpt in excerpts])
    for length in np.unique(lengths):
        same = np.flatnonzero(lengths == length)
        for role in list(excerpts[0].parts)[1:]:
            donors = same[(np.arange(len(same)) + rng.integers(1, max(2, len(same)))) % len(same)]
            for index, donor in zip(same, donors, strict=True):
                parts = {**mixed[index].parts, role: excerpts[donor].parts[role]}
                mixed[index] = replace(mixed[index], parts=parts)
    return mixed


def detune(
    excerpts: Sequence[Excerpt], rng: np.random.Generator, share: float = 0.5
) -> list[Excerpt]:
    """Return excerpts with a share of their pitched notes moved by a semitone, up or down."""
    return [
        replace(
            excerpt,
            parts={
                role: notes if role == "drums" else _detuned(notes, rng, share)
                for role, notes in excerpt.parts.items()
            },
        )
        for excerpt in excerpts
    ]


def _detuned(notes: Notes, rng: np.random.Generator, share: float) -> Notes:
    moved = notes.copy()
    shift = rng.choice([-1, 1], len(notes)) * (rng.random(len(notes)) < share)
    moved["pitch"] = np.clip(notes["pitch"] + shift, 0, 127)
    return moved
