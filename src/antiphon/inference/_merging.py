"""Merging: what was written laid beside what was given, of which nothing is moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.inference._given import Given, Stretch
from antiphon.inference._sheet import Sheet
from antiphon.music.piece import (
    NOTE,
    ChordSpan,
    KeyMark,
    Notes,
    Piece,
    Section,
    Track,
    in_order,
    together,
    without_overlaps,
)


def merged(
    given: Given,
    gone: list[NDArray[np.bool_]],
    new: Mapping[str, tuple[int | Track, Notes]],
    sheets: Sequence[tuple[Stretch, Sheet]],
) -> Piece:
    """Return the given piece with new notes in their homes.

    Tracks, notes that stay, controllers, tempo map, metres and lyrics are as they were; new
    notes that would end a kept one early, or be one with it, make way. Key, chords and sections
    are written above it where the piece had none.

    Args:
        given: the piece.
        gone: of each track, which of its notes are taken out.
        new: of each part, who plays it and the notes in the piece's own steps.
        sheets: what was decided of its stretches.
    """
    tracks = [
        replace(track, notes=track.notes[~out])
        for track, out in zip(given.piece.tracks, gone, strict=True)
    ]
    for index, track in enumerate(tracks):
        brought = without_overlaps(together([n for home, n in new.values() if home == index]))
        if len(brought):
            track.notes = in_order(together([track.notes, beside(track.notes, brought)]))
    tracks += [
        replace(home, notes=without_overlaps(n))
        for home, n in new.values()
        if isinstance(home, Track)
    ]
    piece = replace(given.piece, tracks=tracks, n_bars_asked=given.n_bars)
    piece.keys = piece.keys or [KeyMark(0, sheets[0][1].key)]
    piece.sections = piece.sections or _sections(given, sheets)
    if not any(span.chord for span in piece.chords):
        piece.chords = _chords(given, sheets)
    return piece


def beside(kept: Notes, new: Notes) -> Notes:
    """Return new notes of a track such that each kept one sounds as long as it did.

    A new note ends where a kept one of its pitch begins; one that begins while it sounds is
    left out.
    """
    if not len(kept) or not len(new):
        return new
    out, stays = new.copy(), np.ones(len(new), bool)
    end = kept["onset"].astype(np.int64) + kept["duration"]
    for index, note in enumerate(new):
        same = kept["pitch"] == note["pitch"]
        if (same & (kept["onset"] <= note["onset"]) & (end > note["onset"])).any():
            stays[index] = False
        later = kept["onset"][same & (kept["onset"] > note["onset"])]
        if len(later):
            out["duration"][index] = min(note["duration"], later.min() - note["onset"])
    return out[stays]


def _sections(given: Given, sheets: Sequence[tuple[Stretch, Sheet]]) -> list[Section]:
    if given.is_pitched:
        return list(given.cast.sections)
    return [
        replace(section, start=section.start + stretch.first)
        for stretch, sheet in sheets
        for section in sheet.sections
    ]


def _chords(given: Given, sheets: Sequence[tuple[Stretch, Sheet]]) -> list[ChordSpan]:
    """Return the chords of all bars that were written, in the piece's own steps."""
    spans = []
    for stretch, sheet in sheets:
        told = [span for span in sheet.chord_spans() if span.chord]
        rows = np.zeros(len(told), NOTE)
        rows["onset"] = [span.onset for span in told]
        rows["duration"] = [span.duration for span in told]
        for span, row in zip(told, given.ticks(stretch, rows), strict=True):
            spans.append(ChordSpan(int(row["onset"]), int(row["duration"]), span.chord))
    return spans
