"""Sliders: what is asked for by name, from 0 (little) to 1 (much), and how it is brought about.

Some a scribe is told as conditions that it was trained with (density, register, loudness); all
are leaned to where notes and chords are chosen, as logits in proportion to what each choice adds
to the named measure, so that every slider moves its measure and everything can be steered at
once. 0.5 leans nowhere.

Shapes: N bars, M parts, P pitches, V chords.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.models._ensemble import Ensemble
from antiphon.models._leaning import Lean
from antiphon.music.wishes import Wanted, push_of
from antiphon.representations.bars import PITCHED, home_shift
from antiphon.representations.rolls import (
    CONTROL_NAMES,
    LOW_PITCH,
    N_PITCHES,
    chord_features,
)
from antiphon.representations.score import N_CELLS, N_PARTS

Floats = NDArray[np.float32]

# what a slider at its end adds: log-odds of an onset, logits of a pitch or a chord
_MORE_NOTES = 0.6
_OCTAVE = 1.5
_AGAINST_BEAT = 1.2
_FIFTH, _FIFTH_OF_CHORDS = 0.45, 0.7
_CLASH, _CLASH_OF_CHORDS = 1.6, 2.5
# by slot of a beat: 0, 1/4, 1/3, 1/2, 2/3, 3/4 in simple metres, sixths in compound ones; less on
# the beat than more off it, so that there are not more notes in all
_OFF_SIMPLE = np.array([-1.2, 0.8, -0.2, 0.4, -0.2, 0.8], np.float32)
_OFF_COMPOUND = np.array([-1.2, 0.6, 0.3, 0.6, 0.3, 0.6], np.float32)
_DOWNBEAT = -0.4  # more for the first beat of a bar
_CLASHES = (1, 6)  # semitones, and major sevenths; tritones


@dataclass(frozen=True)
class Slider:
    """How one slider leans; each function takes (N,) from −1 to 1 and the table of bars.

    Attributes:
        cells: returns log-odds (N, cells) of an onset.
        rows: returns logits (N, beats, M, P) of pitches.
        chords: returns logits (N, V) of chords, of the vocabulary's (V, 12) tones in the home key.
    """

    cells: Callable[[Floats, NDArray[np.void]], Floats] | None = None
    rows: Callable[[Floats, NDArray[np.void]], Floats] | None = None
    chords: Callable[[Floats, NDArray[np.void], Floats], Floats] | None = None


def _more_notes(push: Floats, bars: NDArray[np.void]) -> Floats:
    return _MORE_NOTES * push[:, None] * np.ones(N_CELLS, np.float32)


def _against_beat(push: Floats, bars: NDArray[np.void]) -> Floats:
    off = np.where(bars["compound"][:, None] > 0, _OFF_COMPOUND, _OFF_SIMPLE)  # (N, slots)
    slots = np.tile(off, N_CELLS // N_PARTS // off.shape[1])
    slots[:, 0] += _DOWNBEAT
    return _AGAINST_BEAT * push[:, None] * slots.repeat(N_PARTS, axis=1)


def _higher(push: Floats, bars: NDArray[np.void]) -> Floats:
    octaves = (np.arange(N_PITCHES) - N_PITCHES / 2) / 12
    return _OCTAVE * push[:, None, None, None] * octaves.astype(np.float32)


def fifths(bars: NDArray[np.void]) -> Floats:
    """Return (N, 12) where pitch classes of the home key lie above the tonic, in fifths, −5 … 6."""
    tonic = np.where(bars["minor"] > 0, 9, 0)
    return (((np.arange(12) - tonic[:, None]) * 7 + 5) % 12 - 5).astype(np.float32)


def _brighter(push: Floats, bars: NDArray[np.void]) -> Floats:
    by_row = fifths(bars)[:, (np.arange(N_PITCHES) + LOW_PITCH) % 12]
    return _FIFTH * push[:, None, None, None] * by_row[:, None, None]


def _brighter_chords(push: Floats, bars: NDArray[np.void], tones: Floats) -> Floats:
    mean = fifths(bars) @ (tones / tones.sum(axis=1, keepdims=True)).T  # (N, V)
    return _FIFTH_OF_CHORDS * push[:, None] * (mean - 1)


def _tenser(push: Floats, bars: NDArray[np.void]) -> Floats:
    """Lean to pitches that clash with tones of the chord, in all parts but the bass."""
    shift = home_shift(bars["tonic"], bars["minor"])
    tones = chord_features(bars["chords"], shift)[..., :12]  # (N, beats, 12)
    clash = sum(np.roll(tones, by, axis=-1) + np.roll(tones, -by, axis=-1) for by in _CLASHES)
    clash = np.minimum(clash, 1.0) * (1 - tones)
    rows = clash[..., (np.arange(N_PITCHES) + LOW_PITCH) % 12]
    plays = np.array([role != "bass" for role in PITCHED], np.float32)
    return _CLASH * push[:, None, None, None] * rows[:, :, None] * plays[:, None]


def _tenser_chords(push: Floats, bars: NDArray[np.void], tones: Floats) -> Floats:
    pairs = sum((tones * np.roll(tones, by, axis=1)).sum(axis=1) for by in _CLASHES)
    return _CLASH_OF_CHORDS * push[:, None] * (np.minimum(pairs, 2.0) / 2)


TABLE: dict[str, Slider] = {
    "density": Slider(cells=_more_notes),
    "register": Slider(rows=_higher),
    "syncopation": Slider(cells=_against_beat),
    "brightness": Slider(rows=_brighter, chords=_brighter_chords),
    "tension": Slider(rows=_tenser, chords=_tenser_chords),
    "loudness": Slider(),  # a condition, and a shift of the velocities that are written
}
_TOLD = {"density": PITCHED, "register": ("register",), "loudness": ("loudness",)}


def controls_for(wanted: Wanted, ensemble: Ensemble, n_bars: int) -> tuple[Floats, Floats]:
    """Return conditions (N, K) read off the style's quantiles, and which of them are told."""
    table = ensemble.tables["controls"].numpy()  # (K, Q)
    controls = np.zeros((n_bars, len(CONTROL_NAMES)), np.float32)
    known = np.zeros_like(controls)
    places = np.linspace(0, 1, table.shape[1])
    for slider, names in _TOLD.items():
        for column in (CONTROL_NAMES.index(name) for name in names if slider in wanted):
            controls[:, column] = np.interp(wanted[slider], places, table[column])
            known[:, column] = 1
    return controls, known


def lean_for(wanted: Wanted, bars: NDArray[np.void]) -> Lean:
    """Return what choices of notes lean to, of bars whose chords are written."""
    lean = Lean.none(len(bars))
    for name, at in wanted.items():
        slider, push = TABLE[name], push_of(at)
        if slider.cells is not None:
            lean.odds[:] += slider.cells(push, bars)
        if slider.rows is not None:
            lean.rows[:] += slider.rows(push, bars)
    return lean


def chord_lean(wanted: Wanted, bars: NDArray[np.void], ensemble: Ensemble) -> Floats | None:
    """Return logits (N, V) of the chords of the style's vocabulary; None for no lean."""
    vocabulary = ensemble.tables["vocabulary"].numpy()[:, None]
    tones = chord_features(vocabulary, np.zeros(len(vocabulary), np.int64))[:, 0, :12]
    leans = [
        lean(push_of(at), bars, tones)
        for name, at in wanted.items()
        if (lean := TABLE[name].chords) is not None
    ]
    return np.sum(leans, axis=0).astype(np.float32) if leans else None
