"""Samples of a training: the same noise each time, drawn before the first iteration and on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from antiphon import formats
from antiphon.models._gan import Maker
from antiphon.representations.spectrogram_view import SpectrogramView, picture
from antiphon.representations.views import Array, Source, View, piece_of

_N, _SEED = 4, 7
_N_CONDITIONS, _MOST_NUMBERS = 256, 500_000  # kept with the weights, to draw music for


class Samples:
    """Draws four segments of fixed noise, told what four real segments were told."""

    def __init__(
        self, view: View, source: Source, labels: NDArray[np.int64], noise_size: int
    ) -> None:
        rng = np.random.default_rng(_SEED)
        self.view = view
        index = rng.integers(source.n, size=_N)
        self.told: list[NDArray[Any]] = [source.take(index)[1]]
        if labels.shape[1]:
            self.told.append(labels[index])
        self.noise = rng.standard_normal((_N, noise_size), dtype=np.float32)

    @torch.no_grad()
    def write(
        self, generator: Maker, place: Callable[[NDArray[Any]], Tensor], run: Path, iteration: int
    ) -> tuple[NDArray[np.uint8], Array | None]:
        """Write ``samples/ITERATION.png``, and music as MIDI, sounds as one WAV file.

        Args:
            place: brings arrays to where the generator is.

        Returns:
            The picture (H, W, 3), and the sounds one after another, where there are some.
        """
        made = generator(*(place(x) for x in (self.noise, *self.told))).float().cpu().numpy()
        file = run / "samples" / f"{iteration:07d}.png"
        file.parent.mkdir(exist_ok=True)
        heard = None
        if isinstance(self.view, SpectrogramView):
            with formats.beside(file) as beside:
                Image.fromarray(picture(made)).save(beside, "PNG")
            heard = self.view.sounds(made).reshape(-1)
            formats.write_sound(heard, self.view.sample_rate_hz, file.with_suffix(".wav"))
        else:
            passages = [self.view.passage(segment) for segment in made]
            piece = piece_of(passages, sum(p.n_bars for p in passages), f"after {iteration}")
            formats.write(piece, file)
            formats.write(piece, file.with_suffix(".mid"))
        with Image.open(file) as picture_file:
            return np.asarray(picture_file.convert("RGB")), heard


def told(source: Source, labels: NDArray[np.int64], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what is told about some real segments (N, *condition_shape), and their labels."""
    rng = np.random.default_rng([seed, 4])
    index = rng.integers(source.n, size=_N_CONDITIONS)
    size = max(1, source.take(index[:1])[1].size)
    index = index[: max(1, _MOST_NUMBERS // size)]
    return torch.from_numpy(source.take(index)[1]), torch.from_numpy(labels[index])
