"""EMOPIA and VGMIDI: moods become labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from antiphon import datasets
from antiphon.datasets import emopia, prepare, vgmidi
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import Piece, Tempo, Track, notes_of
from antiphon.representations.labels import NO_PROGRAM, labels_of
from antiphon.representations.prepared import load_tables

from .conftest import BEAT, band


def performance(path: Path, seed: int = 0) -> None:
    """Write a piano clip at 100 beats a minute in a file that says 120, as transcribers do."""
    rng = np.random.default_rng(seed)
    rows = []
    for eighth in range(96):
        at_s = eighth * 0.3 + rng.normal(0, 0.004)
        onset = max(0, round(at_s * 2 * 384))
        rows.append((onset, 200, 60 + int(rng.choice([0, 4, 7, 12])), 70))
        if eighth % 4 == 0:
            rows.append((onset, 400, 40 + seed, 80))
    track = Track("", notes=notes_of(rows))
    path.parent.mkdir(parents=True, exist_ok=True)
    mid.write(Piece([track], resolution=384, tempos=[Tempo(0, 120.0)]), path)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    for seed, name in enumerate(("Q1_aa_0", "Q4_aa_1", "Q2_b_b_0", "Q3_cc_7")):
        performance(tmp_path / "midis" / f"{name}.mid", seed)
    (tmp_path / "split").mkdir()
    for name, rows in (("train", "Q1_aa_0,Q1"), ("val", "Q3_cc_7,Q3"), ("test", "Q2_b_b_0,Q2")):
        (tmp_path / "split" / f"{name}.csv").write_text(f"fname,label\n{rows}\n")
    return tmp_path


def test_clips_lie_in_their_official_split_and_unlisted_ones_with_their_song(clips: Path):
    assert {s.id: s.split for s in emopia.sources(clips)} == {
        "Q1_aa_0": "train",
        "Q2_b_b_0": "test",
        "Q3_cc_7": "validation",
        "Q4_aa_1": "train",
    }


def test_a_quadrant_is_valence_and_arousal_and_beats_are_estimated(clips: Path):
    piece, remarks = emopia.read_remarking(emopia.sources(clips)[1])
    assert (piece.labels.valence, piece.labels.arousal) == (-1, 1)
    assert remarks == ["its notes were off its beats; the beats were estimated"]
    assert piece.tempos[0].bpm == pytest.approx(100, rel=0.02)
    played = emopia.performance(emopia.sources(clips)[1])
    assert (played.resolution, played.tempos[0].bpm) == (768, 120)  # twice 384
    assert played.labels == piece.labels


@pytest.mark.parametrize(
    ("name", "said"), [("none", "no .mid file|There is no folder"), ("other", "is no EMOPIA")]
)
def test_another_folder_is_no_emopia(tmp_path: Path, name: str, said: str):
    (tmp_path / "other").mkdir()
    mid.write(band(), tmp_path / "other" / "song.mid")
    with pytest.raises(AntiphonError, match=said):
        emopia.sources(tmp_path / name)


def test_a_list_without_names_is_refused(clips: Path):
    (clips / "split" / "val.csv").write_text("song\nx\n")
    with pytest.raises(AntiphonError, match="is no table of EMOPIA: it needs fname"):
        emopia.sources(clips)


def test_prepared_sets_hold_labels(clips: Path, tmp_path: Path):
    prepare("emopia", clips, tmp_path / "out", jobs=1)
    pieces = load_tables(tmp_path / "out", "train").pieces
    table = labels_of(pieces)
    assert [p["id"] for p in pieces] == ["Q1_aa_0", "Q2_b_b_0", "Q3_cc_7", "Q4_aa_1"]
    assert table.mood.tolist() == [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    assert table.style.tolist() == [-1] * 4
    assert table.programs[0].tolist()[2:] == [0, 33, NO_PROGRAM]  # a bass taken out of a piano
    assert all(np.isfinite(p["labels"]["valence"]) for p in pieces)


def test_labels_that_nobody_gave_are_told_apart():
    pieces = [
        {},
        {"labels": {"style": "rock", "programs": {"bass": 33}}},
        {"labels": {"style": "jazz", "valence": 0.5}},
    ]
    table = labels_of(pieces)
    assert table.styles == ["jazz", "rock"]
    assert table.style.tolist() == [-1, 1, 0]
    assert np.isnan(table.mood[:2]).all() and table.mood[2, 0] == 0.5
    assert table.programs[1].tolist() == [NO_PROGRAM] * 3 + [33, NO_PROGRAM]
    assert labels_of(pieces, styles=["rock"]).style.tolist() == [-1, 0, -1]


HEADER = "id,series,console,game,piece,midi,valence,arousal\n"


@pytest.fixture
def games(tmp_path: Path) -> Path:
    (tmp_path / "labelled" / "phrases").mkdir(parents=True)
    mid.write(band(), tmp_path / "labelled" / "phrases" / "A_N64_B_Tune_0.mid")
    line = "1,A,N64,B,Tune,labelled/phrases/A_N64_B_Tune_0.mid,-1,1\n"
    (tmp_path / "vgmidi_labelled.csv").write_text(HEADER + line, encoding="utf-8")
    return tmp_path


def test_phrases_have_the_moods_of_their_table(games: Path):
    (source,) = vgmidi.sources(games)
    piece = datasets.read(vgmidi, source)
    assert (source.id, piece.title) == ("A_N64_B_Tune_0", "A B Tune")
    assert (piece.labels.valence, piece.labels.arousal) == (-1, 1)
    assert piece.tracks[0].notes["onset"][1] == BEAT


def test_a_phrase_that_is_its_whole_piece_is_read_with_the_beats_of_that(games: Path):
    (games / "labelled" / "midi").mkdir()
    mid.write(band(12), games / "labelled" / "midi" / "A_N64_B_Tune.mid")
    assert datasets.read(vgmidi, vgmidi.sources(games)[0]).n_bars == 12
    table = games / "vgmidi_labelled.csv"
    second = "2,A,N64,B,Tune,labelled/phrases/A_N64_B_Tune_1.mid,1,1\n"
    table.write_text(table.read_text() + second)
    phrases = vgmidi.sources(games)
    assert [s.id for s in phrases] == ["A_N64_B_Tune_0", "A_N64_B_Tune_1"]
    assert datasets.read(vgmidi, phrases[0]).n_bars == 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "is no table of VGMIDI"),
        (HEADER + "1,A,N64,B,T,x.mid,happy,1\n", "line 2: valence and arousal must be numbers"),
        (HEADER + "1,A\n", "line 2: valence and arousal must be numbers"),
    ],
    ids=["empty", "another table", "no number", "cut off"],
)
def test_a_broken_table_is_said(games: Path, text: str, said: str):
    (games / "vgmidi_labelled.csv").write_text(text)
    with pytest.raises(AntiphonError, match=said):
        vgmidi.sources(games)


def test_a_folder_without_the_table_is_refused(tmp_path: Path):
    with pytest.raises(AntiphonError, match=r"vgmidi_labelled\.csv is missing"):
        vgmidi.sources(tmp_path)
