"""Progression: writes the chords of a plan, beat by beat, after what the planner drew for them.

The planner, a GAN over outlines, says roughly what harmony stands where; this small recurrent
network chooses the chords, each knowing those before it, what stood at the same place of
earlier bars, and how far this bar and the one before have been the same. As the scribe does
with latents, it is told how noisy the outline is and trusts it as far as it deserves.

Shapes: B batch, N bars, T tokens (four a bar), F facts, V chords of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from antiphon.models._blocks import Facts, level_features
from antiphon.models._drawing import drawn
from antiphon.representations.bars import MAX_BEATS
from antiphon.representations.outline import HALF_SIZE
from antiphon.representations.progression import (
    GOES_ON,
    N_CHORD_RETURNS,
    SILENT,
    Frame,
    beat_facts,
    chord_returns,
    goes_on_as_before,
    table_size,
)

AGAIN = 0.85  # share of the likeliest within a bar that has been the same as another so far
STEADY = 0.3  # logits by which what sounds goes on: left to itself the network changes too often


@dataclass(frozen=True, kw_only=True)
class Config:
    n_chords: int = 107  # V
    width: int = 96
    hidden: int = 160
    level: float = 0.8  # noise on the planner's outline when composing
    dropout: float = 0.0


class Progression(nn.Module):
    """Chooses what begins on each beat: a chord, silence, or that the last one goes on."""

    LEVEL_SIZE = 16

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.table = Facts(table_size(config.n_chords), config.width)
        self.from_outline = nn.Linear(HALF_SIZE + self.LEVEL_SIZE, config.width)
        self.recurrent = nn.GRU(config.width, config.hidden)
        self.drop = nn.Dropout(config.dropout)
        self.to_token = nn.Sequential(
            nn.Linear(config.hidden + config.width, config.hidden),
            nn.GELU(),
            nn.Linear(config.hidden, config.n_chords + 2),
        )
        self.returns = nn.Parameter(torch.zeros(N_CHORD_RETURNS))  # logits, by group

    def forward(
        self,
        facts: Tensor,
        returns: Tensor,
        outline: Tensor,
        level: Tensor,
        state: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return logits (T, B, V + 2) of tokens, and the state (1, B, hidden) after the last.

        Args:
            facts: (T, B, F) as `representations.progression.beat_facts` tells them.
            returns: (T, B, L) what stood there before, as `chord_returns` tells it.
            outline: (T, B, HALF_SIZE) noisy features of the half bar of each token.
            level: (B,) how noisy they are; 1 is noise alone.
            state: of the recurrent network before.
        """
        heard = level_features(level, self.LEVEL_SIZE).expand(len(facts), -1, -1)
        x = self.table(facts) + self.from_outline(torch.cat([outline, heard], dim=-1))
        x = self.drop(F.gelu(x))
        h, state = self.recurrent(x, state)
        logits = self.to_token(self.drop(torch.cat([h, x], dim=-1)))
        entries = self.config.n_chords + 2
        drawn_to = torch.cat([self.returns, self.returns.new_zeros(1)])[returns // entries]
        return logits.scatter_add(-1, returns % entries, drawn_to), state


def build(config: Config) -> Progression:
    """Return an untrained network."""
    return Progression(config)


def halves_of(chords: Tensor, n_beats: Sequence[int]) -> Tensor:
    """Return (N · MAX_BEATS, HALF_SIZE) the half bar of each beat; chords (N, 2 · HALF_SIZE)."""
    halves = chords.unflatten(1, (2, HALF_SIZE))
    second = [[int(beat >= (n + 1) // 2) for beat in range(MAX_BEATS)] for n in n_beats]
    rows = torch.arange(len(halves))[:, None]
    return halves[rows, torch.tensor(second)].flatten(0, 1)


@torch.inference_mode()
def write_progression(
    network: Progression,
    outline: Tensor,
    frame: Frame,
    rng: np.random.Generator,
    share: float = 1.0,
    temperature: float = 1.0,
    lean: NDArray[np.float32] | None = None,
) -> NDArray[np.int64]:
    """Return (B, N, MAX_BEATS) what sounds on each beat of B pieces, as tokens; never silence.

    Args:
        outline: (B, N, 2 · HALF_SIZE) what the planner drew for the chords, mean 0 and variance 1.
        frame: what is known of their bars, piece after piece; all have the same metres.
        share: each token is drawn among the likeliest that have this share together; `AGAIN` at
            the most where two bars have been the same so far as two that are looked back at.
        temperature: above 1 what is unlikely comes more often.
        lean: (N, MAX_BEATS, V) logits that each chord gets for sounding on each beat, where there
            is something to harmonise.
    """
    (n_pieces, n), config = outline.shape[:2], network.config
    angle = config.level * np.pi / 2
    fresh = torch.from_numpy(rng.standard_normal(tuple(outline.shape), np.float32))
    noisy = np.cos(angle) * outline + np.sin(angle) * fresh
    halves = halves_of(noisy.flatten(0, 1), frame.n_beats.tolist())
    halves = halves.unflatten(0, (n_pieces, n, MAX_BEATS))
    level = torch.full((n_pieces,), config.level)
    sounding = np.ones((n_pieces * n, MAX_BEATS), np.int64)
    state = None
    for bar in range(n):
        at = np.arange(n_pieces) * n + bar
        for beat in range(MAX_BEATS):
            now = sounding[at, beat - 1]
            if beat >= frame.n_beats[bar]:
                sounding[at, beat] = now
                continue
            facts = beat_facts(frame, sounding, at, beat, config.n_chords)
            returns = chord_returns(frame, sounding, at, beat, config.n_chords)
            logits, state = network(
                torch.from_numpy(facts)[None],
                torch.from_numpy(returns)[None],
                halves[:, bar, beat][None],
                level,
                state,
            )
            heard = logits[0].numpy() / temperature
            if beat > 0:
                heard[:, GOES_ON] += STEADY
            elif bar > 0:
                heard[np.arange(n_pieces), sounding[at - 1, -1]] += STEADY
            if lean is not None:
                heard = heard + np.stack([_leaning(lean[bar, beat], chord) for chord in now])
            allowed = np.ones(heard.shape, bool)
            allowed[:, GOES_ON] = beat > 0
            allowed[:, SILENT] = False
            u = rng.random(n_pieces, np.float32)
            token = drawn(heard, allowed, u, share)
            again = goes_on_as_before(returns, config.n_chords)
            token[again] = drawn(heard[again], allowed[again], u[again], min(share, AGAIN))
            sounding[at, beat] = np.where(token == GOES_ON, now, token)
    return sounding.reshape(n_pieces, n, MAX_BEATS)


def _leaning(lean: NDArray[np.float32], now: int) -> NDArray[np.float32]:
    """Return logits (V + 2) of tokens for what each chord (V) gets, while one sounds."""
    out = np.concatenate([np.zeros(2, np.float32), lean])
    out[GOES_ON] = out[now]
    return out
