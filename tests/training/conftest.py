"""A config that is trained in a second."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SIZES = """
n_bars = 8
width = 8
n_blocks = 1
n_heads = 2
discriminator_width = 8
discriminator_blocks = 1
noise_size = 4
n_steps = 2
"""
ITERATIONS = """
denoise_iterations = 4
adversarial_iterations = 4
batch_size = 3
penalty_every = 2
save_every = 3
log_every = 1
"""
# the scribe, which listens to the choir, in its two stages, and the writer of a plan's chords
WRITERS = """
[scribe]
bar_width = 8
n_blocks = 1
n_heads = 2
step_width = 8
hidden = 8
pitch_width = 8
length_width = 8
level = 0.8
[scribe_training]
n_iterations = 3
batch_size = 4
n_shards = 2
n_bars = 8
save_every = 2
log_every = 1
[adversary]
discriminator_width = 8
discriminator_blocks = 1
[adversary_training]
n_iterations = 3
first_iterations = 1
n_plans = 2
n_takes = 2
n_shards = 2
save_every = 2
log_every = 1
[critic_training]
n_iterations = 3
n_takes = 1
log_every = 1
[progression]
width = 8
hidden = 8
[progression_training]
n_iterations = 3
batch_size = 3
n_bars = 8
save_every = 2
log_every = 1
"""


@pytest.fixture
def config(tmp_path: Path, tiny_prepared: Path) -> Callable[..., Path]:
    """A function that writes a config; words given are written over its settings."""

    def write(kind: str = "song", prepared: Path = tiny_prepared, more: str = "") -> Path:
        latents = "[3, 2, 4, 2]" if kind == "song" else "[4]"
        planner = f"[planner]{SIZES}[planner_training]{ITERATIONS}{WRITERS}"
        file = tmp_path / "tiny.toml"
        file.write_text(
            f'kind = "{kind}"\nprepared = "{prepared.as_posix()}"\nseed = 3\n{more}\n'
            '[about]\nstyle = "pop"\nlicence = "none"\n'
            f"[coder]\nlatent_sizes = {latents}\nslot_width = 4\nhidden = 8\nhead = 8\n"
            "[coder_training]\nn_iterations = 6\nbatch_size = 8\nsave_every = 4\nlog_every = 1\n"
            f"[choir]{SIZES}[choir_training]{ITERATIONS}" + (planner if kind == "song" else "")
        )
        return file

    return write


@pytest.fixture
def closed_set(tmp_path: Path, tiny_prepared: Path) -> Path:
    """A prepared set with a song whose licence does not allow a release."""
    closed = tmp_path / "closed"
    shutil.copytree(tiny_prepared, closed)
    pieces = json.loads((closed / "pieces.json").read_text())
    pieces[0]["ship"] = False
    (closed / "pieces.json").write_text(json.dumps(pieces))
    return closed
