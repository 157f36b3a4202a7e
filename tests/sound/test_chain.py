"""Chains as text, and what is said of text that is none."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.sound import Chain
from antiphon.sound.chain import EFFECTS, described, parse


def test_text_means_the_same_as_methods():
    text = "highpass 80, reverb wet=0.4 seed=3, echo 100/200 0.5/.25, noise colour=pink"
    chain = Chain().highpass(80).reverb(wet=0.4, seed=3)
    assert parse(text) == chain.echo((100.0, 200.0), (0.5, 0.25)).noise(colour="pink")


def test_a_chain_reads_back_from_its_own_text():
    chain = Chain().equalizer(440, -3.5).loop(3).echo().reverse().noise(colour="brown")
    assert parse(str(chain)) == chain


def test_names_of_settings_may_be_shortened():
    assert parse("lowpass freq=500 q=2") == Chain().lowpass(500.0, 2.0)


def test_a_chain_is_not_changed_by_its_methods():
    first = Chain().gain(1)
    first.reverse()
    assert len(first.steps) == 1


def test_an_empty_chain_changes_nothing():
    samples = np.array([0.5, -0.25], np.float32)
    assert Chain()(samples, 8000).tolist() == [0.5, -0.25]


def test_every_effect_is_described():
    assert [name for name, _, _ in described()] == sorted(EFFECTS)
    assert all(what.endswith(".") or ";" in what for _, _, what in described())
    assert ("gain", "gain_db", "Make everything louder or softer.") in described()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "An effect is missing"),
        ("gain 3,", "An effect is missing"),
        ("hipass 80", "No 'hipass' in effects. Did you mean 'highpass'"),
        ("gain", "gain needs gain_db: write e.g. 'gain gain_db=1'"),
        ("gain loud", "gain: gain_db is a number, not 'loud'"),
        ("loop 1.5", "loop: times is a whole number, not '1.5'"),
        ("reverb size=3", "No 'size' in settings of reverb"),
        ("compressor g=3 gain=3", "compressor has gain_db twice"),
        ("reverse 1 2", "reverse takes 0 settings, not 2"),
        ("echo 100/x", "echo: delays_ms is a number, not '100/x'"),
        ("gain nan", "gain: gain_db is a number, not 'nan'"),
    ],
)
def test_wrong_text_is_told_with_the_right_one(text, said):
    with pytest.raises(AntiphonError, match=said):
        parse(text)
