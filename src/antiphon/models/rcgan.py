"""RCGAN: a recurrent conditional GAN over note events.

Ideas: RCGAN (Esteban et al., 2017, https://arxiv.org/abs/1706.02633), where noise and condition
are fed at every step of an LSTM; C-RNN-GAN (Mogren, 2016, https://arxiv.org/abs/1611.09904),
where steps are notes, the discriminator listens from both sides, and features may be matched.

Labels: an embedding beside the noise, a projection in the discriminator (`_labels`).

Shapes: B segments, L events, F numbers an event, Z noise of an event, H hidden, A told an event.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from antiphon.models._gan import Gan, Judge, Maker
from antiphon.models._labels import Embedded, Projection

VIEWS = ("events",)
_N_NUMBERS = 4  # time since, length, height, loudness; then a share for each part
_MOST = 1.5  # of time since and length: beyond what music has


@dataclass(frozen=True, kw_only=True)
class Config:
    shape: tuple[int, int] = (96, 8)  # (L, F)
    condition_shape: tuple[int, ...] = (0,)
    label_sizes: tuple[int, ...] = ()  # classes of each kind of label
    latent_size: int = 32  # of an event
    piece_size: int = 32  # noise that stays the same over a segment
    label_width: int = 16  # of the generator's embedding of labels
    hidden: int = 192
    n_layers: int = 2
    critic_hidden: int = 128
    spectral_norm: bool = False  # of the discriminator's last layers

    def __post_init__(self) -> None:
        if self.shape[1] <= _N_NUMBERS:
            raise ValueError("an event has four numbers and at least one part")
        if len(self.condition_shape) not in (1, 2):
            raise ValueError("a condition is told event by event")

    @property
    def told(self) -> int:
        """A."""
        return self.condition_shape[1] if len(self.condition_shape) == 2 else 0


class Generator(Maker):
    """Noise and what is told at every event to events (B, L, F)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        n_events, size = config.shape
        self.noise_size = n_events * config.latent_size + config.piece_size
        self.label = (
            Embedded(config.label_sizes, config.label_width) if config.label_sizes else None
        )
        heard = config.latent_size + config.piece_size + config.told
        heard += config.label_width if self.label is not None else 0
        self.write = nn.LSTM(heard, config.hidden, config.n_layers, batch_first=True)
        self.to_event = nn.Linear(config.hidden, size)

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        n_events = self.config.shape[0]
        own = noise[:, self.config.piece_size :].unflatten(1, (n_events, -1))
        heard = [noise[:, None, : self.config.piece_size].expand(-1, n_events, -1), own]
        if self.config.told:
            heard.append(condition)
        if self.label is not None:
            heard.append(self.label(labels)[:, None].expand(-1, n_events, -1))
        hidden, _ = self.write(torch.cat(heard, dim=-1))  # (B, L, H)
        raw = self.to_event(hidden)
        times = _MOST * raw[..., :2].sigmoid()
        return torch.cat([times, raw[..., 2:4].tanh(), raw[..., 4:].softmax(dim=-1)], dim=-1)


class Discriminator(Judge):
    """Logits (B,) of events: the mean of what is answered at each, heard from both sides."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.told = config.told
        h = config.critic_hidden
        normed = spectral_norm if config.spectral_norm else nn.Identity()
        self.enter = nn.Sequential(nn.Linear(config.shape[1] + config.told, h), nn.LeakyReLU(0.2))
        self.listen = nn.LSTM(h, h, batch_first=True, bidirectional=True)
        self.widen = normed(nn.Linear(2 * h, h))
        self.to_logit = normed(nn.Linear(h, 1))
        self.project = Projection(config.label_sizes, h) if config.label_sizes else None

    def _heard(self, x: Tensor, condition: Tensor) -> Tensor:
        events = torch.cat([x, condition], dim=-1) if self.told else x
        # cuDNN knows no second derivative of an LSTM, which penalties take
        is_penalty = x.requires_grad and x.is_leaf
        with torch.backends.cudnn.flags(enabled=not is_penalty):
            hidden, _ = self.listen(self.enter(events))
        return nn.functional.leaky_relu(self.widen(hidden), 0.2)  # (B, L, H)

    def features(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return what is heard (B, H), for feature matching."""
        return self._heard(x, condition).mean(dim=1)

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        heard = self._heard(x, condition)
        logits = self.to_logit(heard).mean(dim=(1, 2))
        if self.project is not None:
            logits = logits + self.project.added(heard.mean(dim=1), labels)
        return logits


def build(config: Config) -> Gan:
    """Return an untrained generator and discriminator."""
    return Gan(Generator(config), Discriminator(config))
