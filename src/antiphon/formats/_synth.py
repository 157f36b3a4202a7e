"""FluidSynth, through ctypes: events in, one dry stereo sound for each track out.

The library is the one that the pygame-ce wheel carries, so that the same version plays
everywhere; else the system's. pygame itself is not imported. Where there is no FluidSynth,
`_midirenderer.py` plays in its place.

Every track has a MIDI channel and an output of its own, so that levels, places and room are
the mixing desk's affair (`_mix.py`). FluidSynth's own reverb and chorus are off.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from ctypes import c_char_p, c_double, c_int, c_void_p
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.formats import _midirenderer
from antiphon.formats._schedule import BEND, BLOCK, OFF, ON, RATE_HZ, Events
from antiphon.music.piece import Track

Audio = NDArray[np.float32]

MAX_TRACKS = 128  # FluidSynth has no more outputs
MAX_VOICES = 512
_SYSTEM = {
    "linux": ("libfluidsynth.so.3",),
    "darwin": ("libfluidsynth.3.dylib", "/opt/homebrew/lib/libfluidsynth.3.dylib"),
    "win32": ("libfluidsynth-3.dll",),
}
_MELODIC, _DRUM = (0, 0), (1, 128)  # kind of channel, bank
_FUNCTIONS: dict[str, tuple[object, ...]] = {  # result, then arguments
    "new_fluid_settings": (c_void_p,),
    "delete_fluid_settings": (None, c_void_p),
    "fluid_settings_setint": (c_int, c_void_p, c_char_p, c_int),
    "fluid_settings_setnum": (c_int, c_void_p, c_char_p, c_double),
    "new_fluid_synth": (c_void_p, c_void_p),
    "delete_fluid_synth": (None, c_void_p),
    "fluid_synth_sfload": (c_int, c_void_p, c_char_p, c_int),
    "fluid_synth_set_channel_type": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_bank_select": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_program_change": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_noteon": (c_int, c_void_p, c_int, c_int, c_int),
    "fluid_synth_noteoff": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_cc": (c_int, c_void_p, c_int, c_int, c_int),
    "fluid_synth_pitch_bend": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_process": (c_int, c_void_p, c_int, c_int, c_void_p, c_int, c_void_p),
    "fluid_set_log_function": (c_void_p, c_int, c_void_p, c_void_p),
}


@cache
def library() -> ctypes.CDLL | None:
    """Return the FluidSynth library, or None where there is none."""
    for candidate in (*_bundled(), *_SYSTEM.get(sys.platform, ())):
        try:
            loaded = ctypes.CDLL(str(candidate))
            for name, (result, *arguments) in _FUNCTIONS.items():
                function = getattr(loaded, name)
                function.restype, function.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        for level in range(5):  # it would complain on stderr; we say it ourselves
            loaded.fluid_set_log_function(level, None, None)
        return loaded
    return None


def suffixes() -> tuple[str, ...]:
    """Return the kinds of soundfont that can be played here."""
    return (".sf2", ".sf3") if library() or not _midirenderer.is_there() else (".sf2",)


def _bundled() -> list[Path]:
    """Return the libraries that lie in the pygame-ce wheel."""
    spec = importlib.util.find_spec("pygame")
    if spec is None or spec.origin is None:
        return []
    inside = Path(spec.origin).parent
    folders = (inside.parent / "pygame_ce.libs", inside / ".dylibs", inside)
    return [path for folder in folders for path in sorted(folder.glob("libfluidsynth*"))]


def play(
    events: Events,
    tracks: Sequence[Track],
    soundfont: Path,
    n_blocks: int,
    chunk_blocks: int,
) -> Iterator[Audio]:
    """Yield the sound, chunk by chunk: (tracks, 2, frames) float32, dry.

    Raises:
        AntiphonError: there is no library, or it does not take the soundfont or so many tracks.
    """
    if library() is None and _midirenderer.is_there():
        yield from _midirenderer.play(events, tracks, soundfont, n_blocks, chunk_blocks)
        return
    with Synth(tracks, soundfont) as synth:
        synth.take(events)
        for start in range(0, n_blocks, chunk_blocks):
            yield synth.play(min(chunk_blocks, n_blocks - start))


class Synth:
    """A synthesizer that plays on; to be used as a context.

    Args:
        tracks: the parts, each with a channel and an output of its own.
        soundfont: to play with.

    Raises:
        AntiphonError: there is no library, or it does not take the soundfont or so many tracks.
    """

    def __init__(self, tracks: Sequence[Track], soundfont: Path) -> None:
        fluid = library()
        if fluid is None:
            raise AntiphonError(
                "There is no FluidSynth library to make sound with: `pip install pygame-ce` brings "
                "it (on Windows `pip install midirenderer` a stand-in for files), or install "
                "FluidSynth 2."
            )
        if len(tracks) > MAX_TRACKS:
            raise AntiphonError(
                f"Sound can be made of up to {MAX_TRACKS} tracks; this piece has {len(tracks)}."
            )
        self._fluid, self._n_tracks = fluid, len(tracks)
        self._here = 0  # block
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._settings = fluid.new_fluid_settings()
        self._synth: int | None = None
        try:
            _configure(fluid, self._settings, len(tracks))
            self._synth = fluid.new_fluid_synth(self._settings)
            if fluid.fluid_synth_sfload(self._synth, str(soundfont).encode(), 1) < 0:
                raise AntiphonError(f"FluidSynth cannot load the soundfont {soundfont}.")
            for channel, track in enumerate(tracks):
                kind, bank = _DRUM if track.is_drum else _MELODIC
                fluid.fluid_synth_set_channel_type(self._synth, channel, kind)
                fluid.fluid_synth_bank_select(self._synth, channel, bank)
                fluid.fluid_synth_program_change(
                    self._synth, channel, min(max(track.program, 0), 127)
                )
        except AntiphonError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the synthesizer."""
        if self._synth is not None:
            self._fluid.delete_fluid_synth(self._synth)
        if self._settings is not None:
            self._fluid.delete_fluid_settings(self._settings)
        self._synth = self._settings = None

    def take(self, events: Events, instead_from: int | None = None) -> None:
        """Take events to come, in order, by blocks from the beginning.

        Args:
            events: behind, or among, those that were taken.
            instead_from: block from which on they replace what was taken before.
        """
        rows = self._rows
        if instead_from is not None:
            rows = [row for row in rows if row[0] < instead_from]
        self._rows = sorted([*rows, *events.tolist()], key=lambda row: row[:2])

    def play(self, n_blocks: int) -> Audio:
        """Return the sound that follows, (tracks, 2, frames) float32, dry."""
        chunk = np.zeros((self._n_tracks, 2, n_blocks * BLOCK), np.float32)
        places = np.arange(2 * self._n_tracks, dtype=np.uint64) * chunk.strides[1]
        outputs = chunk.ctypes.data + places
        start, stop, following = self._here, self._here + n_blocks, 0
        while self._here < stop:
            while following < len(self._rows) and self._rows[following][0] <= self._here:
                _send(self._fluid, self._synth, self._rows[following])
                following += 1
            until = min(stop, self._rows[following][0]) if following < len(self._rows) else stop
            at = outputs + np.uint64((self._here - start) * BLOCK * chunk.itemsize)
            n_frames = (until - self._here) * BLOCK
            self._fluid.fluid_synth_process(self._synth, n_frames, 0, None, len(at), at.ctypes.data)
            self._here = until
        del self._rows[:following]
        return chunk


def _configure(fluid: ctypes.CDLL, settings: int, n_tracks: int) -> None:
    whole = {
        "synth.midi-channels": 16 * -(-n_tracks // 16),
        "synth.audio-channels": n_tracks,
        "synth.audio-groups": n_tracks,
        "synth.polyphony": MAX_VOICES,
        "synth.reverb.active": 0,
        "synth.chorus.active": 0,
        "synth.dynamic-sample-loading": 1,  # only the instruments that play
        "synth.threadsafe-api": 0,
    }
    for name, value in whole.items():
        fluid.fluid_settings_setint(settings, name.encode(), value)
    fluid.fluid_settings_setnum(settings, b"synth.sample-rate", float(RATE_HZ))


def _send(fluid: ctypes.CDLL, synth: int | None, event: tuple[int, int, int, int, int]) -> None:
    _, kind, channel, number, value = event
    if kind == ON:
        fluid.fluid_synth_noteon(synth, channel, number, value)
    elif kind == OFF:
        fluid.fluid_synth_noteoff(synth, channel, number)
    elif number == BEND:
        fluid.fluid_synth_pitch_bend(synth, channel, value + 8192)
    else:
        fluid.fluid_synth_cc(synth, channel, number, value)
