"""Sound that does not end, as bytes: WAV, MP3 or OGG whose length is not told."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from antiphon.errors import unknown
from antiphon.formats import mp3, ogg
from antiphon.formats._schedule import RATE_HZ

MEDIA_TYPES = {"mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav"}
_UNKNOWN_LENGTH = 0xFFFFFFFF


class Endless:
    """An encoder that gives what it has.

    Args:
        kind: one of `MEDIA_TYPES`.

    Raises:
        AntiphonError: there is no such kind.
    """

    def __init__(self, kind: str) -> None:
        if kind not in MEDIA_TYPES:
            raise unknown(kind, "kinds of sound", MEDIA_TYPES)
        self._sink = _Sink()
        self._file: Any = None
        if kind == "wav":
            self._sink.write(_wav_head())
        elif kind == "mp3":
            self._file = soundfile.SoundFile(
                self._sink, "w", RATE_HZ, 2, "MPEG_LAYER_III", format="MP3",
                compression_level=mp3.QUALITY, bitrate_mode="CONSTANT",
            )  # fmt: skip
        else:
            self._file = soundfile.SoundFile(
                self._sink, "w", RATE_HZ, 2, "VORBIS", format="OGG", compression_level=ogg.QUALITY
            )

    def encode(self, sound: NDArray[np.float32]) -> bytes:
        """Return what can be sent by now of sound, (frames, 2) within −1 … 1."""
        if self._file is None:
            self._sink.write(np.rint(sound * 32767).astype("<i2").tobytes())
        else:
            self._file.write(sound)
        return self._sink.taken()

    def close(self) -> None:
        """Free the encoder."""
        if self._file is not None:
            self._file.close()


class _Sink:
    """A file that nobody goes back in."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._at = 0

    def write(self, data: Any) -> int:
        held = bytes(data)
        self._held += held
        self._at += len(held)
        return len(held)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Stay: only what is written when a file is closed would go back."""
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, _: int = -1) -> bytes:
        return b""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _wav_head() -> bytes:
    """Return the head of a WAV file of 16 bits whose length is not known."""
    n_bytes = 4  # a frame
    form = struct.pack("<HHIIHH", 1, 2, RATE_HZ, RATE_HZ * n_bytes, n_bytes, 16)
    head = b"RIFF" + struct.pack("<I", _UNKNOWN_LENGTH) + b"WAVEfmt " + struct.pack("<I", len(form))
    return head + form + b"data" + struct.pack("<I", _UNKNOWN_LENGTH)
