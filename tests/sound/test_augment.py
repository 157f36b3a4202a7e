"""Chains drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.sound import Chain
from antiphon.sound.augment import Augmentation
from antiphon.sound.chain import parse

NOTHING = Augmentation(semitones=0, tempo=1, gain_db=0, noise_share=0, room_share=0, tone_db=0)


def test_equal_seeds_draw_equal_chains_that_read_back_from_text():
    one, same, other = (Augmentation().draw(np.random.default_rng(s)) for s in (1, 1, 2))
    assert one == same != other
    assert parse(str(one)) == one


def test_draws_stay_within_their_limits():
    asked = Augmentation(semitones=3, tempo=1.25, gain_db=4, noise_share=1, room_share=1)
    for seed in range(50):
        steps = {
            s.effect.__name__: s.settings for s in asked.draw(np.random.default_rng(seed)).steps
        }
        assert abs(steps["pitch"]["semitones"]) <= 3
        assert 0.8 <= steps["tempo"]["factor"] <= 1.25
        assert abs(steps["gain"]["gain_db"]) <= 4
        assert 20 <= steps["noise"]["snr_db"] <= 50


def test_a_share_is_that_of_sounds():
    drawn = [str(Augmentation(room_share=0.3).draw(np.random.default_rng(s))) for s in range(400)]
    assert sum("reverb" in text for text in drawn) / 400 == pytest.approx(0.3, abs=0.07)


def test_an_augmentation_of_nothing_is_an_empty_chain():
    assert NOTHING.draw(np.random.default_rng(0)) == Chain()


def test_an_augmented_sound_is_heard_and_repeats():
    samples = (0.1 * np.sin(np.arange(8000) / 5)).astype(np.float32)
    chain = Augmentation(noise_share=1, room_share=1).draw(np.random.default_rng(3))
    out = chain(samples, 16_000)
    assert np.isfinite(out).all() and out.std() > 0.01
    assert np.array_equal(out, chain(samples, 16_000))


def test_limits_that_are_none_are_told():
    with pytest.raises(AntiphonError, match=r"tempo is 0\.5: give 1 to 4"):
        Augmentation(tempo=0.5)
