"""POP909 as piano-rolls on its own beats, for the rival: (tracks, bars, 16 steps, 72 pitches).

The notes lie off the MIDI grid by a constant phase, so steps are counted between the times in
`beat_midi.txt`; bars whose downbeats are not four beats apart are left out, and the bars on
both sides of such a gap follow each other directly.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import symusic
from numpy.typing import NDArray

TRACKS = ("MELODY", "BRIDGE", "PIANO")
STEPS_PER_BAR = 16
LOWEST_PITCH, N_PITCHES = 24, 72


def song_split(root: Path) -> dict[str, list[str]]:
    """Return the song ids of each split: id ending in 5 is test, in 0 validation, else train."""
    names = sorted(p.parent.name for p in (root / "POP909").glob("*/beat_midi.txt"))
    split: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for name in names:
        split[{"5": "test", "0": "validation"}.get(name[-1], "train")].append(name)
    return split


def song_rolls(root: Path, name: str) -> NDArray[np.bool_]:
    """Return one song, (3, bars, 16, 72); sounding cells are True."""
    folder = root / "POP909" / name
    beats = np.loadtxt(folder / "beat_midi.txt", ndmin=2)
    times, downbeats = beats[:, 0], np.flatnonzero(beats[:, 2] > 0.5)
    bars = downbeats[:-1][np.diff(downbeats) == 4]
    score = symusic.Score(folder / f"{name}.mid", ttype="second")
    n_steps = 4 * len(times)
    whole = np.zeros((len(TRACKS), n_steps, 128), dtype=bool)
    for track in score.tracks:
        if track.name not in TRACKS:
            continue
        notes = track.notes.numpy()
        starts = _steps(times, notes["time"])
        ends = np.maximum(_steps(times, notes["time"] + notes["duration"]), starts + 1)
        roll = whole[TRACKS.index(track.name)]
        for start, end, pitch in zip(starts, ends, notes["pitch"], strict=True):
            if start >= 0:
                roll[start:end, pitch] = True
    cut = whole[:, :, LOWEST_PITCH : LOWEST_PITCH + N_PITCHES]
    steps = 4 * bars[:, None] + np.arange(STEPS_PER_BAR)  # (bars, 16)
    return cut[:, steps]


def _steps(times: NDArray[np.float64], at_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Nearest quarter of a beat for each time in seconds."""
    inside = np.clip(np.searchsorted(times, at_s, side="right") - 1, 0, len(times) - 2)
    share = (at_s - times[inside]) / (times[inside + 1] - times[inside])
    return np.rint(4 * (inside + share)).astype(np.int64)
