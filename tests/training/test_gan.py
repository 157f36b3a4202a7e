"""The one engine: bit for bit after a kill, the same by micro-batches and by processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from antiphon import cli, models, registry
from antiphon.errors import AntiphonError
from antiphon.formats import read_sound
from antiphon.inference.compose import compose
from antiphon.inference.generate import generate
from antiphon.models._ensemble import config_from
from antiphon.models._gan import config_of, read_drawer, view_of
from antiphon.music.plan import Plan
from antiphon.training._run import OutOfTime, RunFolder
from antiphon.training._settings import GanTraining, read_config
from antiphon.training.train import train

TABLES = {
    "dcgan": "[data]\nn_bars = 1\n[network]\nlatent_size = 4\nwidth = 2\n",
    "musegan": "[data]\nn_bars = 2\n[network]\nlatent_size = 4\nwidth = 8\ncritic_width = 4\n",
    "rcgan": "[data]\nn_events = 12\n[network]\nhidden = 8\ncritic_hidden = 8\n",
    "transformergan": "[data]\nn_tokens = 12\n[network]\nwidth = 8\nn_heads = 2\nn_blocks = 1\n"
    "critic_width = 8\ncritic_blocks = 1\n",
}
TRAINING = {
    "dcgan": "",
    "musegan": 'objective = "relativistic"\npenalty = "r1_r2"\npenalty_every = 2\n'
    'augment = ["transpose", "rotate", "cut_out"]\nadapt_to = 0.1\nadapt_segments = 40\n'
    "discriminator_updates = 2\n",
    "rcgan": 'objective = "hinge"\npenalty = "r1"\nfeature_weight = 1.0\n',
    "transformergan": 'objective = "wasserstein"\npenalty = "gp"\nlikelihood_iterations = 3\n'
    "likelihood_weight = 0.5\n",
}


@pytest.fixture
def config(tmp_path, tiny_prepared):
    """A function that writes a config of a model; what is given is added to its tables."""

    def write(model: str, *, training: str = "", network: str = "", more: str = "") -> Path:
        file = tmp_path / f"{model}.toml"
        file.write_text(
            f'kind = "gan"\nmodel = "{model}"\nprepared = "{tiny_prepared.as_posix()}"\nseed = 3\n'
            f'{more}\n[about]\nlicence = "none"\n{TABLES[model]}{network}\n[training]\n'
            "n_iterations = 5\nbatch_size = 4\nsave_every = 2\nlog_every = 1\nsample_every = 5\n"
            f"{TRAINING[model]}{training}\n"
        )
        return file

    return write


def losses(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "stats.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k[:5] not in ("time_", "speed")} for line in lines]


def same(one: Path, two: Path, atol: float = 0.0) -> None:
    a, b = (load_file(run / "gan.safetensors") for run in (one, two))
    assert a.keys() == b.keys() and len(a) > 20
    for name, value in a.items():
        assert torch.allclose(value.double(), b[name].double(), rtol=0, atol=atol), name


@pytest.mark.parametrize("model", TABLES)
def test_a_training_leaves_a_run_folder_and_weights_to_draw_from(config, tmp_path, model):
    run = tmp_path / "run"
    train(config(model), run=run)
    stats = losses(run)
    assert [row["iteration"] for row in stats] == list(range(1, len(stats) + 1))
    assert stats[-1]["segments_seen"] == 4 * len(stats)
    for name in ("loss/generator", "loss/discriminator", "spread/among_fake"):
        assert name in stats[-1], name
    assert json.loads((run / "stats.jsonl").read_text().splitlines()[0])["speed/cpu_s"] > 0
    written = tomllib.loads((run / "config.toml").read_text())
    assert written["settings"]["model"] == model
    assert written["training"]["beta_2"] == 0.999  # what was left out is filled in
    assert written["data"]["view"] == registry.load("antiphon.models", model).VIEWS[0]
    assert {p.name for p in (run / "samples").iterdir()} == {
        f"{n:07d}.{ending}" for n in {0, 5, len(stats)} for ending in ("png", "mid")
    }
    kept, tensors = read_drawer(run / "weights").generator, load_file(run / "gan.safetensors")
    for name, value in kept.state_dict().items():  # the average, in halves
        assert torch.allclose(value.float(), tensors[f"average.{name}"].float(), atol=2e-3), name
    assert generate(str(run), 2, bars=3)[1].n_bars == 3


class Killed(BaseException):
    """Stands in for a kill: nobody catches it."""


@pytest.mark.parametrize(
    ("model", "at", "precision"),
    [
        ("musegan", 3, "auto"),
        ("transformergan", 5, "auto"),
        ("dcgan", 1, "auto"),
        ("musegan", 3, "64-true"),
    ],
)
def test_a_killed_training_goes_on_bit_for_bit(config, tmp_path, monkeypatch, model, at, precision):
    file = config(model, training=f'precision = "{precision}"\n')
    train(file, run=tmp_path / "whole")
    log = RunFolder.log

    def until(self, name, iteration, scalars):
        log(self, name, iteration, scalars)
        if iteration == at:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "log", until)
        with pytest.raises(Killed):
            train(file, run=tmp_path / "killed")
    train(file, run=tmp_path / "killed")
    same(tmp_path / "killed", tmp_path / "whole")
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")
    metas = [RunFolder(tmp_path / name).load("gan")[1] for name in ("killed", "whole")]
    assert metas[0]["probability"] == metas[1]["probability"]


def test_when_the_time_is_up_all_is_saved_and_the_same_command_goes_on(config, tmp_path):
    train(config("rcgan"), run=tmp_path / "whole")
    with pytest.raises(OutOfTime, match="after 1 of 5 iterations of the rcgan: all is saved"):
        train(config("rcgan"), run=tmp_path / "run", time_budget_s=0)
    assert generate(str(tmp_path / "run"))[0].n_bars == 8  # it can be heard already
    train(config("rcgan"), run=tmp_path / "run")
    same(tmp_path / "run", tmp_path / "whole")


def test_a_training_ends_for_good_when_its_cpu_time_is_spent(config, tmp_path):
    file, run = config("rcgan", training="cpu_minutes = 1e-6"), tmp_path / "run"
    for _ in range(2):  # the second time there is nothing left to do
        train(file, run=run)
        assert [row["iteration"] for row in losses(run)] == [1]
    assert RunFolder(run).load("gan")[1]["iteration"] == 1
    assert generate(str(run))[0].n_bars == 8


@pytest.mark.parametrize("model", ["musegan", "transformergan"])
def test_micro_batches_come_to_the_same_as_the_whole_batch(config, tmp_path, model):
    network = 'norm = "layer"\n' if model == "musegan" else ""
    train(config(model, network=network), run=tmp_path / "whole")
    train(config(model, network=network, training="micro_batch_size = 1"), run=tmp_path / "parts")
    for a, b in zip(losses(tmp_path / "whole"), losses(tmp_path / "parts"), strict=True):
        for name in a:
            if name.startswith("loss/"):
                assert a[name] == pytest.approx(b[name], abs=1e-5), (a["iteration"], name)


@pytest.mark.parametrize("model", ["musegan", "transformergan"])
def test_in_double_precision_the_order_of_sums_is_not_seen(config, tmp_path, model):
    network = 'norm = "layer"\n' if model == "musegan" else ""
    double = 'precision = "64-true"\n'
    for name, more in (("whole", ""), ("parts", "micro_batch_size = 1\n")):
        train(config(model, network=network, training=double + more), run=tmp_path / name)
    same(tmp_path / "whole", tmp_path / "parts", atol=1e-9)
    assert generate(str(tmp_path / "whole"))[0].n_bars == 8


def by_two(config: Path, run: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Train by two processes, as torchrun starts them."""
    code = (
        "import sys; from antiphon.cli import main; "
        f"sys.exit(main(['train', {str(config)!r}, '--run', {str(run)!r}, *{more!r}]))"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {
        **os.environ,
        "PYTHONPATH": str(Path(models.__file__).parents[2]),
        "OMP_NUM_THREADS": "1",
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "TORCHELASTIC_RUN_ID": "none",
        "GROUP_RANK": "0",
        "NODE_RANK": "0",
    }
    ranks = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    said = [process.communicate(timeout=170)[0] for process in ranks]
    codes = [process.returncode for process in ranks]
    assert codes[0] == codes[1], said
    return subprocess.CompletedProcess([], codes[0], said[0], said[1])


def test_two_processes_come_to_the_same_as_one_with_twice_the_batch(config, tmp_path):
    file = config("musegan", network='norm = "layer"\n', training="micro_batch_size = 2")
    train(file, run=tmp_path / "one")
    done = by_two(file, tmp_path / "two")
    assert done.returncode == 0, done.stdout
    assert "Wrote" in done.stdout and "Wrote" not in done.stderr  # one speaks for both
    for a, b in zip(losses(tmp_path / "one"), losses(tmp_path / "two"), strict=True):
        assert a == pytest.approx(b, abs=1e-5)
    # each process adds up what one process adds up in two micro-batches
    same(tmp_path / "one", tmp_path / "two", atol=1e-5)


def test_a_batch_that_processes_cannot_share_is_explained(monkeypatch):
    from antiphon.training._team import Team

    team = Team()
    monkeypatch.setattr(Team, "size", 3)
    with pytest.raises(AntiphonError, match="batch_size must be a multiple of 3"):
        team.share(4)


def test_a_training_that_diverges_says_what_to_do(config, tmp_path):
    wild = "generator_learning_rate = 1e30\ndiscriminator_learning_rate = 1e30"
    with pytest.raises(AntiphonError, match="lower both learning rates"):
        train(config("dcgan", training=wild), run=tmp_path / "run")


def test_warnings_are_told_and_kept(config, tmp_path, monkeypatch, capsys):
    from antiphon.training import _alarm

    monkeypatch.setattr(_alarm, "_ALIKE", 1e9)
    train(config("dcgan"), run=tmp_path / "run")
    kept = (tmp_path / "run" / "warnings.txt").read_text()
    assert kept.startswith("Warning at iteration 3: the generator collapses")
    assert kept.strip() in capsys.readouterr().out


def test_weights_that_take_no_plan_say_how_to_be_heard(config, tmp_path):
    train(config("dcgan"), run=tmp_path / "run")
    with pytest.raises(AntiphonError, match="of a dcgan, which takes no plan"):
        compose(Plan(bars=4), model=str(tmp_path / "run"))


@pytest.mark.parametrize("name", TABLES)
def test_shipped_configs_describe_a_model(name):
    settings = read_config(Path(__file__).parents[2] / "configs" / f"{name}.toml")
    assert (settings.name, settings.model, settings.release) == (name, name, True)
    view = view_of(settings.model, settings.data)
    assert config_of(settings.model, settings.network, view).shape == view.shape
    assert config_from(GanTraining, settings.training).n_iterations > 1000


@pytest.mark.parametrize("name", TABLES)
def test_debug_configs_train_in_seconds(name, tmp_path, tiny_prepared):
    train(debug_config(name, tmp_path, tiny_prepared), run=tmp_path / "run")
    assert losses(tmp_path / "run")[-1]["iteration"] <= 20
    assert generate(str(tmp_path / "run"))[0].n_bars == 8


MOODS = ({"valence": 1.0, "arousal": 1.0}, {"valence": -1.0, "arousal": -1.0}, {})


@pytest.fixture
def labelled(tmp_path, tiny_prepared) -> Path:
    """A prepared set whose songs are happy jazz with a flute, sad rock with a violin, or unsaid."""
    folder = tmp_path / "labelled"
    shutil.copytree(tiny_prepared, folder)
    pieces = json.loads((folder / "pieces.json").read_text())
    for index, piece in enumerate(pieces):
        piece["labels"] = dict(MOODS[index % 3])
        if index % 3 < 2:
            piece["labels"]["style"] = ("jazz", "rock")[index % 3]
            piece["labels"]["programs"] = {"melody": (73, 40)[index % 3]}
    (folder / "pieces.json").write_text(json.dumps(pieces))
    return folder


def debug_config(name: str, folder: Path, prepared: Path) -> Path:
    """Copy a config of configs/debug that trains on another set."""
    text = (Path(__file__).parents[2] / "configs" / "debug" / f"{name}.toml").read_text()
    copy = folder / f"{name}.toml"
    copy.write_text(re.sub(r'prepared = ".*"', f'prepared = "{prepared.as_posix()}"', text))
    return copy


def test_labels_are_trained_on_and_drawn_by_name(labelled, tmp_path, capsys):
    run = tmp_path / "run"
    train(debug_config("emotion", tmp_path, labelled), run=run)
    assert tomllib.loads((run / "config.toml").read_text())["data"]["labels"] == ["emotion"]
    drawer = read_drawer(run / "weights")
    assert drawer.vocabulary == {"emotion": ("happy", "sad")}
    # each stored condition has the label of the song it is from; a third of the songs has none
    assert {-1, 0, 1} == set(drawer.labels[:, 0].tolist())
    words = ["generate", str(run), "--formats", "mid", "-o", str(tmp_path / "out")]
    assert cli.main([*words, "--label", "emotion=happy"]) == 0
    pieces = [generate(str(run), labels={"emotion": name})[0] for name in ("happy", "sad")]
    assert pieces[0].title == "debug-emotion happy 1, seed 0"
    assert any(
        not np.array_equal(a.notes, b.notes)
        for a, b in zip(*(piece.tracks for piece in pieces), strict=True)
    )
    assert cli.main([*words, "--label", "emotion=angry"]) == 1
    said = capsys.readouterr().err
    assert "no label emotion=angry; they know: emotion=happy, emotion=sad." in said
    assert cli.main([*words, "--label", "happy"]) == 1
    assert "write KIND=NAME" in capsys.readouterr().err


def test_an_instrument_that_is_asked_for_plays_the_melody(labelled, tmp_path):
    run = tmp_path / "run"
    train(debug_config("style", tmp_path, labelled), run=run)
    assert read_drawer(run / "weights").vocabulary == {
        "style": ("jazz", "rock"), "instrument": ("pipe", "strings"),
    }  # fmt: skip
    piece = generate(str(run), labels={"style": "rock", "instrument": "strings"})[0]
    assert piece.tracks[0].program == 40


def test_a_converter_learns_the_styles_of_a_set(labelled, tmp_path):
    run = tmp_path / "run"
    train(debug_config("converter", tmp_path, labelled), run=run)
    drawer = read_drawer(run / "weights")
    assert drawer.vocabulary == {"style": ("jazz", "rock")}
    assert drawer.critic is not None  # hears which conversion is most like a style
    assert generate(str(run), labels={"style": "rock"})[0].n_bars == 8
    assert all(np.isfinite(row["loss/likelihood"]) for row in losses(run))


def test_a_killed_training_with_labels_goes_on_bit_for_bit(labelled, tmp_path):
    file = debug_config("emotion", tmp_path, labelled)
    train(file, run=tmp_path / "whole")
    with pytest.raises(OutOfTime):
        train(file, run=tmp_path / "run", time_budget_s=0)
    train(file, run=tmp_path / "run")
    same(tmp_path / "run", tmp_path / "whole")


def test_labels_that_a_set_does_not_have_are_explained(tiny_prepared, tmp_path):
    with pytest.raises(AntiphonError, match="cannot be told apart by emotion: none is said"):
        train(debug_config("emotion", tmp_path, tiny_prepared), run=tmp_path / "run")
    file = debug_config("emotion", tmp_path, tiny_prepared)
    file.write_text(file.read_text().replace('["emotion"]', '"emotion"'))
    with pytest.raises(AntiphonError, match="labels must be a list"):
        train(file, run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("model", "training", "said"),
    [
        ("dcgan", 'objective = "kl"', "objective must be one of minimax"),
        ("dcgan", "likelihood_weight = 1.0", "A dcgan knows no likelihood"),
        ("dcgan", "feature_weight = 1.0", "A dcgan has no features"),
        ("rcgan", 'augment = ["rotate"]', "augment changes rolls"),
        ("dcgan", 'augment = ["stretch"]', "augment must be of transpose"),
        ("dcgan", "penalty_every = 0", "penalty_every must be at least 1"),
        ("dcgan", "precision = 16", "precision must be a text, not 16"),
        ("dcgan", 'cpu_minutes = "20"', "cpu_minutes must be a number, not '20'"),
        ("dcgan", "compile = 1", "compile must be true or false, not 1"),
        ("dcgan", 'augment = "cut_out"', "augment must be a list, not 'cut_out'"),
    ],
)
def test_trainings_that_cannot_be_are_explained(config, tmp_path, model, training, said):
    with pytest.raises(AntiphonError, match=said):
        train(config(model, training=training), run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_folder_of_other_networks_is_not_gone_on_with(config, tmp_path):
    run = tmp_path / "run"
    train(config("dcgan"), run=run)
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    with pytest.raises(AntiphonError, match="holds a training of dcgan, not of rcgan"):
        train(config("rcgan"), run=run)
    wider = config("dcgan")
    wider.write_text(wider.read_text().replace("width = 2", "width = 3"))
    with pytest.raises(AntiphonError, match="generator that is to be gone on with has other sizes"):
        train(wider, run=run)
    assert before == {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}


def test_what_is_told_must_fit_what_is_augmented(config, tmp_path):
    file = config("musegan")
    file.write_text(file.read_text().replace("[data]", '[data]\ncondition = "harmony"'))
    with pytest.raises(AntiphonError, match="no longer fits what is told"):
        train(file, run=tmp_path / "run")


def test_release_refuses_data_that_may_not_be_shipped(config, tmp_path, tiny_prepared, closed_set):
    file = config("dcgan", more="release = true")
    file.write_text(file.read_text().replace(tiny_prepared.as_posix(), closed_set.as_posix()))
    with pytest.raises(AntiphonError, match="licence does not allow"):
        train(file, run=tmp_path / "run")


def test_a_training_on_sounds_leaves_sound_to_hear(tmp_path, tiny_sounds):
    file, run = tmp_path / "sounds.toml", tmp_path / "run"
    file.write_text(
        f'kind = "gan"\nmodel = "dcgan"\nprepared = "{tiny_sounds.as_posix()}"\n'
        '[about]\nlicence = "none"\n'
        '[data]\nview = "spectrograms"\ncondition = "pitch"\nn_bands = 32\nn_samples = 6656\n'
        "sample_rate_hz = 8000\n[network]\nwidth = 2\nlatent_size = 4\n"
        "[training]\nn_iterations = 2\nbatch_size = 4\nlog_every = 1\nsample_every = 2\n"
    )
    train(file, run=run)
    assert losses(run)[-1]["iteration"] == 2
    names = {f"{n:07d}.{ending}" for n in (0, 2) for ending in ("png", "wav")}
    assert {p.name for p in (run / "samples").iterdir()} == names
    samples, rate_hz = read_sound(run / "samples" / "0000002.wav")
    assert samples.shape == (1, 4 * 6656) and rate_hz == 8000
    drawer = read_drawer(run / "weights")
    assert drawer.view.levels_db[0] == -80 and drawer.view.levels_db[1] < -6
    pitches = set(drawer.view.pitches_told(drawer.conditions.numpy()).tolist())
    assert pitches == {57, 58, 59, 60, 61}
    board = b"".join(p.read_bytes() for p in (run / "tensorboard").iterdir())
    assert b"audio/wav" in board


@pytest.mark.parametrize("file", ["dcgan_sounds.toml", "debug/dcgan_sounds.toml"])
def test_configs_of_sounds_describe_a_model(file):
    settings = read_config(Path(__file__).parents[2] / "configs" / file)
    view = view_of(settings.model, settings.data)
    assert config_of(settings.model, settings.network, view).n_told == 1
    assert config_from(GanTraining, settings.training).batch_size >= 8
