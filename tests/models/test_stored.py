"""Tensors are stored whole or not at all."""

from __future__ import annotations

import sys

import pytest
import torch
from safetensors.torch import load_file

from antiphon.errors import AntiphonError
from antiphon.models._stored import write_tensors


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size there")
def test_a_full_disk_is_one_sentence_and_leaves_what_was_there(tmp_path):
    import resource

    file = tmp_path / "net.safetensors"
    write_tensors(file, {"a": torch.zeros(3)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(AntiphonError, match=r"^Cannot write .*net\.safetensors: .+"):
            write_tensors(file, {"a": torch.ones(10_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
    assert load_file(file)["a"].tolist() == [0, 0, 0]


def test_text_goes_with_the_tensors_and_no_other_file_is_left(tmp_path):
    from safetensors import safe_open

    write_tensors(tmp_path / "net.safetensors", {"a": torch.arange(4)}, {"songs": "[]"})
    with safe_open(str(tmp_path / "net.safetensors"), framework="pt") as handle:
        assert handle.metadata() == {"songs": "[]"}
        assert handle.get_tensor("a").tolist() == [0, 1, 2, 3]
    assert len(list(tmp_path.iterdir())) == 1
