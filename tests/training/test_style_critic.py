"""Training of the style critic: styles that differ are told apart, and one alone is not."""

from __future__ import annotations

import numpy as np

from antiphon.representations.lead_sheet import FIRST_TONE, GROUPS, HOLD, N_FACTS
from antiphon.representations.lead_sheet_view import TOLD_SIZE, one_hot
from antiphon.representations.views import Source
from antiphon.training.style_critic import segment_measures, train_style_critic

N, BEATS = 24, 32


def source() -> tuple[Source, np.ndarray]:
    """Segments of two styles: in one each beat has a tone over a triad, in the other two over a
    seventh; tones are drawn."""
    rng = np.random.default_rng(0)
    styles = np.arange(N) % 2
    told = np.zeros((N, BEATS, TOLD_SIZE), np.float32)
    told[..., :6] = HOLD
    told[..., 0] = FIRST_TONE + rng.integers(5, 25, (N, BEATS))
    told[styles == 1, :, 3] = FIRST_TONE + rng.integers(5, 25, (N // 2, BEATS))
    told[..., 6] = np.where(styles == 1, GROUPS.index("7"), GROUPS.index(""))[:, None]
    told[..., 7 + N_FACTS] = 1
    return Source(
        N, lambda index: (one_hot(told[index]), told[index]), [{}], np.zeros(N, int)
    ), styles


def test_two_styles_are_told_apart():
    segments, styles = source()
    critic = train_style_critic(segments, styles, 2, seed=0)
    assert critic is not None
    measures = np.stack([segment_measures(s) for s in segments.take(np.arange(N))[0]])
    said = np.exp(critic.said(measures))
    assert (said.argmax(axis=1) == styles).all() and said.max(axis=1).min() > 0.8
    again = train_style_critic(segments, styles, 2, seed=0)
    assert again is not None and np.array_equal(again.said(measures), critic.said(measures))


def test_one_style_alone_has_no_critic():
    segments, styles = source()
    assert train_style_critic(segments, np.zeros_like(styles), 1, seed=0) is None
    assert train_style_critic(segments, np.full_like(styles, -1), 2, seed=0) is None
