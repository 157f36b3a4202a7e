"""Whether a label is heard: what is drawn for each class, beside real segments of that class.

    python benchmarks/labels_heard.py runs/emotion data/prepared/emopia --kind emotion

Of each class, as many drawn as held-out real segments: notes a beat, the share of segments in
minor, mean pitch and mean velocity. Then the order of classes by each measure, drawn and real, as
Spearman's correlation over segments with the classes' real means: 0 is a label that is not heard.
Of a run folder also how often its discriminator, told each class in turn, likes the right one
best, beyond how much it likes a class on average: what it does not know, no generator can learn
from it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from scipy.stats import spearmanr

from antiphon import models
from antiphon.inference.generate import segments
from antiphon.models._gan import Drawer, Judge, build, read_drawer
from antiphon.music.piece import RESOLUTION
from antiphon.representations.labels import classes_of
from antiphon.representations.views import Array, piece_of

MEASURES = ("notes a beat", "minor", "pitch", "velocity")


def measured(drawer: Drawer, segment: Array) -> list[float]:
    """Return `MEASURES` of one segment; NaN where it has no note."""
    passage = drawer.view.passage(segment)
    piece = piece_of([passage], passage.n_bars)
    notes = np.concatenate([track.notes for track in piece.tracks])
    if not len(notes):
        return [np.nan] * len(MEASURES)
    n_beats = max(1.0, (notes["onset"].max() + 1) / RESOLUTION)
    minor = piece.keys[0].key.mode == "minor"
    return [len(notes) / n_beats, float(minor), notes["pitch"].mean(), notes["velocity"].mean()]


def discriminator_of(drawer: Drawer, checkpoint: Path) -> Judge:
    """Return the trained discriminator of a run's checkpoint."""
    judge = build(drawer.model, drawer.config).discriminator
    prefix = "discriminator."
    found = {k: v for k, v in load_file(checkpoint).items() if k.startswith(prefix)}
    judge.load_state_dict({k.removeprefix(prefix): v for k, v in found.items()})
    return judge.eval()


@torch.no_grad()
def share_named(judge: Judge, drawer: Drawer, told: argparse.Namespace, split: str) -> float:
    """Return of which share of real segments the discriminator likes the right class best."""
    source = drawer.view.open(told.prepared, split)
    classes = torch.from_numpy(classes_of(source.pieces, drawer.vocabulary)[source.piece])
    index = np.random.default_rng(told.seed).permutation(source.n)[: 4 * told.n]
    segment, condition = (torch.from_numpy(x) for x in source.take(index))
    said, column = classes[index], list(drawer.vocabulary).index(told.kind)
    logits = []
    for which in range(len(drawer.vocabulary[told.kind])):
        asked = said.clone()
        asked[:, column] = which
        logits.append(judge(segment, condition, asked).reshape(len(index), -1).mean(dim=1))
    liking = torch.stack(logits, dim=1)  # (n, classes)
    liking = liking - liking.mean(dim=1, keepdim=True)
    found = (liking - liking.mean(dim=0)).argmax(dim=1) == said[:, column]
    return float(found[said[:, column] >= 0].float().mean())


def main() -> None:
    """Print one table for each side, and the correlations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--kind", default="emotion")
    parser.add_argument("--n", type=int, default=200, help="segments of each class")
    parser.add_argument("--split", default="test")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    folder = models.folder_of(args.model)
    drawer = read_drawer(folder)
    names = drawer.vocabulary[args.kind]
    source = drawer.view.open(args.prepared, args.split)
    of_kind = classes_of(source.pieces, {args.kind: names})[source.piece, 0]
    rng = np.random.default_rng(args.seed)
    rows: dict[tuple[str, str], np.ndarray] = {}
    for which, name in enumerate(names):
        index = rng.permutation(np.flatnonzero(of_kind == which))[: args.n]
        real = source.take(index)[0]
        made = np.concatenate(list(segments(drawer, args.n, args.seed, {args.kind: name})))
        rows["real", name] = np.array([measured(drawer, x) for x in real])
        rows["drawn", name] = np.array([measured(drawer, x) for x in made])
    for side in ("real", "drawn"):
        print(f"| {side} | n | {' | '.join(MEASURES)} |")
        for name in names:
            found = rows[side, name]
            means = " | ".join(f"{m:.2f} ± {s:.2f}" for m, s in _with_error(found))
            print(f"| {name} | {len(found)} | {means} |")
    for side in ("real", "drawn"):
        cells = []
        for column in range(len(MEASURES)):
            wanted = [np.nanmean(rows["real", name][:, column]) for name in names]
            x = np.concatenate(
                [[w] * len(rows[side, n]) for w, n in zip(wanted, names, strict=True)]
            )
            y = np.concatenate([rows[side, name][:, column] for name in names])
            cells.append(f"{spearmanr(x, y, nan_policy='omit').statistic:+.2f}")
        print(f"{side}: correlation with the classes' real means: {', '.join(cells)}")
    if (checkpoint := folder.parent / "gan.safetensors").exists():
        judge = discriminator_of(drawer, checkpoint)
        shares = [f"{share_named(judge, drawer, args, s):.2f} ({s})" for s in ("train", "test")]
        print(f"the discriminator names the class of {', '.join(shares)}")


def _with_error(found: np.ndarray) -> list[tuple[float, float]]:
    n = (~np.isnan(found)).sum(axis=0)
    return list(zip(np.nanmean(found, axis=0), np.nanstd(found, axis=0) / np.sqrt(n), strict=True))


if __name__ == "__main__":
    main()
