"""The walk: what is kept stays, and every piece follows from its own seed."""

from __future__ import annotations

import torch

from antiphon.inference._walk import cut, stacked, walk
from antiphon.models.choir import Segment, spread_mask


def segment(ensemble, n_bars: int, n_pieces: int = 1) -> Segment:
    config = ensemble.generator.config
    draw = torch.Generator().manual_seed(5)
    return Segment(
        condition=torch.rand(n_pieces, n_bars, config.condition_size, generator=draw),
        controls=torch.zeros(n_pieces, n_bars, config.n_controls),
        controls_known=torch.zeros(n_pieces, n_bars, config.n_controls),
        known=torch.zeros(n_pieces, n_bars, config.latent_size),
        mask=torch.ones(n_pieces, n_bars, config.n_parts),
        same_place=torch.zeros(n_pieces, n_bars, n_bars, dtype=torch.bool),
        valid=torch.ones(n_pieces, n_bars),
    )


def test_equal_seeds_walk_alike_and_others_do_not(tiny_ensemble):
    told = segment(tiny_ensemble, 8)
    one, two, other = (walk(tiny_ensemble.generator, told, [s]) for s in (1, 1, 2))
    assert one.shape == (1, 8, 24) and torch.isfinite(one).all()
    assert torch.equal(one, two) and not torch.isclose(one, other).any()


def test_a_piece_depends_on_its_own_seed_only(tiny_ensemble):
    told = segment(tiny_ensemble, 8, n_pieces=2)
    together = walk(tiny_ensemble.generator, told, [1, 2])
    first = Segment(**{name: value[:1] for name, value in vars(told).items()})
    assert torch.allclose(walk(tiny_ensemble.generator, first, [1]), together[:1], atol=1e-5)
    beside = walk(tiny_ensemble.generator, told, [1, 9])
    assert torch.allclose(beside[:1], together[:1], atol=1e-5)


def test_what_the_mask_keeps_is_kept_exactly_over_all_windows(tiny_ensemble):
    config = tiny_ensemble.generator.config
    told = segment(tiny_ensemble, 21)  # windows of 8 bars
    told.mask[:, 3:6] = 0
    told.mask[:, 15, 2] = 0
    made = spread_mask(told.mask, config.latent_sizes)
    told.known = torch.randn(1, 21, config.latent_size) * (1 - made)
    before = told.known.clone()
    walked = walk(tiny_ensemble.generator, told, [4])
    assert torch.equal(walked[made == 0], before[made == 0])
    assert (walked[made == 1] != 0).all()
    assert torch.equal(told.known, before)  # what was asked is as it was


def test_a_piece_that_is_kept_whole_is_returned(tiny_ensemble):
    told = segment(tiny_ensemble, 11)
    told.mask = torch.zeros_like(told.mask)
    told.known = torch.randn(1, 11, 24)
    assert torch.equal(walk(tiny_ensemble.generator, told, [0]), told.known)


def test_segments_are_cut_and_stacked(tiny_ensemble):
    told = segment(tiny_ensemble, 8)
    told.same_place[0, 5, 2] = True
    part = cut(told, slice(2, 6))
    assert part.condition.shape == (1, 4, 116) and part.same_place.shape == (1, 4, 4)
    assert part.same_place[0, 3, 0] and part.same_place.sum() == 1
    assert stacked([told, told]).mask.shape == (2, 8, 4)
