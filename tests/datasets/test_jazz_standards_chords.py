"""Chord charts: pieces with chords and without notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from antiphon.datasets import jazz_standards_chords as charts
from antiphon.datasets import prepare
from antiphon.errors import AntiphonError
from antiphon.representations.prepared import load_tables

CHART: dict[str, Any] = {
    "Title": "A Tune",
    "Composer": "Somebody",
    "Key": "Dmin",
    "Rhythm": "Medium Swing",
    "TimeSignature": "4/4",
    "Sections": [
        {
            "Label": "A",
            "MainSegment": {"Chords": "Dm6|Em7b5,A7b9"},
            "Endings": [{"Chords": "Dmaj7(Em7b5),(A7b9)"}, {"Chords": "Dm,C,Bb07,A7alt"}],
        },
        {"Label": "B", "MainSegment": {"Chords": "Gm7/F|"}, "Repeats": 1},
        {"MainSegment": {"Chords": "Dm6|Em7b5,A7b9"}},
        {"MainSegment": {"Chords": "C13b9sus"}},
    ],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "JazzStandards"
    folder.mkdir()
    (folder / "A Tune.json").write_text(json.dumps(CHART))
    (tmp_path / "JazzStandards.json").write_text(json.dumps([CHART]))
    return tmp_path


def test_sections_are_played_with_each_of_their_endings(root: Path):
    piece = charts.read(charts.sources(root)[0])
    assert [(s.start, s.n_bars, s.label) for s in piece.sections] == [
        (0, 3, "A"), (3, 3, "A"), (6, 2, "B"), (8, 2, "B"), (10, 2, "A"), (12, 1, "C"),
    ]  # fmt: skip
    assert (piece.n_bars, piece.n_notes, piece.labels.style) == (13, 0, "Medium Swing")
    assert (piece.title, str(piece.keys[0].key)) == ("A Tune", "D minor")


def test_chords_share_their_bar_and_alternatives_are_left_out(root: Path):
    piece = charts.read(charts.sources(root)[0])
    said = [(c.onset / 24, c.duration / 24, str(c.chord)) for c in piece.chords]
    assert said[:5] == [
        (0, 4, "Dm6"), (4, 2, "Em7b5"), (6, 2, "A9"), (8, 4, "Dmaj7"), (12, 4, "Dm6"),
    ]  # fmt: skip
    assert said[7:12] == [
        (20, 1, "Dm"), (21, 1, "C"), (22, 1, "Bbdim7"), (23, 1, "A9"), (24, 8, "Gm7/F"),
    ]  # fmt: skip
    assert said[-1] == (48, 4, "C7sus4")


@pytest.mark.parametrize(
    ("chords", "beats"), [("C,F", [0, 2]), ("C,F,G", [0, 1, 2]), ("C,F,G,A", [0, 0.75, 1.5, 2.25])]
)
def test_chords_of_a_bar_in_three(chords: str, beats: list[float]):
    spans = charts._spans([chords], charts._metre("3/4"))
    assert [span.onset / 24 for span in spans] == pytest.approx(beats, abs=1 / 24)


@pytest.mark.parametrize(
    ("symbol", "nearest"),
    [
        ("C07", "Cdim7"), ("C0", "Cdim"), ("C7alt", "C9"), ("C7#5#9", "C9"), ("C7b5", "C7"),
        ("C13b9", "C9"), ("Cm69", "Cm6"), ("Cmb6", "Cm"), ("Cmaj7#5", "Cmaj7"),
        ("C7b13sus/Bb", "C7sus4/Bb"), ("Cm7b9", "Cm7"), ("Cm/maj7/G", "CmMaj7/G"), ("C9#5", "C9"),
    ],
)  # fmt: skip
def test_a_quality_that_is_not_kept_is_the_nearest(symbol: str, nearest: str):
    assert str(charts._chord(symbol)) == nearest


def test_a_missing_key_is_found_in_the_chords(root: Path):
    chart = CHART | {"Key": None, "Sections": [{"MainSegment": {"Chords": "Gm7|C7|F|F"}}]}
    (root / "JazzStandards" / "A Tune.json").write_text(json.dumps(chart))
    assert str(charts.read(charts.sources(root)[0]).keys[0].key) == "F major"


def test_prepared_charts_have_bars_and_no_notes(root: Path, tmp_path: Path):
    other = CHART | {"Sections": [{"MainSegment": {"Chords": "G|D7|G|G"}}]}
    (root / "JazzStandards" / "B.json").write_text(json.dumps(other))
    (root / "JazzStandards" / "C.json").write_text(json.dumps(other))
    done = prepare("jazz_standards_chords", root, tmp_path / "out", jobs=1)
    assert (done.report["songs"]["used"], done.report["bars"]["kept"]) == (2, 17)
    assert done.report["songs_left_out"][0]["reason"] == "the same notes as another"
    splits = {s.split for s in charts.sources(root) if s.id != "C"}
    bars = sum(len(load_tables(tmp_path / "out", split).bars) for split in splits)
    assert bars == 17


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{", "is no JSON"),
        ("[]", "must be an object"),
        ("{}", "'Sections'"),
        ('{"Sections": [{}]}', "'MainSegment'"),
        ('{"Sections": 3}', "is no chart"),
        ('{"Sections": [{"MainSegment": {"Chords": "Q7"}}]}', "Unknown chord"),
        ('{"Sections": [{"MainSegment": {"Chords": "||"}}]}', "has no chord"),
        ('{"TimeSignature": "4", "Sections": []}', "is no metre"),
        ('{"Sections": [{"MainSegment": {"Chords": "C' + "|C" * 2000 + '"}}]}', "more than 1,000"),
    ],
)
def test_what_is_no_chart_is_said(root: Path, text: str, said: str):
    (root / "JazzStandards" / "A Tune.json").write_text(text)
    with pytest.raises(AntiphonError, match=said):
        charts.read(charts.sources(root)[0])
