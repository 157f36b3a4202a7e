"""Sending MIDI: each message when it is due, mends, clock, nothing left sounding."""

from __future__ import annotations

import pytest

from antiphon.playing.sender import Sender


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


class Port:
    """Keeps what is sent, with the time."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.sent = clock, []

    def send(self, message) -> None:
        self.sent.append((round(self.clock.now - 10.0, 3), message))

    def notes(self) -> list[tuple]:
        return [
            (at, m.type.removeprefix("note_"), m.channel, m.note)
            for at, m in self.sent
            if m.type.startswith("note_")
        ]

    def of(self, kind: str) -> list[float]:
        return [at for at, m in self.sent if m.type == kind]

    def close(self) -> None:
        pass


def bar(number: int = 0, at_s: float = 0.0, notes=()) -> dict:
    return {
        "bar": number, "n_bars": 1, "at_s": at_s, "duration_s": 2.0, "metre": "4/4",
        "tracks": [
            {"name": "Melody", "role": "melody", "program": 73, "is_drum": False},
            {"name": "Drums", "role": "drums", "program": 0, "is_drum": True},
        ],
        "notes": list(notes),
    }  # fmt: skip


@pytest.fixture
def played():
    """A clock, a port and a sender whose music begins at once; and a way to let time pass."""
    clock = Clock()
    port = Port(clock)
    sender = Sender(port, clock=clock, has_clock=False)
    sender.begin(10.0)

    def until(seconds: float) -> None:
        while clock.now < 10.0 + seconds:
            step = min(sender.send_due(), 10.0 + seconds - clock.now)
            clock.now += step
        sender.send_due()

    return sender, port, until


def test_notes_are_sent_when_they_are_due_on_the_channel_of_their_track(played):
    sender, port, until = played
    sender.take(bar(notes=[[0.0, 0.5, 0, 60, 80], [1.0, 0.25, 1, 38, 90]]))
    until(2.0)
    assert port.notes() == [
        (0.0, "on", 0, 60), (0.5, "off", 0, 60), (1.0, "on", 9, 38), (1.25, "off", 9, 38),
    ]  # fmt: skip
    assert [m.program for _, m in port.sent if m.type == "program_change"] == [73, 0]


def test_a_pitch_struck_again_ends_first_and_is_not_ended_by_the_old_note(played):
    sender, port, until = played
    sender.take(bar(notes=[[0.0, 1.0, 0, 60, 80], [0.5, 1.0, 0, 60, 80]]))
    until(2.0)
    assert port.notes() == [
        (0.0, "on", 0, 60), (0.5, "off", 0, 60), (0.5, "on", 0, 60), (1.5, "off", 0, 60),
    ]  # fmt: skip


def test_a_mend_takes_back_what_has_not_begun_and_ends_what_it_names(played):
    sender, port, until = played
    sender.take(bar(notes=[[0.0, 2.0, 0, 60, 80], [0.0, 2.0, 0, 64, 80], [1.0, 0.5, 0, 67, 80]]))
    until(0.7)
    mend = {"mend": 0, "from_s": 1.0, "ends": [[0, 64]], "notes": [[1.0, 0.5, 0, 65, 80]]}
    sender.take(mend)
    until(3.0)
    assert port.notes() == [
        (0.0, "on", 0, 60), (0.0, "on", 0, 64), (1.0, "off", 0, 64), (1.0, "on", 0, 65),
        (1.5, "off", 0, 65), (2.0, "off", 0, 60),
    ]  # fmt: skip


def test_a_second_mend_takes_back_the_first(played):
    sender, port, until = played
    sender.take(bar(notes=[[1.0, 0.5, 0, 60, 80]]))
    for pitch in (62, 64):
        mend = {"mend": 0, "from_s": 1.0, "ends": [], "notes": [[1.0, 0.5, 0, pitch, 80]]}
        sender.take(mend)
    until(2.0)
    assert port.notes() == [(1.0, "on", 0, 64), (1.5, "off", 0, 64)]


def test_a_mend_that_comes_late_plays_at_once_and_ends_what_it_would_have_taken_back(played):
    sender, port, until = played
    sender.take(bar(notes=[[1.0, 0.5, 0, 60, 80], [1.0, 0.5, 0, 64, 80]]))
    until(1.02)
    new = [[1.0, 0.5, 0, 60, 90], [1.0, 0.5, 0, 65, 90]]
    sender.take({"mend": 0, "from_s": 1.0, "ends": [], "notes": new})
    until(2.0)
    assert port.notes() == [
        (1.0, "on", 0, 60), (1.0, "on", 0, 64), (1.02, "off", 0, 64), (1.02, "on", 0, 65),
        (1.5, "off", 0, 60), (1.5, "off", 0, 65),
    ]  # fmt: skip


def test_a_mend_of_a_bar_that_is_forgotten_is_left_alone(played):
    sender, port, until = played
    sender.take(bar())
    sender.take({"mend": 7, "from_s": 0.0, "ends": [], "notes": [[0.0, 1.0, 0, 60, 80]]})
    until(2.0)
    assert port.notes() == []


def test_the_clock_has_24_ticks_a_quarter_and_starts_and_stops():
    clock = Clock()
    port = Port(clock)
    sender = Sender(port, clock=clock)
    sender.begin(10.0)
    sender.take(bar())
    while clock.now < 12.5:
        clock.now += sender.send_due()
    sender.close()
    assert port.of("start") == [0.0]
    ticks = port.of("clock")
    assert len(ticks) == 96
    assert ticks[24] == pytest.approx(0.5, abs=0.002)
    assert len(port.of("stop")) == 1


def test_closing_ends_every_note(played):
    sender, port, until = played
    sender.take(bar(notes=[[0.0, 2.0, 0, 60, 80]]))
    until(0.5)
    sender.close()
    assert port.notes()[-1] == (0.5, "off", 0, 60)


def test_how_late_messages_were_is_known(played):
    sender, port, until = played
    sender.take(bar(notes=[[0.5, 0.5, 0, 60, 80]]))
    until(0.2)
    port.clock.now += 0.31  # nobody sent for a while
    sender.send_due()
    assert max(sender.late_s()) == pytest.approx(0.01)
