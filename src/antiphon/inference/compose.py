"""Compose: from a plan to finished pieces.

Every piece follows from its plan, seed included, and the weights: equal plans give equal
music. Each is drawn in a few takes, of which the one nearest to real music is kept; bars that
are further out than real ones are drawn again between their neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.inference._drummer import drum
from antiphon.inference._judge import habits, measured, nearest_song
from antiphon.inference._players import assembled, play, soft_rolls
from antiphon.inference._sheet import Sheet, write_sheet
from antiphon.inference._walk import Reference, stacked, walk
from antiphon.metrics.bars import MEASURES, Habits
from antiphon.models._ensemble import Ensemble
from antiphon.music.piece import Notes, Piece
from antiphon.music.plan import Plan

BATCH = 16  # pieces walked at once
TAKES = 3  # of each piece, the best of which is kept
REDRAWS = 2  # times at the most that failing bars are drawn again
TYPICAL = 1.0  # mean distance, in deviations, that real songs commonly have
RETURN_LEVEL = 0.3  # noise at which a returning section leaves its first time


@dataclass(frozen=True)
class Composition:
    """A finished piece and how it came about.

    Attributes:
        piece: the music.
        plan: everything that was open filled in.
        score: distance of its bars' measures from real songs', in their standard deviations.
        reasons: why it ranks where it does, a sentence each.
        redrawn: bars that were drawn again, each naming the measure that failed.
        provenance: model, licence, data, nearest training song and how near.
    """

    piece: Piece
    plan: Plan
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    redrawn: tuple[str, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)


@dataclass
class _Draft:
    """One piece while it is made."""

    sheet: Sheet
    latents: Tensor  # (N, Z)
    parts: dict[str, Notes]
    measures: NDArray[np.float64]
    redrawn: list[str] = field(default_factory=list)


def compose(
    plan: Plan,
    *,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Compose `count` pieces, with seeds from the plan's on, and return the best `keep`.

    Args:
        plan: what is asked for.
        count: how many to compose.
        keep: how many of them to return, best first; all in the order of their seeds when
            left out.
        model: weights by name, run folder or weights folder; the style's own when left out.
        progress: told how many pieces are done.

    Raises:
        AntiphonError: there are no weights of the style, or the plan cannot be met.
    """
    if count < 1 or (keep is not None and not 1 <= keep <= count):
        raise AntiphonError(f"Compose at least one piece and keep 1 to {count} of them.")
    ensemble = models.load(model or plan.style)
    if ensemble.planner is None:
        raise AntiphonError(
            f"The weights {ensemble.name!r} do not write whole pieces: choose those of a style, "
            "such as pop."
        )
    drummer = models.load("drums") if "drums" in plan.parts() else None
    usual = habits(ensemble)
    sheets = [write_sheet(replace(plan, seed=plan.seed + i), ensemble) for i in range(count)]
    finished: list[Composition] = []
    for batch in _alike(sheets):
        for draft in _drafts(batch, ensemble, usual):
            finished.append(_finish(draft, ensemble, drummer, usual))
            if progress is not None:
                progress(len(finished))
    if keep is None:
        return finished
    return sorted(finished, key=lambda c: (c.score, c.plan.seed))[:keep]


def _alike(sheets: list[Sheet]) -> list[list[Sheet]]:
    """Return sheets in batches of the same length, in their order."""
    batches: list[list[Sheet]] = []
    for sheet in sheets:
        last = batches[-1] if batches else None
        if last and len(last) < BATCH and len(last[0].bars) == len(sheet.bars):
            last.append(sheet)
        else:
            batches.append([sheet])
    return batches


def _drafts(sheets: list[Sheet], ensemble: Ensemble, usual: Habits) -> list[_Draft]:
    """Return the best of a few takes of each sheet, failing bars drawn again."""
    best: list[_Draft] = []
    for take in range(TAKES):
        drawn = [
            _draft(s, z, ensemble)
            for s, z in zip(sheets, _draw(sheets, ensemble, take), strict=True)
        ]
        best = (
            drawn
            if not best
            else [
                min(pair, key=lambda d: _rank(d, usual)) for pair in zip(best, drawn, strict=True)
            ]
        )
    for attempt in range(REDRAWS):
        best = [_mended(draft, ensemble, usual, attempt) for draft in best]
    return best


def _rank(draft: _Draft, usual: Habits) -> float:
    """Return how much is wrong with a draft: failing bars, and being unlike any real song.

    Within `TYPICAL` nothing is counted, so that takes are not all drawn to the middle.
    """
    failing = len({bar for bar, _ in usual.failures(draft.measures)})
    return max(0.0, usual.distance(draft.measures)[0] - TYPICAL) + failing / len(draft.measures)


def _draft(sheet: Sheet, latents: Tensor, ensemble: Ensemble) -> _Draft:
    config = ensemble.generator.config
    condition = sheet.segment(config.n_parts, config.latent_size).condition[0]
    soft = soft_rolls(ensemble.coder, latents, condition)
    intervals = ensemble.tables["intervals"].numpy() if "intervals" in ensemble.tables else None
    parts = play(soft, sheet, ensemble.coder.config.one_voice, intervals)
    return _Draft(sheet, latents, parts, measured(parts, sheet))


def _draw(sheets: list[Sheet], ensemble: Ensemble, take: int) -> Tensor:
    """Return latents (B, N, Z) of one take; sections that return are drawn near their first."""
    config = ensemble.generator.config
    segment = stacked([s.segment(config.n_parts, config.latent_size) for s in sheets])
    seeds = [(s.plan.seed * 31 + 5) * 64 + take for s in sheets]
    temperature = _temperature(sheets[0].plan)
    latents = walk(ensemble.generator, segment, seeds, temperature=temperature)
    source = np.stack([_first_times(s) for s in sheets])
    returns = source != np.arange(source.shape[1])
    if not returns.any():
        return latents
    rows = torch.arange(len(sheets))[:, None]
    weight = torch.from_numpy(returns.astype(np.float32))
    near = Reference(latents[rows, torch.from_numpy(source)], weight, RETURN_LEVEL)
    segment.known = latents * (1 - weight[..., None])
    segment.mask = weight[..., None].expand(-1, -1, config.n_parts).clone()
    return walk(ensemble.generator, segment, seeds, temperature=temperature, reference=near)


def _temperature(plan: Plan) -> float:
    return 0.8 + 0.2 * plan.adventure


def _first_times(sheet: Sheet) -> NDArray[np.int64]:
    """Return (N,) for each bar the bar at the same place of its section's first time."""
    first: dict[tuple[int, int], int] = {}
    out = np.arange(len(sheet.bars))
    for number, bar in enumerate(sheet.bars):
        place = (int(bar["section"]), number - int(bar["section_start"]))
        out[number] = first.setdefault(place, number)
    return out


def _mended(draft: _Draft, ensemble: Ensemble, usual: Habits, attempt: int) -> _Draft:
    """Return the draft with failing bars drawn again where that makes it better."""
    failures = usual.failures(draft.measures)
    bars = sorted({bar for bar, _ in failures})
    if not bars or len(bars) == len(draft.measures):
        return draft
    config = ensemble.generator.config
    segment = draft.sheet.segment(config.n_parts, config.latent_size)
    segment.mask = torch.zeros_like(segment.mask)
    segment.mask[:, bars] = 1
    known = draft.latents[None].clone()
    known[:, bars] = 0
    segment.known = known
    seed = (draft.sheet.plan.seed * 31 + 5) * 64 + 32 + attempt
    latents = walk(
        ensemble.generator, segment, [seed], temperature=0.95 * _temperature(draft.sheet.plan)
    )[0]
    again = _draft(draft.sheet, latents, ensemble)
    if _rank(again, usual) >= _rank(draft, usual):
        return draft
    still = {bar for bar, _ in usual.failures(again.measures)}
    again.redrawn = draft.redrawn + [
        f"bar {bar + 1}: {why}" for bar, why in failures if bar not in still
    ]
    return again


def _finish(
    draft: _Draft, ensemble: Ensemble, drummer: Ensemble | None, usual: Habits
) -> Composition:
    sheet = draft.sheet
    parts = dict(draft.parts)
    if drummer is not None:
        asked = {role: notes for role, notes in parts.items() if role in sheet.plan.parts()}
        parts["drums"] = drum(sheet, asked, drummer)
    piece = assembled(
        parts,
        sheet,
        style=ensemble.about.get("style", sheet.plan.style),
        counter_is_piano=ensemble.about.get("counter") == "chords",
    )
    score, each = usual.distance(draft.measures)
    provenance = {"model": ensemble.name} | {
        k: ensemble.about[k] for k in ("licence", "data", "citation") if k in ensemble.about
    }
    found = nearest_song(draft.parts["melody"], sheet, ensemble)
    if found is not None:
        song, likeness, bar = found
        provenance["nearest training song"] = song
        provenance["likeness"] = (
            f"{likeness:.2f} (melody of bars {bar + 1} to {bar + 4}; 1 is equal)"
        )
    piece.provenance = "; ".join(f"{k}: {v}" for k, v in provenance.items())
    return Composition(
        piece,
        sheet.plan,
        score,
        _reasons(score, each, draft, usual),
        tuple(draft.redrawn),
        provenance,
    )


def _reasons(
    score: float, each: list[tuple[str, float]], draft: _Draft, usual: Habits
) -> tuple[str, ...]:
    """Return why a piece ranks where it does."""
    sentences = [f"on average {score:.2f} standard deviations from real songs"]
    for name, away in sorted(each, key=lambda e: -abs(e[1]))[:3]:
        if abs(away) > 0.5:
            more = "more" if away > 0 else "less"
            mean = usual.mean[MEASURES.index(name)]
            sentences.append(f"{name}: {abs(away):.1f} deviations {more} than usual ({mean:.3g})")
    sentences += [f"bar {bar + 1} kept with {why}" for bar, why in usual.failures(draft.measures)]
    return tuple(sentences)
