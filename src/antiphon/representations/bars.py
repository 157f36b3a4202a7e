"""Bars: a piece as a table of bars and a table of notes on six places a beat, and back.

A beat has six slots. In simple metres they lie at 0, 1/4, 1/3, 1/2, 2/3 and 3/4 of it, which
holds 16ths and triplets; in compound metres at the sixths. A bar has up to four beats, so
every bar is 24 slots of which the metre uses the first ones. These tables are what a prepared
data set stores, memory-mapped, and what networks are fed from.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import Key
from antiphon.music.piece import RESOLUTION, ChordSpan, KeyMark, Metre, Piece, together
from antiphon.representations._placing import Grid, placed

SLOTS_PER_BEAT = 6
MAX_BEATS = 4
N_SLOTS = SLOTS_PER_BEAT * MAX_BEATS
PITCHED = ("melody", "counter", "chords", "bass")
PARTS = (*PITCHED, "drums")
NO_CHORD = 255
MAX_SECTION = 255  # what one byte holds: letters beyond it share the last number
KINDS = ("body", "intro", "ending")
QUALITY_NAMES = tuple(QUALITIES)
_QUALITY_INDEX = {name: index for index, name in enumerate(QUALITY_NAMES)}
_SIMPLE = np.array([0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4])
_COMPOUND = np.arange(6) / 6
# where one slot of a beat ends and the next begins: simple, compound
_EDGES = np.stack([(np.append(p, 1.0)[1:] + p) / 2 for p in (_SIMPLE, _COMPOUND)])

BAR = np.dtype(
    [
        ("piece", "i4"),
        ("number", "i4"),  # place in its piece, in bars
        ("run", "i4"),  # bars of one run follow one another without a gap
        ("note_start", "i8"),
        ("n_notes", "i4"),
        ("n_beats", "u1"),
        ("compound", "u1"),
        ("tonic", "u1"),
        ("minor", "u1"),
        ("bpm", "f4"),  # felt beats a minute
        ("section", "u1"),  # index of the section's letter within the piece
        ("kind", "u1"),  # index into KINDS
        ("section_start", "i4"),  # bar the section begins with
        ("section_bars", "i2"),
        ("chords", "u1", (MAX_BEATS, 3)),  # root, quality, bass of every beat; NO_CHORD
    ]
)
BAR_NOTE = np.dtype(
    [("slot", "u1"), ("part", "u1"), ("pitch", "u1"), ("velocity", "u1"), ("duration", "u2")]
)


def beat_steps(metre: Metre, resolution: int = RESOLUTION) -> int:
    """Return the length of a felt beat in steps; half-note beats count as two quarters."""
    length = resolution * 4 // metre.denominator
    if metre.is_compound:
        return 3 * length
    return min(length, resolution)


def beats_of(metre: Metre) -> int:
    """Return the felt beats of a bar as networks see them: 4 for 2/2."""
    return int(metre.quarters) if metre.denominator < 4 else metre.n_beats


def slot_steps(n_beats: int, compound: bool, beat: int) -> NDArray[np.int64]:
    """Return the step of every slot of a bar; shape (6 n_beats,)."""
    places = _COMPOUND if compound else _SIMPLE
    return np.rint((np.arange(n_beats)[:, None] + places[None]).ravel() * beat).astype(np.int64)


def encode(piece: Piece) -> tuple[NDArray[np.void], NDArray[np.void], Counter[str]]:
    """Return a piece's bars (`BAR`) and notes (`BAR_NOTE`), and why bars were left out.

    Only tracks whose role is one of `PARTS` are taken. A bar is left out when its metre has no
    place on the grid; notes then still sounding are cut there.

    Args:
        piece: on `RESOLUTION` steps a quarter, with roles, a key, chords and sections.
    """
    starts = piece.bar_starts()
    beat, n_beats, compound = metre_columns(piece, starts[:-1])
    lengths = np.diff(starts)
    whole = lengths == beat * n_beats
    fits = (n_beats <= MAX_BEATS) & (n_beats > 0)
    kept = fits & whole
    why: Counter[str] = Counter()
    if not kept.all():
        why["metre has more than 4 beats"] = int((~fits).sum())
        why["bar is shorter or longer than its metre"] = int((fits & ~whole).sum())
    numbers = np.flatnonzero(kept)
    bars = np.zeros(len(numbers), BAR)
    bars["number"], bars["n_beats"] = numbers, n_beats[kept]
    bars["compound"] = compound[kept]
    bars["run"][1:] = np.cumsum(numbers[1:] - numbers[:-1] > 1)
    _write_keys(bars, piece, starts)
    _write_sections(bars, piece)
    bars["chords"] = _chord_rows(piece, starts[numbers], beat[kept])
    bars["bpm"] = _bpm(piece, starts[numbers], beat[kept])
    per_bar = np.where(kept, n_beats * SLOTS_PER_BEAT, 1)
    first_slot = np.concatenate([[0], np.cumsum(per_bar)])
    grid = Grid(starts, first_slot, kept, beat.copy(), _EDGES.take(compound, axis=0))
    return bars, _encode_notes(piece, grid, bars), +why


def metre_columns(
    piece: Piece, steps: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return what the metre in force at each of many steps is.

    Returns:
        Length of a felt beat in steps of the piece, felt beats a bar, and whether it is compound.
    """
    marks = [Metre(-1), *sorted(piece.metres, key=lambda m: m.onset)]  # 4/4 before the first
    index = np.searchsorted([m.onset for m in marks[1:]], steps, side="right")
    table = np.array([(beat_steps(m, piece.resolution), beats_of(m), m.is_compound) for m in marks])
    beat, n_beats, compound = table[index].T
    return beat, n_beats, compound > 0


def _encode_notes(piece: Piece, grid: Grid, bars: NDArray[np.void]) -> NDArray[np.void]:
    """Return the notes sorted by bar, slot, part and pitch; fills note_start and n_notes."""
    rows = [(PARTS.index(t.role), t.notes) for t in piece.tracks if t.role in PARTS]
    source = together([n for _, n in rows])
    if not len(source) or not len(bars):
        return np.zeros(0, BAR_NOTE)
    at = placed(source["onset"], source["duration"], grid, N_SLOTS)
    part = np.repeat([part for part, _ in rows], [len(n) for _, n in rows])
    notes = np.zeros(len(source), BAR_NOTE)
    notes["slot"], notes["part"], notes["pitch"] = at.slot, part, source["pitch"]
    notes["velocity"] = np.minimum(np.maximum(source["velocity"], 1), 127)
    notes["duration"] = at.duration
    cell = (at.bar * N_SLOTS + at.slot) * len(PARTS) + part
    order = (cell << 8 | notes["pitch"]).argsort(kind="stable")
    counts = at.counts[grid.kept]
    bars["n_notes"] = counts
    bars["note_start"] = np.cumsum(counts) - counts
    return notes.take(order[len(source) - counts.sum() :])  # notes without a bar come first


def _write_keys(bars: NDArray[np.void], piece: Piece, starts: NDArray[np.int64]) -> None:
    marks = sorted(piece.keys, key=lambda k: k.onset) or [KeyMark(0, Key(0))]
    onsets = np.array([k.onset for k in marks])
    at = starts[bars["number"]]
    index = np.clip(np.searchsorted(onsets, at + 1, side="right") - 1, 0, None)
    bars["tonic"] = np.array([k.key.tonic for k in marks])[index]
    bars["minor"] = np.array([k.key.mode == "minor" for k in marks])[index]


def _write_sections(bars: NDArray[np.void], piece: Piece) -> None:
    bars["section_bars"], bars["section"] = len(bars), 0
    letters: dict[str, int] = {}
    limits = [(section.start, section.start + section.n_bars) for section in piece.sections]
    rows = np.searchsorted(bars["number"], limits).tolist()
    for section, (first, stop) in zip(piece.sections, rows, strict=True):
        inside = bars[first:stop]
        inside["section"] = min(letters.setdefault(section.label, len(letters)), MAX_SECTION)
        inside["kind"] = KINDS.index(section.label) if section.label in KINDS else 0
        inside["section_start"], inside["section_bars"] = section.start, section.n_bars


def _chord_rows(
    piece: Piece, bar_steps: NDArray[np.int64], beat: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return (n_bars, 4, 3): root, quality and bass of the chord in the middle of each beat."""
    spans = [span for span in piece.chords if span.chord]
    if not spans:
        return np.full((len(bar_steps), MAX_BEATS, 3), NO_CHORD, np.uint8)
    begin = np.array([span.onset for span in spans])
    end = begin + np.array([span.duration for span in spans])
    told: list[int] = []
    for span in spans:
        told.extend(chord_row(span))
    told += (NO_CHORD, NO_CHORD, NO_CHORD)  # where no span sounds
    table = np.frombuffer(bytes(told), np.uint8).reshape(-1, 3)
    if (begin[1:] < begin[:-1]).any():
        order = begin.argsort(kind="stable")
        begin, end, table = begin[order], end[order], table[np.append(order, len(order))]
    middle = bar_steps[:, None] + (np.arange(MAX_BEATS) + 0.5)[None] * beat[:, None]
    index = np.searchsorted(begin, middle, side="right") - 1
    sounding = (index >= 0) & (middle < end[index])
    return table.take(np.where(sounding, index, len(spans)), axis=0)


def chord_row(span: ChordSpan) -> tuple[int, int, int]:
    """Return (root, index into QUALITY_NAMES, bass) of a span, or three times NO_CHORD."""
    chord = span.chord
    if chord is None:
        return (NO_CHORD, NO_CHORD, NO_CHORD)
    bass = chord.root if chord.bass is None else chord.bass
    return (chord.root, _QUALITY_INDEX[chord.quality], bass)


def chord_of(row: NDArray[np.integer]) -> Chord | None:
    """Return the chord that `chord_row` wrote, None for no chord."""
    root, quality, bass = (int(x) for x in row)
    if root == NO_CHORD:
        return None
    return Chord(root, QUALITY_NAMES[quality], None if bass == root else bass)


def moved_chords(chords: NDArray[np.integer], shift: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return rows of chords (N, beats, 3) moved by so many semitones (N,)."""
    out = chords.astype(np.int64)
    there = out[..., 0] != NO_CHORD
    for column in (0, 2):
        out[..., column] = np.where(there, (out[..., column] + shift[:, None]) % 12, NO_CHORD)
    return out.astype(np.uint8)


def _bpm(piece: Piece, steps: NDArray[np.int64], beat: NDArray[np.int64]) -> NDArray[np.float64]:
    tempos = sorted(piece.tempos, key=lambda t: t.onset)
    onsets = np.array([t.onset for t in tempos])
    index = np.clip(np.searchsorted(onsets, steps, side="right") - 1, 0, None)
    return np.array([t.bpm for t in tempos])[index] * RESOLUTION / beat


def runs_of(bars: NDArray[np.void]) -> NDArray[np.int64]:
    """Return (N,) which run of bars that follow one another each is in, counted through pieces."""
    begins = (np.diff(bars["piece"]) != 0) | (np.diff(bars["run"]) != 0)
    return np.concatenate([[0], np.cumsum(begins)])[: len(bars)]


def home_shift(tonic: NDArray[np.integer], minor: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the semitones, −6…5, that move each key to C major or A minor."""
    relative = (tonic.astype(np.int64) + 3 * (minor > 0)) % 12
    return np.where(relative <= 6, -relative, 12 - relative)
