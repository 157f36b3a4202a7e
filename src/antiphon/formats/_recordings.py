"""Recordings in and out: WAV, FLAC, OGG, MP3, AIFF as arrays, by libsndfile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.formats._sound_file import new_sound_file

Audio = NDArray[np.float32]

SUFFIXES = ("wav", "flac", "ogg", "mp3", "aiff", "aif")
_MAX_HOURS = 2
_BLOCK = 1 << 18  # frames read at once
_LONGER = re.compile(r"^ *(?:data|SSND) : (\d+) \(should be", re.M)  # so libsndfile tells it
_PAGE_BYTES = 27 + 255 + 255 * 255  # the longest page of an Ogg file
_UNKNOWN_BYTES = 2**31 - 2**16
_STEP = 1 << 15  # frames at once: libsndfile's Vorbis encoder crashes on a minute in one call


def read_sound(path: Path | str) -> tuple[Audio, int]:
    """Read a recording.

    Args:
        path: ``.wav .flac .ogg .mp3 .aiff``.

    Returns:
        (channels, frames) float32, full scale −1 … 1, and the sample rate in Hz.

    Raises:
        AntiphonError: the file is missing, a folder, of a kind not known, broken, cut off, empty,
            or longer than 2 hours.
    """
    import soundfile  # loads its library

    path = Path(path)
    if path.is_dir():
        raise AntiphonError(f"{path} is a folder, not a sound file.")
    if not path.exists():
        raise AntiphonError(f"There is no file {path}.")
    _suffix(path, "read")
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames > _MAX_HOURS * 3600 * file.samplerate:
                hours = file.frames / file.samplerate / 3600
                raise AntiphonError(
                    f"{path} lasts {hours:.1f} hours; sound of up to {_MAX_HOURS} hours is read."
                )
            samples = _samples(file)
            n_frames = len(samples)
            if (
                n_frames < file.frames
                or promises_more(file.extra_info)
                or (file.format == "OGG" and not _is_ended(path))
            ):
                raise AntiphonError(f"{path} is cut off: its header promises more than it holds.")
            if not n_frames:
                raise AntiphonError(f"{path} holds no sound.")
            if not np.isfinite(samples).all():
                raise AntiphonError(f"{path} holds values that are no numbers.")
            return np.ascontiguousarray(samples.T), int(file.samplerate)
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        reason = str(getattr(error, "error_string", None) or error).rstrip(".")
        raise AntiphonError(f"{path} cannot be read as sound: {reason}.") from None


def _samples(file: Any) -> Audio:
    """Return (frames, channels), read block by block: a broken header may promise any number."""
    blocks = [np.zeros((0, file.channels), np.float32)]
    while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
        blocks.append(block)
    return np.concatenate(blocks)


def _is_ended(path: Path) -> bool:
    """Whether the last page of an Ogg file is whole and says that it is the last (RFC 3533)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _PAGE_BYTES))
        end = file.read()
    at = end.rfind(b"OggS")
    page = end[at:] if at >= 0 else b""
    if len(page) < 27 or not page[5] & 4:
        return False
    lengths = page[27 : 27 + page[26]]
    return len(page) >= 27 + page[26] + sum(lengths)


def promises_more(told: str) -> bool:
    """Whether libsndfile found less sound than a header says, by its `extra_info`.

    Programs that write to a pipe say 2 or 4 GB, because they do not know yet: that is no promise.
    """
    found = _LONGER.search(told)
    return found is not None and int(found[1]) < _UNKNOWN_BYTES


def write_sound(samples: Audio, sample_rate_hz: int, path: Path | str) -> None:
    """Write a recording; the suffix names the kind. WAV, FLAC and AIFF have 24 bits.

    Args:
        samples: (frames,) or (channels, frames); what lies beyond −1 … 1 is clipped.
        sample_rate_hz: frames in a second.
        path: the file; parent folders are made.

    Raises:
        AntiphonError: the suffix names no kind of sound file, the kind does not go with the
            rate or the channels, or the folder cannot be written to.
    """
    import soundfile

    path = Path(path)
    container = {"AIF": "AIFF"}.get(suffix := _suffix(path, "write").upper(), suffix)
    codec = "PCM_24" if container in ("WAV", "FLAC", "AIFF") else None
    frames = np.clip(np.atleast_2d(samples).T, -1, 1)
    try:
        with new_sound_file(path, sample_rate_hz, frames.shape[1], codec, container) as file:
            for start in range(0, len(frames), _STEP):
                file.write(frames[start : start + _STEP])
    except (soundfile.LibsndfileError, ValueError):
        raise AntiphonError(
            f"{path.name}: {container} does not hold {frames.shape[1]} channels at "
            f"{sample_rate_hz} Hz; write a WAV file."
        ) from None


def _suffix(path: Path, verb: str) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in SUFFIXES:
        said = f"files ending in '.{suffix}'" if suffix else "a file without a suffix"
        raise AntiphonError(
            f"{path.name}: cannot {verb} {said} as sound; can {verb}: {', '.join(SUFFIXES)}."
        )
    return suffix
