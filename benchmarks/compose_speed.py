"""How fast: bars a second in batches, a cold `antiphon compose`, and rendering.

    python benchmarks/compose_speed.py

Prints medians of several runs, and the machine's load beside them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from antiphon import models
from antiphon.formats import wav
from antiphon.inference._drafts import BATCH
from antiphon.inference._sheet import write_sheet
from antiphon.inference._walk import stacked, walk
from antiphon.inference.compose import compose
from antiphon.models._audition import N_TAKES
from antiphon.models._writer import write
from antiphon.music.plan import Plan

N_BARS, RUNS = 32, 3


def median_s(work: Callable[[], object]) -> float:
    """Return the median time of a few runs, in seconds."""
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def generation() -> float:
    """Return bars a second, from noise to written scores, of a batch of pieces."""
    ensemble = models.load("pop")
    scribe = ensemble.scribe
    assert scribe is not None
    sizes = scribe.config.latent_sizes
    plan = Plan(bars=N_BARS, form="AABA", key="C", chords="C Am F G")
    sheets = [write_sheet(replace(plan, seed=seed), ensemble) for seed in range(BATCH)]
    segment = stacked([s.segment(len(sizes), sum(sizes)) for s in sheets])

    def work() -> None:
        level, latents = scribe.config.level, segment.known
        if level < 1:
            latents = walk(ensemble.walker(), segment, list(range(BATCH)))
        seeds = [[seed] for seed in range(BATCH)]
        bars, threads = [s.bars for s in sheets], torch.get_num_threads()
        write(scribe, latents, level, segment, bars, seeds, n_threads=threads)

    work()
    return BATCH * N_BARS / median_s(work)


def composing() -> float:
    """Return how many bars of finished pieces are composed a second, their takes being heard."""
    count = BATCH // N_TAKES
    plan = Plan(bars=N_BARS, seed=1)
    return count * N_BARS / median_s(lambda: compose(plan, count=count))


def cold() -> float:
    """Return the seconds of one cold command: 32 bars as MIDI, sound and picture."""
    with tempfile.TemporaryDirectory() as folder:

        def work() -> None:
            command = ["compose", "--bars", "32", "--seed", "1", "--formats", "mid,wav,png"]
            subprocess.run(
                [Path(sys.executable).with_name("antiphon"), *command, "--out", folder],
                check=True,
                stdout=subprocess.DEVNULL,
            )

        return median_s(work)


def rendering() -> float:
    """Return how many times faster than it plays a piece of three minutes is rendered."""
    piece = compose(Plan(duration_s=180.0, seed=1))[0].piece
    wav.render(piece)
    return piece.duration_s / median_s(lambda: wav.render(piece))


def main() -> None:
    print(f"{torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}")
    print(f"generation alone: {generation():,.0f} bars a second in batches of {BATCH}")
    print(f"composing, {N_TAKES} takes heard: {composing():,.0f} bars a second")
    print(f"cold `antiphon compose`, 32 bars, MIDI + WAV + picture: {cold():.1f} s")
    print(f"rendering 3 minutes: {rendering():.0f} × real time")


if __name__ == "__main__":
    main()
