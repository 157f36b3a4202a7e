"""The writer: lets the scribe write the notes of many pieces side by side.

A piece depends on its own seed only: every bar has random numbers of its own, by which what is
likely is drawn. What is kept (whole bars, or parts of bars) is written as it was, in its place.

Shapes: B pieces, N bars, Z latent of a bar, M parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._audition import Audition
from antiphon.models._choosing import (
    IS_MADE,
    Page,
    before_cell,
    before_row,
    choose_cells,
    choose_rows,
    write_tokens,
)
from antiphon.models._drawing import Floats
from antiphon.models._leaning import Lean, leaning_of
from antiphon.models._waiting import Kept, Waiting
from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.representations import facts as told_facts
from antiphon.representations import score as scores
from antiphon.representations.bars import PITCHED, SLOTS_PER_BEAT, home_shift
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES, chord_features
from antiphon.representations.score import END, MAX_TOKENS, N_PARTS, Ints
from antiphon.representations.writing import Writing

_WORTH_A_THREAD = 8  # pieces


@dataclass(frozen=True)
class Nerve:
    """How daring choices are: each is made among the likeliest that have this share together.

    Attributes:
        pitch: of each part: a melody that never leaves the likeliest recites on two notes.
    """

    cell: float = 0.995
    pitch: tuple[float, ...] = (0.97, 0.95, 0.96, 0.95)
    length: float = 1.0

    @classmethod
    def of(cls, adventure: float) -> Nerve:
        """Return the nerve of a plan: 0 as usual as can be, 0.5 as a rule, 1 daring."""
        timid = max(0.0, 0.5 - adventure)
        more = max(0.0, adventure - 0.5) * 2
        return cls(
            cls.cell - 0.12 * timid + more * (1 - cls.cell),
            tuple(p - 0.2 * timid + more * (1 - p) for p in cls.pitch),
            cls.length - 0.12 * timid + more * (1 - cls.length),
        )


@torch.inference_mode()
def write(
    scribe: Scribe,
    latents: Tensor,
    level: float,
    segment: Segment,
    bars: Sequence[NDArray[np.void]],
    seeds: Sequence[Sequence[int]],
    *,
    nerve: Nerve = Nerve(),
    kept: Sequence[Kept] | None = None,
    sung: NDArray[np.bool_] | None = None,
    close: bool = False,
    leans: Sequence[Lean] | None = None,
    audition: Audition | None = None,
    n_threads: int | None = None,
) -> Writing:
    """Return the scores of B pieces of the same metre and length.

    Args:
        latents: (B, N, Z) what a choir drew.
        level: how noisy the scribe takes them: at 1 they are not heard.
        segment: what is told; what is to be made is its mask.
        bars: of each piece, its table of `bars.BAR` with chords and sections.
        seeds: of each piece, the seed of its random numbers.
        sung: (B, N) bars in which the melody is urged on when it has rested for long.
        close: whether pieces come to rest in their last bar: nothing begins after its first beat
            (chords: its first half), and the melody ends on a tone of the chord.
        leans: of each piece, what its choices lean to; all of them wish for something or none.
        audition: hears takes of every piece, of which one goes on.
        n_threads: among how many threads the pieces are shared; torch's own are put to rest
            meanwhile, which would wait for each other at every one of many small products. For
            one caller at a time; without it all is written here, torch being left as it is.
    """
    takes = 1 if audition is None else audition.n_takes
    of_pieces = seeds
    if audition is not None:
        latents, segment = audition.repeated(latents), audition.segment(segment)
        seeds, sung = audition.seeds(seeds), None if sung is None else sung.repeat(takes, axis=0)
        bars = [table for table in bars for _ in range(takes)]
        leans = None if leans is None else [lean for lean in leans for _ in range(takes)]
        kept = None if kept is None else [k for k in kept for _ in range(takes)]
    bar_slots = int(bars[0]["n_beats"][0]) * SLOTS_PER_BEAT
    page = _page(bars, seeds, nerve, sung, close, leans)
    after = 0 if audition is None else audition.after
    waiting = None if kept is None else Waiting(kept, page, after)
    hand = _Hand(
        scribe=scribe,
        relation=scribe.relation.table(),
        returns=scribe.returns.table(),
        told=_told(scribe, latents, level, segment, seeds).flatten(0, 1),
        harmony=told_facts.harmony_of(np.concatenate(list(bars))),
        bar_slots=bar_slots,
        page=page,
        kept=waiting,
    )
    writing = Writing(bar_slots, np.stack([scores.returning(x) for x in bars]))
    made = np.ones((1, writing.n_bars), bool) if waiting is None else waiting.made

    def work(share: Ints) -> None:
        pieces = (share[:, None] * takes + np.arange(takes)).ravel()
        if audition is None:
            hand.write(writing, pieces)
        else:
            hand.write_takes(
                writing, pieces, audition.stops(made), audition, [of_pieces[i] for i in share]
            )

    every = np.arange(len(of_pieces))
    if n_threads is None:
        work(every)
    else:
        n_shares = max(1, min(n_threads, len(bars) // _WORTH_A_THREAD))
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with ThreadPoolExecutor(n_shares) as pool:
                list(pool.map(work, np.array_split(every, min(n_shares, len(every)))))
        finally:
            torch.set_num_threads(before)
    return writing if audition is None else writing.only(every * takes)


def _page(
    bars: Sequence[NDArray[np.void]],
    seeds: Sequence[Sequence[int]],
    nerve: Nerve,
    sung: NDArray[np.bool_] | None,
    close: bool,
    leans: Sequence[Lean] | None = None,
) -> Page:
    """Return what choices keep to, nothing being kept."""
    b, n = len(bars), len(bars[0])
    bar_slots = int(bars[0]["n_beats"][0]) * SLOTS_PER_BEAT
    latest = np.full((b, n, N_PARTS), bar_slots)
    sings = np.ones((b, n, N_PITCHES), bool)
    if close:
        latest[:, -1] = SLOTS_PER_BEAT
        latest[:, -1, PITCHED.index("chords")] = bar_slots // 2
        sings[:, -1] = _tones(np.concatenate([table[-1:] for table in bars]))
    chance = [np.random.default_rng([*s, 41]).random((n, MAX_TOKENS, 4), np.float32) for s in seeds]
    every = b * n
    return Page(
        shares=np.array([nerve.cell, nerve.length], np.float32),
        pitch_shares=np.array(nerve.pitch, np.float32),
        number=np.tile(np.arange(n), b),
        chance=np.concatenate(chance),
        sung=np.zeros(every, bool) if sung is None else np.ascontiguousarray(sung).reshape(every),
        latest=latest.reshape(every, N_PARTS),
        sings=sings.reshape(every, N_PITCHES),
        kept=np.zeros((every, N_PARTS), bool),
        waits=np.full((every, MAX_TOKENS), END),
        stays=np.zeros((every, MAX_TOKENS, 3), np.int64),
        n_kept=np.zeros(every, np.int64),
        n_copied=np.zeros(every, np.int64),
        lean=leaning_of(leans),
    )


def _tones(bars: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return (N, P) rows that are tones of each bar's first chord; all where there is none."""
    shift = home_shift(bars["tonic"], bars["minor"])
    features = chord_features(bars["chords"], shift)[:, 0]
    tones = (features[:, :12] > 0) | (features[:, 24:] > 0)
    found: NDArray[np.bool_] = tones[:, (np.arange(N_PITCHES) + LOW_PITCH) % 12]
    return found


def _told(
    scribe: Scribe, latents: Tensor, level: float, segment: Segment, seeds: Sequence[Sequence[int]]
) -> Tensor:
    """Return what is to be played in each bar (B, N, step_width)."""
    fresh = [
        np.random.default_rng([*s, 43]).standard_normal(latents.shape[1:], np.float32)
        for s in seeds
    ]
    angle = level * np.pi / 2
    noisy = np.cos(angle) * latents + np.sin(angle) * torch.from_numpy(np.stack(fresh))
    return scribe.bars(noisy.float(), torch.full((len(latents),), level), segment)


@dataclass(frozen=True)
class _Hand:
    """Writes, knowing everything that is decided before the first note.

    Attributes:
        relation, returns: the scribe's tables of relations and returns.
        told: (B · N, step_width) what is to be played in each bar.
        harmony: of all bars.
        bar_slots: slots that the metre uses.
        page: what choices keep to.
        kept: ends pieces in which nothing is to be made any more; None where nothing is kept.
    """

    scribe: Scribe
    relation: Tensor
    returns: Tensor
    told: Tensor
    harmony: told_facts.Harmony
    bar_slots: int
    page: Page
    kept: Waiting | None

    def write(self, writing: Writing, pieces: Ints) -> None:
        """Write some pieces to their ends; others are not touched."""
        self._write_until(writing.n_bars, writing, pieces, self._blank(pieces))

    def write_takes(
        self,
        writing: Writing,
        pieces: Ints,
        stops: Sequence[tuple[int, bool]],
        audition: Audition,
        seeds: Sequence[Sequence[int]],
    ) -> None:
        """Write all takes of some pieces; in the end those of a piece are the same.

        Args:
            stops: as `Audition.stops` returns them.
        """
        network = self._blank(pieces)
        first = np.arange(0, len(pieces), audition.n_takes)
        for stop, is_heard in stops:
            if is_heard:
                said = np.zeros(len(writing.bar), np.float32)
                network = self._write_until(stop, writing, pieces, network, said)
                source = audition.go_on(writing, pieces, seeds, stop, said[pieces])
            else:
                alone = torch.from_numpy(first)
                network[alone] = self._write_until(stop, writing, pieces[first], network[alone])
                source = audition.become(writing, pieces, first)
            network = network[torch.from_numpy(source)]

    def _blank(self, pieces: Ints) -> Tensor:
        return torch.zeros(len(pieces), self.scribe.config.hidden)

    @torch.inference_mode()
    def _write_until(
        self,
        stop: int,
        writing: Writing,
        pieces: Ints,
        begin: Tensor,
        said: Floats | None = None,
    ) -> Tensor:
        """Write some pieces up to a bar; return the network's state (n, H) of each there.

        Args:
            said: (B,) to which is added how likely the bars are that stay whole.
        """
        reached, at, network = begin.clone(), np.arange(len(pieces)), begin
        while True:
            if self.kept is not None:
                self.kept.close(writing, pieces[at])
            goes_on = writing.bar[pieces[at]] < stop
            if not goes_on.all():
                here = torch.from_numpy(at)
                reached[here] = network
                at, network = at[goes_on], network[torch.from_numpy(goes_on)]
            if not len(at):
                return reached
            network = self._write_token(writing, pieces[at], network, said)

    def _write_token(
        self, writing: Writing, pieces: Ints, network: Tensor, said: Floats | None
    ) -> Tensor:
        """Write the next token of each of some pieces; return the network's new state."""
        scribe, page, harmony = self.scribe, self.page, self.harmony
        standing, facts = before_cell(writing.state, pieces, harmony)
        told = self.told[torch.from_numpy(standing.bar)]
        known, network = scribe.step(told, torch.from_numpy(facts), network)
        returns = torch.from_numpy(told_facts.cell_returns(standing))
        cells = scribe.cells(known, returns, self.returns).numpy()
        cell, kind = choose_cells(page, cells, standing, self.bar_slots)
        row, lengths, loud = cell, cells, cells
        reads = page.kept[standing.bar].all(axis=1) & (said is not None)
        if (reads | (kind == IS_MADE)).any():
            choice, facts, relations = before_row(writing.state, pieces, standing, cell, harmony)
            pitches = scribe.pitches(
                known, torch.from_numpy(facts), torch.from_numpy(relations), self.relation
            )
            if self.kept is not None and said is not None and reads.any():
                said[pieces[reads]] += self.kept.said(standing.bar, cell, cells, pitches)[reads]
            row, facts = choose_rows(page, pitches.numpy(), standing, choice, kind, harmony)
            both = scribe.lengths(known, torch.from_numpy(facts))
            lengths, loud = (np.ascontiguousarray(x.numpy()) for x in both)
        write_tokens(page, writing.state, pieces, standing, cell, kind, row, lengths, loud)
        return network
