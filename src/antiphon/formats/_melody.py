"""A melody out of a recording: one voice on a beat grid, hummed, sung or played.

The line is the best path through what the transcriber hears: at every moment one key or none,
changing only where that pays (Viterbi); a note that is struck again on its key is cut there.
Beats are librosa's; where the notes keep to an even beat near theirs, that one is taken, since a
voice is hard to hear beats in.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.formats._recordings import read_sound
from antiphon.formats._transcriber import LOW_PITCH, Heard, transcribe
from antiphon.music._heard import best_path
from antiphon.music.piece import NOTE, Metre, Notes, Piece, Tempo, Track, in_order
from antiphon.sound.hearing import beats_s

RESOLUTION = 24  # steps a beat
MAX_S = 20 * 60
_STEP = RESOLUTION // 4  # notes begin on 16ths
_CHANGE = 1.0  # what it costs to change key, in frames that are surely heard
_REST = 0.38  # how sure of a key it must be for it not to be a rest
_STRUCK = 0.65  # how sure that a key begins, to cut a note there
_SHORTEST_S = 0.07
_EARLIER, _LATER, _HEARD_TO_BEGIN = 3, 3, 0.2  # frames around a change in which a key may begin
_AGAIN_S = 0.12  # what a struck note must be away from the ends of the one it cuts
_TEMPOS = np.arange(50.0, 200.0, 0.1)  # beats a minute that are tried
_USUAL_BPM = 100.0
_NEAR, _FAR = 0.12, 0.6  # octaves around what is heard, and around the usual
_OF_EIGHTHS = 0.6  # weight of notes on eighths; the rest is that of 16ths
_EVEN = 0.65  # how well an even beat must fit to be taken for the one heard; 1 is perfectly
_BEATS = 4  # of a bar


class Sung(NamedTuple):
    """Notes of one voice, in the order of time: (n,) seconds, MIDI numbers and 0–1."""

    onset_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    pitch: NDArray[np.int64]
    strength: NDArray[np.float64]


def read_melody(path: Path) -> Piece:
    """Read a recording of a tune into a piece of one track, with tempo and bars.

    Raises:
        AntiphonError: it cannot be read, is longer than 20 minutes, no tune is heard in it, or
            the network that hears is not there.
    """
    samples, rate_hz = read_sound(path)
    if samples.shape[1] > MAX_S * rate_hz:
        raise AntiphonError(
            f"{path} lasts {samples.shape[1] / rate_hz / 60:.0f} minutes: a tune is heard in "
            f"recordings of up to {MAX_S // 60}."
        )
    mono = samples.mean(axis=0)
    sung = line(transcribe(mono, rate_hz))
    if not len(sung.pitch):
        raise AntiphonError(f"No tune is heard in {path}: give a recording of one voice.")
    return on_beats(sung, beats_s(mono, rate_hz), title=path.stem)


def line(heard: Heard) -> Sung:
    """Return the notes of the clearest voice."""
    scores = np.concatenate(
        [heard.sounding, np.full((len(heard.sounding), 1), _REST)], axis=1
    ).astype(np.float64)
    path = best_path(scores, np.full(len(scores), _CHANGE))
    rest = heard.sounding.shape[1]
    key = np.where(path < rest, path, 0)
    struck = heard.beginning[np.arange(len(path)), key]
    peak = (struck >= np.roll(struck, 1)) & (struck > np.roll(struck, -1)) & (struck > _STRUCK)
    changes = np.flatnonzero(np.diff(path, prepend=-1) != 0)
    edges = heard.time_s[np.append(changes, len(path) - 1)]
    at = np.searchsorted(changes, np.arange(len(path)), side="right")
    peak &= (heard.time_s - edges[at - 1] > _AGAIN_S) & (edges[at] - heard.time_s > _AGAIN_S)
    cuts = np.union1d(changes, np.flatnonzero(peak))
    stops = np.append(cuts[1:], len(path))
    length = heard.time_s[1] - heard.time_s[0] if len(path) > 1 else 0.0
    ends = np.append(heard.time_s, heard.time_s[-1] + length)[stops]
    onset = np.array([_begun(heard, int(at), int(key[at])) for at in cuts])
    stays = (path[cuts] < rest) & (ends - onset >= _SHORTEST_S)
    strength = [heard.sounding[a:b, key[a]].max() for a, b in zip(cuts, stops, strict=True)]
    return Sung(onset[stays], ends[stays], path[cuts][stays] + LOW_PITCH, np.array(strength)[stays])


def _begun(heard: Heard, at: int, key: int) -> float:
    """Return when a key begins that is the clearest from a frame on: where it is heard to."""
    first = max(at - _EARLIER, 0)
    near = heard.beginning[first : at + _LATER, key]
    strongest = int(near.argmax())
    return float(heard.time_s[first + strongest if near[strongest] > _HEARD_TO_BEGIN else at])


def on_beats(sung: Sung, beats: NDArray[np.float64], *, title: str = "") -> Piece:
    """Return notes as a piece in 4/4 whose bars begin where notes do.

    Args:
        sung: the notes.
        beats: (n,) seconds of the beats that were heard; from fewer than four none are told.
        title: of the piece.
    """
    grid = _grid(sung.onset_s, beats)
    grid = _shifted(_reaching(grid, float(sung.onset_s[0]), float(sung.end_s[-1])), sung.onset_s)
    at = np.arange(len(grid), dtype=np.float64)
    onset, end = (
        np.rint(np.interp(times, grid, at) * RESOLUTION / _STEP).astype(np.int64) * _STEP
        for times in (sung.onset_s, sung.end_s)
    )
    end = np.maximum(end, onset + _STEP)
    notes = np.zeros(len(onset), NOTE)
    notes["onset"], notes["duration"] = onset, end - onset
    notes["pitch"] = sung.pitch
    notes["velocity"] = np.clip(np.rint(50 + 60 * sung.strength), 1, 127)
    notes = in_order(notes)
    notes = notes[np.append(np.diff(notes["onset"]) > 0, True)]  # one at a time
    notes["duration"][:-1] = np.minimum(notes["duration"][:-1], np.diff(notes["onset"]))
    first = _downbeat(notes)
    begins = first if first <= notes["onset"].min() else first - _BEATS * RESOLUTION
    notes["onset"] -= begins
    skipped = begins // RESOLUTION
    bpm = 60 / np.diff(grid)
    tempos = _tempos(bpm, skipped)
    track = Track("Melody", 73, notes=notes, role="melody")
    return Piece([track], RESOLUTION, tempos=tempos, metres=[Metre(0, _BEATS, 4)], title=title)


def _reaching(grid: NDArray[np.float64], first: float, last: float) -> NDArray[np.float64]:
    """Return beats that begin two bars before the first note and end after the last one."""
    before, after = np.median(np.diff(grid[:9])), np.median(np.diff(grid[-9:]))
    n_before = max(0, int(np.ceil((grid[0] - first) / before))) + 2 * _BEATS
    n_after = max(0, int(np.ceil((last - grid[-1]) / after))) + 1
    return np.concatenate(
        [
            grid[0] - before * np.arange(n_before, 0, -1),
            grid,
            grid[-1] + after * np.arange(1, n_after + 1),
        ]
    )


def _shifted(grid: NDArray[np.float64], onset_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return beats moved by what notes are late or early on the whole, within a 16th."""
    at = np.interp(onset_s, grid, np.arange(len(grid)))
    late = np.angle(np.exp(2j * np.pi * 4 * at).mean()) / (2 * np.pi * 4)  # in beats
    return grid + late * float(np.median(np.diff(grid)))


def _grid(onset_s: NDArray[np.float64], beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an even beat that notes keep to, near the tempo that is heard; else what is heard."""
    are_heard = len(beats) >= _BEATS
    usual = 60 / float(np.median(np.diff(beats))) if are_heard else _USUAL_BPM
    octaves = np.log2(_TEMPOS / usual) / (_NEAR if are_heard else _FAR)
    turns = [
        np.exp(2j * np.pi * n * _TEMPOS[:, None] * onset_s / 60).mean(axis=1) for n in (1, 2, 4)
    ]
    fit = _OF_EIGHTHS * np.abs(turns[1]) + (1 - _OF_EIGHTHS) * np.abs(turns[2])
    best = int(np.argmax(fit * np.exp(-0.5 * octaves**2)))
    if are_heard and fit[best] < _EVEN:
        return beats
    beat_s = 60 / _TEMPOS[best]
    first = np.angle(turns[0][best]) / (2 * np.pi) * beat_s
    return first + beat_s * np.arange(2)


def _downbeat(notes: Notes) -> int:
    """Return the step of a beat on which bars begin: where the longest notes begin.

    The first note counts twice: most tunes begin with a bar.
    """
    weight = np.minimum(notes["duration"], 2 * RESOLUTION).astype(np.float64)
    weight[0] *= 2
    on_beat = notes["onset"] % RESOLUTION == 0
    beat = notes["onset"] // RESOLUTION
    each = np.bincount(beat[on_beat] % _BEATS, weight[on_beat], _BEATS)
    return int(beat[0] - (beat[0] - int(each.argmax())) % _BEATS) * RESOLUTION


def _tempos(bpm: NDArray[np.float64], skipped: int) -> list[Tempo]:
    """Return the tempo map from beat `skipped` on: one mark where the beat hardly changes."""
    told = bpm[max(skipped, 0) :]
    if np.abs(told / np.median(told) - 1).max() < 0.08:
        return [Tempo(0, round(float(np.median(told)), 2))]
    even = np.round(np.convolve(np.pad(told, 2, mode="edge"), np.ones(5) / 5, "valid"), 1)
    changes = np.flatnonzero(np.diff(even, prepend=-1))
    return [Tempo(int(beat) * RESOLUTION, float(even[beat])) for beat in changes]
