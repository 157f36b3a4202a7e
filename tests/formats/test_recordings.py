"""Recordings in and out, and what is said of files that are none."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon import formats
from antiphon.errors import AntiphonError

RATE_HZ = 16_000
STEREO = np.stack([np.linspace(-1, 1, 4000), np.linspace(0.5, -0.5, 4000)]).astype(np.float32)


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "aif"])
def test_what_is_written_without_loss_reads_back_to_24_bits(suffix, tmp_path):
    path = tmp_path / "deep" / f"a.{suffix}"
    formats.write_sound(STEREO, RATE_HZ, path)
    samples, rate = formats.read_sound(path)
    assert (samples.dtype, samples.shape, rate) == (np.float32, (2, 4000), RATE_HZ)
    assert np.abs(samples - STEREO).max() <= 2**-23
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_mono_and_what_is_too_loud(tmp_path):
    formats.write_sound(np.array([0.0, 3.0, -3.0], np.float32), RATE_HZ, tmp_path / "a.wav")
    samples, _ = formats.read_sound(tmp_path / "a.wav")
    assert samples == pytest.approx(np.array([[0, 1, -1]]), abs=2**-22)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.wav", None, "There is no file"),
        ("a.wav", b"", "cannot be read as sound"),
        ("a.flac", b"RIFF....WAVE", "cannot be read as sound"),
        ("a.mid", b"MThd", r"cannot read files ending in '\.mid' as sound; can read: wav"),
        ("a", b"RIFF", "a file without a suffix"),
    ],
)
def test_what_is_no_recording_is_told(name, content, said, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AntiphonError, match=said):
        formats.read_sound(tmp_path / name)


def test_a_rate_that_a_kind_does_not_hold_is_told_and_leaves_nothing(tmp_path):
    with pytest.raises(AntiphonError, match=r"MP3 does not hold 2 channels at 1234 Hz"):
        formats.write_sound(STEREO, 1234, tmp_path / "a.mp3")
    assert not list(tmp_path.iterdir())
