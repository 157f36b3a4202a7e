"""Compose: from a plan to finished pieces.

Every piece follows from its plan, seed included, and the weights: equal plans give equal
music. Bars that are further out than real ones are drawn again between their neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.inference._drummer import drum
from antiphon.inference._judge import answers, habits, measured, nearest_song
from antiphon.inference._players import assembled, play
from antiphon.inference._sheet import Sheet, write_sheet
from antiphon.inference._walk import stacked, walk
from antiphon.metrics.bars import MEASURES, Habits
from antiphon.models._coder import latents_of
from antiphon.models._ensemble import Ensemble
from antiphon.models._waiting import Kept
from antiphon.models._writer import Nerve, write
from antiphon.models.choir import spread_mask
from antiphon.music.piece import Notes, Piece
from antiphon.music.plan import Plan
from antiphon.representations.bars import PITCHED
from antiphon.representations.score import notes_of
from antiphon.representations.writing import Writing

BATCH = 192  # pieces written at once
REDRAWS = 1  # times at the most that failing bars are drawn again
MIN_FAILURES = 2  # measures in which a bar must fail to be drawn again: in one, real bars do, too
TYPICAL = 1.0  # mean distance, in deviations, that real songs commonly have


@dataclass(frozen=True)
class Composition:
    """A finished piece and how it came about.

    Attributes:
        piece: the music.
        plan: everything that was open filled in.
        score: how far from real music two judges find it, 0 is best: what the discriminator does
            not believe (0–1), the share of failing bars, and how far beyond the usual its measures
            lie, in standard deviations.
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
    """One piece while it is made.

    Attributes:
        writing, place: the scores it was written among, and which of them it is.
        measures: (N, K) of its bars.
        belief: (N,) how far the discriminator takes each bar for real, 0–1; None without one.
    """

    sheet: Sheet
    writing: Writing
    place: int
    parts: dict[str, Notes]
    measures: NDArray[np.float64]
    belief: NDArray[np.float32] | None = None
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
    if ensemble.planner is None or ensemble.scribe is None:
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
    """Return a draft of each sheet, failing bars drawn again."""
    drafts = _written(sheets, [[sheet.plan.seed, 0] for sheet in sheets], ensemble)
    for attempt in range(REDRAWS):
        drafts = _mended(drafts, ensemble, usual, attempt)
    return drafts


def _rank(draft: _Draft, usual: Habits) -> float:
    """Return how much is wrong with a draft: failing bars, disbelief, being unlike any real song.

    Within `TYPICAL` nothing is counted, so that takes are not all drawn to the middle.
    """
    failing = len({bar for bar, _ in usual.failures(draft.measures)})
    away = max(0.0, usual.distance(draft.measures)[0] - TYPICAL)
    doubt = 0.0 if draft.belief is None else 1 - float(draft.belief.mean())
    return away + failing / len(draft.measures) + doubt


def _written(
    sheets: list[Sheet],
    seeds: list[list[int]],
    ensemble: Ensemble,
    kept: list[Kept] | None = None,
    known: Tensor | None = None,
) -> list[_Draft]:
    """Return drafts of sheets of one length and metre.

    Args:
        kept: of each, what stays as it is.
        known: (B, N, Z) latents of what stays.
    """
    config = ensemble.generator.config
    free = stacked([s.segment(config.n_parts, config.latent_size) for s in sheets])
    segment = free
    if kept is not None and known is not None:
        stays = torch.from_numpy(np.stack([k.parts for k in kept]).astype(np.float32))
        stay = known * spread_mask(stays, config.latent_sizes)
        segment = replace(free, mask=1 - stays, known=stay)
    scribe = ensemble.scribe
    if scribe is None:
        raise ValueError(f"the weights {ensemble.name} have no scribe")
    level = scribe.config.level
    latents = segment.known
    if level < 1:
        walked = [seed[0] * 64 + seed[1] for seed in seeds]
        latents = walk(ensemble.generator, segment, walked, temperature=_temperature(sheets[0]))
    writing = write(
        scribe,
        latents,
        level,
        segment,
        [s.bars for s in sheets],
        seeds,
        nerve=Nerve.of(sheets[0].plan.adventure),
        kept=kept,
        sung=np.stack([s.bars["kind"] == 0 for s in sheets]),
        close=True,
        n_threads=torch.get_num_threads(),
    )
    drafts = []
    for place, sheet in enumerate(sheets):
        parts = play(writing, place, sheet)
        drafts.append(_Draft(sheet, writing, place, parts, measured(parts, sheet)))
    if ensemble.discriminator is not None:
        heard = answers(ensemble.discriminator, _latents(drafts, ensemble), free)
        for draft, logits in zip(drafts, heard.sigmoid().numpy(), strict=True):
            draft.belief = logits
    return drafts


def _temperature(sheet: Sheet) -> float:
    return 0.8 + 0.2 * sheet.plan.adventure


def _mended(drafts: list[_Draft], ensemble: Ensemble, usual: Habits, attempt: int) -> list[_Draft]:
    """Return the drafts with failing bars written again where that makes them better."""
    failing = [_failing(usual.failures(d.measures)) for d in drafts]
    again = [i for i, bars in enumerate(failing) if 0 < len(bars) < len(drafts[i].measures)]
    if not again:
        return drafts
    kept = [_kept(drafts[i], failing[i]) for i in again]
    known = _latents([drafts[i] for i in again], ensemble)
    seeds = [[drafts[i].sheet.plan.seed, 32 + attempt] for i in again]
    out = list(drafts)
    for i, fresh in zip(
        again,
        _written([drafts[i].sheet for i in again], seeds, ensemble, kept, known),
        strict=True,
    ):
        if _rank(fresh, usual) < _rank(drafts[i], usual):
            still = {bar for bar, _ in usual.failures(fresh.measures)}
            fresh.redrawn = drafts[i].redrawn + [
                f"bar {bar + 1}: {why}"
                for bar, why in usual.failures(drafts[i].measures)
                if bar in failing[i] and bar not in still
            ]
            out[i] = fresh
    return out


def _failing(failures: list[tuple[int, str]]) -> list[int]:
    """Return the bars that fail in at least `MIN_FAILURES` measures."""
    counts = Counter(bar for bar, _ in failures)
    return sorted(bar for bar, n in counts.items() if n >= MIN_FAILURES)


def _kept(draft: _Draft, failing: list[int]) -> Kept:
    parts = np.ones((len(draft.sheet.bars), len(PITCHED)), bool)
    parts[failing] = False
    return Kept(parts, *draft.writing.notes(draft.place))


def _latents(drafts: list[_Draft], ensemble: Ensemble) -> Tensor:
    """Return the latents (B, N, Z) of what was written."""
    rows, written = [], {id(d.writing): d.writing.score() for d in drafts}
    for draft in drafts:
        n = len(draft.sheet.bars)
        span = slice(draft.place * n, (draft.place + 1) * n)
        tokens = written[id(draft.writing)].of(span)
        rows.append(latents_of(*notes_of(tokens, draft.sheet.bars), ensemble.coder))
    return torch.stack(rows)


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
        _rank(draft, usual),
        _reasons(score, each, draft, usual),
        tuple(draft.redrawn),
        provenance,
    )


def _reasons(
    score: float, each: list[tuple[str, float]], draft: _Draft, usual: Habits
) -> tuple[str, ...]:
    """Return why a piece ranks where it does."""
    sentences = [f"on average {score:.2f} standard deviations from real songs"]
    if draft.belief is not None:
        worst = int(draft.belief.argmin())
        sentences.append(
            f"the discriminator is {draft.belief.mean():.0%} sure that it is real, least of "
            f"bar {worst + 1} ({draft.belief[worst]:.0%})"
        )
    for name, away in sorted(each, key=lambda e: -abs(e[1]))[:3]:
        if abs(away) > 0.5:
            more = "more" if away > 0 else "less"
            mean = usual.mean[MEASURES.index(name)]
            sentences.append(f"{name}: {abs(away):.1f} deviations {more} than usual ({mean:.3g})")
    sentences += [f"bar {bar + 1} kept with {why}" for bar, why in usual.failures(draft.measures)]
    return tuple(sentences)
