"""What is seen of a training while it runs: lines with the time left, TensorBoard, samples.

Samples are drawn from the same noise and the same held-out plans each time, the first before
any training; they are logged as piano rolls and as plain sine tones.
"""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from antiphon.models._coder import Coder
from antiphon.models.choir import Generator, Segment, levels, noise_scales, on_sphere, step_down
from antiphon.representations.rolls import CHORD_SIZE, LOW_PITCH
from antiphon.training._run import RunFolder
from antiphon.training._segments import Segments

COLOURS = np.array([[0.9, 0.3, 0.25], [0.25, 0.6, 0.9], [0.35, 0.75, 0.4], [0.95, 0.7, 0.2]])
_RATE_HZ = 8000


class Monitor:
    """Prints and logs progress; called with stage, iteration, how many in all, and scalars."""

    def __init__(self, run: RunFolder, deadline: float | None = None) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._board = SummaryWriter(str(run.path / "tensorboard"))
        self._deadline = deadline
        self._began: dict[str, tuple[float, int]] = {}
        self._fixed: tuple[Coder, Segment, torch.Tensor] | None = None

    @property
    def expired(self) -> bool:
        """Whether the time budget is spent."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def __call__(self, stage: str, iteration: int, total: int, scalars: dict[str, float]) -> None:
        start, first = self._began.setdefault(stage, (time.monotonic(), iteration))
        done = max(1, iteration - first)
        left_s = (time.monotonic() - start) / done * (total - iteration)
        for name, value in scalars.items():
            self._board.add_scalar(f"{stage}/{name}", value, iteration)
        values = "  ".join(f"{k.split('/')[-1]} {v:.3g}" for k, v in scalars.items())
        print(f"{stage} {iteration}/{total}  {left_s / 60:.0f} min left  {values}", flush=True)

    def image(self, name: str, picture: NDArray[np.uint8], iteration: int) -> None:
        """Log a picture (height, width, 3)."""
        self._board.add_image(name, picture, iteration, dataformats="HWC")
        self._board.flush()

    def sound(self, name: str, samples: NDArray[np.float32], rate_hz: int, iteration: int) -> None:
        """Log a sound (samples,), full scale −1 … 1."""
        self._board.add_audio(name, torch.from_numpy(samples)[None], iteration, rate_hz)
        self._board.flush()

    def watch_song(self, coder: Coder, held_out: Segments) -> None:
        """From now on draw samples of songs with these held-out plans."""
        _, segment = held_out.batch(2, np.random.default_rng(7))
        segment.mask = torch.ones_like(segment.mask)
        segment.known = torch.zeros_like(segment.known)
        noise = torch.randn(
            (2, *segment.known.shape[1:]), generator=torch.Generator().manual_seed(7)
        )
        self._fixed = coder, segment, noise

    @torch.no_grad()
    def sample(self, stage: str, iteration: int, generator: Generator) -> None:
        """Log pictures and tones of what the generator makes of the fixed noise."""
        if self._fixed is None or stage != "choir":
            return
        coder, segment, noise = self._fixed
        latents = walk_fixed(generator, segment, noise)
        chords = segment.condition[..., : 4 * CHORD_SIZE].unflatten(-1, (4, CHORD_SIZE))
        rolls = [
            coder.soft_rolls(coder.decode(z, at)) for z, at in zip(latents, chords, strict=True)
        ]
        self.show(stage, iteration, torch.stack(rolls).numpy())

    def show(self, stage: str, iteration: int, rolls: NDArray[np.float32]) -> None:
        """Log pictures and tones of windows (W, N, M, T, 2P + 1)."""
        for row, soft in enumerate(rolls):
            self._board.add_image(f"{stage}/roll/{row}", picture(soft), iteration)
            self._board.add_audio(
                f"{stage}/tones/{row}", torch.from_numpy(tones(soft)), iteration, _RATE_HZ
            )
        self._board.flush()

    def close(self) -> None:
        self._board.close()


def walk_fixed(generator: Generator, segment: Segment, noise: torch.Tensor) -> torch.Tensor:
    """Return latents walked from given noise, with no further noise."""
    path = levels(generator.config.n_steps)
    z = noise[:, 0, : generator.config.noise_size]
    noisy = noise
    for level, lower in pairwise(path):
        at, under = level.expand(len(noise)), lower.expand(len(noise))
        clean = on_sphere(generator(noisy, at, z, segment), generator.config)
        kept = noise_scales(lower)[1]
        noisy = step_down(clean, noisy, at, under, kept * noise)
    return noisy


def picture(soft: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return an RGB roll (3, P, N·T) of bars (N, M, T, 2P + 1), one colour a part."""
    n_pitches = (soft.shape[-1] - 1) // 2
    sounding = soft[..., n_pitches : 2 * n_pitches]  # (N, M, T, P)
    flat = sounding.transpose(1, 3, 0, 2).reshape(soft.shape[1], n_pitches, -1)[:, ::-1]
    rgb = np.tensordot(COLOURS[: len(flat)].T, flat, axes=1)
    return np.clip(rgb, 0, 1).astype(np.float32)


def tones(soft: NDArray[np.float32], slot_s: float = 0.0833) -> NDArray[np.float32]:
    """Return sine tones (1, samples) at 8 kHz of what sounds in bars (N, M, T, 2P + 1)."""
    n_pitches = (soft.shape[-1] - 1) // 2
    roll = (soft[..., n_pitches : 2 * n_pitches] > 0.5).any(axis=1).reshape(-1, n_pitches)
    size = int(slot_s * _RATE_HZ)
    hz = 440.0 * 2 ** ((np.arange(n_pitches) + LOW_PITCH - 69) / 12)
    time_s = np.arange(len(roll) * size) / _RATE_HZ
    sound = np.zeros(len(time_s), np.float64)
    for pitch in np.flatnonzero(roll.any(axis=0)):
        gate = np.repeat(roll[:, pitch].astype(np.float64), size)
        sound += gate * np.sin(2 * np.pi * hz[pitch] * time_s)
    return (0.9 * sound / max(1e-9, np.abs(sound).max()))[None].astype(np.float32)
