"""Endless sound: no gap and no click between bars, steered, encoded as it goes."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile

from antiphon.errors import AntiphonError
from antiphon.formats import _running
from antiphon.formats._endless import Endless
from antiphon.formats._running import RunningMix, whole_blocks
from antiphon.formats._schedule import BLOCK, EVENT, OFF, ON, RATE_HZ
from antiphon.music.piece import Track
from antiphon.music.plan import Plan
from antiphon.playing._musician import Jam
from antiphon.playing.session import Session
from antiphon.playing.sound import AHEAD_S, Broadcast


class Organ:
    """A synthesizer that plays pure tones, one output a track, and keeps its phase."""

    def __init__(self, tracks, soundfont) -> None:
        self.n, self.here, self.rows, self.on = len(tracks), 0, [], {}

    def take(self, events, instead_from=None) -> None:
        kept = [r for r in self.rows if instead_from is None or r[0] < instead_from]
        self.rows = sorted([*kept, *events.tolist()], key=lambda row: row[:2])

    def play(self, n_blocks: int) -> np.ndarray:
        out = np.zeros((self.n, 2, n_blocks * BLOCK), np.float32)
        for block in range(n_blocks):
            while self.rows and self.rows[0][0] <= self.here:
                _, kind, track, number, value = self.rows.pop(0)
                self.on[track, number] = value if kind == ON else 0
            t = (np.arange(BLOCK) + self.here * BLOCK) / RATE_HZ
            for (track, number), value in self.on.items():
                tone = np.sin(2 * np.pi * 440 * 2 ** ((number - 69) / 12) * t) * value / 1270
                out[track, :, block * BLOCK : (block + 1) * BLOCK] += tone
            self.here += 1
        return out

    def close(self) -> None:
        pass


@pytest.fixture
def organ(monkeypatch):
    monkeypatch.setattr(_running._synth, "Synth", Organ)
    monkeypatch.setattr(_running._soundfont, "find", lambda *_: "none")


def events(*rows: tuple[int, int, int, int, int]) -> np.ndarray:
    return np.array(list(rows), EVENT)


def test_a_held_note_sounds_the_same_in_many_pieces_as_in_one(organ):
    def played(n_blocks: list[int]) -> np.ndarray:
        mix = RunningMix([Track("Bass", role="bass")])
        mix._gain_db, mix._gain = 0.0, lambda out: 0.0
        mix.take(events((0, ON, 0, 45, 90)))
        return np.concatenate([mix.play(n) for n in n_blocks])

    whole, cut = played([600]), played([200, 150, 250])
    settled = 300 * BLOCK  # the fader moves until then, each way in its own steps
    step = np.abs(np.diff(cut[settled:, 0])).max()
    assert step <= 1.1 * np.abs(np.diff(whole[settled:, 0])).max()  # no click at a border
    assert np.abs(cut).max() <= 1.0


def test_the_room_rings_on_over_the_border(organ):
    mix = RunningMix([Track("Melody", role="melody")])
    mix.take(events((0, ON, 0, 69, 90), (100, OFF, 0, 69, 0)))
    mix.play(140)
    tail = mix.play(140)
    assert 0 < np.abs(tail[-64:]).max() < np.abs(tail[:64]).max()


def test_a_part_that_comes_in_later_gets_its_level(organ):
    mix = RunningMix([Track("Bass", role="bass"), Track("Melody", role="melody")])
    mix.take(events((0, ON, 0, 45, 90), (400, ON, 1, 69, 90)))
    mix.play(400)
    assert mix._faders[1] is None
    mix.play(200)
    assert mix._faders[1].gain > 0


@pytest.fixture
def heard(organ, made):
    """The sound of so many seconds, and what is said meanwhile, by a clock that the test turns."""

    def play(seconds: float, say=None, kind: str = "wav") -> np.ndarray | bytes:
        now = [0.0]
        session = Session(
            Plan(key="C", tempo=240.0), made, Jam(answer="none", quantise="beat"),
            clock=lambda: now[0], is_threaded=False, ahead_s=AHEAD_S,
        )  # fmt: skip
        broadcast = Broadcast(session, kind)
        data = b""
        broadcast._is_due_really, asked = broadcast._is_due, set()

        def is_due() -> bool:
            while not broadcast._is_due_really():
                now[0] += 0.05
                session.make(waits=False)
                while (told := session.poll()) is not None:
                    broadcast._take(told)
                for at_s, said in (say or {}).items():
                    if session.now_s() >= at_s and at_s not in asked:
                        asked.add(at_s)
                        session.say(said)
            return True

        broadcast._is_due = is_due
        session.make(waits=False)
        for chunk in broadcast.chunks():
            data += chunk
            if broadcast._here >= whole_blocks(seconds):
                session.close()
        if kind != "wav":
            return data
        return np.frombuffer(data[44:], "<i2").reshape(-1, 2) / 32767

    return play


def test_bars_follow_each_other_without_a_gap(heard):
    sound = heard(6.0)
    assert len(sound) == pytest.approx(6.0 * RATE_HZ, abs=0.3 * RATE_HZ)
    blocks = np.abs(sound[RATE_HZ // 2 :, 0])
    blocks = blocks[: len(blocks) // 441 * 441].reshape(-1, 441).max(axis=1)  # by 10 ms
    assert blocks.min() > 0.01
    assert np.abs(sound).max() < 1.0


def test_what_is_steered_is_heard(heard):
    sound = heard(8.0, say={4.0: {"loudness": 0.0}})
    loud, soft = (np.sqrt((sound[int(a * RATE_HZ) : int(b * RATE_HZ)] ** 2).mean())
                  for a, b in ((3.4, 3.95), (4.4, 4.95)))  # fmt: skip
    assert soft < 0.8 * loud


@pytest.mark.parametrize("kind", ["mp3", "ogg"])
def test_what_was_sent_so_far_can_be_heard(heard, kind):
    data = heard(4.0, kind=kind)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.samplerate == RATE_HZ
        assert np.abs(file.read(RATE_HZ, dtype="float32")).max() > 0.01


def test_a_wav_of_unknown_length_begins_with_a_head():
    data = Endless("wav").encode(np.full((10, 2), 0.5, np.float32))
    assert data[:4] == b"RIFF" and data[8:16] == b"WAVEfmt "
    assert struct.unpack("<HHI", data[20:28]) == (1, 2, RATE_HZ)
    assert struct.unpack("<hh", data[44:48]) == (16384, 16384)
    assert len(data) == 44 + 40


def test_other_kinds_of_sound_are_refused():
    with pytest.raises(AntiphonError, match="kinds of sound"):
        Endless("flac")


def test_a_broadcast_without_a_first_bar_says_why(organ):
    def never(*_):
        raise AntiphonError("There are no weights.")

    session = Session(Plan(), never, is_threaded=False)
    session.make(waits=False)
    with pytest.raises(AntiphonError, match="no weights"):
        list(Broadcast(session, "wav").chunks())
