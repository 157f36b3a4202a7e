"""Training of the style critic: segments of every style are measured, and told apart.

Shapes: N segments, F measures.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from antiphon.metrics._lead_sheets import lead_sheet_measures
from antiphon.models._style_critic import StyleCritic
from antiphon.representations.lead_sheet import MINOR
from antiphon.representations.lead_sheet_view import N_CHOICES, choices_of
from antiphon.representations.views import Array, Source

_A_STYLE = 400  # segments measured of each
_DECAY = 0.04  # of the weights
_STEPS = 60


def train_style_critic(
    source: Source, styles: NDArray[np.int64], n_styles: int, seed: int
) -> StyleCritic | None:
    """Return a critic of the styles of segments; None where there are not two.

    Args:
        source: of lead sheets.
        styles: (N,) class of each segment, −1 where nobody said.
        n_styles: how many classes there are.
        seed: of the choice of segments.
    """
    if len(set(styles.tolist()) - {-1}) < 2:
        return None
    rng = np.random.default_rng([seed, 53])
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(styles == s))[:_A_STYLE] for s in range(n_styles)]
    )
    measures = np.stack([segment_measures(segment) for segment in source.take(chosen)[0]])
    critic = StyleCritic(measures.shape[1], n_styles)
    critic.learn_usual(measures)
    nothing = [torch.nn.init.zeros_(p) for p in critic.parameters()]
    rows, told = torch.from_numpy(measures).float(), torch.from_numpy(styles[chosen])
    optimizer = torch.optim.LBFGS(nothing, max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        lost = F.cross_entropy(critic(rows), told)
        lost = lost + _DECAY / 2 * critic.to_styles.weight.square().sum()
        lost.backward()
        return lost

    optimizer.step(loss)
    return critic.eval().requires_grad_(False)


def segment_measures(segment: Array) -> NDArray[np.float64]:
    """Return measures (F,) of a segment (L, S·K + H + F + 1), of the beats that are there."""
    there = segment[:, -1] > 0.5
    tune, chords = choices_of(segment)
    return lead_sheet_measures(
        tune[there], chords[there], minor=bool(segment[0, N_CHOICES + MINOR] > 0.5)
    )
