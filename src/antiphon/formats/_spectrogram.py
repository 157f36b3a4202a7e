"""A picture of a sound: time to the right, pitch upwards, bright is loud."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from antiphon.formats._fonts import letters

_WIDTH, _HEIGHT, _LEFT, _BELOW, _EDGE = 1100, 300, 64, 24, 8  # pixels
_INK, _PAPER = (34, 38, 48), (255, 255, 255)
_COLOURS = np.array(
    [(8, 8, 20), (38, 24, 92), (128, 38, 120), (222, 80, 72), (252, 178, 76), (255, 250, 210)]
)


def png(
    levels: NDArray[np.floating[Any]], seconds: float, ticks: Sequence[tuple[float, str]]
) -> bytes:
    """Return the picture; see `formats.write_spectrogram`."""
    n_bands = len(levels)
    share = np.clip((levels[::-1] + 1) / 2, 0, 1) * (len(_COLOURS) - 1)
    colours = [np.interp(share, np.arange(len(_COLOURS)), c) for c in _COLOURS.T]
    inside = Image.fromarray(np.stack(colours, axis=-1).astype(np.uint8))
    inside = inside.resize((_WIDTH, _HEIGHT), Image.Resampling.BILINEAR)
    image = Image.new("RGB", (_LEFT + _WIDTH + _EDGE, _EDGE + _HEIGHT + _BELOW), _PAPER)
    image.paste(inside, (_LEFT, _EDGE))
    draw = ImageDraw.Draw(image)
    for band, text in ticks:
        y = _EDGE + _HEIGHT * (1 - (band + 0.5) / n_bands)
        draw.line((_LEFT - 5, y, _LEFT, y), _INK)
        draw.text((_LEFT - 8, y), text, _INK, letters(13), anchor="rm")
    for second, text in _clock(seconds):
        x = _LEFT + _WIDTH * second / seconds
        draw.line((x, _EDGE + _HEIGHT, x, _EDGE + _HEIGHT + 4), _INK)
        draw.text((x, _EDGE + _HEIGHT + 6), text, _INK, letters(13), anchor="ma")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _clock(seconds: float) -> list[tuple[float, str]]:
    """Return up to eleven round times and how they are written."""
    steps = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600)
    every = next((step for step in steps if seconds / step < 11), 1800)
    return [(k * every, f"{k * every:g} s") for k in range(int(seconds / every) + 1)]
