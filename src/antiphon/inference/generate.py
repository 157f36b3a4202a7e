"""Generate: draw pieces or sounds from a trained GAN that takes no plan.

A piece is segments one after another, each drawn by itself, up to the asked number of bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from antiphon import formats, models
from antiphon.errors import AntiphonError
from antiphon.models._gan import Drawer, read_drawer
from antiphon.music.instruments import FAMILIES
from antiphon.music.piece import Piece
from antiphon.representations import mel
from antiphon.representations.labels import class_asked
from antiphon.representations.spectrogram_view import SpectrogramView
from antiphon.representations.views import Array, Passage, piece_of

__all__ = ["draw", "generate", "generate_folder", "segments", "told_segments"]

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
    return (made for made, _ in told_segments(drawer, n, seed, asked=asked))


def told_segments(
    drawer: Drawer,
    n: int,
    seed: int,
    pitch: int | None = None,
    asked: Mapping[str, str] | None = None,
) -> Iterator[tuple[Array, Array]]:
    """Draw segments as `segments` does; yield what they were told (B, *condition_shape), too.

    Args:
        pitch: what all are told instead; a MIDI number.
        asked: class by kind of label.

    Raises:
        AntiphonError: these weights are not told pitches, there is no such pitch, or they know
            no such label.
    """
    conditions = drawer.conditions
    labels, rows = drawer.labels.clone(), np.arange(len(conditions))
    for kind, name in (asked or {}).items():
        column, which = class_asked(drawer.vocabulary, kind, name)
        fitting = rows[labels[torch.from_numpy(rows), column].numpy() == which]
        rows = fitting if len(fitting) else rows
        labels[:, column] = which
    if pitch is not None:
        pitched = torch.from_numpy(_pitched(drawer, pitch))
        conditions = pitched.expand(len(conditions), *pitched.shape[1:])
    for begin in range(0, n, _AT_ONCE):
        size = min(_AT_ONCE, n - begin)
        noise = np.empty((size, drawer.generator.noise_size), np.float32)
        told = np.empty(size, np.int64)
        for row in range(size):
            rng = np.random.default_rng([seed, begin + row])
            noise[row] = rng.standard_normal(noise.shape[1], dtype=np.float32)
            told[row] = rows[rng.integers(len(rows))]
        index = torch.from_numpy(told)
        heard = [conditions[index], *([labels[index]] if drawer.vocabulary else [])]
        with torch.no_grad():
            made = drawer.generator(torch.from_numpy(noise), *heard)
        yield made.float().numpy(), heard[0].numpy()


def _pitched(drawer: Drawer, pitch: int) -> Array:
    if not isinstance(drawer.view, SpectrogramView) or drawer.view.condition != "pitch":
        raise AntiphonError(f"{drawer.name} is not told pitches: leave the pitch out.")
    if not 0 <= pitch <= 127:
        raise AntiphonError(f"A pitch is a MIDI number from 0 to 127, 60 is middle C, not {pitch}.")
    return drawer.view.told(np.array([pitch]))


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
    return list(draw(model, n, bars=bars, seed=seed, labels=labels))


def draw(
    model: str,
    n: int = 1,
    *,
    bars: int = 8,
    seed: int = 0,
    labels: Mapping[str, str] | None = None,
) -> Iterator[Piece]:
    """Draw pieces as `generate` does, one after another; the first do not depend on n."""
    return _pieces(read_drawer(models.folder_of(model)), n, bars, seed, labels or {})


def _checked(n: int) -> int:
    if not 1 <= n <= _MOST:
        raise AntiphonError(f"Between 1 and {_MOST:,} pieces can be drawn at a time, not {n}.")
    return n


def _pieces(
    drawer: Drawer, n: int, bars: int, seed: int, asked: Mapping[str, str]
) -> Iterator[Piece]:
    _checked(n)
    if not 1 <= bars <= 512:
        raise AntiphonError(f"A piece has 1 to 512 bars, not {bars}.")
    passages = (
        drawer.view.passage(segment)
        for batch in segments(drawer, n * bars, seed, asked)  # a segment has at least a bar
        for segment in batch
    )
    name = " ".join([drawer.name, *asked.values()])
    playing = {"melody": FAMILIES[asked["instrument"]]} if "instrument" in asked else {}
    return (
        piece_of(_enough(passages, bars), bars, f"{name} {i + 1}, seed {seed}", playing)
        for i in range(n)
    )


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
    pitch: int | None = None,
    endings: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> list[Path]:
    """Draw pieces, or sounds where the model was shown spectrograms, and write them as files.

    Args:
        bars: length of a piece; sounds are as long as those that were learned from.
        pitch: of sounds, a MIDI number, where the model is told pitches; else those of real ones.
        endings: of the files ``001.mid`` and so on; ``mid`` and ``png``, of sounds ``wav`` and
            ``png`` when left out.

    Returns:
        The files that were written; those of the same names are replaced.

    Raises:
        AntiphonError: as `generate`, or a format cannot be written.
    """
    drawer = read_drawer(models.folder_of(model))
    is_sound = isinstance(drawer.view, SpectrogramView)
    known = [*formats.SOUND_SUFFIXES, "png"] if is_sound else formats.writable()
    endings = endings or (("wav", "png") if is_sound else ("mid", "png"))
    for ending in endings:
        if ending not in known:
            raise AntiphonError(f"Cannot write {ending!r}; can write: {', '.join(known)}.")
    if pitch is not None:
        _pitched(drawer, pitch)
    asked = labels or {}
    for kind, name in asked.items():
        class_asked(drawer.vocabulary, kind, name)  # before anything is written
    width = max(3, len(str(n)))
    stems = [out / f"{i + 1:0{width}d}" for i in range(n)]
    if is_sound:
        return _write_sounds(
            drawer, told_segments(drawer, _checked(n), seed, pitch, asked), stems, endings
        )
    written = []
    for piece, stem in zip(_pieces(drawer, n, bars, seed, asked), stems, strict=True):
        for ending in endings:
            file = stem.with_suffix(f".{ending}")
            formats.write(piece, file)
            written.append(file)
    return written


def _write_sounds(
    drawer: Drawer,
    drawn: Iterator[tuple[Array, Array]],
    stems: Sequence[Path],
    endings: Sequence[str],
) -> list[Path]:
    view = drawer.view
    assert isinstance(view, SpectrogramView)
    seconds = view.n_samples / view.sample_rate_hz
    ticks = mel.ticks(view.n_bands, view.sample_rate_hz)
    pairs = (pair for made, _ in drawn for pair in zip(made, view.sounds(made), strict=True))
    written = []
    for stem, (segment, heard) in zip(stems, pairs, strict=True):
        for ending in endings:
            file = stem.with_suffix(f".{ending}")
            if ending == "png":
                formats.write_spectrogram(2 * segment[0] - 1, file, seconds=seconds, ticks=ticks)
            else:
                formats.write_sound(heard, view.sample_rate_hz, file)
            written.append(file)
    return written
