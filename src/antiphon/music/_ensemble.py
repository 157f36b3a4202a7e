"""What the tracks of a file sound like, and what their names say: evidence for `roles`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.music.piece import Notes, Track

# what a name says; the first that matches wins ("bass drum" is a drum, "bassoon" no bass)
_NAMES = (
    (
        "drums",
        r"drums?|d r u m|perc|percussion|kit|snare|kick|hi-?hat|cymbals?|toms?|bongos?|congas?",
    ),
    (
        "bass",
        r"((slap|finger(ed)?|pick(ed)?|synth|fretless|acoustic|el\.?) ?|e-?)?bass(ic|line| \d+)?"
        r"|kontrabass|contrabass|bajo|basse",
    ),
    (
        "melody",
        r"melod(y|ie|ia)|vocals?|voice|vox|lead( voc\w*| vox| \d+)?|singer|sing(stimme)?|soprano"
        r"|canto|gesang|chant|theme|tune",
    ),
    (
        "counter",
        r"counter[ -]?melody|counter|bridge|obbligato|descant|alto|backing vocals?|second voice",
    ),
    (
        "chords",
        r"chords?|piano|guitars?|acc(omp(animent)?)?|comp(ing)?|rhythm( \w+)?|pads?|harmony|keys"
        r"|organ",
    ),
)
_WORDS = [(role, re.compile(rf"\b({words})\b")) for role, words in _NAMES]
_BASS_PROGRAMS = {*range(32, 40), 43, 58, 87}
# programs that mostly play tunes: reeds, pipes, brass, solo strings, voices, leads
_TUNE_PROGRAMS = {*range(64, 88), 22, 40, 41, 42, 52, 53, 54, 56, 57, 59, 60, 110, 111} - {87}
_EFFECTS = {*range(119, 128), 55, 47}  # noises, hits and timpani: no part of the ensemble


@dataclass(frozen=True)
class Sound:
    """How a track plays.

    Attributes:
        median: pitch in the middle.
        monophony: share of onsets at which one note begins and no other sounds on.
        activity: share of the piece's bars in which it plays.
        bass_line, tune: how much it sounds like each; the highest wins.
    """

    median: float
    monophony: float
    activity: float
    bass_line: float
    tune: float


def named_role(track: Track) -> str:
    """Return the role a track's name tells, else ""."""
    name = re.sub(r"[_\s]+", " ", track.name.lower())
    return next((role for role, words in _WORDS if words.search(name)), "")


def is_effect(track: Track) -> bool:
    """Return whether a track plays noises rather than notes."""
    return not track.is_drum and track.program in _EFFECTS


def sound_of(track: Track, n_bars: int, bar_steps: float) -> Sound:
    """Describe a pitched track.

    Args:
        track: with at least one note.
        n_bars: bars of the piece.
        bar_steps: length of a bar.
    """
    notes = track.notes
    pitch = np.sort(notes["pitch"])
    median = (float(pitch[(len(pitch) - 1) // 2]) + float(pitch[len(pitch) // 2])) / 2
    monophony = monophony_of(notes)
    n_played = _n_distinct((notes["onset"] / max(bar_steps, 1)).astype(np.int64))
    activity = min(n_played / max(n_bars, 1), 1.0)
    low = min(max((55 - median) / 12, -1.0), 1.5)
    in_tune_range = 1.0 - min(abs(median - 71) / 16, 1.5)
    rate = len(notes) / n_played  # notes a bar it plays in
    steady = 1.0 if 1.5 <= rate <= 12 else 0.3
    moves = np.abs(notes["pitch"][1:] - notes["pitch"][:-1])
    variety = min(_n_distinct(pitch) / 8, 1.0)
    near = np.count_nonzero((moves > 0) & (moves <= 4)) / max(len(moves), 1)
    by_program = track.program in _TUNE_PROGRAMS
    return Sound(
        median,
        monophony,
        activity,
        bass_line=low + monophony + 1.5 * (track.program in _BASS_PROGRAMS) + activity / 2,
        tune=in_tune_range + monophony + activity + 0.6 * by_program + 0.5 * steady
        + 0.6 * variety + 0.8 * near,
    )  # fmt: skip


def _n_distinct(ordered: NDArray[np.integer]) -> int:
    """Return how many different numbers there are among some that do not fall."""
    return 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))


def monophony_of(notes: Notes) -> float:
    """Return the share of onsets at which one note begins alone, 0 … 1; 1 of nothing."""
    if not len(notes):
        return 1.0
    onset = notes["onset"].astype(np.int64)
    first = np.append(True, onset[1:] != onset[:-1])
    alone = first & np.append(first[1:], True)
    # a legato note may reach a quarter of its length into the next
    reach = onset + notes["duration"] * 3 // 4
    before = np.append(0, np.maximum.accumulate(reach)[:-1])
    return np.count_nonzero(alone & (before <= onset)) / np.count_nonzero(first)
