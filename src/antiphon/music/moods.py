"""Moods: a piece made happier, sadder, calmer or tenser by what listeners go by.

Mode, tempo, density, loudness, register, articulation and dissonance carry emotion in music
(Gabrielsson & Lindström, 2010); how much of each is usual was measured on songs without labels
(`benchmarks/moods.py --learn`), and a mood moves a piece towards the calm or the lively end of
that. The tune's rhythm stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import unknown
from antiphon.music.chords import QUALITIES, Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Notes, Piece, Tempo, in_order
from antiphon.music.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM

# valence and arousal, the signs of Russell's circle
MOODS = {"happy": (1, 1), "tense": (-1, 1), "sad": (-1, -1), "calm": (1, -1)}

# the 15th and 85th percentile over the training songs of POP909
USUAL = {"notes_per_s": (5.4, 8.0), "velocity": (75.6, 95.9), "bpm": (61.0, 108.0)}

_MODE_FROM = 0.2  # strength from which on the mode changes
_MOST_FASTER, _MOST_SLOWER = 1.6, 0.6
_SEMITONES = 6  # how far happy rises and sad falls at the end of the dial
_RAISED, _LOWERED = {3: 4, 8: 9, 10: 11}, {4: 3, 9: 8, 11: 10}  # degrees above the tonic
_LEADING = 11
_FIFTH = 7
_CLASHING = 0.5  # share of accompanying fifths that are narrowed at the end of the dial
_LEGATO, _DETACHED = 1.35, 0.7  # lengths of notes at the end of the dial


@dataclass(frozen=True)
class Moved:
    """What a mood does to a piece, 0 at the beginning of the dial.

    Attributes:
        mode: the mode that the piece gets.
        tempo: factor.
        louder: added to velocities.
        semitones: added to pitches.
        density: notes of the accompaniment for each one there was.
        length: factor of how long notes are held.
        clash: share of fifths that are narrowed.
    """

    mode: str
    tempo: float
    louder: float
    semitones: int
    density: float
    length: float
    clash: float


def moved_by(piece: Piece, mood: str, strength: float) -> Moved:
    """Return what a mood does to a piece.

    Args:
        piece: with a key.
        mood: one of `MOODS`.
        strength: 0 to 1.

    Raises:
        AntiphonError: there is no such mood.
    """
    if mood not in MOODS:
        raise unknown(mood, "moods", MOODS)
    valence, arousal = MOODS[mood]
    far = min(1.4 * strength, 1.0)
    here = piece.keys[0].key.mode
    mode = ("major" if valence > 0 else "minor") if strength >= _MODE_FROM else here
    notes = np.concatenate([t.notes for t in piece.tracks])
    seconds = max(piece.duration_s, 1.0)
    bpm = 60.0 * (piece.bar_starts()[-1] / piece.resolution) / seconds
    tempo = _towards(bpm, USUAL["bpm"], arousal, far) / bpm
    tempo = float(np.clip(tempo, _MOST_SLOWER, _MOST_FASTER))
    rate = len(notes) / seconds * tempo
    density = _towards(rate, USUAL["notes_per_s"], arousal, far) / rate
    loud = float(notes["velocity"].mean())
    return Moved(
        mode=mode,
        tempo=tempo,
        louder=_towards(loud, USUAL["velocity"], arousal, far) - loud,
        semitones=round(_SEMITONES * strength) * (valence if valence == arousal else 0),
        density=float(np.clip(density, 0.4, 2.0)),
        length=1 + far * ((_DETACHED if arousal > 0 else _LEGATO) - 1),
        clash=_CLASHING * strength if mood == "tense" else 0.0,
    )


def _towards(value: float, usual: tuple[float, float], sign: int, far: float) -> float:
    """Return a value moved towards the end of what is usual, by at least a tenth of the way out."""
    wanted = max(usual[1], 1.15 * value) if sign > 0 else min(usual[0], value / 1.15)
    return float(value * (wanted / value) ** far)


def in_mood(piece: Piece, mood: str, strength: float, leads: Sequence[NDArray[np.bool_]]) -> Piece:
    """Return a piece in a mood.

    Args:
        piece: with key and chords.
        mood: one of `MOODS`.
        strength: 0 (hardly) to 1.
        leads: of each track, which notes are the tune's: these are neither taken out nor doubled.

    Raises:
        AntiphonError: there is no such mood.
    """
    moved = moved_by(piece, mood, strength)
    piece = in_mode(piece, moved.mode)
    tracks, end = [], int(piece.bar_starts()[-1])
    for track, lead in zip(piece.tracks, leads, strict=True):
        notes = track.notes.copy()
        if not track.is_drum:
            if moved.clash:
                _narrow(notes, ~lead, piece.chords, moved.clash)
            notes["pitch"] = np.clip(notes["pitch"] + moved.semitones, 0, 127)
        notes["velocity"] = np.clip(np.rint(notes["velocity"] + moved.louder), 1, 127)
        notes = denser(notes, lead, moved.density, piece.resolution)
        if not track.is_drum:
            notes = held(notes, moved.length, piece.resolution)
            notes["duration"] = np.minimum(notes["duration"], np.maximum(end - notes["onset"], 1))
        tracks.append(replace(track, notes=in_order(notes)))
    shift = moved.semitones
    return replace(
        piece,
        tracks=tracks,
        tempos=[Tempo(t.onset, _playable(t.bpm * moved.tempo)) for t in piece.tempos],
        keys=[KeyMark(k.onset, Key((k.key.tonic + shift) % 12, k.key.mode)) for k in piece.keys],
        chords=[
            replace(span, chord=span.chord and span.chord.transposed(shift))
            for span in piece.chords
        ],
    )


def _playable(bpm: float) -> float:
    return float(np.clip(bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM))


def in_mode(piece: Piece, mode: str) -> Piece:
    """Return a piece in the other mode of the same tonic; in its own where that is it already.

    Third, sixth and seventh degree move; over the dominant the leading note stays. What is
    beside the scale stays as it is.

    Args:
        piece: with a key and, for the leading note, chords.
        mode: ``"major"`` or ``"minor"``.
    """
    if not piece.keys or piece.keys[0].key.mode == mode:
        return piece
    key = piece.keys[0].key
    spans = sorted(piece.chords, key=lambda span: span.onset)
    begins = np.array([span.onset for span in spans])
    dominant = np.array([_is_dominant(span.chord, key) for span in spans], bool)
    tracks = []
    for track in piece.tracks:
        notes = track.notes
        if not track.is_drum and len(notes):
            at = np.searchsorted(begins, notes["onset"], side="right") - 1
            leading = dominant[at] & (at >= 0) if len(spans) else np.zeros(len(notes), bool)
            notes = notes.copy()
            notes["pitch"] += _moves(notes["pitch"], key, leading)
        tracks.append(replace(track, notes=in_order(notes)))
    chords = [replace(span, chord=_other_mode(span.chord, key)) for span in piece.chords]
    keys = [KeyMark(mark.onset, Key(mark.key.tonic, mode)) for mark in piece.keys]
    return replace(piece, tracks=tracks, chords=chords, keys=keys)


def _is_dominant(chord: Chord | None, key: Key) -> bool:
    return chord is not None and (chord.root - key.tonic) % 12 in (_FIFTH, _LEADING)


def _moves(
    pitch: NDArray[np.integer], key: Key, leading: NDArray[np.bool_] | bool
) -> NDArray[np.int64]:
    """Return the semitones by which pitches move into the other mode."""
    table = np.zeros(12, np.int64)
    for place, to in (_LOWERED if key.mode == "major" else _RAISED).items():
        table[place] = to - place
    degree = (pitch.astype(np.int64) - key.tonic) % 12
    return np.where(leading & (degree == _LEADING), 0, table[degree])


def _other_mode(chord: Chord | None, key: Key) -> Chord | None:
    """Return the chord of a key's other mode: every tone moved, named as the nearest there is."""
    if chord is None:
        return None
    leading = _is_dominant(chord, key)
    tones = [(chord.root + i) % 12 for i in QUALITIES[chord.quality]]
    moved = [int((t + _moves(np.array(t), key, leading)) % 12) for t in tones]
    root, wanted = moved[0], {(t - moved[0]) % 12 for t in moved}
    quality = min(QUALITIES, key=lambda q: (len(wanted ^ set(QUALITIES[q])), len(QUALITIES[q])))
    bass = chord.bass
    if bass is not None:
        bass = int((bass + _moves(np.array(bass), key, leading)) % 12)
    return Chord(root, quality, None if bass == root else bass)


def _narrow(
    notes: Notes, may: NDArray[np.bool_], chords: Sequence[ChordSpan], share: float
) -> None:
    """Lower the fifths of chords by a semitone under every so many-th of them."""
    spans = [span for span in chords if span.chord is not None]
    step = max(1, round(1 / max(share, 1e-6)))
    for span in spans[step - 1 :: step]:
        assert span.chord is not None
        under = may & (notes["onset"] >= span.onset) & (notes["onset"] < span.onset + span.duration)
        notes["pitch"][under & ((notes["pitch"] - span.chord.root) % 12 == _FIFTH)] -= 1


def denser(notes: Notes, lead: NDArray[np.bool_], factor: float, resolution: int) -> Notes:
    """Return notes of which those of no tune are fewer, weak places first, or struck again.

    Args:
        notes: in order.
        lead: which of them are the tune's, and stay.
        factor: of the number of the others.
        resolution: steps of a quarter.
    """
    wanted = round(abs(factor - 1) * int((~lead).sum()))
    if not wanted:
        return notes
    if factor < 1:
        weak = np.zeros(len(notes), np.int64)
        for length in (4 * resolution, 2 * resolution, resolution, resolution // 2):
            weak += notes["onset"] % max(length, 1) != 0
        order = np.lexsort((notes["velocity"], -weak))
        goes = order[~lead[order] & (weak[order] > 0)][:wanted]
        return np.delete(notes, goes)
    order = np.argsort(-notes["duration"], kind="stable")
    splits = order[~lead[order] & (notes["duration"][order] >= resolution)][:wanted]
    again = notes[splits].copy()
    half = again["duration"] // 2
    again["onset"] += again["duration"] - half
    again["duration"] = half
    out = notes.copy()
    out["duration"][splits] -= half
    return in_order(np.concatenate([out, again]))


def held(notes: Notes, factor: float, resolution: int) -> Notes:
    """Return notes held longer or shorter, never into the next one of their pitch.

    Args:
        notes: in order.
        factor: of their lengths; a longer note gains a beat at the most.
        resolution: steps of a quarter.
    """
    out = notes.copy()
    length = np.rint(notes["duration"] * factor).astype(np.int64)
    length = np.clip(length, 1, notes["duration"].astype(np.int64) + resolution)
    for pitch in np.unique(notes["pitch"]):
        rows = np.flatnonzero(notes["pitch"] == pitch)
        room = np.diff(notes["onset"][rows].astype(np.int64))
        longest = np.maximum(room, notes["duration"][rows[:-1]])
        length[rows[:-1]] = np.minimum(length[rows[:-1]], longest)
    out["duration"] = length
    return out
