"""Metres that a style is in, drawn as often as it is in them."""

import sys
from collections import Counter

import numpy as np
import pytest
import torch

from antiphon.inference._drafts import alike
from antiphon.inference._metres import drawn_metre, of_metre
from antiphon.inference._sheet import write_sheet
from antiphon.inference.compose import compose
from antiphon.music.piece import Metre
from antiphon.music.plan import Plan


def in_three_metres(ensemble):
    ensemble.tables["metres"] = torch.tensor([[4.0, 0, 0.5], [2.0, 1, 0.3], [3.0, 0, 0.1]])
    quarters, dotted, waltz = 100.0, 60.0, 160.0
    ensemble.tables["bpm"] = torch.tensor([[quarters] * 3, [dotted] * 3, [waltz] * 3])
    ensemble.tables["habits"] = torch.arange(3.0)[:, None, None].expand(3, 4, 8).clone()
    return ensemble


def test_an_open_metre_is_drawn_as_often_as_the_style_is_in_it(tiny_ensemble):
    ensemble = in_three_metres(tiny_ensemble)
    rng = np.random.default_rng(0)
    found = Counter(drawn_metre(ensemble, rng) for _ in range(900))
    assert set(found) == {"4/4", "6/8", "3/4"}
    assert abs(found["4/4"] - 500) < 60 and abs(found["6/8"] - 300) < 60
    assert abs(found["3/4"] - 100) < 40


def test_weights_that_know_no_metres_are_in_four_four(tiny_ensemble):
    del tiny_ensemble.tables["metres"]
    tiny_ensemble.tables["bpm"] = torch.tensor([90.0, 90.0])
    assert drawn_metre(tiny_ensemble, np.random.default_rng(0)) == "4/4"
    assert of_metre(tiny_ensemble, "bpm", Metre(0, 3, 4)).tolist() == [90.0, 90.0]


def test_a_metre_has_its_own_row_and_a_rare_one_that_of_the_commonest(tiny_ensemble):
    ensemble = in_three_metres(tiny_ensemble)
    assert of_metre(ensemble, "bpm", Metre(0, 6, 8))[0] == 60
    assert of_metre(ensemble, "bpm", Metre(0, 3, 4))[0] == 160
    assert of_metre(ensemble, "bpm", Metre(0, 12, 8))[0] == 100


def test_a_metre_that_is_asked_for_is_kept_and_brings_its_tempo(tiny_ensemble):
    ensemble = in_three_metres(tiny_ensemble)
    sheet = write_sheet(Plan(bars=4, metre="6/8"), ensemble)
    assert (str(sheet.metre), sheet.plan.metre, sheet.bpm) == ("6/8", "6/8", 60)
    drawn = {write_sheet(Plan(bars=4, seed=seed), ensemble).plan.metre for seed in range(30)}
    assert drawn == {"4/4", "6/8", "3/4"}


@pytest.mark.parametrize(("more", "drawn"), [([(3, 0, 0.1)], "3/4"), ([], "4/4")])
def test_bars_of_a_single_beat_are_no_metre_to_compose_in(tiny_ensemble, more, drawn):
    # as of recordings that were cut into beats: nine bars in ten are 1/4
    tiny_ensemble.tables["metres"] = torch.tensor([(1.0, 0.0, 0.9), *more])
    rng = np.random.default_rng(0)
    assert {drawn_metre(tiny_ensemble, rng) for _ in range(20)} == {drawn}


def test_sheets_in_other_metres_are_not_written_side_by_side(tiny_ensemble):
    ensemble = in_three_metres(tiny_ensemble)
    metres = ("4/4", "3/4", "4/4")
    sheets = [write_sheet(Plan(bars=4, metre=m, seed=i), ensemble) for i, m in enumerate(metres)]
    batches = [[sheet.plan.seed for sheet in batch] for batch in alike(sheets, ensemble)]
    assert batches == [[0, 2], [1]]


def test_pieces_come_in_the_order_of_their_seeds_whatever_their_metre(tiny_ensemble, monkeypatch):
    ensemble = in_three_metres(tiny_ensemble)
    module = sys.modules["antiphon.inference.compose"]
    monkeypatch.setattr(module, "writer_of", lambda name: ensemble)
    made = compose(Plan(bars=4, seed=3, instruments="melody,chords"), count=8)
    assert [c.plan.seed for c in made] == list(range(3, 11))
    assert len({str(c.piece.metres[0]) for c in made}) > 1
    assert all(str(c.piece.metres[0]) == c.plan.metre for c in made)
