"""Mending: bars put together and moved to other chords, from a step on, by no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from antiphon.music.chords import Chord, parse_progression
from antiphon.music.keys import Key
from antiphon.music.piece import (
    ChordSpan,
    KeyMark,
    Notes,
    Piece,
    Track,
    in_order,
    notes_of,
    together,
    without_doubles,
)


def rechorded(bars: Piece, chords: Sequence[ChordSpan], key: Key | None = None) -> Piece:
    """Return bars with other chords: tones of the old ones become tones of the new ones.

    Notes move as little as they can, but that the bass plays the new chord's bass; what is held
    into another chord and does not belong to it is struck again.

    Args:
        bars: with chords.
        chords: those that are to sound; of two that lie over each other the later one counts.
        key: that the bars are in from now on; their own when left out.
    """
    here = bars.keys[0].key if bars.keys else Key(0)
    key = key or here
    end = int(bars.bar_starts()[-1])
    new = laid(chords, end)
    edges = sorted({0, end, *(s.onset for s in bars.chords), *(s.onset for s in new)})
    tracks = list(bars.tracks)
    for begin, stop in pairwise(edges):
        old, to = chord_at(bars.chords, begin), chord_at(new, begin)
        if to is not None and (old != to or key != here):
            tracks = [_moved(track, begin, stop, old, to, key) for track in tracks]
    return replace(bars, tracks=tracks, chords=new, keys=[KeyMark(0, key)])


def chord_at(spans: Sequence[ChordSpan], step: int) -> Chord | None:
    """Return the chord that sounds at a step."""
    return next((s.chord for s in spans if s.onset <= step < s.onset + s.duration), None)


def laid(spans: Sequence[ChordSpan], end: int) -> list[ChordSpan]:
    """Return chords laid one over the other up to a step: the later one counts where two lie."""
    edges = sorted({0, *(s.onset for s in spans), *(s.onset + s.duration for s in spans)})
    found: list[ChordSpan] = []
    for begin, stop in pairwise(edges):
        over = [s for s in spans if s.onset <= begin < s.onset + s.duration]
        if not over or begin >= end:
            continue
        if found and found[-1].chord == over[-1].chord and _stop(found[-1]) == begin:
            found[-1] = replace(found[-1], duration=min(stop, end) - found[-1].onset)
        else:
            found.append(ChordSpan(begin, min(stop, end) - begin, over[-1].chord))
    return found


def _stop(span: ChordSpan) -> int:
    return span.onset + span.duration


def _moved(track: Track, begin: int, stop: int, old: Chord | None, to: Chord, key: Key) -> Track:
    """Return a part in which what sounds in a stretch of steps sounds in another chord."""
    if track.is_drum or not len(track.notes):
        return track
    move = _moves(old, to, key.scale, track.role == "bass")
    notes = track.notes
    inside = (notes["onset"] >= begin) & (notes["onset"] < stop)
    held = (notes["onset"] < begin) & (notes["onset"] + notes["duration"] > begin)
    held &= move[notes["pitch"] % 12] != 0
    out, again = _split(notes, held, begin)
    here = together([out[inside], again])
    here["pitch"] += move[here["pitch"] % 12]
    return replace(track, notes=without_doubles(in_order(together([out[~inside], here]))))


def _split(notes: Notes, which: NDArray[np.bool_], step: int) -> tuple[Notes, Notes]:
    """Return notes of which some end at a step, and those that go on from there."""
    before, after = notes.copy(), notes[which].copy()
    after["duration"] -= step - after["onset"]
    after["onset"] = step
    before["duration"][which] = step - before["onset"][which]
    return before, after


@lru_cache(maxsize=256)
def _moves(
    old: Chord | None, to: Chord, scale: tuple[int, ...], is_bass: bool
) -> NDArray[np.int16]:
    """Return (12,) by how many semitones each pitch class moves from one chord to another.

    The old chord's tones share the new one's among them, so that none is left out; what is beside
    the scale now, or a semitone above a tone of the chord, goes to the nearest tone.
    """
    tones = sorted(to.pitch_classes)
    moves = np.array(
        [0 if place in scale and (place - 1) % 12 not in tones else _way(place, tones)
         for place in range(12)],
        np.int16,
    )  # fmt: skip
    if old is not None:
        had = sorted(old.pitch_classes)
        doubled = (tones * len(had))[: max(len(had), len(tones))]
        shared = min(
            permutations(doubled, len(had)),
            key=lambda got: sum(abs(_way(a, [b])) for a, b in zip(had, got, strict=True)),
        )
        for place, tone in zip(had, shared, strict=True):
            moves[place] = _way(place, [tone])
        if is_bass:
            moves[old.bass_pitch_class] = _way(old.bass_pitch_class, [to.bass_pitch_class])
    return moves


def _way(place: int, targets: Sequence[int]) -> int:
    """Return the semitones from a pitch class to the nearest of some."""
    ways = ((target - place + 6) % 12 - 6 for target in targets)
    return min(ways, key=lambda way: (abs(way), way))


def joined(before: Piece, after: Piece, at: int | None = None) -> Piece:
    """Return music with bars put after it, of the same parts.

    Args:
        before: the music.
        after: the bars.
        at: its first step that they replace; its end when left out.
    """
    end = int(before.bar_starts()[-1]) if at is None else at
    tracks = []
    for here, there in zip(before.tracks, after.tracks, strict=True):
        later = there.notes.copy()
        later["onset"] += end
        kept = here.notes[here.notes["onset"] < end]
        tracks.append(replace(here, notes=in_order(together([kept, later]))))
    spans = [replace(span, onset=span.onset + end) for span in after.chords]
    n_bars = end // before.metres[0].steps(before.resolution) + after.n_bars
    return replace(
        before,
        tracks=tracks,
        chords=[*laid(before.chords, end), *spans],
        n_bars_asked=n_bars,
    )


def marked(bars: Piece, step: int) -> Piece:
    """Return bars in which some pitch begins at a step, where any sounds: what is held is struck.

    Chords are struck rather than the bass, the bass rather than others.
    """
    pitched = [track for track in bars.tracks if not track.is_drum]
    if any((track.notes["onset"] == step).any() for track in pitched):
        return bars
    order = ("chords", "bass", "counter", "melody")
    held = {t.role: (t.notes["onset"] < step) & (_ends(t.notes) > step) for t in pitched}
    role = next((role for role in order if role in held and held[role].any()), None)
    if role is None:
        return bars
    tracks = []
    for track in bars.tracks:
        if track.role == role:
            track = replace(track, notes=in_order(together(_split(track.notes, held[role], step))))
        tracks.append(track)
    return replace(bars, tracks=tracks)


def with_part(bars: Piece, role: str, notes: Notes) -> Piece:
    """Return bars in which a part plays notes, in steps from their beginning."""
    tracks = [replace(t, notes=notes) if t.role == role else t for t in bars.tracks]
    return replace(bars, tracks=tracks)


def without_part(bars: Piece, role: str) -> Piece:
    """Return bars in which a part is silent: somebody else plays it."""
    return with_part(bars, role, notes_of())


def louder(bars: Piece, by: int) -> Piece:
    """Return bars with velocities that much higher, within 1 to 127."""
    tracks = []
    for track in bars.tracks:
        notes = track.notes.copy()
        notes["velocity"] = np.clip(notes["velocity"] + by, 1, 127)
        tracks.append(replace(track, notes=notes))
    return replace(bars, tracks=tracks)


def progression_in(bars: Piece, chords: str, number: int) -> list[ChordSpan]:
    """Return the chords that a progression, repeated from the first bar on, has in bars.

    Args:
        bars: with a key.
        chords: as plans write them.
        number: how many bars were before them.
    """
    progression = parse_progression(chords, bars.keys[0].key if bars.keys else None)
    starts, n_beats = bars.bar_starts(), bars.metres[0].n_beats
    spans = []
    for place in range(bars.n_bars):
        bar = progression[(number + place) % len(progression)]
        begin, length = int(starts[place]), int(starts[place + 1] - starts[place])
        firsts = [-(-index * n_beats // len(bar)) for index in range(len(bar) + 1)]
        for chord, first, last in zip(bar, firsts[:-1], firsts[1:], strict=True):
            onset = begin + first * length // n_beats
            spans.append(ChordSpan(onset, begin + last * length // n_beats - onset, chord))
    return [span for span in spans if span.duration > 0]


def spliced(before: Piece, after: Piece, step: int) -> tuple[Piece, list[tuple[int, int]]]:
    """Return bars that sound one way up to a step and another way from there on.

    What both hold over the step rings on; what only the one holds ends there, what only the
    other holds is struck there.

    Args:
        before, after: the same bars.
        step: in them.

    Returns:
        The bars, and the index of the track and pitch of each note that ends at the step early.
    """
    tracks, ends = [], []
    for index, (old, new) in enumerate(zip(before.tracks, after.tracks, strict=True)):
        kept = old.notes[old.notes["onset"] < step].copy()
        later = new.notes[new.notes["onset"] >= step]
        over = new.notes[(new.notes["onset"] < step) & (_ends(new.notes) > step)].copy()
        holds = {int(note["pitch"]): int(_ends(note)) for note in over}
        rings = set()
        for row in np.flatnonzero(_ends(kept) > step):
            pitch = int(kept["pitch"][row])
            if pitch in holds:
                rings.add(pitch)
            else:
                ends.append((index, pitch))
            kept["duration"][row] = holds.get(pitch, step) - kept["onset"][row]
        over = over[[int(pitch) not in rings for pitch in over["pitch"]]]
        over["duration"] -= step - over["onset"]
        over["onset"] = step
        tracks.append(replace(new, notes=without_doubles(in_order(together([kept, over, later])))))
    chords = [*laid(before.chords, step), *_from(after.chords, step)]
    return replace(after, tracks=tracks, chords=chords), ends


def _ends(notes: Notes) -> NDArray[np.int64]:
    out: NDArray[np.int64] = notes["onset"].astype(np.int64) + notes["duration"]
    return out


def _from(spans: Sequence[ChordSpan], step: int) -> list[ChordSpan]:
    """Return the chords that sound from a step on."""
    return [
        replace(s, onset=max(s.onset, step), duration=_stop(s) - max(s.onset, step))
        for s in spans
        if _stop(s) > step
    ]
