"""Between: the bars that lie between those of two given pieces, and what they wish for.

Latents of bars are turned from one piece's to the other's along the sphere they lie on, part by
part (slerp, Shoemake, SIGGRAPH 1985), some bars earlier than others: what lies halfway between two
bars is less like music than either. Harmony, form and key go over step by step.

Shapes: N bars, Z latent of a bar, M parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.inference._given import Given, Stretch
from antiphon.inference._planning import write_sections
from antiphon.music.keys import Key
from antiphon.music.piece import Section
from antiphon.representations.bars import home_shift, moved_chords

_TOGETHER = 4  # bars that go over together
_LONG = 0.3  # share of the way that each of them takes


@dataclass(frozen=True)
class End:
    """One of the two pieces.

    Attributes:
        given: the piece.
        stretch: its longest row of bars of one metre.
        latents: (N, Z) of these.
    """

    given: Given
    stretch: Stretch
    latents: Tensor


@dataclass(frozen=True)
class Place:
    """A place on the way from one end to the other.

    Attributes:
        share: how much of the way has been gone, 0–1.
        at_first, at_second: (N,) the bar of each end that a bar lies between.
        sections: of the place.
    """

    share: float
    at_first: NDArray[np.int64]
    at_second: NDArray[np.int64]
    sections: list[Section]

    def nearer(self, first: End, second: End) -> End:
        return first if self.share < 0.5 else second

    def gone(self) -> NDArray[np.float32]:
        """Return (N,) how much of its way each bar has gone."""
        n = len(self.at_first)
        begin = (1 - _LONG) * evenly(-(-n // _TOGETHER)).repeat(_TOGETHER)[:n]
        return np.clip((self.share - begin) / _LONG, 0, 1).astype(np.float32)


def place(first: End, second: End, share: float) -> Place:
    """Return a place between two ends; section by section where both have as many, else by bars.

    Args:
        first, second: the ends.
        share: how much of the way has been gone.
    """
    forms = [end.stretch.sections for end in (first, second)]
    if len(forms[0]) != len(forms[1]):
        forms = [[Section(0, len(end.stretch.bars), "A")] for end in (first, second)]
    lengths, rows = [], []
    for one, other in zip(*forms, strict=True):
        n = _length(one.n_bars, other.n_bars, share)
        lengths.append(n)
        rows.append([s.start + np.arange(n) * s.n_bars // n for s in (one, other)])
    at = [np.concatenate([row[side] for row in rows]) for side in (0, 1)]
    nearer = 0 if share < 0.5 else 1
    sections = _sections((first, second)[nearer].stretch.sections, at[nearer])
    return Place(share, at[0], at[1], sections)


def _length(one: int, other: int, share: float) -> int:
    """Return a length between two, even where both are."""
    group = next(unit for unit in (2, 1) if one % unit == other % unit == 0)
    return max(group, round((one + share * (other - one)) / group) * group)


def _sections(sections: list[Section], at: NDArray[np.int64]) -> list[Section]:
    """Return the sections of an end over the bars that lie at its bars."""
    found = []
    for section in sections:
        inside = np.flatnonzero((at >= section.start) & (at < section.start + section.n_bars))
        if len(inside):
            found.append(Section(int(inside[0]), len(inside), section.label))
    return found


def slerped(first: Tensor, second: Tensor, share: float | Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Return latents (…, Z) on the great circle from one to the other, each part on its own.

    Args:
        first, second: (…, Z).
        share: how much of the way has been gone; of rows of their own (…, 1).
        sizes: of the parts' latents.
    """
    parts = []
    for a, b in zip(first.split(sizes, dim=-1), second.split(sizes, dim=-1), strict=True):
        cosine = torch.cosine_similarity(a, b, dim=-1).clamp(-1, 1)[..., None]
        angle = cosine.acos().clamp(1e-4, torch.pi - 1e-4)
        both = torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b
        parts.append(both / angle.sin())
    return torch.cat(parts, dim=-1)


def latents_at(first: End, second: End, where: Place, sizes: tuple[int, ...]) -> Tensor:
    """Return the latents (N, Z) of the bars of a place."""
    a, b = first.latents[where.at_first], second.latents[where.at_second]
    return slerped(a, b, torch.from_numpy(where.gone())[:, None], sizes)


def key_at(first: End, second: End, share: float) -> Key:
    """Return the key between two: along the circle of fifths, in the mode of the nearer."""
    homes = [home_of(end.given.key) for end in (first, second)]
    fifths = ((homes[1] - homes[0]) * 7 + 6) % 12 - 6
    home = (homes[0] + 7 * round(share * fifths)) % 12
    mode = (first if share < 0.5 else second).given.key.mode
    return Key((home - 3 * (mode == "minor")) % 12, mode)


def home_of(key: Key) -> int:
    """Return the tonic of a key, or of its relative major."""
    return (key.tonic + 3 * (key.mode == "minor")) % 12


def bars_at(first: End, second: End, where: Place, key: Key) -> NDArray[np.void]:
    """Return the table of `bars.BAR` of a place, without notes.

    Where a piece modulates, so does what is near it. Chords go over with their bars, four at a
    time, in an order in which those of the one are spread evenly among those of the other.

    Args:
        first, second: the ends.
        where: the place.
        key: its key.
    """
    rows = [first.stretch.bars[where.at_first], second.stretch.bars[where.at_second]]
    near = where.nearer(first, second)
    bars = rows[0 if near is first else 1].copy()
    bars["number"] = np.arange(len(bars))
    bars["run"], bars["n_notes"], bars["note_start"] = 0, 0, 0
    moved = home_of(key) - home_of(near.given.key)
    bars["tonic"] = (bars["tonic"].astype(np.int64) + moved) % 12
    bars["bpm"] = tempo_at(first, second, where.share)
    write_sections(bars, where.sections)
    goes_over = where.gone() > 0.5
    home = home_shift(bars["tonic"], bars["minor"])
    for row, chosen in zip(rows, (~goes_over, goes_over), strict=True):
        shift = home_shift(row["tonic"], row["minor"]) - home
        bars["chords"][chosen] = moved_chords(row["chords"], shift)[chosen]
    return bars


def tempo_at(first: End, second: End, share: float) -> float:
    """Return felt beats a minute between two, equal ratios at equal steps."""
    bpm = [float(end.stretch.bars["bpm"][0]) for end in (first, second)]
    return float(bpm[0] ** (1 - share) * bpm[1] ** share)


def evenly(n: int) -> NDArray[np.float64]:
    """Return n numbers in (0, 1) that fill it evenly in any order (van der Corput, base 2)."""
    at, out, part = np.arange(1, n + 1), np.zeros(n), 0.5
    while at.any():
        out += part * (at & 1)
        at, part = at >> 1, part / 2
    return out
