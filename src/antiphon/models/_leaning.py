"""Leaning: what choices of notes lean to beside what the scribe says.

The scribe hears hardly anything of the latents it is told. What must be heard is said again
where notes are chosen: as logits added to its own (sliders), and as a second expert whose
probabilities its own are multiplied by (a product of experts, Hinton, 2002), which is how a
decoder's bars (`wished`) come to be written as music rather than as a blur of it.

Shapes: N bars, M parts, P pitches, B pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.compiled import compiled
from antiphon.models._coder import Coder
from antiphon.models._drawing import Floats
from antiphon.representations.bars import MAX_BEATS, SLOTS_PER_BEAT
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import END, N_CELLS, N_PARTS, ONE_VOICE

_LEAST = 2e-3  # probability below which nothing is wished away


@dataclass(frozen=True)
class Lean:
    """What the choices of one piece lean to.

    Attributes:
        odds: (N, cells) added to the log-odds of an onset in each cell that comes in question.
        rows: (N, beats, M, P) logits added to each pitch.
        more: (N, M) log-odds added to another note that begins with one.
        wish: (N, cells, P) how likely each onset is wished to be; None where nothing is.
        trust: power to which the wished probabilities are taken.
    """

    odds: Floats
    rows: Floats
    more: Floats
    wish: Floats | None = None
    trust: float = 0.0

    @classmethod
    def none(cls, n_bars: int) -> Lean:
        """Return what leans nowhere."""
        odds = np.zeros((n_bars, N_CELLS), np.float32)
        rows = np.zeros((n_bars, MAX_BEATS, N_PARTS, N_PITCHES), np.float32)
        return cls(odds, rows, np.zeros((n_bars, N_PARTS), np.float32))


def copied(lean: Lean | None, n_bars: int) -> Lean:
    """Return a lean to be added to: one's own copy, or one that leans nowhere."""
    if lean is None:
        return Lean.none(n_bars)
    return replace(lean, odds=lean.odds.copy(), rows=lean.rows.copy(), more=lean.more.copy())


class Leaning(NamedTuple):
    """What all pieces that are written lean to; the first axis is B · N, or 0 for nothing.

    Attributes:
        odds, rows, more, wish, trust: as of `Lean`.
        starts: (…, cells) how likely each cell is wished to have any onset.
    """

    odds: Floats
    rows: Floats
    more: Floats
    wish: Floats
    starts: Floats
    trust: Floats


def leaning_of(leans: Sequence[Lean] | None) -> Leaning:
    """Return the leaning of pieces of equal length."""
    nothing = np.zeros((0, N_CELLS, N_PITCHES), np.float32)
    if leans is None:
        none = Lean.none(0)
        no_trust = np.zeros(0, np.float32)
        return Leaning(none.odds, none.rows, none.more, nothing, nothing[..., 0], no_trust)
    n = len(leans[0].odds)
    wishes = [lean.wish for lean in leans if lean.wish is not None]
    wish = np.clip(np.concatenate(wishes), _LEAST, 1 - _LEAST) if wishes else nothing
    starts = np.clip(1 - (1 - wish).prod(axis=-1), _LEAST, 1 - _LEAST)
    for part in np.flatnonzero(ONE_VOICE):
        starts[:, part::N_PARTS] = np.clip(wish[:, part::N_PARTS].sum(axis=-1), _LEAST, 1 - _LEAST)
    return Leaning(
        np.concatenate([lean.odds for lean in leans]),
        np.concatenate([lean.rows for lean in leans]),
        np.concatenate([lean.more for lean in leans]),
        wish.astype(np.float32),
        starts.astype(np.float32),
        np.repeat(np.array([lean.trust for lean in leans], np.float32), n),
    )


@torch.inference_mode()
def wished(latents: Tensor, chords: NDArray[np.float32], coder: Coder) -> Floats:
    """Return how likely the coder's decoder finds each onset (N, cells, P) in bars.

    Args:
        latents: (N, Z).
        chords: (N, 4, 25) features of the chord of each beat, in the home key.
    """
    soft = coder.soft_rolls(coder.decode(latents, torch.from_numpy(chords)))
    onset = soft[..., :N_PITCHES].transpose(1, 2)  # (N, T, M, P)
    return np.ascontiguousarray(onset.flatten(1, 2).numpy())


@compiled
def lean_cells(
    lean: Leaning,
    logits: Floats,
    allowed: NDArray[np.bool_],
    bar: int,
    cell: int,
    row: int,
    waits: int,
) -> None:
    """Add what is leaned to of the next cell to the logits (cells + 1,) of one piece.

    Args:
        allowed: (cells + 1,) where the next token may stand.
        bar: of the token, counted through all pieces.
        cell, row: of the token before; a second note of its cell is wished above its row.
        waits: cell of the next kept note, or `END`; before it what is not allowed is not missed.
    """
    if not len(lean.odds):
        return
    if len(lean.wish):
        starts = lean.starts[bar].astype(np.float64)
        if cell != END:
            starts[cell] = another(lean.wish[bar, cell], row)
        add_wish(starts, lean.trust[bar], logits, allowed, waits)
    if lean.odds[bar].any():
        shift_odds(lean.odds[bar], logits, allowed, waits)
    if cell != END and allowed[cell]:
        logits[cell] += lean.more[bar, cell % N_PARTS]


@compiled
def another(wish: Floats, row: int) -> float:
    """Return how likely a cell (P,) is wished to have an onset above a row."""
    none = 1.0
    for above in range(row + 1, len(wish)):
        none *= 1 - wish[above]
    return min(max(1 - none, _LEAST), 1 - _LEAST)


@compiled
def add_wish(
    starts: NDArray[np.float64],
    trust: float,
    logits: Floats,
    allowed: NDArray[np.bool_],
    waits: int,
) -> None:
    """Add the log-probability of each cell to be the first with a wished onset, to its power.

    Args:
        starts: (cells,) how likely each is wished to have one.
        trust: the power.
        logits, allowed, waits: as `lean_cells` takes them.
    """
    silent = 0.0  # log-probability of nothing so far
    for at in range(N_CELLS):
        if at < waits and not allowed[at]:
            continue
        share = starts[at]
        logits[at] += trust * (silent + np.log(share))
        silent += np.log(1 - share)
    logits[END] += trust * silent


@compiled
def shift_odds(odds: Floats, logits: Floats, allowed: NDArray[np.bool_], waits: int) -> None:
    """Shift the log-odds of an onset in each cell before the one that waits.

    Logits of the next cell say with which odds there is an onset in each cell that none came
    before; these are shifted, and made logits of the next cell again.
    """
    rest = np.empty(waits + 1)  # log of how likely it is that the next one is this or later
    top = logits[waits:].max()
    rest[waits] = top + np.log(np.exp(logits[waits:] - top).sum())
    for at in range(waits - 1, -1, -1):
        rest[at] = rest[at + 1]
        if allowed[at]:
            top = max(rest[at], logits[at])
            rest[at] = top + np.log(np.exp(rest[at] - top) + np.exp(logits[at] - top))
    passed = 0.0  # log of how much likelier it has become that nothing came
    for at in range(waits):
        if not allowed[at]:
            continue
        share = min(max(np.exp(logits[at] - rest[at]), 1e-9), 1 - 1e-6)
        shifted = share / (share + (1 - share) * np.exp(-odds[at]))
        logits[at] += passed + np.log(shifted / share)
        passed += np.log((1 - shifted) / (1 - share))
    logits[waits:] += passed


@compiled
def lean_rows(lean: Leaning, logits: Floats, bar: int, cell: int) -> None:
    """Add what is leaned to of pitches in a cell to the logits (P,) of one piece."""
    if not len(lean.odds):
        return
    beat, part = cell // N_PARTS // SLOTS_PER_BEAT, cell % N_PARTS
    logits += lean.rows[bar, beat, part]
    if len(lean.wish):
        logits += lean.trust[bar] * np.log(lean.wish[bar, cell])
