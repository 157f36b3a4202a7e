"""The cost of a stage: counted through restarts, and an end that it may set."""

from __future__ import annotations

import math

import pytest

from antiphon.training._effort import Effort, spent


@pytest.fixture
def clock(monkeypatch):
    """A list whose one number is the CPU time of the process."""
    now = [100.0]
    monkeypatch.setattr("antiphon.training._effort.time.process_time", lambda: now[0])
    return now


def test_thousands_of_segments_an_hour_follow_from_segments_and_seconds():
    assert spent(5000, 1800.0) == {
        "segments_seen": 5000,
        "speed/cpu_s": 1800.0,
        "speed/kimg_per_cpu_hour": pytest.approx(10.0),
    }


def test_what_an_older_checkpoint_took_is_not_guessed(clock):
    effort = Effort.going_on(({}, {"iteration": 7}), cpu_minutes=1.0)
    assert math.isnan(effort.cpu_s)
    assert spent(3, effort.cpu_s) == {"segments_seen": 3}
    assert list(effort.iterations(7, 9)) == [7, 8]


def test_time_counts_from_when_a_stage_begins_and_on_from_a_checkpoint(clock):
    fresh, later = Effort.going_on(None, 0.0), Effort.going_on(({}, {"cpu_s": 30.0}), 0.0)
    clock[0] += 4.0
    assert (fresh.cpu_s, later.cpu_s) == (4.0, 34.0)


@pytest.mark.parametrize(
    ("cpu_minutes", "before_s", "worked"),
    [(0.0, 0.0, [2, 3, 4, 5]), (1.0, 0.0, [2, 3, 4]), (1.0, 50.0, [2]), (1.0, 60.0, [])],
    ids=["no end", "a minute", "ten seconds left", "nothing left"],
)
def test_a_stage_of_twenty_seconds_an_iteration_ends_with_its_minute(
    clock, cpu_minutes, before_s, worked
):
    effort, done = Effort(cpu_minutes, before_s), []
    for iteration in effort.iterations(2, 6):
        clock[0] += 20.0
        done.append(iteration)
        last = effort.ends(iteration + 1)
        assert last == (iteration == worked[-1])
    assert done == worked
