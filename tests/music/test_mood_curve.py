"""Mood curves: points that people write, straight lines between them."""

from __future__ import annotations

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.mood_curve import MoodPoint, mood_at, parse_mood_curve
from antiphon.music.plan import Plan, plan_from


def test_a_curve_is_read_point_by_point():
    assert parse_mood_curve("1:-0.5,−.2  16:0.8,1") == [
        MoodPoint(1, -0.5, -0.2),
        MoodPoint(16, 0.8, 1.0),
    ]


def test_moods_go_in_straight_lines_and_stay_at_either_end():
    valence, arousal = mood_at([MoodPoint(2, -1.0, 0.0), MoodPoint(6, 1.0, 0.4)], 7)
    assert valence == pytest.approx([-1, -1, -0.5, 0, 0.5, 1, 1])
    assert arousal == pytest.approx([0, 0, 0.1, 0.2, 0.3, 0.4, 0.4])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begin with 1 and rise"),
        ("sad", "Cannot read 'sad'"),
        ("1:0.5", "write bar:valence,arousal"),
        ("0:0,0", "begin with 1 and rise"),
        ("4:0,0 2:0,0", "begin with 1 and rise"),
        ("1:0,1.5", "lie from -1 to 1"),
    ],
)
def test_what_is_no_curve_is_said_in_a_sentence(text, said):
    with pytest.raises(AntiphonError, match=said):
        Plan(mood_curve=text)


def test_a_plan_has_one_mood_or_a_curve():
    with pytest.raises(AntiphonError, match="not both"):
        plan_from({"mood_curve": "1:0,0", "valence": 0.5})
    assert plan_from({"valence": 0.5}).moods(2)[0].tolist() == [0.5, 0.5]
    assert plan_from({"valence": 0.5}).moods(2)[1] is None
    assert Plan().moods(3) == (None, None)
    assert Plan(mood_curve="1:0,1 3:0,0").moods(3)[1].tolist() == [1.0, 0.5, 0.0]
