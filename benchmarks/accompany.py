"""How well new accompaniment fits: POP909's test songs with everything but the melody taken away.

    python benchmarks/accompany.py data/pop909 --songs 40

For each half bar that the true accompaniment (counter-melody, chords, bass) and another one both
play: how much of their pitch classes they share, |both| / |either|, and whether the lowest pitch
class that sounds is the same. And how often the melody stands a semitone from what sounds under it.
Compared are the new accompaniment, a simple harmoniser (the diatonic triad that fits the melody of
each half bar best, in the estimated key) and the true accompaniment of another song, moved into
the key of this one.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon import Plan, accompany
from antiphon.datasets import pop909
from antiphon.errors import AntiphonError
from antiphon.music.casting import cast
from antiphon.music.harmony import chroma, pitch_class_weights
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import Notes, Piece, together
from antiphon.music.roles import lowest_sounding

ACCOMPANIMENT = ("counter", "chords", "bass")
HEARD = 1 / 8  # share of a half bar from which on a pitch class counts
STEP = 6  # a 16th: how often melody and accompaniment are compared


def notes_of(piece: Piece, roles: Sequence[str]) -> Notes:
    """Return the notes of some parts on the grid."""
    return together([t.notes for t in piece.on_grid().tracks if t.role in roles])


def halves(piece: Piece) -> NDArray[np.int64]:
    """Return the edges of all half bars, in steps."""
    starts = piece.on_grid().bar_starts()
    middle = (starts[:-1] + starts[1:]) // 2
    return np.append(np.stack([starts[:-1], middle], axis=1).ravel(), starts[-1])


def tones(notes: Notes, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (half bars, 12) which pitch classes sound."""
    share = chroma(notes, edges) / np.diff(edges)[:, None]
    return share >= HEARD


def agreement(true: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the mean of |both| / |either| where both play; NaN where they never do."""
    n = min(len(true), len(other))
    true, other = true[:n], other[:n]
    both = true.any(axis=1) & other.any(axis=1)
    share = (true & other).sum(axis=1)[both] / (true | other).sum(axis=1)[both]
    return float(share.mean()) if both.any() else float("nan")


def same_bass(true: Notes, other: Notes, edges: NDArray[np.int64]) -> float:
    """Return the share of half bars that begin over the same lowest pitch class."""
    lowest = []
    for notes in (true, other):
        end = int(max(edges[-1], (notes["onset"] + notes["duration"]).max(initial=0))) + 1
        lowest.append(lowest_sounding(notes, end)[edges[:-1]])
    there = (lowest[0] < 128) & (lowest[1] < 128)
    return float((lowest[0] % 12 == lowest[1] % 12)[there].mean()) if there.any() else float("nan")


def clashes(melody: Notes, under: Notes) -> float:
    """Return the share of 16ths with melody at which something sounds a semitone beside it."""
    end = int((melody["onset"] + melody["duration"]).max())
    edges = np.arange(0, end + STEP, STEP)
    sung, heard = chroma(melody, edges) > 0, chroma(under, edges) > 0
    beside = np.roll(heard, 1, axis=1) | np.roll(heard, -1, axis=1)
    there = sung.any(axis=1) & heard.any(axis=1)
    return float((sung & beside).any(axis=1)[there].mean()) if there.any() else float("nan")


def harmonised(melody: Notes, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the simple harmoniser's triads (half bars, 12); where none sings the last goes on."""
    key = estimate_key(pitch_class_weights(melody)) or Key(0)
    scale = key.scale
    triads = np.zeros((7, 12), bool)
    for degree in range(7):
        triads[degree, [scale[degree], scale[(degree + 2) % 7], scale[(degree + 4) % 7]]] = True
    fit = chroma(melody, edges) @ triads.T + 1e-6 * np.array([6, 1, 2, 4, 5, 3, 0])
    chosen = fit.argmax(axis=1)
    silent = chroma(melody, edges).sum(axis=1) == 0
    for index in range(1, len(chosen)):
        if silent[index]:
            chosen[index] = chosen[index - 1]
    return triads[chosen]


def home(piece: Piece) -> int:
    """Return the tonic of the relative major."""
    key = piece.keys[0].key
    return (key.tonic + 3 * (key.mode == "minor")) % 12


def moved(notes: Notes, semitones: int) -> Notes:
    out = notes.copy()
    out["pitch"] += (semitones + 6) % 12 - 6
    return out


def measure(song: Piece, other: Piece, seed: int) -> dict[str, float]:
    """Return all measures of one song."""
    edges = halves(song)
    melody, true = notes_of(song, ("melody",)), notes_of(song, ACCOMPANIMENT)
    alone = replace(
        song, tracks=[t for t in song.tracks if t.role == "melody"],
        keys=[], chords=[], sections=[],
    )  # fmt: skip
    begin = time.perf_counter()
    made = accompany(alone, Plan(seed=seed, instruments=",".join(ACCOMPANIMENT)))[0].piece
    spent = time.perf_counter() - begin
    kept, _ = cast(made)
    assert any(np.array_equal(t.notes, alone.tracks[0].notes) for t in kept.tracks)
    new = notes_of(made, ACCOMPANIMENT)
    strange = moved(notes_of(other, ACCOMPANIMENT), home(song) - home(other))
    real = tones(true, edges)
    return {
        "agreement, new": agreement(real, tones(new, edges)),
        "agreement, simple harmoniser": agreement(real, harmonised(melody, edges)),
        "agreement, another song": agreement(real, tones(strange, edges)),
        "same bass, new": same_bass(true, new, edges),
        "same bass, another song": same_bass(true, strange, edges),
        "clashes with the melody, true": clashes(melody, true),
        "clashes with the melody, new": clashes(melody, new),
        "clashes with the melody, another song": clashes(melody, strange),
        "notes a bar, true": len(true) / song.n_bars,
        "notes a bar, new": len(new) / song.n_bars,
        "seconds for 32 bars": spent * 32 / song.n_bars,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    sources = [s for s in pop909.sources(asked.root) if s.split == "test"][: asked.songs]
    songs = [pop909.read(source) for source in sources]
    rows, refused = [], []
    for index, song in enumerate(songs):
        try:
            rows.append(measure(song, songs[(index + 1) % len(songs)], asked.seed))
        except AntiphonError as error:
            refused.append(f"{sources[index].id}: {error}")
    print(f"{len(rows)} test songs, seed {asked.seed}, load {os.getloadavg()[0]:.1f}")
    for line in refused:
        print(f"refused: {line}")
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        error = np.nanstd(values) / np.sqrt(np.isfinite(values).sum())
        print(f"{name:40} {np.nanmean(values):.3f} ± {error:.3f}")


if __name__ == "__main__":
    main()
