"""WAV: a piece played through a soundfont, mixed and mastered, 16 bit, 44.1 kHz, stereo.

A recording that is read is heard as a tune.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.formats import _mix
from antiphon.formats._mix import stems
from antiphon.formats._schedule import RATE_HZ
from antiphon.formats._sound_file import new_sound_file
from antiphon.music.piece import Piece
from antiphon.sound import mastering

__all__ = ["RATE_HZ", "read", "render", "stems", "write"]

Audio = NDArray[np.float32]

_STEP = 1 << 18  # frames written at once


def render(
    piece: Piece,
    soundfont: Path | str | None = None,
    *,
    ceiling_db: float = mastering.CEILING_DB,
) -> Audio:
    """Return the finished sound: (frames, 2) float32 at `RATE_HZ`, within −1 … 1.

    A piece without notes gives silence.

    Args:
        piece: the music; its last notes get 2 s to ring out and 1 s to fade.
        soundfont: an .sf2 or .sf3 file; else `ANTIPHON_SOUNDFONT`, else the one from set-up.
        ceiling_db: highest true peak.

    Raises:
        AntiphonError: there is no soundfont or no synthesizer, or the piece lasts over 2 hours.
    """
    sound = mastering.master(_mix.mix(piece, soundfont), RATE_HZ, ceiling_db=ceiling_db)
    return np.ascontiguousarray(sound.T)


def read(path: Path) -> Piece:
    """Read the tune of a recording, as `_melody.read_melody` hears it.

    Raises:
        AntiphonError: it cannot be read, no tune is heard in it, or set-up is not done.
    """
    from antiphon.formats._melody import read_melody  # loads what listens

    return read_melody(path)


def write(piece: Piece, path: Path | str, soundfont: Path | str | None = None) -> None:
    """Write a piece as a WAV file. Equal pieces give equal files.

    Raises:
        AntiphonError: see `render`; or the folder cannot be written to.
    """
    sound = render(piece, soundfont)
    rng = np.random.default_rng(0)
    with new_sound_file(path, RATE_HZ, 2, "PCM_16", "WAV") as file:
        for start in range(0, len(sound), _STEP):
            file.write(_dithered(sound[start : start + _STEP], rng))


def _dithered(sound: Audio, rng: np.random.Generator) -> NDArray[np.int16]:
    """Return 16-bit frames with triangular dither of ±1 step; digital silence stays so."""
    if not sound.any():
        return np.zeros(sound.shape, np.int16)
    noise = rng.random(sound.shape, np.float32) - rng.random(sound.shape, np.float32)
    return np.clip(np.rint(sound * 32767 + noise), -32768, 32767).astype(np.int16)
