"""Recordings in and out, and what is said of files that are none."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

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


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_full_disk_is_told_and_leaves_nothing(suffix, full_disk, tmp_path):
    noise = np.random.default_rng(0).uniform(-1, 1, (1, 8000)).astype(np.float32)
    with full_disk(), pytest.raises(AntiphonError, match=r"^Cannot write .*: the disk is full"):
        formats.write_sound(noise, RATE_HZ, tmp_path / f"a.{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_recording_that_is_cut_off_is_never_taken_for_a_whole_one(suffix, share, tmp_path):
    path = tmp_path / f"a.{suffix}"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 32_000)).astype(np.float32)
    formats.write_sound(noise, RATE_HZ, path)
    assert formats.read_sound(path)[0].shape[1] >= 32_000
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(AntiphonError, match=r"cut off|cannot be read as sound|holds no sound"):
        formats.read_sound(path)


def test_a_wav_from_a_pipe_says_no_length_and_is_read(tmp_path):
    formats.write_sound(STEREO, RATE_HZ, tmp_path / "a.wav")
    content = bytearray((tmp_path / "a.wav").read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff" * 4
    (tmp_path / "a.wav").write_bytes(content)
    assert formats.read_sound(tmp_path / "a.wav")[0].shape == (2, 4000)


def test_no_sound_and_no_numbers_are_told(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros((0, 1), np.float32), RATE_HZ)
    with pytest.raises(AntiphonError, match="holds no sound"):
        formats.read_sound(tmp_path / "a.wav")
    soundfile.write(tmp_path / "a.wav", np.full(100, np.nan, np.float32), RATE_HZ, "FLOAT")
    with pytest.raises(AntiphonError, match="values that are no numbers"):
        formats.read_sound(tmp_path / "a.wav")
