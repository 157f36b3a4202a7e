"""Objectives: pure functions of logits, worked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from antiphon.training._objectives import (
    OBJECTIVES,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    relativistic,
    wgan_penalty,
)


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


LN2 = math.log(2)


@pytest.mark.parametrize(
    ("objective", "of_discriminator", "of_generator"),
    [
        # real logit 2, made logits 0: −log σ(2) = .126928
        ("minimax", 0.126928 + LN2, -LN2),
        ("non_saturating", 0.126928 + LN2, LN2),
        ("wasserstein", -2.0, 0.0),
        ("hinge", 1.0, 0.0),  # max(0, 1 − 2) + max(0, 1 + 0)
        ("relativistic", 0.126928, 2.126928),  # softplus(0 − 2), softplus(2 − 0)
    ],
)
def test_objectives_by_hand(objective, of_discriminator, of_generator):
    real, fake = torch.tensor([2.0, 2.0]), torch.tensor([0.0, 0.0])
    found = discriminator_loss(objective, real=real, fake=fake).item()
    assert found == pytest.approx(of_discriminator, abs=1e-5)
    found = generator_loss(objective, real=real, fake=fake).item()
    assert found == pytest.approx(of_generator, abs=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_pulls_logits_apart_and_the_generator_pulls_them_up(objective):
    real, fake = (torch.zeros(3, requires_grad=True) for _ in range(2))
    discriminator_loss(objective, real=real, fake=fake).backward()
    assert (real.grad < 0).all() and (fake.grad > 0).all()
    fake.grad = None
    generator_loss(objective, real=real.detach(), fake=fake).backward()
    assert (fake.grad < 0).all()


def test_wasserstein_penalty_wants_a_slope_of_one():
    x = torch.randn(2, 4, requires_grad=True)
    # four numbers of weight 1.5: a slope of 3, two too steep
    assert wgan_penalty((1.5 * x).sum(dim=1), x).tolist() == pytest.approx([4.0] * 2)
    assert wgan_penalty((0.5 * x).sum(dim=1), x).tolist() == pytest.approx([0.0] * 2, abs=1e-6)
