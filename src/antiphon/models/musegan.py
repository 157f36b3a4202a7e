"""MuseGAN: bars of several tracks by shared and private noise, composed, jammed or both.

Idea: MuseGAN (Dong et al., AAAI 2018, https://arxiv.org/abs/1709.06298) and BinaryMuseGAN (Dong
& Yang, ISMIR 2018, https://arxiv.org/abs/1804.09399). A temporal generator turns noise into a
vector a bar; a bar generator turns vectors into a bar. Composer: one generator makes all tracks
of shared noise. Jamming: every track has its own noise, generator and discriminator. Hybrid:
every track has its own generator, which hears shared and private noise; one discriminator hears
all. What differs: 16 steps a bar, a channel of onsets beside what sounds where the view has
one, and two ways from beats and octaves to steps and pitches, pitch first and time first, as in
the authors' tutorial (ISMIR 2019).

Shapes: B segments, M tracks, K channels a track, N bars, T steps in all, P pitches, Z noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from antiphon.models._gan import Gan, Judge, Maker
from antiphon.models._labels import Embedded, Projection

VIEWS = ("rolls",)
MODES = ("composer", "jamming", "hybrid")
NEURONS = ("none", "deterministic", "stochastic")
NORMS = ("batch", "layer", "none")
_STEPS = 16  # in a bar
_OCTAVE = 12


@dataclass(frozen=True, kw_only=True)
class Config:
    """Sizes; `given` is the track that is not made but accompanied, by its place, or −1."""

    shape: tuple[int, int, int] = (8, 64, 72)  # (M·K, T, P)
    condition_shape: tuple[int, ...] = (0,)
    label_sizes: tuple[int, ...] = ()  # classes of each kind of label
    channels: int = 2  # K, of a track
    given: int = -1
    mode: str = "hybrid"
    latent_size: int = 32  # of each kind of noise
    width: int = 128  # of the bar generator's first stage
    critic_width: int = 48
    condition_width: int = 64
    label_width: int = 16  # of the generator's embedding of labels
    neurons: str = "none"
    norm: str = "batch"  # of the generators; a critic has none
    streams: bool = False  # onset and chroma streams of BinaryMuseGAN's critic
    spectral_norm: bool = False

    def __post_init__(self) -> None:
        for name, value, known in (
            ("mode", self.mode, MODES),
            ("neurons", self.neurons, NEURONS),
            ("norm", self.norm, NORMS),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
        if self.shape[0] % self.channels or not -1 <= self.given < self.n_tracks:
            raise ValueError("channels must divide the view's, and given must be one of its tracks")
        if self.shape[1] % _STEPS or self.shape[2] % _OCTAVE:
            raise ValueError(f"a segment must be whole bars of {_STEPS} steps and whole octaves")
        if self.width < 8:
            raise ValueError("width must be at least 8")
        if self.given >= 0 and len(self.condition_shape) != 3:
            raise ValueError("given needs a view whose condition is that part")

    @property
    def n_tracks(self) -> int:
        return self.shape[0] // self.channels

    @property
    def n_bars(self) -> int:
        return self.shape[1] // _STEPS


def _norm(kind: str, width: int) -> nn.Module:
    if kind == "batch":
        return nn.BatchNorm2d(width)
    return nn.GroupNorm(1, width) if kind == "layer" else nn.Identity()


class Temporal(nn.Module):
    """Noise (B, Z) to a vector a bar, (B, N, Z): what moves from bar to bar."""

    def __init__(self, size: int, n_bars: int) -> None:
        super().__init__()
        self.n_bars = n_bars
        self.widen = nn.ConvTranspose1d(size, 4 * size, 2)
        self.to_bars = nn.ConvTranspose1d(4 * size, size, max(1, n_bars - 1))

    def forward(self, z: Tensor) -> Tensor:
        x = self.widen(z[:, :, None]).relu()  # (B, Z) -> (B, 4Z, 2)
        return self.to_bars(x)[:, :, : self.n_bars].transpose(1, 2)  # (B, N, Z)


class BarGenerator(nn.Module):
    """Vectors (B·N, V) to bars of some channels (B·N, C, 16, P)."""

    def __init__(self, size: int, channels: int, config: Config) -> None:
        super().__init__()
        w, octaves = config.width, config.shape[2] // _OCTAVE

        def stage(n_in: int, n_out: int, stride: tuple[int, int]) -> nn.Module:
            return nn.Sequential(
                nn.ConvTranspose2d(n_in, n_out, stride, stride),
                _norm(config.norm, n_out),
                nn.ReLU(),
            )

        self.stages = nn.Sequential(
            stage(size, 2 * w, (4, 1)),  # (B·N, 2w, 4, 1)
            stage(2 * w, w, (1, octaves)),  # (B·N, w, 4, octaves)
        )
        n_pitches, n_steps = (1, _OCTAVE), (_STEPS // 4, 1)
        self.pitch_first = nn.Sequential(
            stage(w, w // 4, n_pitches), stage(w // 4, w // 8, n_steps)
        )  # (B·N, w / 8, 16, P)
        self.time_first = nn.Sequential(stage(w, w // 4, n_steps), stage(w // 4, w // 8, n_pitches))
        self.to_track = nn.Conv2d(2 * (w // 8), channels, 1)
        nn.init.constant_(self.to_track.bias, -2.0)  # type: ignore[arg-type]  # rolls are mostly silent

    def forward(self, x: Tensor) -> Tensor:
        y = self.stages(x[:, :, None, None])
        return self.to_track(torch.cat([self.pitch_first(y), self.time_first(y)], dim=1))


class Listener(nn.Module):
    """What is told to a vector a bar (B, N, W): chords and mode, or a given track."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.n_bars, self.of_track = config.n_bars, len(config.condition_shape) == 3
        w = config.condition_width
        if self.of_track:
            k, octaves = config.condition_shape[0], config.shape[2] // _OCTAVE
            self.read: nn.Module = nn.Sequential(
                nn.Conv2d(k, w // 2, (1, _OCTAVE), (1, _OCTAVE)),
                nn.LeakyReLU(0.2),
                nn.Conv2d(w // 2, w, (4, octaves), (4, 1)),
                nn.LeakyReLU(0.2),
                nn.Conv2d(w, w, (4, 1), (4, 1)),
            )
        else:
            self.read = nn.Linear((config.condition_shape[0] - 1) // config.n_bars + 1, w)

    def forward(self, condition: Tensor) -> Tensor:
        if self.of_track:
            return self.read(condition).flatten(2).transpose(1, 2)  # (B, N, W)
        chords = condition[:, :-1].unflatten(1, (self.n_bars, -1))
        mode = condition[:, None, -1:].expand(-1, self.n_bars, -1)
        return self.read(torch.cat([chords, mode], dim=-1))


class Generator(Maker):
    """Noise to rolls (B, M·K, T, P) in [0, 1]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        z, m, k = config.latent_size, config.n_tracks, config.channels
        self.made = [i for i in range(m) if i != config.given]
        self.n_shared = 0 if config.mode == "jamming" else 2  # still, and moving over the bars
        self.n_private = 0 if config.mode == "composer" else 2 * len(self.made)
        chances = config.shape[0] * config.shape[1] * config.shape[2]
        self.n_chances = chances if config.neurons == "stochastic" else 0
        self.noise_size = (self.n_shared + self.n_private) * z + self.n_chances
        n_temporal = (self.n_shared + self.n_private) // 2
        self.temporal = nn.ModuleList(Temporal(z, config.n_bars) for _ in range(n_temporal))
        self.listen = Listener(config) if config.condition_shape[0] else None
        size = z * (self.n_shared + (2 if self.n_private else 0))
        size += config.condition_width if self.listen is not None else 0
        self.label = (
            Embedded(config.label_sizes, config.label_width) if config.label_sizes else None
        )
        size += config.label_width if self.label is not None else 0
        if config.mode == "composer":
            bars = [BarGenerator(size, k * len(self.made), config)]
        else:
            bars = [BarGenerator(size, k, config) for _ in self.made]
        self.bars = nn.ModuleList(bars)

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        z = noise[:, : noise.shape[1] - self.n_chances]
        probability = self._rolls(z, condition, labels).sigmoid()  # (B, M'·K, T, P)
        rolls = self._decided(probability, noise[:, noise.shape[1] - self.n_chances :])
        if self.config.given < 0:
            return rolls
        before = self.config.given * self.config.channels
        return torch.cat([rolls[:, :before], condition, rolls[:, before:]], dim=1)

    def _rolls(self, z: Tensor, condition: Tensor, labels: Tensor | None) -> Tensor:
        n = self.config.n_bars
        still, moving = z.unflatten(1, (-1, 2, self.config.latent_size)).unbind(dim=2)
        voices = [  # one for each pair of noise: (B, N, 2Z)
            torch.cat([still[:, i, None].expand(-1, n, -1), temporal(moving[:, i])], dim=-1)
            for i, temporal in enumerate(self.temporal)
        ]
        common = voices[: self.n_shared // 2]
        if self.listen is not None:
            common = [*common, self.listen(condition)]
        if self.label is not None:
            common = [*common, self.label(labels)[:, None].expand(-1, n, -1)]
        private: list[list[Tensor]] = [[v] for v in voices[self.n_shared // 2 :]]
        made = []
        for bar, own in zip(self.bars, private or [[]], strict=True):
            x = bar(torch.cat([*common, *own], dim=-1).flatten(0, 1))  # (B·N, C, 16, P)
            x = x.unflatten(0, (-1, n)).transpose(1, 2)  # (B, C, N, 16, P)
            made.append(x.flatten(2, 3))
        return torch.cat(made, dim=1)

    def _decided(self, probability: Tensor, chance: Tensor) -> Tensor:
        """Return the rolls as binary neurons have them; the gradient passes straight through."""
        if self.config.neurons == "none":
            return probability
        threshold: Tensor | float = 0.5
        if self.config.neurons == "stochastic":
            full = torch.special.ndtr(chance).view(-1, *self.config.shape)
            threshold = full[:, : probability.shape[1]]
        hard = (probability > threshold).to(probability.dtype)
        return hard + (probability - probability.detach())


class Critic(nn.Module):
    """One discriminator: tracks (B, C, T, P) and what is told to features and a logit."""

    def __init__(self, channels: int, config: Config) -> None:
        super().__init__()
        w, octaves = config.critic_width, config.shape[2] // _OCTAVE
        self.streams = config.streams

        def conv(
            n_in: int, n_out: int, kernel: tuple[int, int], stride: tuple[int, int]
        ) -> nn.Module:
            layer = nn.Conv2d(n_in, n_out, kernel, stride)
            return nn.Sequential(
                spectral_norm(layer) if config.spectral_norm else layer, nn.LeakyReLU(0.2)
            )

        self.by_pitch = nn.Sequential(
            conv(channels, w, (1, _OCTAVE), (1, _OCTAVE)),
            conv(w, w, (4, 1), (4, 1)),
        )
        self.by_time = nn.Sequential(
            conv(channels, w, (4, 1), (4, 1)),
            conv(w, w, (1, _OCTAVE), (1, _OCTAVE)),
        )
        if config.streams:
            self.by_chroma = conv(channels, w, (1, _OCTAVE), (1, _OCTAVE))
            self.by_onset = conv(channels, w, (4, 1), (4, 1))
        self.by_beat = conv(2 * w, 2 * w, (1, octaves), (1, 1))
        self.by_bar = conv((4 if config.streams else 2) * w, 4 * w, (4, 1), (4, 1))
        self.listen = Listener(config) if config.condition_shape[0] else None
        size = 4 * w + (config.condition_width if self.listen is not None else 0)
        self.to_logit = nn.Sequential(
            nn.Linear(size * config.n_bars, 4 * w), nn.LeakyReLU(0.2), nn.Linear(4 * w, 1)
        )
        self.project = Projection(config.label_sizes, 4 * w) if config.label_sizes else None

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        y = torch.cat([self.by_pitch(x), self.by_time(x)], dim=1)  # (B, 2w, T / 4, octaves)
        y = self.by_beat(y)  # (B, 2w, T / 4, 1)
        if self.streams:
            chroma = x.unflatten(3, (-1, _OCTAVE)).sum(dim=3)  # (B, C, T, 12)
            chroma = chroma.unflatten(2, (-1, 4)).sum(dim=3)  # by beat
            begun = torch.cat([x[:, :, :1], (x[:, :, 1:] - x[:, :, :-1]).relu()], dim=2)
            begun = begun.sum(dim=3, keepdim=True)  # (B, C, T, 1)
            y = torch.cat([y, self.by_chroma(chroma), self.by_onset(begun)], dim=1)
        y = self.by_bar(y).flatten(2).transpose(1, 2)  # (B, N, 4w)
        if self.listen is not None:
            y = torch.cat([y, self.listen(condition)], dim=-1)
        features = self.to_logit[:2](y.flatten(1))  # (B, 4w)
        logits = self.to_logit[2](features)[:, 0]
        if self.project is not None:
            logits = logits + self.project.added(features, labels)
        return logits


class Discriminator(Judge):
    """Logits (B,) of one critic of all tracks, or (B, M) of a critic for each (jamming)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.n = config.n_tracks if config.mode == "jamming" else 1
        self.critics = nn.ModuleList(
            Critic(config.shape[0] // self.n, config) for _ in range(self.n)
        )

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        tracks = x.chunk(self.n, dim=1)
        logits = [c(t, condition, labels) for c, t in zip(self.critics, tracks, strict=True)]
        return torch.stack(logits, dim=1) if self.n > 1 else logits[0]


def build(config: Config) -> Gan:
    """Return an untrained generator and discriminator."""
    return Gan(Generator(config), Discriminator(config))
