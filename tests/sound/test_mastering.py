"""Mastering: a limiter that runs on does as one that sees the whole."""

from __future__ import annotations

import numpy as np

from antiphon.sound.mastering import CEILING_DB, RunningLimiter, limit

RATE_HZ, BLOCK = 44_100, 64


def test_a_running_limiter_makes_the_same_sound_of_pieces_as_of_the_whole():
    rng = np.random.default_rng(3)
    sound = (0.2 * rng.standard_normal((2, BLOCK * 400))).astype(np.float32)
    sound[:, BLOCK * 90 : BLOCK * 95] *= 8  # sticks out
    limiter = RunningLimiter(RATE_HZ)
    step = BLOCK * 100
    pieces = [limiter(sound[:, at : at + step].copy()) for at in range(0, BLOCK * 400, step)]
    there = np.concatenate(pieces, axis=1)[:, limiter.delay :]
    wanted = limit(sound.copy(), RATE_HZ, gain_db=0.0, ceiling_db=CEILING_DB)
    inside = slice(limiter.delay, there.shape[1])  # before it there is silence, or nothing
    np.testing.assert_allclose(there[:, inside], wanted[:, inside], atol=1e-6)
    assert np.abs(there).max() < 1.0
