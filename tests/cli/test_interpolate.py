"""The path's command: what is said to it, and what it leaves behind."""

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
    """Put a verb there that returns its first piece as often as is asked; it lists its calls."""
    found = []

    def interpolate(first, second, steps, *, plan, model, progress):
        found.append((first, second, steps, plan))
        progress(steps)
        return [composition(first, replace(plan, key="C major")) for _ in range(steps)]

    fake = types.ModuleType("antiphon.inference.interpolate")
    fake.interpolate = interpolate
    monkeypatch.setitem(sys.modules, "antiphon.inference.interpolate", fake)
    return found


@pytest.fixture
def files(tmp_path):
    for number in (1, 2):
        notes = notes_of((24 * i, 24, 60 + number, 80) for i in range(4 * number))
        formats.write(Piece([Track("Lead", notes=notes)]), tmp_path / f"{number}.mid")
    return [str(tmp_path / "1.mid"), str(tmp_path / "2.mid")]


def test_the_pieces_of_a_path_are_numbered_and_the_told_command_gives_them_again(
    calls, files, tmp_path, capsys
):
    out = str(tmp_path / "out")
    arguments = ["--steps", "3", "--seed", "4", "--formats", "mid", "--out", out]
    assert cli.main(["interpolate", *files, *arguments]) == 0
    assert sorted(p.name for p in (tmp_path / "out").glob("*.mid")) == [
        "001.mid", "002.mid", "003.mid",
    ]  # fmt: skip
    first, second, steps, plan = calls[0]
    assert (first.n_notes, second.n_notes, steps, plan.seed) == (4, 8, 3, 4)
    again = shlex.split(capsys.readouterr().out.split("Again    ")[1].strip())
    assert cli.main(again[1:]) == 0
    assert calls[1][2:] == calls[0][2:]


def test_a_file_that_is_not_there_is_said_before_anything(calls, files, tmp_path, capsys):
    assert cli.main(["interpolate", files[0], str(tmp_path / "no.mid")]) == 1
    assert "There is no file" in capsys.readouterr().err
    assert not calls
