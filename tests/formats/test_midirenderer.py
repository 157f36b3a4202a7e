"""The stand-in for FluidSynth: what it is given to play, and what comes back of it."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from types import SimpleNamespace

import mido
import numpy as np
import pytest
import soundfile

from antiphon.errors import AntiphonError
from antiphon.formats import _midirenderer, _synth
from antiphon.formats._schedule import BLOCK, RATE_HZ, schedule
from antiphon.music.piece import CONTROL, Piece, Track, notes_of

CONTROLS = np.array([(0, 64, 127), (0, 91, 90), (0, 128, -8192)], dtype=CONTROL)
TRACK = Track("Melody", 73, notes=notes_of([(24, 24, 60, 90)]), controls=CONTROLS)
N_BLOCKS = 2000


@pytest.fixture
def renderer(monkeypatch):
    """A midirenderer that keeps what it is given and answers with a second at half level."""
    given: list[mido.MidiFile] = []

    def render_wave_from(soundfont: bytes, midi: bytes) -> bytes:
        if soundfont != b"good":
            raise ValueError
        given.append(mido.MidiFile(file=io.BytesIO(midi)))
        content = io.BytesIO()
        soundfile.write(content, np.full((48_000, 2), 0.5), 48_000, format="WAV", subtype="FLOAT")
        return content.getvalue()

    fake = SimpleNamespace(render_wave_from=render_wave_from, __spec__=object())
    monkeypatch.setitem(sys.modules, "midirenderer", fake)
    monkeypatch.setattr(_synth, "library", lambda: None)
    return given


def played(tracks: list[Track], path) -> list[np.ndarray]:
    events = schedule(Piece(tracks=tracks))
    return list(_synth.play(events, tracks, path, N_BLOCKS, N_BLOCKS // 2))


@pytest.fixture
def font(tmp_path):
    path = tmp_path / "font.sf2"
    path.write_bytes(b"good")
    return path


def test_only_sf2_is_read_where_there_is_no_fluidsynth(renderer):
    assert _synth.suffixes() == (".sf2",)


def test_each_track_is_played_by_itself_at_its_time(renderer, font):
    """A beat at 120 bpm is half a second; the desk's room replaces the renderer's own."""
    played([TRACK, replace(TRACK, is_drum=True, program=0)], font)
    melody, drums = renderer
    times, now = {}, 0.0
    for message in melody:
        now += message.time
        times[message.type, getattr(message, "control", None)] = (now, message)
    assert times["note_on", None][0] == pytest.approx(0.5, abs=0.001)
    assert times["note_off", None][0] == pytest.approx(1.0, abs=0.001)
    assert times["note_on", None][1].note == 60
    assert times["program_change", None][1].program == 73
    assert times["pitchwheel", None][1].pitch == -8192
    assert times["control_change", 64][1].value == 127
    assert times["control_change", 91][1].value == 0
    assert melody.length == pytest.approx(N_BLOCKS * BLOCK / RATE_HZ, abs=0.001)
    assert {m.channel for m in drums if m.type == "note_on"} == {9}


def test_the_sound_comes_back_at_our_rate_in_chunks(renderer, font):
    first, second = played([TRACK, Track("silent")], font)
    assert first.shape == second.shape == (2, 2, N_BLOCKS // 2 * BLOCK)
    assert not first[1].any()
    assert first[0, :, 10_000:30_000] == pytest.approx(0.5, abs=0.01)
    assert not second[0].any()  # the second of sound is over: 44,100 frames of 128,000


def test_a_soundfont_it_cannot_read_is_named(renderer, tmp_path):
    (tmp_path / "bad.sf2").write_bytes(b"bad")
    with pytest.raises(AntiphonError, match=r"cannot load the soundfont .*bad\.sf2"):
        played([TRACK], tmp_path / "bad.sf2")


def test_without_any_synthesizer_one_is_told_what_to_install(monkeypatch, font):
    monkeypatch.setattr(_synth, "library", lambda: None)
    monkeypatch.setattr(_midirenderer, "is_there", lambda: False)
    with pytest.raises(AntiphonError, match="pip install pygame-ce"):
        played([TRACK], font)
