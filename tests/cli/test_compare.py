"""antiphon compare: a table, a page, and configs that are trained first."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from antiphon import formats
from antiphon.cli import main
from antiphon.cli._compared import page_of
from antiphon.inference import compare
from antiphon.inference._comparison import JUST_TOLD, LOW, Row

SMALL = ["--pieces", "6", "--bars", "32", "--n", "20", "--show", "1", "--parts", "melody,chords"]
CONFIG = """
kind = "gan"
model = "rcgan"
prepared = "{prepared}"
[data]
n_events = 24
[network]
hidden = 8
critic_hidden = 8
[training]
n_iterations = 2
batch_size = 4
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory, song) -> Path:
    folder = tmp_path_factory.mktemp("real")
    for seed in range(20):  # halves of 20 windows of 8 bars
        formats.write(song(seed, 16), folder / f"{seed:03d}.mid")
    return folder


def run(real: Path, *words: object) -> int:
    return main(["compare", "--against", str(real), *SMALL, *map(str, words)])


def test_a_config_is_trained_and_stands_beside_a_folder_on_page_and_table(
    real, tiny_prepared, tmp_path, monkeypatch, capsys, song
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compare, "Terms", partial(compare.Terms, n_trees=3))  # seconds less
    for seed in range(10):
        formats.write(song(seed + 60, 16), tmp_path / "songs" / f"{seed}.mid")
    config = tmp_path / "tiny.toml"
    config.write_text(CONFIG.format(prepared=tiny_prepared.as_posix()))
    words = ("songs", config, "--formats", "mid,png", "--out", "out")
    assert run(real, *words) == 0
    out = tmp_path / "out"
    told = capsys.readouterr()
    assert "× the floor" in told.out and "CPU minutes" in told.out
    assert "Training tiny by" in told.err and "tiny: drawing (step 2 of 6" in told.err
    assert "antiphon compare songs runs/tiny --against" in told.out
    report = json.loads((out / "compare.json").read_text())
    assert [s["name"] for s in report["systems"]] == ["songs", "tiny"]
    assert report["systems"][1]["cost"]["kimg"] == pytest.approx(2 * 4 / 1000)
    table = (out / "table.md").read_text()
    assert "|  | real music | songs | tiny |" in table
    page = (out / "index.html").read_text()
    shown = {f"{name}-1.{e}" for name in ("real", "songs", "tiny") for e in ("mid", "png")}
    assert {p.name for p in (out / "shown").iterdir()} == shown
    assert all(f'href="shown/{name}"' in page for name in shown)
    assert len(list((out / "music" / "tiny").glob("*.mid"))) == 6
    # the second time everything is there
    drawn = {p: p.stat().st_mtime_ns for p in (out / "music").rglob("*.mid")}
    judged = {p: p.stat().st_mtime_ns for p in (out / "evaluations").iterdir()}
    assert run(real, *words) == 0
    assert {p: p.stat().st_mtime_ns for p in (out / "music").rglob("*.mid")} == drawn
    assert {p: p.stat().st_mtime_ns for p in (out / "evaluations").iterdir()} == judged


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "No 'nobody' in models."),
        (["no.toml"], "There is no config no.toml"),
        (["pop", "--cpu-minutes", "5"], "are for configs (.toml) to train"),
        (["pop", "--time-budget", "long"], "'long' is no time budget"),
        (["pop", "--formats", "mod"], "No 'mod' in formats."),
        (["pop", "--parts", "melody,tune"], "No 'tune' in parts."),
        (["pop", "--dataset", "pop99"], "No 'pop99' in datasets."),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(real, tmp_path, capsys, words, said):
    quiet = () if "--formats" in words else ("--formats", "mid")
    assert run(real, *words, *quiet, "--out", tmp_path / "out") == 1
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert not (tmp_path / "out").exists()


SOUNDS = CONFIG.replace("n_events = 24", 'view = "spectrograms"')


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (SOUNDS, ["bad.toml"], "bad.toml makes sounds, not notes"),
        ('kind = "drums"\nprepared = "{prepared}"', ["bad.toml"], "learns drums alone"),
        ('prepared = "none"', ["bad.toml"], "learns from none, which is not there"),
        (CONFIG, ["bad.toml", "bad.toml"], "Two of them would be called 'bad'"),
        (CONFIG, ["bad.toml", "a b=bad.toml"], "'a b' is no name for a folder"),
        (CONFIG, ["bad.toml", "nobody"], "No 'nobody' in models."),
    ],
    ids=["sounds", "drums", "no data", "twice", "no name", "another unknown"],
)
def test_all_is_checked_before_the_first_training_begins(
    real, tiny_prepared, tmp_path, monkeypatch, capsys, text, words, said
):
    monkeypatch.chdir(tmp_path)
    Path("bad.toml").write_text(text.format(prepared=tiny_prepared.as_posix()))
    assert run(real, *words, "--formats", "mid") == 1
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_the_page_marks_the_best_and_escapes_names():
    rows = [
        Row("Distance", "FD", (3.0, 12.0, 6.0), 1, LOW),
        Row("Training", "minutes", (None, None, 20.0), 1, JUST_TOLD),
        Row("Training", "nobody knows", (None, None, None), 1, JUST_TOLD),
    ]
    shown = {"real": [{"png": "shown/real-1.png", "ogg": "shown/real-1.ogg"}], "a": []}
    page = page_of(["a", "<b>"], rows, ["Few windows."], shown, "antiphon compare a")
    assert "<td class=best>6.0" in page and "<td>12.0" in page
    assert "&lt;b&gt;" in page and "nobody knows" not in page
    assert page.count("<audio") == 1 and 'src="shown/real-1.ogg"' in page
    # of 12, the longest bar: real music marked at a quarter, the best at a half
    assert "left:calc(25.0%" in page and 'style="width:50.0%"' in page
