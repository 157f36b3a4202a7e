from __future__ import annotations

from antiphon import cli, models


def weights(folder, licence):
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(bytes(2_500_000))
    (folder / "config.toml").write_text(
        f'[about]\nlicence = "{licence}"\ndata = "ten songs"\n', encoding="utf-8"
    )


def test_shipped_weights_are_listed_with_size_licence_and_data(tmp_path, monkeypatch, capsys):
    weights(tmp_path / "polka", "CC0")
    weights(tmp_path / "waltz", "MIT")
    monkeypatch.setattr(models, "_WEIGHTS", tmp_path)
    assert cli.main(["models"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "NAME   SIZE    LICENCE  TRAINED ON",
        "polka  2.5 MB  CC0      ten songs",
        "waltz  2.5 MB  MIT      ten songs",
        "",
        "The card of one: antiphon models NAME",
    ]


def test_the_card_of_weights_is_shown(tmp_path, monkeypatch, capsys):
    weights(tmp_path / "polka", "CC0")
    (tmp_path / "polka" / "CARD.md").write_text("# polka\n\nDances.\n", encoding="utf-8")
    monkeypatch.setattr(models, "_WEIGHTS", tmp_path)
    assert cli.main(["models", "polka"]) == 0
    assert capsys.readouterr().out == "# polka\n\nDances.\n"


def test_unknown_weights_name_their_nearest(tmp_path, monkeypatch, capsys):
    weights(tmp_path / "polka", "CC0")
    monkeypatch.setattr(models, "_WEIGHTS", tmp_path)
    assert cli.main(["models", "polca"]) == 1
    assert "Did you mean 'polka'?" in capsys.readouterr().err


def test_without_any_weights_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(models, "_WEIGHTS", tmp_path / "none")
    assert cli.main(["models"]) == 0
    assert capsys.readouterr().out.startswith("No weights came along")
