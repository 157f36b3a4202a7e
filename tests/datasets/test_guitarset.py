"""GuitarSet: JAMS files beside folders of audio by microphone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from antiphon.datasets import guitarset
from antiphon.errors import AntiphonError

NAME = "03_BN3-120-G_comp"


def observed(kind: str, rows: list[tuple[float, float, Any]]) -> dict[str, Any]:
    data = [{"time": t, "duration": d, "value": v, "confidence": None} for t, d, v in rows]
    return {"namespace": kind, "data": data, "annotation_metadata": {}}


def jams() -> dict[str, Any]:
    """Two strings at 120 a minute: thirds a beat long, 10 ms late; a bar of G, a bar of C."""
    low = [(i / 2 + 0.01, 0.5, 55.1 if i < 4 else 60.2) for i in range(8)]
    high = [(i / 2 + 0.01, 0.5, 58.9 if i < 4 else 63.8) for i in range(8)]
    beats = [
        (i / 2, 0.0, {"position": i % 4 + 1, "measure": 1 + i // 4, "num_beats": 4})
        for i in range(1, 8)
    ]
    return {
        "annotations": [
            observed("pitch_contour", []),
            observed("note_midi", low),
            observed("note_midi", high),
            observed("beat_position", beats),  # the first beat told is the second
            observed("tempo", [(0.0, 4.0, 120.0)]),
            observed("chord", [(0.0, 4.0, "G:maj")]),
            observed("chord", [(0.0, 2.0, "G:maj7/1"), (2.0, 2.0, "C:maj")]),
            observed("key_mode", [(0.0, 4.0, "G:major")]),
        ]
    }


JAMS = json.dumps(jams())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "annotation"
    folder.mkdir()
    for name in (NAME, "04_Rock1-90-C#_solo", "05_SS2-88-F_solo", "notes"):
        (folder / f"{name}.jams").write_text(JAMS)
    (tmp_path / "audio_mono-mic").mkdir()
    (tmp_path / "audio_mono-mic" / f"{NAME}_mic.wav").write_bytes(b"RIFF")
    return tmp_path


def test_guitarists_make_the_split(root: Path):
    found = guitarset.sources(root)
    assert [s.split for s in found] == ["train", "validation", "test"]
    assert found[0].audio == root / "audio_mono-mic" / f"{NAME}_mic.wav"
    assert found[1].audio is None


def test_an_excerpt_that_lies_there_twice_is_one(root: Path):
    (root / "copy").mkdir()
    (root / "copy" / f"{NAME}.JAMS").write_text(JAMS)
    found = [s for s in guitarset.sources(root) if s.id == NAME]
    assert [s.path for s in found] == [root / "annotation" / f"{NAME}.jams"]


def test_a_performance_has_its_seconds(root: Path):
    piece = guitarset.performance(guitarset.sources(root)[0])
    notes = piece.tracks[0].notes
    assert notes["onset"][:4].tolist() == [441, 441, 22491, 22491]  # 0.01 s and 0.51 s
    assert notes["duration"][0] == 22050
    assert notes["pitch"][:2].tolist() == [55, 59]


def test_notes_lie_on_the_beats_of_the_metronome(root: Path):
    piece = guitarset.read(guitarset.sources(root)[0])
    onsets = {int(o) for t in piece.tracks for o in t.notes["onset"]}
    assert onsets == {24 * i for i in range(8)}  # 10 ms are half a step
    assert piece.tempos[0].bpm == 120
    assert piece.labels.style == "bossa nova"
    assert str(piece.keys[0].key) == "G major"
    assert [(c.onset, c.duration, str(c.chord)) for c in piece.chords] == [
        (0, 96, "Gmaj7"),
        (96, 96, "C"),
    ]


def changed(index: int, **values: Any) -> str:
    said = jams()
    said["annotations"][index].update(values)
    return json.dumps(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{", "is no JAMS file of GuitarSet"),
        ('{"annotations": 3}', "is no JAMS file of GuitarSet"),
        (changed(1, data=[{"time": 0}]), "is no JAMS file of GuitarSet"),
        (changed(1, **observed("note_midi", [(0.0, 1e9, 60)])), "times that cannot be"),
        (changed(1, **observed("note_midi", [(0.0, 1.0, 200)])), "must be 0 to 127"),
        (changed(1, **observed("note_midi", [(0.0, 1.0, None)])), "must be 0 to 127"),
        (changed(1, **observed("note_midi", [(0.0, 1.0, "C4")])), "notes without a pitch"),
        (changed(3, data=[]), "tells no tempo or no beats"),
        (changed(4, **observed("tempo", [(0.0, 4.0, 0)])), "a tempo or a beat that cannot be"),
        ('{"annotations": []}', "holds no notes"),
    ],
)
def test_a_broken_file_is_said(root: Path, text: str, said: str):
    source = guitarset.sources(root)[0]
    source.path.write_text(text)
    with pytest.raises(AntiphonError, match=said):
        guitarset.read(source)


def test_another_folder_is_no_guitarset(tmp_path: Path):
    (tmp_path / "x.jams").write_text("{}")
    with pytest.raises(AntiphonError, match="is no GuitarSet"):
        guitarset.sources(tmp_path)
