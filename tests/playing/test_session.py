"""Sessions, by a clock that the test turns: bars in time, covers, steering, mends, turns."""

from __future__ import annotations

import asyncio

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.plan import Plan
from antiphon.playing._musician import Jam
from antiphon.playing.session import LEAD_S, Session

BEAT_S = 0.5  # four quarters at 120 a minute
BAR_S = 4 * BEAT_S


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Player:
    """A session whose bars are made when asked for, and a clock."""

    def __init__(self, go_on, plan: Plan | None = None, n_made: int = 3, **jam) -> None:
        self.clock = Clock()
        jam = {"answer": "none", **jam}
        plan = plan or Plan(key="C", tempo=120.0)
        self.session = Session(plan, go_on, Jam(**jam), clock=self.clock, is_threaded=False)
        self.make(n_made)

    def make(self, n: int = 9) -> None:
        for _ in range(n):
            if not self.session.make(waits=False):
                break

    def told(self) -> list[dict]:
        found = []
        while (told := self.session.poll()) is not None:
            found.append(told)
        return found

    def at(self, music_s: float) -> None:
        """Turn the clock to where the music that is heard is at a time."""
        began = self.session._began
        self.clock.now = began + LEAD_S + music_s


def notes(told: dict, role: str) -> list[list]:
    """The notes of a part, in a bar or (by the made parts' order) a mend."""
    index = ["melody", "chords", "bass"].index(role)
    return [note for note in told["notes"] if note[2] == index]


def test_each_bar_is_told_when_the_one_before_it_is_over(made):
    player = Player(made)
    assert [bar["bar"] for bar in player.told()] == [0]
    player.clock.now += BAR_S - 0.01
    assert player.told() == []
    player.clock.now += 0.01
    (bar,) = player.told()
    assert (bar["bar"], bar["at_s"], bar["duration_s"], bar["covered"]) == (1, 2.0, 2.0, False)
    assert bar["beats"] == [0.0, 0.5, 1.0, 1.5]
    assert bar["chords"] == [[0.0, "F"]]


def test_a_late_bar_is_covered_by_the_last_one_softer(made):
    player = Player(made, n_made=1)
    player.told()
    player.clock.now += BAR_S
    (cover,) = player.told()
    assert cover["covered"]
    assert {note[3] for note in notes(cover, "chords")} == {60, 64, 67}
    assert all(note[4] < 80 for note in cover["notes"])


def test_a_bar_that_comes_too_late_serves_for_the_next_one(made):
    player = Player(made, n_made=1)
    player.told()
    task = player.session._task()
    player.clock.now += BAR_S
    player.told()  # a cover
    player.session._keep(task, made(task.before, task.plan, task.number))
    player.clock.now += BAR_S
    (bar,) = player.told()
    assert not bar["covered"] and bar["chords"] == [[0.0, "F"]]


def test_steered_bars_are_adapted_at_once_and_made_anew(made):
    plans = []

    def noted(before, plan, at, answer):
        plans.append(plan.loudness)
        return made(before, plan, at)

    player = Player(noted)
    player.told()
    player.session.say({"loudness": 1.0})
    player.clock.now += BAR_S
    (bar,) = player.told()
    assert {note[4] for note in bar["notes"]} == {80 + 32}  # no network was asked
    player.make()
    assert plans == [None, None, None, 1.0, 1.0, 1.0]
    player.clock.now += BAR_S
    assert {note[4] for note in player.told()[0]["notes"]} == {80}  # as the networks made it


def test_at_the_beat_what_sounds_is_mended_from_the_next_beat_on(made):
    player = Player(made, quantise="beat")
    player.told()
    player.at(0.6)
    player.session.say({"loudness": 0.0})
    (mend,) = player.told()
    assert (mend["mend"], mend["from_s"], mend["moved"]) == (0, 1.0, 1)
    assert {note[0] for note in mend["notes"]} == {1.0, 1.5}
    assert {note[4] for note in mend["notes"]} == {80 - 32}
    assert mend["ends"] == []  # the bass rings on


def test_at_the_bar_what_sounds_stays_and_a_bar_already_told_is_mended_whole(made):
    player = Player(made, quantise="bar")
    player.told()
    player.at(0.6)
    player.session.say({"loudness": 0.0})
    assert player.told() == []
    player.at(BAR_S - LEAD_S)
    assert {note[4] for note in player.told()[0]["notes"]} == {48}
    player.at(BAR_S - 0.1)
    player.session.say({"loudness": 1.0})
    (mend,) = player.told()
    assert (mend["mend"], mend["from_s"]) == (1, 0.0)
    assert {note[4] for note in mend["notes"]} == {112}


def test_other_chords_are_played_from_the_next_beat_on(made):
    player = Player(made, quantise="beat")
    player.told()
    player.at(0.6)
    player.session.say({"chords": "Am"})
    (mend,) = player.told()
    assert mend["chords"] == [[0.0, "C"], [1.0, "Am"]]
    assert {note[3] for note in notes(mend, "chords")} == {60, 64, 69}
    assert notes(mend, "bass") == [[1.0, 1.0, 2, 33, 80]]
    assert mend["ends"] == [[2, 36]]  # the bass that was held


def test_accompanying_leaves_his_part_to_the_musician(made):
    player = Player(made, answer="accompany")
    (bar,) = player.told()
    assert bar["turn"] == "both"
    assert notes(bar, "melody") == [] and len(notes(bar, "chords")) == 12


def test_a_chord_that_is_played_is_followed_at_the_next_beat(made):
    player = Player(made, answer="accompany", quantise="beat")
    player.told()
    player.at(0.9)
    played = [[0.5, 0.4, 69, 80], [0.5, 0.4, 65, 80], [0.55, 0.35, 60, 80]]
    player.session.say({"played": played})
    mend, listening = player.told()
    assert mend["from_s"] == 1.0 and mend["heard"] == 3
    assert {note[3] for note in notes(mend, "chords")} == {60, 65, 69}  # F over C E G
    assert notes(mend, "bass")[0][3] % 12 == 5
    assert listening == {"listening": {"key": "C major", "chord": "C"}}


def test_chords_that_are_asked_for_come_over_those_that_were_heard(made):
    player = Player(made, answer="accompany", quantise="beat")
    player.told()
    player.at(0.4)
    player.session.say({"played": [[0.1, 0.2, 69, 80], [0.1, 0.2, 65, 80], [0.1, 0.2, 60, 80]]})
    assert player.told()[0]["chords"] == [[0.0, "C"], [0.5, "F"]]
    player.at(0.9)
    player.session.say({"chords": "Am"})
    assert player.told()[0]["chords"] == [[0.0, "C"], [0.5, "F"], [1.0, "Am"]]


def test_who_goes_with_the_band_is_led_into_the_next_chord(made):
    player = Player(made, answer="accompany", quantise="bar")
    player.told()
    player.at(1.5)
    player.session.say({"played": [[1.0, 0.4, 64, 80], [1.5, 0.2, 67, 80]]})  # E G over C
    player.at(BAR_S - LEAD_S)
    assert player.told()[0]["chords"] == [[0.0, "F"]]


def test_who_goes_elsewhere_is_followed_at_the_next_bar(made):
    player = Player(made, answer="accompany", quantise="bar")
    player.told()
    player.at(1.5)
    player.session.say({"played": [[1.0, 0.4, 62, 80], [1.5, 0.2, 71, 80]]})  # D B over C
    player.at(BAR_S - LEAD_S)
    assert player.told()[0]["chords"] == [[0.0, "G"]]


def test_chords_that_were_asked_for_are_kept_whatever_is_played(made):
    plan = Plan(key="C", tempo=120.0, chords="C F G C")
    player = Player(made, plan, answer="accompany", quantise="beat")
    player.told()
    player.at(0.9)
    player.session.say({"played": [[0.5, 0.4, 62, 80], [0.5, 0.4, 71, 80]]})
    assert player.told() == [{"listening": {"key": "C major", "chord": "C"}}]


def test_how_loud_the_musician_plays_is_followed(made):
    player = Player(made, answer="accompany", quantise="beat")
    player.told()
    player.at(0.9)
    player.session.say({"played": [[0.5, 0.4, 60, 120]]})
    mend = player.told()[0]
    assert {note[4] for note in mend["notes"]} == {80 + 16}  # 0.4 of 40


def test_what_he_plays_is_what_the_next_bars_are_written_after(made):
    seen = []

    def noted(before, plan, at, answer):
        seen.append(before)
        return made(before, plan, at)

    player = Player(noted, answer="accompany", n_made=1)
    player.told()
    player.session.say({"played": [[0.49, 0.5, 76, 80], [1.02, 0.5, 77, 70]]})
    player.make(1)
    melody = seen[-1].tracks[0].notes
    assert [tuple(n) for n in melody.tolist()] == [(24, 24, 76, 80), (48, 24, 77, 70)]


def test_trading_goes_by_turns_after_the_opening(made):
    player = Player(made, answer="trade", trade_bars=2)
    turns = []
    for number in range(7):
        player.make(1)
        turns += [bar["turn"] for bar in player.told() if "turn" in bar]
        player.clock.now += BAR_S
        assert len(turns) == number + 1
    assert turns == ["me", "you", "you", "me", "me", "you", "you"]


def test_an_answer_is_written_after_his_phrase(made):
    answers = {}

    def noted(before, plan, at, answer):
        answers[at] = answer and (answer.n_bars, answer.number)
        return made(before, plan, at)

    player = Player(noted, answer="trade", trade_bars=2)
    for _ in range(5):
        player.told()
        player.make()
        player.clock.now += BAR_S
    assert [answers[at] for at in range(6)] == [None, None, None, (2, 0), (2, 1), None]


def test_when_nobody_reacts_played_notes_change_nothing(made):
    player = Player(made, answer="none", quantise="beat")
    player.told()
    player.at(0.9)
    player.session.say({"played": [[0.5, 0.4, 66, 120]]})
    assert player.told() == []
    assert player.session._ready[0].turn == player.session._turn


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"seed": 3}, "cannot be changed while"),
        ({"density": 7.0}, "density must be from 0 to 1"),
        ({"quantise": "soon"}, "places to react"),
        ({"played": "C D E"}, "a list of at most 64"),
        ({"played": [[0, 1, 60, 80]] * 65}, "a list of at most 64"),
        ({"played": [[0, 1, 60]]}, "is \\[at_s, duration_s, pitch, velocity\\]"),
        ({"played": [[0, 1, 128, 80]]}, "pitch from 0 to 127"),
        ({"played": [[0, 1, 60, 0]]}, "velocity from 1 to 127"),
        ({"played": [[500, 1, 60, 80]]}, "count from the beginning"),
        ({"played": [[True, 1, 60, 80]]}, "numbers"),
    ],
    ids=lambda v: str(v)[:40],
)
def test_what_cannot_be_said_is_explained_and_changes_nothing(made, said, sentence):
    player = Player(made)
    player.told()
    with pytest.raises(AntiphonError, match=sentence):
        player.session.say({"tempo": 90.0, **said})
    assert player.session._plan.tempo == 120.0


def test_a_plan_that_cannot_be_met_is_said_and_the_music_goes_on(made):
    def strict(before, plan, at, answer):
        if plan.density:
            raise AntiphonError("So many notes cannot be.")
        return made(before, plan, at)

    player = Player(strict)
    player.told()
    player.session.say({"density": 1.0})
    player.make(1)
    assert {"error": "So many notes cannot be."} in player.told()
    for _ in range(4):
        player.clock.now += BAR_S
        (bar,) = player.told()
        assert bar["notes"]


def test_a_session_that_cannot_begin_says_why_and_ends(made):
    def never(*_):
        raise AntiphonError("There are no weights.")

    player = Player(never)
    assert player.told() == [{"error": "There are no weights."}]
    assert not player.session.is_open


def test_memory_does_not_grow(made):
    player = Player(made, answer="accompany")
    lengths = []
    for _ in range(40):
        player.make()
        player.told()
        lengths.append(player.session._band.music().n_bars)
        player.clock.now += BAR_S
    assert lengths[-1] == lengths[20] <= 17


def test_bars_are_yielded_as_they_come_until_it_is_closed(made):
    async def heard() -> list[int]:
        session = Session(Plan(tempo=300.0), made, Jam(answer="none"))
        found = []
        async for told in session.bars():
            found.append(told["bar"])
            if len(found) == 2:
                session.close()
        return found

    assert asyncio.run(asyncio.wait_for(heard(), 20)) == [0, 1]
