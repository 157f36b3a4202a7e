"""Early warning, on trainings that go wrong in one way each."""

from __future__ import annotations

import math
import re

import pytest

from antiphon.errors import AntiphonError
from antiphon.training._alarm import Alarm

GOOD = {
    "loss/generator": 0.7,
    "spread/among_real": 0.2,
    "spread/among_fake": 0.1,
    "share/told_apart": 0.7,
    "logits/size": 2.0,
}
BAD = {
    "collapse": ({"spread/among_fake": 0.019}, "the generator collapses.*penalty = 'r1_r2'"),
    "won": ({"share/told_apart": 0.995}, "the discriminator has won.*Lower the discriminator"),
    "growing": ({"logits/size": 101.0}, "the logits grow without end.*Raise penalty_weight"),
}


def heard(alarm: Alarm, *looks: dict[str, float]) -> list[str]:
    return [said for i, scalars in enumerate(looks) for said in alarm(i + 1, scalars)]


@pytest.mark.parametrize("name", BAD)
def test_what_lasts_three_looks_is_said_once(name):
    change, said = BAD[name]
    bad = GOOD | change
    assert heard(Alarm(bounded=True), bad, bad, GOOD, bad, bad) == []
    (sentence,) = heard(Alarm(bounded=True), bad, bad, bad, bad, bad)
    assert sentence.startswith("Warning at iteration 3: ")
    assert re.search(said, sentence)


def test_what_comes_again_is_said_again():
    bad = GOOD | BAD["collapse"][0]
    assert len(heard(Alarm(bounded=True), bad, bad, bad, GOOD, bad, bad, bad)) == 2


def test_a_wasserstein_critic_may_be_sure_and_loud():
    bad = GOOD | BAD["won"][0] | BAD["growing"][0]
    assert heard(Alarm(bounded=False), bad, bad, bad, bad) == []


def test_while_words_are_learnt_by_likelihood_nothing_is_said():
    likely = {"loss/likelihood": 5.0}
    assert heard(Alarm(bounded=True), likely, likely, likely, likely) == []


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_training(value):
    with pytest.raises(AntiphonError, match=r"diverged: at iteration 1 .* lower both learning"):
        Alarm.check(1, GOOD | {"loss/generator": value})
    Alarm.check(1, GOOD | {"logits/size": value})  # only losses count
