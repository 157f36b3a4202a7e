"""Groove MIDI: info.csv beside folders by drummer and session."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.datasets import Source, groove
from antiphon.datasets._song import prepare_song
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import Piece, Track, notes_of

HEAD = (
    "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,"
    "duration,split"
)
NAME = "drummer1/session1/7_funk-fast_120_{kind}_4-4"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "groove"
    (folder / "drummer1/session1").mkdir(parents=True)
    # a kick 10 ticks late, a snare's rim 10 ticks early, both of 480 a beat; a hi-hat's edge
    rows = [(10, 40, 36, 100), (470, 40, 40, 90), (480, 40, 22, 60), (1900, 20, 55, 110)]
    played = Piece([Track("Drums", is_drum=True, notes=notes_of(rows))], resolution=480)
    lines = [HEAD]
    for kind, split in (("beat", "train"), ("fill", "test")):
        name = NAME.format(kind=kind) + ".mid"
        mid.write(played, folder / name)
        lines.append(f"drummer1,s,i,funk/fast,120,{kind},4-4,{name},{kind}.wav,2.0,{split}")
    (folder / "beat.wav").write_bytes(b"RIFF")
    (folder / "info.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_split_is_the_official_one(root: Path):
    found = {s.id: s.split for s in groove.sources(root)}
    assert found == {NAME.format(kind="beat"): "train", NAME.format(kind="fill"): "test"}


def test_recordings_are_named_where_they_are(root: Path):
    audio = [s.audio for s in groove.sources(root)]
    assert audio == [root / "groove" / "beat.wav", None]


def test_keys_become_general_midi_and_ticks_stay(root: Path):
    piece = groove.read(groove.sources(root)[0])
    notes = piece.tracks[0].notes
    assert notes["onset"].tolist() == [10, 470, 480, 1900]
    assert notes["pitch"].tolist() == [36, 38, 42, 49]
    assert (piece.resolution, piece.tempos[0].bpm, str(piece.metres[0])) == (480, 120.0, "4/4")


def test_the_first_word_of_a_style_is_its_label(root: Path):
    piece = groove.read(groove.sources(root)[0])
    assert (piece.title, piece.labels.style) == ("funk-fast", "funk")


def test_fills_are_told_from_beats(root: Path):
    labels = [groove.read(source).sections[0].label for source in groove.sources(root)]
    assert labels == ["A", "fill"]


def test_table_of_drums_holds_how_early_and_late(root: Path):
    drums = prepare_song(groove, groove.sources(root)[0]).drums
    # slots lie at 0, 1/4, 1/3, 1/2, 2/3, 3/4 of a beat; shifts are thousandths of a beat
    assert drums["slot"].tolist() == [0, 6, 6, 23]
    assert drums["shift"].tolist() == [21, -21, 0, 208]  # 10/480; 1900 is 100 after 3.75 beats


def test_folder_without_table_is_refused(tmp_path: Path):
    with pytest.raises(AntiphonError, match=r"info\.csv is missing"):
        groove.sources(tmp_path)


def test_other_table_is_refused(tmp_path: Path):
    (tmp_path / "info.csv").write_text("a,b\n1,2\n")
    with pytest.raises(AntiphonError, match="no table of Groove"):
        groove.sources(tmp_path)


def test_file_with_another_name_is_refused(tmp_path: Path):
    with pytest.raises(AntiphonError, match="number_style_tempo_kind_metre"):
        groove.read(Source("x", tmp_path / "x.mid", "train"))
