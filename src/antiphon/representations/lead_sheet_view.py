"""Lead sheets of a few bars, in several styles: what a converter is shown.

Every segment comes with another one, of any style, that is to be turned into the first one's
style. A segment lays its beats one after another, whatever their metre.

Shapes: B segments, L beats, S slots of a beat (6), K symbols of a slot, H chords, F facts.
A segment is (L, S·K + H + F + 1): what each slot holds, one of K; the chord, one of H; facts
(`lead_sheet.LeadSheet`); and whether there is such a beat. What is told is (L, S + 1 + F + 3):
the other segment's symbols as numbers, its facts, whether there is such a beat, how far it may go
(0 to 1), and its style.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.music.chords import QUALITIES
from antiphon.music.piece import NOTE, RESOLUTION, Notes, notes_of
from antiphon.representations.bars import SLOTS_PER_BEAT, runs_of, slot_steps
from antiphon.representations.labels import names_of
from antiphon.representations.lead_sheet import (
    FIRST_TONE,
    GROUPS,
    LOWEST,
    N_CHORDS,
    N_FACTS,
    N_SYMBOLS,
    NO_CHORD_SYMBOL,
    LeadSheet,
    lead_sheet_of,
    lengths_of,
    onsets_of,
)
from antiphon.representations.prepared import Tables, load_tables
from antiphon.representations.views import Array, Passage, Source

N_CHOICES = SLOTS_PER_BEAT * N_SYMBOLS + N_CHORDS
SEGMENT_SIZE = N_CHOICES + N_FACTS + 1
TOLD_SIZE = SLOTS_PER_BEAT + 1 + N_FACTS + 3
_LEAST = 0.5  # share of a segment that a stretch of music must fill
_GOLDEN = 0.6180339887  # steps by which numbers from 0 to 1 are spread evenly
_CHORD_PITCH, _LOUD, _SOFT = 48, 90, 56


@dataclass(frozen=True, kw_only=True)
class LeadSheetView:
    """Beats in a row, of sets that each have a style.

    Attributes:
        sets: ``STYLE=FOLDER`` of prepared sets that lie in the config's ``prepared``; where songs
            of a set bear styles, only those of this one are taken. Without any, ``prepared`` is
            the one set, and songs have the styles it says.
        n_beats: length of a segment.
    """

    sets: tuple[str, ...] = ()
    n_beats: int = 32

    def __post_init__(self) -> None:
        if self.n_beats < 2:
            raise ValueError(f"n_beats must be at least 2, not {self.n_beats}")
        if any(text.count("=") != 1 for text in self.sets):
            raise ValueError(f"sets must be written STYLE=FOLDER, not {', '.join(self.sets)}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(L, S·K + H + F + 1)."""
        return self.n_beats, SEGMENT_SIZE

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """(L, S + 1 + F + 3)."""
        return self.n_beats, TOLD_SIZE

    def open(self, folder: Path, split: str) -> Source:
        """Open the prepared sets; every style has as many segments as the one with most."""
        opened = [opened_set(folder, text, split) for text in self.sets]
        opened = opened or [load_tables(folder, split)]
        sheets = [lead_sheet_of(t.bars, t.notes) for t in opened]
        pieces = [piece for t in opened for piece in t.pieces]
        named = names_of(pieces, "style")
        known = {name: i for i, name in enumerate(sorted(set(named) - {""}))}
        style_of = np.array([known.get(name, -1) for name in named])
        first, stop, piece = _windows(opened, sheets, self.n_beats)
        order = _evened(style_of[piece])
        first, stop, piece = first[order], stop[order], piece[order]
        rows = np.concatenate([told_rows(sheet) for sheet in sheets])

        def take(index: NDArray[np.int64]) -> tuple[Array, Array]:
            told = told_of(rows, first[index], stop[index], self.n_beats)
            told[..., -2] = (index * _GOLDEN % 1)[:, None]
            told[..., -1] = style_of[piece[index]][:, None]
            return one_hot(told), np.roll(told, 1, axis=0)

        return Source(len(first), take, pieces, piece)

    def passage(self, segment: Array) -> Passage:
        """Return tune and chords of a segment, four beats to a bar."""
        tune, chords = choices_of(segment)
        there = segment[:, -1] > 0.5
        tune, chords = tune[there], chords[there]
        return Passage(sheet_parts(tune, chords), max(1, -(-len(tune) // 4)))


def sheet_parts(tune: NDArray[np.integer], chords: NDArray[np.integer]) -> dict[str, Notes]:
    """Return the notes of a tune (E, S) and of its chords (E,) in blocks, in beats of a quarter."""
    return {"melody": _tune_notes(tune), "chords": _block_chords(chords)}


def choices_of(segment: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the symbols (…, L, S) and chords (…, L) of segments (…, L, S·K + H + …)."""
    slots = segment[..., : SLOTS_PER_BEAT * N_SYMBOLS]
    tune = slots.reshape(*slots.shape[:-1], SLOTS_PER_BEAT, N_SYMBOLS).argmax(axis=-1)
    chords = segment[..., SLOTS_PER_BEAT * N_SYMBOLS : N_CHOICES].argmax(axis=-1)
    return tune, chords


def one_hot(told: Array) -> Array:
    """Return segments (B, L, S·K + H + F + 1) of what is told of them, (B, L, S + 1 + F + 3)."""
    out = np.zeros((*told.shape[:2], SEGMENT_SIZE), np.float32)
    symbols = told[..., :SLOTS_PER_BEAT].astype(np.int64) + N_SYMBOLS * np.arange(SLOTS_PER_BEAT)
    np.put_along_axis(out, symbols, 1.0, axis=-1)
    chord = told[..., SLOTS_PER_BEAT].astype(np.int64)[..., None] + SLOTS_PER_BEAT * N_SYMBOLS
    np.put_along_axis(out, chord, 1.0, axis=-1)
    valid = told[..., -3:-2]
    out[..., :N_CHOICES] *= valid
    out[..., N_CHOICES:] = told[..., SLOTS_PER_BEAT + 1 : -2]
    return out


def _tune_notes(tune: NDArray[np.integer]) -> Notes:
    """Return the notes of a tune (E, S) in steps from its first beat, of beats in a quarter."""
    places = slot_steps(len(tune), False, RESOLUTION)
    begin = np.flatnonzero(onsets_of(tune.ravel()))
    end = np.append(places, len(tune) * RESOLUTION)[begin + lengths_of(tune)]
    notes = np.zeros(len(begin), NOTE)
    notes["onset"], notes["duration"] = places[begin], end - places[begin]
    notes["pitch"], notes["velocity"] = tune.ravel()[begin] - FIRST_TONE + LOWEST, _LOUD
    return notes


def _block_chords(chords: NDArray[np.integer]) -> Notes:
    rows = []
    cuts = np.flatnonzero(np.diff(chords, prepend=-1))
    for first, stop in zip(cuts, np.append(cuts[1:], len(chords)), strict=True):
        if chords[first] != NO_CHORD_SYMBOL:
            root, group = divmod(int(chords[first]), len(GROUPS))
            for tone in QUALITIES[GROUPS[group]]:
                at = int(first) * RESOLUTION, int(stop - first) * RESOLUTION
                rows.append((*at, _CHORD_PITCH + (root + tone) % 12, _SOFT))
    return notes_of(rows)


def told_of(rows: Array, first: NDArray[np.int64], stop: NDArray[np.int64], n_beats: int) -> Array:
    """Return what is told of segments (B, L, S + 1 + F + 3), how far and style left open.

    Args:
        rows: (E, S + 1 + F) as `told_rows` gives them.
        first, stop: (B,) the beat that each segment begins with, and the one after its last.
        n_beats: L; what is beyond the last beat is silent.
    """
    at = first[:, None] + np.arange(n_beats)[None]
    valid = at < stop[:, None]
    out = np.zeros((len(first), n_beats, TOLD_SIZE), np.float32)
    out[..., : rows.shape[1]] = rows[np.where(valid, at, 0)] * valid[..., None]
    out[..., -3] = valid
    return out


def told_rows(sheet: LeadSheet) -> Array:
    """Return (E, S + 1 + F) symbols, chord and facts of every beat as numbers."""
    return np.concatenate(
        [sheet.tune, sheet.chords[:, None], sheet.facts], axis=1, dtype=np.float32
    )


def opened_set(folder: Path, text: str, split: str) -> Tables:
    """Return the tables of a set, of the songs of its style, which they then bear."""
    style, name = text.split("=")
    tables = load_tables(folder / name, split)
    said = names_of(tables.pieces, "style")
    fits = np.array([not any(said) or word.lower() == style for word in said])
    bars = tables.bars[fits[tables.bars["piece"]]]
    bars["piece"] = (np.cumsum(fits) - 1)[bars["piece"]]
    if not len(bars):
        raise AntiphonError(f"{folder / name} has no {style} in its {split} split.")
    pieces: list[dict[str, Any]] = [
        {**piece, "labels": {**piece.get("labels", {}), "style": style}}
        for piece, is_one in zip(tables.pieces, fits, strict=True)
        if is_one
    ]
    return replace(tables, bars=bars, pieces=pieces)


def _windows(
    opened: list[Tables], sheets: list[LeadSheet], n_beats: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return first beat, the beat after the last, and piece of windows that begin with a bar."""
    found: list[list[NDArray[np.int64]]] = []
    beats = pieces = 0
    for tables, sheet in zip(opened, sheets, strict=True):
        bars = tables.bars
        run = runs_of(bars)
        first = np.searchsorted(sheet.bar, np.arange(len(bars)))
        end = np.searchsorted(run[sheet.bar], run, side="right")
        stop = np.minimum(first + n_beats, end)
        sings = np.append(0, np.cumsum(onsets_of(sheet.tune).sum(axis=1)))
        good = (stop - first >= _LEAST * n_beats) & (
            sings[stop] - sings[first] >= (stop - first) / 4
        )
        found.append([first[good] + beats, stop[good] + beats, bars["piece"][good] + pieces])
        beats, pieces = beats + len(sheet.tune), pieces + len(tables.pieces)
    first, stop, piece = (
        np.concatenate(column).astype(np.int64) for column in zip(*found, strict=True)
    )
    return first, stop, piece


def _evened(style: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows such that each style has as many, those of a rarer one again and again."""
    rows = [np.flatnonzero(style == s) for s in np.unique(style)]
    most = max((len(r) for r in rows), default=0)
    return np.concatenate([np.zeros(0, np.int64), *(np.resize(r, most) for r in rows)])
