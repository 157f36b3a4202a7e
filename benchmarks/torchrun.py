"""Two processes beside one: the same losses, how much faster, and what a kill -9 leaves.

    python benchmarks/torchrun.py curve data/prepared/pop909
    python benchmarks/torchrun.py speed data/prepared/pop909
    python benchmarks/torchrun.py kill data/prepared/pop909 --times 20

`curve` trains MuseGAN without batch statistics by one process (in two micro-batches, and with
the whole batch at once) and by two processes that share the same batch, and prints the largest
difference of any loss and of any weight; then it goes on from one process's checkpoint with two,
and compares two processes with the whole batch once more in double precision, where the order of
sums is no longer seen. `speed` prints
segments a second of both, a thread a process: it says something on a machine with two free
cores only. `kill` sends SIGKILL to a rank at random moments, starts again each time, and
compares the last weights bit for bit with those of a training that nobody disturbed. Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from safetensors.torch import load_file

CONFIG = """
kind = "gan"
model = "musegan"
prepared = "{prepared}"
[network]
norm = "layer"
width = {width}
critic_width = {critic_width}
[training]
n_iterations = {n_iterations}
batch_size = {batch_size}
micro_batch_size = {micro_batch_size}
objective = "relativistic"
penalty = "r1_r2"
penalty_every = 4
discriminator_learning_rate = 1e-4
generator_learning_rate = 1e-4
augment = ["rotate", "cut_out"]
precision = "{precision}"
log_every = 1
save_every = {save_every}
sample_every = 1000000
"""
SMALL = {"width": 32, "critic_width": 16, "batch_size": 16, "micro_batch_size": 8}
LARGE = {"width": 128, "critic_width": 48, "batch_size": 64, "micro_batch_size": 0}


def written(folder: Path, prepared: Path, *, precision: str = "auto", **sizes: int) -> Path:
    """Write a config; what is in the folder already is gone on with."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config-of-run.toml"
    where = prepared.resolve().as_posix()
    file.write_text(CONFIG.format(prepared=where, precision=precision, **sizes))
    return file


def started(config: Path, n_processes: int) -> subprocess.Popen[bytes]:
    """Start a training in the folder that its config lies in."""
    antiphon = str(Path(sys.executable).with_name("antiphon"))
    words = ["train", str(config), "--run", str(config.parent)]
    if n_processes > 1:
        launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command = [*launcher, "--nproc-per-node", str(n_processes), "--no-python", "--", antiphon]
    else:
        command = [antiphon]
    return subprocess.Popen(
        [*command, *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def trained(config: Path, n_processes: int) -> Path:
    """Train to the end; return the run folder."""
    process = started(config, n_processes)
    _, said = process.communicate()
    if process.returncode:
        sys.exit(said.decode(errors="replace")[-2000:])
    return config.parent


def stats(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "stats.jsonl").read_text().splitlines()]


def apart(one: Path, two: Path) -> str:
    """Return how far losses of any iteration (written with six decimals) and last weights are."""
    losses = max(
        abs(a[name] - b[name])
        for a, b in zip(stats(one), stats(two), strict=True)
        for name in a
        if name.startswith("loss/")
    )
    first, second = weights(one), weights(two)
    most = max(
        float((value - second[name]).abs().max())
        for name, value in first.items()
        if name.startswith(("generator.", "discriminator."))
    )
    return f"losses differ by {losses:.1e}, weights by {most:.1e}"


def curve(prepared: Path, work: Path, n: int) -> None:
    """Print how far losses of one and of two processes come apart."""
    sizes = {**SMALL, "save_every": n}
    whole = sizes | {"micro_batch_size": 0}
    one = trained(written(work / "one", prepared, n_iterations=n, **sizes), 1)
    two = trained(written(work / "two", prepared, n_iterations=n, **sizes), 2)
    print(f"two processes, {n} iterations: {apart(one, two)}", flush=True)
    at_once = trained(written(work / "at-once", prepared, n_iterations=n, **whole), 1)
    print(f"the whole batch at once: {apart(at_once, two)}", flush=True)
    trained(written(work / "mixed", prepared, n_iterations=n // 2, **sizes), 1)
    mixed = trained(written(work / "mixed", prepared, n_iterations=n, **sizes), 2)
    print(f"one process, then two: {apart(one, mixed)}", flush=True)
    exactly = {"n_iterations": n, "precision": "64-true"}
    two = trained(written(work / "two-64", prepared, **sizes, **exactly), 2)
    at_once = trained(written(work / "at-once-64", prepared, **whole, **exactly), 1)
    print(f"in double precision, the whole batch at once: {apart(at_once, two)}", flush=True)


def speed(prepared: Path, work: Path, n: int) -> None:
    """Print segments a second of one and of two processes."""
    rates = []
    for n_processes in (1, 2):
        sizes = {**LARGE, "n_iterations": n, "save_every": n}
        run = trained(written(work / f"speed{n_processes}", prepared, **sizes), n_processes)
        first, last = stats(run)[n // 5], stats(run)[-2]
        seen = last["segments_seen"] - first["segments_seen"]
        rates.append(seen / (last["time_s"] - first["time_s"]))
        print(f"{n_processes} process(es): {rates[-1]:.1f} segments a second")
    print(f"ratio {rates[1] / rates[0]:.2f}")


def kill(prepared: Path, work: Path, n: int, times: int, seed: int) -> None:
    """Print whether trainings whose ranks were killed end with the same weights."""
    sizes = {**SMALL, "n_iterations": n, "save_every": 5}
    begin = time.monotonic()
    whole = trained(written(work / "whole", prepared, **sizes), 2)
    lasts_s = time.monotonic() - begin
    rng = random.Random(seed)
    killed = finished = 0
    while killed < times:
        config = written(work / f"killed{finished}", prepared, **sizes)
        while killed < times and _killed_once(config, rng, lasts_s):
            killed += 1
        run = trained(config, 2)
        finished += 1
        same = _equal(whole, run)
        print(f"{killed} kills so far, training {finished}: {'equal' if same else 'DIFFERENT'}")
        if not same:
            sys.exit(1)


def _killed_once(config: Path, rng: random.Random, lasts_s: float) -> bool:
    """Start, kill a rank after a while; False where the training was through before."""
    process = started(config, 2)
    try:
        process.communicate(timeout=rng.uniform(0.2, 1.0) * lasts_s)
    except subprocess.TimeoutExpired:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            os.kill(int(rng.choice(children)), signal.SIGKILL)
        process.communicate()
        return bool(children) and process.returncode != 0
    return False


def weights(run: Path) -> dict[str, torch.Tensor]:
    """Return networks and state of optimizers of the last checkpoint."""
    return load_file(run / "gan.safetensors")


def _equal(one: Path, two: Path) -> bool:
    a, b = weights(one), weights(two)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("curve", "speed", "kill"))
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="torchrun-"))
    try:
        if asked.what == "curve":
            curve(asked.prepared, work, asked.iterations)
        elif asked.what == "speed":
            speed(asked.prepared, work, asked.iterations)
        else:
            kill(asked.prepared, work, asked.iterations, asked.times, asked.seed)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
