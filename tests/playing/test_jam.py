"""Jams: a session played to ports that the test brings, recorded, ended."""

from __future__ import annotations

import threading
import time

import mido
import pytest
from mido.ports import BaseOutput, EchoPort

from antiphon.errors import AntiphonError
from antiphon.music.plan import Plan
from antiphon.playing._musician import Jam
from antiphon.playing.jam import Ends, Jamming, record_only
from antiphon.playing.recorder import Recorder
from antiphon.playing.session import Session

PLAN = Plan(key="C", tempo=300.0)  # a bar lasts 0.8 s


class Kept(BaseOutput):
    """A port that keeps what is sent, with the time."""

    def _open(self, **_) -> None:
        self.sent: list[tuple[float, mido.Message]] = []

    def _send(self, message) -> None:
        self.sent.append((time.monotonic(), message))


def test_a_jam_is_played_to_a_port_in_time_and_ends_after_its_bars(made):
    port, recorder, shown = Kept(), Recorder(), []
    session = Session(PLAN, made, Jam(answer="none"))
    done = Jamming(session, port, recorder=recorder).play(Ends(bars=2), shown.append)
    ons = [(at, m.note) for at, m in port.sent if m.type == "note_on" and m.channel == 2]
    assert [note for _, note in ons] == [36, 41]  # the bass of C and F
    assert ons[1][0] - ons[0][0] == pytest.approx(0.8, abs=0.2)
    kinds = [m.type for _, m in port.sent]
    assert kinds.count("clock") >= 2 * 96 - 2 and kinds[-1] == "stop"
    assert kinds.count("note_on") == kinds.count("note_off")
    assert (done.n_bars, done.n_covered, len(shown)) == (2, 0, 2)
    assert done.jitter_ms < 200
    assert recorder.piece("melody").n_bars == 2


def test_what_comes_from_a_keyboard_is_heard_recorded_and_sent_on(made):
    port, keyboard, recorder = Kept(), EchoPort(), Recorder()
    session = Session(PLAN, made, Jam(quantise="beat"))
    jamming = Jamming(session, port, keyboard, recorder=recorder, is_through=True)

    def press() -> None:
        keyboard.send(mido.Message("note_on", note=84, velocity=100))
        time.sleep(0.05)
        keyboard.send(mido.Message("note_off", note=84))

    threading.Timer(0.6, press).start()
    done = jamming.play(Ends(seconds=0.7))
    assert done.n_heard == 1
    (note,) = next(t.notes for t in recorder.piece("melody").tracks if t.name == "You").tolist()
    assert note[2:] == (84, 100) and note[1] > 0
    assert [m.note for _, m in port.sent if m.type == "note_on" and m.channel == 0] == [84]


def test_a_jam_without_a_first_bar_says_why():
    def never(*_):
        raise AntiphonError("There are no weights.")

    session = Session(PLAN, never)
    with pytest.raises(AntiphonError, match="no weights"):
        Jamming(session, Kept(), recorder=Recorder()).play(Ends())


def test_without_a_port_bars_are_recorded_as_fast_as_they_are_made(made):
    now, recorder = [0.0], Recorder()
    session = Session(PLAN, made, Jam(answer="none"), clock=lambda: now[0], is_threaded=False)
    done = record_only(session, recorder, Ends(bars=16), now)
    assert (done.n_bars, done.n_covered) == (16, 0)
    assert recorder.piece("melody").n_bars == 16


@pytest.mark.parametrize(
    ("ends", "is_over"),
    [(Ends(), False), (Ends(bars=5), False), (Ends(bars=4), True), (Ends(seconds=8.0), True),
     (Ends(seconds=8.1), False)],
    ids=str,
)  # fmt: skip
def test_a_jam_ends_with_the_bar_in_which_it_is_long_enough(ends, is_over):
    assert ends.is_over({"bar": 3, "n_bars": 1, "at_s": 6.0, "duration_s": 2.0}) is is_over
