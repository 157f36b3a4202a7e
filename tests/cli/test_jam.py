"""antiphon jam: ports listed, mistakes explained, a jam played and recorded."""

from __future__ import annotations

import pytest

from antiphon import formats
from antiphon.cli import main
from antiphon.errors import AntiphonError
from antiphon.playing import ports

NONE = "There are no MIDI ports on this machine"


@pytest.fixture
def no_midi(monkeypatch):
    """A machine without MIDI."""

    def missing(*_, **__):
        raise OSError("error creating ALSA sequencer client object")

    names = ("get_output_names", "get_input_names", "open_output", "open_input")
    backend = type("Backend", (), dict.fromkeys(names, missing))
    monkeypatch.setattr(ports.mido, "Backend", lambda *_, **__: backend())


@pytest.fixture
def midi(monkeypatch):
    """A machine with one port each way."""
    names = {"get_output_names": lambda _: ["Synth"], "get_input_names": lambda _: []}
    monkeypatch.setattr(ports.mido, "Backend", lambda *_, **__: type("Backend", (), names)())


def test_ports_are_listed(midi, capsys):
    assert main(["jam", "--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["Play", "to", "Synth"]
    assert told[1].startswith("Listen to  nothing")


@pytest.mark.parametrize("options", [["--list"], [], ["--virtual"], ["--in-port", "x"]], ids=str)
def test_without_midi_one_sentence_says_what_to_do(no_midi, capsys, options):
    assert main(["jam", *options]) == 1
    said = capsys.readouterr().err
    assert NONE in said and "antiphon studio" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--mood", "jolly"], "No 'jolly' in moods"),
     (["--mood", "sad", "--valence", "1"], "not both"),
     (["--record", "jam.wav"], "recorded as MIDI: name the file jam.mid"),
     (["--record", "jam.mid"], "--bars 32 or --minutes 2"),
     (["--style", "polka"], "polka"),
     (["--out-port", "Kazoo"], NONE)],
)  # fmt: skip
def test_mistakes_are_explained_in_a_line(no_midi, capsys, options, said):
    assert main(["jam", *options]) == 1
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


def test_without_midi_a_file_is_written(no_midi, capsys, tmp_path, monkeypatch, song):
    from antiphon.music.passage import bars_of

    def live(before, plan, at, answer):
        n = 0 if before is None else before.n_bars
        return bars_of(song(0, n_bars=32), 0, n + (4 if before is None else 1))

    import antiphon.inference.live

    monkeypatch.setattr(antiphon.inference.live, "live", live)
    file = tmp_path / "jam.mid"
    assert main(["jam", "--record", str(file), "--bars", "8"]) == 0
    assert "8 bars were written" in capsys.readouterr().out
    assert formats.read(file).n_bars == 8


def test_the_ports_of_this_machine_can_be_asked_for():
    try:
        assert isinstance(ports.Ports().outputs(), list)
    except AntiphonError as error:
        assert NONE in str(error)
