"""Are seams of filled bars found? Songs nobody learnt from, four bars in twelve made again.

Stretches in 4/4 of at most 64 bars, of which nothing is told but the notes.

    python benchmarks/seams.py data/pop909 --songs 40
    python benchmarks/seams.py data/pop909 --songs 40 --split validation --network

A seam is a bar line with kept bars on one side and filled ones on the other. Of the two bars on
either side are measured, part by part, the step over the line, what rings over it and rests
around it, how density, loudness, register, length and fullness change, how alike rhythm and notes
are (over the line and on either side of it), and of all parts the change of harmony and of the
bass, voice-leading and clashes with the melody. Classifiers (logistic regression, boosted trees)
learn to tell these measures from those of the same bar lines in the songs themselves; songs they
are judged on they never saw, filled or not. AUC .5 is not at all, 1 always; the larger of the two,
with its 95 % interval over songs drawn again.

Beside `inpaint`: another song's four bars, moved to the key; four bars from elsewhere in the
song; and, the floor, other bar lines of the same songs, untouched. `--network` lets a small
convolutional network look at the notes themselves (parts, pitches, 16ths, loudness), which also
finds bars that are unlike real ones in themselves.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from held_out import bare, held_out
from numpy.typing import NDArray
from seam_network import judged_by_network, roll_of_window

from antiphon import Plan, inpaint
from antiphon.errors import AntiphonError
from antiphon.metrics.two_sample import auc
from antiphon.music.excerpt import key_of, part_notes, semitones_home
from antiphon.music.harmony import chroma
from antiphon.music.passage import notes_in
from antiphon.music.piece import RESOLUTION, Notes, Piece, in_order, together
from antiphon.music.roles import lowest_sounding

PARTS = ("melody", "counter", "chords", "bass")
BAR = 4 * RESOLUTION
FILL, EVERY, SIDE = 4, 12, 2  # bars
SIXTEENTH = RESOLUTION // 4
Parts = Mapping[str, Notes]
Rows = NDArray[np.float64]


def parts_of(piece: Piece) -> dict[str, Notes]:
    return part_notes(piece, PARTS)


def spliced(
    parts: Parts, first: int, other: Parts, source: int, semitones: int
) -> dict[str, Notes]:
    """Return parts in which four bars are those of another song, from a bar of it on."""
    out = {}
    begin, end = first * BAR, (first + FILL) * BAR
    for role, notes in parts.items():
        new = notes_in(other[role], source * BAR, (source + FILL) * BAR)
        new["onset"] += begin
        new["pitch"] += semitones
        stays = (notes["onset"] < begin) | (notes["onset"] >= end)
        out[role] = in_order(together([notes[stays], new]))
    return out


def likeness(first: set[object], second: set[object]) -> float:
    """Return shared / either; NaN where both are empty."""
    return len(first & second) / len(first | second) if first | second else np.nan


def bar_words(notes: Notes, line: int) -> list[tuple[set[object], set[object]]]:
    """Return of the four bars around a line the 16ths at which notes begin, and which notes."""
    words = []
    for bar in range(-SIDE, SIDE):
        inside = notes_in(notes, line + bar * BAR, line + (bar + 1) * BAR)
        at = (inside["onset"] // SIXTEENTH).tolist()
        words.append((set(at), set(zip(at, inside["pitch"].tolist(), strict=True))))
    return words


def of_part(notes: Notes, line: int) -> dict[str, float]:
    """Return how a part goes over a bar line."""
    before, after = (notes_in(notes, at, at + SIDE * BAR) for at in (line - SIDE * BAR, line))
    earlier = notes[(notes["onset"] < line) & (notes["onset"] >= line - SIDE * BAR)]
    ends = earlier["onset"] + earlier["duration"]
    found = {
        "held over": float((ends >= line + SIXTEENTH).any()) if len(earlier) else np.nan,
        "held for": (ends.max() - line) / BAR if len(earlier) else np.nan,
        "rest after": after["onset"].min() / BAR if len(after) else np.nan,
        "density": np.log((1 + len(after)) / (1 + len(before))),
    }
    words = bar_words(notes, line)
    for kind, name in enumerate(("rhythm", "notes")):
        bars = [word[kind] for word in words]
        found |= {
            f"{name} over the line": likeness(bars[1], bars[2]),
            f"{name} two bars on": np.nanmean(
                [likeness(bars[0], bars[2]), likeness(bars[1], bars[3]), 0]
            ),
            f"{name} before": likeness(bars[0], bars[1]),
            f"{name} after": likeness(bars[2], bars[3]),
        }
    if not len(before) or not len(after):
        return found
    last = earlier[earlier["onset"] == earlier["onset"].max()]["pitch"].max()
    step = float(after[after["onset"] == after["onset"].min()]["pitch"].max() - last)
    changes: dict[str, Callable[[Notes], float]] = {
        "loudness": lambda n: n["velocity"].mean(),
        "spread of loudness": lambda n: n["velocity"].std(),
        "register": lambda n: n["pitch"].mean(),
        "length": lambda n: np.log(n["duration"].mean()),
        "fullness": lambda n: len(n) / len(np.unique(n["onset"])),
    }
    for name, measure in changes.items():
        change = float(measure(after) - measure(before))
        found |= {name: change, f"{name}, size": abs(change)}
    return found | {"step": step, "step, size": abs(step), "repeats the note": float(step == 0)}


def of_all(parts: Parts, line: int) -> dict[str, float]:
    """Return how harmony goes over a bar line."""
    half = BAR // 2
    edges = line + half * np.arange(-2, 3)
    heard = together([parts[role] for role in PARTS])
    under = together([parts[role] for role in PARTS if role != "melody"])
    weights = chroma(heard, edges)
    lengths = np.linalg.norm(weights, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = weights / lengths[:, None]
    lowest = lowest_sounding(heard, int(edges[-1]) + 1)[edges[:-1]].astype(float)
    lowest[lowest >= 128] = np.nan
    sung, below = (chroma(n, edges) / half > 1 / 8 for n in (parts["melody"], under))
    beside = np.roll(below, 1, axis=1) | np.roll(below, -1, axis=1)
    clashes = (sung & beside).sum(axis=1)
    chords = [
        notes_in(parts["chords"], at, at + BAR)["pitch"].astype(float) for at in edges[[0, 2]]
    ]
    moves = np.nan
    if all(len(pitches) for pitches in chords):
        moves = float(np.abs(np.subtract.outer(*chords)).min(axis=0).mean())
    found = {
        f"harmony {name}": float(a @ b)
        for name, (a, b) in zip(("before", "over the line", "after"), pairwise(shares), strict=True)
    }
    return found | {
        "bass step": float((lowest[2] - lowest[1]) % 12),
        "bass step, size": abs(lowest[2] - lowest[1]),
        "bass before": abs(lowest[1] - lowest[0]),
        "bass after": abs(lowest[3] - lowest[2]),
        "voices move": moves,
        "clashes": float(clashes[2:].sum() - clashes[:2].sum()),
    }  # fmt: skip


def measures(parts: Parts, line: int) -> dict[str, float]:
    """Return all that is measured of a bar line, by name."""
    found = {f"all: {name}": value for name, value in of_all(parts, line).items()}
    for role in PARTS:
        found |= {f"{role}: {name}": value for name, value in of_part(parts[role], line).items()}
    return found


class Side:
    """Bar lines of one system, and the songs they are from."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self.windows: list[NDArray[np.float16]] = []
        self.songs: list[int] = []

    def add(self, parts: Parts, bars: list[int], song: int, semitones: int) -> None:
        for bar in bars:
            self.rows.append(measures(parts, bar * BAR))
            self.windows.append(roll_of_window(parts, bar * BAR, SIDE * BAR, semitones))
            self.songs.append(song)


def table(sides: Mapping[str, Side]) -> tuple[list[str], dict[str, Rows]]:
    """Return the measures' names, and of each side the values (N, F); NaN where there is none."""
    names = list(
        dict.fromkeys(name for side in sides.values() for row in side.rows for name in row)
    )
    values = {
        key: np.array([[row.get(name, np.nan) for name in names] for row in side.rows])
        for key, side in sides.items()
    }
    return names, values


def judged(rows: Rows, label: NDArray[np.bool_], songs: NDArray[np.int64], seed: int) -> list[Rows]:
    """Return what each classifier answers for songs that it never saw."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    kinds = [
        make_pipeline(
            SimpleImputer(keep_empty_features=True, add_indicator=True),
            StandardScaler(),
            LogisticRegression(C=0.05, max_iter=500),
        ),
        HistGradientBoostingClassifier(
            max_iter=80, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=15,
            l2_regularization=1.0, random_state=seed,
        ),
    ]  # fmt: skip
    folds = GroupKFold(5, shuffle=True, random_state=seed)
    return [
        cross_val_predict(kind, rows, label, groups=songs, cv=folds, method="predict_proba")[:, 1]
        for kind in kinds
    ]


def interval(
    scores: Rows, label: NDArray[np.bool_], songs: NDArray[np.int64], seed: int, n: int = 500
) -> tuple[float, float]:
    """Return the 95 % interval of the AUC over songs drawn again."""
    rng, names = np.random.default_rng(seed), np.unique(songs)
    of_song = {name: np.flatnonzero(songs == name) for name in names}
    found = []
    for _ in range(n):
        rows = np.concatenate([of_song[name] for name in rng.choice(names, len(names))])
        found.append(auc(scores[rows], label[rows]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def widest(names: list[str], real: Rows, made: Rows, n: int) -> list[str]:
    """Return the measures that by themselves tell most, with both means."""
    lines = []
    for column, name in enumerate(names):
        both = np.concatenate([real[:, column], made[:, column]])
        label = np.repeat([False, True], [len(real), len(made)])
        known = np.isfinite(both)
        area = auc(both[known], label[known])
        means = np.nanmean(real[:, column]), np.nanmean(made[:, column])
        lines.append(
            (abs(area - 0.5), f"  {name}: AUC {area:.3f}, {means[0]:.3f} | {means[1]:.3f}")
        )
    return [line for _, line in sorted(lines, key=lambda x: -x[0])[:n]]


def gather(songs: list[Piece], seed: int) -> dict[str, Side]:
    """Fill bars of every song, and gather the seams of every system."""
    rng = np.random.default_rng(seed)
    every = [parts_of(song) for song in songs]
    home = [semitones_home(key_of(song)) for song in songs]
    names = ("real", "inpaint", "another song's bars", "bars from elsewhere in the song", "floor")
    sides = {name: Side() for name in names}
    for index, (song, parts) in enumerate(zip(songs, every, strict=True)):
        firsts = list(range(int(rng.integers(6, 14)), song.n_bars - FILL - SIDE - 1, EVERY))
        text = ",".join(f"{first + 1}-{first + FILL}" for first in firsts)
        try:
            made = inpaint(bare(song), text, plan=Plan(seed=seed + index))[0].piece
        except AntiphonError as error:
            print(f"refused: {song.title}: {error}")
            continue
        strange, own = dict(parts), dict(parts)
        other = int(rng.integers(len(songs) - 1))
        other += other >= index
        for first in firsts:
            source = int(rng.integers(SIDE, songs[other].n_bars - FILL - SIDE))
            strange = spliced(
                strange, first, every[other], source, _nearest(home[other] - home[index])
            )
            source = first + EVERY * int(rng.integers(1, 4))
            source %= song.n_bars - FILL
            own = spliced(own, first, parts, source, 0)
        lines = [bar for first in firsts for bar in (first, first + FILL)]
        far = [bar for first in firsts for bar in (first + 6, first + 8)]
        lots = zip(names, (parts, parts_of(made), strange, own), strict=False)
        for name, heard in lots:
            sides[name].add(heard, lines, index, home[index])
        sides["floor"].add(parts, [b for b in far if b < song.n_bars - SIDE], index, home[index])
    return sides


def _nearest(semitones: int) -> int:
    return (semitones + 6) % 12 - 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--split", default="test", help="test, or validation to try things on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--widest", type=int, default=12, help="measures printed that tell most")
    parser.add_argument("--network", action="store_true", help="let a network look at the notes")
    asked = parser.parse_args()
    songs = held_out(asked.root, asked.split, asked.songs)
    sides = gather(songs, asked.seed)
    names, rows = table(sides)
    load = os.getloadavg()[0]
    print(f"{len(songs)} {asked.split} songs, seed {asked.seed}, load {load:.1f}")
    for name in list(sides)[1:]:
        n = [len(rows["real"]), len(rows[name])]
        label = np.repeat([False, True], n)
        of_song = np.array(sides["real"].songs + sides[name].songs)
        both = np.concatenate([rows["real"], rows[name]])
        scores = judged(both, label, of_song, asked.seed)
        areas = [auc(s, label) for s in scores]
        best = int(np.argmax(areas))
        low, high = interval(scores[best], label, of_song, asked.seed)
        print(
            f"{name}: {n[1]} seams, AUC {areas[best]:.3f} ({low:.3f}–{high:.3f}); "
            f"logistic {areas[0]:.3f}, trees {areas[1]:.3f}",
            flush=True,
        )
        if asked.network:
            windows = np.stack(sides["real"].windows + sides[name].windows)
            seen = judged_by_network(windows, label, of_song, asked.seed)
            low, high = interval(seen, label, of_song, asked.seed)
            print(f"  by a network: AUC {auc(seen, label):.3f} ({low:.3f}–{high:.3f})", flush=True)
    print("\n".join(widest(names, rows["real"], rows["inpaint"], asked.widest)))


if __name__ == "__main__":
    main()
