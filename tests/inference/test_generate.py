"""Drawing pieces from weights that take no plan, untrained ones here."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from antiphon import cli, formats
from antiphon.errors import AntiphonError
from antiphon.inference.evaluate import Protocol, evaluate_folders
from antiphon.inference.generate import generate, generate_folder
from antiphon.models._gan import Drawer, build, config_of, view_of, write_drawer
from antiphon.music.keys import Key

MODELS = {
    "dcgan": ({"n_bars": 1}, {"latent_size": 4, "width": 4}),
    "musegan": (
        {"n_bars": 2, "condition": "melody"},
        {"latent_size": 4, "width": 8, "critic_width": 4, "norm": "layer"},
    ),
    "rcgan": ({"n_events": 24}, {"hidden": 8, "critic_hidden": 8}),
    "transformergan": (
        {"n_tokens": 16},
        {"width": 8, "n_heads": 2, "n_blocks": 1, "critic_width": 8, "critic_blocks": 1},
    ),
}


@pytest.fixture
def weights(tmp_path):
    """A function that writes untrained weights, which fill about half of all cells."""

    def write(model: str, data=None, network=None):
        small_data, small_network = MODELS[model]
        view = view_of(model, small_data if data is None else data)
        config = config_of(model, small_network if network is None else network, view)
        torch.manual_seed(5)
        generator = build(model, config).generator
        if model == "dcgan":
            torch._foreach_mul_([p.data for p in generator.parameters()], 8.0)
        if model == "musegan":
            for bar in generator.bars:
                torch.nn.init.zeros_(bar.to_track.bias)
        conditions = (torch.rand(3, *view.condition_shape) > 0.9).float()
        drawer = Drawer("mine", model, {"licence": "none"}, generator, config, view, conditions)
        write_drawer(drawer, tmp_path / model)
        return tmp_path / model

    return write


@pytest.mark.parametrize("model", MODELS)
def test_pieces_have_the_asked_bars_and_the_same_seed_gives_the_same(weights, model):
    folder = str(weights(model))
    pieces = generate(folder, 2, bars=3, seed=1)
    again, other = generate(folder, 2, bars=3, seed=1), generate(folder, 2, bars=3, seed=2)
    assert [piece.n_bars for piece in pieces] == [3, 3]
    names = [track.name for track in pieces[0].tracks]
    assert names == ["Melody", "Counter-melody", "Chords", "Bass"]
    assert pieces[0].keys[0].key in (Key(0, "major"), Key(9, "minor"))
    for one, two in zip(pieces, again, strict=True):
        for a, b in zip(one.tracks, two.tracks, strict=True):
            assert np.array_equal(a.notes, b.notes)
    assert any(
        not np.array_equal(a.notes, b.notes)
        for a, b in zip(pieces[0].tracks, other[0].tracks, strict=True)
    )


def test_a_folder_of_drawn_pieces_can_be_judged(weights, tmp_path, song):
    drawn, real = tmp_path / "drawn", tmp_path / "real"
    files = generate_folder(str(weights("musegan")), drawn, 20, bars=2)
    assert len(files) == 40 and files[0].name == "001.mid" and files[1].name == "001.png"
    for index in range(8):
        formats.write(song(index), real / f"{index}.mid")
    protocol = Protocol(n=20, n_bars=2, n_trees=5)
    report, refused = evaluate_folders(drawn, real, protocol=protocol, controls=False)
    assert refused == []
    assert report["windows"]["pieces"]["generated"] >= 19
    assert report["distance"]["generated"]["fd"] > report["distance"]["real"]["fd"]


SOUNDS = {"view": "spectrograms", "n_bands": 32, "n_samples": 6656, "condition": "pitch"}


def test_of_spectrograms_sounds_are_written_and_pictures(weights, tmp_path):
    folder = str(weights("dcgan", SOUNDS))
    files = generate_folder(folder, tmp_path / "out", 2, pitch=60)
    assert [file.name for file in files] == ["001.wav", "001.png", "002.wav", "002.png"]
    samples, rate = formats.read_sound(files[0])
    assert samples.shape == (1, 6656) and rate == 16_000 and np.abs(samples).max() > 0
    with Image.open(files[1]) as picture:
        assert picture.size[0] > picture.size[1] > 100
    again = generate_folder(folder, tmp_path / "again", 2, pitch=60, endings=["wav"])
    assert again[1].read_bytes() == files[2].read_bytes()
    other = generate_folder(folder, tmp_path / "other", 2, pitch=61, endings=["flac"])
    assert not np.array_equal(formats.read_sound(other[0])[0], samples)
    with pytest.raises(AntiphonError, match="drawn and heard only"):
        generate(folder)


@pytest.mark.parametrize(
    ("data", "asked", "said"),
    [
        (SOUNDS, {"endings": ["mid"]}, "Cannot write 'mid'; can write: wav, flac"),
        (SOUNDS, {"pitch": 128}, "A pitch is a MIDI number from 0 to 127"),
        (SOUNDS, {"n": 0}, "Between 1 and 10,000"),
        ({**SOUNDS, "condition": ""}, {"pitch": 60}, "is not told pitches"),
        (None, {"pitch": 60}, "is not told pitches"),
    ],
    ids=["notes", "pitch", "none", "not told", "rolls"],
)
def test_sounds_that_cannot_be_drawn_are_explained(weights, tmp_path, data, asked, said):
    with pytest.raises(AntiphonError, match=said):
        generate_folder(str(weights("dcgan", data)), tmp_path / "out", **asked)


def test_the_command_writes_what_was_asked(weights, tmp_path, capsys):
    out = tmp_path / "out"
    folder = str(weights("dcgan"))
    words = ["generate", folder, "--count", "2", "--bars", "1", "--formats", "mid"]
    assert cli.main([*words, "-o", str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["001.mid", "002.mid"]
    assert "Wrote 2 files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"n": 0}, "Between 1 and 10,000 pieces"),
        ({"bars": 0}, "A piece has 1 to 512 bars, not 0"),
        ({"endings": ["mod"]}, "Cannot write 'mod'"),
    ],
)
def test_what_cannot_be_drawn_is_explained(weights, tmp_path, asked, said):
    with pytest.raises(AntiphonError, match=said):
        generate_folder(str(weights("dcgan")), tmp_path / "out", **asked)


def test_weights_that_compose_are_not_drawn_from(tiny_weights):
    with pytest.raises(AntiphonError, match="use `antiphon compose --model`"):
        generate(str(tiny_weights / "pop"))
