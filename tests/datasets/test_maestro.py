"""MAESTRO: tables of versions 2 and 3 beside folders by year."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from antiphon import datasets
from antiphon.datasets import Source, maestro
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import CONTROL, Piece, Tempo, Track, notes_of

from .test_moods import performance

ROWS = [
    {
        "canonical_composer": "Frédéric Chopin",
        "canonical_title": "Etude Op. 25, No. 10",
        "split": split,
        "year": 2017,
        "midi_filename": f"2017/{name}.midi",
        "audio_filename": f"2017/{name}.wav",
        "duration": 29.0,
    }
    for name, split in (("a", "train"), ("b", "validation"), ("c", "test"))
]
COLUMNS = {key: {str(i): row[key] for i, row in enumerate(ROWS)} for key in ROWS[0]}
CSV = ",".join(ROWS[0]) + "\n" + "".join(
    ",".join(f'"{value}"' for value in row.values()) + "\n" for row in ROWS
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for seed, name in enumerate("abc"):
        performance(tmp_path / "2017" / f"{name}.midi", seed)
    (tmp_path / "2017" / "a.wav").write_bytes(b"RIFF")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("maestro-v2.0.0.json", json.dumps(ROWS)),
        ("maestro-v3.0.0.json", json.dumps(COLUMNS)),
        ("maestro-v3.0.0.csv", CSV),
    ],
    ids=["records", "columns", "csv"],
)
def test_every_version_of_the_table_tells_split_title_and_audio(root: Path, name: str, text: str):
    (root / name).write_text(text, encoding="utf-8")
    found = maestro.sources(root)
    assert [(s.id, s.split) for s in found] == [
        ("2017/a", "train"),
        ("2017/b", "validation"),
        ("2017/c", "test"),
    ]
    assert [s.audio for s in found] == [root / "2017" / "a.wav", None, None]
    assert maestro.performance(found[1]).title == "Frédéric Chopin: Etude Op. 25, No. 10"


def test_a_performance_that_the_table_names_but_is_not_there_is_counted(root: Path, tmp_path: Path):
    (root / "maestro-v3.0.0.json").write_text(json.dumps(COLUMNS))
    whole = (root / "2017" / "b.midi").read_bytes()
    (root / "2017" / "b.midi").unlink()
    for n_used in (2, 3):  # once it is there it is read
        report = datasets.prepare("maestro", root, tmp_path / "out", jobs=1).report
        assert report["songs"] == {"found": 3, "used": n_used, "left_out": 3 - n_used}
        reasons = [(one["songs"], one["reason"]) for one in report["songs_left_out"]]
        assert reasons == ([(1, "There is no file ….")] if n_used == 2 else [])
        (root / "2017" / "b.midi").write_bytes(whole)


def test_of_several_versions_the_newest_is_taken_wherever_it_lies(root: Path):
    (root / "z").mkdir()
    (root / "z" / "maestro-v2.0.0.json").write_text(json.dumps(ROWS))
    (root / "maestro-v3.0.0.json").write_text(json.dumps(COLUMNS))
    assert maestro.sources(root)[0].path == root / "2017" / "a.midi"
    (root / "a").mkdir()
    (root / "a" / "maestro-v10.0.0.json").write_text(json.dumps(ROWS))
    assert maestro.sources(root)[0].path == root / "a" / "2017" / "a.midi"


def test_a_performance_keeps_its_seconds_and_pedals(tmp_path: Path):
    pedal = np.array([(96, 64, 127), (480, 64, 0)], CONTROL)
    # 384 ticks a quarter at 120 a minute: 768 a second
    played = Track("", notes=notes_of([(77, 333, 60, 64), (768, 99, 67, 32)]), controls=pedal)
    mid.write(Piece([played], resolution=384, tempos=[Tempo(0, 120.0)]), tmp_path / "x.midi")
    piece = maestro.performance(Source("x", tmp_path / "x.midi", "train"))
    notes = piece.tracks[0].notes
    assert piece.seconds(notes["onset"]) == pytest.approx([77 / 768, 1.0], abs=1e-3)
    assert notes["velocity"].tolist() == [64, 32]
    assert piece.tracks[0].controls["value"].tolist() == [127, 0]


def test_read_puts_a_performance_on_estimated_beats(root: Path):
    (root / "maestro-v3.0.0.json").write_text(json.dumps(COLUMNS), encoding="utf-8")
    piece, remarks = maestro.read_remarking(maestro.sources(root)[0])
    assert piece.tempos[0].bpm == pytest.approx(100, rel=0.02)
    assert remarks == ["its notes were off its beats; the beats were estimated"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ('{"split": {"0": "train"}}', "is no table of MAESTRO: it needs canonical_composer"),
        ('[{"split": "train"}]', "is no table of MAESTRO"),
        (json.dumps([ROWS[0] | {"split": "dev"}]), "without a file or its split: '2017/a.midi' in"),
        (json.dumps([ROWS[0] | {"midi_filename": ""}]), "without a file or its split: '' in"),
        ("[]", "names no performance"),
        (json.dumps(COLUMNS | {"split": {}}), "is no table of MAESTRO"),
    ],
    ids=[
        "cut off",
        "columns missing",
        "keys missing",
        "split",
        "no file",
        "no rows",
        "column too short",
    ],
)
def test_a_broken_table_is_said(root: Path, text: str, said: str):
    (root / "maestro-v3.0.0.json").write_text(text)
    with pytest.raises(AntiphonError, match=said):
        maestro.sources(root)


def test_a_lost_quotation_mark_is_said(root: Path):
    (root / "maestro-v3.0.0.csv").write_text(CSV.replace('"29.0"', '"29.0', 1), encoding="utf-8")
    with pytest.raises(AntiphonError, match="field of several lines: a quotation mark is missing"):
        maestro.sources(root)


def test_a_name_no_file_can_have_is_said(root: Path):
    (root / "maestro-v3.0.0.json").write_text(
        json.dumps([ROWS[0] | {"midi_filename": "a" * 300 + ".midi", "audio_filename": "b" * 300}])
    )
    (source,) = maestro.sources(root)
    assert source.audio is None
    with pytest.raises(AntiphonError, match="cannot be read: file name too long"):
        maestro.performance(source)


def test_a_folder_without_table_is_refused(tmp_path: Path):
    with pytest.raises(AntiphonError, match=r"maestro-v3\.0\.0\.json \(or \.csv\) is missing"):
        maestro.sources(tmp_path)
