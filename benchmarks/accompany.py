"""How well new accompaniment fits: POP909's test songs with everything but the melody taken away.

    python benchmarks/accompany.py data/pop909 --songs 40
    python benchmarks/accompany.py data/pop909 --songs 40 --rival runs/musegan_accompany

Beside `antiphon accompany`: the true accompaniment; MuseGAN told the melody (`antiphon train
configs/musegan_accompany.toml`), the key told to it as well; patterns (root and fifth, broken
chords, a held line) over a simple harmoniser (the diatonic triad that fits the melody of each half
bar best, in the estimated key); and the true accompaniment of another song, moved into the key.

Fit, for each half bar in which the true accompaniment and another one both play: how much of
their pitch classes they share, |both| / |either|, and whether it begins over the same lowest pitch
class; and how often the melody stands a semitone from what sounds under it. Nearness, by
`antiphon evaluate`'s measures: windows of 8 bars, the true melody with each accompaniment, at the
same places of the same songs, against as many windows of the validation songs; Fréchet distance,
in brackets as a multiple of that of the true accompaniments, and the AUC of classifiers that learn
to tell them apart.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from accompaniments import Accompaniment, by_musegan, by_pattern, rival, triads
from figures import figures_of, mean_of
from held_out import bare, held_out
from numpy.typing import NDArray

from antiphon import Plan, accompany
from antiphon.errors import AntiphonError
from antiphon.inference._nearness import distances
from antiphon.inference.evaluate import PARTS
from antiphon.metrics.features import matrix
from antiphon.models._gan import Drawer
from antiphon.music.casting import cast
from antiphon.music.excerpt import Excerpt, excerpts, key_of, semitones_home
from antiphon.music.harmony import chroma
from antiphon.music.piece import Notes, Piece, Track, together
from antiphon.music.roles import lowest_sounding

ACCOMPANIMENT = ("counter", "chords", "bass")
HEARD = 1 / 8  # share of a half bar from which on a pitch class counts
STEP = 6  # a 16th: how often melody and accompaniment are compared
N_BARS, PER_SONG = 8, 6  # windows


def accompaniment_of(piece: Piece) -> Accompaniment:
    """Return the notes of each part that accompanies, on the grid."""
    tracks = piece.on_grid().tracks
    return {r: together([t.notes for t in tracks if t.role == r]) for r in ACCOMPANIMENT}


def halves(piece: Piece) -> NDArray[np.int64]:
    """Return the edges of all half bars, in steps."""
    starts = piece.bar_starts()
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


def moved(found: Accompaniment, semitones: int) -> Accompaniment:
    """Return an accompaniment moved the shortest way that is so many semitones up, or down."""
    out = {role: notes.copy() for role, notes in found.items()}
    for notes in out.values():
        notes["pitch"] += (semitones + 6) % 12 - 6
    return out


def ours(song: Piece, seed: int) -> tuple[Accompaniment, float]:
    """Return what is written under a song's melody, and the seconds it took."""
    alone = bare(replace(song, tracks=[t for t in song.tracks if t.role == "melody"]))
    begin = time.perf_counter()
    made = accompany(alone, Plan(seed=seed, instruments=",".join(ACCOMPANIMENT)))[0].piece
    spent = time.perf_counter() - begin
    kept, _ = cast(made)
    assert any(np.array_equal(t.notes, alone.tracks[0].notes) for t in kept.tracks)
    return accompaniment_of(made), spent


def fit(
    melody: Notes, true: Accompaniment, found: Accompaniment, edges: NDArray[np.int64]
) -> dict[str, float]:
    """Return how an accompaniment fits, by measure."""
    right, notes = together(list(true.values())), together(list(found.values()))
    return {
        "agreement": agreement(tones(right, edges), tones(notes, edges)),
        "same bass": same_bass(right, notes, edges),
        "clashes": clashes(melody, notes),
        "notes a bar": len(notes) / (len(edges) // 2),
    }


def windows(song: Piece, found: Accompaniment, index: int) -> dict[int, Excerpt]:
    """Return the windows of a song with an accompaniment by their first bars."""
    sung = [t for t in song.tracks if t.role == "melody"]
    tracks = [*sung, *(Track(role, role=role, notes=notes) for role, notes in found.items())]
    piece = replace(song, tracks=tracks, n_bars_asked=song.n_bars)
    return {e.start: e for e in excerpts(piece, PARTS, N_BARS, source=index)}


def everyone(
    songs: Sequence[Piece], index: int, seed: int, drawer: Drawer | None
) -> tuple[dict[str, Accompaniment], float]:
    """Return the accompaniments of a song by all systems, and the seconds that ours took."""
    song, other = songs[index], songs[(index + 1) % len(songs)]
    melody = next(t.notes for t in song.tracks if t.role == "melody")
    up = semitones_home(key_of(other)) - semitones_home(key_of(song))
    new, spent = ours(song, seed)
    found = {"true": accompaniment_of(song), "accompany": new}
    if drawer is not None:
        found["MuseGAN"] = by_musegan(drawer, song, seed + index)
    found["patterns"] = by_pattern(melody, halves(song))
    found["another song"] = moved(accompaniment_of(other), up)
    return found, spent


def nearness(
    drawn: Mapping[str, Sequence[Excerpt]], reference: Sequence[Excerpt], seed: int
) -> dict[str, dict[str, float]]:
    """Return distance and AUC of each system's windows, the true ones first."""
    sides = {"reference": reference, "real": drawn["true"], **drawn}
    del sides["true"]
    rows = {name: matrix(side)[1] for name, side in sides.items()}
    found: dict[str, dict[str, float]] = distances(rows, sides, seed, n_trees=100)
    return found


def references(root: Path, n: int, rng: np.random.Generator) -> list[Excerpt]:
    """Return n windows of validation songs."""
    found: list[Excerpt] = []
    for index, song in enumerate(held_out(root, "validation", n)):
        here = windows(song, accompaniment_of(song), index)
        found += [here[i] for i in rng.permutation(sorted(here))[:PER_SONG]]
    return [found[i] for i in rng.permutation(len(found))[:n]]


def harmonised(melody: Notes, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the pitch classes (half bars, 12) of the simple harmoniser's triads."""
    out = np.zeros((len(edges) - 1, 12), bool)
    np.put_along_axis(out, triads(melody, edges), True, axis=1)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--rival", type=Path, help="run folder of configs/musegan_accompany.toml")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    drawer = None if asked.rival is None else rival(asked.rival)
    songs = held_out(asked.root, "test", asked.songs)
    rng, drawn = np.random.default_rng(asked.seed), dict[str, list[Excerpt]]()
    rows: dict[str, list[dict[str, float]]] = {}
    plain, took = [], []
    for index, song in enumerate(songs):
        try:
            found, spent = everyone(songs, index, asked.seed, drawer)
        except AntiphonError as error:
            print(f"refused: {song.title}: {error}")
            continue
        took.append(spent * 32 / song.n_bars)
        edges = halves(song)
        melody = next(t.notes for t in song.tracks if t.role == "melody")
        right = tones(together(list(found["true"].values())), edges)
        plain.append(agreement(right, harmonised(melody, edges)))
        cut = {name: windows(song, one, index) for name, one in found.items()}
        starts = sorted(set.intersection(*(set(here) for here in cut.values())))
        chosen = rng.permutation(starts)[:PER_SONG]
        for name, one in found.items():
            rows.setdefault(name, []).append(fit(melody, found["true"], one, edges))
            drawn.setdefault(name, []).extend(cut[name][start] for start in chosen)
    reference = references(asked.root, len(drawn["true"]), rng)
    drawn = {name: side[: len(reference)] for name, side in drawn.items()}
    near = nearness(drawn, reference, asked.seed)
    print(f"{len(took)} songs, {len(reference)} windows, seed {asked.seed}", end=", ")
    print(f"load {os.getloadavg()[0]:.1f}; simple harmoniser: agreement {mean_of(plain, 3)}")
    for name, many in rows.items():
        told = near["real" if name == "true" else name]
        figures = figures_of(many, 3)
        print(f"{name:14} {figures}  FD {told['fd']:.1f} ({told['fd_ratio']:.2f} ×)", end="  ")
        print(
            f"AUC {told['auc']:.3f}  density {told['density']:.2f}  coverage {told['coverage']:.2f}"
        )
    print(f"seconds for 32 bars: median {np.median(took):.2f}")


if __name__ == "__main__":
    main()
