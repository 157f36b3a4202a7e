"""Choir: what is kept is kept exactly, noise follows the theory, and sizes fit."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from antiphon.models import choir
from antiphon.models._blocks import FormBias, level_features

SMALL = choir.Config(
    latent_sizes=(3, 2),
    n_bars=6,
    condition_size=5,
    n_controls=2,
    noise_size=4,
    width=16,
    n_blocks=1,
    n_heads=2,
    discriminator_width=16,
    discriminator_blocks=1,
    n_steps=3,
)


def segment(config: choir.Config, n_pieces: int = 2, n_bars: int = 6) -> choir.Segment:
    draw = torch.Generator().manual_seed(3)
    shape = (n_pieces, n_bars)
    mask = (torch.rand(*shape, config.n_parts, generator=draw) < 0.5).float()
    made = choir.spread_mask(mask, config.latent_sizes)
    return choir.Segment(
        condition=torch.randn(*shape, config.condition_size, generator=draw),
        controls=torch.randn(*shape, config.n_controls, generator=draw),
        controls_known=torch.ones(*shape, config.n_controls),
        known=torch.randn(*shape, config.latent_size, generator=draw) * (1 - made),
        mask=mask,
        same_place=torch.eye(n_bars, dtype=torch.bool).expand(n_pieces, -1, -1),
        valid=torch.ones(shape),
    )


@pytest.fixture
def networks() -> choir.Networks:
    torch.manual_seed(0)
    built = choir.build(SMALL)
    torch.nn.init.normal_(built.generator.leave.weight, std=0.5)
    return built


def test_the_two_networks_learn_from_each_other():
    torch.manual_seed(0)
    built = choir.build(SMALL)
    told, level, lower = segment(SMALL), torch.tensor([1.0, 0.5]), torch.tensor([0.5, 0.0])
    real = torch.randn(2, 6, SMALL.latent_size)
    noisy = torch.randn_like(real)
    fake = built.generator(noisy, level, torch.randn(2, SMALL.noise_size), told)
    assert fake.shape == real.shape
    fake = choir.step_down(fake, noisy, level, lower, torch.randn_like(real))
    logits = [built.discriminator(x, noisy, level, told) for x in (real, fake)]
    assert [tuple(x.shape) for x in logits] == [(2, 7), (2, 7)]  # six bars and the whole
    loss = torch.nn.functional.softplus(logits[1] - logits[0]).mean()
    loss.backward()
    for network in (built.generator, built.discriminator):
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        assert all(torch.isfinite(g).all() for g in gradients)
        assert sum(float(g.abs().sum()) for g in gradients) > 0


def test_the_discriminator_answers_what_nothing_noisy_was_told_of(networks):
    told = segment(SMALL)
    music, noisy = torch.randn(2, 6, 5), torch.randn(2, 6, 5)
    answered = networks.discriminator.answer(music, told)
    silence, alone = torch.zeros_like(noisy), torch.ones(2)
    assert torch.equal(answered, networks.discriminator(music, silence, alone, told))
    assert not torch.equal(answered, networks.discriminator(music, noisy, alone, told))


def test_what_is_kept_is_returned_exactly(networks):
    told = segment(SMALL)
    made = choir.spread_mask(told.mask, SMALL.latent_sizes).bool()
    noisy, z = torch.randn(2, 6, 5), torch.randn(2, 4)
    clean = networks.generator.eval()(noisy, torch.tensor([0.9, 0.2]), z, told)
    assert torch.equal(clean[~made], told.known[~made])
    assert not torch.isclose(clean[made], noisy[made]).any()


def test_noise_where_something_is_kept_is_never_looked_at(networks):
    told = segment(SMALL)
    made = choir.spread_mask(told.mask, SMALL.latent_sizes)
    noisy, z, level = torch.randn(2, 6, 5), torch.randn(2, 4), torch.tensor([0.9, 0.2])
    other = noisy + (1 - made) * 7
    generator, discriminator = networks.generator.eval(), networks.discriminator.eval()
    assert torch.equal(generator(noisy, level, z, told), generator(other, level, z, told))
    judged = discriminator(noisy, noisy, level, told)
    assert torch.equal(judged, discriminator(other, other, level, told))


def test_bars_that_do_not_exist_change_nothing(networks):
    told = segment(SMALL)
    told.valid[:, 4:] = 0
    z, level = torch.randn(2, 4), torch.tensor([0.9, 0.2])
    noisy = torch.randn(2, 6, 5)
    other = noisy.clone()
    other[:, 4:] += 3
    generator = networks.generator.eval()
    one, two = (generator(x, level, z, told)[:, :4] for x in (noisy, other))
    assert torch.allclose(one, two, atol=1e-6)


def test_masks_of_parts_spread_over_their_latents():
    mask = torch.tensor([[[1.0, 0.0]]])
    assert choir.spread_mask(mask, (3, 2)).tolist() == [[[1, 1, 1, 0, 0]]]


def test_latents_are_brought_to_mean_0_and_variance_1_part_by_part():
    latents = torch.tensor([[[1.0, 1.0, 4.0, 5.0, 3.0]]])
    # 1, 1, 4: mean 2, deviation √2; 5, 3: mean 4, deviation 1
    root = math.sqrt(2)
    expected = torch.tensor([[[-1 / root, -1 / root, root, 1.0, -1.0]]])
    assert torch.allclose(choir.on_sphere(latents, SMALL), expected, atol=1e-4)
    plain = dataclasses.replace(SMALL, normed=False)
    assert torch.equal(choir.on_sphere(latents, plain), latents)


def test_music_and_noise_lie_on_a_quarter_circle():
    music, noise = choir.noise_scales(torch.tensor([0.0, 1 / 3, 0.5, 1.0]))
    assert music.tolist() == pytest.approx([1, math.sqrt(3) / 2, math.sqrt(0.5), 0], abs=1e-6)
    assert noise.tolist() == pytest.approx([0, 0.5, math.sqrt(0.5), 1], abs=1e-6)


def test_levels_lead_from_noise_to_music():
    assert choir.levels(4).tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]


def test_the_last_step_down_is_the_clean_music_itself():
    clean, noisy, fresh = torch.randn(3, 2, 4, 5).unbind(0)
    for level in (1.0, 0.4):
        at, under = torch.full((2,), level), torch.zeros(2)
        down = choir.step_down(clean, noisy, at, under, fresh)
        assert torch.allclose(down, clean, atol=1e-6)


@pytest.mark.parametrize(("level", "lower"), [(1.0, 0.75), (0.75, 0.5), (0.5, 0.1)])
def test_a_step_down_has_the_music_and_the_noise_of_its_level(level, lower):
    draw = torch.Generator().manual_seed(1)
    clean = torch.full((1, 1, 200_000), 2.0)
    music, noise = choir.noise_scales(torch.tensor(level))
    noisy = music * clean + noise * torch.randn(clean.shape, generator=draw)
    fresh = torch.randn(clean.shape, generator=draw)
    down = choir.step_down(clean, noisy, torch.tensor([level]), torch.tensor([lower]), fresh)
    music, noise = choir.noise_scales(torch.tensor(lower))
    assert float(down.mean()) == pytest.approx(2.0 * float(music), abs=0.01)
    assert float(down.std()) == pytest.approx(float(noise), abs=0.01)


def test_a_step_down_stays_near_what_it_came_from():
    # from s = sin 45° to r = sin 30° the old noise's share is k r² / s², k = cos 45° / cos 30°
    clean, fresh = torch.zeros(1, 1, 1), torch.zeros(1, 1, 1)
    noisy = torch.ones(1, 1, 1)
    down = choir.step_down(clean, noisy, torch.tensor([0.5]), torch.tensor([1 / 3]), fresh)
    assert float(down) == pytest.approx(math.sqrt(0.5) / math.sqrt(0.75) * 0.25 / 0.5, abs=1e-5)


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="divisible by n_heads"):
        choir.Config(width=10, n_heads=4)


def test_attention_is_biased_by_distance_and_by_returning_places():
    bias = FormBias(n_heads=1, reach=1)
    with torch.no_grad():
        bias.by_distance[0] = torch.tensor([0.1, 0.2, 0.3])  # before: −1 and less, 0, 1 and more
        bias.by_place[0] = 10.0
    places = torch.eye(3, dtype=torch.bool)[None].clone()
    places[0, 2, 0] = True
    seen = bias(places)[0, 0]
    expected = [[10.2, 0.1, 0.1], [0.3, 10.2, 0.1], [10.3, 0.3, 10.2]]
    assert torch.allclose(seen, torch.tensor(expected))


def test_levels_are_told_as_waves():
    told = level_features(torch.tensor([0.0, 0.5]), 6)
    assert told[0].tolist() == [0, 0, 0, 1, 1, 1]
    assert told[1, 0] == pytest.approx(math.sin(0.5)) and told[1, 3] == pytest.approx(math.cos(0.5))
    assert (told[0] != told[1]).all()
