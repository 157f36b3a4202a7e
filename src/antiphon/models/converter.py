"""Converter: turns a lead sheet of one style into another style's, whichever it was.

Idea: StarGAN (Choi et al., CVPR 2018, https://arxiv.org/abs/1711.09020), one generator for all
directions between domains, with a cycle and an identity loss; here on symbols. What differs: the
discriminator knows styles by projection, not by a class to be guessed; the generator says what
to change, so that it begins by changing nothing; choices are drawn by Gumbel-softmax, straight
through; and a dial says how much of the tune must stay, which a loss holds it to.

Shapes: B segments, L beats, C choices of a beat (`lead_sheet_view`), F facts, W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from antiphon.models._blocks import Bars
from antiphon.models._gan import Gan, Judge, Maker
from antiphon.models._gumbel import gumbel_of
from antiphon.models._labels import Embedded, Projection
from antiphon.representations.bars import SLOTS_PER_BEAT
from antiphon.representations.lead_sheet import FIRST_TONE, N_CHORDS, N_SYMBOLS
from antiphon.representations.lead_sheet_view import N_CHOICES, SEGMENT_SIZE, TOLD_SIZE

VIEWS = ("lead_sheets",)
_SLOTS = SLOTS_PER_BEAT * N_SYMBOLS
_DIAL, _STYLE, _VALID = -2, -1, -3  # columns of what is told


@dataclass(frozen=True, kw_only=True)
class Config:
    shape: tuple[int, int] = (32, SEGMENT_SIZE)
    condition_shape: tuple[int, ...] = (32, TOLD_SIZE)
    label_sizes: tuple[int, ...] = ()  # classes of each kind of label
    width: int = 96
    n_blocks: int = 3
    n_heads: int = 4
    latent_size: int = 16  # of the noise that a whole segment shares
    critic_width: int = 64
    critic_blocks: int = 2
    temperature: float = 1.0  # of Gumbel-softmax
    tune_hold: float = 6.0  # logits by which a slot at first stays what it is
    chord_hold: float = 4.0  # the same for a chord
    gives_up: float = 0.3  # share of the tune that may be lost at the end of the dial
    may_add: float = 1.6  # tones for each tone of the tune that may be added there
    keep_weight: float = 10.0
    cycle_weight: float = 1.0
    identity_weight: float = 1.0
    spectral_norm: bool = False  # of the discriminator's last layer

    def __post_init__(self) -> None:
        if self.condition_shape[-1] != TOLD_SIZE or self.shape[-1] != SEGMENT_SIZE:
            raise ValueError("a converter is shown lead sheets")
        if self.width % self.n_heads or self.critic_width % self.n_heads:
            raise ValueError("n_heads must divide width and critic_width")


class Generator(Maker):
    """A lead sheet, a style and a dial to a lead sheet (B, L, C + F + 1)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.noise_size = config.latent_size + config.shape[0] * N_CHOICES
        self.label = Embedded(config.label_sizes, config.width) if config.label_sizes else None
        self.to_steer = nn.Linear(config.latent_size + 1, config.width)
        self.trunk = Bars(
            SEGMENT_SIZE, config.width, config.n_blocks, config.n_heads, config.width, 0.0
        )
        self.to_choices = nn.Linear(config.width, N_CHOICES)
        nn.init.normal_(self.to_choices.weight, std=0.01)
        hold = torch.tensor([config.tune_hold] * _SLOTS + [config.chord_hold] * N_CHORDS)
        self.hold: Tensor
        self.register_buffer("hold", hold, persistent=False)

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.convert(_segment_of(condition), noise, condition[:, 0, _DIAL], labels)

    def convert(self, x: Tensor, noise: Tensor, dial: Tensor, labels: Tensor | None) -> Tensor:
        """Return segments in the style of labels; of noise 0 the likeliest choices.

        Args:
            x: (B, L, C + F + 1) segments, which may lie between symbols.
            noise: (B, Z).
            dial: (B,) how far to go, 0 to 1.
            labels: (B, J) the styles asked for.
        """
        logits = self.logits(x, noise[:, : self.config.latent_size], dial, labels)
        drawn = logits + gumbel_of(noise[:, self.config.latent_size :]).view_as(logits)
        return torch.cat([_straight(drawn / self.config.temperature), x[..., N_CHOICES:]], dim=-1)

    def logits(self, x: Tensor, z: Tensor, dial: Tensor, labels: Tensor | None) -> Tensor:
        """Return (B, L, C) of segments (B, L, C + F + 1)."""
        stays = self.hold * (1.5 - dial)[:, None, None]
        return self.changes(x, z, dial, labels) + stays * x[..., :N_CHOICES]

    def changes(self, x: Tensor, z: Tensor, dial: Tensor, labels: Tensor | None) -> Tensor:
        """Return (B, L, C) what comes to each choice beside that what is there should stay."""
        steer = self.to_steer(torch.cat([z, dial[:, None]], dim=-1))
        if self.label is not None:
            steer = steer + self.label(labels)
        nowhere = torch.zeros(len(x), x.shape[1], x.shape[1], device=x.device)
        h = self.trunk(x, steer, nowhere, x[..., -1])  # (B, L, W)
        return self.to_choices(h)

    def likelihood(self, real: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return how much is lost of what should stay: identity, cycle and tune, weighted."""
        config = self.config
        none = real.new_zeros(len(real), self.noise_size)
        dial, told = condition[:, 0, _DIAL], _segment_of(condition)
        z = none[:, : config.latent_size]
        same = _cross_entropy(self.logits(real, z, dial, labels), real)
        there = self.convert(told, none, dial, labels)
        origin = condition[:, :1, _STYLE].long() if labels is not None else None
        back = _cross_entropy(self.logits(there, z, dial, origin), told)
        kept, added = kept_of(told, there)
        lost = F.relu(1 - config.gives_up * dial - kept) + F.relu(added - config.may_add * dial)
        return (
            config.identity_weight * same
            + config.cycle_weight * back
            + config.keep_weight * lost.mean()
        )


class Discriminator(Judge):
    """Logits (B,) of lead sheets: the mean of what is answered at each beat, and a projection.

    Every beat is heard beside what the whole segment holds on average.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        w = config.critic_width
        self.trunk = Bars(SEGMENT_SIZE, w, config.critic_blocks, config.n_heads, SEGMENT_SIZE, 0.0)
        to_logit = nn.Linear(w, 1)
        self.to_logit = spectral_norm(to_logit) if config.spectral_norm else to_logit
        self.project = Projection(config.label_sizes, w) if config.label_sizes else None

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        valid = x[..., -1:]
        n = valid.sum(dim=1).clamp(min=1)
        nowhere = torch.zeros(len(x), x.shape[1], x.shape[1], device=x.device)
        h = self.trunk(x, x.sum(dim=1) / n, nowhere, x[..., -1])  # (B, L, W)
        features = (h * valid).sum(dim=1) / n
        logits = self.to_logit(features)[:, 0]
        if self.project is not None:
            logits = logits + self.project.added(features, labels)
        return logits


def _segment_of(told: Tensor) -> Tensor:
    """Return segments (B, L, C + F + 1) of what is told of them; as `lead_sheet_view.one_hot`."""
    slots = F.one_hot(told[..., :SLOTS_PER_BEAT].long(), N_SYMBOLS).flatten(2)
    chord = F.one_hot(told[..., SLOTS_PER_BEAT].long(), N_CHORDS)
    choices = torch.cat([slots, chord], dim=-1).to(told.dtype) * told[..., _VALID, None]
    return torch.cat([choices, told[..., SLOTS_PER_BEAT + 1 : _DIAL]], dim=-1)


def _straight(logits: Tensor) -> Tensor:
    """Return choices (B, L, C), one of each slot and one chord, that bear a gradient."""
    slots = logits[..., :_SLOTS].unflatten(-1, (SLOTS_PER_BEAT, N_SYMBOLS))
    found = []
    for x in (slots, logits[..., None, _SLOTS:]):
        soft = x.softmax(dim=-1)
        hard = F.one_hot(x.argmax(dim=-1), x.shape[-1]).to(x.dtype)
        found.append((hard + soft - soft.detach()).flatten(-2))
    return torch.cat(found, dim=-1)


def _cross_entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return how unlikely the choices of segments are, in nats each; a chord weighs as a slot."""
    slots = logits[..., :_SLOTS].unflatten(-1, (SLOTS_PER_BEAT, N_SYMBOLS)).log_softmax(dim=-1)
    likely = torch.cat([slots.flatten(2), logits[..., _SLOTS:].log_softmax(dim=-1)], dim=-1)
    n = wanted[..., -1].sum() * (SLOTS_PER_BEAT + 1)
    return -(likely * wanted[..., :N_CHOICES]).sum() / n.clamp(min=1)


def kept_of(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Return (B,) the share of a tune's tones that are there again, and tones added for each."""
    tones = [
        x[..., :_SLOTS].unflatten(-1, (SLOTS_PER_BEAT, N_SYMBOLS))[..., FIRST_TONE:]
        * x[..., -1, None, None]
        for x in (before, after)
    ]
    n = tones[0].sum(dim=(1, 2, 3)).clamp(min=1)
    again = (tones[0] * tones[1]).sum(dim=(1, 2, 3))
    return again / n, (tones[1].sum(dim=(1, 2, 3)) - again) / n


def build(config: Config) -> Gan:
    """Return an untrained generator and discriminator."""
    return Gan(Generator(config), Discriminator(config))
