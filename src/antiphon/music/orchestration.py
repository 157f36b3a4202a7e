"""Orchestration: a part given to another instrument, within its range and in its manner.

What an instrument cannot reach is moved by octaves; a plucked or struck one repeats what a bowed
or blown one would hold; one that plays a single line plays the top of what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from antiphon.music.instruments import GM_NAMES, family
from antiphon.music.piece import Notes, Track, in_order, together, without_doubles

_STRIKE_AGAIN = 2  # quarters after which a plucked note is struck again
_DOUBLING = {
    48: 12,
    49: 12,
    61: 12,
}  # of many players: how far below they double


@dataclass(frozen=True)
class Instrument:
    """How an instrument plays.

    Attributes:
        low, high: MIDI pitches it reaches, both included.
        sustains: whether a note sounds as long as it is held.
        n_voices: notes that it can play at once.
    """

    low: int
    high: int
    sustains: bool = True
    n_voices: int = 16


_FAMILIES = {
    "piano": Instrument(21, 108, sustains=False),
    "chromatic-percussion": Instrument(48, 96, sustains=False, n_voices=4),
    "organ": Instrument(36, 96),
    "guitar": Instrument(40, 84, sustains=False, n_voices=6),
    "bass": Instrument(28, 60, sustains=False, n_voices=1),
    "strings": Instrument(28, 96, n_voices=2),
    "ensemble": Instrument(28, 96),
    "brass": Instrument(40, 82, n_voices=1),
    "reed": Instrument(49, 87, n_voices=1),
    "pipe": Instrument(60, 96, n_voices=1),
    "ethnic": Instrument(43, 88, sustains=False, n_voices=4),
}
_SINGLE = {
    "Violin": Instrument(55, 100, n_voices=2),
    "Viola": Instrument(48, 91, n_voices=2),
    "Cello": Instrument(36, 81, n_voices=2),
    "Contrabass": Instrument(28, 67, n_voices=1),
    "Pizzicato Strings": Instrument(28, 96, sustains=False),
    "Harp": Instrument(24, 103, sustains=False),
    "Trumpet": Instrument(54, 84, n_voices=1),
    "Trombone": Instrument(40, 72, n_voices=1),
    "Tuba": Instrument(26, 58, n_voices=1),
    "French Horn": Instrument(41, 77, n_voices=1),
    "Brass Section": Instrument(36, 84),
    "Soprano Sax": Instrument(56, 87, n_voices=1),
    "Alto Sax": Instrument(49, 80, n_voices=1),
    "Tenor Sax": Instrument(44, 75, n_voices=1),
    "Baritone Sax": Instrument(36, 68, n_voices=1),
    "Oboe": Instrument(58, 91, n_voices=1),
    "Bassoon": Instrument(34, 72, n_voices=1),
    "Clarinet": Instrument(50, 91, n_voices=1),
    "Piccolo": Instrument(74, 108, n_voices=1),
    "Fiddle": Instrument(55, 88, n_voices=2),
    "Bagpipe": Instrument(55, 84, n_voices=1),
}
_ANY = Instrument(0, 127)


def instrument(program: int) -> Instrument:
    """Return how the instrument of a General MIDI program (0–127) plays."""
    return _SINGLE.get(GM_NAMES[program], _FAMILIES.get(family(program), _ANY))


def played_by(track: Track, program: int, resolution: int) -> Track:
    """Return a track as another instrument plays it; drums change their kit only.

    Args:
        track: any track.
        program: General MIDI program, 0–127.
        resolution: steps of a quarter.
    """
    if track.is_drum:
        return replace(track, program=program)
    before, now = instrument(track.program), instrument(program)
    notes = within(track.notes, now)
    notes = top_voices(notes, now.n_voices)
    if before.sustains and not now.sustains:
        notes = struck_again(notes, _STRIKE_AGAIN * resolution)
    if program in _DOUBLING and program != track.program:
        low = notes.copy()
        low["pitch"] -= _DOUBLING[program]
        notes = without_doubles(in_order(together([notes, low[low["pitch"] >= now.low]])))
    return replace(track, program=program, notes=notes)


def within(notes: Notes, player: Instrument) -> Notes:
    """Return notes in an instrument's range: all by octaves if that helps, then single ones."""
    if not len(notes):
        return notes
    shifts = np.array([0, 12, -12, 24, -24])
    outside = [
        int(((notes["pitch"] + s < player.low) | (notes["pitch"] + s > player.high)).sum())
        for s in shifts
    ]
    pitch = notes["pitch"].astype(np.int64) + shifts[int(np.argmin(outside))]
    pitch += 12 * np.maximum(-(-(player.low - pitch) // 12), 0)
    pitch -= 12 * np.maximum(-(-(pitch - player.high) // 12), 0)
    out = notes.copy()
    out["pitch"] = pitch
    return without_doubles(in_order(out))


def top_voices(notes: Notes, n_voices: int) -> Notes:
    """Return of notes that begin together the highest ones; of a single line none overlap.

    Args:
        notes: in order.
        n_voices: how many may begin together.
    """
    if not len(notes):
        return notes
    _, first, counts = np.unique(notes["onset"], return_index=True, return_counts=True)
    rank = np.repeat(first + counts, counts) - np.arange(len(notes))  # 1 is the highest
    out = notes[rank <= n_voices].copy()
    if n_voices == 1:
        room = np.diff(out["onset"].astype(np.int64))
        out["duration"][:-1] = np.minimum(out["duration"][:-1], room)
    return out


def struck_again(notes: Notes, every: int) -> Notes:
    """Return notes of which those held longer than `every` steps are repeated at that distance."""
    many = [notes]
    while len(long := many[-1][many[-1]["duration"] > every]):
        rest = long.copy()
        rest["onset"] += every
        rest["duration"] -= every
        many[-1] = many[-1].copy()
        many[-1]["duration"] = np.minimum(many[-1]["duration"], every)
        many.append(rest)
    return without_doubles(in_order(together(many)))
