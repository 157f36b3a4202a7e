"""Spectrograms of sounds as pictures, for the same networks as rolls, and the way back to sound.

A prepared set of sounds (`sounds.load_sounds`) is opened; pictures are made when they are asked
for. The first channel holds levels by mel bands; with `phase` a second one holds instantaneous
frequency (GANSynth, Engel et al., ICLR 2019, https://arxiv.org/abs/1902.08710), so that phases
need not be guessed. Levels reach from 0 to 1 over those of the training split; a frequency of ½
stands still, and so does silence.

Axes: B batch, N samples, C channels, F mel bands, T frames.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.representations import mel, spectra
from antiphon.representations.sounds import UNKNOWN, Sounds, load_sounds
from antiphon.representations.views import Array, Passage, Source

CONDITIONS = ("", "pitch")
_KEPT_BYTES = 1 << 28  # of pictures that have been made, as float16
_AT_ONCE = 64
_N_PITCHES = 128


@dataclass(frozen=True, kw_only=True)
class SpectrogramView:
    """Spectrograms of one size.

    Attributes:
        n_bands: F, mel bands.
        phase: also show how frequencies move, as a second channel.
        condition: what is told about a sound: nothing, or its pitch, as the bands that its
            harmonics lie in.
        n_fft: window and transform.
        hop: samples from one frame to the next; it divides n_fft.
        n_samples: of the beginning of a sound; at most what the set was prepared with.
        sample_rate_hz: as the set was prepared.
        floor_db: below full scale; what is softer is silence.
        levels_db: those shown as 0 and as 1; `fitted` finds them.
    """

    n_bands: int = 128
    phase: bool = True
    condition: str = ""
    n_fft: int = 2048
    hop: int = 512
    n_samples: int = 64_000
    sample_rate_hz: int = 16_000
    floor_db: float = -80.0
    levels_db: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.n_bands <= self.n_fft // 2:
            raise ValueError(f"n_bands must be 1 to {self.n_fft // 2}, not {self.n_bands}")
        if self.condition not in CONDITIONS:
            raise ValueError(f"condition must be '' or 'pitch', not {self.condition!r}")
        if self.levels_db and not (len(self.levels_db) == 2 and self.levels_db[0] < self.top_db):
            raise ValueError("levels_db must be the least and a greater level")
        _ = self.config  # checks the rest

    @property
    def config(self) -> spectra.Config:
        """How sound is cut into frames."""
        return spectra.Config(
            sample_rate_hz=self.sample_rate_hz,
            n_samples=self.n_samples,
            n_fft=self.n_fft,
            hop=self.hop,
            floor_db=self.floor_db,
        )

    @property
    def bottom_db(self) -> float:
        """The level shown as 0."""
        return self.levels_db[0] if self.levels_db else self.floor_db

    @property
    def top_db(self) -> float:
        """The level shown as 1."""
        return self.levels_db[1] if self.levels_db else 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """(C, F, T)."""
        return (1 + self.phase, self.n_bands, self.config.n_frames)

    @property
    def condition_shape(self) -> tuple[int, ...]:
        """(1, F, 1) for a pitch, the same in all frames; else nothing is told."""
        return (1, self.n_bands, 1) if self.condition else (0,)

    def open(self, folder: Path, split: str) -> Source:
        """Open a prepared set of sounds.

        Raises:
            AntiphonError: it holds none, shorter ones, or of another rate, none in this split,
                or pitches are to be told and some sound's is not known.
        """
        sounds = self._load(folder, split)
        told = np.zeros((len(sounds.rows), *self.condition_shape), np.float32)
        if self.condition:
            pitches = sounds.labels["pitch"]
            if (pitches == UNKNOWN).any():
                raise AntiphonError(
                    f"{folder} does not say the pitch of every sound: leave condition = 'pitch' "
                    "out, or prepare a set of notes, for example audio_notes."
                )
            told = self.told(pitches)
        kept: dict[int, Array] = {}
        n_kept = _KEPT_BYTES // (2 * int(np.prod(self.shape)))

        def take(index: NDArray[np.int64]) -> tuple[Array, Array]:
            fresh: dict[int, Array] = {}
            missing = [i for i in np.unique(index).tolist() if i not in kept]
            if missing:
                made = self.pictures(sounds.take(np.array(missing))).astype(np.float16)
                fresh = dict(zip(missing, made, strict=True))
            shown = [kept[i] if i in kept else fresh[i] for i in index.tolist()]
            kept.update(list(fresh.items())[: max(0, n_kept - len(kept))])
            return np.stack(shown).astype(np.float32), told[index]

        return Source(len(sounds.rows), take, sounds.pieces, sounds.rows)

    def _load(self, folder: Path, split: str) -> Sounds:
        sounds = load_sounds(folder, split)
        n_samples, rate_hz = sounds.samples.shape[1], sounds.sample_rate_hz
        if rate_hz != self.sample_rate_hz or n_samples < self.n_samples:
            raise AntiphonError(
                f"The sounds of {folder} have {n_samples:,} samples at {rate_hz:,} Hz; the config "
                f"wants {self.n_samples:,} at {self.sample_rate_hz:,} Hz."
            )
        return sounds

    def fitted(self, folder: Path) -> SpectrogramView:
        """Return this view with `levels_db` of the training split, unless they are said.

        Raises:
            AntiphonError: as `open`.
        """
        if self.levels_db:
            return self
        sounds = self._load(folder, "train")
        low, high = np.inf, -np.inf
        for begin in range(0, len(sounds.rows), _AT_ONCE):
            index = np.arange(begin, min(begin + _AT_ONCE, len(sounds.rows)))
            levels = self._encoded(sounds.take(index))[:, 0]
            low, high = min(low, float(levels.min())), max(high, float(levels.max()))
        if not low < high:
            raise AntiphonError(f"All sounds of {folder} are alike: there is nothing to learn.")
        levels_db = tuple(round((1 - level) / 2 * self.floor_db, 2) for level in (low, high))
        return dataclasses.replace(self, levels_db=levels_db)

    def _encoded(self, samples: Array) -> Array:
        """Return levels (and frequencies) within −1 … 1 of sounds (B, N), (B, C, F, T)."""
        heard = torch.from_numpy(samples[:, : self.n_samples])
        encode = mel.encode if self.phase else mel.encode_level
        shown: Array = encode(heard, self.config, self.n_bands).numpy()
        return shown

    def pictures(self, samples: Array) -> Array:
        """Return the pictures (B, C, F, T), 0 … 1, of sounds (B, N), full scale −1 … 1."""
        shown = self._encoded(samples)
        if self.phase:  # what cannot be heard does not move
            shown[:, 1] = np.where(shown[:, 0] > -1, shown[:, 1], 0) / 2 + 0.5
        level_db = (1 - shown[:, 0]) / 2 * self.floor_db
        shown[:, 0] = (level_db - self.bottom_db) / (self.top_db - self.bottom_db)
        return np.clip(shown, 0, 1)

    def sounds(self, segments: Array) -> Array:
        """Return sounds (B, N) of pictures (B, C, F, T); phases that are not shown are found."""
        shown = np.clip(segments, 0, 1).astype(np.float32) * 2 - 1
        level_db = self.bottom_db + (shown[:, 0] + 1) / 2 * (self.top_db - self.bottom_db)
        shown[:, 0] = 1 - 2 * level_db / self.floor_db
        decode = mel.decode if self.phase else mel.decode_level
        heard: Array = decode(torch.from_numpy(shown), self.config).numpy()
        return np.clip(heard, -1, 1)

    def told(self, pitches: NDArray[np.integer]) -> Array:
        """Return what is told of pitches (B,), MIDI numbers: (B, 1, F, 1) within 0 … 1."""
        combs = _combs(self.n_bands, self.sample_rate_hz)[np.asarray(pitches, np.int64)]
        return combs[:, None, :, None]

    def pitches_told(self, conditions: Array) -> NDArray[np.int64]:
        """Return the pitches (B,) that conditions (B, 1, F, 1) of `told` stand for."""
        combs = _combs(self.n_bands, self.sample_rate_hz)
        away = np.abs(conditions.reshape(len(conditions), 1, -1) - combs).sum(axis=2)
        return away.argmin(axis=1)

    def passage(self, segment: Array) -> Passage:
        """Refuse: a spectrogram holds no notes.

        Raises:
            AntiphonError: always.
        """
        raise AntiphonError("Spectrograms hold no notes: they can be drawn and heard only.")


@lru_cache(maxsize=4)
def _combs(n_bands: int, sample_rate_hz: int) -> Array:
    """Return how near each band is to a harmonic of each pitch, (128, F): 1 at it, 0 a band off."""
    combs = np.zeros((_N_PITCHES, n_bands), np.float32)
    bands = np.arange(n_bands)
    for pitch in range(_N_PITCHES):
        fundamental_hz = 440 * 2 ** ((pitch - 69) / 12)
        hz = np.arange(fundamental_hz, sample_rate_hz / 2, fundamental_hz)
        at = mel.band_of(hz, n_bands, sample_rate_hz)
        if len(at):
            combs[pitch] = np.clip(1 - np.abs(at[:, None] - bands), 0, 1).max(axis=0)
    return combs


def picture(segments: Array) -> NDArray[np.uint8]:
    """Return the levels of spectrograms (B, C, F, T) side by side in grey, low bands below."""
    rows = segments[:, 0, ::-1]
    grey = np.clip(rows * 255, 0, 255).astype(np.uint8)
    flat = np.concatenate(list(grey), axis=1)
    return np.repeat(flat[..., None], 3, axis=-1)
