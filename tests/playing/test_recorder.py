"""Recording: what sounded in the end, both players, as a piece."""

from __future__ import annotations

import pytest

from antiphon.playing._musician import Played
from antiphon.playing.recorder import Recorder

TRACKS = [
    {"name": "Melody", "role": "melody", "program": 73, "is_drum": False},
    {"name": "Bass", "role": "bass", "program": 33, "is_drum": False},
]


def bar(number: int, at_s: float, duration_s: float, notes, **more) -> dict:
    return {
        "bar": number, "n_bars": 1, "at_s": at_s, "duration_s": duration_s, "key": "G major",
        "metre": "4/4", "chords": [[0.0, "G"], [duration_s / 2, "D7"]], "tracks": TRACKS,
        "notes": notes, **more,
    }  # fmt: skip


def rows(piece, name: str) -> list:
    return next(t.notes.tolist() for t in piece.tracks if t.name == name)


def test_bars_of_different_tempo_follow_each_other():
    recorder = Recorder()
    recorder.take(bar(0, 0.0, 2.0, [[0.5, 0.5, 1, 43, 80]]))
    recorder.take(bar(1, 2.0, 4.0, [[1.0, 1.0, 1, 38, 80]]))
    piece = recorder.piece("melody")
    assert [(t.onset, t.bpm) for t in piece.tempos] == [(0, 120.0), (1920, 60.0)]
    assert rows(piece, "Bass") == [(480, 480, 43, 80), (1920 + 480, 480, 38, 80)]
    assert [(c.onset, str(c.chord)) for c in piece.chords[:3]] == [
        (0, "G"),
        (960, "D7"),
        (1920, "G"),
    ]
    assert piece.n_bars == 2
    assert piece.duration_s == pytest.approx(6.0)
    assert str(piece.keys[0].key) == "G major"


def test_the_musician_has_a_track_of_his_own_where_he_played():
    recorder = Recorder()
    recorder.take(bar(0, 0.0, 2.0, []))
    recorder.take(bar(1, 2.0, 4.0, []))
    recorder.hear([Played(0.51, 0.0, 67, 90)])
    recorder.hear([Played(0.51, 0.25, 67, 90), Played(3.0, 1.0, 69, 80)])
    assert rows(recorder.piece("melody"), "You") == [(490, 240, 67, 90), (1920 + 480, 480, 69, 80)]


def test_mends_are_in_it_as_they_sounded():
    recorder = Recorder()
    recorder.take(bar(0, 0.0, 2.0, [[0.0, 2.0, 1, 43, 80], [1.5, 0.5, 0, 67, 80]]))
    recorder.take(
        {"mend": 0, "from_s": 1.0, "ends": [[1, 43]], "notes": [[1.0, 1.0, 1, 36, 80]],
         "chords": [[0.0, "G"], [1.0, "C"]]}
    )  # fmt: skip
    piece = recorder.piece("melody")
    assert rows(piece, "Bass") == [(0, 960, 43, 80), (960, 960, 36, 80)]
    assert rows(piece, "Melody") == []
    assert [str(c.chord) for c in piece.chords] == ["G", "C"]


def test_drums_of_the_musician_are_drums():
    recorder = Recorder()
    recorder.take(bar(0, 0.0, 2.0, []))
    recorder.hear([Played(0.0, 0.1, 38, 90)])
    assert recorder.piece("drums").tracks[-1].is_drum


def test_of_nothing_there_is_an_empty_piece():
    piece = Recorder().piece("melody")
    assert piece.n_notes == 0 and piece.tracks == []
