"""Weights: kept in half precision, read again, and explained where they are broken."""

from __future__ import annotations

import shutil

import pytest
import torch

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.models import choir
from antiphon.models._ensemble import config_from, read_ensemble, to_toml, write_ensemble


def test_weights_read_again_give_equal_outputs(tiny_ensemble, tmp_path):
    write_ensemble(tiny_ensemble, tmp_path / "again")
    again = read_ensemble(tmp_path / "again")
    assert (again.name, again.about, again.songs) == (
        "again",
        tiny_ensemble.about,
        tiny_ensemble.songs,
    )
    z, chords = torch.randn(2, 24), torch.rand(2, 4, 25)
    # both were read from half precision
    assert torch.equal(again.coder.decode(z, chords), tiny_ensemble.coder.decode(z, chords))
    assert again.generator.config == tiny_ensemble.generator.config
    assert again.planner is not None and tiny_ensemble.planner is not None
    for name in ("generator", "planner"):
        one, two = (getattr(e, name).state_dict() for e in (again, tiny_ensemble))
        assert all(torch.equal(one[key], two[key]) for key in two)
    assert all(torch.equal(again.tables[k], v) for k, v in tiny_ensemble.tables.items())


def test_half_precision_changes_outputs_by_a_thousandth_at_most(tiny_ensemble, tmp_path):
    torch.manual_seed(0)
    built = choir.build(tiny_ensemble.generator.config)
    tiny_ensemble.generator = built.generator.eval()
    write_ensemble(tiny_ensemble, tmp_path / "w")
    kept, mine = read_ensemble(tmp_path / "w").generator.state_dict(), built.generator.state_dict()
    assert all(torch.allclose(kept[k], v, rtol=1e-3, atol=1e-4) for k, v in mine.items())
    assert any(not torch.equal(kept[k], v) for k, v in mine.items())


def test_weights_without_a_planner_have_none(tiny_ensemble, tmp_path):
    tiny_ensemble.planner = None
    write_ensemble(tiny_ensemble, tmp_path / "w")
    assert read_ensemble(tmp_path / "w").planner is None
    assert not list(tmp_path.glob("w/.*"))  # nothing half-written is left


def test_networks_that_were_read_do_not_learn(tiny_ensemble):
    networks = (tiny_ensemble.coder, tiny_ensemble.generator, tiny_ensemble.planner)
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
