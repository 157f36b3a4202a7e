"""The writer: lets the scribe write the notes of many pieces side by side.

A piece depends on its own seed only: every bar has random numbers of its own, by which what is
likely is drawn. What is kept (whole bars, or parts of bars) is written as it was, in its place.

Shapes: B pieces, N bars, Z latent of a bar, M parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.representations import facts as told_facts
from antiphon.representations import score as scores
from antiphon.representations.bars import PITCHED, SLOTS_PER_BEAT, home_shift
from antiphon.representations.rolls import LOW_PITCH, N_PITCHES, chord_features
from antiphon.representations.score import END, MAX_TOKENS, N_CELLS, N_PARTS, ONE_VOICE, Ints
from antiphon.representations.writing import Writing

Floats = NDArray[np.float32]
URGE = 2.0  # logits a melody is urged on with for each bar of rest beyond `PATIENCE`
PATIENCE = 6  # bars
_PART = np.arange(N_CELLS) % N_PARTS
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


@dataclass
class Kept:
    """Notes that stay, of one piece: arrays as `Writing.notes` returns them, in order.

    Attributes:
        parts: (N, M) whether a part of a bar is kept.
    """

    parts: NDArray[np.bool_]
    bar: Ints
    cell: Ints
    row: Ints
    duration: Ints
    loudness: Ints


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
    told = _told(scribe, latents, level, segment, seeds)
    harmony = told_facts.harmony_of(np.concatenate(list(bars)))
    bar_slots = int(bars[0]["n_beats"][0]) * SLOTS_PER_BEAT
    writing = Writing(bar_slots, np.stack([scores.returning(x) for x in bars]))
    chance = np.stack(
        [np.random.default_rng([*s, 41]).random((n, MAX_TOKENS, 4), np.float32) for s in seeds]
    )
    waiting = _Waiting(kept, b, n) if kept is not None else None
    ending = _Ending(bars, bar_slots) if close else None
    state = torch.zeros(b, scribe.config.hidden)
    pieces = np.arange(b)
    while len(pieces):
        standing = writing.standing(pieces)
        facts = torch.from_numpy(told_facts.step_facts(standing, harmony))
        here = torch.from_numpy(pieces)
        known, state[here] = scribe.step(
            told[here, torch.from_numpy(writing.bar[pieces])], facts, state[here]
        )
        open_ = _cells_allowed(standing, bar_slots)
        allowed = open_
        if ending is not None:
            allowed = open_ & (ending.cells | (writing.bar[pieces] < n - 1)[:, None])
        if waiting is not None:
            made, stays = waiting.allowed(pieces, writing.bar[pieces], standing.count)
            allowed = (allowed & made) | (open_ & stays)
        u = chance[pieces, writing.bar[pieces], np.minimum(writing.count[pieces], MAX_TOKENS - 1)]
        returns = torch.from_numpy(told_facts.cell_returns(standing))
        logits = scribe.cells(known, returns).numpy()
        if sung is not None:
            here_sung = sung[pieces, writing.bar[pieces]]
            logits[:, :END] += _urge(standing, writing.bar[pieces], bar_slots, here_sung)
        cell = drawn(logits, allowed, u[:, 0], nerve.cell)
        ends = cell == END
        writing.end_bar(pieces[ends])
        if not ends.all():
            _write_notes(
                scribe,
                writing,
                standing,
                harmony,
                known,
                ~ends,
                pieces,
                cell,
                u,
                nerve,
                waiting,
                ending,
            )
        if waiting is not None:
            waiting.close(writing, pieces)
        pieces = pieces[writing.bar[pieces] < n]
    return writing


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


def _urge(standing: scores.Standing, bar: Ints, bar_slots: int, sung: NDArray[np.bool_]) -> Floats:
    """Return what is added to the logits (n, cells) of the melody's cells for a rest too long."""
    rest = np.minimum(standing.since[:, _MELODY], bar * bar_slots)  # in slots
    urge = URGE * np.clip(rest / bar_slots - PATIENCE, 0, 2) * sung
    return (urge[:, None] * (_PART == _MELODY)[None]).astype(np.float32)


def _write_notes(
    scribe: Scribe,
    writing: Writing,
    standing: scores.Standing,
    harmony: told_facts.Harmony,
    known: Tensor,
    is_note: NDArray[np.bool_],
    pieces: Ints,
    cell: Ints,
    u: Floats,
    nerve: Nerve,
    waiting: _Waiting | None,
    ending: _Ending | None,
) -> None:
    """Choose pitch, duration and loudness of one note in each of some pieces, and write it."""
    standing = scores.rows_of(standing, is_note)
    pieces, cell, u = pieces[is_note], cell[is_note], u[is_note]
    known = known[torch.from_numpy(is_note)]
    choice = writing.choice(pieces, standing, cell)
    facts = torch.from_numpy(told_facts.pitch_facts(standing, choice, harmony))
    relations = torch.from_numpy(told_facts.pitch_relations(standing, choice, harmony))
    logits = scribe.pitches(known, facts, relations).numpy()
    allowed = np.arange(N_PITCHES)[None] > choice.row[:, None]
    if ending is not None:
        allowed &= ending.rows(pieces, writing.bar[pieces], cell)
    row = drawn(logits, allowed, u[:, 1], nerve.pitch)
    stays = None if waiting is None else waiting.next(pieces, writing.bar[pieces], cell)
    if stays is not None:
        row = np.where(stays[0], stays[1][:, 0], row)
    facts = torch.from_numpy(told_facts.length_facts(standing, choice, row, harmony))
    lengths, loud = scribe.lengths(known, facts)
    duration = drawn(lengths.numpy(), None, u[:, 2], nerve.length)
    loudness = drawn(loud.numpy(), None, u[:, 3], nerve.length)
    if stays is not None and waiting is not None:
        duration = np.where(stays[0], stays[1][:, 1], duration)
        loudness = np.where(stays[0], stays[1][:, 2], loudness)
        waiting.taken(pieces[stays[0]], writing.bar[pieces[stays[0]]])
    writing.write(pieces, cell, row, duration, loudness)


def _cells_allowed(standing: scores.Standing, bar_slots: int) -> NDArray[np.bool_]:
    """Return (n, cells + 1) where a next token may stand."""
    before = np.where(standing.cell == END, -1, standing.cell)[:, None]
    cells = np.arange(N_CELLS)[None]
    again = (cells == before) & ~ONE_VOICE[_PART][None] & (standing.row < N_PITCHES - 1)[:, None]
    notes = ((cells > before) | again) & (cells < bar_slots * N_PARTS)
    notes &= (standing.count < MAX_TOKENS - 1)[:, None]
    return np.concatenate([notes, np.ones((len(notes), 1), bool)], axis=1)


def drawn(logits: Floats, allowed: NDArray[np.bool_] | None, u: Floats, share: float) -> Ints:
    """Return one index a row, drawn by u among the likeliest that have this share together."""
    if allowed is not None:
        logits = np.where(allowed, logits, -np.inf)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    ranked = -np.sort(-p, axis=1)
    n_before = (np.cumsum(ranked, axis=1) - ranked < share).sum(axis=1)
    least = ranked[np.arange(len(p)), np.maximum(n_before, 1) - 1]
    p[p < least[:, None]] = 0
    total = np.cumsum(p, axis=1)
    drawn = (total <= (u * total[:, -1])[:, None]).sum(axis=1)
    return np.minimum(drawn, p.shape[1] - 1)


class _Ending:
    """How a piece comes to rest in its last bar.

    Attributes:
        cells: (1, cells + 1) where something may begin: chords in the first half of the bar, the
            other parts on its first beat.
    """

    def __init__(self, bars: Sequence[NDArray[np.void]], bar_slots: int) -> None:
        slot = np.arange(N_CELLS) // N_PARTS
        latest = np.where(_PART == _CHORDS, bar_slots // 2, SLOTS_PER_BEAT)
        self.cells = np.append(slot < latest, True)[None]
        last = np.stack([table[-1:] for table in bars])  # (B, 1)
        chords = np.concatenate([row["chords"] for row in last])  # (B, 4, 3)
        shift = home_shift(last["tonic"][:, 0], last["minor"][:, 0])
        features = chord_features(chords, shift)[:, 0]  # of the first beat
        tones = (features[:, :12] > 0) | (features[:, 24:] > 0)
        self._tones = tones[:, (np.arange(N_PITCHES) + LOW_PITCH) % 12]  # (B, P)
        self._bar = len(bars[0]) - 1

    def rows(self, pieces: Ints, bar: Ints, cell: Ints) -> NDArray[np.bool_]:
        """Return (n, P) rows a note may have: the melody ends on a tone of the last chord."""
        free = (bar < self._bar) | (cell % N_PARTS != _MELODY)
        result: NDArray[np.bool_] = self._tones[pieces] | free[:, None]
        return result


class _Waiting:
    """What is kept and has not been written yet."""

    def __init__(self, kept: Sequence[Kept], b: int, n: int) -> None:
        self.parts = np.stack([k.parts for k in kept])  # (B, N, M)
        self.cell = np.full((b, n, MAX_TOKENS), END, np.int64)
        self.rest = np.zeros((b, n, MAX_TOKENS, 3), np.int64)
        self.at = np.zeros((b, n), np.int64)
        n_made = (~self.parts).sum(axis=-1)  # (B, N) parts of each bar
        self.last = np.max(np.where(n_made > 0, np.arange(n), -1), axis=1)  # bar with any
        for piece, k in enumerate(kept):
            stays = k.parts[k.bar, k.cell % N_PARTS]
            bar = k.bar[stays]
            place = np.arange(len(bar)) - np.searchsorted(bar, bar)
            self.cell[piece, bar, place] = k.cell[stays]
            self.rest[piece, bar, place] = np.stack([k.row, k.duration, k.loudness], axis=1)[stays]

    def _ahead(self, pieces: Ints, bar: Ints) -> tuple[Ints, Ints]:
        at = np.minimum(self.at[pieces, bar], MAX_TOKENS - 1)
        return self.cell[pieces, bar, at], self.rest[pieces, bar, at]

    def allowed(
        self, pieces: Ints, bar: Ints, count: Ints
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (n, cells + 1) twice: cells of made parts up to the next kept note, and its own.

        Where a bar has just room for what is kept, nothing is made; `count` is how many notes it
        has. Where nothing kept waits, its cell is the end of the bar.
        """
        left = (self.cell[pieces, bar] != END).sum(axis=1) - self.at[pieces, bar]
        waits = self._ahead(pieces, bar)[0][:, None]
        cells = np.arange(N_CELLS + 1)[None]
        made = ~self.parts[pieces, bar][:, _PART]
        made &= (count + left < MAX_TOKENS - 1)[:, None]
        made = np.concatenate([made, np.ones((len(made), 1), bool)], axis=1)
        return made & (cells < waits), cells == waits

    def next(self, pieces: Ints, bar: Ints, cell: Ints) -> tuple[NDArray[np.bool_], Ints]:
        """Return whether a note at these cells is the kept one that comes next, and what it is."""
        waits, rest = self._ahead(pieces, bar)
        return waits == cell, rest

    def close(self, writing: Writing, pieces: Ints) -> None:
        """End the pieces in which nothing is to be made any more: what is kept is copied."""
        for piece in pieces[writing.bar[pieces] > self.last[pieces]].tolist():
            rest = slice(int(writing.bar[piece]), self.parts.shape[1])
            writing.fill(
                piece, rest, self.cell[piece, rest], *np.moveaxis(self.rest[piece, rest], -1, 0)
            )

    def taken(self, pieces: Ints, bar: Ints) -> None:
        """Go on to the kept notes behind."""
        self.at[pieces, bar] += 1
