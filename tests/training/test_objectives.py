"""Objectives: pure functions of logits, worked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from antiphon.training._objectives import gradient_penalty, relativistic


def test_gradient_penalty_of_a_linear_discriminator_is_its_squared_weight():
    x = torch.randn(4, 2, 3, requires_grad=True)
    # six numbers, each with weight 3: 6 · 9
    penalty = gradient_penalty((3 * x).sum(dim=(1, 2)), x)
    assert penalty.tolist() == [54.0] * 4


def test_gradient_penalty_of_several_logits_is_that_of_their_sum():
    x = torch.randn(2, 3, requires_grad=True)
    weight = torch.tensor([[1.0, 0.0, 0.0], [1.0, 2.0, 0.0]])
    # summed weights are (2, 2, 0)
    assert gradient_penalty(x @ weight.T, x).tolist() == [8.0, 8.0]


def test_gradient_penalty_of_a_square_and_its_own_gradient():
    x = torch.tensor([[3.0]], requires_grad=True)
    scale = torch.tensor(1.0, requires_grad=True)
    penalty = gradient_penalty(scale * x.square(), x)
    assert penalty.item() == 36  # (2 · 3)²
    penalty.sum().backward()
    assert scale.grad is not None and scale.grad.item() == 72  # d (6 s)² / ds at 1


@pytest.mark.parametrize(
    ("better", "worse", "loss"),
    [(0.0, 0.0, math.log(2)), (math.log(3), 0.0, math.log(4 / 3)), (0.0, math.log(3), math.log(4))],
    ids=["equal", "right", "wrong"],
)
def test_relativistic_loss_is_softplus_of_the_difference(better, worse, loss):
    here = relativistic(better=torch.full((2, 3), better), worse=torch.full((2, 3), worse))
    assert here.item() == pytest.approx(loss)


def test_relativistic_pairs_are_averaged_and_only_differences_count():
    better, worse = torch.tensor([0.0, math.log(3)]), torch.tensor([0.0, 0.0])
    expected = (math.log(2) + math.log(4 / 3)) / 2
    assert relativistic(better=better, worse=worse).item() == pytest.approx(expected)
    moved = relativistic(better=better + 5, worse=worse + 5)
    assert moved.item() == pytest.approx(expected, rel=1e-5)
