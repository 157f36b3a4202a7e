"""Tuning a scribe: temperatures and constant logits, folded into its last layers."""

from __future__ import annotations

import pytest
import torch

from antiphon.representations.facts import N_RELATIONS, N_RETURNS
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import END, N_LAGS
from antiphon.training.tuning import ScribeTuning, tuned


@pytest.fixture
def heard(untrained_scribe):
    """A scribe whose tables say something, and what is known before three choices."""
    scribe = untrained_scribe()
    torch.manual_seed(1)
    with torch.no_grad():
        for table in (*scribe.relation.parameters(), *scribe.returns.parameters()):
            table.normal_()
    known = torch.randn(3, scribe.config.hidden + scribe.config.step_width)
    facts = torch.zeros(3, 5, dtype=torch.long)
    relations = torch.randint(N_RELATIONS * N_PITCHES, (3, 4))
    returns = torch.randint(N_RETURNS, (3, 4, N_LAGS))
    return scribe, known, facts, relations, returns


@torch.no_grad()
def test_logits_are_divided_by_temperatures(heard):
    scribe, known, facts, relations, returns = heard
    other = tuned(
        scribe, ScribeTuning(cell_temperature=0.5, pitch_temperature=0.8, length_temperature=2.0)
    )
    close = {"rtol": 1e-4, "atol": 1e-5}
    torch.testing.assert_close(
        other.cells(known, returns), scribe.cells(known, returns) / 0.5, **close
    )
    torch.testing.assert_close(
        other.pitches(known, facts, relations),
        scribe.pitches(known, facts, relations) / 0.8,
        **close,
    )
    for there, here in zip(other.lengths(known, facts), scribe.lengths(known, facts), strict=True):
        torch.testing.assert_close(there, here / 2.0, **close)


@torch.no_grad()
def test_logits_are_added_to_the_cells_of_parts_and_between_eighths(heard):
    scribe, known, *_, returns = heard
    other = tuned(scribe, ScribeTuning(part_logits=(0.0, 1.0, 2.0, 4.0), between_logit=8.0))
    more = (other.cells(known, returns) - scribe.cells(known, returns))[0]
    assert more[:4].tolist() == pytest.approx([0, 1, 2, 4], abs=1e-4)  # the first slot
    assert more[4:12].tolist() == pytest.approx([8, 9, 10, 12] * 2, abs=1e-4)
    assert more[12:16].tolist() == pytest.approx([0, 1, 2, 4], abs=1e-4)  # the next eighth
    assert more[END].item() == pytest.approx(0, abs=1e-4)


def test_what_is_not_tuned_stays_and_what_cannot_be_is_refused(heard):
    scribe = heard[0]
    other = tuned(scribe, ScribeTuning())
    assert other is not scribe
    for mine, its in zip(scribe.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, its)
    with pytest.raises(ValueError, match="above 0"):
        ScribeTuning(pitch_temperature=0.0)
    with pytest.raises(ValueError, match="4 numbers"):
        ScribeTuning(part_logits=(1.0,))
