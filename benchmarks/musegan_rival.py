"""The rival: MuseGAN as in its authors' PyTorch tutorial, trained on the same songs as ours.

Idea: "Generating Music with GANs", ISMIR 2019 tutorial, after MuseGAN (Dong et al., AAAI 2018,
https://arxiv.org/abs/1709.06298). Written anew from its description: transposed 3-D
convolutions over (bar, step in bar, pitch), the last two stages one branch a track; the
critic the same way round; WGAN with gradient penalty 10, Adam 1e-3 (.5, .9), batches of 16,
as many critic updates as generator updates, 20,000 iterations; 4 bars of 16 steps and 72
pitches from 24 up; a note sounds where the output is above .5; 8 segments a song.
What differs: the songs (POP909's train split) and the tracks (melody, bridge, piano).

    python benchmarks/musegan_rival.py train data/pop909 --out runs/rival
    python benchmarks/musegan_rival.py sample runs/rival --n 800 --out rival.npz

Shapes: B batch, M tracks, T steps (bars × 16), P pitches, Z latent size.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pop909_rolls import LOWEST_PITCH, N_PITCHES, STEPS_PER_BAR, song_rolls, song_split
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

__all__ = ["LOWEST_PITCH", "Config", "Critic", "Generator", "sample", "spent", "train"]


@dataclass(frozen=True, kw_only=True)
class Config:
    """The tutorial's settings; tracks are POP909's three."""

    n_tracks: int = 3
    n_bars: int = 4
    latent_size: int = 128
    batch_size: int = 16
    n_iterations: int = 20_000
    learning_rate: float = 1e-3
    penalty: float = 10.0
    segments_per_song: int = 8
    min_cells: int = 10  # a song with a track of fewer sounding cells is left out
    seed: int = 0


def _grow(
    n_in: int, n_out: int, kernel: tuple[int, int, int], stride: tuple[int, int, int]
) -> nn.Module:
    return nn.Sequential(
        nn.ConvTranspose3d(n_in, n_out, kernel, stride), nn.BatchNorm3d(n_out), nn.ReLU()
    )


class Generator(nn.Module):
    """Noise (B, Z) → rolls (B, M, T, P), each value ≥ 0; above .5 a note sounds."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.latent_size = config.latent_size
        self.shared = nn.Sequential(
            _grow(config.latent_size, 256, (4, 1, 1), (4, 1, 1)),  # 4 bars
            _grow(256, 128, (1, 4, 1), (1, 4, 1)),  # 4 beats
            _grow(128, 64, (1, 1, 4), (1, 1, 4)),
            _grow(64, 32, (1, 1, 3), (1, 1, 1)),  # 6 octaves
        )
        self.branches = nn.ModuleList(
            nn.Sequential(
                _grow(32, 16, (1, 4, 1), (1, 4, 1)),  # 16 steps
                _grow(16, 1, (1, 1, 12), (1, 1, 12)),  # 72 pitches
            )
            for _ in range(config.n_tracks)
        )

    def forward(self, z: Tensor) -> Tensor:
        x = self.shared(z.view(-1, self.latent_size, 1, 1, 1))  # (B, 32, 4, 4, 6)
        x = torch.cat([branch(x) for branch in self.branches], dim=1)  # (B, M, 4, 16, 72)
        return x.flatten(2, 3)  # (B, M, T, P)


class _SampleNorm(nn.Module):
    """Normalise each sample over all its features; scale and shift by channel."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.empty(n_channels).uniform_())
        self.shift = nn.Parameter(torch.zeros(n_channels))

    def forward(self, x: Tensor) -> Tensor:
        over = (1, 2, 3, 4)
        mean, deviation = x.mean(over, keepdim=True), x.std(over, keepdim=True)
        x = (x - mean) / (deviation + 1e-5)
        return x * self.scale.view(1, -1, 1, 1, 1) + self.shift.view(1, -1, 1, 1, 1)


def _shrink(
    n_in: int, n_out: int, kernel: tuple[int, int, int], stride: tuple[int, int, int]
) -> nn.Module:
    return nn.Sequential(nn.Conv3d(n_in, n_out, kernel, stride), _SampleNorm(n_out), nn.LeakyReLU())


class Critic(nn.Module):
    """Rolls (B, M, T, P) → unbounded logits (B, 1)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.n_bars = config.n_bars
        self.branches = nn.ModuleList(
            nn.Sequential(
                _shrink(1, 16, (1, 1, 12), (1, 1, 12)),  # octaves
                _shrink(16, 16, (1, 4, 1), (1, 4, 1)),  # beats
            )
            for _ in range(config.n_tracks)
        )
        self.shared = nn.Sequential(
            _shrink(16 * config.n_tracks, 64, (1, 1, 3), (1, 1, 1)),
            _shrink(64, 64, (1, 1, 4), (1, 1, 4)),
            _shrink(64, 128, (1, 4, 1), (1, 4, 1)),
            _shrink(128, 128, (2, 1, 1), (1, 1, 1)),
            _shrink(128, 256, (3, 1, 1), (3, 1, 1)),
        )
        self.to_logit = nn.Linear(256, 1)

    def forward(self, rolls: Tensor) -> Tensor:
        x = rolls.unflatten(2, (self.n_bars, STEPS_PER_BAR))  # (B, M, 4, 16, 72)
        parts = [branch(x[:, i : i + 1]) for i, branch in enumerate(self.branches)]
        x = self.shared(torch.cat(parts, dim=1))  # (B, 256, 1, 1, 1)
        return self.to_logit(x.flatten(1))


def gradient_penalty(critic: nn.Module, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Mean of (‖∇ critic‖ − 1)² between real and fake; `mix` is (B, 1, 1, 1) in [0, 1]."""
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()


def segments(root: Path, config: Config, split: str = "train") -> NDArray[np.bool_]:
    """Return up to 8 random segments of 4 bars a song, (N, M, T, P)."""
    rng = np.random.default_rng(config.seed)
    found = []
    for name in song_split(root)[split]:
        rolls = song_rolls(root, name)  # (M, bars, 16, 72)
        n_bars = rolls.shape[1]
        if n_bars <= config.n_bars or (rolls.sum(axis=(1, 2, 3)) < config.min_cells).any():
            continue
        n_starts = n_bars - config.n_bars
        n_wanted = min(n_bars // config.n_bars, config.segments_per_song, n_starts)
        for start in rng.choice(n_starts, n_wanted, replace=False):
            found.append(rolls[:, start : start + config.n_bars])
    stacked = np.stack(found)
    return stacked.reshape(*stacked.shape[:2], -1, N_PITCHES)


def _batches(
    data: Tensor, config: Config, first: int
) -> Iterator[tuple[int, Tensor, torch.Generator]]:
    """Yield (iteration, batch, randomness of this iteration): the same after a resume."""
    per_epoch = len(data) // config.batch_size
    for iteration in range(first, config.n_iterations):
        epoch, index = divmod(iteration, per_epoch)
        order = torch.randperm(len(data), generator=_seeded(config.seed, 1, epoch))
        chosen = order[index * config.batch_size : (index + 1) * config.batch_size]
        yield iteration, data[chosen].float(), _seeded(config.seed, 2, iteration)


def _seeded(*parts: int) -> torch.Generator:
    seed = int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
    return torch.Generator().manual_seed(seed)


@dataclass
class _Gan:
    generator: Generator
    critic: Critic
    generator_optimizer: torch.optim.Adam
    critic_optimizer: torch.optim.Adam

    @classmethod
    def fresh(cls, config: Config) -> _Gan:
        torch.manual_seed(config.seed)
        generator, critic = Generator(config), Critic(config)
        adam = {"lr": config.learning_rate, "betas": (0.5, 0.9)}
        return cls(
            generator,
            critic,
            torch.optim.Adam(generator.parameters(), **adam),
            torch.optim.Adam(critic.parameters(), **adam),
        )

    def tensors(self) -> dict[str, Tensor]:
        named = {f"generator.{k}": v for k, v in self.generator.state_dict().items()}
        named |= {f"critic.{k}": v for k, v in self.critic.state_dict().items()}
        for side in ("generator", "critic"):
            state = getattr(self, f"{side}_optimizer").state_dict()["state"]
            named |= {f"{side}_adam.{i}.{k}": v for i, s in state.items() for k, v in s.items()}
        return {k: v.contiguous() for k, v in named.items()}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        def under(prefix: str) -> dict[str, Tensor]:
            return {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}

        self.generator.load_state_dict(under("generator."))
        self.critic.load_state_dict(under("critic."))
        for side in ("generator", "critic"):
            optimizer = getattr(self, f"{side}_optimizer")
            whole = optimizer.state_dict()
            for name, value in under(f"{side}_adam.").items():
                index, key = name.split(".")
                whole["state"].setdefault(int(index), {})[key] = value
            optimizer.load_state_dict(whole)


def train_step(gan: _Gan, real: Tensor, config: Config, rng: torch.Generator) -> dict[str, float]:
    """Update critic and generator once each and return the losses."""
    z = torch.randn(len(real), config.latent_size, generator=rng)
    mix = torch.rand(len(real), 1, 1, 1, generator=rng)
    gan.critic_optimizer.zero_grad()
    fake = gan.generator(z)
    wasserstein = gan.critic(fake.detach()).mean() - gan.critic(real).mean()
    penalty = gradient_penalty(gan.critic, real, fake.detach(), mix)
    (wasserstein + config.penalty * penalty).backward()
    gan.critic_optimizer.step()
    gan.generator_optimizer.zero_grad()
    generator_loss = -gan.critic(fake).mean()
    generator_loss.backward()
    gan.generator_optimizer.step()
    return {
        "critic/loss": float(wasserstein.detach()),
        "critic/penalty": float(penalty.detach()),
        "generator/loss": float(generator_loss.detach()),
    }


def _save(run: Path, gan: _Gan, iteration: int, seconds: float) -> None:
    note = {"iteration": str(iteration), "seconds": f"{seconds:.1f}"}
    save_file(gan.tensors(), run / "checkpoint.part", metadata=note)
    os.replace(run / "checkpoint.part", run / "checkpoint.safetensors")


def spent(run: Path) -> tuple[int, float]:
    """Return iterations done and seconds spent by a run folder; (0, 0) before the first save."""
    from safetensors import safe_open

    path = run / "checkpoint.safetensors"
    if not path.exists():
        return 0, 0.0
    with safe_open(path, "pt") as file:
        note = file.metadata()
    return int(note["iteration"]), float(note["seconds"])


def train(root: Path, run: Path, config: Config, *, save_every: int = 250) -> None:
    """Train, or go on where the run folder stopped.

    Args:
        root: POP909's folder.
        run: gets config.json, checkpoint.safetensors and stats.jsonl.
        config: the settings.
        save_every: iterations between checkpoints.
    """
    torch.set_num_threads(1)
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")
    data = torch.from_numpy(segments(root, config))
    gan = _Gan.fresh(config)
    first, before = spent(run)
    if first:
        gan.restore(load_file(run / "checkpoint.safetensors"))
    print(f"{len(data)} segments; from iteration {first} to {config.n_iterations}", flush=True)
    began = time.perf_counter()
    for iteration, real, rng in _batches(data, config, first):
        stats = train_step(gan, real, config, rng)
        done = iteration + 1
        if done % save_every == 0 or done == config.n_iterations:
            seconds = before + time.perf_counter() - began
            _save(run, gan, done, seconds)
            row = {"iteration": done, "seconds": round(seconds, 1)} | stats
            with open(run / "stats.jsonl", "a") as log:
                log.write(json.dumps(row) + "\n")
            left = (config.n_iterations - done) * seconds / done / 60
            print(f"{done}/{config.n_iterations}  {left:.0f} min left  {stats}", flush=True)


def load_generator(run: Path) -> tuple[Generator, Config]:
    """Return the trained generator of a run folder, ready to draw from."""
    config = Config(**json.loads((run / "config.json").read_text()))
    generator = Generator(config)
    tensors = load_file(run / "checkpoint.safetensors")
    prefix = "generator."
    generator.load_state_dict(
        {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}
    )
    return generator.eval(), config


@torch.inference_mode()
def sample(run: Path, n: int, seed: int = 0) -> NDArray[np.bool_]:
    """Draw n segments of 4 bars, (n, M, T, P)."""
    generator, config = load_generator(run)
    z = torch.randn(n, config.latent_size, generator=_seeded(seed, 3))
    return np.concatenate([(generator(part) > 0.5).numpy() for part in z.split(64)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    learn = verbs.add_parser("train", help="train, or go on")
    learn.add_argument("root", type=Path, help="folder of POP909")
    learn.add_argument("--out", type=Path, default=Path("runs/rival"))
    learn.add_argument("--iterations", type=int, default=Config().n_iterations)
    draw = verbs.add_parser("sample", help="draw segments into an .npz")
    draw.add_argument("run", type=Path)
    draw.add_argument("--n", type=int, default=800)
    draw.add_argument("--seed", type=int, default=0)
    draw.add_argument("--out", type=Path, default=Path("rival.npz"))
    asked = parser.parse_args()
    if asked.verb == "train":
        train(asked.root, asked.out, Config(n_iterations=asked.iterations))
    else:
        np.savez_compressed(asked.out, rolls=sample(asked.run, asked.n, asked.seed))
        print(f"Wrote {asked.n} segments to {asked.out}.")


if __name__ == "__main__":
    main()
