"""Augmentation in the discriminator, worked by hand on small rolls."""

from __future__ import annotations

import pytest
import torch

from antiphon.training._augment import N_CHANCES, OPERATIONS, Augmentation, adapted


def augmented(x: torch.Tensor, name: str, amount: float, probability: float = 1.0) -> torch.Tensor:
    """Return rolls with two channels a part and bars of two steps, changed by one operation."""
    change = Augmentation(operations=(name,), channels=2, steps_per_bar=2)
    chance = torch.full((len(x), N_CHANCES), 0.5)
    chance[:, 2 * OPERATIONS.index(name) + 1] = amount
    return change(x, chance, probability)


def test_transposition_moves_up_and_down_and_loses_what_leaves():
    x = torch.zeros(1, 2, 2, 72)
    x[0, 0, 0, 0] = x[0, 1, 1, 70] = 1
    up = augmented(x, "transpose", 0.999)  # by five
    assert up.nonzero().tolist() == [[0, 0, 0, 5]]
    down = augmented(x, "transpose", 0.0)  # by minus five
    assert down.nonzero().tolist() == [[0, 1, 1, 65]]
    assert torch.equal(augmented(x, "transpose", 0.5), x)  # by nothing


def test_rotation_is_by_whole_bars():
    x = torch.arange(6.0).view(1, 1, 6, 1).expand(1, 2, 6, 1)  # three bars of two steps
    assert augmented(x, "rotate", 0.0)[0, 0, :, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert augmented(x, "rotate", 0.4)[0, 0, :, 0].tolist() == [2, 3, 4, 5, 0, 1]
    assert augmented(x, "rotate", 0.9)[0, 1, :, 0].tolist() == [4, 5, 0, 1, 2, 3]


def test_a_part_is_cut_out_with_all_its_channels():
    x = torch.ones(1, 6, 2, 1)
    assert augmented(x, "cut_out", 0.4)[0, :, 0, 0].tolist() == [1, 1, 0, 0, 1, 1]


def test_only_the_asked_share_is_changed():
    x = torch.ones(1, 6, 2, 1)
    assert torch.equal(augmented(x, "cut_out", 0.4, probability=0.5), x)  # .5 is not below .5
    assert not torch.equal(augmented(x, "cut_out", 0.4, probability=0.51), x)


@pytest.mark.parametrize("name", OPERATIONS)
def test_slopes_run_through(name):
    x = torch.ones(2, 4, 4, 72, requires_grad=True)
    augmented(x, name, 0.3).sum().backward()
    assert x.grad is not None and x.grad.sum() > 0


@pytest.mark.parametrize(
    ("before", "sign", "after"), [(0.5, 0.7, 0.51), (0.5, 0.5, 0.49), (1.0, 0.9, 1.0), (0.0, 0, 0)]
)
def test_the_probability_follows_the_sign_of_real_logits(before, sign, after):
    assert adapted(before, sign, 0.6, 0.01) == pytest.approx(after)
