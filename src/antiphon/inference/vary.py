"""Vary: one dial from "barely" to "anything" says how much of a given piece is drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.inference._given import Given, Stretch, understand
from antiphon.inference._rewriting import Order, rewrite
from antiphon.inference._selecting import order_of, selected_notes
from antiphon.inference.compose import Composition
from antiphon.music.casting import NO_ROLE
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan
from antiphon.representations.bars import PARTS

USUAL = 0.4  # strength that is taken when none is asked for
_TUNE_FROM = 0.5  # strength up to which the melody stays
_UNIT = 2  # bars that are drawn anew together
_MELODY = PARTS.index("melody")


def vary(
    piece: Piece,
    strength: float = USUAL,
    *,
    plan: Plan | None = None,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return a piece of which some is drawn anew; what is not is as it was.

    Bars that repeated others repeat them again. Harmony, key, form and tempo stay. Up to half
    of the dial the melody stays, too; at 1 every note is new.

    Args:
        piece: the piece.
        strength: 0 (barely) to 1 (anything).
        plan: style, key, chords, density, adventure, arousal and seed; of equal seeds the
            stronger change changes all that the weaker one does.
        count, keep, model, progress: as `compose` takes them.

    Raises:
        AntiphonError: the piece cannot be worked on, or the dial has no such place.
    """
    if not 0 <= strength <= 1:
        raise AntiphonError(
            f"The strength must be from 0 (barely) to 1 (anything), not {strength}."
        )
    plan = plan or Plan()
    given = understand(piece, plan)
    orders = [_order(given, strength, plan.seed + take) for take in range(count)]
    return rewrite(given, orders, plan, keep=keep, model=model, progress=progress)


def _order(given: Given, strength: float, seed: int) -> Order:
    repeats = np.full((given.n_bars, len(PARTS)), -1)
    for stretch in given.stretches:
        repeats[stretch.span] = _repeats(stretch)
    made = _drawn(given, repeats, strength, np.random.default_rng([seed, 29]))
    everything = order_of(given, np.ones(given.n_bars, bool), selected_notes(None, given))
    gone = []
    for track, roles in zip(given.piece.tracks, given.roles, strict=True):
        bar = given.bar_of(track.notes)
        gone.append((roles != NO_ROLE) & made[bar, np.maximum(roles, 0)])
    repeats[~made] = -1
    return replace(everything, made=made, gone=gone, repeats=repeats)


def _repeats(stretch: Stretch) -> NDArray[np.int64]:
    """Return (bars, M) the first bar of the piece with the same notes of a part, −1 for itself."""
    out = np.full((len(stretch.bars), len(PARTS)), -1)
    first: dict[tuple[int, bytes], int] = {}
    for number, bar in enumerate(stretch.bars):
        begin = int(bar["note_start"])
        notes = stretch.notes[begin : begin + int(bar["n_notes"])]
        for part in range(len(PARTS)):
            mine = notes[notes["part"] == part][["slot", "pitch", "duration"]]
            source = first.setdefault((part, mine.tobytes()), number)
            if source != number and len(mine):
                out[number, part] = stretch.first + source
    return out


def _drawn(
    given: Given, repeats: NDArray[np.int64], strength: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return (N, M) what is drawn anew; a bar that repeats another one goes with it."""
    n, plays, writable = given.n_bars, given.plays(), given.writable()
    chance = rng.random((-(-n // _UNIT), len(PARTS))).repeat(_UNIT, axis=0)[:n]
    leader = np.where(repeats >= 0, repeats, np.arange(n)[:, None])
    chance = np.take_along_axis(chance, leader, axis=0)
    may = writable[:, None] & plays if strength < 1 else writable[:, None] & plays.any(axis=0)
    tune = max(strength - _TUNE_FROM, 0) / (1 - _TUNE_FROM)
    share = np.full(len(PARTS), min(2 * strength, 1.0) if plays[:, 1:].any() else strength)
    if plays[:, 1:].any():
        share[_MELODY] = tune
    made: NDArray[np.bool_] = may & (chance < share)
    if strength == 1:
        made = may
    least = np.where(may & (np.arange(len(PARTS)) != _MELODY), chance, 2.0)
    least = least if (least < 2).any() else np.where(may, chance, 2.0)
    return made | (may & (least == least.min()))
