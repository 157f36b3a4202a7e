"""Drafts: how many pieces are written side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from antiphon.inference import _drafts
from antiphon.inference._drafts import BATCH, alike
from antiphon.inference._sheet import write_sheet
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
