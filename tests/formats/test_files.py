"""What the room does for every format: finding plug-ins, refusing, writing whole or not."""

from __future__ import annotations

import os
import stat

import pytest

from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.formats import _files
from antiphon.music.piece import Piece, Track, notes_of


def test_formats_say_what_they_can():
    assert {"abc", "mid", "musicxml"} <= set(formats.readable())
    assert {"mid", "musicxml", "pdf", "png", "svg"} <= set(formats.writable())


@pytest.mark.parametrize("suffix", ["mid", "midi", "kar", "musicxml", "xml", "mxl"])
def test_every_suffix_that_can_be_written_by_another_name_is_read(song, tmp_path, suffix):
    path = tmp_path / f"song.{suffix}"
    formats.write(song, path)
    assert formats.read(path).n_notes == song.n_notes


@pytest.mark.parametrize("name", ["song.wmv", "song"])
def test_an_unknown_suffix_is_refused_with_what_there_is(song, tmp_path, name):
    with pytest.raises(AntiphonError, match=r"cannot write .*can write: mid"):
        formats.write(song, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_pictures_cannot_be_read(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(AntiphonError, match=r"cannot read files ending in '.png'"):
        formats.read(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", ["mid", "musicxml"])
def test_missing_empty_and_folder_are_told_apart(tmp_path, suffix):
    empty = tmp_path / f"empty.{suffix}"
    empty.touch()
    folder = tmp_path / f"folder.{suffix}"
    folder.mkdir()
    for path, words in [
        (tmp_path / f"none.{suffix}", "There is no file"),
        (empty, "is empty"),
        (folder, "is a folder"),
    ]:
        with pytest.raises(AntiphonError, match=words):
            formats.read(path)


@pytest.mark.parametrize("suffix", ["mid", "musicxml", "mxl"])
def test_text_is_not_music(tmp_path, suffix):
    path = tmp_path / f"letter.{suffix}"
    path.write_text("Dear Clara,\n")
    with pytest.raises(AntiphonError, match="letter"):
        formats.read(path)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "MAX_BYTES", 10)
    (tmp_path / "big.mid").write_bytes(b"MThd" * 3)
    with pytest.raises(AntiphonError, match="too large"):
        formats.read(tmp_path / "big.mid")


def test_ten_hours_are_refused(tmp_path):
    ten_hours = 10 * 3600 * 2 * 24  # steps at 120 beats a minute
    long = Piece([Track("x", notes=notes_of([(0, 24, 60, 80), (ten_hours, 24, 60, 80)]))])
    formats.write(long, tmp_path / "long.mid")
    with pytest.raises(AntiphonError, match=r"lasts 10\.0 hours"):
        formats.read(tmp_path / "long.mid")


def test_parents_are_made_and_nothing_else_is_left(song, tmp_path):
    formats.write(song, tmp_path / "a" / "b" / "song.mid")
    assert [p.name for p in (tmp_path / "a" / "b").iterdir()] == ["song.mid"]


def test_written_files_have_ordinary_rights(song, tmp_path):
    formats.write(song, tmp_path / "song.mid")
    plain = tmp_path / "plain"
    plain.touch()
    mode = stat.S_IMODE((tmp_path / "song.mid").stat().st_mode)
    assert mode == stat.S_IMODE(plain.stat().st_mode)


def test_what_fails_halfway_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), _files.beside(path) as unfinished:
        unfinished.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_should_be_is_one_sentence(song, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(AntiphonError, match="Cannot write to"):
        formats.write(song, tmp_path / "file" / "song.mid")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_one_sentence(song, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(AntiphonError, match="Cannot write to"):
        formats.write(song, tmp_path / "song.mid")
