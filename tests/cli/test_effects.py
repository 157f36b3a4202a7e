"""antiphon effects: from file to file."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon import formats
from antiphon.cli import main


@pytest.fixture
def recording(tmp_path):
    samples = 0.1 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    formats.write_sound(samples.astype(np.float32), 8000, tmp_path / "in.wav")
    return tmp_path / "in.wav"


def test_a_chain_is_applied_and_what_was_done_is_told(recording, tmp_path, capsys):
    out = tmp_path / "out.flac"
    arguments = [str(recording), str(out), "--chain", "reverse, gain 6.0206", "--rate", "16000"]
    assert main(["effects", *arguments]) == 0
    samples, rate = formats.read_sound(out)
    assert (samples.shape, rate) == ((1, 16_000), 16_000)
    assert np.abs(samples).max() == pytest.approx(0.2, abs=0.01)
    assert "1.00 s at 16000 Hz through reverse, gain gain_db=6.0206." in capsys.readouterr().out


def test_clipping_is_told(recording, tmp_path, capsys):
    assert main(["effects", str(recording), str(tmp_path / "b.wav"), "--chain", "gain 40"]) == 0
    assert "It was clipped: its peak is 10.00" in capsys.readouterr().out


def test_the_list_names_effects_with_their_settings(capsys):
    assert main(["effects", "--list"]) == 0
    told = capsys.readouterr().out
    assert "highpass frequency_hz=80 q=0.707\n    Keep what lies above a frequency" in told


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        ("", "Name a file to read, one to write and a --chain"),
        ("wobble", "No 'wobble' in effects."),
        ("lowpass 5000", "lowpass: frequency_hz is 5000 Hz"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_no_file(chain, said, recording, tmp_path, capsys):
    out = tmp_path / "out.wav"
    assert main(["effects", str(recording), str(out), "--chain", chain]) == 1
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert not out.exists()
