"""Preparing by Dask: the same bytes, and plain words where there is no cluster."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from threadpoolctl import threadpool_info, threadpool_limits

from antiphon import datasets
from antiphon.datasets import _prepare, _workers
from antiphon.errors import AntiphonError

WRITTEN = (
    *("bars.npy", "notes.npy", "drums.npy", "pieces.json"),
    *("manifest.json", "report.json", "report.html", "report.png"),
)


@pytest.fixture
def parts_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_prepare, "SONGS_PER_PART", 2)


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers, threads of this process."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
    ) as started:
        yield started.scheduler_address


def test_songs_are_prepared_with_one_thread_and_the_others_are_given_back():
    def threads() -> list[int]:
        found = [lib for lib in threadpool_info() if lib["user_api"] == "blas"]
        return [lib["num_threads"] for lib in found if "numpy" in lib["filepath"]]

    with threadpool_limits(2, user_api="blas"):
        before = threads()
        with _workers.one_thread():
            assert set(threads()) <= {1}
        assert threads() == before


@pytest.mark.usefixtures("parts_of_two")
@pytest.mark.parametrize("augment", [False, True], ids=["as they are", "in all keys"])
def test_a_cluster_writes_the_same_bytes(
    own_folder: Path, tmp_path: Path, cluster: str, augment: bool
):
    here, there = tmp_path / "here", tmp_path / "there"
    datasets.prepare("folder", own_folder, here, jobs=1, augment=augment)
    datasets.prepare("folder", own_folder, there, augment=augment, engine="dask", scheduler=cluster)
    assert sorted(path.name for path in there.iterdir()) == sorted(WRITTEN)
    for name in WRITTEN:
        assert (here / name).read_bytes() == (there / name).read_bytes(), name


@pytest.mark.usefixtures("parts_of_two")
def test_dask_starts_workers_of_its_own_where_no_scheduler_is_named(
    own_folder: Path, tmp_path: Path
):
    datasets.prepare("folder", own_folder, tmp_path / "here", jobs=1)
    datasets.prepare("folder", own_folder, tmp_path / "there", jobs=1, engine="dask")
    for name in WRITTEN:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_an_address_without_scheduler_is_explained(own_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_workers, "_PATIENCE_S", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(AntiphonError, match=f"No Dask scheduler answers at {address}"):
        datasets.prepare("folder", own_folder, tmp_path / "out", engine="dask", scheduler=address)
    assert not (tmp_path / "out").exists()


def test_a_cluster_without_workers_is_explained(own_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_workers, "_PATIENCE_S", 1)
    with (
        LocalCluster(
            n_workers=0,
            processes=False,
            protocol="tcp",
            host="127.0.0.1",
            dashboard_address=None,
        ) as started,
        pytest.raises(AntiphonError, match="has no worker: start one"),
    ):
        address = started.scheduler_address
        datasets.prepare("folder", own_folder, tmp_path / "out", engine="dask", scheduler=address)


def test_missing_dask_says_how_to_install_it(own_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(AntiphonError, match=r"pip install 'antiphon\[cluster\]'"):
        datasets.prepare("folder", own_folder, tmp_path / "out", engine="dask")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"engine": "das"}, "Did you mean 'dask'"),
        ({"scheduler": "tcp://a:1"}, "say --engine dask --scheduler tcp://a:1"),
    ],
    ids=["unknown engine", "scheduler without dask"],
)
def test_what_no_engine_can_do_is_refused(own_folder: Path, tmp_path: Path, asked, said):
    with pytest.raises(AntiphonError, match=said):
        datasets.prepare("folder", own_folder, tmp_path / "out", **asked)
    assert not (tmp_path / "out").exists()
