"""Finding the beat of music that was played, not typed: tempo by periodicity, beats by tracking.

Idea: onsets as phases of a circle one beat round, over windows, so that the tempo may drift;
then the beats that agree best with the onsets and with each other, by dynamic programming
(Ellis, Beat Tracking by Dynamic Programming, JNMR 2007).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import RESOLUTION, Metre, Notes, Piece, Tempo, in_order, together

Floats = NDArray[np.float64]

ON_GRID = 0.65  # share of onsets near 16ths or triplets from which on a file's own beats hold
BETTER = 0.1  # an estimated beat must hold this much more of the onsets than the file's
_TOLERANCE = 1 / 32  # of a beat; by chance three onsets in eight lie so near
_PLACES = np.array([0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1])
_WINDOW_S = 8.0
_FRAMES_PER_S = 50
_STIFFNESS = 100.0  # what an uneven beat costs
_USUAL_BEAT_S = 0.6
_LONGEST_BEAT_S = 1.0
_OFFBEAT = 0.5  # share of the onsets on beats up to which those between are eighths
_MIN_ONSETS = 24


def grid_share(onset_beats: Floats) -> float:
    """Return the share of onsets within a 32nd of a beat of a 16th or a triplet, 0 … 1.

    NaN without an onset.
    """
    if not len(onset_beats):
        return float("nan")
    rest = onset_beats - np.floor(onset_beats)
    return float((np.abs(rest - _PLACES[:, None]).min(axis=0) < _TOLERANCE).mean())


def on_beats(piece: Piece) -> tuple[Piece, str]:
    """Return a piece on the `RESOLUTION` grid, and a remark where its beats had to be found.

    A file whose notes lie on its own beats keeps them.
    """
    notes = together([t.notes for t in piece.tracks])
    own = grid_share(notes["onset"] / piece.resolution)
    if own >= ON_GRID:
        return piece.on_grid(), ""
    onset_s = piece.seconds(notes["onset"].astype(np.int64))
    beats = find_beats(onset_s)
    if len(beats) < 8:
        return piece.on_grid(), "its notes are off its beats, and too few to find better ones"
    found = grid_share(_in_beats(onset_s, beats))
    if found < own + BETTER:
        return piece.on_grid(), "its notes are off its beats, and no steadier beat was found"
    return _moved(piece, beats), "its notes were off its beats; the beats were estimated"


def find_beats(onset_s: Floats) -> Floats:
    """Return the times of the beats, in seconds, covering all onsets; empty for too few onsets."""
    onset_s = np.sort(onset_s)
    if len(onset_s) < _MIN_ONSETS or onset_s[-1] - onset_s[0] < 4.0:
        return np.zeros(0)
    period = _period(onset_s)
    start = float(onset_s[0]) - period
    n_frames = int((onset_s[-1] - start + period) * _FRAMES_PER_S) + 1
    strength = np.zeros(n_frames)
    np.add.at(strength, np.rint((onset_s - start) * _FRAMES_PER_S).astype(np.int64), 1.0)
    strength = np.convolve(np.sqrt(strength), [0.25, 0.7, 1.0, 0.7, 0.25], mode="same")
    strength /= strength.std() + 1e-9
    frames = _track(strength, period * _FRAMES_PER_S)
    beats = _refined(frames / _FRAMES_PER_S + start, onset_s, period)
    return _halved(beats, onset_s) if 2 * period <= _LONGEST_BEAT_S else beats


def _period(onset_s: Floats) -> float:
    """Return the length of a beat, in seconds, 0.3 … 1.0."""
    periods = np.geomspace(0.3, _LONGEST_BEAT_S, 160)
    score = np.zeros(len(periods))
    for begin in np.arange(onset_s[0], onset_s[-1], _WINDOW_S / 2):
        window = onset_s[(onset_s >= begin) & (onset_s < begin + _WINDOW_S)]
        if len(window) >= 6:
            turns = np.exp(2j * np.pi * window[None] / periods[:, None])
            for weight in (1.0, 0.7, 0.5):  # beats, halves and quarters of them
                score += weight * np.abs(turns.sum(axis=1))
                turns *= turns
    usual = np.exp(-0.5 * (np.log2(periods / _USUAL_BEAT_S) / 0.7) ** 2)
    return float(periods[int((score * usual).argmax())])


def _track(strength: Floats, period: float) -> Floats:
    """Return the frames of the best sequence of beats."""
    gaps = np.arange(round(period * 0.6), round(period * 1.6) + 1)
    cost = -_STIFFNESS * np.log(gaps / period) ** 2
    reach = int(gaps[-1])
    total = np.concatenate([np.zeros(reach), strength])
    came_from = np.full(len(strength), -1)
    for frame in range(len(strength)):
        before = total[frame + reach - gaps] + cost
        best = int(before.argmax())
        if before[best] > 0:
            total[frame + reach] += before[best]
            came_from[frame] = frame - gaps[best]
    frame = len(strength) - 1 - int(total[: -round(period) - 1 : -1].argmax())
    beats = []
    while frame >= 0:
        beats.append(frame)
        frame = int(came_from[frame])
    return np.array(beats[::-1], dtype=np.float64)


def _refined(beats: Floats, onset_s: Floats, period: float) -> Floats:
    """Move each beat to the mean of the onsets at it, then smooth, and cover every onset."""
    nearest = _nearest(onset_s, beats)
    away = onset_s - beats[nearest]
    near = np.abs(away) < period / 8
    count = np.bincount(nearest[near], minlength=len(beats))
    moved = np.bincount(nearest[near], weights=away[near], minlength=len(beats))
    beats = beats + moved / np.maximum(count, 1)
    beats = beats[np.append(True, np.diff(beats) > period / 4)]
    before = np.arange(int(np.ceil(max(0.0, beats[0] - onset_s[0]) / period)), 0, -1)
    after = np.arange(1, int(np.ceil(max(0.0, onset_s[-1] - beats[-1]) / period)) + 9)
    return np.concatenate([beats[0] - before * period, beats, beats[-1] + after * period])


def _nearest(time_s: Floats, beats: Floats) -> NDArray[np.int64]:
    """Return for each time the index of the beat that is nearest."""
    index: NDArray[np.int64] = np.searchsorted((beats[1:] + beats[:-1]) / 2, time_s)
    return index


def _halved(beats: Floats, onset_s: Floats) -> Floats:
    """Return every second beat where those between have far fewer onsets, else all."""
    counts = np.bincount(_nearest(onset_s, beats), minlength=len(beats))
    strong, weak = counts[::2].sum(), counts[1::2].sum()
    if min(strong, weak) > _OFFBEAT * max(strong, weak):
        return beats
    kept = beats[::2] if strong > weak else beats[1::2]
    step = float(np.median(np.diff(kept)))
    before = [kept[0] - step] if onset_s[0] < kept[0] else []
    return np.concatenate([before, kept, [kept[-1] + step]])


def _in_beats(time_s: Floats, beats: Floats) -> Floats:
    """Return times as beats since the first, going on evenly after the last."""
    at = np.interp(time_s, beats, np.arange(len(beats)))
    late = time_s > beats[-1]
    at[late] += (time_s[late] - beats[-1]) / (beats[-1] - beats[-2])
    return at


def _moved(piece: Piece, beats: Floats) -> Piece:
    """Return the piece with its notes between the beats, the strongest beats first in the bar."""
    said = piece.metres[0] if piece.metres else Metre(0)
    per_bar = 3 if said.numerator == 3 else 4
    placed = [_placed(t.notes, piece, beats) for t in piece.tracks]
    lead = (-_downbeat(together(placed), per_bar)) % per_bar * RESOLUTION
    tracks = []
    for track, notes in zip(piece.tracks, placed, strict=True):
        notes["onset"] += lead
        tracks.append(replace(track, notes=in_order(notes), controls=track.controls[:0], lyrics=[]))
    bpm = float(60 / np.median(np.diff(beats)))
    return replace(
        piece,
        tracks=tracks,
        resolution=RESOLUTION,
        tempos=[Tempo(0, bpm)],
        metres=[Metre(0, per_bar)],
        chords=[],
        sections=[],
        keys=piece.keys[:1],
        n_bars_asked=0,
    )


def _placed(notes: Notes, piece: Piece, beats: Floats) -> Notes:
    """Return notes with onset and end rounded to half a 16th or a triplet."""
    onset_s = piece.seconds(notes["onset"].astype(np.int64))
    end_s = piece.seconds(notes["onset"].astype(np.int64) + notes["duration"])
    places = _PLACES * RESOLUTION

    def snapped(time_s: Floats) -> NDArray[np.int64]:
        at = _in_beats(time_s, beats)
        whole = np.floor(at)
        nearest = np.abs((at - whole)[:, None] * RESOLUTION - places).argmin(axis=1)
        steps: NDArray[np.int64] = (whole * RESOLUTION + places[nearest]).astype(np.int64)
        return steps

    moved = notes.copy()
    moved["onset"] = snapped(onset_s)
    moved["duration"] = np.maximum(snapped(end_s) - moved["onset"], RESOLUTION // 8)
    return moved


def _downbeat(notes: Notes, per_bar: int) -> int:
    """Return the beat, 0 … per_bar − 1, on which most and lowest and longest notes begin."""
    on_beat = notes.compress(notes["onset"] % RESOLUTION == 0)
    place = on_beat["onset"] // RESOLUTION % per_bar
    lowness = np.clip(72 - on_beat["pitch"].astype(np.float64), 0, 36) / 36
    length = np.minimum(on_beat["duration"], 4 * RESOLUTION) / (4 * RESOLUTION)
    weight = np.bincount(place, weights=0.3 + lowness + 2 * length, minlength=per_bar)
    return int(weight.argmax())
