"""The style critic: what it says of measures, and that weights keep it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.models._gan import Drawer, build, config_of, read_drawer, view_of, write_drawer
from antiphon.models._style_critic import StyleCritic


@pytest.fixture
def critic() -> StyleCritic:
    found = StyleCritic(2, 3).requires_grad_(False)
    found.mean.copy_(torch.tensor([10.0, 0.0]))
    found.deviation.copy_(torch.tensor([2.0, 1.0]))
    found.to_styles.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    found.to_styles.bias.zero_()
    return found


def test_it_hears_deviations_from_what_is_usual(critic):
    # 14 is two deviations up: odds of e² to 1 to 1; what is usual leaves all equal
    said = np.exp(critic.said(np.array([[14.0, 7.0], [10.0, -3.0]])))
    assert said[0] == pytest.approx(np.array([np.e**2, 1, 1]) / (np.e**2 + 2), rel=1e-5)
    assert said[1] == pytest.approx(1 / 3)


def test_what_cannot_be_measured_is_usual_and_nothing_is_absurd(critic):
    said = critic.said(np.array([[np.nan, 0.0], [1e9, 0.0], [20.0, 0.0]]))
    assert np.exp(said[0]) == pytest.approx(1 / 3)
    assert said[1] == pytest.approx(said[2])  # five deviations at the most


def test_weights_keep_it(critic, tmp_path):
    view = view_of("converter", {})
    small = {"width": 16, "n_heads": 2, "n_blocks": 1}
    config = config_of("converter", small, view, {"style": ("jazz", "pop")})
    generator = build("converter", config).generator
    told, label = torch.zeros(1, *view.condition_shape), torch.zeros(1, 1)
    parts = ("mine", "converter", {"licence": "none"}, generator, config, view, told)
    for name, heard in (("with", critic), ("without", None)):
        vocabulary = {"style": ("jazz", "pop")}
        write_drawer(Drawer(*parts, vocabulary, label, heard), tmp_path / name)
    again = read_drawer(tmp_path / "with").critic
    rows = np.array([[14.0, 7.0], [3.0, 1.0]])
    assert again is not None and np.array_equal(again.said(rows), critic.said(rows))
    assert read_drawer(tmp_path / "without").critic is None
