"""Rewriting: the one core of accompany, convert, inpaint, extend and vary.

A given piece and an order (which parts of which bars are made, which notes go) become sheets of
which something is kept; the scribe and the drummer write the rest, and what they wrote is laid
beside what was given, of which nothing is moved.

Shapes: N bars of the piece, M parts (`bars.PARTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from antiphon import models
from antiphon.inference._bridging import bridged
from antiphon.inference._drafts import (
    Draft,
    alike,
    drafts_of,
    provenance_of,
    rank,
    reasons,
    written_provenance,
)
from antiphon.inference._drummer import drum
from antiphon.inference._given import Given, Stretch
from antiphon.inference._joining import joined
from antiphon.inference._merging import merged
from antiphon.inference._planning import harmonise, write_chords
from antiphon.inference._sheet import Sheet, write_sheet
from antiphon.inference.compose import Composition, best, check_count, writer_of
from antiphon.models._coder import latents_of
from antiphon.models._ensemble import Ensemble
from antiphon.models._leaning import Lean
from antiphon.models._waiting import Kept
from antiphon.music.piece import Notes, Track, in_order, together
from antiphon.music.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM, Plan, tempo_within
from antiphon.music.wishes import wanted_of
from antiphon.representations.bars import PARTS, PITCHED, beat_steps
from antiphon.representations.score import END, ONE_VOICE, score_of

_DRUMS = PARTS.index("drums")
_ONE_VOICE = {role for role, one in zip(PITCHED, ONE_VOICE, strict=True) if one}
_STRETCH_SEEDS = 7919  # apart, so that no stretch is written as the one before


@dataclass(frozen=True)
class Order:
    """What is made of a given piece.

    Attributes:
        made: (N, M) which parts of which bars are made; the others are kept.
        home: who plays a part that is made: a track of the piece, by its index, or a new one;
            what has no home is written (others lean on it) and left out.
        gone: of each track, which of its notes make room.
        repeats: (N, M) the bar whose new notes a bar has again, −1 where it has its own; None where
            all have.
        leaning: returns what choices lean to, of the table of bars with chords and of what they
            lean to besides; None for nothing more.
    """

    made: NDArray[np.bool_]
    home: Mapping[str, int | Track]
    gone: list[NDArray[np.bool_]]
    repeats: NDArray[np.int64] | None = None
    leaning: Callable[[NDArray[np.void], Lean | None], Lean] | None = None


@dataclass(frozen=True)
class _Hands:
    """Who writes."""

    ensemble: Ensemble
    drummer: Ensemble | None


def rewrite(
    given: Given,
    orders: Sequence[Order],
    plan: Plan,
    *,
    keep: int | None,
    model: str | None,
    progress: Callable[[int], None] | None,
) -> list[Composition]:
    """Return pieces in each of which an order is carried out, or the best `keep` of them.

    Args:
        given: the piece.
        orders: what is made, one for each alternative, all for the same parts.
        plan: style, chords, density, adventure, arousal and the first seed.
        keep, model, progress: as `compose` takes them.

    Raises:
        AntiphonError: there are no weights of the style.
    """
    check_count(len(orders), keep)
    ensemble = writer_of(model or plan.style)
    drummer = models.load("drums") if any("drums" in order.home for order in orders) else None
    hands = _Hands(ensemble, drummer)
    plans = [replace(plan, seed=plan.seed + take) for take in range(len(orders))]
    takes: list[list[tuple[Stretch, Draft]]] = [[] for _ in plans]
    for number, stretch in enumerate(given.stretches):
        made = [order.made[stretch.span] for order in orders]
        if any(m.any() for m in made):
            sheets = [_sheet(given, stretch, p, number, ensemble) for p in plans]
            for order, sheet in zip(orders, sheets, strict=True):
                if order.leaning is not None:
                    sheet.lean = order.leaning(sheet.bars, sheet.lean)
            if not all(m[:, : len(PITCHED)].all() for m in made):
                for sheet, m in zip(sheets, made, strict=True):
                    parts = ~m[:, : len(PITCHED)]
                    sheet.kept = _kept(sheet.bars, stretch.notes, parts, ensemble)
                    sheet.lean = bridged(sheet.kept[0], sheet.lean)
            batches = alike(sheets, ensemble)
            drafts = [d for some in batches for d in drafts_of(some, ensemble)]
            for take, draft in zip(takes, drafts, strict=True):
                take.append((stretch, draft))
    finished = []
    for order, asked, take in zip(orders, plans, takes, strict=True):
        finished.append(_finish(given, order, asked, take, hands))
        if progress is not None:
            progress(len(finished))
    return best(finished, keep)


def _sheet(given: Given, stretch: Stretch, plan: Plan, number: int, ensemble: Ensemble) -> Sheet:
    """Return a stretch as a sheet of which all is made.

    Where only drums are given, the network writes its chords.
    """
    seed = (plan.seed + number * _STRETCH_SEEDS) % 2**31
    n, bpm = len(stretch.bars), float(stretch.bars["bpm"][0])
    if given.is_pitched:
        bars = stretch.bars.copy()
        asked = plan.progression(given.key)
        if asked is not None:
            turn = stretch.first % len(asked)
            write_chords(bars, asked[turn:] + asked[:turn])
        elif not given.is_harmonised:
            heard, lowest = (
                given.sounding(stretch, roles) for roles in (("melody", "counter"), ("bass",))
            )
            harmonise(bars, replace(plan, seed=seed), ensemble, heard, lowest)
        none = np.zeros((n, 0), np.float32)
        sheet = Sheet(
            replace(plan, seed=seed), given.key, stretch.metre, bpm, stretch.sections, bars,
            none, none,
        )  # fmt: skip
    else:
        asked_bpm = bpm * beat_steps(stretch.metre) * stretch.metre.denominator / 96
        asked_bpm = bpm if stretch.metre.is_compound else asked_bpm
        tempo = min(max(asked_bpm, MIN_TEMPO_BPM), MAX_TEMPO_BPM)
        open_plan = replace(plan, seed=seed, bars=n, metre=str(stretch.metre), tempo=tempo)
        sheet = write_sheet(open_plan, ensemble)
        sheet.bars["n_notes"], sheet.bars["note_start"] = 0, 0
    wanted = wanted_of(plan, given.n_bars)
    sheet.ask({name: at[stretch.span] for name, at in wanted.items()}, ensemble)
    sheet.before, sheet.after = stretch.before, stretch.after
    sheet.close = stretch.after == 0 and given.rests()
    sheet.reach = given.reach()
    return sheet


def _kept(
    bars: NDArray[np.void], notes: NDArray[np.void], parts: NDArray[np.bool_], ensemble: Ensemble
) -> tuple[Kept, Tensor]:
    """Return what stays of a stretch as tokens, and its latents (N, Z)."""
    score = score_of(bars, notes)
    told = score.cell != END
    tokens = (score.bar, score.cell, score.row, score.duration, score.loudness)
    return Kept(parts, *(t[told] for t in tokens)), latents_of(bars, notes, ensemble.coder)


def _finish(
    given: Given, order: Order, plan: Plan, take: list[tuple[Stretch, Draft]], hands: _Hands
) -> Composition:
    """Return a take as a piece, with what is told of it."""
    new: dict[str, list[Notes]] = {role: [] for role in order.home}
    for stretch, draft in take:
        for role, notes in _made(order, stretch, draft, hands.drummer).items():
            new[role].append(given.ticks(stretch, notes))
    sheets = [(stretch, draft.sheet) for stretch, draft in take]
    piece = merged(
        given, order.gone, {r: (order.home[r], together(many)) for r, many in new.items()}, sheets
    )
    provenance = provenance_of(take[0][1], hands.ensemble)
    written = written_provenance(provenance)
    piece.provenance = "; ".join(said for said in (given.piece.provenance, written) if said)
    longest = max(take, key=lambda t: len(t[1].measures))[1]
    n_bars = sum(len(draft.measures) for _, draft in take)
    score = sum(rank(draft) * len(draft.measures) for _, draft in take) / n_bars
    main = longest.sheet
    told = replace(
        plan,
        bars=piece.n_bars,
        key=str(main.key),
        mode=None,
        metre=str(main.metre),
        tempo=tempo_within(main.bpm),
    )
    return Composition(
        piece,
        told,
        score,
        (*given.remarks, *reasons(longest)),
        tuple(line for _, draft in take for line in draft.redrawn),
        provenance,
    )


def _made(
    order: Order, stretch: Stretch, draft: Draft, drummer: Ensemble | None
) -> dict[str, Notes]:
    """Return the notes that are new of each part that has a home, in steps of the stretch."""
    sheet = draft.sheet
    made = order.made[stretch.span]
    bar_steps = beat_steps(sheet.metre) * int(sheet.bars["n_beats"][0])
    parts = dict(draft.parts)
    if sheet.louder is None:
        parts = {
            role: joined(notes, made[:, PARTS.index(role)], bar_steps)
            for role, notes in parts.items()
        }
    if drummer is not None and made[:, _DRUMS].any():
        heard = {
            role: notes
            for role, notes in parts.items()
            if role in order.home or not made[:, PARTS.index(role)].all()
        }
        parts["drums"] = drum(sheet, heard, drummer, (made[:, _DRUMS], stretch.notes))
    if order.repeats is not None:
        repeats = order.repeats[stretch.span] - stretch.first
        parts = {
            role: repeated(notes, repeats[:, PARTS.index(role)], bar_steps)
            for role, notes in parts.items()
        }
    return {
        role: _in_bars(notes, made[:, PARTS.index(role)], bar_steps, one_voice=role in _ONE_VOICE)
        for role, notes in parts.items()
        if role in order.home
    }


def repeated(notes: Notes, source: NDArray[np.int64], bar_steps: int) -> Notes:
    """Return notes of a part in which bars have the notes of other bars again.

    Args:
        notes: of the part.
        source: (bars,) the bar whose notes each has; below 0 where it keeps its own.
        bar_steps: length of a bar.
    """
    bar = notes["onset"] // bar_steps
    many = [notes[source[bar] < 0]]
    for number in np.flatnonzero(source >= 0):
        again = notes[bar == source[number]]
        again["onset"] += (number - source[number]) * bar_steps
        many.append(again)
    return in_order(together(many))


def _in_bars(notes: Notes, made: NDArray[np.bool_], bar_steps: int, *, one_voice: bool) -> Notes:
    """Return the notes that begin in bars (N,) that are made.

    They may ring on into bars that stay, in one voice until its next note there.
    """
    is_new = made[notes["onset"] // bar_steps]
    out, ends = notes[is_new], np.full(int(is_new.sum()), len(made) * bar_steps)
    stays = notes["onset"][~is_new]
    if one_voice and len(stays):
        at = np.searchsorted(stays, out["onset"])
        ends = np.where(at < len(stays), stays[np.minimum(at, len(stays) - 1)], ends)
    out["duration"] = np.minimum(out["duration"], ends - out["onset"])
    return out
