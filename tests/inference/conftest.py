"""Decided plans to play from, without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from antiphon.inference._sheet import Sheet, write_sheet
from antiphon.music.plan import Plan


@pytest.fixture
def sheet(tiny_ensemble) -> Callable[..., Sheet]:
    """A function that decides a plan: ``sheet(bars=4, chords="C G")``; C major, 100 a minute."""

    def decided(**values: object) -> Sheet:
        plan = Plan(**{"bars": 4, "key": "C", "tempo": 100.0, "chords": "C", "form": "A"} | values)
        return write_sheet(replace(plan), tiny_ensemble)

    return decided
