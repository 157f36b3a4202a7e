"""Other accompanists for `accompany.py`: a simple harmoniser, patterns over it, and MuseGAN.

Notes are on `RESOLUTION`; an accompaniment is the notes of each part.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from antiphon.models._gan import Drawer, read_drawer
from antiphon.music.harmony import chroma, pitch_class_weights
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import Notes, Piece, in_order, notes_of, together
from antiphon.representations.bars import encode, home_shift
from antiphon.representations.prepared import Prepared
from antiphon.representations.roll_view import RollView
from antiphon.representations.rolls import rolls_of
from antiphon.representations.views import BAR_STEPS

Accompaniment = dict[str, Notes]
_NONE = np.zeros((0, 0), np.float32)
_LOUD = {"bass": 76, "chords": 66, "counter": 60}  # velocities of patterns


def triads(melody: Notes, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (half bars, 3) the diatonic triads that fit a melody best, root, third, fifth.

    Where none sings the last goes on.
    """
    key = estimate_key(pitch_class_weights(melody)) or Key(0)
    degrees = np.array(
        [[key.scale[(degree + step) % 7] for step in (0, 2, 4)] for degree in range(7)]
    )
    tones = np.zeros((7, 12), bool)
    np.put_along_axis(tones, degrees, True, axis=1)
    sung = chroma(melody, edges)
    chosen = (sung @ tones.T + 1e-6 * np.array([6, 1, 2, 4, 5, 3, 0])).argmax(axis=1)
    silent = sung.sum(axis=1) == 0
    for index in range(1, len(chosen)):
        if silent[index]:
            chosen[index] = chosen[index - 1]
    return degrees[chosen]


def near(pitch_class: int, pitch: float) -> int:
    """Return the pitch of a class that is nearest to a pitch."""
    return int(pitch_class + 12 * np.rint((pitch - pitch_class) / 12))


def by_pattern(melody: Notes, edges: NDArray[np.int64]) -> Accompaniment:
    """Return what a keyboard's automatic accompaniment plays over the simple harmoniser's triads.

    Bass: root and fifth, a half bar each, going on where the chord does. Chords: close position by
    the smallest way from the last, broken in eighths, a block on the last half of every fourth bar.
    Counter-melody: the third or fifth, whichever is nearer, held for half a bar.
    """
    rows: dict[str, list[tuple[int, int, int, int]]] = {"bass": [], "chords": [], "counter": []}
    centre, guide = 60.0, 67.0
    for half, chord in enumerate(triads(melody, edges)):
        begin, length = int(edges[half]), int(edges[half + 1] - edges[half])
        root, third, fifth = (int(x) for x in chord)
        bass = near(root if half % 2 == 0 else fifth, 43)
        rows["bass"].append((begin, length, bass, _LOUD["bass"]))
        hand = sorted(near(x, centre) for x in (root, third, fifth))
        centre = 0.8 * float(np.mean(hand)) + 0.2 * 60
        eighth = length // 4
        if half % 8 == 7 or eighth < 1:
            rows["chords"] += [(begin, length, pitch, _LOUD["chords"]) for pitch in hand]
        else:
            for place, tone in enumerate((0, 1, 2, 1)):
                at = begin + place * eighth
                rows["chords"].append((at, length - place * eighth, hand[tone], _LOUD["chords"]))
        choices = [near(third, guide), near(fifth, guide)]
        guide = float(min(choices, key=lambda pitch: abs(pitch - guide)))
        rows["counter"].append((begin, length, int(guide), _LOUD["counter"]))
    return {role: _apart(notes_of(many)) for role, many in rows.items()}


def _apart(notes: Notes) -> Notes:
    """Return notes of which those of a pitch end where it begins again."""
    out = notes.copy()
    for pitch in np.unique(out["pitch"]):
        at = np.flatnonzero(out["pitch"] == pitch)
        gap = np.diff(out["onset"][at])
        out["duration"][at[:-1]] = np.minimum(out["duration"][at[:-1]], gap)
    return out


def rival(run: Path) -> Drawer:
    """Return a trained MuseGAN that is told the melody.

    Raises:
        AntiphonError: there is none in the folder.
        ValueError: it is told something else.
    """
    drawer = read_drawer(run / "weights")
    if not isinstance(drawer.view, RollView) or drawer.view.condition != "melody":
        raise ValueError(f"{run} is no accompanist: train configs/musegan_accompany.toml")
    return drawer


@torch.inference_mode()
def by_musegan(drawer: Drawer, song: Piece, seed: int) -> Accompaniment:
    """Return what it makes to the melody of a song in 4/4, four bars at a time, its key told."""
    view = drawer.view
    assert isinstance(view, RollView)
    sung = replace(song, tracks=[t for t in song.tracks if t.role == "melody"])
    bars, notes, _ = encode(sung)
    data = Prepared(bars, notes, np.array([0, len(bars)]), [], rolls_of(bars, notes), _NONE, _NONE)
    firsts = np.append(np.arange(0, len(bars) - view.n_bars, view.n_bars), len(bars) - view.n_bars)
    told = torch.from_numpy(view.segments(data, firsts)[1])
    noise = np.random.default_rng(seed).standard_normal(
        (len(firsts), drawer.generator.noise_size), np.float32
    )
    made = drawer.generator(torch.from_numpy(noise), told).numpy()
    shift = home_shift(bars["tonic"], bars["minor"])
    found: dict[str, list[Notes]] = {}
    written = 0
    for first, segment in zip(firsts.tolist(), made, strict=True):
        for role, part in view.passage(segment).parts.items():
            part["onset"] += first * BAR_STEPS
            part["pitch"] -= shift[first]
            found.setdefault(role, []).append(part[part["onset"] >= written * BAR_STEPS])
        written = first + view.n_bars
    return {role: in_order(together(many)) for role, many in found.items() if role != "melody"}
