"""From a folder of files to weights, music and a card in one command."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon import cli, formats

CONFIG = """
kind = "gan"
model = "dcgan"
prepared = "replaced"
release = true
[data]
n_bars = 1
[network]
latent_size = 4
width = 2
[training]
n_iterations = 2
batch_size = 4
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch, song) -> Path:
    """A current folder with twelve songs in my_midis and a config of a tiny network."""
    monkeypatch.chdir(tmp_path)
    for index in range(12):
        formats.write(song(index), tmp_path / "my_midis" / f"{index}.mid")
    (tmp_path / "tiny.toml").write_text(CONFIG)
    return tmp_path


def test_a_folder_becomes_weights_music_and_a_card(place, capsys):
    assert cli.main(["train", "tiny.toml", "--data", "my_midis", "--name", "mine"]) == 0
    said = capsys.readouterr().out
    # of twelve songs two each are held out
    assert "8 songs with 128 bars to learn from, 2 to check with. Training dcgan" in said
    run = place / "runs" / "mine"
    assert {p.suffix for p in (run / "music").iterdir()} >= {".mid", ".png"}
    assert formats.read(run / "music" / "003.mid").n_bars <= 32
    assert (place / "data" / "prepared" / "folder-mine" / "report.html").exists()
    card = (run / "weights" / "CARD.md").read_text()
    assert "Not for release" in card and "the folder my_midis; 8 songs" in card
    # two times two held-out songs of 16 bars are no 20 windows of 8 bars a side
    assert "Measured**: Not measured: Too little music to compare" in card
    assert "antiphon generate" in said.splitlines()[-2]


def test_too_little_music_is_said_and_leaves_no_run(place, capsys):
    for number in range(3, 12):
        (place / "my_midis" / f"{number}.mid").unlink()
    assert cli.main(["train", "--data", "my_midis"]) == 1
    said = capsys.readouterr().err
    assert "too little music: 1 songs with 16 bars to learn from and 1 to check with" in said
    assert not (place / "runs").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "musegan"], "go with --data FOLDER"),
        (["tiny.toml", "--data", "my_midis", "--model", "song"], "not both"),
        (["--data", "nowhere"], "There is no folder nowhere"),
        (["--data", "my_midis", "--model", "musgan"], "Did you mean 'musegan'"),
    ],
)
def test_commands_that_cannot_be_are_explained(place, capsys, words, said):
    assert cli.main(["train", *words]) == 1
    assert said in capsys.readouterr().err
    assert not (place / "runs").exists()
