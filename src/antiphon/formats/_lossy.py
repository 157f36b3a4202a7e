"""Compressed sound files: what OGG and MP3 have in common."""

from __future__ import annotations

from pathlib import Path

from antiphon.formats import wav
from antiphon.formats._sound_file import new_sound_file
from antiphon.music.piece import Piece

CEILING_DB = -2.0  # compression lifts peaks by up to 1 dB
_STEP = 1 << 15  # frames at once: libsndfile's Vorbis encoder crashes on a minute in one call


def write(
    piece: Piece,
    path: Path | str,
    soundfont: Path | str | None,
    *,
    container: str,
    codec: str,
    compression: float,
) -> None:
    """Render a piece and write it compressed.

    Args:
        container, codec: libsndfile's names of the two.
        compression: 0 best sound … 1 smallest file.

    Raises:
        AntiphonError: see `wav.render`; or the folder cannot be written to.
    """
    sound = wav.render(piece, soundfont, ceiling_db=CEILING_DB)
    with new_sound_file(
        path, wav.RATE_HZ, 2, codec, container, compression_level=compression
    ) as file:
        for start in range(0, len(sound), _STEP):
            file.write(sound[start : start + _STEP])
