"""Finding the chords of a piece: templates for each beat, joined by the Viterbi algorithm.

Idea: chroma templates smoothed by a hidden Markov model (Sheh & Ellis, ISMIR 2003; Pardo &
Birmingham, CMJ 2002). Here the notes are given, so that the weights are plain: how long each
pitch class sounds, what the lowest voice does, whether the chord lies in the key, and that
harmony prefers to move at bar lines.

Shapes: S slots (beats), C chords (`N_STATES`, the last is "no chord").
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from antiphon.music._heard import best_path as best_path
from antiphon.music._heard import sounding
from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import SCALES, Key, estimate_key
from antiphon.music.piece import ChordSpan, Metre, Notes, Piece, together
from antiphon.music.roles import lowest_sounding

Floats = NDArray[np.float64]

# what each quality costs beside a plain major or minor triad, in log likelihood
_QUALITY_COST = {
    "": 0.0, "m": 0.0, "7": 0.25, "maj7": 0.35, "m7": 0.25, "dim": 0.5, "m7b5": 0.55,
    "dim7": 0.6, "aug": 0.8, "sus4": 0.45, "sus2": 0.6,
}  # fmt: skip
_STATES = [(root, quality) for quality in _QUALITY_COST for root in range(12)]
N_STATES = len(_STATES) + 1
_TONE_WEIGHTS = (1.0, 1.0, 0.8, 0.7)  # root, third, fifth, seventh
_FOREIGN = -1.0  # a pitch class the chord does not hold
_FIT = 4.0  # how much the sounding notes count
_BASS_ROOT, _BASS_TONE, _BASS_FOREIGN = 1.2, 0.3, -0.8
_IN_KEY = 0.35
_CHANGE_BAR, _CHANGE_HALF, _CHANGE_BEAT = 0.9, 1.4, 2.6
_BASS_BELOW = 60  # MIDI pitch under which the lowest note counts as a bass


@cache
def _templates() -> tuple[Floats, Floats, Floats]:
    """Return what a pitch class, and a bass, says for each chord (12, C), and costs (C,)."""
    tones = np.full((12, N_STATES), _FOREIGN)
    bass = np.full((12, N_STATES), _BASS_FOREIGN)
    cost = np.zeros(N_STATES)
    for state, (root, quality) in enumerate(_STATES):
        cost[state] = _QUALITY_COST[quality]
        for interval, weight in zip(QUALITIES[quality], _TONE_WEIGHTS, strict=False):
            tones[(root + interval) % 12, state] = weight
            bass[(root + interval) % 12, state] = _BASS_TONE
        bass[root, state] = _BASS_ROOT
    tones[:, -1], bass[:, -1] = 0.1, 0.0
    return tones, bass, cost


@cache
def _in_key(tonic: int, mode: str) -> Floats:
    """Return the bonus of each chord (C,) for lying in the key; minor has its raised seventh."""
    scale = {(tonic + step) % 12 for step in SCALES[mode]}
    raised = scale | {(tonic + 11) % 12} if mode == "minor" else scale
    bonus = np.zeros(N_STATES)
    for state, (root, quality) in enumerate(_STATES):
        tones = {(root + step) % 12 for step in QUALITIES[quality]}
        bonus[state] = _IN_KEY if tones <= scale else _IN_KEY / 2 if tones <= raised else 0.0
    return bonus


def fit_of_chord(weights: Floats, chord: Chord, key: Key) -> float:
    """Return how well a chord fits what sounds, as a log likelihood beside that of others.

    Args:
        weights: (12,) how long each pitch class sounds.
        chord: of any quality.
        key: in which it is.
    """
    tones = np.full(12, _FOREIGN)
    for interval, weight in zip(QUALITIES[chord.quality], _TONE_WEIGHTS, strict=False):
        tones[(chord.root + interval) % 12] = weight
    fits = _FIT * float(weights @ tones) / max(float(weights.sum()), 1e-9)
    in_key = chord.pitch_classes <= set(key.scale)
    return fits + (_IN_KEY if in_key else 0.0) - _QUALITY_COST.get(chord.quality, _IN_KEY)


def sounding_notes(piece: Piece) -> Notes:
    """Return all pitched notes (no drums), track after track."""
    pitched = [track.notes for track in piece.tracks if not track.is_drum]
    return together(pitched)


def pitch_class_weights(notes: Notes) -> Floats:
    """Return (12,) how long each pitch class sounds, in steps."""
    heard: Floats = np.bincount(notes["pitch"] % 12, notes["duration"], 12).astype(np.float64)
    return heard


def chroma(notes: Notes, edges: NDArray[np.int64]) -> Floats:
    """Return (S, 12) how long each pitch class sounds between neighbouring edges, in steps.

    Args:
        notes: pitched notes.
        edges: (S + 1,) rising steps.
    """
    return sounding(notes["onset"], notes["duration"], notes["pitch"], edges)


def _slots(piece: Piece) -> tuple[NDArray[np.int64], Floats]:
    """Return the edges of all beats (S + 1,) and what a change costs at each (S,)."""
    starts = piece.bar_starts()
    length = np.diff(starts)
    metres = sorted(piece.metres, key=lambda m: m.onset) or [Metre(0)]
    in_force = np.searchsorted([m.onset for m in metres[1:]], starts[:-1], side="right")
    n_beats = np.array([max(1, m.n_beats) for m in metres])[in_force]
    n_beats = np.where(length < n_beats, 1, n_beats)
    bar = np.repeat(np.arange(len(length)), n_beats)
    beat = np.arange(len(bar)) - np.repeat(np.cumsum(n_beats) - n_beats, n_beats)
    edges = starts[bar] + beat * length[bar] // n_beats[bar]
    cost = np.where(2 * beat == n_beats[bar], _CHANGE_HALF, _CHANGE_BEAT)
    return np.append(edges, starts[-1]), np.where(beat == 0, _CHANGE_BAR, cost)


def _bass_chroma(notes: Notes, edges: NDArray[np.int64]) -> Floats:
    """Return (S, 12) how long each pitch class is the lowest that sounds, in steps."""
    low = notes.compress(notes["pitch"] < _BASS_BELOW)
    end = int(edges[-1])
    if not len(low) or not end:
        return np.zeros((len(edges) - 1, 12))
    reach = max(end, int((low["onset"] + np.maximum(low["duration"], 1)).max()))
    floor = lowest_sounding(low, reach)[:end]
    steps = np.flatnonzero(floor < 128)
    slot = np.searchsorted(edges, steps, side="right") - 1
    keep = slot >= 0
    cell = slot[keep] * 12 + floor[steps[keep]] % 12
    return np.bincount(cell, minlength=(len(edges) - 1) * 12).reshape(-1, 12).astype(np.float64)


def estimate_chords(piece: Piece, key: Key | None = None) -> list[ChordSpan]:
    """Return the chords of a piece, beat by beat, from its first bar to its last.

    Args:
        piece: any piece; drums are not listened to.
        key: what the piece is in; estimated when left out.

    Returns:
        Spans that follow each other without a gap; ``chord`` is None where nothing sounds.
        Empty when the piece has no pitched note.
    """
    notes = sounding_notes(piece)
    key = key or estimate_key(pitch_class_weights(notes))
    if key is None:
        return []
    edges, change_cost = _slots(piece)
    length = np.diff(edges)[:, None]
    heard = chroma(notes, edges)
    bass = _bass_chroma(notes, edges) / length
    sounding = heard.sum(axis=1, keepdims=True)
    share = heard / np.maximum(sounding, 1e-9)
    weight = np.minimum(sounding / length, 1.0)  # a beat with little sound says little
    tones, bass_tones, cost = _templates()
    scores = _FIT * weight * (share @ tones) + bass @ bass_tones
    scores += weight * (_in_key(key.tonic, key.mode) - cost)
    scores[:, -1] = np.where(sounding[:, 0] > 0, scores[:, -1], 1.0)
    return _spans(best_path(scores, change_cost), edges, bass)


def _spans(path: NDArray[np.int64], edges: NDArray[np.int64], bass: Floats) -> list[ChordSpan]:
    """Join equal neighbours and name the bass where it is another chord tone."""
    cuts = np.flatnonzero(path[1:] != path[:-1]) + 1
    firsts = np.append(0, cuts)
    onsets = edges[firsts]
    lengths = edges[np.append(cuts, len(path))] - onsets
    lowest = np.add.reduceat(bass, firsts, axis=0)
    pitch_class = np.where(lowest.any(axis=1), lowest.argmax(axis=1), -1)
    told = zip(
        onsets.tolist(), lengths.tolist(), path[firsts].tolist(), pitch_class.tolist(), strict=True
    )
    return [ChordSpan(onset, length, _chord(state, pc)) for onset, length, state, pc in told]


@cache
def _chord(state: int, lowest: int) -> Chord | None:
    """Return the chord of a state over the pitch class that is lowest, −1 for none."""
    if state == len(_STATES):
        return None
    root, quality = _STATES[state]
    inverted = lowest >= 0 and lowest != root and (lowest - root) % 12 in QUALITIES[quality]
    return Chord(root, quality, lowest if inverted else None)
