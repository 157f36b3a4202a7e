"""Coder of bars: one bar of every part to a short latent and back, the chords being known.

Idea: an autoencoder of bars under a GAN over their latents, as Musika does for sound; the
chords given to both sides (as in Polydis, Wang et al., ISMIR 2020, for texture and chord), so
that a latent holds what is played over a harmony rather than the harmony. One-voice parts
choose one pitch or none at each slot; the others decide pitch by pitch.

Shapes: B bars, M parts, T slots, P pitches, Z latent size of all parts together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from antiphon.representations.bars import home_shift
from antiphon.representations.rolls import chord_features, rolls_of


@dataclass(frozen=True, kw_only=True)
class CoderConfig:
    latent_sizes: tuple[int, ...] = (40, 40, 72, 24)  # of each part; their sum is Z
    one_voice: tuple[bool, ...] = (True, False, False, True)
    n_slots: int = 24
    slots_per_beat: int = 6
    n_pitches: int = 72
    chord_size: int = 25  # features of the chord of one beat
    slot_width: int = 64
    hidden: int = 256
    head: int = 128
    noise: float = 0.1  # standard deviation added to latents in training

    def __post_init__(self) -> None:
        if len(self.latent_sizes) != len(self.one_voice):
            raise ValueError("latent_sizes and one_voice must name the same parts")


class PartCoder(nn.Module):
    """Encoder and decoder of one part."""

    def __init__(self, config: CoderConfig, latent_size: int) -> None:
        super().__init__()
        self.config = config
        cells = 2 * config.n_pitches + 1
        flat = config.n_slots * config.slot_width
        self.to_slots = nn.Linear(cells + config.chord_size, config.slot_width)
        self.to_hidden = nn.Linear(flat, config.hidden)
        self.to_latent = nn.Linear(config.hidden, latent_size)
        self.from_latent = nn.Linear(latent_size, config.hidden)
        self.from_hidden = nn.Linear(config.hidden, flat)
        self.with_chord = nn.Linear(config.slot_width + config.chord_size, config.head)
        self.to_cells = nn.Linear(config.head, cells + 1)  # the last: no onset here

    def encode(self, roll: Tensor, chords: Tensor) -> Tensor:
        x = F.gelu(self.to_slots(torch.cat([roll, chords], dim=-1)))  # (B, T, width)
        x = F.gelu(self.to_hidden(x.flatten(1)))  # (B, hidden)
        z = self.to_latent(x)
        return F.layer_norm(z, z.shape[-1:])

    def decode(self, z: Tensor, chords: Tensor) -> Tensor:
        x = F.gelu(self.from_hidden(F.gelu(self.from_latent(z))))
        x = x.unflatten(1, (self.config.n_slots, self.config.slot_width))  # (B, T, width)
        x = F.gelu(self.with_chord(torch.cat([x, chords], dim=-1)))
        return self.to_cells(x)  # (B, T, 2P + 2)


class Coder(nn.Module):
    """All parts' coders side by side; latents are concatenated in the order of the parts."""

    def __init__(self, config: CoderConfig) -> None:
        super().__init__()
        self.config = config
        self.parts = nn.ModuleList(PartCoder(config, size) for size in config.latent_sizes)

    @property
    def latent_size(self) -> int:
        return sum(self.config.latent_sizes)

    def encode(self, rolls: Tensor, chords: Tensor) -> Tensor:
        """Return latents (B, Z), each part's with mean 0 and variance 1.

        Args:
            rolls: (B, M, T, 2P + 1) onsets, sounding pitches, loudness.
            chords: (B, beats, chord_size).
        """
        spread = self._spread(chords)
        return torch.cat(
            [part.encode(rolls[:, i], spread) for i, part in enumerate(self._each())], dim=-1
        )

    def decode(self, z: Tensor, chords: Tensor) -> Tensor:
        """Return cell logits (B, M, T, 2P + 2): onsets, sounding, loudness, no onset."""
        spread = self._spread(chords)
        pieces = z.split(self.config.latent_sizes, dim=-1)
        return torch.stack(
            [part.decode(p, spread) for part, p in zip(self._each(), pieces, strict=True)], dim=1
        )

    def _each(self) -> Iterable[PartCoder]:
        return cast("Iterable[PartCoder]", self.parts)

    def _spread(self, chords: Tensor) -> Tensor:
        return chords.repeat_interleave(self.config.slots_per_beat, dim=1)  # (B, T, chord_size)

    def soft_rolls(self, cells: Tensor) -> Tensor:
        """Return probabilities (B, M, T, 2P + 1) of onsets and sounding, and loudness."""
        p = self.config.n_pitches
        onset, sounding, loud = cells[..., :p], cells[..., p : 2 * p], cells[..., 2 * p : -1]
        chosen = torch.cat([onset, cells[..., -1:]], dim=-1).softmax(dim=-1)[..., :-1]
        single = torch.tensor(self.config.one_voice, device=cells.device)[None, :, None, None]
        onset = torch.where(single, chosen, onset.sigmoid())
        return torch.cat([onset, sounding.sigmoid(), loud.sigmoid()], dim=-1)


@torch.no_grad()
def latents_of(bars: NDArray[np.void], notes: NDArray[np.void], coder: Coder) -> Tensor:
    """Return the latents (N, Z) of a table of bars (`bars.BAR`) and their notes."""
    rolls = torch.from_numpy(rolls_of(bars, notes).unpacked(np.arange(len(bars))))
    shift = home_shift(bars["tonic"], bars["minor"])
    return coder.encode(rolls, torch.from_numpy(chord_features(bars["chords"], shift)))


def coder_loss(cells: Tensor, rolls: Tensor, config: CoderConfig) -> dict[str, Tensor]:
    """Return the reconstruction losses, in nats a bar, by name.

    Args:
        cells: (B, M, T, 2P + 2) logits.
        rolls: (B, M, T, 2P + 1) what was played.
    """
    p = config.n_pitches
    onset, sounding, loud = rolls[..., :p], rolls[..., p : 2 * p], rolls[..., -1]
    losses = []
    for i, single in enumerate(config.one_voice):
        logits = cells[:, i, :, :p]
        if single:
            choices = torch.cat([logits, cells[:, i, :, -1:]], dim=-1)
            steps = torch.arange(1, p + 1, device=onset.device)
            top = (onset[:, i] * steps).amax(dim=-1).long()  # 1 + highest pitch, 0 for none
            target = torch.where(top > 0, top - 1, p)
            losses.append(F.cross_entropy(choices.flatten(0, 1), target.flatten(), reduction="sum"))
        else:
            losses.append(F.binary_cross_entropy_with_logits(logits, onset[:, i], reduction="sum"))
    n = len(rolls)
    held = F.binary_cross_entropy_with_logits(cells[..., p : 2 * p], sounding, reduction="sum")
    played = (onset.sum(dim=-1) > 0).float()
    error = (cells[..., 2 * p].sigmoid() - loud) ** 2 * played
    return {
        "loss/onset": torch.stack(losses).sum() / n,
        "loss/sounding": held / n,
        "loss/loudness": 50.0 * error.sum() / n,
    }
