from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from antiphon import cli
from antiphon.cli.train import seconds
from antiphon.errors import AntiphonError


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("2d", 172800), (" 10 M ", 600)],
)
def test_time_budgets_are_read(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "30", "0m", "-1h", "1:30", "soon"])
def test_what_is_no_time_budget_is_refused(text):
    with pytest.raises(AntiphonError, match="is no time budget"):
        seconds(text)


def test_the_training_is_given_what_was_asked_and_its_weights_are_told(
    tmp_path, monkeypatch, capsys
):
    config = tmp_path / "small.toml"
    config.write_text("")
    given = []

    def train(config, *, run=None, time_budget_s=None):
        given.append((config, run, time_budget_s))
        return Path("runs/small/weights")

    fake = types.ModuleType("antiphon.training.train")
    fake.train = train
    monkeypatch.setitem(sys.modules, "antiphon.training.train", fake)
    assert cli.main(["train", str(config), "--run", "runs/small", "--time-budget", "1m"]) == 0
    assert given == [(config, Path("runs/small"), 60)]
    assert "antiphon compose --model runs/small/weights" in capsys.readouterr().out.replace(
        "\\", "/"
    )


def test_a_gan_is_heard_by_generate_and_one_of_many_processes_speaks(tmp_path, monkeypatch, capsys):
    config = tmp_path / "small.toml"
    config.write_text("")
    (tmp_path / "config.toml").write_text('[about]\nmodel = "dcgan"\n')
    fake = types.ModuleType("antiphon.training.train")
    fake.train = lambda config, **asked: tmp_path
    monkeypatch.setitem(sys.modules, "antiphon.training.train", fake)
    assert cli.main(["train", str(config)]) == 0
    assert f"antiphon generate {tmp_path}" in capsys.readouterr().out
    monkeypatch.setenv("RANK", "1")
    assert cli.main(["train", str(config)]) == 0
    assert capsys.readouterr().out == ""
