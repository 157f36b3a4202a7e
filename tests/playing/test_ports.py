"""MIDI ports: found by name, opened, missing ones explained, a keyboard listened to."""

from __future__ import annotations

import mido
import pytest

from antiphon.errors import AntiphonError
from antiphon.playing._musician import Played
from antiphon.playing.ports import Listener, Ports


class Backend:
    """A backend of mido with two ports each way."""

    def __init__(self, names=("Midi Through", "FLUID Synth 1")) -> None:
        self.names = list(names)

    def get_output_names(self):
        return self.names

    get_input_names = get_output_names

    def open_output(self, name, virtual=False):
        return ("out", name, virtual)

    def open_input(self, name, virtual=False):
        return ("in", name, virtual)


class NoMidi(Backend):
    def get_output_names(self):
        raise OSError("error creating ALSA sequencer client object")  # as RtMidi's error is

    get_input_names = get_output_names

    def open_output(self, name, virtual=False):
        raise OSError("no")


@pytest.mark.parametrize(
    ("asked", "found"),
    [(None, "Midi Through"), ("fluid", "FLUID Synth 1"), ("Synth", "FLUID Synth 1")],
)
def test_a_port_is_found_by_a_part_of_its_name(asked, found):
    assert Ports(Backend()).output(asked) == ("out", found, False)
    assert Ports(Backend()).input(asked) == ("in", found, False)


def test_virtual_ports_are_made():
    ports = Ports(Backend([]))
    assert ports.output(None, is_virtual=True) == ("out", "Antiphon", True)
    assert ports.input("Jam", is_virtual=True) == ("in", "Jam", True)


@pytest.mark.parametrize(
    ("backend", "name", "said"),
    [(Backend(), "Kazoo", "No MIDI port 'Kazoo' to play to. There is: Midi Through, FLUID"),
     (Backend([]), None, "plug one in, make one by --virtual"),
     (NoMidi(), None, "play with the page of `antiphon studio`")],
)  # fmt: skip
def test_what_is_missing_is_explained(backend, name, said):
    with pytest.raises(AntiphonError, match=said):
        Ports(backend).output(name)


def test_without_midi_no_virtual_port_can_be_made_and_that_is_explained():
    with pytest.raises(AntiphonError, match="no MIDI ports on this machine"):
        Ports(NoMidi()).output(None, is_virtual=True)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def on(note: int, velocity: int = 80) -> mido.Message:
    return mido.Message("note_on", note=note, velocity=velocity)


def test_a_note_is_heard_when_it_begins_and_again_with_its_length():
    clock, heard = Clock(), []
    listener = Listener(99.0, heard.extend, clock=clock)
    listener.take(on(60))
    clock.now += 0.5
    listener.take(mido.Message("note_off", note=60))
    assert heard == [Played(1.0, 0.0, 60, 80), Played(1.0, 0.5, 60, 80)]


def test_a_note_on_of_velocity_0_ends_a_note_and_others_are_left_alone():
    clock, heard = Clock(), []
    listener = Listener(100.0, heard.extend, clock=clock)
    listener.listen([on(60), on(60, 0), mido.Message("control_change", control=1, value=2)])
    assert [note.duration_s for note in heard] == [0.0, 0.01]


def test_what_is_played_before_the_music_begins_is_not_heard():
    heard = []
    Listener(101.0, heard.extend, clock=Clock()).take(on(60))
    assert heard == []
