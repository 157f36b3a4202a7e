"""Augment files: pieces and recordings changed at random, with pictures before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.music.augment import Augmentation as PieceAugmentation
from antiphon.music.piece import Piece
from antiphon.representations import mel, spectra
from antiphon.sound.augment import Augmentation as SoundAugmentation

_MAX_FRAMES = 4400  # of a picture; four to a pixel


@dataclass(frozen=True)
class Written:
    """What was written of one file: itself (number 0) or one of its changed copies.

    Attributes:
        source: name of the file it was made from.
        number: 0 before, 1 … after.
        told: what was changed, in words.
        file: name of the MIDI or sound file in the folder.
        picture: name of its picture.
        listen: name of what a browser can play; "" for a piece that was not rendered.
    """

    source: str
    number: int
    told: str
    file: str
    picture: str
    listen: str


def augment(
    paths: Sequence[Path],
    out: Path,
    *,
    copies: int = 3,
    seed: int = 0,
    pieces: PieceAugmentation | None = None,
    sounds: SoundAugmentation | None = None,
    render: bool = False,
) -> Iterator[Written]:
    """Write each file and changed copies of it into a folder; yield each as it is written.

    Equal seeds give equal copies; those of one file do not depend on which others there are.

    Args:
        paths: MIDI files, scores or recordings.
        out: folder; made with its parents.
        copies: changed ones of each file.
        seed: which ones.
        pieces, sounds: how far they may be changed; as the classes say when left out.
        render: also write pieces as sound (OGG).

    Raises:
        AntiphonError: a file cannot be read, two would be written to one place, or a file lies
            in the folder that is written to.
    """
    stems = [path.stem for path in paths]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise AntiphonError(f"Two files are called {twice[0]}: give them in two runs.")
    for path in paths:
        if path.resolve().parent == out.resolve():
            raise AntiphonError(f"{path} lies in {out}: give --out another folder.")
    for path in paths:
        rng = np.random.default_rng([seed, *path.stem.encode()])
        if path.suffix.lower().lstrip(".") in formats.SOUND_SUFFIXES:
            yield from _sounds(path, out, copies, rng, sounds or SoundAugmentation())
        else:
            yield from _pieces(path, out, copies, rng, pieces or PieceAugmentation(), render)


def _pieces(
    path: Path,
    out: Path,
    copies: int,
    rng: np.random.Generator,
    augmentation: PieceAugmentation,
    render: bool,
) -> Iterator[Written]:
    piece = formats.read(path)
    for number in range(copies + 1):
        changed, told = augmentation(piece, rng) if number else (piece, "as it is")
        yield _write_piece(changed, path, out, number, told, render)


def _write_piece(
    piece: Piece, path: Path, out: Path, number: int, told: str, render: bool
) -> Written:
    stem = f"{path.stem}-{number}"
    suffixes = ["mid", "png", *(["ogg"] if render else [])]
    for suffix in suffixes:
        formats.write(piece, out / f"{stem}.{suffix}")
    listen = f"{stem}.ogg" if render else ""
    return Written(path.name, number, told, f"{stem}.mid", f"{stem}.png", listen)


def _sounds(
    path: Path, out: Path, copies: int, rng: np.random.Generator, augmentation: SoundAugmentation
) -> Iterator[Written]:
    samples, rate_hz = formats.read_sound(path)
    if not samples.shape[1]:
        raise AntiphonError(f"{path} holds no sound.")
    for number in range(copies + 1):
        stem = f"{path.stem}-{number}"
        changed, told = samples, "as it is"
        if number:
            chain = augmentation.draw(rng)
            changed, told = chain(samples, rate_hz), str(chain)
        formats.write_sound(changed, rate_hz, out / f"{stem}.wav")
        _picture(changed.mean(axis=0), rate_hz, out / f"{stem}.png")
        yield Written(path.name, number, told, f"{stem}.wav", f"{stem}.png", f"{stem}.wav")


def _picture(mono: np.ndarray, rate_hz: int, path: Path) -> None:
    """Draw the mel spectrogram of a sound of any length."""
    hop = 512
    while len(mono) / hop > _MAX_FRAMES:
        hop *= 2
    config = spectra.Config(
        sample_rate_hz=rate_hz, n_samples=len(mono), n_fft=max(2048, 2 * hop), hop=hop, floor_db=-80
    )
    n_mels = 160
    levels = mel.encode_level(torch.from_numpy(mono)[None], config, n_mels)[0, 0].numpy()
    ticks = mel.ticks(n_mels, rate_hz)
    formats.write_spectrogram(levels, path, seconds=len(mono) / rate_hz, ticks=ticks)
