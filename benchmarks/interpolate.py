"""Do paths lead from one piece to the other, and is every piece on them music?

    python benchmarks/interpolate.py data/pop909 --pairs 10
    python benchmarks/interpolate.py data/pop909 --back 10

Pairs of POP909's test songs. Two pieces are as far apart as the notes that they do not share: 1 −
2·shared / (all of one + all of the other), a note being its part, its 16th of the bars that lie at
the same place of the path, and its pitch class in the home key. Printed are, over all paths:
Spearman's correlation of the step with the distance to either end, the distances step by step, and
how musical the pieces of the path are beside as many composed ones: their score (0 best, as
`antiphon compose` ranks), their distance from real songs' habits in deviations, and the Fréchet
distance and AUC of `antiphon evaluate`, to test songs that are on no path; beside those of the ends
themselves, since a few songs are not like all songs.

`--back` prints how much of a song's first 32 bars comes back from its own latents (F1 of each
part's notes): told to the scribe alone, at levels of noise, and with the decoder's probabilities
to powers.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from antiphon import Plan, compose, interpolate
from antiphon.datasets import pop909
from antiphon.errors import AntiphonError
from antiphon.inference import interpolate as verb
from antiphon.inference._between import End, place
from antiphon.inference._given import understand
from antiphon.inference._judge import habits, measured
from antiphon.inference._players import play
from antiphon.inference.compose import Composition, writer_of
from antiphon.inference.evaluate import evaluate
from antiphon.models._leaning import Lean
from antiphon.models._writer import write
from antiphon.music.piece import Piece, Track
from antiphon.representations.bars import PARTS, encode, home_shift
from antiphon.representations.rolls import owned
from antiphon.representations.score import N_PARTS

PLACES = 16
Words = set[tuple[int, int, int, int]]


def words(bars: NDArray[np.void], notes: NDArray[np.void], at: NDArray[np.int64]) -> Words:
    """Return what is played in bars `at`, counted through: place, 16th, part and pitch class."""
    shift = home_shift(bars["tonic"], bars["minor"])
    owner, found = owned(bars, notes, range(len(PARTS) - 1))
    slot = found["slot"].astype(int) * PLACES // 24
    pitch = (found["pitch"].astype(int) + shift[owner]) % 12
    here = list(
        zip(owner.tolist(), slot.tolist(), found["part"].tolist(), pitch.tolist(), strict=True)
    )
    by_bar: dict[int, list[tuple[int, int, int]]] = {}
    for bar, *rest in here:
        by_bar.setdefault(bar, []).append((rest[0], rest[1], rest[2]))
    return {(n, *note) for n, bar in enumerate(at.tolist()) for note in by_bar.get(bar, [])}


def apart(one: Words, other: Words) -> float:
    return 1 - 2 * len(one & other) / max(len(one) + len(other), 1)


def ends_of(pieces: Sequence[Piece], plan: Plan) -> list[End]:
    ensemble = writer_of(plan.style)
    return [verb._end(piece, plan, ensemble) for piece in pieces]


def far(path: Sequence[Composition], ends: Sequence[End], plan: Plan) -> NDArray[np.float64]:
    """Return (steps, 2) how far every piece of a path is from either end."""
    rows = []
    for number, made in enumerate(path):
        where = place(ends[0], ends[1], number / (len(path) - 1))
        if number in (0, len(path) - 1):
            stretch = ends[0 if number == 0 else 1].stretch
            mine = words(stretch.bars, stretch.notes, (where.at_first, where.at_second)[number > 0])
        else:
            stretch = understand(made.piece, plan).stretches[0]
            mine = words(stretch.bars, stretch.notes, np.arange(len(where.at_first)))
        sides = zip(ends, (where.at_first, where.at_second), strict=True)
        rows.append([apart(mine, words(e.stretch.bars, e.stretch.notes, at)) for e, at in sides])
    return np.array(rows)


def back(songs: Sequence[Piece], plan: Plan) -> None:
    """Print how much of songs comes back from their latents, and how many bars fail the habits."""
    ensemble, usual = writer_of(plan.style), habits(writer_of(plan.style))
    ways = [("told at level", level, 0.0) for level in (1.0, 0.8, 0.5, 0.2, 0.0)]
    ways += [("decoder to the power", 1.0, power) for power in (0.5, 1.0, 2.0, 4.0, 8.0)]
    ends = ends_of(songs, plan)
    for name, level, power in ways:
        found, failing = [], []
        for end in ends:
            sheet = verb._sheet(end, end, 0.5, plan, ensemble)
            lean = replace(sheet.lean or Lean.none(len(sheet.bars)), trust=power)
            writing = write(
                ensemble.scribe, end.latents[None], level,
                sheet.segment(N_PARTS, end.latents.shape[1]), [sheet.bars], [[plan.seed, 0]],
                leans=[lean] if power else None,
            )  # fmt: skip
            parts = play(writing, 0, sheet)
            tracks = [Track(role, notes=notes, role=role) for role, notes in parts.items()]
            bars, notes, _ = encode(
                Piece(
                    tracks,
                    keys=sheet.key_marks(),
                    metres=[sheet.metre],
                    n_bars_asked=len(sheet.bars),
                )
            )
            at = np.arange(len(sheet.bars))
            mine, true = words(bars, notes, at), words(end.stretch.bars, end.stretch.notes, at)
            by_part = [
                [{w for w in side if w[2] == m} for side in (mine, true)] for m in range(N_PARTS)
            ]
            found.append([1 - apart(*both) if both[1] else np.nan for both in by_part])
            failing.append(len({b for b, _ in usual.failures(measured(parts, sheet))}) / len(at))
        shares = "  ".join(
            f"{role} {share:.2f}"
            for role, share in zip(PARTS, np.nanmean(found, axis=0), strict=False)
        )
        value = level if power == 0 else power
        print(f"{name} {value:g}: {shares}; bars beyond the habits {np.mean(failing):.3f}")


def deviations(made: Composition) -> float:
    """Return how far a piece is from songs' habits, as its reasons tell it."""
    found = [m for r in made.reasons if (m := re.match(r"on average ([\d.]+) standard", r))]
    return float(found[0][1])


def first_bars(song: Piece, n: int) -> Piece:
    """Return the first bars of a song."""
    end = int(song.bar_starts()[min(n, song.n_bars)])
    tracks = [replace(t, notes=t.notes[t.notes["onset"] < end]) for t in song.tracks]
    sections = [s for s in song.sections if s.start < n]
    marks = {
        name: [mark for mark in getattr(song, name) if mark.onset < end]
        for name in ("chords", "tempos", "metres", "keys")
    }
    return replace(song, tracks=tracks, sections=sections, n_bars_asked=0, **marks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trust", type=float, default=verb.TRUST, help="instead of the usual one")
    parser.add_argument("--back", type=int, default=0, help="songs to bring back, instead of paths")
    asked = parser.parse_args()
    verb.TRUST = asked.trust
    plan = Plan(seed=asked.seed)
    sources = [s for s in pop909.sources(asked.root) if s.split == "test"]
    songs = [pop909.read(source) for source in sources]
    if asked.back:
        back([first_bars(song, 32) for song in songs[: asked.back]], plan)
    else:
        walk(songs, [source.id for source in sources], asked)


def walk(songs: Sequence[Piece], ids: Sequence[str], asked: argparse.Namespace) -> None:
    """Print what is found of paths between neighbouring songs."""
    plan = Plan(seed=asked.seed)
    paths, distances = [], []
    for index in range(asked.pairs):
        pair = songs[2 * index : 2 * index + 2]
        try:
            path = interpolate(pair[0], pair[1], asked.steps, plan=plan)
        except AntiphonError as error:
            print(f"refused: {ids[2 * index]}: {error}")
            continue
        paths.append(path)
        distances.append(far(path, ends_of(pair, plan), plan))
    each = np.array(distances)  # (paths, steps, 2)
    at = np.arange(asked.steps)
    load = os.getloadavg()[0]
    print(f"{len(paths)} paths of {asked.steps} steps, seed {asked.seed}, load {load:.1f}")
    for side, name in enumerate(("first", "second")):
        rank = [spearmanr(at, path[:, side]).statistic for path in each]
        print(
            f"Spearman of step and distance to the {name}: {np.mean(rank):+.3f}, worst "
            f"{min(rank, key=abs):+.3f}; means {np.round(each[..., side].mean(axis=0), 2)}"
        )
    inner = [made for path in paths for made in path[1:-1]]
    bars = int(np.median([m.piece.n_bars for m in inner]))
    composed = compose(
        Plan(bars=bars, seed=asked.seed, instruments="melody,counter,chords,bass"), count=len(inner)
    )
    others = songs[2 * asked.pairs :]
    ends = [made.piece for path in paths for made in (path[0], path[-1])]
    far_ends = evaluate(ends, others, controls=False)["distance"]["generated"]
    print(f"the ends themselves: FD {far_ends['fd']:.1f}  AUC {far_ends['auc']:.3f}")
    for name, made in (("path", inner), ("composed", composed)):
        report = evaluate([m.piece for m in made], others, controls=False)["distance"]
        print(
            f"{name:10} score {np.mean([m.score for m in made]):.2f}  deviations "
            f"{np.mean([deviations(m) for m in made]):.2f}  FD {report['generated']['fd']:.1f} "
            f"(real {report['real']['fd']:.1f})  AUC {report['generated']['auc']:.3f}"
        )
    for step in range(asked.steps - 2):
        row = [path[step + 1] for path in paths]
        print(
            f"step {step + 2}: score {np.mean([m.score for m in row]):.2f}  deviations "
            f"{np.mean([deviations(m) for m in row]):.2f}"
        )


if __name__ == "__main__":
    main()
