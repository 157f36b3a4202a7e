"""Drafts: how many pieces are written side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from antiphon.inference import _drafts
from antiphon.inference._drafts import BATCH, Draft, alike, rank
from antiphon.inference._judge import habits
from antiphon.inference._sheet import write_sheet
from antiphon.models._waiting import Kept
from antiphon.music.piece import notes_of
from antiphon.music.plan import Plan


@pytest.mark.parametrize(("n_takes", "size"), [(1, BATCH), (64, 3), (BATCH, 1)])
def test_as_many_pieces_are_written_at_once_as_their_takes_have_room(
    tiny_ensemble, monkeypatch, n_takes, size
):
    monkeypatch.setattr(_drafts, "takes_of", lambda ensemble, sheet: n_takes)
    sheet = write_sheet(Plan(bars=4), tiny_ensemble)
    sheets = [replace(sheet) for _ in range(BATCH + 1)]
    sizes = [len(batch) for batch in alike(sheets, tiny_ensemble)]
    assert sum(sizes) == BATCH + 1 and max(sizes) == size


def test_pieces_of_other_lengths_are_written_apart(tiny_ensemble):
    sheets = [write_sheet(Plan(bars=n), tiny_ensemble) for n in (4, 4, 6, 4)]
    assert [len(batch) for batch in alike(sheets, tiny_ensemble)] == [3, 1]


@pytest.mark.parametrize(
    ("notes", "kept", "asked", "more"),
    [
        (2, False, "melody,chords", 0.0),  # two notes in every bar
        (1, False, "melody,chords", 0.75),  # every bar is thin, a quarter is usual
        (1, False, "chords", 0.0),
        (1, True, "melody,chords", 0.0),  # the tune is the musician's own
    ],
)
def test_a_piece_with_hardly_any_tune_ranks_lower(tiny_ensemble, notes, kept, asked, more):
    sheet = write_sheet(Plan(bars=4, form="A", metre="4/4", instruments=asked), tiny_ensemble)
    if kept:
        none = np.zeros(0, int)
        sheet.kept = (Kept(np.ones((4, 4), bool), *[none] * 5), torch.zeros(4, 1))
    tune = notes_of([(96 * bar + 24 * i, 12, 70, 80) for bar in range(4) for i in range(notes)])
    usual = habits(tiny_ensemble, sheet.metre)
    draft = Draft(sheet, None, 0, {"melody": tune}, np.zeros((4, len(usual.mean))), usual)
    assert rank(draft) - _drafts._wrong(draft) == pytest.approx(more)
