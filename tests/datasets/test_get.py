"""Getting a data set: from a server on this machine, or from a copy."""

from __future__ import annotations

import hashlib
import io
import os
import random
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from antiphon import datasets
from antiphon.cli import main
from antiphon.datasets import _download, groove
from antiphon.datasets._remotes import Remote
from antiphon.errors import AntiphonError

TABLE = (
    b"drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,"
    b"duration,split\nd,s,i,funk,120,beat,4-4,a.mid,,2.0,train\n"
)
PADDING = bytes(range(256)) * 4000  # a megabyte that does not fit into one read


def zip_of(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


WHOLE = zip_of({"groove/info.csv": TABLE, "groove/a.mid": PADDING})


class Server(ThreadingHTTPServer):
    """Serves `content`; may break off after so many bytes, and keeps what it was asked."""

    content = WHOLE
    tag = '"v1"'
    breaks_after: int | None = None
    knows_ranges = True
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/groove.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, begin = self.server, 0
        asked = self.headers.get("Range", "")
        server.asked.append(asked)
        content = server.content
        if server.status != 200:
            self.send_error(server.status)
            return
        same = self.headers.get("If-Range") == server.tag
        if asked and server.knows_ranges and same:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("ETag", server.tag)
        self.end_headers()
        stop = len(content) if server.breaks_after is None else begin + server.breaks_after
        self.wfile.write(content[begin:stop])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(_download, "_WAIT_S", 0.0)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def offer(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def make(**fields: object) -> None:
        remote = Remote(url=server.url, file="groove.zip", checked_by="a list", **fields)
        monkeypatch.setattr(groove, "REMOTES", (remote,))

    make()
    return make


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_download_is_verified_and_unpacked(server: Server, offer, tmp_path: Path):
    offer(sha256=sha256(WHOLE), size_bytes=len(WHOLE))
    got = datasets.get("groove", tmp_path / "out")
    assert (got.files[0].verified_by, got.files[0].n_files, got.n_listed) == ("sha256", 2, 1)
    assert names_in(tmp_path / "out") == {"groove", ".downloaded.json"}
    assert (tmp_path / "out/groove/a.mid").read_bytes() == PADDING


def test_what_is_there_is_not_downloaded_again(server: Server, offer, tmp_path: Path):
    datasets.get("groove", tmp_path)
    assert datasets.get("groove", tmp_path).was_there
    assert len(server.asked) == 1


def test_interrupted_download_goes_on_where_it_was(server: Server, offer, tmp_path: Path):
    offer(sha256=sha256(WHOLE))
    begun: list[int] = []

    def stop(what: str):
        def progress(done: int, total: int) -> None:
            begun.append(done)
            if done > 400_000:
                raise KeyboardInterrupt

        return progress

    with pytest.raises(KeyboardInterrupt):
        datasets.get("groove", tmp_path, stage=stop)
    have = (tmp_path / "groove.zip.part").stat().st_size
    assert have == begun[-1]
    assert not (tmp_path / "groove.zip").exists()
    assert datasets.get("groove", tmp_path).files[0].verified_by == "sha256"
    assert server.asked == ["", f"bytes={have}-"]


def test_cut_connection_is_taken_up_until_all_is_there(server: Server, offer, tmp_path: Path):
    offer(sha256=sha256(WHOLE))
    server.breaks_after = 300_000
    assert datasets.get("groove", tmp_path).n_listed == 1
    assert server.asked == ["", "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_part_of_another_version_is_not_joined(server: Server, offer, tmp_path: Path):
    (tmp_path / "groove.zip.part").write_bytes(b"old" * 100)
    (tmp_path / "groove.zip.part.tag").write_text('"v0"')
    assert datasets.get("groove", tmp_path).n_listed == 1


def test_download_that_breaks_off_for_good_says_where_it_goes_on(server, offer, tmp_path: Path):
    server.breaks_after = 0
    with pytest.raises(AntiphonError, match="cannot be downloaded: the connection was cut"):
        datasets.get("groove", tmp_path / "out")
    (tmp_path / "groove.zip.part").write_bytes(WHOLE[:1000])
    (tmp_path / "groove.zip.part.tag").write_text(server.tag)
    with pytest.raises(AntiphonError, match=r"broke off after 1,000 bytes.*goes on there"):
        datasets.get("groove", tmp_path)


def test_server_that_knows_no_ranges_begins_again(server: Server, offer, tmp_path: Path):
    (tmp_path / "groove.zip.part").write_bytes(WHOLE[:1000])
    (tmp_path / "groove.zip.part.tag").write_text(server.tag)
    server.knows_ranges = False
    assert datasets.get("groove", tmp_path).n_listed == 1


def test_part_that_was_whole_already_is_taken(server: Server, offer, tmp_path: Path):
    (tmp_path / "groove.zip.part").write_bytes(WHOLE)
    (tmp_path / "groove.zip.part.tag").write_text(server.tag)
    assert datasets.get("groove", tmp_path).n_listed == 1
    assert server.asked == [f"bytes={len(WHOLE)}-"]


def test_wrong_hash_is_refused_and_deleted(server: Server, offer, tmp_path: Path):
    offer(sha256="0" * 64)
    with pytest.raises(AntiphonError, match=r"a list lists 0000.*It was deleted"):
        datasets.get("groove", tmp_path / "out")
    assert names_in(tmp_path) == set()


def test_wrong_size_is_refused_before_it_is_downloaded(server: Server, offer, tmp_path: Path):
    offer(size_bytes=5)
    with pytest.raises(AntiphonError, match=r"not the 5 that a list lists"):
        datasets.get("groove", tmp_path / "out")
    assert names_in(tmp_path) == set()


def test_missing_file_on_server_is_one_sentence(server: Server, offer, tmp_path: Path, capsys):
    server.status = 404
    assert main(["data", "get", "groove", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"antiphon: {server.url} cannot be downloaded: the server answers 404.\n"
    )


def test_own_file_of_the_same_name_is_not_deleted(server: Server, offer, tmp_path: Path):
    offer(sha256="0" * 64)
    (tmp_path / "groove.zip").write_bytes(b"mine")
    with pytest.raises(AntiphonError, match="is not the file that was published"):
        datasets.get("groove", tmp_path)
    assert (tmp_path / "groove.zip").read_bytes() == b"mine"


def test_nothing_that_is_there_is_replaced(server: Server, offer, tmp_path: Path):
    (tmp_path / "groove").mkdir()
    with pytest.raises(AntiphonError, match="holds groove already"):
        datasets.get("groove", tmp_path)
    assert names_in(tmp_path / "groove") == set()
    assert not (tmp_path / ".unpacking").exists()


@pytest.mark.parametrize(
    "name", ["../out.mid", "/etc/out.mid", "a/../../out.mid", "..\\out.mid", "C:/out.mid"]
)
def test_archive_that_writes_elsewhere_is_refused(name: str, tmp_path: Path):
    (tmp_path / "bad.zip").write_bytes(zip_of({"groove/info.csv": TABLE, name: b"x"}))
    with pytest.raises(AntiphonError, match="outside of its folder"):
        datasets.get("groove", tmp_path / "out", source=tmp_path / "bad.zip")
    assert names_in(tmp_path) == {"bad.zip"}


def tar_of(*entries: tuple[str, bytes | str], packed: str = "gz") -> bytes:
    """A .tar, packed or not, of files (bytes) and links (the path they lead to)."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=f"w:{packed}") as archive:
        for name, data in entries:
            entry = tarfile.TarInfo(name)
            if isinstance(data, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, data
                archive.addfile(entry)
            else:
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def test_links_in_an_archive_are_never_made(tmp_path: Path):
    content = tar_of(("g/info.csv", TABLE), ("g/link", "/etc"), ("g/up", "../../elsewhere"))
    (tmp_path / "g.tar.gz").write_bytes(content)
    got = datasets.get("groove", tmp_path / "out", source=tmp_path / "g.tar.gz")
    assert (got.files[0].n_files, got.files[0].n_left_out) == (1, 2)
    assert names_in(tmp_path / "out/g") == {"info.csv"}


def test_file_below_a_link_stays_inside(tmp_path: Path):
    (tmp_path / "g.tar.gz").write_bytes(tar_of(("link", str(tmp_path)), ("link/x.mid", b"x")))
    datasets.get("groove", tmp_path / "out", source=tmp_path / "g.tar.gz")
    assert not (tmp_path / "x.mid").exists()
    assert (tmp_path / "out/link/x.mid").read_bytes() == b"x"


def test_archive_that_grows_beyond_measure_is_stopped(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("antiphon.datasets._unpack._MIN_LIMIT", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(2_000_000))
    with pytest.raises(AntiphonError, match="beyond all measure"):
        datasets.get("groove", tmp_path / "out", source=tmp_path / "bomb.zip")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("cut", [0, 1, 100, len(WHOLE) - 30])
@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_cut_archive_is_one_sentence(cut: int, ending: str, tmp_path: Path):
    whole = WHOLE if ending == ".zip" else tar_of(("info.csv", TABLE), ("a.mid", PADDING))
    (tmp_path / f"g{ending}").write_bytes(whole[: min(cut, len(whole) - 8)])
    with pytest.raises(AntiphonError, match=r"g(\.zip|\.tar\.gz) (is broken|cannot be unpacked)"):
        datasets.get("groove", tmp_path / "out", source=tmp_path / f"g{ending}")
    assert not (tmp_path / "out").exists()


def test_local_archive_is_verified_like_a_download_and_kept(offer, tmp_path: Path):
    offer(md5=hashlib.md5(WHOLE).hexdigest())
    (tmp_path / "groove.zip").write_bytes(WHOLE)
    got = datasets.get("groove", tmp_path / "out", source=tmp_path / "groove.zip")
    assert (got.files[0].verified_by, got.n_listed) == ("md5", 1)
    assert (tmp_path / "groove.zip").exists()


def test_local_folder_is_copied_without_links(offer, tmp_path: Path):
    (tmp_path / "mine/sub").mkdir(parents=True)
    (tmp_path / "mine/info.csv").write_bytes(TABLE)
    (tmp_path / "mine/sub/a.mid").write_bytes(b"x")
    (tmp_path / "mine/link").symlink_to("/etc/hostname")
    got = datasets.get("groove", tmp_path / "out", source=tmp_path / "mine")
    assert (got.files[0].n_files, got.files[0].verified_by) == (2, "")
    assert names_in(tmp_path / "out") == {"info.csv", "sub", ".downloaded.json"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may open everything")
def test_what_may_not_be_opened_is_named(offer, tmp_path: Path):
    offer(sha256=sha256(WHOLE))
    (tmp_path / "groove.zip").write_bytes(WHOLE)
    (tmp_path / "groove.zip").chmod(0)
    with pytest.raises(AntiphonError, match=r"groove\.zip cannot be read or written: permission"):
        datasets.get("groove", tmp_path / "out", source=tmp_path / "groove.zip")


def test_folder_of_another_data_set_is_refused(offer, tmp_path: Path):
    (tmp_path / "other").mkdir()
    with pytest.raises(AntiphonError, match="is no Groove MIDI data set"):
        datasets.get("groove", tmp_path / "out", source=tmp_path / "other")


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("groove", "vidoe", "No 'vidoe' in parts of groove"),
        ("chorales", "", "comes with a Python package"),
        ("lpd", "", "cannot be downloaded by a program"),
        ("folder", "", "lies nowhere to be downloaded from"),
    ],
)
def test_what_cannot_be_downloaded_says_so(name: str, part: str, said: str, tmp_path: Path):
    with pytest.raises(AntiphonError, match=said):
        datasets.get(name, tmp_path / "out", part=part)
    assert not (tmp_path / "out").exists()


def test_command_says_what_was_verified_and_what_is_next(server, offer, tmp_path: Path, capsys):
    offer(sha256=sha256(WHOLE))
    assert main(["data", "get", "groove", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "verified by sha256 (a list)." in said
    assert f"antiphon data prepare groove --from {tmp_path}" in said


def test_list_and_info_say_how_each_set_is_got(capsys):
    assert main(["data", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert set(datasets.names()) <= set(lines)
    assert "3.3 MB" in lines["groove"]
    assert "sha256" in lines["groove"]
    assert main(["data", "info", "groove"]) == 0
    assert "21559feb2f1c96ca53988fd4d7060b1f2afe1d854fb2a8dcea5ff95cf3cce7e9" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("name", datasets.names())
def test_every_hash_is_from_a_list_that_is_named(name: str):
    for remote in datasets.remotes_of(datasets.load(name)):
        assert remote.url.startswith(("https://", "http://"))
        assert bool(remote.hash_name) == bool(remote.checked_by)
        assert len(remote.sha256) in (0, 64)
        assert len(remote.md5) in (0, 32)


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
def test_flipped_archives_are_unpacked_or_explained(ending: str, tmp_path: Path):
    files = {"g/info.csv": TABLE, "g/a.mid": PADDING[:3000]}
    whole = (
        zip_of(files)
        if ending == ".zip"
        else tar_of(*files.items(), packed=ending.removeprefix(".tar").lstrip("."))
    )
    draw = random.Random(0)
    path = tmp_path / f"g{ending}"
    refused = 0
    for attempt in range(50):
        flipped = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            flipped[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        try:
            datasets.get("groove", tmp_path / f"out{attempt}", source=path)
        except AntiphonError as error:
            refused += 1
            assert str(error).endswith(".")
    assert refused >= 5
    assert all(p.name.startswith(("g.", "out")) for p in tmp_path.iterdir())
