"""Restyling: a whole lead sheet turned into another style's by the converter.

The network looks at stretches that overlap, and what it says of a beat is averaged; bars that
were alike stay alike. A dial is kept exactly: what the network wants changed most is changed
first, until as much of the tune and of the chords is gone as the dial allows.

Shapes: E beats, S slots of a beat, K symbols, H chords, C choices of a beat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._gan import Drawer
from antiphon.models.converter import Generator
from antiphon.representations.bars import SLOTS_PER_BEAT
from antiphon.representations.labels import class_asked
from antiphon.representations.lead_sheet import (
    N_SYMBOLS,
    LeadSheet,
    onsets_of,
)
from antiphon.representations.lead_sheet_view import N_CHOICES, TOLD_SIZE, one_hot, told_rows

TUNE_GIVEN_UP = 0.36  # share of the tune's tones that may go at the end of the dial
CHORDS_GIVEN_UP = 1.6  # share of beats whose chord may change there: all, from 5/8 of it on
MAY_ADD = 1.6  # tones for each tone of the tune that may be added
GUIDANCE = 2.0  # how much further from what all styles are told than the network goes
_SHARPNESS = 2.0  # what a choice is more certain than when it was learnt
_STRONGEST, _HALVINGS = 40.0, 18  # logits by which nothing changes; steps of the search below
_SLOTS = SLOTS_PER_BEAT * N_SYMBOLS


@dataclass(frozen=True)
class Wishes:
    """What a converter wants of a lead sheet: logits, drawn numbers included.

    Attributes:
        tune: (E, S, K).
        chords: (E, H).
    """

    tune: NDArray[np.float32]
    chords: NDArray[np.float32]


def restyle(
    drawer: Drawer, sheet: LeadSheet, style: str, strength: float, seed: int = 0
) -> LeadSheet:
    """Return a lead sheet in another style.

    Args:
        drawer: weights of a converter.
        style: one that they know.
        strength: 0 (as it is) to 1.
        seed: equal seeds give equal music.

    Raises:
        AntiphonError: the weights do not know the style.
    """
    if strength == 0 or not len(sheet.tune):
        return sheet
    wishes = wishes_of(drawer, sheet, style, strength, seed)
    tune = _as_far(lambda hold: _tune(wishes, sheet, hold), _tune_allows(sheet, strength))
    chords = _as_far(
        lambda hold: _chosen(wishes.chords, sheet.chords, hold),
        lambda new: (new != sheet.chords).mean() <= CHORDS_GIVEN_UP * strength,
    )
    return replace(sheet, tune=tune, chords=chords)


@torch.inference_mode()
def wishes_of(drawer: Drawer, sheet: LeadSheet, style: str, strength: float, seed: int) -> Wishes:
    """Return what the network wants of every beat; alike for bars that are alike."""
    generator = drawer.generator
    assert isinstance(generator, Generator)
    column, which = class_asked(drawer.vocabulary, "style", style)
    length, size = generator.config.shape[0], generator.config.latent_size
    rng = np.random.default_rng([seed, 41])
    z = torch.from_numpy(rng.standard_normal(size, np.float32))
    rows = told_rows(sheet)
    firsts = range(0, max(len(rows) - length // 2, 1), length // 2)
    told = np.zeros((len(firsts), length, TOLD_SIZE), np.float32)
    for row, first in zip(told, firsts, strict=True):
        here = rows[first : first + length]
        row[: len(here), : rows.shape[1]] = here
        row[: len(here), -3] = 1
    x, dial = torch.from_numpy(one_hot(told)), torch.full((len(told),), strength)
    said = []
    for label in range(len(drawer.vocabulary["style"])):
        labels = torch.full((len(told), len(drawer.vocabulary)), -1)
        labels[:, column] = label
        said.append(generator.changes(x, z.expand(len(told), -1), dial, labels))
    heard: Tensor = said[which] + GUIDANCE * (said[which] - torch.stack(said).mean(dim=0))
    total = np.zeros((len(rows), N_CHOICES), np.float32)
    count = np.zeros((len(rows), 1), np.float32)
    for first, wish in zip(firsts, heard.numpy(), strict=True):
        n = min(length, len(rows) - first)
        total[first : first + n] += wish[:n]
        count[first : first + n] += 1
    wanted = _SHARPNESS * total / count + rng.gumbel(size=total.shape).astype(np.float32)
    wanted = _alike(wanted, sheet)
    return Wishes(wanted[:, :_SLOTS].reshape(-1, SLOTS_PER_BEAT, N_SYMBOLS), wanted[:, _SLOTS:])


def _alike(wanted: NDArray[np.float32], sheet: LeadSheet) -> NDArray[np.float32]:
    """Return wishes such that bars with equal tune and chords have those of the first of them."""
    out = wanted.copy()
    first: dict[tuple[int, bytes, bytes], int] = {}
    edges = np.append(np.flatnonzero(np.diff(sheet.bar, prepend=-1)), len(sheet.bar))
    for begin, end in pairwise(edges.tolist()):
        key = (end - begin, sheet.tune[begin:end].tobytes(), sheet.chords[begin:end].tobytes())
        leader = first.setdefault(key, begin)
        out[begin:end] = wanted[leader : leader + end - begin]
    return out


def _chosen(
    wanted: NDArray[np.float32], before: NDArray[np.int64], hold: float
) -> NDArray[np.int64]:
    """Return the choices where what was there is preferred by so many logits."""
    stays = np.take_along_axis(wanted, before[..., None], axis=-1)[..., 0] + hold
    best = wanted.argmax(axis=-1)
    change = wanted.max(axis=-1) > stays
    return np.where(change, best, before)


def _tune(wishes: Wishes, sheet: LeadSheet, hold: float) -> NDArray[np.int64]:
    return _chosen(wishes.tune, sheet.tune, hold)


def _tune_allows(sheet: LeadSheet, strength: float) -> Callable[[NDArray[np.int64]], bool]:
    tones = onsets_of(sheet.tune)
    n = max(int(tones.sum()), 1)

    def allows(new: NDArray[np.int64]) -> bool:
        kept = int((new[tones] == sheet.tune[tones]).sum())
        added = int((onsets_of(new) & ~tones).sum())
        return 1 - kept / n <= TUNE_GIVEN_UP * strength and added / n <= MAY_ADD * strength

    return allows


def _as_far(
    made: Callable[[float], NDArray[np.int64]], allows: Callable[[NDArray[np.int64]], bool]
) -> NDArray[np.int64]:
    """Return what is made with the least hold that the dial allows; of none at all, all wishes."""
    low, high = 0.0, _STRONGEST
    if allows(made(low)):
        return made(low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if allows(made(middle)) else (middle, high)
    return made(high)
