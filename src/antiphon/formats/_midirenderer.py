"""The stand-in where there is no FluidSynth (Windows): midirenderer, which reads .sf2 only.

It takes a MIDI file and gives a WAV file, so each track is played by itself, on ticks that
are exactly one block long, without its own reverb.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.formats._schedule import BEND, BLOCK, OFF, ON, RATE_HZ, Events
from antiphon.music.piece import Track

Audio = NDArray[np.float32]

_TICKS = 1000  # in a quarter note of the file; one is one block
_DRUM_CHANNEL = 9
_REVERB, _CHORUS = 91, 93


def is_there() -> bool:
    """Whether it is installed."""
    return importlib.util.find_spec("midirenderer") is not None


def play(
    events: Events, tracks: Sequence[Track], soundfont: Path, n_blocks: int, chunk_blocks: int
) -> Iterator[Audio]:
    """Yield the sound, chunk by chunk: (tracks, 2, frames) float32, dry. See `_synth.play`.

    Raises:
        AntiphonError: it does not take the soundfont.
    """
    import midirenderer
    from scipy.signal import resample_poly

    content = soundfont.read_bytes()
    whole = np.zeros((len(tracks), 2, n_blocks * BLOCK), np.float32)
    for index, track in enumerate(tracks):
        mine = events[events["track"] == index]
        if not (mine["kind"] == ON).any():
            continue
        try:
            file = midirenderer.render_wave_from(content, _midi(mine, track, n_blocks))
        except (RuntimeError, ValueError):
            raise AntiphonError(f"midirenderer cannot load the soundfont {soundfont}.") from None
        sound, rate_hz = soundfile.read(io.BytesIO(file), dtype="float32", always_2d=True)
        if rate_hz != RATE_HZ:
            sound = resample_poly(sound, RATE_HZ, rate_hz).astype(np.float32)
        sound = sound[: whole.shape[2]]
        whole[index, :, : len(sound)] = sound.T
    for start in range(0, whole.shape[2], chunk_blocks * BLOCK):
        yield whole[:, :, start : start + chunk_blocks * BLOCK]


def _midi(events: Events, track: Track, n_blocks: int) -> bytes:
    """Return a MIDI file of one track."""
    channel = _DRUM_CHANNEL if track.is_drum else 0
    file = mido.MidiFile(ticks_per_beat=_TICKS)
    out = mido.MidiTrack()
    file.tracks.append(out)
    quarter_us = round(_TICKS * BLOCK / RATE_HZ * 1e6)
    out.append(mido.MetaMessage("set_tempo", tempo=quarter_us))
    for number in (_REVERB, _CHORUS):
        out.append(mido.Message("control_change", channel=channel, control=number, value=0))
    program = min(max(track.program, 0), 127)
    out.append(mido.Message("program_change", channel=channel, program=program))
    now = 0
    for block, kind, _, number, value in events.tolist():
        if block >= n_blocks:
            break
        message = _message(kind, number, value, channel)
        if message is not None:
            out.append(message.copy(time=block - now))
            now = block
    out.append(mido.MetaMessage("end_of_track", time=n_blocks - now))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def _message(kind: int, number: int, value: int, channel: int) -> mido.Message | None:
    """Return an event as MIDI; None for a reverb or chorus controller: the desk has its own."""
    if kind == ON:
        return mido.Message("note_on", channel=channel, note=number, velocity=value)
    if kind == OFF:
        return mido.Message("note_off", channel=channel, note=number)
    if number == BEND:
        return mido.Message("pitchwheel", channel=channel, pitch=value)
    if number in (_REVERB, _CHORUS):
        return None
    return mido.Message("control_change", channel=channel, control=number, value=value)
