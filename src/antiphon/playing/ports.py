"""MIDI ports of this machine, by mido and RtMidi; and what listens to one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import mido

from antiphon.errors import AntiphonError
from antiphon.playing._musician import Played

VIRTUAL = "Antiphon"  # the name of virtual ports
_NO_PORTS = (
    "There are no MIDI ports on this machine ({why}): play with the page of `antiphon studio` "
    "instead, or let a file be written by --record FILE --bars 32."
)


class Ports:
    """What ports there are, and how they are opened.

    Args:
        backend: of mido; RtMidi when left out.
    """

    def __init__(self, backend: Any = None) -> None:
        self._backend = backend

    def _used(self) -> Any:
        if self._backend is None:
            try:
                with _without_complaints():
                    self._backend = mido.Backend("mido.backends.rtmidi", load=True)
            except ImportError:
                raise AntiphonError(_NO_PORTS.format(why="`pip install python-rtmidi`")) from None
        return self._backend

    def outputs(self) -> list[str]:
        """Return the names of the ports that can be played to.

        Raises:
            AntiphonError: this machine has no MIDI.
        """
        return self._asked(lambda backend: backend.get_output_names())

    def inputs(self) -> list[str]:
        """Return the names of the ports that can be listened to.

        Raises:
            AntiphonError: this machine has no MIDI.
        """
        return self._asked(lambda backend: backend.get_input_names())

    def _asked(self, ask: Callable[[Any], Any]) -> Any:
        try:
            with _without_complaints():
                return ask(self._used())
        except OSError:  # so RtMidi's errors are, too
            raise AntiphonError(_NO_PORTS.format(why="its system offers none")) from None

    def output(self, name: str | None, *, is_virtual: bool = False) -> Any:
        """Open a port to play to.

        Args:
            name: of it, or its beginning; the first there is when left out.
            is_virtual: whether it is made, for others to listen to.

        Raises:
            AntiphonError: there is none of that name, or it cannot be opened.
        """
        if is_virtual:
            return self._asked(lambda b: b.open_output(name or VIRTUAL, virtual=True))
        found = _named(name, self.outputs(), "play to")
        return self._asked(lambda backend: backend.open_output(found))

    def input(self, name: str | None, *, is_virtual: bool = False) -> Any:
        """Open a port to listen to; see `output`."""
        if is_virtual:
            return self._asked(lambda b: b.open_input(name or VIRTUAL, virtual=True))
        found = _named(name, self.inputs(), "listen to")
        return self._asked(lambda backend: backend.open_input(found))


def _named(name: str | None, names: Iterable[str], to_do: str) -> str:
    """Return the port that is called so, or begins or is written so.

    Raises:
        AntiphonError: there is none.
    """
    there = list(names)
    wanted = (name or "").lower()
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for one in there:
            if fits(one.lower(), wanted):
                return one
    if not there:
        raise AntiphonError(
            f"There is no MIDI port to {to_do}: plug one in, make one by --virtual, or let a file "
            "be written by --record FILE --bars 32."
        )
    raise AntiphonError(f"No MIDI port {name!r} to {to_do}. There is: {', '.join(there)}.")


@contextmanager
def _without_complaints() -> Iterator[None]:
    """Keep what a system's MIDI library says on its own from the terminal; we say it ourselves."""
    try:
        terminal = os.dup(2)
    except OSError:
        yield
        return
    sys.stderr.flush()
    silence = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silence, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(silence)
        os.close(terminal)


def received(port: Any) -> mido.Message | None:
    """Return the next message that comes to a port; None once it is closed."""
    try:
        return port.receive()
    except (OSError, ValueError):  # so mido says that a port was closed meanwhile, or before
        return None


class Listener:
    """Turns messages of a port into played notes.

    Args:
        began: the time of the clock at which the music begins.
        hear: takes notes, when they begin and again when they end.
        clock: returns seconds.
    """

    def __init__(
        self,
        began: float,
        hear: Callable[[list[Played]], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._began, self._hear, self._clock = began, hear, clock
        self._held: dict[tuple[int, int], Played] = {}

    def take(self, message: mido.Message) -> None:
        """Take a message; what is no note is left alone."""
        if message.type not in ("note_on", "note_off"):
            return
        at_s = round(self._clock() - self._began, 4)
        key = (message.channel, message.note)
        held = self._held.pop(key, None)
        if held is not None:
            whole = Played(held.at_s, max(at_s - held.at_s, 0.01), held.pitch, held.velocity)
            self._hear([whole])
        if message.type == "note_on" and message.velocity and at_s >= 0:
            note = Played(at_s, 0.0, message.note, message.velocity)
            self._held[key] = note
            self._hear([note])

    def listen(self, messages: Iterable[mido.Message]) -> None:
        """Take messages until there are no more; for a thread."""
        for message in messages:
            self.take(message)
