"""Augmentation of sound: a chain of effects drawn at random, gentle enough to keep what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antiphon.sound._checks import within
from antiphon.sound.chain import Chain


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far a sound may be changed; 0, or 1 for `tempo`, leaves that side of it alone."""

    semitones: float = 2.0  # down or up
    tempo: float = 1.1  # slower or faster by at most this factor
    gain_db: float = 6.0  # softer or louder
    noise_share: float = 0.5  # of sounds; 20 to 50 dB under the sound
    room_share: float = 0.5  # of sounds; rooms of .2 to 1.5 s
    tone_db: float = 6.0  # bass and treble, down or up

    def __post_init__(self) -> None:
        within("semitones", self.semitones, 0, 24)
        within("tempo", self.tempo, 1, 4)
        within("gain_db", self.gain_db, 0, 60, "dB")
        within("noise_share", self.noise_share, 0, 1)
        within("room_share", self.room_share, 0, 1)
        within("tone_db", self.tone_db, 0, 40, "dB")

    def draw(self, rng: np.random.Generator) -> Chain:
        """Return a chain; equal generators give equal chains, and its text says what it does."""
        drawn = [round(float(x), 2) for x in rng.uniform(-1, 1, 5)]
        noisy, roomy = rng.random(2)
        snr_db, decay_s = (
            round(float(rng.uniform(20, 50)), 1),
            round(float(rng.uniform(0.2, 1.5)), 2),
        )
        seed = int(rng.integers(2**31))
        chain = Chain()
        if self.semitones:
            chain = chain.pitch(round(self.semitones * drawn[0], 2))
        if self.tempo > 1:
            chain = chain.tempo(round(self.tempo ** drawn[1], 4))
        if self.tone_db:
            chain = chain.lowshelf(round(self.tone_db * drawn[2], 2), 200.0)
            chain = chain.highshelf(round(self.tone_db * drawn[3], 2), 3000.0)
        if roomy < self.room_share:
            chain = chain.reverb(0.25, decay_s, before_ms=5.0, seed=seed)
        if noisy < self.noise_share:
            chain = chain.noise(snr_db, "pink", seed=seed)
        return chain.gain(round(self.gain_db * drawn[4], 2)) if self.gain_db else chain
