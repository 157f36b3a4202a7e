from __future__ import annotations

import os
import signal
import tomllib
from pathlib import Path

import pytest

import antiphon
from antiphon import cli


def test_no_arguments_show_what_there_is(capsys):
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    assert "compose" in shown and "train" in shown and "models" in shown


def test_version_is_the_one_of_the_package(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"antiphon {antiphon.__version__}\n"
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == antiphon.__version__


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["evaluat"], "No such command 'evaluat'. Did you mean 'evaluate'? See antiphon --help."),
        (["compose", "--kye", "G"], "No such option: --kye (Possible options: --keep, --key"),
        (["compose", "--bars", "many"], "Invalid value for '--bars'"),
        (["compose", "--count", "0"], "Invalid value for '--count'"),
        (["train"], "Invalid value: name a config, such as configs/pop.toml, or your own music"),
    ],
    ids=["no such command", "no such option", "no number", "count of none", "nothing given"],
)
def test_wrong_command_lines_are_explained_in_one_line_and_exit_with_2(arguments, sentence, capsys):
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"antiphon: {sentence}")
    assert shown.err.count("\n") == 1


def test_what_people_can_put_right_is_one_line_and_exits_with_1(capsys):
    assert cli.main(["train", "nowhere.toml"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("antiphon: There is no config nowhere.toml")
    assert shown.count("\n") == 1


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr("antiphon.cli.train.seconds", lambda text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["train", "x.toml", "--time-budget", "1m"])


@pytest.fixture
def ctrl_c_is_heard():
    """Python hears it, also where the tests run in the background of a shell that ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "kill"]
)
@pytest.mark.skipif(os.name == "nt", reason="signals differ there")
def test_being_stopped_leaves_nothing_behind(number, code, tmp_path, composer, monkeypatch, capsys):
    def stop(*_):
        signal.raise_signal(number)

    monkeypatch.setattr("antiphon.cli._render.write_one", stop)
    try:
        got = cli.main(["compose", "--formats", "mid", "--out", str(tmp_path / "new" / "out")])
    except SystemExit as leaving:
        got = leaving.code
    assert got == code
    assert not (tmp_path / "new").exists()
    if code == 130:
        assert capsys.readouterr().err == "antiphon: stopped.\n"


def test_every_file_of_the_room_is_a_command():
    app = cli.application()
    found = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    files = {p.stem for p in Path(cli.__file__).parent.glob("*.py") if not p.name.startswith("_")}
    assert found == {f.replace("_", "-") for f in files}


def test_only_the_command_asked_for_is_loaded():
    app = cli.application(["models"])
    assert [c.name for c in app.registered_commands] == ["models"]
    assert app.registered_groups == []
