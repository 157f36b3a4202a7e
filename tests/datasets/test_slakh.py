"""Slakh: folders by track, with the whole song and a MIDI file for each stem."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from antiphon import datasets
from antiphon.datasets import slakh
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import Piece, Tempo

from .conftest import BEAT, band


def write_stems(folder: Path, piece: Piece) -> None:
    for number, track in enumerate(piece.tracks):
        mid.write(replace(piece, tracks=[track]), folder / "MIDI" / f"S{number:02}.mid")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("train/Track00001", "test/Track00002", "omitted/Track00003"):
        mid.write(band(), tmp_path / folder / "all_src.mid")
    write_stems(tmp_path / "train/Track00001", band(4))
    (tmp_path / "train/Track00001/mix.flac").write_bytes(b"fLaC")
    write_stems(tmp_path / "validation/Track00004", band(4))
    return tmp_path


def test_folders_tell_the_split_and_where_the_mix_is(root: Path):
    found = {s.id: s for s in slakh.sources(root)}
    assert [(n, found[n].split) for n in ("Track00001", "Track00002", "Track00004")] == [
        ("Track00001", "train"),
        ("Track00002", "test"),
        ("Track00004", "validation"),
    ]
    assert found["Track00001"].audio == root / "train/Track00001/mix.flac"
    assert found["Track00002"].audio is None


def test_one_song_may_be_named_by_its_folder(root: Path):
    (song,) = slakh.sources(root / "test" / "Track00002")
    assert (song.id, song.split) == ("Track00002", "test")


def test_the_whole_song_is_read_before_its_stems(root: Path):
    by_id = {s.id: s for s in slakh.sources(root)}
    piece, remarks = slakh.read_remarking(by_id["Track00001"])
    assert (piece.n_bars, remarks) == (8, [])
    assert {t.role for t in piece.tracks} >= {"melody", "chords", "bass", "drums"}
    assert slakh.performance(by_id["Track00001"]).title == "Flute"


def test_stems_are_put_together_where_the_whole_is_missing(root: Path):
    stems = {s.id: s for s in slakh.sources(root)}["Track00004"]
    piece = slakh.performance(stems)
    assert [(t.name, t.is_drum) for t in piece.tracks] == [
        ("Flute", False),
        ("Guitar", False),
        ("Bass", False),
        ("Kit", True),
    ]
    assert piece.n_notes == band(4).n_notes
    assert piece.tracks[0].notes["onset"][1] / piece.resolution * 24 == BEAT


def test_a_song_that_is_there_twice_is_left_out(root: Path):
    double = {s.id: s for s in slakh.sources(root)}["Track00003"]
    with pytest.raises(AntiphonError, match="found the same song elsewhere"):
        datasets.read(slakh, double)


def test_stems_of_different_songs_are_refused(root: Path):
    folder = root / "validation/Track00004"
    mid.write(replace(band(), tempos=[Tempo(0, 60.0)]), folder / "MIDI" / "S09.mid")
    stems = {s.id: s for s in slakh.sources(root)}["Track00004"]
    with pytest.raises(AntiphonError, match="have different tempos"):
        slakh.performance(stems)


def test_folders_without_songs_are_said(root: Path, tmp_path: Path):
    (tmp_path / "none" / "Track1").mkdir(parents=True)
    with pytest.raises(AntiphonError, match="is no Slakh"):
        slakh.sources(tmp_path / "none")
    (root / "train" / "Track00009" / "MIDI").mkdir(parents=True)
    (root / "train" / "Track00010").mkdir()
    by_id = {s.id: s for s in slakh.sources(root)}
    with pytest.raises(AntiphonError, match=r"holds no file such as S00\.mid"):
        slakh.performance(by_id["Track00009"])
    with pytest.raises(AntiphonError, match=r"There is no file .*all_src\.mid"):
        slakh.performance(by_id["Track00010"])
