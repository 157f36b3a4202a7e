"""Weights: kept in half precision, read again, and explained where they are broken."""

from __future__ import annotations

import shutil

import pytest
import torch

from antiphon import models, registry
from antiphon.errors import AntiphonError
from antiphon.models import choir
from antiphon.models._ensemble import config_from, read_ensemble, to_toml, write_ensemble
from antiphon.models._packing import packed, packed_tables, unpacked, unpacked_tables

NETWORKS = ("coder", "generator", "planner", "progression", "scribe", "discriminator")


@pytest.mark.parametrize("name", registry.names("antiphon.models"))
def test_every_model_builds_untrained_networks_with_the_sizes_of_its_config(name):
    model = registry.load("antiphon.models", name)
    built = model.build(model.Config())
    networks = [built] if isinstance(built, torch.nn.Module) else list(vars(built).values())
    for network in networks:
        assert getattr(network, "config", model.Config()) == model.Config() and network.training
        assert all(p.requires_grad and torch.isfinite(p).all() for p in network.parameters())
        assert sum(p.numel() for p in network.parameters()) > 10_000


def test_weights_read_again_give_equal_outputs(tiny_ensemble, tmp_path):
    write_ensemble(tiny_ensemble, tmp_path / "again")
    again = read_ensemble(tmp_path / "again")
    assert (again.name, again.songs) == ("pop", tiny_ensemble.songs)
    assert again.about == tiny_ensemble.about
    z, chords = torch.randn(2, 24), torch.rand(2, 4, 25)
    # both were read from packed weights
    one, two = (e.coder.decode(z, chords) for e in (again, tiny_ensemble))
    assert torch.allclose(one, two, rtol=1e-4, atol=1e-4)
    assert again.generator.config == tiny_ensemble.generator.config
    for name in NETWORKS:
        assert getattr(again, name).config == getattr(tiny_ensemble, name).config
        one, two = (getattr(e, name).state_dict() for e in (again, tiny_ensemble))
        assert all(torch.allclose(one[key], two[key], rtol=1e-5) for key in two)
    assert all(torch.equal(again.tables[k], v) for k, v in tiny_ensemble.tables.items())


def test_packing_changes_large_matrices_by_half_a_step_and_the_rest_by_half_precision(
    tiny_ensemble, tmp_path
):
    torch.manual_seed(0)
    built = choir.build(tiny_ensemble.generator.config)
    tiny_ensemble.generator = built.generator.eval()
    write_ensemble(tiny_ensemble, tmp_path / "w")
    kept, mine = read_ensemble(tmp_path / "w").generator.state_dict(), built.generator.state_dict()
    n_large = 0
    for name, value in mine.items():
        if value.dim() == 2 and value.numel() >= 4096:
            n_large += 1
            step = value.abs().amax(dim=1, keepdim=True) / 127
            assert ((kept[name] - value).abs() <= step * 0.501).all(), name
        else:
            assert torch.equal(kept[name], value.half().float()), name
    assert n_large


def test_packed_rows_by_hand():
    matrix = torch.zeros(64, 64)
    matrix[0, :3] = torch.tensor([127.0, -63.6, 0.4])
    matrix[1, 0] = 2.54  # a step is 0.02
    matrix[1, 1] = 0.031
    stored = packed({"m": matrix, "v": torch.tensor([1 / 3])})
    assert sorted(stored) == ["m#rows", "m#scales", "v"]
    assert stored["m#rows"].dtype == torch.int8 and stored["v"].dtype == torch.float16
    back = unpacked(stored)
    assert back["m"][0, :3].tolist() == [127, -64, 0]
    assert back["m"][1, :2].tolist() == pytest.approx([2.54, 0.04])
    assert not back["m"][2:].any()
    assert back["v"].item() == pytest.approx(1 / 3, rel=1e-3)


def test_packed_tables_by_hand():
    words = torch.tensor([[0, 0], [5, -32768], [0, 1]], dtype=torch.int16)
    songs = torch.tensor([3, 3, 7], dtype=torch.int16)
    scale = torch.tensor([0.5, 2.0])
    stored = packed_tables({"index": words, "song": songs, "scale": scale})
    assert {name: value.tolist() for name, value in stored.items()} == {
        "index#counts": [0, 3, 1],
        "index#places": [0, 2, 31, 16],  # bits 0 and 2 of the first word, 15 and 0 of the second
        "index#width": 2,
        "song#values": [3, 7],
        "song#lengths": [2, 1],
        "scale": [0.5, 2.0],
    }
    assert stored["index#places"].dtype == stored["index#counts"].dtype == torch.uint8
    back = unpacked_tables(stored)
    for name, value in (("index", words), ("song", songs), ("scale", scale)):
        assert torch.equal(back[name], value) and back[name].dtype == value.dtype, name


def test_a_generator_is_needed_where_the_scribe_listens_to_it(
    tiny_ensemble, untrained_scribe, tmp_path
):
    tiny_ensemble.generator = None
    write_ensemble(tiny_ensemble, tmp_path / "listens")  # its scribe's level is 0.75
    with pytest.raises(AntiphonError, match="cannot be read: 'generator'"):
        read_ensemble(tmp_path / "listens")
    tiny_ensemble.scribe = untrained_scribe(level=1.0)
    write_ensemble(tiny_ensemble, tmp_path / "alone")
    again = read_ensemble(tmp_path / "alone")
    assert again.generator is None
    with pytest.raises(ValueError, match="pop have no generator"):
        again.walker()
    tiny_ensemble.scribe = None
    write_ensemble(tiny_ensemble, tmp_path / "drums")
    with pytest.raises(AntiphonError, match="cannot be read: 'generator'"):
        read_ensemble(tmp_path / "drums")


@pytest.mark.parametrize("name", ["planner", "progression", "scribe", "discriminator"])
def test_weights_without_a_network_have_none(tiny_ensemble, tmp_path, name):
    setattr(tiny_ensemble, name, None)
    write_ensemble(tiny_ensemble, tmp_path / "w")
    again = read_ensemble(tmp_path / "w")
    assert [n for n in NETWORKS if getattr(again, n) is None] == [name]
    assert not list(tmp_path.glob("w/.*"))  # nothing half-written is left


def test_networks_that_were_read_do_not_learn(tiny_ensemble):
    networks = [getattr(tiny_ensemble, name) for name in NETWORKS]
    assert not any(p.requires_grad for n in networks for p in n.parameters())
    assert not any(n.training for n in networks)


def test_a_name_a_run_folder_and_a_weights_folder_are_found(tiny_ensemble, tiny_weights, tmp_path):
    shutil.copytree(tiny_weights / "pop", tmp_path / "run" / "weights")
    assert models.folder_of("pop") == tiny_weights / "pop"
    assert models.folder_of(str(tmp_path / "run")) == tmp_path / "run" / "weights"
    assert models.folder_of(str(tmp_path / "run" / "weights")) == tmp_path / "run" / "weights"
    assert models.shipped() == ["drums", "pop"]


def test_weights_that_are_not_there_are_named(tiny_ensemble, tmp_path):
    with pytest.raises(AntiphonError, match=r"No 'popp' in models\. Did you mean 'pop'"):
        models.load("popp")
    with pytest.raises(AntiphonError, match="holds no weights"):
        models.load(str(tmp_path))


def test_a_model_without_a_card_says_so_and_one_with_it_shows_it(tiny_ensemble, tmp_path):
    assert "No card" in models.card("pop")
    write_ensemble(tiny_ensemble, tmp_path)
    (tmp_path / "CARD.md").write_text("# Mine\n")
    assert models.card(str(tmp_path)) == "# Mine\n"


@pytest.mark.parametrize("damage", ["truncated", "other sizes", "no table"])
def test_broken_weights_are_explained(tiny_ensemble, tmp_path, damage):
    write_ensemble(tiny_ensemble, tmp_path)
    weights, config = tmp_path / "weights.safetensors", tmp_path / "config.toml"
    if damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "other sizes":
        config.write_text(config.read_text().replace("width = 16", "width = 32"))
    else:
        config.write_text("[about]\nstyle = 'pop'\n")
    with pytest.raises(AntiphonError, match="cannot be read"):
        read_ensemble(tmp_path)


def test_an_unknown_key_of_a_config_names_its_nearest():
    with pytest.raises(
        AntiphonError, match=r"No 'widht' in the configuration\. Did you mean 'width'"
    ):
        config_from(choir.Config, {"widht": 3})


def test_values_of_a_config_that_cannot_be_say_why():
    with pytest.raises(AntiphonError, match="divisible by n_heads"):
        config_from(choir.Config, {"width": 10, "n_heads": 4})


def test_configs_are_written_and_read_as_toml():
    import tomllib

    tables = {"about": {"title": 'a "b" – ü', "n": 3, "release": True}, "sizes": {"of": [1, 2]}}
    assert tomllib.loads(to_toml(tables)) == tables
    assert config_from(choir.Config, {"latent_sizes": [4, 5]}).latent_size == 9


@pytest.mark.parametrize(
    ("usual", "asked", "bold"),
    [(None, 0.3, 0.3), ("0.75", 0.5, 0.75), ("0.75", 0, 0), ("0.8", 1, 1)],
)
def test_a_style_is_as_bold_as_is_usual_in_it(tiny_ensemble, usual, asked, bold):
    if usual is not None:
        tiny_ensemble.about["adventure"] = usual
    assert tiny_ensemble.boldness(asked) == pytest.approx(bold)
