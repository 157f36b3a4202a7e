"""A piece laid out as a score: staves with clefs, voices, written symbols for every bar."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from antiphon.formats._notation import Symbol, measures
from antiphon.formats._quantise import (
    BEAT,
    Bar,
    Event,
    Head,
    bars_of,
    hands,
    heads_of,
    voices,
)
from antiphon.music.instruments import GM_NAMES
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import RESOLUTION, KeyMark, Piece, Track

Clef = tuple[str, int, int]  # sign, line, octaves up or down
_TREBLE, _TREBLE_8VA = ("G", 2, 0), ("G", 2, 1)
_BASS, _BASS_8VB = ("F", 4, 0), ("F", 4, -1)
_PERCUSSION = ("percussion", 2, 0)
_KEYBOARDS = {*range(8), *range(8, 14), *range(16, 24), 46}
_DRUM_FEET = {35, 36, 44}  # kicks and the hi-hat's pedal: stems down


@dataclass
class Staff:
    """`voices[v][b]` holds the symbols of bar b in voice v."""

    clef: Clef
    voices: list[list[list[Symbol]]]


@dataclass
class Part:
    """One player: a name, one staff or two, syllables by (quantised) onset."""

    name: str
    track: Track
    staves: list[Staff]
    lyrics: dict[int, str] = field(default_factory=dict)


@dataclass
class Score:
    """Everything a score shows. Times in steps of `RESOLUTION`."""

    piece: Piece
    bars: list[Bar]
    parts: list[Part]
    keys: list[KeyMark]

    def key_at(self, step: int) -> Key:
        """Return the key in force; C where none is known."""
        before = [mark for mark in self.keys if mark.onset <= step]
        return before[-1].key if before else (self.keys[0].key if self.keys else Key(0))


def laid_out(piece: Piece) -> Score:
    """Return the score of a piece."""
    piece = piece.on_grid(RESOLUTION)
    bars = bars_of(piece)
    tracks = piece.tracks or [Track("Music")]
    parts = [_part(track, bars) for track in tracks]
    return Score(piece, bars, parts, _keys(piece, bars))


def _keys(piece: Piece, bars: list[Bar]) -> list[KeyMark]:
    """Return the keys, moved to bar lines; estimated from the notes where none is given."""
    if piece.keys:
        starts = np.array([bar.start for bar in bars])
        marks: dict[int, Key] = {}
        for mark in sorted(piece.keys, key=lambda k: k.onset):
            nearest = int(starts[np.abs(starts - mark.onset).argmin()])
            marks[nearest if marks else 0] = mark.key
        return [KeyMark(onset, key) for onset, key in marks.items()]
    histogram = np.zeros(12)
    for track in piece.tracks:
        if not track.is_drum:
            np.add.at(histogram, track.notes["pitch"] % 12, track.notes["duration"])
    return [KeyMark(0, estimate_key(histogram) or Key(0))]


def _part(track: Track, bars: list[Bar]) -> Part:
    heads = heads_of(track, bars)
    name = track.name or ("Drums" if track.is_drum else GM_NAMES[track.program])
    if track.is_drum:
        staves = [Staff(_PERCUSSION, [measures(v, bars) for v in _drum_voices(heads, bars)])]
    elif _needs_two_staves(track, heads):
        right, left = hands(heads, bars)
        staves = [_staff(right, bars, _TREBLE), _staff(left, bars, _BASS)]
    else:
        staves = [_staff(heads, bars, _clef(track, heads))]
    return Part(name, track, staves, _lyrics(track, heads))


def _staff(heads: list[Head], bars: list[Bar], clef: Clef) -> Staff:
    return Staff(clef, [measures(events, bars) for events in voices(heads, bars)])


def _needs_two_staves(track: Track, heads: list[Head]) -> bool:
    if track.role == "bass" or track.program not in _KEYBOARDS or len(heads) < 2:
        return False
    pitches = np.array([head.pitch for head in heads])
    low, high = (pitches < 57).mean(), (pitches > 63).mean()
    return bool(low > 0.1 and high > 0.1) or (track.role == "chords" and low > 0.02)


def _clef(track: Track, heads: list[Head]) -> Clef:
    if not heads:
        return _TREBLE
    median = float(np.median([head.pitch for head in heads]))
    if median < 43 and (track.role == "bass" or 32 <= track.program < 40):
        return _BASS_8VB
    if median < 58:
        return _BASS
    return _TREBLE if median < 87 else _TREBLE_8VA


def _lyrics(track: Track, heads: list[Head]) -> dict[int, str]:
    """Return the syllables where their notes now begin."""
    now = {head.was: head.onset for head in heads}
    return {now[text.onset]: text.text for text in track.lyrics if text.onset in now}


def _drum_voices(heads: list[Head], bars: list[Bar]) -> list[list[Event]]:
    """Return hands and feet; a stroke is written up to the next one or to the next beat."""
    hit: tuple[defaultdict[int, list[Head]], defaultdict[int, list[Head]]] = (
        defaultdict(list),
        defaultdict(list),
    )
    for head in heads:
        hit[head.pitch in _DRUM_FEET][head.onset].append(head)
    starts = np.array([bar.start for bar in bars])
    found = []
    for strokes in hit:
        onsets = sorted(strokes)
        events = []
        for onset, following in zip(onsets, [*onsets[1:], bars[-1].end], strict=False):
            start = int(starts[max(int(np.searchsorted(starts, onset, "right")) - 1, 0)])
            next_beat = onset + BEAT - (onset - start) % BEAT
            end = min(following, next_beat)
            chord = sorted(strokes[onset], key=lambda h: h.pitch)
            events.append(Event(onset, end, tuple(replace(h, end=end) for h in chord)))
        if events:
            found.append(events)
    return found
