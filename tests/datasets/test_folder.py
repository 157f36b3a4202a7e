"""A folder of anybody's files, and beats that have to be found."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from antiphon import datasets
from antiphon.datasets import Source, chorales, folder, freedoom, seeded_split
from antiphon.datasets._beats import find_beats, grid_share
from antiphon.errors import AntiphonError
from antiphon.formats import mid, musicxml
from antiphon.music.estimation import lettered
from antiphon.music.piece import Metre, Piece, Section, Tempo, Track, notes_of

from .conftest import BEAT, band


def test_files_are_found_in_all_folders_and_doubles_named(own_folder: Path):
    found = {s.id: s.same_as for s in folder.sources(own_folder)}
    assert found == {
        "broken.mid": "",
        "more/song1.mid": "",
        "more/song3.mid": "",
        "song0.mid": "",
        "song2.mid": "",
        "song4.mid": "",
        "zz copy.mid": "song0.mid",
    }


@pytest.mark.skipif(os.name == "nt", reason="no links and pipes")
def test_what_cannot_be_opened_is_counted_and_what_is_no_file_passed_over(own_folder: Path):
    (own_folder / "gone.mid").symlink_to(own_folder / "nowhere.mid")
    (own_folder / "album.mid").mkdir()
    os.mkfifo(own_folder / "pipe.mid")  # would be waited for without end
    found = {s.id: s for s in folder.sources(own_folder)}
    assert len(found) == 7 + 1
    with pytest.raises(AntiphonError, match="There is no file"):
        folder.read_remarking(found["gone.mid"])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may open everything")
def test_a_folder_that_may_not_be_opened_is_counted(own_folder: Path):
    (own_folder / "locked").mkdir(mode=0)
    locked = next(s for s in folder.sources(own_folder) if s.id == "locked")
    with pytest.raises(AntiphonError, match="a folder that you may not open"):
        folder.read_remarking(locked)


def test_split_follows_the_content_not_the_name(own_folder: Path):
    splits = {s.id: s.split for s in folder.sources(own_folder)}
    assert splits["zz copy.mid"] == splits["song0.mid"]


@pytest.mark.parametrize(("n", "held_out"), [(2, 0), (3, 1), (9, 1), (10, 2)])
def test_of_few_songs_some_are_held_out_all_the_same(tmp_path: Path, n: int, held_out: int):
    for index in range(n):  # contents of which by their hash all are of the train split
        number = next(i for i in range(10**6) if seeded_split(hash_of(f"{index} {i}")) == "train")
        (tmp_path / f"{index}.mid").write_text(f"{index} {number}")
    splits = [s.split for s in folder.sources(tmp_path)]
    assert splits.count("validation") == splits.count("test") == held_out
    (tmp_path / "copy.mid").write_bytes((tmp_path / "0.mid").read_bytes())
    by_name = {s.id: s.split for s in folder.sources(tmp_path)}
    assert by_name["copy.mid"] == by_name["0.mid"]


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_key_chords_roles_are_found(own_folder: Path):
    piece, remarks = folder.read_remarking(folder.sources(own_folder)[3])
    assert [t.role for t in piece.tracks] == ["melody", "chords", "bass", "drums"]
    assert str(piece.keys[0].key) in ("C major", "A minor")
    assert [str(c.chord) for c in piece.chords[:4]] == ["C", "Am", "F", "G"]
    assert (remarks, piece.tempos[0].bpm) == ([], 96.0)


@pytest.mark.parametrize("n_notes", [1, 15], ids=["one note", "too few"])
def test_hardly_any_notes_are_refused(tmp_path: Path, n_notes: int):
    notes = notes_of([(i * BEAT, BEAT, 60, 80) for i in range(n_notes)])
    mid.write(Piece([Track("", notes=notes)]), tmp_path / "a.mid")
    with pytest.raises(AntiphonError, match="fewer than 16 notes"):
        datasets.read(folder, Source("a", tmp_path / "a.mid", "train"))


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_folder_without_music_is_refused(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    with pytest.raises(AntiphonError, match=name):
        folder.sources(tmp_path / name)


def test_late_notes_are_put_on_their_beats_and_it_is_said(tmp_path: Path):
    piece = band(16).on_grid(480)
    for track in piece.tracks:
        track.notes["onset"] += 197  # 0.41 of a beat: on no 16th and no triplet
    mid.write(piece, tmp_path / "late.mid")
    read, remarks = folder.read_remarking(Source("late", tmp_path / "late.mid", "train"))
    assert remarks == ["its notes were off its beats; the beats were estimated"]
    melody = next(t for t in read.tracks if t.role == "melody").notes
    assert set((melody["onset"] % BEAT).tolist()) == {0}
    assert read.tempos[0].bpm == pytest.approx(96, rel=0.01)


@pytest.mark.parametrize("bpm", [70, 100, 140])
def test_beats_are_found_in_a_performance(bpm: int):
    rng = np.random.default_rng(bpm)
    beat_s = np.cumsum(60 / bpm * (1 + 0.04 * np.sin(np.arange(96) / 15)))  # the tempo sways
    eighth_s = (beat_s[:-1] + beat_s[1:]) / 2
    onset_s = np.concatenate([beat_s, eighth_s[::2], beat_s[::2]])
    found = find_beats(onset_s + rng.normal(0, 0.008, len(onset_s)))
    off = np.abs(found[:, None] - beat_s).min(axis=0)
    assert (off < 0.05).mean() > 0.95
    assert abs(len(found) - len(beat_s)) < 12


def test_share_on_the_grid_counts_sixteenths_and_triplets():
    assert grid_share(np.array([0.0, 0.25, 1 / 3, 2.5, 3.66, 0.99])) == 1.0
    assert grid_share(np.array([0.125, 0.42, 0.58, 1.0])) == 0.25
    assert np.isnan(grid_share(np.zeros(0)))


def test_markers_become_letters():
    said = [("Intro", 0), ("Verse 1", 4), ("Chorus", 12), ("Verse 2", 20), ("Outro", 28)]
    sections = [Section(start, 4, label) for label, start in said]
    assert lettered(sections, 32) == [
        Section(0, 4, "intro"),
        Section(4, 8, "A"),
        Section(12, 8, "B"),
        Section(20, 8, "A"),
        Section(28, 4, "ending"),
    ]


def test_a_title_is_no_form():
    assert lettered([Section(0, 32, "My Song")], 32) == []


def test_freedoom_reads_bands(tmp_path: Path):
    (tmp_path / "musics").mkdir()
    mid.write(band(), tmp_path / "musics" / "d_e1m1.mid")
    (source,) = freedoom.sources(tmp_path)
    piece = freedoom.read(source)
    assert source.id == "musics/d_e1m1.mid"
    assert {t.role for t in piece.tracks} == {"melody", "chords", "bass", "drums"}


def chorale(path: Path, n_parts: int = 4) -> Source:
    tops = (72, 67, 60, 48, 43)[:n_parts]
    names = ("Soprano", "Alto", "Tenor", "Bass", "Continuo")
    tracks = [
        Track(name, notes=notes_of([(i * BEAT, BEAT, top, 80) for i in range(16)]))
        for name, top in zip(names, tops, strict=False)
    ]
    musicxml.write(Piece(tracks, metres=[Metre(0)], tempos=[Tempo(0, 80)]), path)
    return Source(path.stem, path, "train")


@pytest.mark.parametrize("n_parts", [4, 5], ids=["four voices", "with continuo"])
def test_chorale_voices_take_the_roles_in_order(tmp_path: Path, n_parts: int):
    piece = chorales.read(chorale(tmp_path / "bwv1.6.mxl", n_parts))
    found = {t.role: int(t.notes["pitch"][0]) for t in piece.tracks}
    assert found == {"melody": 72, "counter": 67, "chords": 60, "bass": 48}
    assert str(piece.chords[0].chord) == "C"


def test_chorale_in_three_parts_is_left_out(tmp_path: Path):
    with pytest.raises(AntiphonError, match="other than four parts"):
        chorales.read(chorale(tmp_path / "bwv1.6.mxl", 3))


def test_a_folder_without_chorales_is_told_and_not_replaced_by_music21s(tmp_path: Path):
    with pytest.raises(AntiphonError, match=r"has no chorale such as bwv1\.6\.mxl"):
        chorales.sources(tmp_path)


def test_versions_of_a_chorale_share_a_split(tmp_path: Path):
    for name in ("bwv112.5", "bwv112.5-sc", "bwv112.5-w"):
        chorale(tmp_path / f"{name}.mxl")
    assert len({s.split for s in chorales.sources(tmp_path)}) == 1
