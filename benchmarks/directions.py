"""Do directions in the space of latents move music as sliders do?

    python benchmarks/directions.py data/pop909 --pieces 10

Directions are found with labels (ridge regression of measures of bars on the coder's latents of
training songs' bars) and without (closed form, Shen & Zhou, CVPR 2021: the directions in which the
first layer of each part's decoder stretches most). Composed pieces' latents are moved along each,
brought back to the sphere, and written again by scribe and decoder together, as
`antiphon interpolate` writes. Printed are, as by `benchmarks/sliders.py`, Spearman's correlation
of place and measure (means, and single pieces), and how far each measure moves from end to end,
in deviations of pieces that are not moved.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sliders import measures
from torch import Tensor

from antiphon import Plan
from antiphon.datasets import pop909
from antiphon.inference._drafts import _latents, drafts_of
from antiphon.inference._judge import habits
from antiphon.inference._players import assembled
from antiphon.inference._sheet import Sheet, write_sheet
from antiphon.inference._sliders import fifths
from antiphon.inference.compose import writer_of
from antiphon.inference.interpolate import TRUST
from antiphon.metrics.bars import MEASURES, measure_bars
from antiphon.models._coder import Coder, latents_of
from antiphon.models._ensemble import Ensemble
from antiphon.models._leaning import Lean, wished
from antiphon.music.plan import SLIDERS
from antiphon.representations.bars import N_SLOTS, SLOTS_PER_BEAT, encode, home_shift
from antiphon.representations.rolls import chord_features, owned, rolls_of

PLACES = (-1.0, -0.5, 0.0, 0.5, 1.0)
REACH = 8.0  # length of the longest move; latents of a bar have the length √Z, about 13
RIDGE = 30.0

Floats = NDArray[np.float64]


def labels(bars: NDArray[np.void], notes: NDArray[np.void]) -> Floats:
    """Return (N, 6) of each bar what its sliders' measures come from; NaN where nothing tells."""
    n = len(bars)
    owner, found = owned(bars, notes, range(4))
    count = np.bincount(owner, minlength=n).astype(float)
    pitch = found["pitch"] + home_shift(bars["tonic"], bars["minor"])[owner]
    rolls = rolls_of(bars, notes).unpacked(np.arange(n))
    chroma = chord_features(bars["chords"], home_shift(bars["tonic"], bars["minor"]))[..., :12]
    harsh = measure_bars(rolls, chroma, N_SLOTS)[:, MEASURES.index("harsh seconds")]

    def mean(values: NDArray[np.generic]) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.bincount(owner, values, n) / count

    off = found["slot"] % SLOTS_PER_BEAT != 0
    bright = fifths(bars)[owner, pitch % 12]
    return np.stack(
        [count, mean(pitch), mean(off), mean(bright), harsh, mean(found["velocity"])], axis=1
    )


def with_labels(root: Path, n_songs: int, ensemble: Ensemble) -> dict[str, Tensor]:
    """Return a direction (Z,) for each slider's measure, from training songs."""
    rows, told = [], []
    for source in [s for s in pop909.sources(root) if s.split == "train"][:n_songs]:
        bars, notes, _ = encode(pop909.read(source))
        if not len(bars):
            continue
        rows.append(latents_of(bars, notes, ensemble.coder).numpy())
        told.append(labels(bars, notes))
    x, y = np.concatenate(rows), np.concatenate(told)
    there = np.isfinite(y).all(axis=1)
    x, y = x[there] - x[there].mean(axis=0), y[there]
    y = (y - y.mean(axis=0)) / y.std(axis=0)
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)
    explained = 1 - ((y - x @ weights) ** 2).mean(axis=0)
    print(
        "explained: " + ", ".join(f"{n} {e:.2f}" for n, e in zip(SLIDERS, explained, strict=True))
    )
    unit = weights / np.linalg.norm(weights, axis=0)
    return {name: torch.from_numpy(unit[:, i]).float() for i, name in enumerate(SLIDERS)}


def without_labels(coder: Coder, n: int) -> dict[str, Tensor]:
    """Return the n directions (Z,) that decoders stretch most, each of one part."""
    found, begin = [], 0
    for part, size in enumerate(coder.config.latent_sizes):
        weight = coder.parts[part].from_latent.weight  # (hidden, size)
        values, vectors = torch.linalg.eigh(weight.T @ weight)
        for value, vector in zip(values, vectors.T, strict=True):
            direction = torch.zeros(coder.latent_size)
            direction[begin : begin + size] = vector
            found.append((float(value), f"part {part}", direction))
        begin += size
    found.sort(key=lambda f: -f[0])
    return {f"{i + 1} ({name})": direction for i, (_, name, direction) in enumerate(found[:n])}


def on_sphere(latents: Tensor, sizes: Sequence[int]) -> Tensor:
    parts = latents.split(list(sizes), dim=-1)
    return torch.cat([torch.nn.functional.layer_norm(p, p.shape[-1:]) for p in parts], dim=-1)


def moved(sheets: Sequence[Sheet], latents: Tensor, ensemble: Ensemble) -> Floats:
    """Return the measures (pieces, 6) of pieces written after latents (B, N, Z)."""
    leaning = []
    for sheet, mine in zip(sheets, latents, strict=True):
        shift = home_shift(sheet.bars["tonic"], sheet.bars["minor"])
        wish = wished(mine, chord_features(sheet.bars["chords"], shift), ensemble.coder)
        lean = replace(Lean.none(len(sheet.bars)), wish=wish, trust=TRUST)
        leaning.append(replace(sheet, lean=lean))
    drafts = drafts_of(leaning, ensemble, habits(ensemble))
    pieces = [assembled(d.parts, d.sheet, style="pop") for d in drafts]
    return np.array([measures(p, slice(0, p.n_bars)) for p in pieces])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--pieces", type=int, default=10)
    parser.add_argument(
        "--songs", type=int, default=60, help="training songs that directions learn from"
    )
    parser.add_argument("--closed", type=int, default=3, help="directions without labels")
    asked = parser.parse_args()
    ensemble = writer_of("pop")
    plan = Plan(bars=8, instruments="melody,counter,chords,bass")
    sheets = [write_sheet(replace(plan, seed=seed), ensemble) for seed in range(asked.pieces)]
    base = _latents(drafts_of(sheets, ensemble, habits(ensemble)), ensemble)
    print(f"{asked.pieces} pieces of 8 bars, load {os.getloadavg()[0]:.1f}")
    directions = with_labels(asked.root, asked.songs, ensemble)
    directions |= without_labels(ensemble.coder, asked.closed)
    sizes = ensemble.coder.config.latent_sizes
    still = moved(sheets, base, ensemble)
    print(f"{'':14} rank  single  from end to end, in deviations: {', '.join(SLIDERS)}")
    for name, direction in directions.items():
        rows = np.array(
            [
                still
                if at == 0
                else moved(sheets, on_sphere(base + at * REACH * direction, sizes), ensemble)
                for at in PLACES
            ]
        )
        change = (rows[-1] - rows[0]).mean(axis=0) / still.std(axis=0)
        column = SLIDERS.index(name) if name in SLIDERS else int(np.abs(change).argmax())
        rank = spearmanr(PLACES, rows[..., column].mean(axis=1)).statistic
        each = [spearmanr(PLACES, rows[:, i, column]).statistic for i in range(asked.pieces)]
        told = "  ".join(f"{c:+.2f}" for c in change)
        print(f"{name:14} {rank:+.2f}  {np.nanmean(each):+.2f}  {told}", flush=True)


if __name__ == "__main__":
    main()
