"""Plan: everything that may be asked for, and what is refused in one sentence."""

from __future__ import annotations

import math

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.plan import METRES, Plan, parse_duration, plan_from, read_plan


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"bars": 0}, "bars must be from 1 to 512, not 0"),
        ({"bars": 513}, "bars must be from 1 to 512, not 513"),
        ({"bars": 3.5}, "bars must be a whole number"),
        ({"bars": True}, "bars must be a whole number"),
        ({"bars": 8, "duration_s": 30.0}, "bars or a duration, not both"),
        ({"duration_s": 0.0}, "duration must be over 0 s"),
        ({"duration_s": 3601.0}, "at most an hour"),
        ({"duration_s": math.nan}, "duration must be"),
        ({"tempo": 19}, "tempo must be from 20 to 300, not 19"),
        ({"tempo": 301}, "tempo must be from 20 to 300, not 301"),
        ({"tempo": math.nan}, "tempo must be a number from 20 to 300"),
        ({"tempo": math.inf}, "tempo must be a number"),
        ({"density": 1.5}, "density must be from 0 to 1"),
        ({"adventure": -0.1}, "adventure must be from 0 to 1"),
        ({"valence": -2}, "valence must be from -1 to 1"),
        ({"arousal": math.nan}, "arousal must be a number"),
        ({"seed": -1}, "seed must be from 0"),
        ({"seed": 2**31}, "seed must be from 0"),
        ({"seed": 0.5}, "seed must be a whole number"),
        ({"mode": "dorian"}, "No 'dorian' in modes"),
        ({"metre": "4/5"}, "No '4/5' in metres"),
        ({"metre": "5/4"}, "No '5/4' in metres"),
        ({"key": "H"}, "'H' is no key"),
        ({"chords": "C Qx"}, "Unknown chord 'Qx'"),
        ({"chords": ""}, "progression is empty"),
        ({"instruments": "melody,violino"}, "No 'violino' in parts"),
        ({"instruments": "melodi"}, "Did you mean 'melody'"),
        ({"instruments": "bass,bass"}, "'bass' is named twice"),
        ({"instruments": "counter,counter-melody"}, "'counter' is named twice"),
        ({"instruments": ""}, "No '' in parts"),
        ({"instruments": "melody=kazooo"}, "No 'kazooo' in instruments"),
        ({"form": "AABA", "bars": 3}, "needs 4 bars or more"),
        ({"form": "A?"}, "Cannot read"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_one_sentence(values, said):
    with pytest.raises(AntiphonError, match=said) as caught:
        Plan(**values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [{"bars": 1}, {"bars": 512}, {"tempo": 20}, {"tempo": 300.0}, {"duration_s": 3600}],
    ids=str,
)
def test_limits_themselves_are_allowed(values):
    plan = Plan(**values)
    assert {name: getattr(plan, name) for name in values} == values


def test_what_is_left_out_is_open_and_32_bars():
    plan = Plan()
    assert plan.n_bars(120) == 32
    assert (plan.asked_key(), plan.sections(32), plan.progression(Key(0))) == (None, None, None)


@pytest.mark.parametrize(
    ("metre", "n_bars"),
    # a minute at 120 felt beats; 2/2 is counted in quarters
    [("4/4", 30), ("3/4", 40), ("6/8", 60), ("12/8", 30), ("2/2", 30), ("3/8", 40), ("9/8", 40)],
)
def test_a_duration_becomes_bars(metre, n_bars):
    assert Plan(duration_s=60.0, metre=metre).n_bars(120) == n_bars


def test_a_short_duration_is_one_bar_and_a_long_one_is_refused():
    assert Plan(duration_s=0.1).n_bars(60) == 1
    with pytest.raises(AntiphonError, match="at most 512"):
        Plan(duration_s=3600.0).n_bars(300)


def test_parts_with_their_instruments():
    plan = Plan(instruments="Melody=flute, counter-melody, harmony=24 ,bass=Acoustic Bass")
    assert plan.parts() == {"melody": 73, "counter": None, "chords": 24, "bass": 32}


def test_mode_wins_over_the_key_and_numerals_follow_it():
    plan = Plan(key="A", mode="minor", chords="i VI")
    assert plan.asked_key() == Key(9, "minor")
    assert plan.progression(Key(9, "minor")) == [[Chord(9, "m")], [Chord(5)]]


def test_every_metre_is_read():
    assert [str(Plan(metre=m).time_signature()) for m in METRES] == list(METRES)


def test_a_plan_file_gives_the_same_plan_again(tmp_path):
    plan = Plan(bars=16, form="AABA", key="Bb", tempo=93.5, title='Ein "Lied" – 歌', seed=7)
    file = tmp_path / "plan.toml"
    file.write_text(plan.to_toml(), encoding="utf-8")
    assert plan_from(read_plan(file)) == plan


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tempi": 90}, "No 'tempi' in the plan. Did you mean 'tempo'"),
        ({"key": 5}, "key must be text in quotes, not 5"),
        ({"tempo": "fast"}, "tempo must be a number, not 'fast'"),
        ({"bars": 3.5}, "bars must be a whole number, not 3.5"),
    ],
    ids=str,
)
def test_values_of_a_plan_file_are_checked(values, said):
    with pytest.raises(AntiphonError, match=said):
        plan_from(values)


def test_plan_files_that_cannot_be_read_say_so(tmp_path):
    with pytest.raises(AntiphonError, match="There is no plan file"):
        read_plan(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("bars = = 3")
    with pytest.raises(AntiphonError, match="cannot be read"):
        read_plan(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("text", "seconds"), [("2:30", 150), ("150", 150), ("90s", 90), ("1:00:01", 3601), ("0:01", 1)]
)
def test_durations_are_read(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "two", "-3", "2:-1", "1:2:3:4", "nan", "inf"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(AntiphonError, match="is no duration"):
        parse_duration(text)
