"""What composing is told of a style."""

from pathlib import Path

import numpy as np
import pytest
import torch

from antiphon.metrics.bars import MEASURES
from antiphon.representations.prepared import load
from antiphon.training._style_tables import song_tables


def tables(folder: Path) -> dict[str, torch.Tensor]:
    return song_tables(load(folder, "train"), (torch.zeros(57), torch.ones(57)))


def test_metres_come_by_their_share_with_tempos_and_habits_of_their_own(tiny_prepared, tmp_path):
    for name in ("bars.npy", "notes.npy", "pieces.json"):
        (tmp_path / name).write_bytes((tiny_prepared / name).read_bytes())
    bars = np.load(tmp_path / "bars.npy")
    song = bars["piece"] == 1  # its last beat is not told any more: a waltz at another tempo
    bars["n_beats"][song], bars["bpm"][song] = 3, 180
    np.save(tmp_path / "bars.npy", bars)
    found = tables(tmp_path)
    assert found["metres"][:, :2].tolist() == [[4, 0], [3, 0]]
    assert found["metres"][:, 2].tolist() == pytest.approx([5 / 6, 1 / 6])
    assert found["bpm"][1].tolist() == [180] * found["bpm"].shape[1]
    assert (found["bpm"][0] != 180).all()
    at = MEASURES.index("notes in the bar")
    assert found["habits"].shape == (2, 4, len(MEASURES))
    assert found["habits"][1, 2, at] < found["habits"][0, 2, at]


def test_a_rare_metre_is_not_told(tiny_prepared, tmp_path):
    for name in ("bars.npy", "notes.npy", "pieces.json"):
        (tmp_path / name).write_bytes((tiny_prepared / name).read_bytes())
    bars = np.load(tmp_path / "bars.npy")
    bars["n_beats"][0] = 2
    np.save(tmp_path / "bars.npy", bars)
    assert tables(tmp_path)["metres"][:, :2].tolist() == [[4, 0]]
