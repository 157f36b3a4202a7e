"""The map's command: what is said to it, and what it leaves behind."""

from __future__ import annotations

import shlex
import sys
import types
from dataclasses import replace

import pytest

from antiphon import cli, formats
from antiphon.music.piece import Piece, Track, notes_of


@pytest.fixture
def calls(monkeypatch, composition, only_pop):
    """Put a verb there that returns its piece; it lists its calls and the maps that are drawn."""
    found = []

    def wander(piece, x, y, *, plan, model, draw):
        found.append((x, y, plan, draw(piece.metre_at(0))))
        return [composition(piece, replace(plan, key="C major"))]

    fake = types.ModuleType("antiphon.inference.wander")
    fake.wander, fake.charted = wander, lambda metre, *, plan, model: object()
    monkeypatch.setitem(sys.modules, "antiphon.inference.wander", fake)
    return found


@pytest.fixture
def file(tmp_path):
    notes = notes_of((24 * i, 24, 60, 80) for i in range(4))
    formats.write(Piece([Track("Lead", notes=notes)]), tmp_path / "mine.mid")
    return str(tmp_path / "mine.mid")


def test_places_are_visited_in_order_on_one_map_and_the_told_command_goes_there_again(
    calls, file, tmp_path, capsys
):
    out = str(tmp_path / "out")
    arguments = ["--at", "0.2,0.8 0.5,1", "--seed", "4", "--formats", "mid", "--out", out]
    assert cli.main(["wander", file, *arguments]) == 0
    assert [call[:2] for call in calls] == [(0.2, 0.8), (0.5, 1.0)]
    assert calls[0][2].seed == 4 and calls[0][3] is calls[1][3]
    assert sorted(p.name for p in (tmp_path / "out").glob("*.mid")) == ["001.mid", "002.mid"]
    again = shlex.split(capsys.readouterr().out.split("Again    ")[1].strip())
    assert cli.main(again[1:]) == 0
    assert [call[:3] for call in calls[2:]] == [call[:3] for call in calls[:2]]


@pytest.mark.parametrize("at", ["", "0.5", "a,b", "0.1,0.2,0.3"])
def test_places_written_otherwise_are_said_before_anything(at, calls, file, capsys):
    assert cli.main(["wander", file, "--at", at]) == 1
    assert "names no places" in capsys.readouterr().err
    assert not calls
