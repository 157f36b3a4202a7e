"""MAPS: folders by piano and set, a MIDI file and a text of notes beside each sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon import datasets
from antiphon.datasets import maps
from antiphon.errors import AntiphonError

from .test_moods import performance

TEXT = "OnsetTime\tOffsetTime\tMidiPitch\r\n0.5\t1.25\t60\r\n0.517989\t1.51599\t42\r\n\r\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    performance(tmp_path / "ENSTDkCl/MUS/MAPS_MUS-alb_se2_ENSTDkCl.mid")
    performance(tmp_path / "AkPnBcht/MUS/MAPS_MUS-alb_se2_AkPnBcht.mid", 1)
    performance(tmp_path / "AkPnBcht/MUS/MAPS_MUS-bor_ps6_AkPnBcht.mid", 2)
    chord = tmp_path / "AkPnBcht/UCHO/I32-96/C0-24/MAPS_UCHO_C0-24_I32-96_S0_n4_AkPnBcht.txt"
    chord.parent.mkdir(parents=True)
    chord.write_bytes(TEXT.encode())
    chord.with_suffix(".wav").write_bytes(b"RIFF")
    (tmp_path / "ENSTDkCl/MUS/MAPS_MUS-alb_se2_ENSTDkCl.txt").write_bytes(TEXT.encode())
    (tmp_path / "readme.txt").write_text("MAPS\n")
    return tmp_path


def test_what_the_real_piano_plays_is_test_whoever_plays_it(root: Path):
    assert {s.id: s.split for s in maps.sources(root)} == {
        "MAPS_MUS-alb_se2_AkPnBcht": "test",
        "MAPS_MUS-alb_se2_ENSTDkCl": "test",
        "MAPS_MUS-bor_ps6_AkPnBcht": "train",
        "MAPS_UCHO_C0-24_I32-96_S0_n4_AkPnBcht": "train",
    }


def test_a_text_gives_its_times_to_the_sample(root: Path):
    chord = maps.sources(root)[-1]
    assert chord.title == "C0-24_I32-96_S0_n4"
    assert chord.audio == chord.path.with_suffix(".wav")
    piece = maps.performance(chord)
    notes = piece.tracks[0].notes
    # 44,100 steps a second: 0.517989 s is 22843.3, 1.51599 s is 66855.2
    assert notes["onset"].tolist() == [22050, 22843]
    assert (notes["onset"] + notes["duration"]).tolist() == [55125, 66855]
    assert notes["pitch"].tolist() == [60, 42]
    assert piece.seconds(notes["onset"])[0] == pytest.approx(0.5)


def test_a_midi_file_is_read_before_its_text(root: Path):
    piece = maps.performance(maps.sources(root)[1])
    assert piece.n_notes == 120  # the text has 2
    assert set(piece.tracks[0].notes["velocity"].tolist()) == {70, 80}


def test_only_pieces_are_music(root: Path):
    found = maps.sources(root)
    piece, remarks = maps.read_remarking(found[0])
    assert piece.title == "alb_se2"
    assert remarks == ["its notes were off its beats; the beats were estimated"]
    with pytest.raises(AntiphonError, match=r"It is of UCHO: notes and chords by themselves"):
        datasets.read(maps, found[-1])


HEAD = "OnsetTime\tOffsetTime\tMidiPitch\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a\tb\n1\t2\n", "is no text of MAPS"),
        (HEAD, "holds no notes"),
        (HEAD + "0.5\t1.0\n", "three numbers in each line"),
        (HEAD + "0.5\t1.0\tC4\n", "three numbers in each line"),
        (HEAD + "0.5\tnan\t60\n", "times that cannot be"),
        (HEAD + "-1\t2\t60\n", "times that cannot be"),
        (HEAD + "0.5\t99999999\t60\n", "times that cannot be"),
        (HEAD + "5\t1\t60\n", "times that cannot be"),
        (HEAD + "0.5\t1\t128\n", "must be 0 to 127"),
    ],
)
def test_a_broken_text_is_said(root: Path, text: str, said: str):
    chord = maps.sources(root)[-1]
    chord.path.write_text(text)
    with pytest.raises(AntiphonError, match=said):
        maps.performance(chord)


def test_another_folder_is_no_maps(tmp_path: Path):
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(AntiphonError, match="is no MAPS"):
        maps.sources(tmp_path)
