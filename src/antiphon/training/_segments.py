"""Segments for the choir: 32 bars of a song, as latents, with a mask over bars and parts.

A segment begins anywhere, often where a section begins; some join the head of a song to its
tail at section borders, so that short whole songs are seen. Everything about a batch follows
from the seed it is asked with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.errors import AntiphonError
from antiphon.models._coder import Coder
from antiphon.models.choir import Segment, noise_scales
from antiphon.representations.prepared import Prepared
from antiphon.representations.rolls import CHORD_SIZE, same_place

COUNT_SCALE = 8.0  # notes a bar that count as 1
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Song:
    """Consecutive bars `first` up to `stop` of a prepared set; `cuts` are section starts."""

    first: int
    stop: int
    cuts: NDArray[np.int64]
    is_whole: bool


class Segments:
    """Draws batches of segments from a prepared set."""

    def __init__(self, data: Prepared, coder: Coder, n_bars: int) -> None:
        self.data, self.coder, self.n_bars = data, coder, n_bars
        self.part_sizes = coder.config.latent_sizes
        self.latents = encoded(data, coder)  # (N, Z)
        self.controls, self.controls_known = section_controls(data)
        self.offset = (data.bars["number"] - data.bars["section_start"]).astype(np.int64)
        self.songs = songs_of(data)
        lengths = np.array([song.stop - song.first for song in self.songs], dtype=np.float64)
        self.chances = np.maximum(lengths, 8) / np.maximum(lengths, 8).sum()

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Segment]:
        """Return real latents (B, N, Z) and what is told about them."""
        n, z = self.n_bars, self.latents.shape[1]
        real = np.zeros((size, n, z), np.float32)
        condition = np.zeros((size, n, self.data.conditions.shape[1]), np.float32)
        controls = np.zeros((size, n, self.controls.shape[1]), np.float32)
        known = np.zeros_like(controls)
        valid = np.zeros((size, n), np.float32)
        places = np.zeros((size, n, n), bool)
        mask = np.ones((size, n, len(self.part_sizes)), np.float32)
        for row in range(size):
            song = self.songs[rng.choice(len(self.songs), p=self.chances)]
            index = window(song, n, rng)
            m = len(index)
            real[row, :m], condition[row, :m] = self.latents[index], self.data.conditions[index]
            controls[row, :m], valid[row, :m] = self.controls[index], 1
            known[row, :m] = self.controls_known[index] * asked_controls(rng, controls.shape[2])
            places[row, :m, :m] = same_place(self.data.bars["section"][index], self.offset[index])
            mask[row, :m] = draw_mask(rng, m, len(self.part_sizes))
        made = np.repeat(mask, self.part_sizes, axis=-1)
        tensors = (condition, controls, known, real * (1 - made), mask, places, valid)
        return torch.from_numpy(real), Segment(*(torch.from_numpy(t) for t in tensors))


def songs_of(data: Prepared) -> list[Song]:
    """Return the runs of at least 8 bars of a prepared set."""
    numbers = data.bars["number"]
    offset = numbers - data.bars["section_start"]
    songs = []
    for first, stop in zip(data.starts[:-1], data.starts[1:], strict=True):
        if stop - first < 8:
            continue
        cuts = first + np.flatnonzero(offset[first:stop] == 0)
        ends = data.conditions[stop - 1, -2] == 0  # the bar is the last of its piece
        songs.append(Song(int(first), int(stop), cuts, bool(numbers[first] == 0 and ends)))
    return songs


def check_length(songs: list[Song], n_bars: int) -> None:
    """Refuse a set in which no song is as long as a window.

    Raises:
        AntiphonError: every song is shorter.
    """
    longest = max((song.stop - song.first for song in songs), default=0)
    if longest < n_bars:
        raise AntiphonError(
            f"The longest song of a split has {longest} bars in a row, and training needs one of "
            f"at least {n_bars}: prepare longer songs, or set a smaller n_bars."
        )


def window(
    song: Song, n_bars: int, rng: np.random.Generator, join: float = 0.25
) -> NDArray[np.int64]:
    """Return the bars of a random segment of a song, at most `n_bars`.

    Args:
        join: how often the head of a whole song is joined to its tail.
    """
    if song.stop - song.first <= n_bars:
        return np.arange(song.first, song.stop)
    if rng.random() < join and song.is_whole and (joined := _joined(song, n_bars, rng)) is not None:
        return joined
    latest = song.stop - n_bars
    cuts = song.cuts[song.cuts <= latest]
    if rng.random() < 0.45 and len(cuts):
        first = int(rng.choice(cuts))
    else:
        first = int(rng.integers(song.first, latest + 1))
    return np.arange(first, first + n_bars)


def _joined(song: Song, n_bars: int, rng: np.random.Generator) -> NDArray[np.int64] | None:
    """Return head and tail of a song, cut at section borders, of at most `n_bars` bars."""
    heads = song.cuts[(song.cuts > song.first) & (song.cuts < song.first + n_bars - 3)]
    if not len(heads):
        return None
    head = int(rng.choice(heads))
    room = n_bars - (head - song.first)
    tails = song.cuts[(song.cuts >= song.stop - room) & (song.cuts > head)]
    if not len(tails):
        return None
    return np.concatenate([np.arange(song.first, head), np.arange(tails[0], song.stop)])


def asked_controls(rng: np.random.Generator, n_controls: int) -> Floats:
    """Return which controls are told in a segment: none in a third of the cases."""
    if rng.random() < 0.35:
        return np.zeros(n_controls, np.float32)
    return (rng.random(n_controls) < 0.6).astype(np.float32)


def draw_mask(rng: np.random.Generator, n_bars: int, n_parts: int, free: float = 0.5) -> Floats:
    """Return a random mask (n_bars, n_parts): 1 is to be made, 0 is kept.

    In a share `free` of the cases everything is made; else parts are kept, bars are kept (to be
    filled or continued), or both.
    """
    mask = np.ones((n_bars, n_parts), np.float32)
    if rng.random() < free:
        return mask
    chance = 0.5 + 0.5 * rng.random()
    if chance < 0.65 or chance >= 0.9:
        mask[:, rng.permutation(n_parts)[: rng.integers(1, n_parts)]] = 0
    if chance >= 0.65:
        begin, stop = np.sort(rng.integers(0, n_bars + 1, size=2))
        kept = np.ones(n_bars, bool)
        if rng.random() < 0.5:
            kept[max(1, begin) :] = False  # continue from here on
        else:
            kept[begin : max(stop, begin + 1)] = False  # fill the hole
        mask[kept] = 0
    if not mask.any():
        mask[:] = 1
    return mask


def made_noisy(real: Tensor, min_level: float, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return what is heard of latents or outlines (B, N, Z), and how noisy each row is (B,).

    A quarter of the levels are 1 (nothing is heard), the others uniform from `min_level` on.
    """
    level = min_level + (1 - min_level) * rng.random(len(real), dtype=np.float32)
    level[rng.random(len(real)) < 0.25] = 1.0
    levels = torch.from_numpy(level)
    music, loud = noise_scales(levels[:, None, None])
    fresh = torch.from_numpy(rng.standard_normal(real.shape, dtype=np.float32))
    return music * real + loud * fresh, levels


@torch.no_grad()
def encoded(data: Prepared, coder: Coder) -> Floats:
    """Return the latents (N, Z) of all bars, in the home key."""
    pieces = []
    for begin in range(0, len(data.bars), 1024):
        index = np.arange(begin, min(begin + 1024, len(data.bars)))
        chords = data.conditions[index, : 4 * CHORD_SIZE].reshape(len(index), 4, CHORD_SIZE)
        rolls = torch.from_numpy(data.rolls.unpacked(index))
        pieces.append(coder.encode(rolls, torch.from_numpy(chords.copy())).numpy())
    return np.concatenate(pieces)


def section_controls(data: Prepared) -> tuple[Floats, Floats]:
    """Return the mean controls (N, K) of each bar's section, scaled, and where they are known."""
    key = np.stack([data.bars["piece"], data.bars["run"], data.bars["section_start"]], axis=1)
    _, group = np.unique(key, axis=0, return_inverse=True)
    group = group.ravel()
    heard = ~np.isnan(data.controls)
    columns = []
    for column, there in zip(np.nan_to_num(data.controls).T, heard.T, strict=True):
        total = np.bincount(group, column * there)
        columns.append((total / np.maximum(np.bincount(group, there), 1))[group])
    scaled = scale_controls(np.stack(columns, axis=1).astype(np.float32))
    known = np.stack([(np.bincount(group, t) > 0)[group] for t in heard.T], axis=1)
    return scaled, known.astype(np.float32)


def scale_controls(controls: Floats) -> Floats:
    """Return controls (…, K) as networks get them: counts of notes against `COUNT_SCALE`."""
    scaled = controls.copy()
    scaled[..., :4] /= COUNT_SCALE
    return scaled
