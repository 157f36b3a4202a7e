"""Generate: draw pieces from a trained GAN that takes no plan.

A piece is segments one after another, each drawn by itself, up to the asked number of bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from antiphon import formats, models
from antiphon.errors import AntiphonError
from antiphon.models._gan import Drawer, read_drawer
from antiphon.music.piece import Piece
from antiphon.representations.spectrogram_view import SpectrogramView, picture
from antiphon.representations.views import Array, Passage, piece_of

__all__ = ["generate", "generate_folder", "segments"]

_AT_ONCE = 64
_MOST = 10_000


def segments(drawer: Drawer, n: int, seed: int) -> Iterator[Array]:
    """Draw segments (at most 64, *shape) at a time, n in all.

    Conditions are those of real segments of the training split, drawn at random.

    Args:
        seed: equal seeds give equal segments.
    """
    for begin in range(0, n, _AT_ONCE):
        size = min(_AT_ONCE, n - begin)
        noise = np.empty((size, drawer.generator.noise_size), np.float32)
        told = np.empty(size, np.int64)
        for row in range(size):
            rng = np.random.default_rng([seed, begin + row])
            noise[row] = rng.standard_normal(noise.shape[1], dtype=np.float32)
            told[row] = rng.integers(len(drawer.conditions))
        condition = drawer.conditions[torch.from_numpy(told)]
        with torch.no_grad():
            made = drawer.generator(torch.from_numpy(noise), condition)
        yield made.float().numpy()


def generate(model: str, n: int = 1, *, bars: int = 8, seed: int = 0) -> list[Piece]:
    """Draw pieces of some bars in 4/4.

    Args:
        model: a run folder or a weights folder of ``kind = "gan"``.
        seed: equal seeds give equal music.

    Raises:
        AntiphonError: there are no such weights, they compose by a plan, or make no notes.
    """
    return _pieces(read_drawer(models.folder_of(model)), n, bars, seed)


def _pieces(drawer: Drawer, n: int, bars: int, seed: int) -> list[Piece]:
    if not 1 <= n <= _MOST:
        raise AntiphonError(f"Between 1 and {_MOST:,} pieces can be drawn at a time, not {n}.")
    if not 1 <= bars <= 512:
        raise AntiphonError(f"A piece has 1 to 512 bars, not {bars}.")
    passages = (
        drawer.view.passage(segment)
        for batch in segments(drawer, n * bars, seed)  # a segment has at least a bar
        for segment in batch
    )
    return [
        piece_of(_enough(passages, bars), bars, f"{drawer.name} {i + 1}, seed {seed}")
        for i in range(n)
    ]


def _enough(passages: Iterator[Passage], bars: int) -> list[Passage]:
    taken: list[Passage] = []
    while sum(p.n_bars for p in taken) < bars:
        taken.append(next(passages))
    return taken


def generate_folder(
    model: str,
    out: Path,
    n: int = 1,
    *,
    bars: int = 8,
    seed: int = 0,
    endings: Sequence[str] = ("mid", "png"),
) -> list[Path]:
    """Draw pieces and write them as ``001.mid`` and so on; spectrograms only as pictures.

    Returns:
        The files that were written; those of the same names are replaced.

    Raises:
        AntiphonError: as `generate`, or a format cannot be written.
    """
    known = formats.writable()
    for ending in endings:
        if ending not in known:
            raise AntiphonError(f"Cannot write {ending!r}; can write: {', '.join(known)}.")
    width = max(3, len(str(n)))
    drawer = read_drawer(models.folder_of(model))
    written = []
    if isinstance(drawer.view, SpectrogramView):
        out.mkdir(parents=True, exist_ok=True)
        made = np.concatenate(list(segments(drawer, n, seed)))
        for i, segment in enumerate(made):
            written.append(_write_picture(picture(segment[None]), out / f"{i + 1:0{width}d}.png"))
        return written
    for i, piece in enumerate(_pieces(drawer, n, bars, seed)):
        for ending in endings:
            file = out / f"{i + 1:0{width}d}.{ending}"
            formats.write(piece, file)
            written.append(file)
    return written


def _write_picture(pixels: NDArray[np.uint8], file: Path) -> Path:
    with formats.beside(file) as beside:
        Image.fromarray(pixels).save(beside, "PNG")
    return file
