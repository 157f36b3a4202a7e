"""The scribe: sizes, what it hears of bars, and reading a score as it is written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from antiphon.models import scribe as scribes
from antiphon.models._blocks import Facts
from antiphon.models.choir import Segment
from antiphon.models.scribe import Relations, Returns, Scribe
from antiphon.representations.bars import N_SLOTS
from antiphon.representations.facts import N_RELATIONS, N_RETURNS, table_sizes
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import N_CELLS, N_DURATIONS, N_LAGS, N_LOUDNESS, N_PARTS

N_BARS, Z = 6, 24


@pytest.fixture
def scribe(untrained_scribe) -> Scribe:
    return untrained_scribe()


def segment(n_pieces: int = 2) -> Segment:
    """What is told of six bars: everything is to be made, nothing asked for."""
    draw = torch.Generator().manual_seed(3)
    shape = (n_pieces, N_BARS)
    return Segment(
        condition=torch.randn(*shape, 116, generator=draw),
        controls=torch.zeros(*shape, 6),
        controls_known=torch.zeros(*shape, 6),
        known=torch.zeros(*shape, Z),
        mask=torch.ones(*shape, 4),
        same_place=torch.zeros(n_pieces, N_BARS, N_BARS, dtype=torch.bool),
        valid=torch.ones(shape),
    )


def latents(seed: int = 1) -> torch.Tensor:
    return torch.randn(2, N_BARS, Z, generator=torch.Generator().manual_seed(seed))


def facts(kind: int, *shape: int) -> torch.Tensor:
    """Random facts of a kind: 0 before cells, 1 before pitches, 2 before lengths."""
    draw = torch.Generator().manual_seed(kind)
    return torch.randint(table_sizes()[kind], (*shape, 5), generator=draw)


LEVEL = torch.tensor([0.5, 0.9])


def test_facts_are_the_sum_of_their_entries():
    table = Facts(4, 2)
    with torch.no_grad():
        table.table.copy_(torch.tensor([[1.0, 2], [10, 20], [100, 200], [1000, 2000]]))
    found = table(torch.tensor([[[0, 2], [3, 3]]]))
    assert found.tolist() == [[[101, 202], [2000, 4000]]]


def test_a_relation_says_the_same_of_an_interval_from_wherever_it_is_seen():
    relation = Relations()
    with torch.no_grad():
        relation.by_interval[2, N_PITCHES - 1 + 7] = 1.5  # a fifth up, in the third group
        relation.by_interval[3, N_PITCHES - 1] = 0.5  # the same pitch, in the fourth
    seen = [[2 * 72 + 10, 3 * 72 + 17], [2 * 72 + 70, N_RELATIONS * 72], [2 * 72, 3 * 72 + 71]]
    found = relation(torch.tensor(seen))
    assert found.nonzero().tolist() == [[0, 17], [2, 7], [2, 71]]
    assert found[found != 0].tolist() == [2.0, 1.5, 0.5]


def nowhere(*shape: int) -> torch.Tensor:
    """Returns that say nothing."""
    return torch.full((*shape, N_PARTS, N_LAGS), N_RETURNS * (N_SLOTS + 1))


def test_a_part_is_drawn_to_where_it_would_go_on_as_before():
    returns = Returns()
    part, group = 2, 9
    with torch.no_grad():
        returns.by_distance[group, N_SLOTS - 1] = 2.0  # at the slot itself
        returns.by_distance[group, N_SLOTS] = -1.0  # one slot later
        returns.at_end[group, 5] = -3.0  # slot 5, when nothing is to come
        returns.bar_ends[group, N_SLOTS] = 4.0
        returns.bar_ends[group, 7] = -0.5
    seen = nowhere(2)
    seen[0, part, 1] = group * (N_SLOTS + 1) + 7
    seen[1, part, 3] = group * (N_SLOTS + 1) + N_SLOTS
    found = returns(seen)
    assert found.shape == (2, N_CELLS + 1)
    at = {(row, cell): value for (row, cell), value in np.ndenumerate(found.detach().numpy())}
    told = {place: value for place, value in at.items() if value}
    assert told == {
        (0, 7 * N_PARTS + part): 2.0, (0, 8 * N_PARTS + part): -1.0, (0, N_CELLS): -0.5,
        (1, 5 * N_PARTS + part): -3.0, (1, N_CELLS): 4.0,
    }  # fmt: skip


def test_every_choice_has_its_logits(scribe):
    told = scribe.bars(latents(), LEVEL, segment())
    assert told.shape == (2, N_BARS, 16)
    bar = torch.tensor([[0, 0], [0, 1], [1, 1]])  # of three tokens in two pieces
    known = scribe.read(told[torch.arange(2), bar], facts(0, 3, 2))
    assert known.shape == (3, 2, 16 + 16)
    assert scribe.cells(known, nowhere(3, 2)).shape == (3, 2, N_CELLS + 1) == (3, 2, 97)
    nothing = torch.full((3, 2, 1), N_RELATIONS * N_PITCHES)
    pitches = scribe.pitches(known, facts(1, 3, 2), nothing)
    assert pitches.shape == (3, 2, N_PITCHES) == (3, 2, 72)
    duration, loudness = scribe.lengths(known, facts(2, 3, 2))
    assert duration.shape == (3, 2, N_DURATIONS) and loudness.shape == (3, 2, N_LOUDNESS)


def test_reading_a_score_is_knowing_it_token_by_token(scribe):
    told, before = torch.randn(9, 2, 16), facts(0, 9, 2)
    whole = scribe.read(told, before)
    state = torch.zeros(2, 16)
    for token in range(9):
        known, state = scribe.step(told[token], before[token], state)
        assert torch.allclose(known, whole[token], atol=1e-6)
    assert not torch.isclose(whole[0], whole[1]).all()


def test_nothing_is_known_of_what_comes_after(scribe):
    told, before = torch.randn(9, 2, 16), facts(0, 9, 2)
    later = before.clone()
    later[5:] = (later[5:] + 1) % table_sizes()[0]
    one, two = scribe.read(told, before), scribe.read(told, later)
    assert torch.equal(one[:5], two[:5]) and not torch.isclose(one[5:], two[5:]).any(dim=-1).all()


def test_what_is_dropped_follows_from_its_generator(untrained_scribe):
    scribe = untrained_scribe(dropout=0.5)
    told, before = torch.randn(9, 2, 16), facts(0, 9, 2)

    def read(seed: int | None) -> torch.Tensor:
        noise = None if seed is None else torch.Generator().manual_seed(seed)
        return scribe.read(told, before, noise)

    assert torch.equal(read(1), read(1)) and not torch.equal(read(1), read(2))
    dropped = (read(1) == 0).float().mean()
    assert 0.35 < dropped < 0.65 and not (read(None) == 0).any()
    # of what is known directly the rest is doubled, so that the mean stays
    heard = read(1)[0, :, 16:]
    kept = heard != 0
    assert torch.allclose(heard[kept], 2 * read(None)[0, :, 16:][kept])


def test_what_was_drawn_for_kept_parts_is_never_looked_at(scribe):
    told = segment()
    told.mask[:, 2:4] = 0
    told.mask[:, 5, 1] = 0
    kept = torch.zeros(2, N_BARS, Z)
    kept[:, 2:4] = 1
    kept[:, 5, 6:12] = 1  # the second of four parts with six numbers each
    told.known = latents(7) * kept
    other = latents() + 5 * kept
    assert torch.equal(scribe.bars(latents(), LEVEL, told), scribe.bars(other, LEVEL, told))


def test_what_is_kept_and_how_noisy_the_rest_is_are_heard(scribe):
    told = segment()
    told.mask[:, 2] = 0
    before = scribe.bars(latents(), LEVEL, told)
    told.known[:, 2] = 1
    assert not torch.isclose(scribe.bars(latents(), LEVEL, told), before).all(dim=-1).any()
    elsewhere = scribe.bars(latents(), torch.tensor([0.5, 0.2]), told)
    same = torch.isclose(elsewhere, scribe.bars(latents(), LEVEL, told)).all(dim=-1)
    assert same[0].all() and not same[1].any()


def test_bars_out_of_sight_are_not_heard(untrained_scribe):
    scribe = untrained_scribe(sight=2)
    other = latents()
    other[:, 0] += 1
    one, two = (scribe.bars(x, LEVEL, segment()) for x in (latents(), other))
    heard = (~torch.isclose(one, two)).any(dim=-1).any(dim=0)
    assert heard.tolist() == [True, True, True, False, False, False]


def test_bars_that_do_not_exist_change_nothing(scribe):
    told = segment()
    told.valid[:, 4:] = 0
    other = latents()
    other[:, 4:] += 3
    one, two = (scribe.bars(x, LEVEL, told)[:, :4] for x in (latents(), other))
    assert torch.allclose(one, two, atol=1e-6)


def test_every_weight_learns_from_a_finite_loss(scribe):
    scribe.requires_grad_(True)
    told = scribe.bars(latents(), LEVEL, segment())
    known = scribe.read(told[:, :3].transpose(0, 1), facts(0, 3, 2), torch.Generator())
    seen = torch.arange(N_RELATIONS * N_PITCHES).expand(3, 2, -1)
    places = torch.arange(N_RETURNS * (N_SLOTS + 1)).expand(3, 2, N_PARTS, -1)
    logits = [scribe.cells(known, places), scribe.pitches(known, facts(1, 3, 2), seen)]
    logits += scribe.lengths(known, facts(2, 3, 2))
    loss = torch.stack(
        [F.cross_entropy(x.flatten(0, 1), torch.tensor([0, 1, 2, 3, 4, 5])) for x in logits]
    ).sum()
    loss.backward()
    assert torch.isfinite(loss)
    for name, weight in scribe.named_parameters():
        assert weight.grad is not None and torch.isfinite(weight.grad).all(), name
        assert weight.grad.any() or name.startswith("trunk.bias.by_place"), name


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="divisible by n_heads"):
        scribes.Config(bar_width=10, n_heads=4)


def test_a_scribe_is_built_with_the_sizes_of_its_config():
    built = scribes.build(scribes.Config(bar_width=20, n_heads=2, hidden=12, step_width=8))
    assert built.from_bar.weight.shape == (8, 20)
    assert built.recurrent.weight_hh_l0.shape == (3 * 12, 12)
