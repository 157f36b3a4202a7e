"""Drafts: pieces while they are made, written side by side and mended where they fail.

Bars that are further out than real ones are drawn again between their neighbours. What is kept
of a given piece is never drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.inference._judge import (
    answers,
    audition,
    habits,
    measured,
    nearest_song,
    takes_of,
)
from antiphon.inference._players import play
from antiphon.inference._sheet import Sheet
from antiphon.inference._walk import stacked, walk
from antiphon.metrics.bars import MEASURES, Habits
from antiphon.models._coder import latents_of
from antiphon.models._ensemble import Ensemble
from antiphon.models._waiting import Kept
from antiphon.models._writer import Nerve, write
from antiphon.models.choir import Segment, spread_mask
from antiphon.music.piece import Notes
from antiphon.representations.bars import PITCHED, beat_steps
from antiphon.representations.score import notes_of
from antiphon.representations.writing import Writing

BATCH = 192  # takes written at once
REDRAWS = 1  # times at the most that failing bars are drawn again
MIN_FAILURES = 2  # measures in which a bar must fail to be drawn again: in one, real bars do, too
TYPICAL = 1.0  # root mean square distance, in deviations, that real songs have
_TUNELESS = 0.25  # share of bars with hardly any tune up to which nothing is counted


@dataclass
class Draft:
    """One piece while it is made.

    Attributes:
        writing, place: the scores it was written among, and which of them it is.
        measures: (N, K) of its bars.
        usual: what is usual in its style and metre.
        belief: (N,) how far the discriminator takes each bar for real, 0–1; None without one.
    """

    sheet: Sheet
    writing: Writing
    place: int
    parts: dict[str, Notes]
    measures: NDArray[np.float64]
    usual: Habits
    belief: NDArray[np.float32] | None = None
    redrawn: list[str] = field(default_factory=list)

    def failures(self) -> list[tuple[int, str]]:
        """Return (bar, sentence) for bars that are further out than real ones."""
        return self.usual.failures(self.measures)


def alike(sheets: list[Sheet], ensemble: Ensemble) -> list[list[Sheet]]:
    """Return sheets in batches that can be drafted together, those of a batch in their order.

    Args:
        ensemble: writes them.
    """
    kinds: dict[tuple[object, ...], list[Sheet]] = {}
    for sheet in sheets:
        kind = (
            takes_of(ensemble, sheet),
            len(sheet.bars),
            str(sheet.metre),
            sheet.plan.adventure,
            sheet.lean is None,
            sheet.close,
        )
        kinds.setdefault(kind, []).append(sheet)
    batches = []
    for some in kinds.values():
        size = BATCH // takes_of(ensemble, some[0])
        batches += [some[at : at + size] for at in range(0, len(some), size)]
    return batches


def drafts_of(sheets: list[Sheet], ensemble: Ensemble) -> list[Draft]:
    """Return a draft of each sheet, failing bars drawn again.

    Args:
        sheets: as `alike` puts them together, all keeping something of a given piece or none.
        ensemble: writes them.
    """
    drafts = _written(sheets, [[sheet.plan.seed, 0] for sheet in sheets], ensemble)
    for attempt in range(REDRAWS):
        drafts = _mended(drafts, ensemble, attempt)
    return drafts


def rank(draft: Draft) -> float:
    """Return how much is wrong with a draft, and how many of its bars have hardly any tune."""
    return _wrong(draft) + _tuneless(draft)


def _wrong(draft: Draft) -> float:
    """Return how much is wrong with a draft: failing bars, disbelief, being unlike any real song.

    Within `TYPICAL` nothing is counted, so that takes are not all drawn to the middle; one measure
    that is far out weighs more than many that are a little.
    """
    failing = len({bar for bar, _ in draft.failures()})
    each = np.array([away for _, away in draft.usual.distance(draft.measures)[1]])
    away = max(0.0, float(np.sqrt(np.square(each).mean())) - TYPICAL) if len(each) else 0.0
    doubt = 0.0 if draft.belief is None else 1 - float(draft.belief.mean())
    return away + failing / len(draft.measures) + doubt


def _tuneless(draft: Draft) -> float:
    """Return what share of the bars that are to be sung have hardly any tune, beyond the usual."""
    sheet, melody = draft.sheet, PITCHED.index("melody")
    sung = (sheet.bars["kind"] == 0) & ~sheet.stays()[:, melody]
    if not sung.any() or "melody" not in sheet.plan.parts():
        return 0.0
    bar_steps = beat_steps(sheet.metre) * int(sheet.bars["n_beats"][0])
    begun = np.bincount(draft.parts["melody"]["onset"] // bar_steps, minlength=len(sung))
    return max(0.0, float((begun[: len(sung)][sung] < 2).mean()) - _TUNELESS)


def _written(
    sheets: list[Sheet],
    seeds: list[list[int]],
    ensemble: Ensemble,
    again: list[tuple[Kept, Tensor]] | None = None,
) -> list[Draft]:
    """Return drafts of sheets of one length and metre.

    Args:
        again: of each, what stays as it is and the latents (N, Z) of it; what its sheet keeps
            when left out.
    """
    scribe = ensemble.scribe
    if scribe is None:
        raise ValueError(f"the weights {ensemble.name} have no scribe")
    sizes, level = scribe.config.latent_sizes, scribe.config.level
    free = stacked([s.segment(len(sizes), sum(sizes)) for s in sheets])
    kept = again or [s.kept for s in sheets if s.kept is not None]
    segment = _keeping(free, kept, sizes) if kept else free
    latents = segment.known
    if level < 1:
        walked = [seed[0] * 64 + seed[1] for seed in seeds]
        latents = walk(
            ensemble.walker(), segment, walked, temperature=_temperature(sheets[0], ensemble)
        )
    writing = write(
        scribe,
        latents,
        level,
        segment,
        [s.bars for s in sheets],
        seeds,
        nerve=Nerve.of(ensemble.boldness(sheets[0].plan.adventure)),
        kept=[k for k, _ in kept] or None,
        sung=np.stack([s.bars["kind"] == 0 for s in sheets]),
        close=sheets[0].close,
        leans=[s.lean for s in sheets if s.lean is not None] or None,
        audition=None if again else audition(ensemble, sheets),
        n_threads=torch.get_num_threads(),
    )
    usual, drafts = habits(ensemble, sheets[0].metre), []
    for place, sheet in enumerate(sheets):
        parts = play(writing, place, sheet)
        drafts.append(Draft(sheet, writing, place, parts, measured(parts, sheet), usual))
    if ensemble.discriminator is not None:
        heard = answers(ensemble.discriminator, _latents(drafts, ensemble), free)
        for draft, logits in zip(drafts, heard.sigmoid().numpy(), strict=True):
            draft.belief = logits
    return drafts


def _keeping(
    free: Segment, kept: list[tuple[Kept, Tensor]], latent_sizes: tuple[int, ...]
) -> Segment:
    """Return what is told where some parts of some bars stay as they are.

    Told are the bars that stay whole. Of one in which anything is made the writer copies what
    stays, note by note: told its latents, networks write too much between notes that they were
    never trained to wait for.
    """
    whole = np.stack([k.parts.all(axis=1, keepdims=True) for k, _ in kept])  # (B, N, 1)
    stays = torch.from_numpy(whole.repeat(len(latent_sizes), axis=2).astype(np.float32))
    known = torch.stack([latents for _, latents in kept]) * spread_mask(stays, latent_sizes)
    return replace(free, mask=1 - stays, known=known)


def _temperature(sheet: Sheet, ensemble: Ensemble) -> float:
    return 0.8 + 0.2 * ensemble.boldness(sheet.plan.adventure)


def _mended(drafts: list[Draft], ensemble: Ensemble, attempt: int) -> list[Draft]:
    """Return the drafts with failing bars written again where that makes them better."""
    failing = [_failing(d.failures(), d.sheet) for d in drafts]
    again = [i for i, bars in enumerate(failing) if 0 < len(bars) < len(drafts[i].measures)]
    if not again:
        return drafts
    known = _latents([drafts[i] for i in again], ensemble)
    kept = [(_kept(drafts[i], failing[i]), known[at]) for at, i in enumerate(again)]
    seeds = [[drafts[i].sheet.plan.seed, 32 + attempt] for i in again]
    out = list(drafts)
    for i, fresh in zip(
        again, _written([drafts[i].sheet for i in again], seeds, ensemble, kept), strict=True
    ):
        if _wrong(fresh) < _wrong(drafts[i]):
            still = {bar for bar, _ in fresh.failures()}
            fresh.redrawn = drafts[i].redrawn + [
                f"bar {drafts[i].sheet.before + bar + 1}: {why}"
                for bar, why in drafts[i].failures()
                if bar in failing[i] and bar not in still
            ]
            out[i] = fresh
    return out


def _failing(failures: list[tuple[int, str]], sheet: Sheet) -> list[int]:
    """Return the bars that fail in at least `MIN_FAILURES` measures and may be drawn again."""
    counts = Counter(bar for bar, _ in failures)
    stays = sheet.stays()
    return sorted(b for b, n in counts.items() if n >= MIN_FAILURES and not stays[b].all())


def _kept(draft: Draft, failing: list[int]) -> Kept:
    parts = np.ones((len(draft.sheet.bars), len(PITCHED)), bool)
    parts[failing] = draft.sheet.stays()[failing]
    return Kept(parts, *draft.writing.notes(draft.place))


def _latents(drafts: list[Draft], ensemble: Ensemble) -> Tensor:
    """Return the latents (B, N, Z) of what was written."""
    rows, written = [], {id(d.writing): d.writing.score() for d in drafts}
    for draft in drafts:
        n = len(draft.sheet.bars)
        span = slice(draft.place * n, (draft.place + 1) * n)
        tokens = written[id(draft.writing)].of(span)
        rows.append(latents_of(*notes_of(tokens, draft.sheet.bars), ensemble.coder))
    return torch.stack(rows)


def provenance_of(draft: Draft, ensemble: Ensemble) -> dict[str, str]:
    """Return model, licence and data, and the nearest training song where a melody was written."""
    provenance = {"model": ensemble.name} | {
        k: ensemble.about[k] for k in ("licence", "data", "citation") if k in ensemble.about
    }
    sheet = draft.sheet
    if sheet.stays()[:, PITCHED.index("melody")].all():
        return provenance
    found = nearest_song(draft.parts["melody"], sheet, ensemble)
    if found is not None:
        song, likeness, bar = found
        first = sheet.before + bar + 1
        provenance["nearest training song"] = song
        provenance["likeness"] = (
            f"{likeness:.2f} (melody of bars {first} to {first + 3}; 1 is equal)"
        )
    return provenance


def written_provenance(provenance: Mapping[str, str]) -> str:
    """Return where music comes from as files say it."""
    return "; ".join(f"{k}: {v}" for k, v in provenance.items())


def reasons(draft: Draft) -> tuple[str, ...]:
    """Return why a piece ranks where it does."""
    score, each = draft.usual.distance(draft.measures)
    before = draft.sheet.before
    sentences = [f"on average {score:.2f} standard deviations from real songs"]
    if draft.belief is not None:
        worst = int(draft.belief.argmin())
        sentences.append(
            f"the discriminator is {draft.belief.mean():.0%} sure that it is real, least of "
            f"bar {before + worst + 1} ({draft.belief[worst]:.0%})"
        )
    for name, away in sorted(each, key=lambda e: -abs(e[1]))[:3]:
        if abs(away) > 0.5:
            more = "more" if away > 0 else "less"
            mean = draft.usual.mean[MEASURES.index(name)]
            sentences.append(f"{name}: {abs(away):.1f} deviations {more} than usual ({mean:.3g})")
    sentences += [f"bar {before + bar + 1} kept with {why}" for bar, why in draft.failures()]
    return tuple(sentences)
