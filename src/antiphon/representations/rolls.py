"""Rolls and conditions: what networks see of a table of bars.

Every key is moved to C major or A minor. Axes: N bars, M parts, T slots (24), P pitches (72,
from MIDI 24 on), C condition features. Rolls are kept as bits, nine bytes a slot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.music.chords import QUALITIES
from antiphon.representations.bars import (
    KINDS,
    MAX_BEATS,
    N_SLOTS,
    NO_CHORD,
    PITCHED,
    QUALITY_NAMES,
    SLOTS_PER_BEAT,
    home_shift,
    runs_of,
)

LOW_PITCH = 24
N_PITCHES = 72
CHORD_SIZE = 25  # chroma, bass, and whether there is no chord
REACH_BARS = 8  # how far from its beginning or end a piece is told where it is
CONDITION_SIZE = MAX_BEATS * CHORD_SIZE + MAX_BEATS + 1 + 1 + len(KINDS) + 7
CONTROL_NAMES = ("melody", "counter", "chords", "bass", "loudness", "register")
_TONES = np.array(
    [[float(p in {i % 12 for i in QUALITIES[q]}) for p in range(12)] for q in QUALITY_NAMES],
    dtype=np.float32,
)


@dataclass(frozen=True)
class Rolls:
    """Bars as bits: `onset` and `sounding` (N, M, T, P / 8), `velocity` (N, M, T) 0–127."""

    onset: NDArray[np.uint8]
    sounding: NDArray[np.uint8]
    velocity: NDArray[np.uint8]

    def unpacked(self, index: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n, M, T, 2P + 1): onsets, sounding pitches and loudness 0–1 of some bars."""
        bits = np.concatenate(
            [
                np.unpackbits(self.onset[index], axis=-1),
                np.unpackbits(self.sounding[index], axis=-1),
            ],
            axis=-1,
        )
        loud = self.velocity[index].astype(np.float32)[..., None] / 127
        return np.concatenate([bits.astype(np.float32), loud], axis=-1)


def fold(
    pitch: NDArray[np.integer], lowest: int = LOW_PITCH, n_rows: int = N_PITCHES
) -> NDArray[np.int64]:
    """Return pitches as rows of the roll; what lies outside is moved by octaves."""
    row = pitch.astype(np.int64) - lowest
    row = np.where(row < 0, row % 12, row)
    return np.where(row >= n_rows, n_rows - 12 + (row - n_rows) % 12, row)


def rolls_of(bars: NDArray[np.void], notes: NDArray[np.void]) -> Rolls:
    """Return the rolls of all bars; a note that outlasts its bar sounds on in the next."""
    n = len(bars)
    owner, notes = owned(bars, notes, range(len(PITCHED)))
    used = bars["n_beats"].astype(np.int64) * SLOTS_PER_BEAT
    first = np.cumsum(used) - used  # of the slots that metres use, counted through
    padded = np.repeat(np.arange(n) * N_SLOTS - first, used) + np.arange(used.sum())
    run = runs_of(bars)
    last_of_run = np.searchsorted(run, run, side="right") - 1
    run_stop = (first + used)[last_of_run]
    begin = first[owner] + notes["slot"]
    length = np.maximum(np.minimum(notes["duration"], run_stop[owner] - begin), 1)
    part = notes["part"].astype(np.int64)
    row = fold(notes["pitch"].astype(np.int64) + home_shift(bars["tonic"], bars["minor"])[owner])
    shape = (n * N_SLOTS, len(PITCHED), N_PITCHES)
    onset, sounding = np.zeros(shape, bool), np.zeros(shape, bool)
    velocity = np.zeros(shape[:2], np.uint8)
    at = padded[begin]
    onset[at, part, row] = True
    velocity[at, part] = notes["velocity"]
    offsets = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    cells = padded[np.repeat(begin, length) + offsets]
    sounding[cells, np.repeat(part, length), np.repeat(row, length)] = True

    def packed(roll: NDArray[np.bool_]) -> NDArray[np.uint8]:
        bits = np.packbits(roll, axis=-1).reshape(n, N_SLOTS, len(PITCHED), N_PITCHES // 8)
        return np.ascontiguousarray(bits.transpose(0, 2, 1, 3))

    loud = velocity.reshape(n, N_SLOTS, len(PITCHED)).transpose(0, 2, 1)
    return Rolls(packed(onset), packed(sounding), np.ascontiguousarray(loud))


def owned(
    bars: NDArray[np.void], notes: NDArray[np.void], parts: Iterable[int]
) -> tuple[NDArray[np.int64], NDArray[np.void]]:
    """Return the notes of these bars that some parts play, and the bar (0…N − 1) of each."""
    counts = bars["n_notes"].astype(np.int64)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    owner = np.repeat(np.arange(len(bars)), counts)
    found = notes[np.repeat(bars["note_start"], counts) + offsets]
    asked = np.isin(found["part"], list(parts))
    return owner[asked], found[asked]


def chord_features(chords: NDArray[np.uint8], shift: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return (N, 4, 25): chroma, one-hot bass and the no-chord flag of every beat.

    Args:
        chords: (N, 4, 3) as in `bars.BAR`.
        shift: (N,) semitones to add.
    """
    silent = chords[..., 0] == NO_CHORD
    root = (np.where(silent, 0, chords[..., 0]).astype(np.int64) + shift[:, None]) % 12
    bass = (np.where(silent, 0, chords[..., 2]).astype(np.int64) + shift[:, None]) % 12
    tones = _TONES[np.where(silent, 0, chords[..., 1])]  # (N, 4, 12) above the root
    turned = np.take_along_axis(tones, (np.arange(12) - root[..., None]) % 12, axis=-1)
    turned = np.maximum(turned, np.eye(12, dtype=np.float32)[bass])
    features = np.concatenate(
        [turned, np.eye(12, dtype=np.float32)[bass], silent[..., None]], axis=-1
    ).astype(np.float32)
    features[..., :24] *= ~silent[..., None]
    return features


def conditions_of(
    bars: NDArray[np.void], from_start: NDArray[np.integer], to_end: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Return (N, C): all that is known of each bar before there are notes in it.

    Chords of the four beats first (so that ``[:, :100]`` is the harmony), then metre, mode,
    section and place.

    Args:
        bars: table of `BAR`.
        from_start: bars from the beginning of the piece.
        to_end: bars up to its last bar.
    """
    n = len(bars)
    harmony = chord_features(bars["chords"], home_shift(bars["tonic"], bars["minor"]))
    offset = bars["number"] - bars["section_start"]
    left = bars["section_bars"] - 1 - offset
    rest = [
        np.eye(MAX_BEATS)[bars["n_beats"] - 1],
        bars["compound"][:, None],
        bars["minor"][:, None],
        np.eye(len(KINDS))[bars["kind"]],
        (offset == 0)[:, None],
        (left == 0)[:, None],
        np.clip(offset, 0, 16)[:, None] / 8,
        np.clip(left, 0, 16)[:, None] / 8,
        np.clip(from_start, 0, REACH_BARS)[:, None] / REACH_BARS,
        np.clip(to_end, 0, REACH_BARS)[:, None] / REACH_BARS,
        np.log2(np.clip(bars["bpm"], 30, 300) / 100)[:, None],
    ]
    flat = harmony.reshape(n, MAX_BEATS * CHORD_SIZE)
    return np.concatenate([flat, *rest], axis=1).astype(np.float32)


def same_place(section: NDArray[np.integer], offset: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return (…, n, n): whether two bars are the same bar of a section that returns."""
    same = section[..., :, None] == section[..., None, :]
    return same & (offset[..., :, None] == offset[..., None, :])


def controls_of(bars: NDArray[np.void], notes: NDArray[np.void]) -> NDArray[np.float32]:
    """Return (N, 6) by bar, in the order of `CONTROL_NAMES`; NaN where nothing tells.

    Notes of each part, mean velocity (0–1) of all notes, and the mean pitch (octaves above
    C4, in the home key) of the melody.
    """
    n = len(bars)
    owner, notes = owned(bars, notes, range(len(PITCHED)))
    counts = np.zeros((n, len(PITCHED)), np.float32)
    np.add.at(counts, (owner, notes["part"]), 1)
    total = counts.sum(axis=1)
    loud = np.bincount(owner, notes["velocity"] / 127, n)
    melody = notes["part"] == 0
    shift = home_shift(bars["tonic"], bars["minor"])[owner]
    height = np.bincount(owner[melody], ((notes["pitch"] + shift - 60.0) / 12)[melody], n)
    with np.errstate(invalid="ignore", divide="ignore"):
        extra = np.stack([loud / total, height / counts[:, 0]], axis=1)
    return np.concatenate([counts, extra], axis=1).astype(np.float32)
