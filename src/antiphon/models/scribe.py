"""Scribe: the generator that writes the notes, one after another, bar after bar.

A recurrent conditional GAN over note events. What is asked for a bar steers a recurrent
network that chooses for every note its cell, its pitch and its length, each choice knowing
those before it. It may also listen to what a choir drew for the bar (latents, noisy on purpose):
told how noisy they
are (conditioning augmentation, Ho et al., Cascaded Diffusion Models, 2022,
https://arxiv.org/abs/2106.15282), it trusts them as far as they deserve: at level 1 it writes
from noise of its own alone. Facts about the music so far come as whole numbers
(`representations.score`) that look up one table.

Shapes: B batch, N bars, T tokens, F facts, W width of bars, H hidden, P pitches.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from antiphon.models._blocks import Bars, Facts, level_features, summed
from antiphon.models.choir import Segment, spread_mask
from antiphon.representations.bars import N_SLOTS
from antiphon.representations.facts import N_RELATIONS, N_RETURNS, table_sizes
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import N_CELLS, N_DURATIONS, N_LOUDNESS


@dataclass(frozen=True, kw_only=True)
class Config:
    latent_sizes: tuple[int, ...] = (40, 40, 72, 24)  # of each part of a bar; their sum is Z
    condition_size: int = 116
    n_controls: int = 6
    bar_width: int = 160
    n_blocks: int = 3
    n_heads: int = 5
    sight: int = 8  # bars seen before and after
    step_width: int = 256
    hidden: int = 384
    pitch_width: int = 256
    length_width: int = 160
    dropout: float = 0.1
    fact_dropout: float = 0.0  # facts that are not told while training
    level: float = 1.0  # noise on the choir's latents when composing; at 1 they are not heard

    def __post_init__(self) -> None:
        if self.bar_width % self.n_heads:
            raise ValueError("bar_width must be divisible by n_heads")
        if not (0 <= self.dropout < 1 and 0 <= self.fact_dropout < 1):
            raise ValueError("dropout and fact_dropout must be at least 0 and below 1")


class Relations(nn.Module):
    """How likely each pitch is, seen from other pitches: by group and interval, in any key."""

    def __init__(self) -> None:
        super().__init__()
        self.by_interval = nn.Parameter(torch.zeros(N_RELATIONS, 2 * N_PITCHES - 1))

    def table(self) -> Tensor:
        """Return (groups × P + 1, P): what each row says of each pitch; the last says nothing."""
        # row r of a group sees pitch p at the interval p − r + P − 1
        rows = self.by_interval.unfold(1, N_PITCHES, 1).flip(1).flatten(0, 1)
        return torch.cat([rows, rows.new_zeros(1, N_PITCHES)])

    def forward(self, relations: Tensor, table: Tensor | None = None) -> Tensor:
        """Return (…, P) the sum of what relations (…, R) say; `table` saves making it again."""
        return summed(self.table() if table is None else table, relations)


class Returns(nn.Module):
    """How likely each cell is, seen from where parts would go on as before, by group."""

    def __init__(self) -> None:
        super().__init__()
        self.by_distance = nn.Parameter(torch.zeros(N_RETURNS, 2 * N_SLOTS - 1))
        self.at_end = nn.Parameter(torch.zeros(N_RETURNS, N_SLOTS))  # no more notes of the part
        self.bar_ends = nn.Parameter(torch.zeros(N_RETURNS, N_SLOTS + 1))  # by the next slot

    def table(self) -> Tensor:
        """Return (groups × (S + 1) + 1, S + 1): what each row says of slots and the bar's end."""
        rows = self.by_distance.unfold(1, N_SLOTS, 1).flip(1)  # (G, S, S)
        rows = torch.cat([rows, self.at_end[:, None]], dim=1)  # (G, S + 1, S)
        rows = torch.cat([rows, self.bar_ends[..., None]], dim=2).flatten(0, 1)
        return torch.cat([rows, rows.new_zeros(1, N_SLOTS + 1)])

    def forward(self, returns: Tensor, table: Tensor | None = None) -> Tensor:
        """Return (…, cells + 1) the sum of what returns (…, M, L) say; `table` as above."""
        table = self.table() if table is None else table
        flat = returns.reshape(-1, returns.shape[-1])
        said = F.embedding_bag(flat, table, mode="sum")
        said = said.view(*returns.shape[:-1], N_SLOTS + 1)  # (…, M, S + 1)
        cells = said[..., :-1].transpose(-1, -2).flatten(-2)  # (…, S × M)
        return torch.cat([cells, said[..., -1].sum(dim=-1, keepdim=True)], dim=-1)


class Scribe(nn.Module):
    """Chooses cells, pitches, durations and loudness; everything as unbounded logits."""

    LEVEL_SIZE = 32

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        parts, latents = len(config.latent_sizes), sum(config.latent_sizes)
        told = config.condition_size + 2 * config.n_controls + latents + parts + 1
        self.steer = nn.Sequential(nn.Linear(self.LEVEL_SIZE, 64), nn.GELU(), nn.Linear(64, 64))
        self.trunk = Bars(
            latents + told,
            config.bar_width,
            config.n_blocks,
            config.n_heads,
            64,
            0.0,
            config.sight,
        )
        step, pitch, length = table_sizes()
        self.step_table = Facts(step, config.step_width)
        self.pitch_table = Facts(pitch, config.pitch_width)
        self.length_table = Facts(length, config.length_width)
        self.from_bar = nn.Linear(config.bar_width, config.step_width)
        self.recurrent = nn.GRU(config.step_width, config.hidden)
        self.to_cell = nn.Sequential(
            nn.Linear(config.hidden + config.step_width, config.pitch_width),
            nn.GELU(),
            nn.Linear(config.pitch_width, N_CELLS + 1),
        )
        self.returns = Returns()
        self.to_pitch = nn.Linear(config.hidden, config.pitch_width)
        self.pitch = nn.Linear(config.pitch_width, N_PITCHES)
        self.relation = Relations()
        self.to_length = nn.Linear(config.hidden, config.length_width)
        self.length = nn.Linear(config.length_width, N_DURATIONS + N_LOUDNESS)

    def bars(self, noisy: Tensor, level: Tensor, segment: Segment) -> Tensor:
        """Return what is to be played (B, N, step_width) in each bar.

        Args:
            noisy: (B, N, Z) latents at `level`; those of kept parts are taken from the segment.
            level: (B,) in [0, 1]; 1 is noise alone.
        """
        made = spread_mask(segment.mask, self.config.latent_sizes)
        x = torch.cat([noisy * made + segment.known, segment.features()], dim=-1)
        steer = self.steer(level_features(level, self.LEVEL_SIZE))
        out: Tensor = self.from_bar(self.trunk(x, steer, segment.same_place, segment.valid))
        return out

    def read(self, bars: Tensor, facts: Tensor, noise: torch.Generator | None = None) -> Tensor:
        """Return (T, B, H + step_width) what is known before each token of a whole score.

        Args:
            bars: (T, B, step_width) of the bar each token is in.
            facts: (T, B, F) step facts.
            noise: source of dropout; without one nothing is dropped.
        """
        told = self.step_table(facts, self._told(facts, noise))
        x = self._dropped(F.gelu(told + bars), noise)
        h, _ = self.recurrent(x)
        return torch.cat([self._dropped(h, noise), x], dim=-1)

    def _dropped(self, x: Tensor, noise: torch.Generator | None) -> Tensor:
        if noise is None or not self.config.dropout:
            return x
        kept = torch.rand(x.shape, generator=noise, device=x.device) >= self.config.dropout
        return x * kept / (1 - self.config.dropout)

    def _told(self, facts: Tensor, noise: torch.Generator | None) -> Tensor | None:
        """Return weights of facts, 0 for those that are not told; None where all are."""
        share = self.config.fact_dropout
        if noise is None or not share:
            return None
        told = torch.rand(facts.shape, generator=noise, device=facts.device) >= share
        return told / (1 - share)

    def step(self, bars: Tensor, facts: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is known before one token (B, H + step_width), and the new state (B, H)."""
        x = F.gelu(self.step_table(facts) + bars)
        h = torch.gru_cell(x, state, *self.recurrent.all_weights[0])
        return torch.cat([h, x], dim=-1), h

    def cells(self, known: Tensor, returns: Tensor, table: Tensor | None = None) -> Tensor:
        """Return logits (…, cells + 1) of the cell; the last ends the bar.

        Args:
            returns: (…, M, L) where parts would go on as before.
            table: what `Returns.table` returned, where many cells are chosen in turn.
        """
        out: Tensor = self.to_cell(known)
        return out + self.returns(returns, table)

    def pitches(
        self,
        known: Tensor,
        facts: Tensor,
        relations: Tensor,
        table: Tensor | None = None,
        noise: torch.Generator | None = None,
    ) -> Tensor:
        """Return logits (…, P) of the pitch row, given pitch facts and relations (…, R).

        Args:
            table: what `Relations.table` returned, where many pitches are chosen in turn.
            noise: source of dropout; without one nothing is dropped.
        """
        h = known[..., : self.config.hidden]
        told = self.pitch_table(facts, self._told(facts, noise))
        out: Tensor = self.pitch(F.gelu(self.to_pitch(h) + told))
        return out + self.relation(relations, table)

    def lengths(
        self, known: Tensor, facts: Tensor, noise: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return logits of the classes of duration and loudness, given length facts."""
        h = known[..., : self.config.hidden]
        told = self.length_table(facts, self._told(facts, noise))
        both = self.length(F.gelu(self.to_length(h) + told))
        return both[..., :N_DURATIONS], both[..., N_DURATIONS:]


def build(config: Config) -> Scribe:
    """Return an untrained scribe."""
    return Scribe(config)
