"""Settings for a folder of one's own music, and whether it is enough."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from antiphon.errors import AntiphonError
from antiphon.training.own_music import (
    Amount,
    amount,
    band_of,
    config_that_came_along,
    settings_for,
)

FOUND = Amount(songs=8, bars=1920, held_out=1)


def fitted(model: str, found: Amount = FOUND):
    config = config_that_came_along(model)
    return settings_for(config, Path("my songs"), Path("prepared"), "mine", found)


def test_songs_and_bars_in_a_row_are_counted(tiny_prepared):
    # six songs of 16 bars to learn from make 96 bars: too few, of 128
    with pytest.raises(AntiphonError, match="6 songs with 96 bars to learn from and 2 to check"):
        amount(tiny_prepared)


def test_enough_music_is_counted_and_a_set_without_held_out_songs_is_refused(
    tiny_prepared, tmp_path
):
    folder = tmp_path / "set"
    shutil.copytree(tiny_prepared, folder)
    pieces = json.loads((folder / "pieces.json").read_text())
    for index, piece in enumerate(pieces):
        piece["split"] = "train" if index else "validation"
    (folder / "pieces.json").write_text(json.dumps(pieces))
    with pytest.raises(AntiphonError, match="7 songs with 112 bars to learn from and 1 to"):
        amount(folder)
    pieces[0]["split"] = "train"
    (folder / "pieces.json").write_text(json.dumps(pieces))
    with pytest.raises(AntiphonError, match="8 songs with 128 bars to learn from and 0 to"):
        amount(folder)


def test_songs_begin_with_the_shipped_weights_and_more_music_trains_longer():
    settings = fitted("song")
    assert (settings.kind, settings.start, settings.release) == ("song", "pop", False)
    assert (settings.name, settings.prepared) == ("mine", "prepared")
    assert settings.about["data"] == "the folder my songs"
    # ten times through 1,920 bars by 16 windows of 12 bars
    assert settings.scribe_training["n_iterations"] == 100
    few, many = (Amount(songs=3, bars=n, held_out=1) for n in (128, 10**6))
    assert fitted("song", few).scribe_training["n_iterations"] == 60
    assert fitted("song", many).scribe_training["n_iterations"] == 1500


def test_rolls_of_little_music_are_augmented():
    settings = fitted("musegan")
    assert settings.model == "musegan" and settings.training["augment"]
    assert settings.training["n_iterations"] == 12_000  # 200 times 1,920 bars by 32 segments
    assert "augment" not in fitted("musegan", Amount(300, 30_000, 30)).training
    assert "augment" not in fitted("rcgan").training


def test_a_model_that_does_not_train_on_a_folder_is_explained():
    with pytest.raises(AntiphonError, match="Did you mean 'musegan'"):
        config_that_came_along("musgan")
    with pytest.raises(AntiphonError, match="No 'choir' in models that train on a folder"):
        config_that_came_along("choir")


def test_the_band_has_what_half_of_the_songs_have():
    pieces = [
        {"parts": ["melody", "chords"], "labels": {"programs": {"melody": 40, "chords": 0}}},
        {"parts": ["melody", "chords"], "labels": {"programs": {"melody": 40, "chords": 24}}},
        {"parts": ["melody", "bass"], "labels": {"programs": {"melody": 73, "bass": 33}}},
        {"left_out": "broken"},
    ]
    assert band_of(pieces) == {"melody": 40, "chords": 0}
    assert band_of([]) == {}
