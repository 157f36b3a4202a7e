"""A Standard MIDI File reader that saves what can be saved.

Slower than symusic, and for the files that it refuses or would lose notes of: truncated,
SMPTE time, RMID, garbage between chunks, wrong chunk lengths, notes never switched off.
Whatever was understood before the damage is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from antiphon.errors import AntiphonError
from antiphon.formats._files import MAX_NOTES
from antiphon.formats._smf_write import CONTINUES

PITCH_BEND = 128
_DRUM_CHANNEL = 9
_MAX_TICK = 2**31 - 1
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


@dataclass
class Part:
    """What one channel plays with one program in one chunk. Times in ticks."""

    chunk: int
    channel: int
    program: int
    is_struck: bool = False
    notes: list[tuple[int, int, int, int]] = field(default_factory=list)
    controls: list[tuple[int, int, int]] = field(default_factory=list)
    lyrics: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class MidiFile:
    """A file's events, sorted by kind. Times in ticks."""

    ticks_per_quarter: int = 480
    is_smpte: bool = False
    smpte_bpm: float = 120.0
    parts: list[Part] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # chunk -> track name
    tempos: list[tuple[int, int]] = field(default_factory=list)  # microseconds a quarter
    metres: list[tuple[int, int, int]] = field(default_factory=list)
    keys: list[tuple[int, int, int]] = field(default_factory=list)  # fifths, minor
    markers: list[tuple[int, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # at the very beginning
    n_notes: int = 0
    end: int = 0


def parse(content: bytes) -> MidiFile:
    """Read the bytes of a MIDI file.

    Raises:
        AntiphonError: there is no MIDI header, or more notes or ticks than are read.
    """
    begin = content.find(b"MThd")
    if begin < 0 or (begin > 0 and content[:4] != b"RIFF") or len(content) < begin + 14:
        raise AntiphonError("it has no MIDI header")
    midi = MidiFile()
    _division(midi, int.from_bytes(content[begin + 12 : begin + 14], "big"))
    at = begin + 8 + max(6, int.from_bytes(content[begin + 4 : begin + 8], "big") & 0xFF)
    chunk = 0
    while (at := content.find(b"MTrk", at)) >= 0:
        length = int.from_bytes(content[at + 4 : at + 8], "big")
        stop = min(at + 8 + length, len(content))
        at = _Chunk(midi, content, chunk).read(at + 8, stop)
        chunk += 1
    return midi


def _division(midi: MidiFile, division: int) -> None:
    if division & 0x8000:
        frames = 256 - (division >> 8)
        per_second = (29.97 if frames == 29 else frames) * max(1, division & 0xFF)
        midi.ticks_per_quarter = max(1, round(per_second / 2))
        midi.is_smpte = True
        midi.smpte_bpm = 60 * per_second / midi.ticks_per_quarter
    elif division:
        midi.ticks_per_quarter = division


class _Chunk:
    """Reads one track chunk into a `MidiFile`."""

    def __init__(self, midi: MidiFile, content: bytes, index: int) -> None:
        self.midi = midi
        self.content = content
        self.index = index
        self.programs = [0] * 16
        self.parts: dict[tuple[int, int], Part] = {}
        self.struck: defaultdict[int, list[tuple[int, int, Part]]] = defaultdict(list)
        # tick, and how many were struck before it
        self.released: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.lyrics: list[tuple[int, str]] = []
        self.tick = 0
        self.continues = False  # the notes belong to the track before

    def read(self, at: int, stop: int) -> int:
        """Read events from `at` up to `stop`; return where reading ended."""
        content, status = self.content, 0
        try:
            while at < stop:
                delta, at = self._quantity(at)
                self.tick += delta
                if self.tick > _MAX_TICK:
                    raise AntiphonError("its times are beyond all bounds")
                byte = content[at]
                if byte >= 0xF0:
                    at, ended = self._meta_or_sysex(byte, at + 1, stop)
                    if ended:
                        break
                    continue
                if byte >= 0x80:
                    status = byte
                    at += 1
                elif not status:
                    break  # data without a status: the rest cannot be told apart
                n_data = _DATA_BYTES[status >> 4]
                first = content[at] & 0x7F
                second = content[at + 1] & 0x7F if n_data == 2 else 0
                self._channel_event(status, first, second)
                at += n_data
        except IndexError:
            at = len(content)  # truncated
        self._close()
        return at

    def _quantity(self, at: int) -> tuple[int, int]:
        """Return a variable-length number and where it ends."""
        byte = self.content[at]
        value = byte & 0x7F
        while byte & 0x80:
            at += 1
            byte = self.content[at]
            value = value << 7 | byte & 0x7F
            if value > _MAX_TICK:
                raise AntiphonError("its times are beyond all bounds")
        return value, at + 1

    def _part(self, channel: int) -> Part:
        key = channel, self.programs[channel]
        part = self.parts.get(key)
        if part is None:
            part = self.parts[key] = Part(self.index, *key)
        return part

    def _channel_event(self, status: int, first: int, second: int) -> None:
        kind, channel = status >> 4, status & 0xF
        if kind == 0x9 and second:
            self.midi.n_notes += 1
            if self.midi.n_notes > MAX_NOTES:
                raise AntiphonError(f"it holds more than {MAX_NOTES:,} notes")
            part = self._part(channel)
            part.is_struck = True
            self.struck[channel << 7 | first].append((self.tick, second, part))
        elif kind in (0x8, 0x9):
            key = channel << 7 | first
            n_struck = len(self.struck.get(key, ()))
            if len(self.released[key]) < n_struck:  # else nothing sounds
                self.released[key].append((self.tick, n_struck))
        elif kind == 0xB:
            self._part(channel).controls.append((self.tick, first, second))
        elif kind == 0xC:
            self._change_program(channel, first)
        elif kind == 0xE:
            bend = (second << 7 | first) - 8192
            self._part(channel).controls.append((self.tick, PITCH_BEND, bend))

    def _change_program(self, channel: int, program: int) -> None:
        """Change it; what was set before any note of the program before is the new one's."""
        before = self.parts.get((channel, self.programs[channel]))
        self.programs[channel] = program
        if before is not None and not before.is_struck and before.program != program:
            self._part(channel).controls += before.controls
            before.controls = []

    def _meta_or_sysex(self, byte: int, at: int, stop: int) -> tuple[int, bool]:
        """Read what is no channel event; return where it ends and whether the track does."""
        if byte not in (0xFF, 0xF0, 0xF7):
            return at, False  # a system message that has no place in a file
        kind = -1
        if byte == 0xFF:
            kind = self.content[at]
            at += 1
        length, at = self._quantity(at)
        if at + length > stop:
            raise IndexError
        if kind == 0x2F:
            return at, True
        self._meta(kind, self.content[at : at + length])
        return at + length, False

    def _meta(self, kind: int, data: bytes) -> None:
        midi, tick = self.midi, self.tick
        if kind == 0x03 and self.index not in midi.names:
            midi.names[self.index] = decoded(data)
        elif kind in (0x01, 0x02) and not tick and not self.index:
            midi.texts.append(decoded(data))
        elif kind == 0x7F and data == CONTINUES:
            self.continues = True
        elif kind == 0x05:
            self.lyrics.append((tick, decoded(data)))
        elif kind == 0x06:
            midi.markers.append((tick, decoded(data)))
        elif kind == 0x51 and len(data) >= 3:
            midi.tempos.append((tick, int.from_bytes(data[:3], "big")))
        elif kind == 0x58 and len(data) >= 2:
            midi.metres.append((tick, data[0], 1 << min(data[1], 15)))
        elif kind == 0x59 and len(data) >= 2:
            fifths = data[0] - 256 if data[0] > 127 else data[0]
            midi.keys.append((tick, fifths, data[1]))

    def _close(self) -> None:
        """Give notes their ends: what was struck first is released first.

        Where a key is released less often than struck, that would lengthen every note from the
        first that is never released on: there a release ends all that sounds, and what
        still sounds at the end lasts to the next equal note, or a bar.
        """
        longest = 4 * self.midi.ticks_per_quarter
        for key, struck in self.struck.items():
            ends = _ends(len(struck), self.released[key])
            followers = [*(onset for onset, _, _ in struck[1:]), self.tick]
            for (onset, velocity, part), end, following in zip(
                struck, ends, followers, strict=True
            ):
                duration = min(max(following - onset, 0), longest) or longest // 4
                if end is not None:
                    duration = end - onset
                part.notes.append((onset, duration, key & 0x7F, velocity))
        self.midi.end = max(self.midi.end, self.tick)
        parts = list(self.parts.values())
        if self.continues and self.midi.parts:
            for part in parts:
                self.midi.parts[-1].notes += part.notes
            return
        if self.lyrics:
            if not parts:
                parts = [Part(self.index, 0, 0)]
            singer = next((p for p in parts if p.notes), parts[0])
            singer.lyrics = self.lyrics
        self.midi.parts += parts


def _ends(n_notes: int, released: list[tuple[int, int]]) -> list[int | None]:
    """Return when each note of a key ends; None where it is never released."""
    if len(released) == n_notes:
        return [tick for tick, _ in released]
    ends: list[int | None] = []
    for tick, n_struck in released:
        ends += [tick] * (n_struck - len(ends))
    return ends + [None] * (n_notes - len(ends))


def is_drums(part: Part) -> bool:
    """Whether a part plays on General MIDI's drum channel."""
    return part.channel == _DRUM_CHANNEL


def decoded(data: bytes) -> str:
    """Return a text of unknown encoding without control signs."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return "".join(c for c in text if c.isprintable()).strip()
