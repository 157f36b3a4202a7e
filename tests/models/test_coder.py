"""The coder of bars: sizes, what one voice may play, and its losses by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from antiphon.models._coder import Coder, CoderConfig, coder_loss, latents_of
from antiphon.representations.bars import encode
from antiphon.representations.rolls import chord_features, rolls_of

TINY = CoderConfig(
    latent_sizes=(4, 3),
    one_voice=(True, False),
    n_pitches=5,
    slot_width=8,
    hidden=16,
    head=8,
)


def test_latents_of_every_part_have_mean_0_and_variance_1():
    coder = Coder(TINY)
    z = coder.encode(torch.rand(3, 2, 24, 11), torch.rand(3, 4, 25))
    assert z.shape == (3, coder.latent_size) == (3, 7)
    for part in z.split((4, 3), dim=-1):
        assert torch.allclose(part.mean(dim=-1), torch.zeros(3), atol=1e-5)
        assert torch.allclose(part.var(dim=-1, unbiased=False), torch.ones(3), atol=1e-2)


def test_decoding_gives_cells_of_every_part_and_hears_the_chords():
    coder = Coder(TINY)
    z, chords = torch.randn(3, 7), torch.zeros(3, 4, 25)
    cells = coder.decode(z, chords)
    assert cells.shape == (3, 2, 24, 12)
    other = chords.clone()
    other[:, 1] = 1  # the second beat: slots 6 to 11
    changed = (coder.decode(z, other) != cells).any(dim=-1).any(dim=1).any(dim=0)
    assert changed.tolist() == [6 <= slot < 12 for slot in range(24)]


def test_one_voice_chooses_one_pitch_or_none():
    cells = torch.randn(2, 2, 24, 12)
    soft = Coder(TINY).soft_rolls(cells)
    assert soft.shape == (2, 2, 24, 11)
    assert (soft[:, 0, :, :5].sum(dim=-1) < 1).all()
    assert torch.equal(soft[:, 1, :, :5], cells[:, 1, :, :5].sigmoid())
    assert torch.equal(soft[..., -1], cells[..., 10].sigmoid())


def test_losses_of_a_coder_that_knows_nothing():
    rolls = torch.zeros(1, 2, 24, 11)
    rolls[0, :, 0, [2, 7]] = 1  # an onset that sounds for one slot in both parts
    rolls[0, :, 0, -1] = 1
    losses = coder_loss(torch.zeros(1, 2, 24, 12), rolls, TINY)
    # one voice: one of six choices a slot; the other: five yes-or-no a slot
    assert losses["loss/onset"].item() == pytest.approx(24 * math.log(6) + 120 * math.log(2))
    assert losses["loss/sounding"].item() == pytest.approx(240 * math.log(2))
    assert losses["loss/loudness"].item() == pytest.approx(50 * 2 * 0.25)


def test_losses_of_a_perfect_coder_are_nothing():
    rolls = torch.zeros(1, 2, 24, 11)
    rolls[0, :, 3, [1, 6]] = 1
    rolls[0, :, 3, -1] = 1
    cells = torch.full((1, 2, 24, 12), -30.0)
    cells[..., -1] = 30
    cells[0, :, 3, [1, 6, 10]] = 30
    cells[0, :, 3, -1] = -30
    assert all(loss.item() < 1e-6 for loss in coder_loss(cells, rolls, TINY).values())


def test_of_several_onsets_one_voice_learns_the_highest():
    rolls = torch.zeros(1, 2, 24, 11)
    rolls[0, 0, 0, [1, 3]] = 1
    cells = torch.zeros(1, 2, 24, 12)
    cells[0, 0, 0, 3] = 30
    high = coder_loss(cells, rolls, TINY)["loss/onset"]
    cells = torch.zeros(1, 2, 24, 12)
    cells[0, 0, 0, 1] = 30
    assert coder_loss(cells, rolls, TINY)["loss/onset"] > high + 29


def test_latents_of_bars_are_those_of_their_rolls_and_chords_in_the_home_key(song):
    coder = Coder(CoderConfig(latent_sizes=(3, 2, 4, 2), slot_width=4, hidden=8, head=8))
    bars, notes, _ = encode(song(1, tonic=7))
    found = latents_of(bars, notes, coder)
    assert found.shape == (16, 11) and not found.requires_grad
    rolls = torch.from_numpy(rolls_of(bars, notes).unpacked(np.arange(16)))
    # G major is moved a fourth up
    chords = torch.from_numpy(chord_features(bars["chords"], np.full(16, 5)))
    with torch.no_grad():
        assert torch.equal(found, coder.encode(rolls, chords))


def test_parts_must_be_named_alike():
    with pytest.raises(ValueError, match="same parts"):
        CoderConfig(latent_sizes=(4,), one_voice=(True, False))
