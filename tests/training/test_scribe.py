"""Training of the scribe: what is drawn, what its losses weigh, and shards side by side."""

from __future__ import annotations

import copy
import itertools
import json
import math
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from antiphon.models._coder import Coder, CoderConfig
from antiphon.models.scribe import Scribe
from antiphon.representations.prepared import load
from antiphon.representations.score import END, score_of
from antiphon.training._listening import Listener
from antiphon.training._monitor import Monitor
from antiphon.training._run import OutOfTime, RunFolder
from antiphon.training._score_batches import Laid, Mixture, ScoreBatches
from antiphon.training._segments import Segments, draw_mask
from antiphon.training._steps import Ahead, descend, ease, side_by_side
from antiphon.training.scribe import (
    ScribeTraining,
    scribe_losses,
    token_losses,
    train_scribe,
)

MELODY, COUNTER, CHORDS, BASS = range(4)
NOTES = 12  # in each bar of the made songs; with its end 13 tokens
TRAINING = ScribeTraining(n_iterations=3, batch_size=4, n_bars=8, save_every=2, log_every=1)


@pytest.fixture(scope="module")
def batches(tiny_prepared) -> ScoreBatches:
    torch.manual_seed(0)
    coder = Coder(CoderConfig(latent_sizes=(6, 6, 6, 6), slot_width=4, hidden=8, head=8))
    return ScoreBatches(Segments(load(tiny_prepared, "train"), coder, 8), 8)


@pytest.fixture
def scribe(untrained_scribe) -> Scribe:
    return untrained_scribe().requires_grad_(True)


def everything(n_pieces: int, n_bars: int = 8) -> np.ndarray:
    return np.ones((n_pieces, n_bars, 4), np.float32)


def test_tokens_of_windows_lie_in_time_order_with_the_bars_they_are_in(batches):
    written = batches.laid.written(np.array([16, 40]), everything(2))
    assert written.bar.shape == (8 * 13, 2)
    assert written.bar[:, 1].tolist() == [bar for bar in range(8) for _ in range(13)]
    score = batches.laid.score
    for piece, first in enumerate((16, 40)):
        tokens = slice(13 * first, 13 * (first + 8))
        for name in ("cell", "row", "duration", "loudness"):
            column = getattr(written, name)[:, piece].numpy()
            assert np.array_equal(column, getattr(score, name)[tokens]), name
        assert np.array_equal(written.step[:, piece].numpy(), batches.laid.step[tokens])
    assert (written.counts == 1).all() and written.is_note.sum() == 2 * 8 * NOTES


def test_of_kept_notes_their_place_counts_and_kept_bars_do_not_count_at_all(batches):
    mask = everything(2)
    mask[0, :, CHORDS] = 0
    mask[0, 3] = 0
    written = batches.laid.written(np.array([0, 0]), mask)
    cell, bar = written.cell[:, 0], written.bar[:, 0]
    ends, waits = cell == END, cell % 4 == CHORDS
    assert torch.equal(written.counts[:, 0] == 0, bar == 3)
    assert torch.equal(written.is_note[:, 0] == 1, (bar != 3) & ~waits & ~ends)
    assert torch.equal(written.is_kept[:, 0] == 1, (bar != 3) & waits & ~ends)
    # seven bars of nine notes that are made, three that are kept, and their ends
    assert [x[:, 0].sum() for x in (written.counts, written.is_note, written.is_kept)] == [
        7 * 13,
        7 * 9,
        7 * 3,
    ]
    assert written.counts[:, 1].sum() == 8 * 13 and not written.is_kept[:, 1].any()


def test_rows_of_fewer_tokens_are_filled_with_what_does_not_count(tiny_prepared):
    data = load(tiny_prepared, "train")
    score = score_of(data.bars, data.notes)
    score.start[1:] -= 5  # the first bar is five tokens shorter
    for name in ("bar", "cell", "row", "duration", "loudness", "slots"):
        values = getattr(score, name)
        setattr(score, name, np.concatenate([values[:7], values[12:]]))
    written = Laid(score, data.bars).written(np.array([0, 1]), everything(2))
    assert written.counts.shape == (8 * 13, 2)
    assert written.counts.sum(dim=0).tolist() == [8 * 13 - 5, 8 * 13]
    assert not written.counts[-5:, 0].any() and not written.is_note[-5:, 0].any()


def test_a_batch_tells_noisy_latents_and_keeps_the_rest(batches):
    noisy, level, segment, written = batches.batch(24, np.random.default_rng(0), 0.5)
    assert noisy.shape == (24, 8, 24) and segment.condition.shape == (24, 8, 116)
    assert level.min() >= 0.5 and 1 <= (level == 1).sum() <= 14  # a quarter are noise alone
    made = segment.mask.repeat_interleave(6, dim=-1)
    assert not (segment.known * made).any() and (segment.valid == 1).all()
    assert 0.5 < (made.flatten(1).min(dim=1).values == 1).float().mean() < 1
    assert written.bar.max() == 7 and written.counts.shape[1] == 24
    # how much is made is what counts
    assert (written.counts.sum(dim=0) > 0).all()


def test_equal_seeds_draw_equal_batches_and_others_do_not(batches):
    one, two, other = (batches.batch(4, np.random.default_rng(s), 0.5) for s in (1, 1, 2))
    assert torch.equal(one[0], two[0]) and torch.equal(one[3].row, two[3].row)
    assert not torch.equal(one[0], other[0]) and not torch.equal(one[3].row, other[3].row)


def test_windows_are_bars_in_a_row_of_one_song_and_often_its_first(batches):
    firsts = batches.windows(200, np.random.default_rng(0))
    # songs have 16 bars, windows 8
    assert (firsts // 16 == (firsts + 7) // 16).all()
    assert 0.3 < (firsts % 16 == 0).mean() < 0.6  # 5 of 13, one of them by chance
    assert set((firsts % 16).tolist()) == set(range(9))


def test_sparse_and_dense_windows_come_as_often_as_others(batches, monkeypatch):
    # twelve windows, each longer than the one before, are drawn in turn
    start = np.arange(12 + batches.n_bars) ** 2
    monkeypatch.setattr(batches, "laid", SimpleNamespace(score=SimpleNamespace(start=start)))
    turn = itertools.cycle(range(12))
    monkeypatch.setattr(
        batches, "_anywhere", lambda n, rng: np.array([next(turn) for _ in range(n)])
    )
    rng, n = np.random.default_rng(0), 600
    pairs = [tuple(batches.windows(2, rng).tolist()) for _ in range(n)]
    counts = {pair: pairs.count(pair) for pair in pairs}
    # neighbours in length together, the shortest and the longest as often as those between
    assert sorted(counts) == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11)]
    assert min(counts.values()) > 70 and max(counts.values()) < 130  # 100 each by right


def test_masks_for_the_scribe_are_freer():
    rng = np.random.default_rng(0)
    free = [draw_mask(rng, 8, 4, 0.75).all() for _ in range(400)]
    assert 0.7 < np.mean(free) < 0.85


def blank(scribe: Scribe) -> Scribe:
    """Let a scribe find everything equally likely."""
    with torch.no_grad():
        for layer in (scribe.to_cell[-1], scribe.pitch, scribe.length):
            layer.weight.zero_()
            layer.bias.zero_()
    return scribe


def test_losses_of_a_scribe_that_knows_nothing(scribe, batches):
    drawn = batches.batch(4, np.random.default_rng(3), 0.5)
    written = drawn[3]
    losses = scribe_losses(blank(scribe), *drawn)
    # one of 97 for every token, at kept notes one of those from theirs on, of 72, 31 and 16 for
    # every note; all a note
    from_here = torch.where(written.is_kept > 0, 97.0 - written.cell, 1.0)
    cells = (written.counts * (97 / from_here).log()).sum() / written.is_note.sum()
    expected = {
        "nll/cell": float(cells),
        "nll/pitch": math.log(72),
        "nll/duration": math.log(31),
        "nll/loudness": math.log(16),
    }
    assert {k: v.item() for k, v in losses.items()} == pytest.approx(expected, rel=1e-5)


def test_waiting_for_a_kept_note_is_that_nothing_comes_before(scribe, batches):
    _, level, segment, _ = batches.batch(1, np.random.default_rng(3), 0.5)
    mask = everything(1)
    mask[:, :, BASS] = 0
    written = batches.laid.written(np.array([0]), mask)
    blank(scribe).to_cell[-1].bias.data[20] = math.log(4)  # as likely as four other cells
    with torch.no_grad():
        each = token_losses(scribe, torch.zeros_like(segment.known), level, segment, written)
    bass = written.is_kept > 0
    # a note each beat; of 100 shares 97 lie from cell 3 on, then 97 − cell, cell 20 being over
    shares = {3: 97, 27: 70, 51: 46, 75: 22}
    expected = [math.log(100 / shares[cell]) for cell in written.cell[bass].tolist()]
    assert each["nll/cell"][bass].tolist() == pytest.approx(expected, abs=1e-5)
    made = (written.is_note > 0) & (written.cell != 20)
    assert torch.allclose(each["nll/cell"][made], torch.tensor(math.log(100)))


def test_pitch_and_length_of_what_is_kept_cost_nothing_and_teach_nothing(scribe, batches):
    noisy, level, segment, _ = batches.batch(2, np.random.default_rng(3), 0.5)
    mask = everything(2)
    mask[:, :, MELODY] = 0
    written = batches.laid.written(np.array([0, 16]), mask)
    each = token_losses(scribe, noisy, level, segment, written)
    melody = (written.cell % 4 == MELODY) & (written.cell != END)
    for name, losses in each.items():
        assert losses.shape == written.counts.shape
        assert losses[melody].any() == (name == "nll/cell"), name
        assert (losses[(written.is_note > 0)] > 0).all(), name
    # of the ends of bars the cell alone is chosen
    ends = written.cell == END
    assert (each["nll/cell"][ends] > 0).all() and not each["nll/pitch"][ends].any()


def test_losses_are_those_of_the_notes_that_were_written(scribe, batches):
    noisy, level, segment, _ = batches.batch(1, np.random.default_rng(3), 0.5)
    written = batches.laid.written(np.array([0]), everything(1))
    each = token_losses(scribe, noisy, level, segment, written)
    told = scribe.bars(noisy, level, segment)
    known = scribe.read(told[0, written.bar], written.step)[5, 0]
    cells = scribe.cells(known, written.returns[5, 0])
    cell = cells.log_softmax(dim=-1)[written.cell[5, 0]]
    pitches = scribe.pitches(known, written.pitch[5, 0], written.relations[5, 0])
    pitch = pitches.log_softmax(dim=-1)[written.row[5, 0]]
    length, loud = (x.log_softmax(dim=-1) for x in scribe.lengths(known, written.length[5, 0]))
    assert each["nll/cell"][5, 0].item() == pytest.approx(-cell.item(), rel=1e-4)
    assert each["nll/pitch"][5, 0].item() == pytest.approx(-pitch.item(), rel=1e-4)
    duration = -length[written.duration[5, 0]].item()
    assert each["nll/duration"][5, 0].item() == pytest.approx(duration, rel=1e-4)
    loudness = -loud[written.loudness[5, 0]].item()
    assert each["nll/loudness"][5, 0].item() == pytest.approx(loudness, rel=1e-4)


def test_a_batch_in_which_everything_is_kept_costs_nothing(scribe, batches):
    noisy, level, segment, _ = batches.batch(2, np.random.default_rng(3), 0.5)
    written = batches.laid.written(np.array([0, 16]), 0 * everything(2))
    losses = scribe_losses(scribe, noisy, level, segment, written)
    assert [loss.item() for loss in losses.values()] == [0, 0, 0, 0]


def test_shards_are_worked_on_side_by_side_and_come_in_their_order():
    met = threading.Barrier(3, timeout=20)

    def work(shard: int) -> int:
        met.wait()  # all three are here at once
        time.sleep(0.02 * (2 - shard))  # the last is through first
        return 10 * shard

    assert side_by_side(work, 3) == [0, 10, 20]


def test_what_fails_in_a_shard_is_raised():
    def work(shard: int) -> int:
        if shard:
            raise ValueError("the second")
        return shard

    with pytest.raises(ValueError, match="the second"):
        side_by_side(work, 2)


def test_a_step_goes_down_the_mean_gradient_of_the_shards_and_no_further_than_1():
    network = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(network.weight)
    gradients = [torch.tensor([[0.2, 0.0]]), torch.tensor([[0.4, -0.6]])]
    step = torch.optim.SGD(network.parameters(), 1.0)
    scalars = descend(network, step, lambda s: ({"loss": 3.0 + s}, (gradients[s],)), 2)
    assert network.weight[0].tolist() == pytest.approx([-0.3, 0.3])
    assert scalars == {"loss": 3.5}
    nn.init.zeros_(network.weight)
    descend(network, step, lambda s: ({}, (torch.tensor([[30.0, 40.0]]),)), 2)
    assert network.weight[0].tolist() == pytest.approx([-0.6, -0.8], abs=1e-4)  # of length 50


def test_shards_side_by_side_learn_the_same_each_time(scribe, batches):
    def learnt() -> torch.Tensor:
        mine = copy.deepcopy(scribe)
        optimizer = torch.optim.AdamW(mine.parameters(), 1e-2)

        def work(shard: int):
            rng = np.random.default_rng([5, shard])
            losses = scribe_losses(mine, *batches.batch(2, rng, 0.5), torch.Generator())
            loss = torch.stack(list(losses.values())).sum()
            return {"loss": loss.item()}, torch.autograd.grad(loss, list(mine.parameters()))

        first, *_, last = (descend(mine, optimizer, work, 2)["loss"] for _ in range(6))
        assert last < first - 0.2
        return torch.cat([p.detach().flatten() for p in mine.parameters()])

    assert torch.equal(learnt(), learnt())


def test_the_average_is_eased_towards_the_weights(scribe):
    average = copy.deepcopy(scribe)
    with torch.no_grad():
        average.pitch.bias.fill_(2.0)
        scribe.pitch.bias.fill_(6.0)
    ease(average, scribe, 0.75)
    assert (average.pitch.bias == 3).all() and (scribe.pitch.bias == 6).all()


def test_training_logs_saves_and_returns_the_average(scribe, batches, tmp_path):
    run = RunFolder(tmp_path)
    before = copy.deepcopy(scribe)
    report = Monitor(run)
    more = {"report": report, "listen": Listener(batches, 1, report)}
    average = train_scribe(scribe, TRAINING, batches, batches, run, seed=1, **more)
    report.close()
    tensors, meta = run.load("scribe")
    assert meta["iteration"] == 3
    for name, value in average.state_dict().items():
        assert torch.equal(value, tensors[f"average.{name}"]) and torch.isfinite(value).all()
    assert torch.equal(scribe.pitch.weight, tensors["generator.pitch.weight"])
    for other in (before, scribe):
        assert not torch.equal(average.pitch.weight, other.pitch.weight)
    assert len((tmp_path / "scribe_stats.jsonl").read_text().splitlines()) == 3
    metrics = [json.loads(x) for x in (tmp_path / "scribe_metrics.jsonl").read_text().splitlines()]
    assert [line["iteration"] for line in metrics] == [0, 2, 3]  # once before any training
    assert all("music/frechet" in line for line in metrics)


def test_when_the_time_is_up_nothing_is_built_on_a_half_trained_scribe(scribe, batches, tmp_path):
    run = RunFolder(tmp_path)
    report = Monitor(run, deadline=0.0)
    more = {"report": report, "listen": Listener(batches, 1, report)}
    with pytest.raises(OutOfTime, match="after 1 of 3 iterations of the scribe"):
        train_scribe(scribe, TRAINING, batches, batches, run, seed=1, **more)
    report.close()
    assert run.load("scribe")[1]["iteration"] == 1


def test_facts_that_are_not_told_weigh_nothing_and_the_others_make_up_for_them(untrained_scribe):
    scribe = untrained_scribe(fact_dropout=0.75)
    facts = torch.zeros(200, 50, dtype=torch.long)
    weights = scribe._told(facts, torch.Generator().manual_seed(0))
    assert set(weights.unique().tolist()) == {0.0, 4.0}
    assert weights.mean() == pytest.approx(1, abs=0.1)
    assert scribe._told(facts, None) is None  # all is told while composing
    assert untrained_scribe()._told(facts, torch.Generator()) is None
    row = scribe.step_table.table[0]
    first = torch.tensor([4.0, 0.0, 4.0])
    assert torch.allclose(scribe.step_table(facts[:1, :3], first[None])[0], 8 * row, atol=1e-5)


def test_not_everything_can_be_kept_from_a_scribe(untrained_scribe):
    for share in ({"fact_dropout": 1.0}, {"dropout": 1.0}, {"dropout": -0.1}):
        with pytest.raises(ValueError, match="below 1"):
            untrained_scribe(**share)


def test_sets_are_drawn_as_often_as_they_are_given():
    mixture = Mixture([("own", 1.0), ("beside", 0.25)])
    rng = np.random.default_rng(0)
    drawn = [mixture.drawn(rng) for _ in range(1000)]
    assert drawn.count("beside") / 1000 == pytest.approx(0.2, abs=0.04)


def test_other_sets_are_learnt_from_at_first_only(scribe, batches, tmp_path):
    class Heard:
        def __init__(self):
            self.times = 0

        def to(self, device):
            return self

        def batch(self, *asked):
            self.times += 1
            return batches.batch(*asked)

    class Other(Heard):
        pass

    run, other, own = RunFolder(tmp_path), Other(), Heard()
    report = Monitor(run)
    training = ScribeTraining(
        n_iterations=8, batch_size=4, n_shards=1, n_bars=8, log_every=8, beside_share=0.5
    )
    train_scribe(
        scribe,
        training,
        own,
        batches,
        run,
        seed=1,
        report=report,
        listen=Listener(batches, 1, report),
        beside=[(other, 1e9)],
    )
    report.close()
    assert other.times == 4 and own.times >= 4


def test_what_an_iteration_needs_is_drawn_once_and_the_next_meanwhile():
    drawn = []
    ahead = Ahead(lambda iteration: drawn.append(iteration) or 10 * iteration)
    assert [ahead(3), ahead(4), ahead(5)] == [30, 40, 50]
    ahead.close()
    assert drawn[:3] == [3, 4, 5] and len(drawn) <= 4
