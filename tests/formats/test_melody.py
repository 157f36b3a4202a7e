"""A tune from a recording: the notes that are heard, on beats, in bars."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.formats import _transcriber, read, write_sound
from antiphon.formats._melody import Sung, line, on_beats
from antiphon.formats._transcriber import LOW_PITCH, N_KEYS, Heard

RATE_HZ = 22_050


def heard(*notes: tuple[int, int, int], n: int = 200) -> Heard:
    """What a perfect transcriber hears of (first frame, after the last, pitch); 100 a second."""
    sounding, beginning = np.zeros((2, n, N_KEYS), np.float32)
    for first, stop, pitch in notes:
        sounding[first:stop, pitch - LOW_PITCH] = 0.9
        beginning[first, pitch - LOW_PITCH] = 0.9
    return Heard(np.arange(n) / 100, sounding, beginning)


def test_a_line_has_the_notes_with_rests_between():
    found = line(heard((10, 50, 60), (50, 90, 64), (120, 180, 62)))
    assert found.pitch.tolist() == [60, 64, 62]
    assert found.onset_s == pytest.approx([0.1, 0.5, 1.2])
    assert found.end_s == pytest.approx([0.5, 0.9, 1.8])
    assert found.strength == pytest.approx([0.9] * 3)


def test_a_note_that_is_struck_again_is_two():
    found = line(heard((10, 60, 60), (60, 110, 60)))
    assert found.pitch.tolist() == [60, 60]
    assert found.onset_s == pytest.approx([0.1, 0.6])


def test_what_is_too_short_or_too_faint_is_no_note():
    faint = heard((10, 60, 60))
    faint.sounding[faint.sounding > 0] = 0.2
    assert len(line(faint).pitch) == 0
    assert len(line(heard((10, 14, 60))).pitch) == 0


def sung(beats: list[float], bpm: float, pitch: int = 60) -> Sung:
    """Notes of half a beat at these beats, the first half a second in."""
    onset = 0.5 + np.array(beats) * 60 / bpm
    n = len(beats)
    return Sung(onset, onset + 30 / bpm, np.full(n, pitch), np.full(n, 0.8))


@pytest.mark.parametrize("bpm", [72.0, 96.3, 131.0])
def test_an_even_beat_is_found_from_the_notes(bpm):
    beats = [0, 1, 2, 2.5, 3, 4, 5, 6, 6.5, 7, 8, 9, 10, 10.5, 11, 12]
    rough = 0.52 + np.arange(14) * 60 / bpm * 1.004  # what is heard drifts away
    piece = on_beats(sung(beats, bpm), rough)
    assert piece.tracks[0].notes["onset"].tolist() == [round(24 * b) for b in beats]
    assert piece.tempos[0].bpm == pytest.approx(bpm, rel=0.01)
    assert piece.n_bars == 4 and piece.tracks[0].role == "melody"


def test_beats_that_slow_down_are_followed():
    times = 0.5 + np.cumsum(np.linspace(0.5, 0.9, 17)) - 0.5
    onset = times[:16]
    tune = Sung(onset, onset + 0.3, np.full(16, 60), np.full(16, 0.8))
    piece = on_beats(tune, times)
    assert np.diff(piece.tracks[0].notes["onset"]).tolist() == [24] * 15
    assert piece.tempos[0].bpm > 1.3 * piece.tempos[-1].bpm


def test_a_pickup_comes_before_the_first_bar_line():
    beats = [3, 4, 6, 7, 8, 10, 11, 12]
    tune = sung(beats, 100)
    lengths = np.array([1, 2, 1, 1, 2, 1, 1, 4]) * 0.6
    tune = tune._replace(end_s=tune.onset_s + lengths * 0.95)
    piece = on_beats(tune, 0.5 + np.arange(17) * 0.6)
    assert piece.tracks[0].notes["onset"][:2].tolist() == [72, 96]


def tone(pitch: int, seconds: float) -> np.ndarray:
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    hz = 440 * 2 ** ((pitch - 69) / 12)
    sound = sum(np.sin(2 * np.pi * hz * k * at) / k for k in range(1, 5))
    edge = np.minimum(1, np.minimum(at / 0.02, (seconds - at) / 0.04))
    return (0.2 * sound * edge).astype(np.float32)


TUNE = [(60, 1), (62, 1), (64, 1), (65, 1), (67, 2), (67, 2), (64, 1), (60, 1), (62, 2)]


@pytest.mark.skipif(not _transcriber.MODEL.is_file(), reason="set-up has not fetched the network")
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_tune_that_is_played_comes_back_from_its_recording(ending, tmp_path, monkeypatch):
    # what tracks beats takes a minute to compile; the notes are even enough without it
    monkeypatch.setattr("antiphon.formats._melody.beats_s", lambda *_: np.zeros(0))
    silence = np.zeros(RATE_HZ // 3, np.float32)
    played = [tone(pitch, beats * 0.6) for pitch, beats in TUNE]
    write_sound(np.concatenate([silence, *played, silence]), RATE_HZ, tmp_path / f"t.{ending}")
    piece = read(tmp_path / f"t.{ending}")
    notes = piece.tracks[0].notes
    assert notes["pitch"].tolist() == [pitch for pitch, _ in TUNE]
    assert np.diff(notes["onset"]).tolist() == [24 * beats for _, beats in TUNE[:-1]]
    assert piece.tempos[0].bpm == pytest.approx(100, rel=0.01)
    assert piece.title == "t" and str(piece.metres[0]) == "4/4"


@pytest.mark.skipif(not _transcriber.MODEL.is_file(), reason="set-up has not fetched the network")
def test_silence_has_no_tune(tmp_path):
    write_sound(np.zeros(RATE_HZ, np.float32), RATE_HZ, tmp_path / "t.wav")
    with pytest.raises(AntiphonError, match="No tune is heard"):
        read(tmp_path / "t.wav")


def test_without_the_network_people_are_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(_transcriber, "MODEL", tmp_path / "none.onnx")
    _transcriber._session.cache_clear()
    write_sound(np.zeros(RATE_HZ, np.float32), RATE_HZ, tmp_path / "t.wav")
    with pytest.raises(AntiphonError, match="scripts/bootstrap"):
        read(tmp_path / "t.wav")


def test_a_broken_recording_is_said(tmp_path):
    (tmp_path / "t.mp3").write_bytes(b"no sound")
    with pytest.raises(AntiphonError, match="cannot be read as sound"):
        read(tmp_path / "t.mp3")
