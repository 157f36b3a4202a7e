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

from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import SCALES, Key, estimate_key
from antiphon.music.piece import ChordSpan, Notes, Piece, notes_of
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


def sounding_notes(piece: Piece) -> Notes:
    """Return all pitched notes (no drums), sorted by onset, then pitch."""
    pitched = [track.notes for track in piece.tracks if not track.is_drum]
    notes = np.concatenate(pitched) if pitched else notes_of()
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def pitch_class_weights(notes: Notes) -> Floats:
    """Return (12,) how long each pitch class sounds, in steps."""
    heard: Floats = np.zeros(12)
    np.add.at(heard, notes["pitch"] % 12, notes["duration"])
    return heard


def chroma(notes: Notes, edges: NDArray[np.int64]) -> Floats:
    """Return (S, 12) how long each pitch class sounds between neighbouring edges, in steps.

    Args:
        notes: pitched notes.
        edges: (S + 1,) rising steps.
    """
    end = int(max(edges[-1], (notes["onset"] + notes["duration"]).max(initial=0))) + 1
    pc = (notes["pitch"] % 12).astype(np.int64)
    # sounding time up to t = Σ max(0, t − onset) − max(0, t − end); needs only sums at the edges
    total = np.zeros((len(edges), 12))
    for times, sign in ((notes["onset"], 1.0), (notes["onset"] + notes["duration"], -1.0)):
        slot = np.searchsorted(edges, np.minimum(times, end), side="left")
        inside = slot < len(edges)
        cell = slot[inside] * 12 + pc[inside]
        size = len(edges) * 12
        count = np.bincount(cell, minlength=size).reshape(-1, 12).cumsum(axis=0)
        moment = np.bincount(cell, weights=times[inside], minlength=size).reshape(-1, 12)
        total += sign * (count * edges[:, None] - moment.cumsum(axis=0))
    return np.diff(total, axis=0)


def _slots(piece: Piece) -> tuple[NDArray[np.int64], Floats]:
    """Return the edges of all beats (S + 1,) and what a change costs at each (S,)."""
    starts = piece.bar_starts()
    edges: list[NDArray[np.int64]] = []
    costs: list[list[float]] = []
    metres = sorted(piece.metres, key=lambda m: m.onset)
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        while len(metres) > 1 and metres[1].onset <= start:
            metres.pop(0)
        n = max(1, metres[0].n_beats if metres else 4)
        if stop - start < n:
            n = 1
        edges.append(start + np.arange(n) * (stop - start) // n)
        half = n // 2 if n % 2 == 0 else -1
        costs.append(
            [_CHANGE_BAR, *(_CHANGE_HALF if b == half else _CHANGE_BEAT for b in range(1, n))]
        )
    return np.append(np.concatenate(edges), starts[-1]), np.concatenate(costs)


def _viterbi(scores: Floats, change_cost: Floats) -> NDArray[np.int64]:
    """Return the best state of each slot (S,); any change costs the same within a slot."""
    n_slots, n_states = scores.shape
    came_from = np.empty((n_slots, n_states), dtype=np.int64)
    stay = np.arange(n_states)
    best = scores[0].copy()
    for slot in range(1, n_slots):
        top = int(best.argmax())
        jump = best[top] - change_cost[slot]
        moved = best < jump
        came_from[slot] = np.where(moved, top, stay)
        best = np.maximum(best, jump) + scores[slot]
    path = np.empty(n_slots, dtype=np.int64)
    path[-1] = int(best.argmax())
    for slot in range(n_slots - 1, 0, -1):
        path[slot - 1] = came_from[slot, path[slot]]
    return path


def _bass_chroma(notes: Notes, edges: NDArray[np.int64]) -> Floats:
    """Return (S, 12) how long each pitch class is the lowest that sounds, in steps."""
    low = notes[notes["pitch"] < _BASS_BELOW]
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
    return _spans(_viterbi(scores, change_cost), edges, bass)


def _spans(path: NDArray[np.int64], edges: NDArray[np.int64], bass: Floats) -> list[ChordSpan]:
    """Join equal neighbours and name the bass where it is another chord tone."""
    cuts = np.flatnonzero(np.diff(path)) + 1
    firsts = np.concatenate([[0], cuts])
    lasts = np.append(cuts, len(path))
    spans = []
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        chord = None
        if path[first] < len(_STATES):
            root, quality = _STATES[path[first]]
            lowest = bass[first:last].sum(axis=0)
            pc = int(lowest.argmax())
            inverted = lowest[pc] > 0 and (pc - root) % 12 in QUALITIES[quality] and pc != root
            chord = Chord(root, quality, pc if inverted else None)
        onset = int(edges[first])
        spans.append(ChordSpan(onset, int(edges[last]) - onset, chord))
    return spans
