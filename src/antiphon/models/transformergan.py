"""Transformer-GAN: an autoregressive transformer over words, answered by another.

Idea: Transformer-GAN (Muhamed et al., AAAI 2021): first by likelihood, then beside it against a
discriminator, to which the gradient runs through Gumbel-softmax. What differs: words are drawn one
by one without a gradient, and then all choices are made again at once, with the same Gumbel noise,
so that they come out the same and bear a gradient (straight through; not through the words that
stood before). The discriminator is a small transformer trained here, not a pre-trained BERT.

Shapes: B segments, L words, V words there are, W width, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from antiphon.models._gan import Gan, Judge, Maker
from antiphon.models._gumbel import gumbel_of
from antiphon.models._labels import Embedded, Projection

VIEWS = ("tokens",)
_FIRST = 0  # the word that every segment begins with: a bar


@dataclass(frozen=True, kw_only=True)
class Config:
    shape: tuple[int, int] = (128, 329)  # (L, V)
    condition_shape: tuple[int, ...] = (0,)
    label_sizes: tuple[int, ...] = ()  # classes of each kind of label
    width: int = 128
    n_blocks: int = 4
    n_heads: int = 4
    critic_width: int = 96
    critic_blocks: int = 2
    temperature: float = 1.0  # of Gumbel-softmax
    spectral_norm: bool = False  # of the discriminator's last layer

    def __post_init__(self) -> None:
        if self.condition_shape != (0,):
            raise ValueError("a transformergan is told nothing: leave out condition")
        if self.width % self.n_heads or self.critic_width % self.n_heads:
            raise ValueError("n_heads must divide width and critic_width")
        if self.temperature <= 0:
            raise ValueError("temperature must be above 0")


class Memory:
    """Keys and values (B, H, L, W / H) of the words so far, for one block."""

    def __init__(self) -> None:
        self.key: Tensor | None = None
        self.value: Tensor | None = None

    def extended(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        self.key = key if self.key is None else torch.cat([self.key, key], dim=2)
        self.value = value if self.value is None else torch.cat([self.value, value], dim=2)
        return self.key, self.value


class Block(nn.Module):
    """Attention and feed-forward, normalised before; plain products, twice differentiable."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_qkv, self.from_heads = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, mask: Tensor | None, memory: Memory | None = None) -> Tensor:
        """Return (B, L, W) of (B, L, W); mask (L, L) is true where a word may not look."""
        heads = self.to_qkv(self.before(x)).unflatten(-1, (3, self.n_heads, -1))
        q, k, v = heads.permute(2, 0, 3, 1, 4)  # each (B, H, L, W / H)
        if memory is not None:
            k, v = memory.extended(k, v)
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(mask, -torch.inf)
        x = x + self.from_heads((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2))
        return x + self.narrow(F.gelu(self.widen(self.between(x))))


class Generator(Maker):
    """Gumbel noise to words (B, L, V), each row one of them."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        n_tokens, n_words = config.shape
        self.noise_size = n_tokens * n_words
        self.words = nn.Embedding(n_words, config.width)
        self.places = nn.Parameter(0.02 * torch.randn(n_tokens, config.width))
        self.blocks = nn.ModuleList(
            Block(config.width, config.n_heads) for _ in range(config.n_blocks)
        )
        self.label = Embedded(config.label_sizes, config.width) if config.label_sizes else None
        self.last = nn.LayerNorm(config.width)
        self.to_words = nn.Linear(config.width, n_words)
        nn.init.normal_(self.words.weight, 0, 0.02)

    def logits(self, words: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return what follows each word: (B, L, V) of words (B, L)."""
        n = words.shape[1]
        mask = torch.ones(n, n, dtype=torch.bool, device=words.device).triu(1)
        x = self.words(words) + self.places[:n] + self._told(labels)
        for block in self.blocks:
            x = block(x, mask)
        return self.to_words(self.last(x))

    def _told(self, labels: Tensor | None) -> Tensor | float:
        """Return what labels add to every word, (B, 1, W)."""
        return self.label(labels)[:, None] if self.label is not None else 0.0

    def likelihood(self, real: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the mean negative log-likelihood of real segments, in nats a word."""
        words = real.argmax(dim=-1)
        logits = self.logits(words[:, :-1], labels)
        return F.cross_entropy(logits.flatten(0, 1).float(), words[:, 1:].flatten())

    def forward(self, noise: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        gumbel = gumbel_of(noise).unflatten(1, self.config.shape)
        words = self._drawn(gumbel, labels)
        hard = F.one_hot(words, self.config.shape[1]).to(noise.dtype)
        if not torch.is_grad_enabled():
            return hard
        logits = self.logits(words[:, :-1], labels).float()
        soft = ((logits + gumbel[:, 1:]) / self.config.temperature).softmax(dim=-1)
        straight = torch.cat([torch.zeros_like(hard[:, :1]), soft - soft.detach()], dim=1)
        return hard + straight

    @torch.no_grad()
    def _drawn(self, gumbel: Tensor, labels: Tensor | None) -> Tensor:
        """Return words (B, L), drawn one by one."""
        told = self._told(labels)
        word = torch.full((len(gumbel),), _FIRST, device=gumbel.device)
        drawn = [word]
        memories = [Memory() for _ in self.blocks]
        for place in range(1, gumbel.shape[1]):
            x = (self.words(word) + self.places[place - 1])[:, None] + told
            for block, memory in zip(self.blocks, memories, strict=True):
                x = block(x, None, memory)
            word = (self.to_words(self.last(x[:, 0])).float() + gumbel[:, place]).argmax(dim=-1)
            drawn.append(word)
        return torch.stack(drawn, dim=1)


class Discriminator(Judge):
    """Logits (B,) of words (B, L, V), which may lie between words."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        n_tokens, n_words = config.shape
        w = config.critic_width
        self.words = nn.Linear(n_words, w, bias=False)
        self.places = nn.Parameter(0.02 * torch.randn(n_tokens, w))
        self.blocks = nn.ModuleList(Block(w, config.n_heads) for _ in range(config.critic_blocks))
        self.last = nn.LayerNorm(w)
        to_logit = nn.Linear(w, 1)
        self.to_logit = spectral_norm(to_logit) if config.spectral_norm else to_logit
        self.project = Projection(config.label_sizes, w) if config.label_sizes else None

    def forward(self, x: Tensor, condition: Tensor, labels: Tensor | None = None) -> Tensor:
        y = self.words(x) + self.places
        for block in self.blocks:
            y = block(y, None)
        features = self.last(y).mean(dim=1)  # (B, W)
        logits = self.to_logit(features)[:, 0]
        if self.project is not None:
            logits = logits + self.project.added(features, labels)
        return logits


def build(config: Config) -> Gan:
    """Return an untrained generator and discriminator."""
    return Gan(Generator(config), Discriminator(config))
