"""What every named GAN keeps to, found by its file: shapes, slopes, weights that come back."""

from __future__ import annotations

import pytest
import torch

from antiphon.errors import AntiphonError
from antiphon.models import _gan, musegan
from antiphon.models._gan import (
    Drawer,
    architectures,
    build,
    config_of,
    read_drawer,
    view_of,
    write_drawer,
)
from antiphon.models._labels import Projection
from antiphon.training._objectives import gradient_penalty

SMALL = {
    "converter": (
        {"n_beats": 4},
        {
            "width": 8,
            "n_heads": 2,
            "n_blocks": 1,
            "critic_width": 8,
            "critic_blocks": 1,
            "tune_hold": 0.5,
            "chord_hold": 0.5,
        },
    ),
    "dcgan": ({}, {"latent_size": 4, "width": 4}),
    "musegan": ({}, {"latent_size": 4, "width": 8, "critic_width": 4}),
    "rcgan": (
        {"n_events": 12},
        {"latent_size": 4, "piece_size": 4, "hidden": 8, "critic_hidden": 8},
    ),
    "transformergan": (
        {"n_tokens": 12},
        {"width": 8, "n_heads": 2, "n_blocks": 1, "critic_width": 8, "critic_blocks": 1},
    ),
}
VARIANTS = [
    *((name, {}, {}) for name in architectures()),
    *((name, {}, {"spectral_norm": True}) for name in architectures()),
    ("dcgan", {"view": "spectrograms", "n_bands": 33, "n_samples": 6000}, {}),
    (
        "dcgan",
        {"view": "spectrograms", "n_bands": 40, "n_samples": 9000, "condition": "pitch"},
        {"spectral_norm": True},
    ),
    ("musegan", {}, {"mode": "composer", "neurons": "deterministic", "streams": True}),
    ("musegan", {"onsets": False}, {"mode": "jamming", "neurons": "stochastic"}),
    ("musegan", {"condition": "harmony"}, {"norm": "layer"}),
    ("musegan", {"condition": "counter", "n_bars": 2}, {"norm": "none"}),
    ("musegan", {"condition": "melody", "n_bars": 1}, {"mode": "jamming"}),
    ("rcgan", {"condition": ""}, {}),
]


def made(name: str, data: dict, network: dict):
    """Return view, config and networks of a small model."""
    small_data, small_network = SMALL[name]
    fits = {k: v for k, v in small_data.items() if data.get("view") is None}
    view = view_of(name, {**fits, **data})
    config = config_of(name, {**small_network, **network}, view)
    torch.manual_seed(1)
    return view, config, build(name, config)


def drawn(view, gan, n: int = 3):
    """Return noise and a condition of zeros and ones."""
    torch.manual_seed(2)
    condition = (torch.rand(n, *view.condition_shape) > 0.5).float()
    return torch.randn(n, gan.generator.noise_size), condition


@pytest.mark.parametrize(("name", "data", "network"), VARIANTS, ids=str)
def test_shapes_fit_and_slopes_are_finite(name, data, network):
    view, _, gan = made(name, data, network)
    noise, condition = drawn(view, gan)
    fake = gan.generator(noise, condition)
    assert fake.shape == (3, *view.shape)
    logits = gan.discriminator(fake, condition)
    assert len(logits) == 3
    logits.sum().backward()
    slopes = [p.grad for p in gan.generator.parameters()]
    assert all(g is not None and g.isfinite().all() for g in slopes)
    assert any(g.abs().sum() > 0 for g in slopes)
    judged = fake.detach().requires_grad_()
    gradient_penalty(gan.discriminator(judged, condition), judged).sum().backward()
    assert all(p.grad.isfinite().all() for p in gan.discriminator.parameters() if p.requires_grad)


@pytest.mark.parametrize("name", architectures())
def test_weights_that_are_read_again_make_the_same(name, tmp_path):
    view, config, gan = made(name, {}, {})
    noise, condition = drawn(view, gan)
    for network in (gan.generator,):
        network.half().float().eval()  # as it is stored
    expected = gan.generator(noise, condition)
    drawer = Drawer("mine", name, {"licence": "none"}, gan.generator, config, view, condition)
    write_drawer(drawer, tmp_path)
    again = read_drawer(tmp_path)
    assert (again.name, again.model, again.config, again.view) == ("mine", name, config, view)
    assert torch.equal(again.conditions, condition)
    # matrices of 4096 entries and more are stored as bytes; these are smaller but for a few
    assert torch.allclose(again.generator(noise, condition), expected, atol=0.02)


VOCABULARY = {"emotion": ("happy", "sad"), "style": ("jazz", "pop", "rock")}


def labelled(name: str):
    """Return view, config, networks and inputs of a small model that is told two labels."""
    data, network = SMALL[name]
    view = view_of(name, data)
    config = config_of(name, network, view, VOCABULARY)
    torch.manual_seed(1)
    gan = build(name, config)
    gan.generator.eval()
    for table in tables_of(gan.discriminator):  # as after some training
        torch.nn.init.normal_(table.weight[1:])
    return view, config, gan, *drawn(view, gan)


def tables_of(discriminator: torch.nn.Module) -> list[torch.nn.Embedding]:
    """Return what a discriminator knows of classes."""
    found = [m for m in discriminator.modules() if isinstance(m, Projection)]
    return [table for projection in found for table in projection.tables]


@pytest.mark.parametrize("name", architectures())
def test_labels_change_what_is_made_and_what_is_answered(name):
    _, config, gan, noise, condition = labelled(name)
    assert config.label_sizes == (2, 3)
    one, other = torch.tensor([[0, 2]] * 3), torch.tensor([[1, 2]] * 3)
    with torch.no_grad():
        made = gan.generator(noise, condition, one)
        assert not torch.equal(made, gan.generator(noise, condition, other))
        gan.discriminator.eval()
        logits = [gan.discriminator(made, condition, told) for told in (one, other)]
    assert not torch.equal(*logits)
    gan.discriminator(gan.generator(noise, condition, one), condition, one).sum().backward()
    judged = made.requires_grad_()
    gradient_penalty(gan.discriminator(judged, condition, one), judged).sum().backward()
    for network in (gan.generator, gan.discriminator):
        assert all(p.grad.isfinite().all() for p in network.parameters() if p.requires_grad)


@pytest.mark.parametrize("name", architectures())
def test_a_label_that_nobody_said_adds_nothing_to_the_logit(name):
    view, _, gan, _, condition = labelled(name)
    without = build(name, config_of(name, SMALL[name][1], view))
    own = without.discriminator.state_dict()
    shared = {k: v for k, v in gan.discriminator.state_dict().items() if k in own}
    without.discriminator.load_state_dict(shared)
    gan.discriminator.eval()
    without.discriminator.eval()
    segment = torch.rand(3, *view.shape)
    unsaid = torch.full((3, 2), -1)
    with torch.no_grad():
        expected = without.discriminator(segment, condition)
        assert torch.equal(gan.discriminator(segment, condition, unsaid), expected)
    with pytest.raises(ValueError, match="told 2 labels"):
        gan.discriminator(segment, condition)


def test_a_projection_is_the_inner_product_with_the_class():
    project = Projection([2], 4)
    with torch.no_grad():
        project.tables[0].weight.copy_(torch.tensor([[0.0] * 4, [1, 0, 0, 0], [0, 2, 0, 4]]))
    features = torch.tensor([[3.0, 5, 7, 1]]).expand(3, 4)
    added = project.added(features, torch.tensor([[0], [1], [-1]]))
    assert added.tolist() == [3.0, 14.0, 0.0]  # 3·1; 5·2 + 1·4; nothing


@pytest.mark.parametrize("name", architectures())
def test_before_training_a_discriminator_has_no_opinion_of_classes(name):
    view, network = view_of(name, SMALL[name][0]), SMALL[name][1]
    tables = tables_of(build(name, config_of(name, network, view, VOCABULARY)).discriminator)
    assert [table.weight.abs().sum().item() for table in tables] == [0] * len(VOCABULARY) * (
        len(tables) // len(VOCABULARY)
    )
    assert tables


@pytest.mark.parametrize("name", architectures())
def test_weights_keep_the_names_of_their_labels(name, tmp_path):
    view, config, gan, noise, condition = labelled(name)
    labels = torch.tensor([[0, -1], [1, 2], [1, 0]])
    drawer = Drawer(
        "mine",
        name,
        {"licence": "none"},
        gan.generator,
        config,
        view,
        condition,
        VOCABULARY,
        labels,
    )
    write_drawer(drawer, tmp_path)
    again = read_drawer(tmp_path)
    assert again.vocabulary == VOCABULARY and torch.equal(again.labels, labels)
    assert again.config == config
    made, expected = (d.generator(noise, condition, labels) for d in (again, drawer))
    assert torch.allclose(made, expected, atol=0.02)


@pytest.mark.parametrize("name", architectures())
def test_a_segment_does_not_depend_on_those_beside_it(name):
    view, _, gan = made(name, {}, {})
    noise, condition = drawn(view, gan)
    gan.generator.eval()
    whole, alone = gan.generator(noise, condition), gan.generator(noise[1:2], condition[1:2])
    assert torch.allclose(whole[1:2], alone, atol=1e-5)


def test_rows_told_to_a_dcgan_reach_their_own_rows():
    data = {"view": "spectrograms", "n_bands": 64, "n_samples": 6656, "condition": "pitch"}
    view, _, gan = made("dcgan", data, {})
    gan.generator.eval()
    noise, told = torch.zeros(1, 4), torch.zeros(1, *view.condition_shape)
    before = gan.generator(noise, told)
    told[0, 0, 60] = 1
    moved = (gan.generator(noise, told) - before).abs().amax(dim=(0, 1, 3))
    assert int(moved.argmax()) in range(57, 64)
    # the first stage joins sixteen rows and reaches two of its own further
    assert moved[:16].max() == 0


def test_an_accompaniment_has_the_given_track_in_its_place():
    view, config, gan = made("musegan", {"condition": "counter"}, {})
    assert config.given == 1 and config.channels == 2
    noise, condition = drawn(view, gan)
    assert torch.equal(gan.generator(noise, condition)[:, 2:4], condition)
    other = gan.generator(noise, 1 - condition)
    assert not torch.equal(gan.generator(noise, condition)[:, :2], other[:, :2])


@pytest.mark.parametrize("neurons", ["deterministic", "stochastic"])
def test_binary_neurons_decide_and_let_the_slope_through(neurons):
    view, _, gan = made("musegan", {}, {"neurons": neurons})
    noise, condition = drawn(view, gan)
    noise.requires_grad_()
    rolls = gan.generator(noise, condition)
    assert set(rolls.unique().tolist()) <= {0.0, 1.0}
    rolls.sum().backward()
    assert noise.grad is not None and noise.grad.abs().sum() > 0


def test_stochastic_neurons_sound_as_often_as_they_are_likely():
    config = musegan.Config(neurons="stochastic", shape=(2, 64, 72))
    generator = musegan.Generator(config)
    chance = torch.randn(1, 2 * 64 * 72, generator=torch.Generator().manual_seed(3))
    rolls = generator._decided(torch.full((1, 2, 64, 72), 0.25), chance)
    # 9,216 cells: a deviation of .0045
    assert rolls.mean().item() == pytest.approx(0.25, abs=0.015)


def test_jamming_tracks_have_nothing_in_common():
    view, config, gan = made("musegan", {}, {"mode": "jamming", "norm": "layer"})
    noise, condition = drawn(view, gan)
    other = noise.clone()
    other[:, : 2 * config.latent_size] += 1  # of the first track
    before, after = gan.generator(noise, condition), gan.generator(other, condition)
    assert not torch.equal(before[:, :2], after[:, :2])
    assert torch.equal(before[:, 2:], after[:, 2:])


def test_words_drawn_one_by_one_are_those_that_bear_the_slope():
    view, _, gan = made("transformergan", {}, {})
    noise, condition = drawn(view, gan)
    with torch.no_grad():
        plain = gan.generator(noise, condition)
    assert torch.equal(plain.sum(dim=-1), torch.ones(3, 12))
    assert torch.allclose(gan.generator(noise, condition), plain, atol=1e-6)
    # what is chosen at once, seeing all words before, is what was chosen one by one
    words = plain.argmax(dim=-1)
    gumbel = -(-torch.special.ndtr(noise).clamp(1e-6, 1 - 1e-6).log()).log().unflatten(1, (12, -1))
    chosen = (gan.generator.logits(words[:, :-1]) + gumbel[:, 1:]).argmax(dim=-1)
    assert torch.equal(chosen, words[:, 1:])


def test_untrained_words_are_as_likely_as_chance():
    view, _, gan = made("transformergan", {}, {})
    torch.nn.init.zeros_(gan.generator.to_words.weight)
    torch.nn.init.zeros_(gan.generator.to_words.bias)
    real = torch.eye(view.shape[1])[torch.arange(12)][None]
    # every one of 329 words alike: ln 329
    assert gan.generator.likelihood(real, torch.zeros(1, 0)).item() == pytest.approx(5.7961, 1e-4)


@pytest.mark.parametrize(
    ("model", "data", "network", "said"),
    [
        ("musegam", {}, {}, "models that kind = 'gan' can train"),
        ("choir", {}, {}, "No 'choir' in models that kind = 'gan' can train"),
        ("musegan", {"view": "tokens"}, {}, "No 'tokens' in what a musegan can be shown"),
        ("musegan", {"bars": 4}, {}, "Did you mean 'n_bars'"),
        ("musegan", {"parts": ["melody", "flute"]}, {}, "parts must be different ones of"),
        ("musegan", {}, {"mode": "solo"}, "mode must be one of composer, jamming, hybrid"),
        ("dcgan", {"condition": "harmony"}, {}, "a dcgan is told nothing"),
        ("transformergan", {}, {"width": 10}, "n_heads must divide"),
    ],
)
def test_models_that_cannot_be_are_explained(model, data, network, said):
    with pytest.raises(AntiphonError, match=said):
        config_of(model, network, view_of(model, data))


def test_weights_of_a_style_are_not_drawn_from(tiny_weights):
    with pytest.raises(AntiphonError, match="compose by a plan"):
        read_drawer(tiny_weights / "pop")


def test_every_model_with_views_can_be_built():
    assert {"dcgan", "musegan", "rcgan", "transformergan"} <= set(architectures())
    for name in architectures():
        assert set(_gan.registry.load("antiphon.models", name).VIEWS) <= set(_gan.VIEWS)
