"""One recording prepared: rows of equal length, and everything the report says of it.

A note gives one row, from its beginning; music is cut into rows that follow one another.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets._heard import LONGEST_S, heard_in
from antiphon.errors import AntiphonError
from antiphon.formats._recordings import promises_more
from antiphon.music.recording import Recording
from antiphon.representations.sounds import FULL_SCALE, LABEL, label_of
from antiphon.sound.resampling import resample

FORMAT = "2"  # raise it when the rows of an unchanged file would come out otherwise
SAMPLE_RATE_HZ = 16_000  # as NSynth has them
SECONDS = 4
N_FRAMES = SAMPLE_RATE_HZ * SECONDS
_LEAST_S = 1.0  # a shorter rest of music is left out
_SILENT = 10 ** (-60 / 20)  # peak
_MARGIN_S = 0.1  # what the filter hears before and after a row


@dataclass(frozen=True)
class Sound:
    """Rows of one recording, or why there are none.

    Attributes:
        info: what pieces.json and the report say of it.
        samples: (n, N_FRAMES) int16.
        labels: (n,) table of `LABEL`.
    """

    info: dict[str, Any]
    samples: NDArray[np.int16]
    labels: NDArray[np.void]


def prepare_recording(recording: Recording, *, listen: bool = False) -> Sound:
    """Read a recording; one that cannot be used says why in ``left_out``.

    Args:
        listen: also say in ``heard`` what is heard in it (`_heard.heard_in`); the pitch of one
            note is its label, where the set says none.
    """
    info = {
        "id": recording.id,
        "split": recording.split,
        "licence": recording.licence,
        "ship": recording.ship,
        "instrument": recording.instrument,
    }
    try:
        if recording.left_out:
            raise AntiphonError(recording.left_out)
        rows, told = _rows(recording, listen)
    except AntiphonError as error:
        sentence = str(error)
        reason = sentence.replace(str(recording.path), "…")
        reason = re.sub(rf"(?<![\w-]){re.escape(recording.id)}(?![\w-])", "…", reason)
        nothing = np.zeros((0, N_FRAMES), np.int16)
        return Sound(info | {"left_out": sentence, "reason": reason}, nothing, np.zeros(0, LABEL))
    pitch = told.get("heard", {}).get("pitch")
    if pitch is not None and recording.pitch is None:
        recording = replace(recording, pitch=round(pitch))
    labels = [label_of(recording, start_s, n_frames) for _, start_s, n_frames in rows]
    samples = np.stack([samples for samples, _, _ in rows])
    return Sound(info | told, samples, np.array(labels, LABEL))


def _rows(
    recording: Recording, listen: bool
) -> tuple[list[tuple[NDArray[np.int16], float, int]], dict[str, Any]]:
    """Return (samples, start_s, n_frames) of each row, and what is told of the recording."""
    import soundfile  # loads its library

    path = recording.path
    if not os.path.isfile(path):
        raise AntiphonError(f"There is no file {path}.")
    try:
        with soundfile.SoundFile(path) as file:
            _check(recording, file)
            remarks = _remarks(recording, file)
            rows = []
            left_out: dict[str, int] = {}
            for start_s, heard in _pieces(recording, file):
                if not np.isfinite(heard).all():
                    raise AntiphonError(f"{path} holds values that are no numbers.")
                peak = float(np.abs(heard).max(initial=0.0))
                why = _useless(heard, peak, is_rest=start_s > 0)
                if why:
                    left_out[why] = left_out.get(why, 0) + 1
                    continue
                if peak > 1:
                    remarks["beyond full scale, clipped"] = 1
                rows.append((_filled(heard), start_s, len(heard)))
            told = {
                "seconds": round(file.frames / file.samplerate, 3),
                "n_rows": len(rows),
                "remarks": list(remarks),
                "rows_left_out": left_out,
            }
            if listen and rows:
                file.seek(0)
                heard = file.read(LONGEST_S * file.samplerate, dtype="float32", always_2d=True)
                told["heard"] = heard_in(heard.mean(axis=1), file.samplerate)
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        reason = str(getattr(error, "error_string", None) or error).rstrip(".").lower()
        raise AntiphonError(f"{path} cannot be read as sound: {reason}.") from None
    if not rows:
        raise AntiphonError(f"{path} is {next(iter(left_out), 'empty')}.")
    return rows, told


def _check(recording: Recording, file: Any) -> None:
    for what, found, wanted in (
        ("frames", file.frames, recording.n_frames),
        ("frames a second", file.samplerate, recording.sample_rate_hz),
    ):
        if wanted is not None and found != wanted:
            raise AntiphonError(f"{recording.path} has {found:,} {what}, not {wanted:,}.")


def _remarks(recording: Recording, file: Any) -> dict[str, int]:
    found = {}
    if file.channels > 1:
        found["mixed to mono"] = 1
    if file.samplerate != SAMPLE_RATE_HZ:
        found[f"resampled to {SAMPLE_RATE_HZ} Hz"] = 1
    if promises_more(file.extra_info):
        found["shorter than its header says, perhaps cut off"] = 1
    if recording.is_note and file.frames > SECONDS * file.samplerate:
        found[f"cut after {SECONDS} s"] = 1
    return found


def _pieces(recording: Recording, file: Any) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield (start_s, samples) of a recording, row by row: memory holds one.

    Raises:
        AntiphonError: it ends before its header says.
    """
    rate = int(file.samplerate)
    step = SECONDS * rate
    common = math.gcd(rate, SAMPLE_RATE_HZ)
    up, down = SAMPLE_RATE_HZ // common, rate // common
    margin = 0 if up == down else math.ceil(_MARGIN_S * rate / down) * down
    last = min(file.frames, 1) if recording.is_note else file.frames
    for start in range(0, last, step):
        begin, end = max(0, start - margin), min(file.frames, start + step + margin)
        file.seek(begin)
        heard = file.read(end - begin, dtype="float32", always_2d=True).mean(axis=1)
        if len(heard) < end - begin:
            raise AntiphonError(
                f"{recording.path} is cut off: {begin + len(heard):,} of {file.frames:,} frames."
            )
        heard = resample(heard, rate, SAMPLE_RATE_HZ)
        skipped = (start - begin) * up // down
        yield start / rate, heard[skipped : skipped + N_FRAMES]


def _useless(heard: NDArray[np.float32], peak: float, *, is_rest: bool) -> str:
    if peak < _SILENT:
        return "silent"
    if is_rest and len(heard) < _LEAST_S * SAMPLE_RATE_HZ:
        return f"shorter than {_LEAST_S:.0f} s"
    return ""


def _filled(heard: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return a row; samples of 16 bits come out as they were."""
    row = np.zeros(N_FRAMES, np.int16)
    whole = np.rint(heard * FULL_SCALE)
    row[: len(heard)] = np.clip(whole, -FULL_SCALE, FULL_SCALE - 1)
    return row
