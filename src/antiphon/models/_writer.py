"""The writer: lets the scribe write the notes of many pieces side by side.

A piece depends on its own seed only: every bar has random numbers of its own, by which what is
likely is drawn. What is kept (whole bars, or parts of bars) is written as it was, in its place.

Shapes: B pieces, N bars, Z latent of a bar, M parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models._drawing import Floats, drawn
from antiphon.models._waiting import Kept, Waiting
from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.representations import facts as told_facts
from antiphon.representations import score as scores
from antiphon.representations.bars import PITCHED, SLOTS_PER_BEAT, home_shift
from antiphon.representations.compiled import compiled
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES, chord_features
from antiphon.representations.score import END, MAX_TOKENS, N_CELLS, N_PARTS, ONE_VOICE, Ints
from antiphon.representations.writing import Writing

URGE = 2.0  # logits a melody is urged on with for each bar of rest beyond `PATIENCE`
PATIENCE = 6  # bars
_WORTH_A_THREAD = 8  # pieces
_MELODY, _CHORDS = PITCHED.index("melody"), PITCHED.index("chords")


@dataclass(frozen=True)
class Nerve:
    """How daring choices are: each is made among the likeliest that have this share together."""

    cell: float = 0.97
    pitch: float = 0.9
    length: float = 0.99

    @classmethod
    def of(cls, adventure: float) -> Nerve:
        """Return the nerve of a plan: 0 as usual as can be, 0.5 as a rule, 1 daring."""
        timid = max(0.0, 0.5 - adventure)
        more = max(0.0, adventure - 0.5) * 2
        return cls(
            cls.cell - 0.12 * timid + more * (1 - cls.cell),
            cls.pitch - 0.2 * timid + more * (1 - cls.pitch),
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
) -> Writing:
    """Return the scores of B pieces of the same metre and length.

    Args:
        latents: (B, N, Z) what the flagship drew.
        level: how noisy the scribe takes them: at 1 they are not heard.
        segment: what is told; what is to be made is its mask.
        bars: of each piece, its table of `bars.BAR` with chords and sections.
        seeds: of each piece, the seed of its random numbers.
        sung: (B, N) bars in which the melody is urged on when it has rested for long.
        close: whether pieces come to rest in their last bar: nothing begins after its first beat
            (chords: its first half), and the melody ends on a tone of the chord.
    """
    b, n = latents.shape[:2]
    bar_slots = int(bars[0]["n_beats"][0]) * SLOTS_PER_BEAT
    hand = _Hand(
        scribe=scribe,
        relation=scribe.relation.table(),
        returns=scribe.returns.table(),
        told=_told(scribe, latents, level, segment, seeds),
        harmony=told_facts.harmony_of(np.concatenate(list(bars))),
        bar_slots=bar_slots,
        chance=np.stack([_chance(s, n) for s in seeds]),
        nerve=nerve,
        waiting=Waiting(kept, b, n),
        ending=_Ending(bars, bar_slots) if close else None,
        sung=np.zeros((b, n), bool) if sung is None else sung,
    )
    writing = Writing(bar_slots, np.stack([scores.returning(x) for x in bars]))
    n_threads = torch.get_num_threads()
    shares = np.array_split(np.arange(b), max(1, min(n_threads, b // _WORTH_A_THREAD)))
    torch.set_num_threads(1)  # small products: threads would wait for each other at every one
    try:
        with ThreadPoolExecutor(len(shares)) as pool:
            list(pool.map(lambda pieces: hand.write(writing, pieces), shares))
    finally:
        torch.set_num_threads(n_threads)
    return writing


def _chance(seed: Sequence[int], n_bars: int) -> Floats:
    """Return (N, tokens, 4) the numbers by which cell, pitch, duration and loudness are drawn."""
    return np.random.default_rng([*seed, 41]).random((n_bars, MAX_TOKENS, 4), np.float32)


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


class _Tokens(NamedTuple):
    """The next token of each of n pieces.

    Attributes:
        pieces, bar: (n,) which they are, and the bar each stands in.
        standing: what was written before.
        known: (n, H + step_width) what the network knows before.
        u: (n, 4) numbers by which cell, pitch, duration and loudness are drawn.
    """

    pieces: Ints
    bar: Ints
    standing: scores.Standing
    known: Tensor
    u: Floats

    def only(self, chosen: NDArray[np.bool_]) -> _Tokens:
        """Return those of some of the pieces."""
        if chosen.all():
            return self
        known = self.known[torch.from_numpy(chosen)]
        standing = scores.rows_of(self.standing, chosen)
        return _Tokens(self.pieces[chosen], self.bar[chosen], standing, known, self.u[chosen])


@dataclass(frozen=True)
class _Hand:
    """Writes, knowing everything that is decided before the first note.

    Attributes:
        relation, returns: the scribe's tables of relations and returns.
        told: (B, N, step_width) what is to be played in each bar.
        harmony: of all bars.
        bar_slots: slots that the metre uses.
        chance: (B, N, tokens, 4) by which choices are drawn.
        waiting: what is kept.
        ending: how pieces come to rest; None where they do not.
        sung: (B, N) bars in which the melody is urged on.
    """

    scribe: Scribe
    relation: Tensor
    returns: Tensor
    told: Tensor
    harmony: told_facts.Harmony
    bar_slots: int
    chance: Floats
    nerve: Nerve
    waiting: Waiting
    ending: _Ending | None
    sung: NDArray[np.bool_]

    @torch.inference_mode()
    def write(self, writing: Writing, pieces: Ints) -> None:
        """Write some pieces to their ends; others are not touched."""
        n_bars = self.told.shape[1]
        state = torch.zeros(len(pieces), self.scribe.config.hidden)
        while True:
            self.waiting.close(writing, pieces)
            goes_on = writing.bar[pieces] < n_bars
            if not goes_on.all():
                pieces, state = pieces[goes_on], state[torch.from_numpy(goes_on)]
            if not len(pieces):
                return
            tokens, state = self._next(writing, pieces, state)
            waits = self.waiting.ahead(pieces, tokens.bar)
            cell = self._cells(tokens, waits)
            writing.end_bar(pieces[cell == END])
            stays = (cell == waits) & (cell != END)
            made = (cell != waits) & (cell != END)
            if stays.any():
                self.waiting.copy(writing, pieces[stays])
            if made.any():
                self._write_notes(writing, tokens.only(made), cell[made])

    def _next(self, writing: Writing, pieces: Ints, state: Tensor) -> tuple[_Tokens, Tensor]:
        """Return the next token of each of some pieces, and the network's new state."""
        bar, standing = writing.bar[pieces], writing.standing(pieces)
        facts = torch.from_numpy(told_facts.step_facts(standing, self.harmony))
        told = self.told[torch.from_numpy(pieces), torch.from_numpy(bar)]
        known, state = self.scribe.step(told, facts, state)
        u = self.chance[pieces, bar, writing.count[pieces]]
        return _Tokens(pieces, bar, standing, known, u), state

    def _cells(self, tokens: _Tokens, waits: Ints) -> Ints:
        """Return the cell of each token: one that is chosen, or the kept note's that waits."""
        cell = waits.copy()
        made = self.waiting.made[tokens.pieces, tokens.bar]
        if not made.any():
            return cell
        pieces, bar, standing, known, u = tokens.only(made)
        returns = torch.from_numpy(told_facts.cell_returns(standing))
        logits = self.scribe.cells(known, returns, self.returns).numpy()
        urge = _urge(standing, bar, self.bar_slots, self.sung[pieces, bar])
        logits[:, _MELODY:END:N_PARTS] += urge[:, None]
        latest = np.full(N_PARTS, self.bar_slots)
        closes = np.zeros(len(bar), bool)
        if self.ending is not None:
            latest, closes = self.ending.latest, bar == self.ending.bar
        allowed = _places(
            standing,
            self.bar_slots,
            waits[made],
            self.waiting.left(pieces, bar),
            self.waiting.parts[pieces, bar],
            closes,
            latest,
        )
        cell[made] = drawn(logits, allowed, u[:, 0], self.nerve.cell)
        return cell

    def _write_notes(self, writing: Writing, tokens: _Tokens, cell: Ints) -> None:
        """Choose pitch, duration and loudness of a note in each of some pieces, and write it."""
        pieces, bar, standing, known, u = tokens
        choice = writing.choice(pieces, standing, cell)
        facts = told_facts.pitch_facts(standing, choice, self.harmony)
        relations = told_facts.pitch_relations(standing, choice, self.harmony)
        logits = self.scribe.pitches(
            known, torch.from_numpy(facts), torch.from_numpy(relations), self.relation
        )
        allowed = np.arange(N_PITCHES)[None] > choice.row[:, None]
        if self.ending is not None:
            allowed &= self.ending.rows(pieces, bar, cell)
        row = drawn(logits.numpy(), allowed, u[:, 1], self.nerve.pitch)
        facts = told_facts.length_facts(standing, choice, row, self.harmony)
        lengths, loud = self.scribe.lengths(known, torch.from_numpy(facts))
        duration = drawn(lengths.numpy(), None, u[:, 2], self.nerve.length)
        loudness = drawn(loud.numpy(), None, u[:, 3], self.nerve.length)
        writing.write(pieces, cell, row, duration, loudness)


def _urge(standing: scores.Standing, bar: Ints, bar_slots: int, sung: NDArray[np.bool_]) -> Floats:
    """Return what is added to the logits (n,) of the melody's cells for a rest too long."""
    rest = np.minimum(standing.since[:, _MELODY], bar * bar_slots)  # in slots
    urge = URGE * np.clip(rest / bar_slots - PATIENCE, 0, 2) * sung
    return urge.astype(np.float32)


@compiled
def _places(
    standing: scores.Standing,
    bar_slots: int,
    waits: Ints,
    n_waiting: Ints,
    kept: NDArray[np.bool_],
    closes: NDArray[np.bool_],
    latest: Ints,
) -> NDArray[np.bool_]:
    """Return (n, cells + 1) where a next token may stand.

    What is made stands before the next kept note, and only where the bar has room for all that
    are kept.

    Args:
        waits: (n,) cell of the next kept note, `END` where none waits.
        n_waiting: (n,) how many wait.
        kept: (n, M) parts of the bar that are kept: nothing is made in them.
        closes: (n,) whether the piece comes to rest in this bar.
        latest: (M,) slot of such a bar from which on nothing begins.
    """
    n = len(waits)
    out = np.zeros((n, N_CELLS + 1), np.bool_)
    for i in range(n):
        before, written = standing.cell[i], standing.n_written[i]
        again = before != END and standing.row[i] < N_PITCHES - 1
        again = again and not ONE_VOICE[before % N_PARTS]
        first = 0 if before == END else before if again else before + 1
        if written + n_waiting[i] < MAX_TOKENS - 1:
            for cell in range(first, min(bar_slots * N_PARTS, waits[i])):
                slot, part = cell // N_PARTS, cell % N_PARTS
                late = closes[i] and slot >= latest[part]
                out[i, cell] = not kept[i, part] and not late
        out[i, waits[i]] = True
    return out


class _Ending:
    """How a piece comes to rest in its last bar.

    Attributes:
        bar: the last.
        latest: (M,) slot from which on nothing begins: half of the bar for chords, the first
            beat for other parts.
    """

    def __init__(self, bars: Sequence[NDArray[np.void]], bar_slots: int) -> None:
        self.bar = len(bars[0]) - 1
        self.latest = np.full(N_PARTS, SLOTS_PER_BEAT)
        self.latest[_CHORDS] = bar_slots // 2
        last = np.stack([table[-1:] for table in bars])  # (B, 1)
        chords = np.concatenate([row["chords"] for row in last])  # (B, 4, 3)
        shift = home_shift(last["tonic"][:, 0], last["minor"][:, 0])
        features = chord_features(chords, shift)[:, 0]  # of the first beat
        tones = (features[:, :12] > 0) | (features[:, 24:] > 0)
        self._tones = tones[:, (np.arange(N_PITCHES) + LOW_PITCH) % 12]  # (B, P)

    def rows(self, pieces: Ints, bar: Ints, cell: Ints) -> NDArray[np.bool_]:
        """Return (n, P) rows a note may have: the melody ends on a tone of the last chord."""
        free = (bar < self.bar) | (cell % N_PARTS != _MELODY)
        result: NDArray[np.bool_] = self._tones[pieces] | free[:, None]
        return result
