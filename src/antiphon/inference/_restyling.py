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

from antiphon.metrics._lead_sheets import lead_sheet_measures
from antiphon.models._gan import Drawer
from antiphon.models.converter import Generator
from antiphon.music.chords import QUALITIES
from antiphon.music.harmony import best_path
from antiphon.representations.bars import SLOTS_PER_BEAT
from antiphon.representations.labels import class_asked
from antiphon.representations.lead_sheet import (
    FIRST_TONE,
    GROUPS,
    HOLD,
    LOWEST,
    MINOR,
    N_CHORDS,
    N_SYMBOLS,
    LeadSheet,
    onsets_of,
)
from antiphon.representations.lead_sheet_view import N_CHOICES, one_hot, told_of, told_rows

TUNE_GIVEN_UP = 0.36  # share of the tune's tones that may go at the end of the dial
CHORDS_GIVEN_UP = 1.6  # share of beats whose chord may change there: all, from 5/8 of it on
MAY_ADD = 2.4  # tones for each tone of the tune that may be added
N_TAKES = 8  # conversions that are heard
GUIDANCE = 2.0  # how much further from what all styles are told than the network goes
SHARPNESS = 2.0  # what a choice is more certain than when it was learnt
FITTING = 4.0  # logits that a chord gets where all of a beat's tones are its own
CHANGE_BAR, CHANGE_BEAT = 0.5, 3.0  # what another chord costs at a bar line, and within a bar
_STRONGEST, _HALVINGS = 400.0, 20  # logits by which nothing changes; steps of the search below
_SLOTS = SLOTS_PER_BEAT * N_SYMBOLS
_TONES = np.zeros((12, N_CHORDS), np.float32)  # which pitch classes chords have
for _chord in range(N_CHORDS - 1):
    for _tone in QUALITIES[GROUPS[_chord % len(GROUPS)]]:
        _TONES[(_chord // len(GROUPS) + _tone) % 12, _chord] = 1


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
    drawer: Drawer,
    sheet: LeadSheet,
    style: str,
    strength: float,
    seed: int = 0,
    *,
    ends: bool = False,
) -> LeadSheet:
    """Return a lead sheet in another style: of several takes the one that is most like it.

    Args:
        drawer: weights of a converter.
        style: one that they know.
        strength: 0 (as it is) to 1.
        seed: equal seeds give equal music.
        ends: whether the piece ends with it: the roots of its last bar stay.

    Raises:
        AntiphonError: the weights do not know the style.
    """
    if strength == 0 or not len(sheet.tune):
        return sheet
    if drawer.critic is None:
        return _take(drawer, sheet, style, strength, [seed, 41], ends=ends)
    takes = [
        _take(drawer, sheet, style, strength, [seed, 41, take], ends=ends)
        for take in range(N_TAKES)
    ]
    _, which = class_asked(drawer.vocabulary, "style", style)
    length = drawer.config.shape[0]
    said = [drawer.critic.said(_measures(take, length))[:, which].mean() for take in takes]
    return takes[int(np.argmax(said))]


def _measures(sheet: LeadSheet, length: int) -> NDArray[np.float64]:
    """Return measures (n, F) of a lead sheet, stretch after stretch of at most so many beats."""
    n = max(len(sheet.tune) // length, 1)
    return np.stack(
        [
            lead_sheet_measures(
                sheet.tune[span], sheet.chords[span], minor=bool(sheet.facts[span, MINOR][0] > 0.5)
            )
            for span in (slice(i * length, (i + 1) * length) for i in range(n))
        ]
    )


def _take(
    drawer: Drawer, sheet: LeadSheet, style: str, strength: float, seed: list[int], *, ends: bool
) -> LeadSheet:
    """Return one conversion of a lead sheet."""
    wishes = wishes_of(drawer, sheet, style, strength, seed)
    tune = _tune(wishes.tune, sheet.tune, strength)
    fitting = wishes.chords + FITTING * fit_of(tune)
    closing = sheet.bar == sheet.bar[-1] if ends else np.zeros(len(sheet.bar), bool)
    root = sheet.chords[closing] // len(GROUPS)
    fitting[closing] -= _STRONGEST * (np.arange(N_CHORDS) // len(GROUPS) != root[:, None])
    chords = _as_far(
        lambda hold: _harmony(fitting, sheet, hold, closing),
        lambda new: (new != sheet.chords).mean() <= CHORDS_GIVEN_UP * strength,
    )
    return replace(sheet, tune=tune, chords=chords)


def fit_of(tune: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return (E, H) for what share of each beat the tune's tones are tones of each chord."""
    flat = tune.ravel()
    begun = np.maximum.accumulate(np.where(flat != HOLD, np.arange(len(flat)), 0))
    symbol = flat[begun]
    heard = np.zeros((len(flat), 12), np.float32)
    sung = np.flatnonzero(symbol >= FIRST_TONE)
    heard[sung, (symbol[sung] - FIRST_TONE + LOWEST) % 12] = 1 / SLOTS_PER_BEAT
    fit: NDArray[np.float32] = heard.reshape(*tune.shape, 12).sum(axis=1) @ _TONES
    return fit


def _harmony(
    wanted: NDArray[np.float32], sheet: LeadSheet, hold: float, closing: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the chords of which none changes without need, alike in bars that are alike.

    Args:
        closing: (E,) beats that are alike to none.
    """
    scores = wanted.astype(np.float64)
    scores[np.arange(len(scores)), sheet.chords] += hold
    begins = np.diff(sheet.bar, prepend=-1) != 0
    path = best_path(scores, np.where(begins, CHANGE_BAR, CHANGE_BEAT))
    return np.where(closing, path, path[_leaders(sheet)])


@torch.inference_mode()
def wishes_of(
    drawer: Drawer, sheet: LeadSheet, style: str, strength: float, seed: list[int]
) -> Wishes:
    """Return what the network wants of every beat; alike for bars that are alike."""
    generator = drawer.generator
    assert isinstance(generator, Generator)
    column, which = class_asked(drawer.vocabulary, "style", style)
    length, size = generator.config.shape[0], generator.config.latent_size
    rng = np.random.default_rng(seed)
    z = torch.from_numpy(rng.standard_normal(size, np.float32))
    rows = told_rows(sheet)
    firsts = np.arange(0, max(len(rows) - length // 2, 1), length // 2)
    told = told_of(rows, firsts, np.full(len(firsts), len(rows)), length)
    x, dial = torch.from_numpy(one_hot(told)), torch.full((len(told),), strength)
    said = []
    for label in range(len(drawer.vocabulary["style"])):
        labels = torch.full((len(told), len(drawer.vocabulary)), -1)
        labels[:, column] = label
        said.append(generator.changes(x, z.expand(len(told), -1), dial, labels))
    heard: Tensor = said[which] + GUIDANCE * (said[which] - torch.stack(said).mean(dim=0))
    total = np.zeros((len(rows), N_CHOICES), np.float32)
    count = np.zeros((len(rows), 1), np.float32)
    for first, wish in zip(firsts.tolist(), heard.numpy(), strict=True):
        n = min(length, len(rows) - first)
        total[first : first + n] += wish[:n]
        count[first : first + n] += 1
    wanted = SHARPNESS * total / count + rng.gumbel(size=total.shape).astype(np.float32)
    wanted = wanted[_leaders(sheet)]
    return Wishes(wanted[:, :_SLOTS].reshape(-1, SLOTS_PER_BEAT, N_SYMBOLS), wanted[:, _SLOTS:])


def _leaders(sheet: LeadSheet) -> NDArray[np.int64]:
    """Return (E,) the beat that each does as: of bars that are alike the first one's."""
    out = np.arange(len(sheet.bar))
    first: dict[tuple[int, bytes, bytes], int] = {}
    edges = np.append(np.flatnonzero(np.diff(sheet.bar, prepend=-1)), len(sheet.bar))
    for begin, end in pairwise(edges.tolist()):
        key = (end - begin, sheet.tune[begin:end].tobytes(), sheet.chords[begin:end].tobytes())
        leader = first.setdefault(key, begin)
        out[begin:end] = np.arange(leader, leader + end - begin)
    return out


def _chosen(
    wanted: NDArray[np.float32], before: NDArray[np.int64], hold: float
) -> NDArray[np.int64]:
    """Return the choices where what was there is preferred by so many logits."""
    stays = np.take_along_axis(wanted, before[..., None], axis=-1)[..., 0] + hold
    best = wanted.argmax(axis=-1)
    change = wanted.max(axis=-1) > stays
    return np.where(change, best, before)


def _tune(
    wanted: NDArray[np.float32], before: NDArray[np.int64], strength: float
) -> NDArray[np.int64]:
    """Return the tune: as many tones gone, and as many added, as the dial allows."""
    tones = onsets_of(before)
    n = max(int(tones.sum()), 1)

    def lost(new: NDArray[np.int64]) -> bool:
        return int((new[tones] != before[tones]).sum()) <= TUNE_GIVEN_UP * strength * n

    def added(new: NDArray[np.int64]) -> bool:
        return int((onsets_of(new) & ~tones).sum()) <= MAY_ADD * strength * n

    changed = _as_far(lambda hold: _chosen(wanted, before, hold), lost)
    ornamented = _as_far(lambda hold: _chosen(wanted, before, hold), added)
    return np.where(tones, changed, ornamented)


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
