"""Prepared sets of sounds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.music.recording import Recording
from antiphon.representations.sounds import LABEL, UNKNOWN, label_of, load_sounds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sounds of four samples, the middle one for testing."""
    np.save(tmp_path / "sounds.npy", np.arange(12, dtype=np.int16).reshape(3, 4) * 1000)
    labels = np.zeros(3, LABEL)
    labels["pitch"] = [60, 61, 62]
    np.save(tmp_path / "labels.npy", labels)
    pieces = [{"id": str(i), "split": "test" if i == 1 else "train"} for i in range(3)]
    (tmp_path / "pieces.json").write_text(json.dumps(pieces))
    (tmp_path / "manifest.json").write_text('{"sample_rate_hz": 16000}')
    return tmp_path


def test_a_split_takes_its_rows_only(folder: Path):
    train = load_sounds(folder, "train")
    assert train.rows.tolist() == [0, 2]
    assert train.labels["pitch"].tolist() == [60, 62]
    assert (train.take(np.array([1]))[0] * 32768).tolist() == [8000, 9000, 10000, 11000]
    assert isinstance(train.samples, np.memmap)


def test_split_without_a_sound_says_so(folder: Path):
    with pytest.raises(AntiphonError, match="no sound in its validation split"):
        load_sounds(folder, "validation")


@pytest.mark.parametrize("file", ["sounds.npy", "labels.npy", "pieces.json", "manifest.json"])
@pytest.mark.parametrize("content", [None, b"", b"[1]", b"{}"])
def test_broken_set_says_how_to_make_one(folder: Path, file: str, content: bytes | None):
    (folder / file).unlink() if content is None else (folder / file).write_bytes(content)
    with pytest.raises(AntiphonError, match="holds no prepared sounds"):
        load_sounds(folder, "train")


def test_what_nobody_says_is_told_apart_from_zero():
    silent = Recording(id="a", path=Path("a"), split="train", licence="", ship=False)
    label = np.array([label_of(silent, 4.0, 100)], LABEL)[0]
    assert [label[f] for f in ("pitch", "velocity", "family", "source")] == [UNKNOWN] * 4
    assert (label["start_s"], label["n_frames"], label["qualities"]) == (4.0, 100, 0)
