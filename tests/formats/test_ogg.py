"""OGG: the sound of the WAV, smaller."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import soundfile

from antiphon.formats import ogg, wav
from antiphon.music.piece import RESOLUTION, Piece, Track, notes_of


def scale() -> Piece:
    rows = [(RESOLUTION * i, RESOLUTION, 60 + i, 90) for i in range(16)]
    return Piece(tracks=[Track("Melody", 0, notes=notes_of(rows), role="melody")])


def test_the_file_sounds_like_the_wav_and_is_a_quarter_of_its_size(tmp_path):
    ogg.write(scale(), tmp_path / "a.ogg")
    wav.write(scale(), tmp_path / "a.wav")
    assert soundfile.info(tmp_path / "a.ogg").format == "OGG"
    sound, rate = soundfile.read(tmp_path / "a.ogg")
    assert rate == 44_100
    assert abs(len(sound) - 11 * rate) < 3000  # 8 s of music, 3 s to ring out; padding of frames
    assert abs(pyloudnorm.Meter(rate).integrated_loudness(sound) + 14) < 0.5
    assert np.abs(sound).max() < 10 ** (-1 / 20)
    assert (tmp_path / "a.ogg").stat().st_size < (tmp_path / "a.wav").stat().st_size / 4


def test_a_piece_without_notes_is_silence(tmp_path):
    ogg.write(Piece(), tmp_path / "a.ogg")
    sound, _ = soundfile.read(tmp_path / "a.ogg")
    assert len(sound) > 0
    assert np.abs(sound).max() < 1e-3
