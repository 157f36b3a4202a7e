"""MusicNet: labels by sample, and the aligned MIDI files of MusicNet-EM."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.datasets import musicnet
from antiphon.errors import AntiphonError

from .test_moods import performance

HEAD = "start_time,end_time,instrument,note,start_beat,end_beat,note_value\n"
# a violin over a cello, a quarter each half a second; a dotted quarter last
LABELS = HEAD + "".join(
    f"{22050 * i},{22050 * (i + 1)},41,{76 + i % 3},{float(i)},1.0,Quarter\n"
    f"{22050 * i + 9},{22050 * (i + 1)},43,{48 + i % 2},{float(i)},1.0,Quarter\n"
    for i in range(32)
) + "705600,738675,41,79,32.0,1.5,Dotted Quarter\n"  # fmt: skip
TABLE = (
    "id,composer,composition,movement,ensemble\n"
    "1727,Schubert,Piano Quintet in A major,2. Andante,Piano Quintet\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("train_labels/1727.csv", "train_labels/1728.csv", "test_labels/1759.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(LABELS)
    (tmp_path / "train_data").mkdir()
    (tmp_path / "train_data" / "1727.wav").write_bytes(b"RIFF")
    (tmp_path / "musicnet_metadata.csv").write_text(TABLE)
    performance(tmp_path / "musicnet_em" / "1727.mid")
    performance(tmp_path / "musicnet_em" / "2303.mid")
    return tmp_path


def test_labels_come_before_midi_and_the_official_test_set_is_test(root: Path):
    found = musicnet.sources(root)
    assert [(s.id, s.path.suffix) for s in found] == [
        ("1727", ".csv"),
        ("1728", ".csv"),
        ("1759", ".csv"),
        ("2303", ".mid"),
    ]
    assert [s.split == "test" for s in found] == [False, False, True, True]
    assert found[0].title == "Schubert: Piano Quintet in A major, 2. Andante"
    assert found[0].audio == root / "train_data" / "1727.wav"


def test_times_of_labels_are_samples_and_instruments_count_from_one(root: Path):
    piece = musicnet.performance(musicnet.sources(root)[0])
    assert [(t.program, len(t.notes)) for t in piece.tracks] == [(40, 33), (42, 32)]
    violin, cello = (t.notes for t in piece.tracks)
    assert cello["onset"][:2].tolist() == [9, 22059]
    # 705,600 samples are 16 s, 738,675 are 16.75 s
    assert piece.seconds(violin["onset"][-1:]) == pytest.approx([16.0])
    assert int(violin["onset"][-1] + violin["duration"][-1]) == 738_675


def test_labels_are_read_where_the_score_has_them(root: Path):
    piece, remarks = musicnet.read_remarking(musicnet.sources(root)[0])
    violin = next(t.notes for t in piece.tracks if t.program == 40)
    assert violin["onset"].tolist() == [24 * i for i in range(33)]
    assert violin["duration"].tolist() == [24] * 32 + [36]
    assert piece.tempos[0].bpm == pytest.approx(120)
    assert remarks == ["its metre is not told; bars of four quarters were taken"]


def test_aligned_midi_is_put_on_estimated_beats(root: Path):
    piece, remarks = musicnet.read_remarking(musicnet.sources(root)[-1])
    assert piece.tempos[0].bpm == pytest.approx(100, rel=0.02)
    assert remarks == ["its notes were off its beats; the beats were estimated"]


def test_the_folder_of_midi_files_finds_the_table_beside_it(root: Path):
    first, second = musicnet.sources(root / "musicnet_em")
    assert (first.title, second.title) == ("Schubert: Piano Quintet in A major, 2. Andante", "2303")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "is no table of MusicNet"),
        (HEAD, "holds no notes"),
        (HEAD + "1,2,41,C4,0,1,Quarter\n", "must have numbers in start_time"),
        (HEAD + "1,2\n", "must have numbers in start_time"),
        (HEAD + "1,2,0,60,0,1,Quarter\n", "must have instrument from 1 to 128"),
        (HEAD + "1,2,41,200,0,1,Quarter\n", "must have note from 0 to 127"),
        (HEAD + "1,inf,41,60,0,1,Quarter\n", "must have end_time from 0 to"),
        (HEAD + "2,1,41,60,0,1,Quarter\n", "ends before it begins"),
    ],
)
def test_broken_labels_are_said(root: Path, text: str, said: str):
    source = musicnet.sources(root)[0]
    source.path.write_text(text)
    for reader in (musicnet.performance, musicnet.read_remarking):
        with pytest.raises(AntiphonError, match=said):
            reader(source)


def test_another_folder_is_no_musicnet(tmp_path: Path):
    (tmp_path / "x.csv").write_text("x")
    with pytest.raises(AntiphonError, match="is no MusicNet"):
        musicnet.sources(tmp_path)
