"""Stems: every part of a piece as a sound of its own, all in one zip, for mixing elsewhere."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import soundfile

from antiphon.formats import _mix
from antiphon.formats._files import beside
from antiphon.formats._schedule import RATE_HZ
from antiphon.music.piece import Piece


def write(piece: Piece, path: Path | str, soundfont: Path | str | None = None) -> None:
    """Write a WAV file (24 bit, 44.1 kHz, stereo) for each part into a zip.

    Laid above each other they are the mix before mastering; where one of them would clip, all
    are softer by the same amount.

    Raises:
        AntiphonError: see `wav.render`; or the folder cannot be written to.
    """
    parts = _mix.stems(piece, soundfont)
    peak = max((float(np.abs(sound).max(initial=0)) for sound in parts.values()), default=0.0)
    gain = np.float32(1 / max(peak, 1.0))
    with beside(path) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        for number, (name, sound) in enumerate(parts.items(), 1):
            out = io.BytesIO()
            soundfile.write(out, sound * gain, RATE_HZ, "PCM_24", format="WAV")
            plain = " ".join(re.sub(r"[^\w\- ]", " ", name).split())[:60] or "part"
            archive.writestr(f"{number:02d} {plain}.wav", out.getvalue())
