"""Training: a config becomes weights, and a training that is killed goes on bit for bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.inference.compose import compose
from antiphon.music.plan import Plan
from antiphon.training import adversary as adversary_training
from antiphon.training import choir as choir_training
from antiphon.training import coder as coder_training
from antiphon.training import scribe as scribe_training
from antiphon.training._checkpoint import unpack_into, write_checkpoint
from antiphon.training._monitor import Monitor
from antiphon.training._run import OutOfTime, RunFolder
from antiphon.training.train import read_config, train

STAGES = ("coder", "choir", "scribe", "adversary", "critic", "planner", "progression")


@pytest.fixture(autouse=True)
def few_held_out_bars(monkeypatch):
    """Scores on held-out bars need not be precise here."""
    fidelity = coder_training.fidelity
    monkeypatch.setattr(
        coder_training, "fidelity", lambda *a, **k: fidelity(*a, **{**k, "n_bars": 8})
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Where the whole training lies, once it was done; by kind."""
    return tmp_path_factory.mktemp("finished")


def whole(config, finished: Path, kind: str = "song") -> Path:
    if not (finished / kind / "weights").exists():
        train(config(kind), run=finished / kind)
    return finished / kind


def same_tensors(one: Path, two: Path) -> None:
    a, b = load_file(one), load_file(two)
    assert a.keys() == b.keys() and len(a) >= 8
    for name, value in a.items():
        assert torch.equal(value, b[name]), f"{one.name}: {name}"


def logged(run: Path, name: str) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / f"{name}.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k[:5] not in ("time_", "speed")} for line in lines]


def test_a_training_leaves_a_run_folder_and_weights_that_compose(config, finished):
    run = whole(config, finished)
    settings = tomllib.loads((run / "config.toml").read_text())
    assert settings["settings"]["seed"] == 3 and settings["choir"]["n_bars"] == 8
    assert settings["environment"]["torch"] == torch.__version__
    assert [row["iteration"] for row in logged(run, "coder")] == [1, 2, 3, 4, 5, 6]
    assert [row["iteration"] for row in logged(run, "choir_stats")] == list(range(1, 9))
    assert [row["iteration"] for row in logged(run, "choir_metrics")] == [3, 6, 8]
    assert "loss/generator" in logged(run, "planner_stats")[-1]
    assert "loss/generator" not in logged(run, "planner_stats")[0]
    assert [row["iteration"] for row in logged(run, "scribe_stats")] == [1, 2, 3]
    assert [row["iteration"] for row in logged(run, "scribe_metrics")] == [0, 2, 3]
    assert "held_out/pitch" in logged(run, "scribe_metrics")[0]
    assert "loss/reward" in logged(run, "adversary_stats")[-1]
    assert "loss/reward" not in logged(run, "adversary_stats")[0]
    assert [row["iteration"] for row in logged(run, "critic_stats")] == [1, 2, 3]
    assert all(0 <= row["auc/held_out"] <= 1 for row in logged(run, "critic_stats"))
    assert all((run / f"{stage}.safetensors").exists() for stage in STAGES)
    board = next((run / "tensorboard").glob("events.*")).read_bytes()
    tags = ("choir/loss/denoise", "held_out/denoise", "roll/0", "tones/1", "scribe/nll/pitch")
    for tag in tags:
        assert tag.encode() in board, tag
    ensemble = models.load(str(run))
    for name in ("planner", "progression", "scribe", "discriminator", "critic"):
        assert getattr(ensemble, name) is not None, name
    assert len(ensemble.songs) == 8
    assert compose(Plan(bars=4), model=str(run))[0].piece.n_bars == 4
    assert all(torch.isfinite(t.float()).all() for t in ensemble.tables.values())


def test_a_choir_that_nobody_listens_to_is_neither_trained_nor_kept(config, tmp_path):
    file, run = config(), tmp_path / "run"
    text = file.read_text().replace("level = 0.8\n", "")  # 1 when left out
    file.write_text(text)
    with pytest.raises(AntiphonError, match=r"a choir that its scribe does not listen to"):
        train(file, run=run)
    assert not run.exists()
    before, _, after = text.partition("[choir_training]")
    file.write_text(before + after[after.index("[") :])
    train(file, run=run)
    assert not (run / "choir.safetensors").exists()
    assert {p.stem for p in (run / "checkpoint").glob("*.safetensors")} == {*STAGES[2:]} - {
        "critic"
    }
    ensemble = models.load(str(run))
    assert ensemble.generator is None
    assert compose(Plan(bars=4), model=str(run))[0].piece.n_bars == 4


def test_every_stage_logs_what_it_has_seen_and_its_cpu_time(config, finished):
    run = whole(config, finished)
    # iterations × segments of one: bars, windows, windows, takes, stretches, outlines, chords
    counts = (6 * 8, 8 * 3, 3 * 4, 3 * 2 * 2 * 2, 3 * 128, 8 * 3, 3 * 3)
    seen = dict(zip(STAGES, counts, strict=True))
    for stage, n_segments in seen.items():
        file = run / ("coder.jsonl" if stage == "coder" else f"{stage}_stats.jsonl")
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        lines = [line for line in lines if "segments_seen" in line]
        assert lines[-1]["segments_seen"] == n_segments, stage
        assert lines[-1]["speed/cpu_s"] > lines[0]["speed/cpu_s"] > 0, stage
        assert RunFolder(run).load(stage)[1]["cpu_s"] >= lines[-1]["speed/cpu_s"] - 1e-6, stage


def test_each_stage_ends_for_good_when_its_cpu_time_is_spent(config, tmp_path):
    file, run = config(), tmp_path / "run"
    text = file.read_text()
    for stage in STAGES:
        table = f"[{stage}_training]\n"
        assert table in text
        text = text.replace(table, f"{table}cpu_minutes = 1e-6\n")
    file.write_text(text)
    for _ in range(2):  # the second time there is nothing left to do
        train(file, run=run)
        for stage in STAGES:
            assert RunFolder(run).load(stage)[1]["iteration"] == 1, stage
    assert compose(Plan(bars=4), model=str(run))[0].piece.n_bars == 4


def test_the_weights_are_the_moving_average(config, finished):
    run = whole(config, finished)
    kept = load_file(run / "weights" / "weights.safetensors")
    tensors = load_file(run / "choir.safetensors")
    name = "leave.bias"
    assert torch.equal(kept[f"generator.{name}"], tensors[f"average.{name}"].half())
    assert not torch.equal(tensors[f"generator.{name}"], tensors[f"average.{name}"])


def test_the_scribe_that_is_kept_is_that_of_the_second_stage(config, finished):
    run = whole(config, finished)
    kept = load_file(run / "weights" / "weights.safetensors")
    first, second = (load_file(run / f"{s}.safetensors") for s in ("scribe", "adversary"))
    name = "pitch.bias"
    assert torch.equal(kept[f"scribe.{name}"], second[f"average.{name}"].half())
    assert not torch.equal(first[f"average.{name}"], second[f"average.{name}"])
    # it went on where the first had come to
    assert torch.allclose(first[f"average.{name}"], second[f"generator.{name}"], atol=0.01)
    judge = "discriminator.of_bar.bias"
    assert torch.equal(kept[judge], second[judge].half())


class Killed(BaseException):
    """Stands in for a kill: nobody catches it."""


@pytest.mark.parametrize(
    ("kind", "file", "iteration"),
    [
        ("song", "coder", 5),
        ("song", "choir_stats", 3),  # before it was saved
        ("song", "choir_stats", 5),
        ("song", "choir_metrics", 6),
        ("song", "scribe_stats", 1),
        ("song", "scribe_metrics", 2),
        ("song", "adversary_stats", 1),
        ("song", "adversary_stats", 3),
        ("song", "planner_stats", 7),
        ("song", "progression_stats", 3),
        ("drums", "choir_stats", 5),
    ],
)
def test_a_killed_training_goes_on_bit_for_bit(
    config, finished, tmp_path, monkeypatch, kind, file, iteration
):
    expected = whole(config, finished, kind)
    log = RunFolder.log

    def until(self, name, at, scalars):
        log(self, name, at, scalars)
        if (name, at) == (file, iteration):
            with (self.path / f"{name}.jsonl").open("a") as handle:
                handle.write('{"iteration": 99, "cut')
            raise Killed

    run = tmp_path / "run"
    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "log", until)
        with pytest.raises(Killed):
            train(config(kind), run=run)
    assert not (run / "weights").exists()
    train(config(kind), run=run)
    stages = STAGES if kind == "song" else STAGES[:2]
    for stage in stages:
        same_tensors(run / f"{stage}.safetensors", expected / f"{stage}.safetensors")
    same_tensors(
        run / "weights" / "weights.safetensors", expected / "weights" / "weights.safetensors"
    )
    for file in expected.glob("*.jsonl"):
        assert logged(run, file.stem) == logged(expected, file.stem), file.stem


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_process_that_is_killed_for_real_leaves_a_whole_checkpoint(config, finished, tmp_path):
    expected = whole(config, finished)
    run = tmp_path / "run"
    code = (
        "from pathlib import Path; from antiphon.training.train import train; "
        f"train(Path({str(config())!r}), run=Path({str(run)!r}))"
    )
    source = Path(models.__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + 90
    while not (run / "coder.safetensors").exists() and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert process.returncode == -signal.SIGKILL
    train(config(), run=run)
    for stage in STAGES:
        same_tensors(run / f"{stage}.safetensors", expected / f"{stage}.safetensors")


def test_a_time_budget_stops_with_everything_saved_and_the_same_command_goes_on(
    config, finished, tmp_path
):
    expected = whole(config, finished)
    run = tmp_path / "run"
    with pytest.raises(OutOfTime, match="all is saved, and the same command goes on"):
        train(config(), run=run, time_budget_s=0)
    assert int(RunFolder(run).load("coder")[1]["iteration"]) == 1
    train(config(), run=run)
    for stage in STAGES:
        same_tensors(run / f"{stage}.safetensors", expected / f"{stage}.safetensors")


def test_when_the_time_is_up_in_the_scribe_the_next_stage_waits_for_all_of_it(
    config, finished, tmp_path, monkeypatch
):
    expected = whole(config, finished)
    run, log = tmp_path / "run", RunFolder.log
    time_is_up = []

    def until(self, name, at, scalars):
        log(self, name, at, scalars)
        if (name, at) == ("scribe_stats", 1):
            time_is_up.append(True)

    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "log", until)
        patched.setattr(Monitor, "expired", property(lambda self: bool(time_is_up)))
        with pytest.raises(OutOfTime, match="after 1 of 3 iterations of the scribe"):
            train(config(), run=run)
    train(config(), run=run)
    for stage in STAGES:
        same_tensors(run / f"{stage}.safetensors", expected / f"{stage}.safetensors")


def test_a_finished_training_is_not_done_again(config, finished, monkeypatch):
    run = whole(config, finished)
    before = (run / "choir.safetensors").stat().st_mtime_ns

    def never(*arguments):
        raise AssertionError("trained again")

    monkeypatch.setattr(choir_training, "denoise_step", never)
    monkeypatch.setattr(coder_training, "_iterate", never)
    monkeypatch.setattr(scribe_training, "descend", never)
    monkeypatch.setattr(adversary_training, "windows", never)
    train(config(), run=run)
    assert (run / "choir.safetensors").stat().st_mtime_ns == before


def test_networks_may_begin_with_those_of_another_run(config, finished, tmp_path):
    first = whole(config, finished)
    more = f'start = "{first.as_posix()}"'
    train(config(more=more), run=tmp_path / "next")
    for stage, name in (("choir", "loss/denoise"), ("scribe", "nll/cell")):
        scratch, begun = (logged(run, f"{stage}_stats")[0] for run in (first, tmp_path / "next"))
        assert begun[name] != scratch[name], stage


def test_networks_may_begin_with_weights_and_stop_with_whole_ones(config, finished, tmp_path):
    weights = whole(config, finished) / "weights"
    file = config(more=f'start = "{weights.as_posix()}"')
    with pytest.raises(OutOfTime, match="after 1 of 6 iterations of the coder"):
        train(file, run=tmp_path / "run", time_budget_s=0)
    kept = load_file(tmp_path / "run" / "weights" / "weights.safetensors")
    first = load_file(weights / "weights.safetensors")
    # of the stages that had not begun, all is as the start has it
    for name in ("scribe.pitch.bias", "discriminator.of_bar.bias", "planner.leave.bias"):
        assert torch.allclose(kept[name].float(), first[name].float(), atol=1e-3), name
    assert torch.equal(kept["table.vocabulary"], first["table.vocabulary"])
    assert "begun with" in (tmp_path / "run" / "weights" / "CARD.md").read_text()
    # what is not there was not called finished: the same command trains it
    assert not (tmp_path / "run" / "scribe.safetensors").exists()
    with pytest.raises(AntiphonError, match="No 'nobody' in models"):
        train(config(more='start = "nobody"'), run=tmp_path / "other")


def test_a_small_checkpoint_begins_a_training_on_another_machine(config, finished, tmp_path):
    run, kept = whole(config, finished), tmp_path / "kept"
    write_checkpoint(run, kept)
    assert {p.name for p in kept.iterdir()} == {
        "choir.safetensors", "scribe.safetensors", "adversary.safetensors",
        "planner.safetensors", "progression.safetensors", "config.toml",
    }  # fmt: skip
    for file in kept.glob("*.safetensors"):
        assert not any("optimizer" in name for name in load_file(file)), file.name
    fresh = RunFolder(tmp_path / "fresh")
    unpack_into(fresh, kept, str(run))
    tensors, meta = fresh.load("choir")
    expected = load_file(run / "choir.safetensors")
    assert meta["iteration"] == 8
    for name in ("average.leave.bias", "discriminator.of_bar.bias"):
        assert torch.equal(tensors[name], expected[name].half().float())
    assert torch.equal(tensors["generator.leave.bias"], tensors["average.leave.bias"])
    tensors, meta = fresh.load("adversary")
    expected = load_file(run / "adversary.safetensors")
    assert meta["iteration"] == 3
    for name in ("average.pitch.bias", "discriminator.of_bar.bias"):
        assert torch.equal(tensors[name], expected[name].half().float())
    assert torch.equal(tensors["generator.pitch.bias"], tensors["average.pitch.bias"])


def test_checkpoints_that_are_not_there_are_explained(tmp_path):
    with pytest.raises(AntiphonError, match="nothing to keep"):
        write_checkpoint(tmp_path, tmp_path / "out")
    with pytest.raises(AntiphonError, match="There is no checkpoint"):
        unpack_into(RunFolder(tmp_path / "run"), tmp_path / "none", "pop")


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_release_refuses_data_that_may_not_be_shipped(config, closed_set, tmp_path, kind):
    with pytest.raises(AntiphonError, match="licence does not allow weights to be released"):
        train(config(kind, closed_set, more="release = true"), run=tmp_path / "run")
    pieces = json.loads((closed_set / "pieces.json").read_text())
    del pieces[0]["ship"]  # what says nothing of it may not be shipped either
    (closed_set / "pieces.json").write_text(json.dumps(pieces))
    with pytest.raises(AntiphonError, match="licence does not allow"):
        train(config(kind, closed_set, more="release = true"), run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_release_refuses_sets_beside_that_may_not_be_shipped(config, closed_set, tmp_path):
    beside = f"release = true\nbeside = {{'{closed_set}' = 0.5}}"
    with pytest.raises(AntiphonError, match="closed has songs whose licence does not allow"):
        train(config(more=beside), run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_release_takes_data_that_may_be_shipped(config, tiny_prepared, tmp_path):
    with pytest.raises(OutOfTime):
        train(config(more="release = true"), run=tmp_path / "run", time_budget_s=0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('prepared = "x"\nsed = 1', "No 'sed' in the configuration. Did you mean 'seed'"),
        ("seed = 1", "prepared must name the folder"),
        ('prepared = "x"\nkind = "band"', "kind must be 'song', 'drums' or 'gan', not 'band'"),
        ("seed = = 1", "cannot be read"),
        ('prepared = "x"\nseed = true', "seed must be a whole number, not True"),
        ('prepared = "x"\ncoder = 5', "coder must be a table, not 5"),
    ],
)
def test_configs_that_cannot_be_are_explained(tmp_path, text, said):
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(AntiphonError, match=said):
        read_config(file)


def test_a_config_that_is_not_there_and_one_without_data_are_explained(config, tmp_path):
    with pytest.raises(AntiphonError, match=r"none\.toml cannot be read"):
        train(tmp_path / "none.toml")
    with pytest.raises(AntiphonError, match="antiphon data prepare"):
        train(config(prepared=tmp_path / "nothing"), run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        ("[scribe_training]\n", "No 'n_iteration' in the table .scribe_training. of the config"),
        ("[progression_training]\n", "No 'n_iteration' in the table .progression_training."),
    ],
)
def test_what_a_late_stage_would_refuse_is_found_before_the_first(config, tmp_path, begins, said):
    file = config()
    file.write_text(file.read_text().replace(begins, f"{begins}n_iteration = 3\n"))
    with pytest.raises(AntiphonError, match=said):
        train(file, run=tmp_path / "runs" / "run")
    file.write_text(config().read_text().replace("n_bars = 8\nsave", "n_bars = 17\nsave"))
    with pytest.raises(AntiphonError, match="longest song of a split has 16 bars"):
        train(file, run=tmp_path / "runs" / "run")
    assert not (tmp_path / "runs").exists()


def test_a_run_folder_that_cannot_be_made_is_explained(config, tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(AntiphonError, match="cannot be made: file exists"):
        train(config(), run=tmp_path / "run")
    assert (tmp_path / "run").read_text() == "mine"


def test_every_shipped_config_can_be_read():
    folder = Path(__file__).parents[2] / "configs"
    for file in folder.rglob("*.toml"):
        assert read_config(file).prepared
