"""Tensors are stored whole or not at all."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

from antiphon.errors import AntiphonError
from antiphon.models._stored import write_tensors


def test_a_full_disk_is_one_sentence_and_leaves_what_was_there(full_disk, tmp_path):
    file = tmp_path / "net.safetensors"
    write_tensors(file, {"a": torch.zeros(3)})
    with full_disk(), pytest.raises(AntiphonError, match=r"^Cannot write .*safetensors: \w"):
        write_tensors(file, {"a": torch.ones(10_000)})
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
    assert load_file(file)["a"].tolist() == [0, 0, 0]


def test_text_goes_with_the_tensors_and_no_other_file_is_left(tmp_path):
    from safetensors import safe_open

    write_tensors(tmp_path / "net.safetensors", {"a": torch.arange(4)}, {"songs": "[]"})
    with safe_open(str(tmp_path / "net.safetensors"), framework="pt") as handle:
        assert handle.metadata() == {"songs": "[]"}
        assert handle.get_tensor("a").tolist() == [0, 1, 2, 3]
    assert len(list(tmp_path.iterdir())) == 1
