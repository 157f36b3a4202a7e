"""What keeps a scribe from learning songs by heart: losses on songs it learns from and on others.

    python benchmarks/forgetting.py data/prepared/pop909 --dropout 0.5 --untold 0.15 --seconds 200
    python benchmarks/forgetting.py data/prepared/pop909 --beside data/prepared/lieder=0.4
    python benchmarks/forgetting.py data/prepared/pop909 --seconds 0   # the shipped weights alone

Trains a scribe by the clock (on a GPU if there is one; a cosine over the seconds, other sets in a
share of them) and prints its losses in nats a note, of the moving average, on 192 windows of 12
bars of the validation split and of the train split, no latents heard: what a composing scribe
knows. First it prints those of the shipped weights, which are tuned.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch

from antiphon import models
from antiphon.models.scribe import Config, Scribe
from antiphon.representations.prepared import load
from antiphon.training._score_batches import Mixture, ScoreBatches
from antiphon.training._segments import Segments
from antiphon.training._steps import Ahead, cosine, device_of_training, ease
from antiphon.training.scribe import Drawn, scribe_losses, scribe_optimizer

N_BARS = 12  # of the windows that losses are taken on
HIGH, LOW, WARM_UP = 2e-3, 2e-5, 100


@torch.no_grad()
def losses(scribe: Scribe, batches: ScoreBatches) -> str:
    """Return the mean losses of four batches, and their sum."""
    rng, found = np.random.default_rng(0), []
    for _ in range(4):
        each = scribe_losses(scribe, *batches.batch(48, rng, 1.0))
        found.append({name.removeprefix("nll/"): value.item() for name, value in each.items()})
    means = {name: float(np.mean([row[name] for row in found])) for name in found[0]}
    parts = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
    return f"{sum(means.values()):.3f}  ({parts})"


def trained(scribe: Scribe, sets: Mixture, asked: argparse.Namespace) -> Scribe:
    """Return the moving average of a scribe that was trained for so many seconds."""
    device, began = device_of_training(), time.monotonic()
    alone = Mixture(sets.sets[:1])
    average = copy.deepcopy(scribe.to(device)).requires_grad_(False)
    optimizer = scribe_optimizer(scribe, HIGH, 20.0, asked.weight_decay)

    def spent() -> float:
        return (time.monotonic() - began) / asked.seconds

    def draw(iteration: int) -> Drawn:
        rng = np.random.default_rng([asked.seed, 5, iteration])
        noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
        batches = (sets if spent() < asked.beside_share else alone).drawn(rng)
        return *batches.batch(asked.batch_size, rng, 1.0), noise

    ahead, iteration = Ahead(draw), 0
    while (share := spent()) < 1:
        warm = min(1.0, (iteration + 1) / WARM_UP)
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * warm * cosine(share, 1, HIGH, LOW, 1)
        loss = torch.stack(list(scribe_losses(scribe, *ahead(iteration)).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(scribe.parameters(), 1.0)
        optimizer.step()
        iteration += 1
        ease(average, scribe, min(0.998, iteration / (iteration + 9)))
    ahead.close()
    print(f"{iteration} iterations of {asked.batch_size} windows of {asked.n_bars} bars")
    return average


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--weights", default="pop", help="whose coder reads bars")
    parser.add_argument("--beside", action="append", default=[], metavar="FOLDER=SHARE")
    parser.add_argument("--beside-share", type=float, default=0.55)
    parser.add_argument("--seconds", type=float, default=200)
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--untold", type=float, default=0.15, help="share of facts")
    parser.add_argument("--hidden", type=int, default=384)
    parser.add_argument("--weight-decay", type=float, default=0.02)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--n-bars", type=int, default=N_BARS)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    shipped, device = models.load(asked.weights), device_of_training()

    def batches(folder: Path, split: str, n_bars: int) -> ScoreBatches:
        segments = Segments(load(folder, split), shipped.coder, n_bars)
        return ScoreBatches(segments, n_bars).to(device)

    sides = {s: batches(asked.prepared, s, N_BARS) for s in ("validation", "train")}
    assert shipped.scribe is not None
    scribes = {f"shipped {asked.weights}": shipped.scribe.to(device)}
    if asked.seconds:
        torch.manual_seed(asked.seed)
        given = {"dropout": asked.dropout, "fact_dropout": asked.untold, "hidden": asked.hidden}
        sets = [(batches(asked.prepared, "train", asked.n_bars), 1.0)]
        for folder, _, share in (text.rpartition("=") for text in asked.beside):
            sets.append((batches(Path(folder), "train", asked.n_bars), float(share)))
        scribes["trained"] = trained(Scribe(Config(**given)), Mixture(sets), asked)
    for name, scribe in scribes.items():
        for split, side in sides.items():
            print(f"{name}, {split}: {losses(scribe, side)}")


if __name__ == "__main__":
    main()
