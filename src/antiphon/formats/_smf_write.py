"""Bytes of a Standard MIDI File, format 1: a conductor's track, then one a part.

Written here and not by a library: symusic leaves out texts and ends tracks at their last
note, mido takes seconds for a hundred pieces.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

import numpy as np

from antiphon.music.piece import Notes, Track

_DRUM_CHANNEL = 9
_MELODIC = tuple(c for c in range(16) if c != _DRUM_CHANNEL)

# what comes first when events share a tick
_META, _PROGRAM, _OFF, _CONTROL, _LYRIC, _ON = range(6)
# of a track whose notes belong to the track before; 7D is nobody's manufacturer number
CONTINUES = b"\x7dantiphon continues"
Event = tuple[int, int, int, bytes]  # tick, order, pitch or number, bytes
_PLACE = itemgetter(0, 1, 2)


def file(chunks: list[bytes], ticks_per_quarter: int) -> bytes:
    """Return a whole file of track chunks."""
    header = b"MThd" + (6).to_bytes(4, "big") + (1).to_bytes(2, "big")
    header += len(chunks).to_bytes(2, "big") + ticks_per_quarter.to_bytes(2, "big")
    return header + b"".join(chunks)


def chunk(events: list[Event], end: int) -> bytes:
    """Return a track chunk; its end lies at `end` ticks or after the last event."""
    events.sort(key=_PLACE)
    out = bytearray()
    now = 0
    for tick, _, _, message in events:
        delta = tick - now
        if delta < 128:
            out.append(delta)
        else:
            out += quantity(delta)
        out += message
        now = tick
    out += quantity(max(end - now, 0)) + b"\xff\x2f\x00"
    return b"MTrk" + len(out).to_bytes(4, "big") + bytes(out)


def quantity(value: int) -> bytes:
    """Return a variable-length number: seven bits a byte, the highest first."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def meta(kind: int, data: bytes | str, tick: int = 0) -> Event:
    """Return a meta event."""
    data = data.encode() if isinstance(data, str) else data
    return tick, _META, kind, bytes((0xFF, kind)) + quantity(len(data)) + data


def channels(tracks: list[Track]) -> list[int]:
    """Return a channel for each track: drums on the tenth, equal programs together at need."""
    free = list(_MELODIC)
    by_program: dict[int, int] = {}
    chosen = []
    for index, track in enumerate(tracks):
        if track.is_drum:
            chosen.append(_DRUM_CHANNEL)
            continue
        if free:
            channel = free.pop(0)
        else:
            channel = by_program.get(track.program, _MELODIC[index % len(_MELODIC)])
        by_program.setdefault(track.program, channel)
        chosen.append(channel)
    return chosen


def parts(tracks: list[Track], scale: int) -> list[list[Event]]:
    """Return the events of each track, and of further ones for notes that overlap their equals.

    Notes of a pitch that overlap cannot be told apart on one channel: those of a track that do
    follow it as tracks of its name, marked as `CONTINUES`, with a channel of their own while
    there is one.

    Args:
        tracks: the tracks.
        scale: ticks a step.
    """
    taken = channels(tracks)
    spare = [channel for channel in _MELODIC if channel not in taken]
    found = []
    for track, channel in zip(tracks, taken, strict=True):
        first, *more = layers(track.notes)
        found.append(part(track, first, channel, scale))
        for notes in more:
            own = spare.pop(0) if spare and not track.is_drum else channel
            silent = replace(
                track, lyrics=[], controls=track.controls[: None if own != channel else 0]
            )
            found.append([meta(0x7F, CONTINUES), *part(silent, notes, own, scale)])
    return found


def part(track: Track, notes: Notes, channel: int, scale: int) -> list[Event]:
    """Return a track's events.

    Args:
        track: the track.
        notes: those of its notes that are written, without overlaps.
        channel: 0–15.
        scale: ticks a step.
    """
    events = [meta(0x03, track.name)]
    program = min(max(track.program, 0), 127)
    events.append((0, _PROGRAM, 0, bytes((0xC0 | channel, program))))
    events += [(max(t.onset, 0) * scale, _LYRIC, 0, meta(0x05, t.text)[3]) for t in track.lyrics]
    for tick, number, value in track.controls.tolist():
        if number == 128:
            bend = min(max(value + 8192, 0), 16383)
            message = bytes((0xE0 | channel, bend & 0x7F, bend >> 7))
        elif 0 <= number < 128:
            message = bytes((0xB0 | channel, number, min(max(value, 0), 127)))
        else:
            continue
        events.append((max(tick, 0) * scale, _CONTROL, number, message))
    on, off = 0x90 | channel, 0x80 | channel
    for onset, duration, pitch, velocity in notes.tolist():
        events.append((onset * scale, _ON, pitch, bytes((on, pitch, velocity))))
        stop = (onset + duration) * scale
        events.append((stop, _OFF, pitch, bytes((off, pitch, 64))))
    return events


def layers(notes: Notes) -> list[Notes]:
    """Return notes that a sampler can play in as many groups as it takes for none to overlap.

    Nearly always one; of notes of a pitch that overlap each goes to the first group in which
    those before it have ended. Of several with equal onset and pitch the longest stays; every
    note lasts a step at least, pitches are 0–127 and velocities 1–127.
    """
    notes = notes[(notes["pitch"] >= 0) & (notes["pitch"] < 128) & (notes["onset"] >= 0)]
    notes = notes[np.lexsort((-notes["duration"], notes["onset"], notes["pitch"]))]
    notes["velocity"] = np.clip(notes["velocity"], 1, 127)
    notes["duration"] = np.maximum(notes["duration"], 1)
    same_pitch, gap = np.diff(notes["pitch"]) == 0, np.diff(notes["onset"])
    notes = notes[np.append(True, ~(same_pitch & (gap == 0)))[: len(notes)]]
    same_pitch, gap = np.diff(notes["pitch"]) == 0, np.diff(notes["onset"])
    overlaps = same_pitch & (notes["duration"][:-1] > gap)
    if not overlaps.any():
        return [notes]
    group = np.zeros(len(notes), np.int64)
    for pitch in np.unique(notes["pitch"][1:][overlaps]):
        ends: list[int] = []  # of the last note of each group
        for place in np.flatnonzero(notes["pitch"] == pitch).tolist():
            onset, duration = int(notes["onset"][place]), int(notes["duration"][place])
            free = next((g for g, end in enumerate(ends) if end <= onset), len(ends))
            ends[free : free + 1] = [onset + duration]
            group[place] = free
    return [notes[group == number] for number in range(int(group.max()) + 1)]
