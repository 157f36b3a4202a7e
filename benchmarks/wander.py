"""Does the map of latents lead from music to other music, smoothly, and is all of it music?

    python benchmarks/wander.py --lines 4 --places 8

A piece of eight bars is composed and its map is walked along straight lines from edge to edge.
Two pieces are as far apart as the notes that they do not share (as in `interpolate.py`). Printed
are: how far apart neighbours and pieces further along a line are, beside two tellings of one place
and beside pieces that have nothing to do with each other; Spearman's correlation of the distance on
the map with the distance in the music, over all pairs of a line; the same correlation of what the
map's colours tell of a place with what is heard there; and how far pieces are from real songs'
habits, in deviations, beside composed ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from interpolate import Words, apart, deviations, words
from numpy.typing import NDArray
from scipy.stats import spearmanr

from antiphon import Plan, compose
from antiphon.inference._chart import MEASURES, N_BARS, landmark
from antiphon.inference._given import understand
from antiphon.inference.compose import Composition, writer_of
from antiphon.inference.wander import charted, wander
from antiphon.music.piece import Piece
from antiphon.representations.bars import PITCHED

ASKED = Plan(bars=N_BARS, form="A", instruments=",".join(PITCHED))


def heard(piece: Piece) -> Words:
    stretch = understand(piece, ASKED).stretches[0]
    return words(stretch.bars, stretch.notes, np.arange(N_BARS))


def lines(n_lines: int, n_places: int, seed: int) -> NDArray[np.float64]:
    """Return (lines, places, 2) even places on lines through the middle half of the map."""
    rng = np.random.default_rng(seed)
    walked = []
    for angle in (np.arange(n_lines) + rng.random()) * np.pi / n_lines:
        way = np.array([np.cos(angle), np.sin(angle)])
        middle = 0.5 + 0.25 * (rng.random(2) - 0.5)
        reach = min(
            (edge - m) / w
            for side in (way, -way)
            for m, w in zip(middle, side, strict=True)
            for edge in (0.0, 1.0)
            if (edge - m) / w > 0
        )
        along = np.linspace(-reach, reach, n_places)[:, None]
        walked.append(np.clip(middle + along * way, 0, 1))
    return np.array(walked)


def distances(told: Sequence[Words], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (pairs, 3) steps, distance on the map and in the music of a line's pairs."""
    return np.array(
        [
            (j - i, np.linalg.norm(at[i] - at[j]), apart(told[i], told[j]))
            for i in range(len(at))
            for j in range(i + 1, len(at))
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=4)
    parser.add_argument("--places", type=int, default=8, help="of each line")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    given = compose(ASKED, count=1)[0].piece
    mine = landmark(given, ASKED, writer_of(ASKED.style))
    chart = charted(mine.metre, ASKED)
    told_there = chart.holding([mine])

    def at(place: NDArray[np.float64], seed: int) -> Composition:
        plan = Plan(instruments=ASKED.instruments, seed=seed)
        return wander(given, float(place[0]), float(place[1]), plan=plan, draw=lambda _: chart)[0]

    walked = lines(options.lines, options.places, options.seed)
    made = [[at(place, 0) for place in line] for line in walked]
    notes = [[heard(one.piece) for one in line] for line in made]
    pairs = [distances(told, line) for told, line in zip(notes, walked, strict=True)]
    of_all = np.concatenate(pairs)
    for step in range(1, options.places):
        here = of_all[of_all[:, 0] == step]
        print(f"{step} steps, {here[:, 1].mean():.2f} of the map: {here[:, 2].mean():.3f} apart")
    again = [
        apart(told[0], heard(at(line[0], 1).piece))
        for told, line in zip(notes, walked, strict=True)
    ]
    print(f"two tellings of one place: {np.mean(again):.3f} apart")
    composed = compose(ASKED, count=options.lines * 3)
    others = [heard(one.piece) for one in composed]
    strangers = [apart(a, b) for n, a in enumerate(others) for b in others[n + 1 :]]
    print(f"composed pieces among each other: {np.mean(strangers):.3f} apart")
    by_line = [spearmanr(p[:, 1], p[:, 2]).statistic for p in pairs]
    print(
        f"distance on the map and in the music, rank correlation of a line's pairs: "
        f"{np.mean(by_line):.2f} ({min(by_line):.2f} to {max(by_line):.2f})"
    )
    flat = [one for line in made for one in line]
    colours = told_there.measured(walked.reshape(-1, 2))
    ensemble = writer_of(ASKED.style)
    found = [np.nanmean(landmark(one.piece, ASKED, ensemble).measures, axis=0) for one in flat]
    for name, colour, there in zip(MEASURES, colours.T, np.array(found).T, strict=True):
        if np.ptp(colour) and np.ptp(there):
            print(f"colour of {name} and what is heard: {spearmanr(colour, there).statistic:.2f}")
    walked_far, composed_far = ([deviations(one) for one in few] for few in (flat, composed))
    print(
        f"deviations from songs' habits: {np.mean(walked_far):.2f} on the map, "
        f"{np.mean(composed_far):.2f} composed"
    )


if __name__ == "__main__":
    main()
