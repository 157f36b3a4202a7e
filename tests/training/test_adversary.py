"""The adversarial stage: rewards by hand, windows for plans, and who learns when."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from antiphon.models import choir
from antiphon.models._coder import Coder, CoderConfig, latents_of
from antiphon.models.choir import Discriminator
from antiphon.models.scribe import Scribe
from antiphon.representations.prepared import load
from antiphon.representations.score import END, N_LAGS
from antiphon.training._listening import Listener
from antiphon.training._monitor import Monitor
from antiphon.training._run import RunFolder
from antiphon.training._score_batches import ScoreBatches
from antiphon.training._segments import Segments
from antiphon.training.adversary import (
    AdversaryTraining,
    Windows,
    _heard,
    _reward,
    advantages,
    discriminator_loss,
    train_adversary,
    windows,
)
from antiphon.training.scribe import token_losses

TRAINING = AdversaryTraining(
    n_iterations=1, first_iterations=0, n_plans=2, n_takes=2, n_shards=2, save_every=1, log_every=1
)


@pytest.fixture(scope="module")
def coder() -> Coder:
    torch.manual_seed(0)
    sizes = CoderConfig(latent_sizes=(6, 6, 6, 6), slot_width=4, hidden=8, head=8)
    return Coder(sizes).requires_grad_(False)


@pytest.fixture(scope="module")
def batches(tiny_prepared, coder) -> ScoreBatches:
    return ScoreBatches(Segments(load(tiny_prepared, "train"), coder, 8), 8)


@pytest.fixture
def scribe(untrained_scribe) -> Scribe:
    return untrained_scribe().requires_grad_(True)


@pytest.fixture
def discriminator() -> Discriminator:
    torch.manual_seed(1)
    sizes = choir.Config(latent_sizes=(6, 6, 6, 6), discriminator_width=8, discriminator_blocks=1)
    return Discriminator(sizes)


def logits(*rows: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(rows)


def test_bars_are_worth_what_they_are_beyond_the_other_takes_of_their_plan():
    # two plans of two takes with two bars; nothing is answered for the whole
    answered = logits((1, 0, 0), (0, 1, 0), (5, 0, 0), (5, 0, 0))
    found = advantages(answered, 2, reach=0.0)
    # ±1 in the first plan, nothing in the second: variance 4 / (8 − 1)
    one = 1 / math.sqrt(4 / 7)
    expected = torch.tensor([[one, -one], [-one, one], [0, 0], [0, 0]])
    assert torch.allclose(found, expected, atol=1e-4)


def test_a_bar_is_also_worth_what_follows():
    found = advantages(logits((0, 0, 1, 0), (0, 0, 0, 0)), 2, reach=0.5)
    # 1/4, 1/2 and 1 against nothing: their squares add up to 2 · 21/16, over 6 − 1
    scale = math.sqrt(2 * 21 / 16 / 5)
    ahead = torch.tensor([0.25, 0.5, 1.0]) / scale
    assert torch.allclose(found, torch.stack([ahead, -ahead]), atol=1e-4)


def test_the_whole_counts_a_quarter_for_every_bar():
    found = advantages(logits((1, 0, 2), (0, 0, 0)), 2, reach=0.0)
    # bars are worth 1 + 2/4 and 2/4 more
    scale = math.sqrt(2 * (1.5**2 + 0.5**2) / 3)
    expected = torch.tensor([[1.5, 0.5], [-1.5, -0.5]]) / scale
    assert torch.allclose(found, expected, atol=1e-4)


def test_of_several_takes_the_mean_of_the_others_is_the_measure():
    found = advantages(logits((3, 0), (0, 0), (0, 0)), 3, reach=0.7)[:, 0]
    # 3 − 0, 0 − 3/2, 0 − 3/2: squares 9 + 2 · 2.25, over 3 − 1
    assert found.tolist() == pytest.approx([x / math.sqrt(6.75) for x in (3, -1.5, -1.5)], abs=1e-4)


def test_answers_beyond_4_count_as_4():
    one = advantages(logits((100, 0, 0), (0, 0, -9)), 2, reach=0.3)
    two = advantages(logits((4, 0, 0), (0, 0, -4)), 2, reach=0.3)
    assert torch.equal(one, two)


def test_equal_takes_are_worth_nothing():
    assert not advantages(torch.ones(4, 3), 2, reach=0.7).any()


@pytest.fixture
def drawn(scribe, coder, batches) -> Windows:
    return windows(scribe, coder, batches, 3, 2, np.random.default_rng(4))


def test_windows_are_written_take_by_take_for_plans_of_real_ones(drawn):
    assert drawn.real.shape == drawn.made.shape == (6, 8, 24)
    assert torch.equal(drawn.real[0::2], drawn.real[1::2])  # two takes of a plan
    for told in (drawn.segment.condition, drawn.segment.controls):
        assert torch.equal(told[0::2], told[1::2])
    assert (drawn.segment.mask == 1).all() and not drawn.segment.known.any()
    assert not torch.equal(drawn.made[0], drawn.made[1])
    assert torch.isfinite(drawn.made).all()


def test_windows_are_laid_out_one_after_another(drawn):
    score = drawn.laid.score
    assert len(score.start) == 6 * 8 + 1 and (score.cell == END).sum() == 48
    written = drawn.laid.written(8 * np.arange(6), np.ones((6, 8, 4), np.float32))
    notes = np.bincount(score.bar[score.cell != END] // 8, minlength=6)
    assert written.is_note.sum(dim=0).tolist() == notes.tolist()
    assert (notes > 20).all()
    # no window looks back into the one before it: six facts of each bar that is looked back at
    looked_back = written.step[:, :, -6 * N_LAGS - 1 : -1]
    assert (looked_back[0] == looked_back[0, 0]).all() and (looked_back != looked_back[0]).any()


def test_equal_seeds_write_equal_windows_and_others_do_not(scribe, coder, batches):
    one, two, other = (
        windows(scribe, coder, batches, 2, 2, np.random.default_rng(s)) for s in (1, 1, 2)
    )
    assert torch.equal(one.made, two.made) and torch.equal(one.real, two.real)
    assert not torch.equal(one.made, other.made)


def test_a_real_window_is_heard_as_it_would_have_been_written(batches, coder):
    data = batches.segments.data
    notes = data.notes.copy()
    notes["velocity"] = notes["velocity"] // 8 * 8 + 4  # loudness is told by classes
    expected = latents_of(data.bars[20:28], notes, coder)
    assert torch.allclose(_heard(batches, 20, coder), expected, atol=1e-6)
    assert not torch.isclose(expected, torch.from_numpy(batches.segments.latents[20:28])).all()


def test_all_windows_of_a_shard_are_in_one_metre(tiny_prepared, coder):
    data = load(tiny_prepared, "train")
    bars = data.bars.copy()
    bars["compound"][:48] = 1  # three of six songs
    bars["n_beats"][24:32] = 2  # and half of one of them
    mixed = ScoreBatches(Segments(replace(data, bars=bars), coder, 8), 8)
    metres = set()
    for seed in range(12):
        firsts = mixed.in_one_metre(5, np.random.default_rng(seed))
        assert len(firsts) == 5
        here = {(b["n_beats"], b["compound"]) for f in firsts for b in bars[f : f + 8]}
        assert len(here) == 1
        metres |= here
    assert len(metres) > 1


def test_a_discriminator_that_knows_nothing_loses_twice_the_log_of_2(discriminator, drawn):
    with torch.no_grad():
        for layer in (discriminator.of_bar, discriminator.of_song[-1]):
            layer.weight.zero_()
            layer.bias.zero_()
    loss, scalars = discriminator_loss(discriminator, drawn, gamma=1.0)
    assert loss.item() == pytest.approx(2 * math.log(2))
    assert scalars["penalty/r1_r2"] == 0 and scalars["share/told_apart"] == 0


def test_a_discriminator_that_is_always_sure_of_real_music_tells_half_of_it_apart(
    discriminator, drawn
):
    with torch.no_grad():
        for layer in (discriminator.of_bar, discriminator.of_song[-1]):
            layer.weight.zero_()
            layer.bias.fill_(3.0)
    loss, scalars = discriminator_loss(discriminator, drawn, gamma=1.0)
    assert loss.item() == pytest.approx(math.log1p(math.exp(-3)) + math.log1p(math.exp(3)))
    assert scalars["share/told_apart"] == scalars["share/songs_told_apart"] == 0.5


def test_the_penalty_is_half_gamma_times_the_squared_gradients(discriminator, drawn):
    loss, scalars = discriminator_loss(discriminator, drawn, gamma=0.0)
    penalised, _ = discriminator_loss(discriminator, drawn, gamma=3.0)
    assert scalars["penalty/r1_r2"] > 0
    expected = loss.item() + 1.5 * scalars["penalty/r1_r2"]
    assert penalised.item() == pytest.approx(expected, rel=1e-5)


def test_answers_are_given_for_every_bar_and_the_whole(discriminator, drawn):
    assert discriminator.answer(drawn.made, drawn.segment).shape == (6, 9)


def flat(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def trained(scribe, discriminator, coder, batches, folder, **more) -> Scribe:
    run = RunFolder(folder)
    report = Monitor(run)
    training = AdversaryTraining(**{**vars(TRAINING), **more})
    listen = Listener(batches, 3, report)
    average = train_adversary(
        scribe, discriminator, coder, training, batches, run, seed=3, report=report, listen=listen
    )
    report.close()
    return average


def test_one_iteration_changes_both_networks_and_stays_finite(
    scribe, discriminator, coder, batches, tmp_path
):
    before = flat(scribe), flat(discriminator)
    average = trained(scribe, discriminator, coder, batches, tmp_path, ema_decay=0.5)
    for network, was in zip((scribe, discriminator), before, strict=True):
        assert torch.isfinite(flat(network)).all() and not torch.equal(flat(network), was)
    assert torch.allclose(flat(average), (flat(scribe) + before[0]) / 2, atol=1e-6)
    tensors, meta = RunFolder(tmp_path).load("adversary")
    assert meta["iteration"] == 1
    assert torch.equal(tensors["average.pitch.bias"], average.pitch.bias)


def test_at_first_the_discriminator_learns_alone(scribe, discriminator, coder, batches, tmp_path):
    before = flat(scribe), flat(discriminator)
    more = {"n_iterations": 2, "first_iterations": 2}
    average = trained(scribe, discriminator, coder, batches, tmp_path, **more)
    assert torch.equal(flat(scribe), before[0]) and torch.equal(flat(average), before[0])
    assert not torch.equal(flat(discriminator), before[1])


def test_choices_that_were_answered_well_become_likelier(scribe, discriminator, batches, drawn):
    training = AdversaryTraining(n_plans=3, n_takes=2, reward_weight=100.0)
    rng = np.random.default_rng(2)
    _, gradients = _reward(scribe, discriminator, drawn, batches, training, rng)
    written = drawn.laid.written(8 * np.arange(6), np.ones((6, 8, 4), np.float32))
    noisy, level = torch.zeros(6, 8, 24), torch.ones(6)

    def missed() -> torch.Tensor:
        with torch.no_grad():
            losses = token_losses(scribe, noisy, level, drawn.segment, written)
        each = torch.stack(list(losses.values())).sum(dim=0)  # (T, B)
        return torch.zeros(6, 8).index_put(
            (torch.arange(6).expand_as(written.bar), written.bar), each, accumulate=True
        )

    before = missed()
    with torch.no_grad():
        for weight, gradient in zip(scribe.parameters(), gradients, strict=True):
            weight -= 1e-5 * gradient
        better = advantages(discriminator.answer(drawn.made, drawn.segment), 2, training.reach)
    change = missed() - before
    assert (change * better).sum() < 0
    assert change[better > 0].mean() < change[better < 0].mean()
