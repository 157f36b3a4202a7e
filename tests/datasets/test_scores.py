"""OpenEWLD's lead sheets and OpenScore's quartets."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from antiphon.datasets import openewld, openscore_quartets
from antiphon.errors import AntiphonError
from antiphon.formats import musicxml
from antiphon.music.chords import parse_chord
from antiphon.music.piece import ChordSpan, Metre, Piece, Tempo, Track, notes_of

from .conftest import BAR, BEAT


def lead_sheet(path: Path) -> None:
    melody = notes_of([(i * BEAT, BEAT, 60 + i % 5, 80) for i in range(32)])
    spans = [ChordSpan(bar * BAR, BAR, parse_chord(("Cm7", "F7")[bar % 2])) for bar in range(8)]
    path.parent.mkdir(parents=True)
    musicxml.write(Piece([Track("Voice", notes=melody)], chords=spans), path)


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    for name in ("A_Author/Song_One", "B_Author/Song_Two"):
        lead_sheet(tmp_path / "dataset" / name / f"{name.split('/')[1]}.mxl")
    with closing(sqlite3.connect(tmp_path / "OpenEWLD.db")) as database:
        database.execute("CREATE TABLE works (id, title, path_leadsheet)")
        database.execute("CREATE TABLE work_genres (id, genre, occurrences)")
        path = "dataset/A_Author/Song_One/Song_One.mxl"
        database.execute("INSERT INTO works VALUES (7, 'Song One', ?)", (path,))
        rows = [(7, "Pop", 2), (7, "Jazz", 5)]
        database.executemany("INSERT INTO work_genres VALUES (?, ?, ?)", rows)
        database.commit()
    return tmp_path


def test_a_lead_sheet_is_a_melody_with_its_chords_and_most_named_genre(sheets: Path):
    one, two = openewld.sources(sheets)
    piece = openewld.read(one)
    assert (one.id, piece.labels.style, openewld.read(two).labels.style) == (
        "A_Author/Song_One", "Jazz", "",
    )  # fmt: skip
    assert [(t.role, len(t.notes)) for t in piece.tracks] == [("melody", 32)]
    assert [str(c.chord) for c in piece.chords[:2]] == ["Cm7", "F7"]


def test_a_score_is_found_in_a_zip_whose_container_is_malformed(sheets: Path):
    path = openewld.sources(sheets)[0].path
    with zipfile.ZipFile(path) as archive:
        score = archive.read("score.xml")
    container = "<container><rootfiles><rootfile full-path='It's me.xml'/></rootfiles></container>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("It's me.xml", score)
    assert openewld.read(openewld.sources(sheets)[0]).n_notes == 32


def test_a_broken_database_is_said_and_a_missing_one_means_no_genre(sheets: Path):
    (sheets / "OpenEWLD.db").write_bytes(b"this is no database" * 99)
    with pytest.raises(AntiphonError, match="cannot be read as a database"):
        openewld.read(openewld.sources(sheets)[0])
    (sheets / "OpenEWLD.db").unlink()
    assert openewld.read(openewld.sources(sheets)[0]).labels.style == ""


def quartet(path: Path, names: tuple[str, ...]) -> None:
    tops = (79, 72, 60, 48, 36)
    tracks = [
        Track(name, notes=notes_of([(i * BEAT, BEAT, top, 80) for i in range(16)]))
        for name, top in zip(names, tops, strict=False)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    musicxml.write(Piece(tracks, metres=[Metre(0)], tempos=[Tempo(0, 80)]), path)


QUARTET = ("Violin 1", "Violin 2", "Viola", "Violoncello")


@pytest.mark.parametrize("names", [QUARTET, ("Violin I", "Violin II", "Viola", "Cello")])
def test_the_four_desks_take_the_roles(tmp_path: Path, names: tuple[str, ...]):
    quartet(tmp_path / "scores" / "Composer" / "Work" / "sq1.mxl", names)
    piece = openscore_quartets.read(openscore_quartets.sources(tmp_path)[0])
    assert {t.role: int(t.notes["pitch"][0]) for t in piece.tracks} == {
        "melody": 79, "counter": 72, "chords": 60, "bass": 48,
    }  # fmt: skip


def test_two_violoncellos_are_one_part(tmp_path: Path):
    quartet(tmp_path / "Composer" / "Work" / "sq1.mxl", (*QUARTET, "Violoncello"))
    piece = openscore_quartets.read(openscore_quartets.sources(tmp_path)[0])
    assert len(piece.tracks[3].notes) == 32


@pytest.mark.parametrize("names", [QUARTET[:3], (*QUARTET, "Piano")], ids=["trio", "with piano"])
def test_other_scorings_are_left_out(tmp_path: Path, names: tuple[str, ...]):
    quartet(tmp_path / "Composer" / "Work" / "sq1.mxl", names)
    with pytest.raises(AntiphonError, match="not for two violins"):
        openscore_quartets.read(openscore_quartets.sources(tmp_path)[0])


def test_movements_of_one_work_share_a_split(tmp_path: Path):
    for number in range(6):
        quartet(tmp_path / "Composer" / "Work" / f"sq{number}.mxl", QUARTET)
    assert len({s.split for s in openscore_quartets.sources(tmp_path)}) == 1
