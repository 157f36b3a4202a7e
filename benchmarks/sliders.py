"""Does every slider move what it is named after, and how much else?

    python benchmarks/sliders.py --pieces 20
    python benchmarks/sliders.py --curve

Composes pieces with the same seeds at each of several places of one slider after the other and
prints, of the means of all pieces at each place: the named measure, Spearman's correlation of
place and measure, and how far every measure moves from one end of the slider to the other, in
standard deviations of pieces at its middle. `--curve` composes with a mood that rises from sad
and calm to happy and excited and prints the measures of every quarter of the pieces, without the
last bar, in which they come to rest.

Measures are of the pitched parts: notes a bar; mean pitch; syncopation an onset (Longuet-Higgins
& Lee), the mean over parts; place on the line of fifths above the tonic; share of what sounds
together that clashes; mean velocity.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from antiphon import Plan, compose
from antiphon.metrics.harmony import brightness, dissonance
from antiphon.metrics.rhythm import notes_per_bar, syncopation
from antiphon.music.excerpt import roll_of
from antiphon.music.piece import Piece, together
from antiphon.music.plan import SLIDERS

SIXTEENTH = 6
MOODS = "1:-0.9,-0.9 {last}:0.9,0.9"


def measures(piece: Piece, bars: slice) -> list[float]:
    """Return the measures of some bars, in the order of `SLIDERS`."""
    starts = piece.bar_starts()
    begin, stop = int(starts[bars.start]), int(starts[bars.stop])
    parts = []
    for track in piece.tracks:
        notes = track.notes[(track.notes["onset"] >= begin) & (track.notes["onset"] < stop)].copy()
        notes["onset"] -= begin
        parts += [notes] if not track.is_drum and len(notes) else []
    notes = together(parts)
    per_bar = int(starts[1]) // SIXTEENTH
    key = max((k for k in piece.keys if k.onset <= begin), key=lambda k: k.onset).key
    return [
        notes_per_bar(notes, bars.stop - bars.start),
        float(notes["pitch"].mean()),
        float(np.mean([syncopation(part, per_bar) for part in parts])),
        brightness(notes, key),
        dissonance(roll_of(notes, stop - begin)),
        float(notes["velocity"].mean()),
    ]


def composed(plan: Plan, n: int) -> NDArray[np.float64]:
    """Return (pieces, measures) of new pieces."""
    made = compose(plan, count=n)
    return np.array([measures(m.piece, slice(0, m.piece.n_bars)) for m in made])


def slide(plan: Plan, places: Sequence[float], n: int, only: Sequence[str]) -> None:
    """Print of each slider what its measure does, and how far all measures move."""
    usual = composed(plan, n).std(axis=0)
    for name in only:
        rows = np.array([composed(replace(plan, **{name: at}), n) for at in places])
        column, means = SLIDERS.index(name), rows.mean(axis=1)
        rank = spearmanr(places, means[:, column]).statistic
        pieces = [spearmanr(places, rows[:, i, column]).statistic for i in range(n)]
        told = "  ".join(f"{m:.3g}" for m in means[:, column])
        print(
            f"{name}: at {', '.join(f'{p:g}' for p in places)} its measure is {told}; "
            f"Spearman {rank:.2f}, of single pieces {np.nanmean(pieces):.2f}"
        )
        change = zip(SLIDERS, (means[-1] - means[0]) / usual, strict=True)
        moves = ", ".join(f"{other} {moved:+.2f}" for other, moved in change)
        print(f"  from end to end, in deviations: {moves}", flush=True)


def curve(plan: Plan, n: int) -> None:
    bars = plan.n_bars(0)
    made = compose(replace(plan, mood_curve=MOODS.format(last=bars)), count=n)
    quarter = bars // 4
    rows = np.array(
        [
            [
                measures(m.piece, slice(q * quarter, min((q + 1) * quarter, bars - 1)))
                for q in range(4)
            ]
            for m in made
        ]
    )
    names = [*SLIDERS, "tempo", "major"]
    more = []
    for m in made:
        starts = m.piece.bar_starts()
        at = [int(starts[q * quarter + quarter // 2]) for q in range(4)]
        more.append(
            [
                [
                    max((t for t in m.piece.tempos if t.onset <= step), key=lambda t: t.onset).bpm,
                    max((k for k in m.piece.keys if k.onset <= step), key=lambda k: k.onset)
                    .key.mode == "major",
                ]
                for step in at
            ]
        )  # fmt: skip
    rows = np.concatenate([rows, np.array(more, float)], axis=2)
    for column, name in enumerate(names):
        each = [
            spearmanr(range(4), piece[:, column]).statistic
            for piece in rows
            if np.ptp(piece[:, column]) > 0
        ]
        told = "  ".join(f"{v:.3g}" for v in rows[..., column].mean(axis=0))
        means = spearmanr(range(4), rows[..., column].mean(axis=0)).statistic
        print(f"{name:12} {means:5.2f}  {told}; of single pieces {np.mean(each):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=20)
    parser.add_argument("--bars", type=int, default=8)
    parser.add_argument("--places", default="0,0.25,0.5,0.75,1")
    parser.add_argument("--sliders", default=",".join(SLIDERS))
    parser.add_argument("--style", default="pop")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--curve", action="store_true", help="a rising mood, instead of sliders")
    asked = parser.parse_args()
    parts = "melody,counter,chords,bass"
    plan = Plan(style=asked.style, bars=asked.bars, seed=asked.seed, instruments=parts)
    print(
        f"{asked.pieces} pieces of {asked.bars} bars, {asked.style}, from seed {asked.seed} on, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    if asked.curve:
        curve(plan, asked.pieces)
    else:
        places = [float(p) for p in asked.places.split(",")]
        slide(plan, places, asked.pieces, asked.sliders.split(","))


if __name__ == "__main__":
    main()
