"""Settings under equal terms."""

from __future__ import annotations

import pytest

from antiphon.training._settings import TrainConfig, within


def test_equal_cpu_time_leaves_a_gan_an_open_end_and_shares_it_among_the_stages_of_a_style():
    gan = within(TrainConfig(name="a", kind="gan", prepared="x", training={"batch_size": 8}), 20)
    assert gan.training == {"batch_size": 8, "cpu_minutes": 20, "n_iterations": 1_000_000}
    asked = TrainConfig(
        name="b",
        prepared="x",
        coder_training={"cpu_minutes": 1},
        scribe_training={"cpu_minutes": 3, "n_iterations": 9},
    )
    song = within(asked, 20)
    assert song.coder_training == {"cpu_minutes": 5}
    assert song.scribe_training == {"cpu_minutes": 15, "n_iterations": 45}
    assert song.choir_training == {}
    usual = within(TrainConfig(name="c", prepared="x"), 10)
    stages = (
        "coder", "choir", "scribe", "adversary", "critic", "planner", "progression", "plan_critic",
    )  # fmt: skip
    minutes = [getattr(usual, f"{stage}_training")["cpu_minutes"] for stage in stages]
    assert sum(minutes) == pytest.approx(10) and minutes[2] == pytest.approx(5.8)


def test_sets_beside_the_own_one_are_for_songs_and_drawn_at_all():
    assert TrainConfig(name="a", prepared="x", beside={"y": 0.5}).beside == {"y": 0.5}
    with pytest.raises(ValueError, match="kind = 'song'"):
        TrainConfig(name="a", kind="drums", prepared="x", beside={"y": 0.5})
    with pytest.raises(ValueError, match="above 0"):
        TrainConfig(name="a", prepared="x", beside={"y": 0.0})
    with pytest.raises(ValueError, match="above 0"):
        TrainConfig(name="a", prepared="x", beside={"y": "much"})
