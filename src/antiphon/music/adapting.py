"""Adapting: bars that were made after one plan, changed at once to suit another, by no network.

What a band can do within a beat: play louder or softer, leave notes out or strike them again, go
up or down an octave, anticipate beats or fall on them, add sevenths or leave them, prefer the
sharp or the flat side of the key, move to another chord. The networks write the bars after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import Key
from antiphon.music.mending import chord_at, rechorded
from antiphon.music.moods import denser
from antiphon.music.piece import (
    ChordSpan,
    Notes,
    Piece,
    Tempo,
    Track,
    in_order,
    together,
    without_overlaps,
)
from antiphon.music.plan import SLIDERS, Plan
from antiphon.music.wishes import VELOCITY, key_in_mood, wanted_of

_MORE_NOTES = 1.2  # log of the factor of accompanying notes from the middle of the slider to an end
_FEWEST, _MOST = 0.3, 2.0  # factors of accompanying notes
_OCTAVE = 0.8  # of the slider, whose half moves the tune
_ENOUGH = 0.25  # of the slider, from which on a band does something else
_RELATIVE = 3
_SHARPER, _FLATTER = {5: 6}, {11: 10, 9: 8}  # degrees above the tonic
_SEVENTHS = (10, 11)


def adapted(bars: Piece, was: Plan, now: Plan, chords: Sequence[ChordSpan] = ()) -> Piece:
    """Return bars that were made after one plan as another one asks for them.

    Args:
        bars: with key, chords and roles.
        was: what they were made after.
        now: what is asked for.
        chords: that are to sound instead of theirs, where they lie.
    """
    up = {name: _at(now, name) - _at(was, name) for name in SLIDERS}
    key = bars.keys[0].key if bars.keys else Key(0)
    other = key_in_mood(now, key)
    spans = bars.chords if other == key else [_relative(span) for span in bars.chords]
    moved = rechorded(bars, [*spans, *chords], other)
    tracks = [_adapted(track, moved, up) for track in moved.tracks]
    return replace(moved, tracks=tracks, tempos=_tempos(bars, was, now))


def _at(plan: Plan, name: str) -> float:
    """Return how far up a slider is; the middle where nothing is asked for."""
    asked = wanted_of(plan, 1).get(name)
    return 0.5 if asked is None else float(asked[0])


def _adapted(track: Track, bars: Piece, up: dict[str, float]) -> Track:
    """Return a part as it is played with sliders moved up (or down) by so much."""
    notes, is_tune = track.notes.copy(), track.role in ("melody", "counter")
    if not track.is_drum:
        if track.role == "chords":
            notes = _coloured(notes, bars, up["tension"])
        if track.role != "bass":
            notes = _leaning(notes, bars, up["brightness"])
            notes = _against_beat(notes, bars, up["syncopation"])
    octaves = round(up["register"] / _OCTAVE)
    if octaves and is_tune:
        higher = notes["pitch"].astype(np.int64) + 12 * octaves
        notes["pitch"] = np.where((higher < 0) | (higher > 127), notes["pitch"], higher)
    louder = round(2 * VELOCITY * up["loudness"])
    notes["velocity"] = np.clip(notes["velocity"] + louder, 1, 127)
    factor = float(np.clip(np.exp(2 * _MORE_NOTES * up["density"]), _FEWEST, _MOST))
    lead = np.full(len(notes), is_tune)
    return replace(track, notes=denser(notes, lead, factor, bars.resolution))


def _coloured(notes: Notes, bars: Piece, more: float) -> Notes:
    """Return chords with sevenths above their roots, or without what is beyond the triad."""
    if abs(more) < _ENOUGH or not len(notes):
        return notes
    chords = [chord_at(bars.chords, int(onset)) for onset in notes["onset"]]
    above = np.array([_above(n, c) for n, c in zip(notes["pitch"], chords, strict=True)])
    if more < 0:
        pairs = zip(above.tolist(), chords, strict=True)
        beyond = [chord is not None and place in QUALITIES[chord.quality][3:]
                  for place, chord in pairs]  # fmt: skip
        return notes[~np.array(beyond)]
    scale = bars.keys[0].key.scale if bars.keys else Key(0).scale
    added = notes[(above == 0) & (notes["pitch"] < 128 - _SEVENTHS[1])].copy()
    major = np.isin((added["pitch"] + _SEVENTHS[1]) % 12, scale)
    added["pitch"] += np.where(major, _SEVENTHS[1], _SEVENTHS[0]).astype(added["pitch"].dtype)
    return without_overlaps(together([notes, added]))


def _above(pitch: int, chord: Chord | None) -> int:
    """Return how many semitones above the root a pitch lies; −1 where there is no chord."""
    return -1 if chord is None else int(pitch - chord.root) % 12


def _leaning(notes: Notes, bars: Piece, brighter: float) -> Notes:
    """Return notes of which those beside the chord lean to the sharp or the flat side."""
    if abs(brighter) < _ENOUGH or not len(notes):
        return notes
    tonic = bars.keys[0].key.tonic if bars.keys else 0
    moves = _SHARPER if brighter > 0 else _FLATTER
    out = notes.copy()
    for row, note in enumerate(notes):
        chord = chord_at(bars.chords, int(note["onset"]))
        degree = int(note["pitch"] - tonic) % 12
        if degree in moves and (chord is None or note["pitch"] % 12 not in chord.pitch_classes):
            out["pitch"][row] += moves[degree] - degree
    return in_order(out)


def _against_beat(notes: Notes, bars: Piece, more: float) -> Notes:
    """Return notes of which those on inner beats come half a beat before, or fall on the beat."""
    if abs(more) < _ENOUGH or not len(notes):
        return notes
    metre = bars.metres[0]
    bar = metre.steps(bars.resolution)
    beat = bar // metre.n_beats
    within: NDArray[np.int64] = notes["onset"].astype(np.int64) % bar
    out = notes.copy()
    if more > 0:
        moved = (within % beat == 0) & (within > 0)
        out["onset"][moved] -= beat // 2
        out["duration"][moved] += beat // 2
    else:
        late = within % beat
        out["onset"] -= late.astype(out["onset"].dtype)
        out["duration"] += late.astype(out["duration"].dtype)
    return without_overlaps(out)


def _tempos(bars: Piece, was: Plan, now: Plan) -> list[Tempo]:
    if now.tempo is None or was.tempo == now.tempo:
        return bars.tempos
    return [Tempo(0, quarters_a_minute(bars, now.tempo))]


def quarters_a_minute(bars: Piece, bpm: float) -> float:
    """Return a tempo of felt beats in quarter notes."""
    return bpm * (1.5 if bars.metres[0].is_compound else 1.0)


def _relative(span: ChordSpan) -> ChordSpan:
    """Return a chord's relative: A minor for C major, and the other way round."""
    if span.chord is None:
        return span
    third = QUALITIES[span.chord.quality][1]
    if third == 4:
        return replace(span, chord=Chord((span.chord.root - _RELATIVE) % 12, "m"))
    if third == 3:
        return replace(span, chord=Chord((span.chord.root + _RELATIVE) % 12))
    return span
