"""Generate: draw pieces from a trained GAN that takes no plan.

A piece is segments one after another, each drawn by itself, up to the asked number of bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from antiphon import formats, models
from antiphon.errors import AntiphonError
from antiphon.models._gan import Drawer, read_drawer
from antiphon.music.instruments import FAMILIES
from antiphon.music.piece import Piece
from antiphon.representations.labels import class_asked
from antiphon.representations.spectrogram_view import SpectrogramView, picture
from antiphon.representations.views import Array, Passage, piece_of

__all__ = ["generate", "generate_folder", "segments"]

_AT_ONCE = 64
_MOST = 10_000


def segments(
    drawer: Drawer, n: int, seed: int, asked: Mapping[str, str] | None = None
) -> Iterator[Array]:
    """Draw segments (at most 64, *shape) at a time, n in all.

    Conditions and labels are those of real segments of the training split, drawn at random
    from those that bear the asked labels, or, where none does, from all.

    Args:
        seed: equal seeds give equal segments.
        asked: class by kind of label.

    Raises:
        AntiphonError: the weights know no such label.
    """
    labels, rows = drawer.labels.clone(), np.arange(len(drawer.conditions))
    for kind, name in (asked or {}).items():
        column, which = class_asked(drawer.vocabulary, kind, name)
        fitting = rows[labels[torch.from_numpy(rows), column].numpy() == which]
        rows = fitting if len(fitting) else rows
        labels[:, column] = which
    for begin in range(0, n, _AT_ONCE):
        size = min(_AT_ONCE, n - begin)
        noise = np.empty((size, drawer.generator.noise_size), np.float32)
        told = np.empty(size, np.int64)
        for row in range(size):
            rng = np.random.default_rng([seed, begin + row])
            noise[row] = rng.standard_normal(noise.shape[1], dtype=np.float32)
            told[row] = rows[rng.integers(len(rows))]
        index = torch.from_numpy(told)
        heard = [drawer.conditions[index], *([labels[index]] if drawer.vocabulary else [])]
        with torch.no_grad():
            made = drawer.generator(torch.from_numpy(noise), *heard)
        yield made.float().numpy()


def generate(
    model: str,
    n: int = 1,
    *,
    bars: int = 8,
    seed: int = 0,
    labels: Mapping[str, str] | None = None,
) -> list[Piece]:
    """Draw pieces of some bars in 4/4.

    Args:
        model: a run folder or a weights folder of ``kind = "gan"``.
        seed: equal seeds give equal music.
        labels: class by kind of label, e.g. ``{"emotion": "happy"}``; where a kind is left
            out, every segment is told what some training song was.

    Raises:
        AntiphonError: there are no such weights, they compose by a plan, make no notes, or
            know no such label.
    """
    return _pieces(read_drawer(models.folder_of(model)), n, bars, seed, labels or {})


def _pieces(drawer: Drawer, n: int, bars: int, seed: int, asked: Mapping[str, str]) -> list[Piece]:
    if not 1 <= n <= _MOST:
        raise AntiphonError(f"Between 1 and {_MOST:,} pieces can be drawn at a time, not {n}.")
    if not 1 <= bars <= 512:
        raise AntiphonError(f"A piece has 1 to 512 bars, not {bars}.")
    passages = (
        drawer.view.passage(segment)
        for batch in segments(drawer, n * bars, seed, asked)  # a segment has at least a bar
        for segment in batch
    )
    name = " ".join([drawer.name, *asked.values()])
    playing = {"melody": FAMILIES[asked["instrument"]]} if "instrument" in asked else {}
    return [
        piece_of(_enough(passages, bars), bars, f"{name} {i + 1}, seed {seed}", playing)
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
    labels: Mapping[str, str] | None = None,
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
    drawer, asked = read_drawer(models.folder_of(model)), labels or {}
    for kind, name in asked.items():
        class_asked(drawer.vocabulary, kind, name)  # before anything is written
    written = []
    if isinstance(drawer.view, SpectrogramView):
        out.mkdir(parents=True, exist_ok=True)
        made = np.concatenate(list(segments(drawer, n, seed, asked)))
        for i, segment in enumerate(made):
            written.append(_write_picture(picture(segment[None]), out / f"{i + 1:0{width}d}.png"))
        return written
    for i, piece in enumerate(_pieces(drawer, n, bars, seed, asked)):
        for ending in endings:
            file = out / f"{i + 1:0{width}d}.{ending}"
            formats.write(piece, file)
            written.append(file)
    return written


def _write_picture(pixels: NDArray[np.uint8], file: Path) -> Path:
    with formats.beside(file) as beside:
        Image.fromarray(pixels).save(beside, "PNG")
    return file
