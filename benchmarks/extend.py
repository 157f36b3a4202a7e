"""Do continuations keep what they continue, and develop it? Test songs cut off, eight bars more.

    python benchmarks/extend.py data/pop909 --songs 40

Of every song the first bars are given, without chords, key and sections, to `antiphon extend`.
Beside its eight bars: the song's own next eight; the next eight of another song, moved to the key;
and the last eight bars once more. Printed are, means over songs:

kept: the share of sounding time in the scale of the opening's key; how far notes a bar, fullness
(notes at once) and the mean pitch of each part are from the last eight given bars; the share of
parts that play in both or in neither. Tempo and metre are those of the opening in all.

developed: of every new bar the likest bar of the opening (cosine of what sounds and begins in each
part, `antiphon.metrics.structure`): the mean, the share of bars that resemble one (.7 and more) and
that are one (.95 and more); the mean for the melody alone and for the chords alone; and how like
the bar before new bars are.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from figures import figures_of
from held_out import bare, held_out
from numpy.typing import NDArray

from antiphon import Plan, extend
from antiphon.errors import AntiphonError
from antiphon.inference._recurrence import likeness_of
from antiphon.music.excerpt import key_of, semitones_home
from antiphon.music.keys import Key
from antiphon.music.passage import bars_of
from antiphon.music.piece import Notes, Piece, in_order, together

PARTS = ("melody", "counter", "chords", "bass")
N_NEW = 8
RESEMBLES, EQUAL = 0.7, 0.95


def joined(opening: Piece, more: Piece, semitones: int = 0) -> Piece:
    """Return an opening with other bars after it, part by part."""
    end = int(opening.bar_starts()[-1])
    tracks = []
    for track in opening.tracks:
        new = together([t.notes for t in more.tracks if t.role == track.role])
        new["onset"] += end
        new["pitch"] = np.clip(new["pitch"] + semitones, 0, 127)
        tracks.append(replace(track, notes=in_order(together([track.notes, new]))))
    return replace(opening, tracks=tracks, n_bars_asked=opening.n_bars + N_NEW)


def parts_in(piece: Piece, first: int, n_bars: int) -> dict[str, Notes]:
    """Return the notes of each part that begin in some bars."""
    cut = bars_of(piece, first, n_bars)
    return {role: together([t.notes for t in cut.tracks if t.role == role]) for role in PARTS}


def in_scale(parts: dict[str, Notes], key: Key) -> float:
    notes = together(list(parts.values()))
    inside = np.isin(notes["pitch"] % 12, key.scale)
    return float(notes["duration"][inside].sum() / max(notes["duration"].sum(), 1))


def texture(parts: dict[str, Notes]) -> tuple[float, float, NDArray[np.float64]]:
    """Return notes a bar, notes at once, and the mean pitch of each part, NaN where it rests."""
    notes = together(list(parts.values()))
    height = [n["pitch"].mean() if len(n) else np.nan for n in parts.values()]
    at_once = notes["duration"].sum() / max(len(np.unique(notes["onset"])), 1)
    return len(notes) / N_NEW, float(at_once), np.array(height)


def measure(whole: Piece, n_given: int, key: Key) -> dict[str, float]:
    """Return all measures of an opening of some bars with eight more after it."""
    before, new = (parts_in(whole, at, N_NEW) for at in (n_given - N_NEW, n_given))
    was, now = texture(before), texture(new)
    plays = [np.isfinite(side[2]) for side in (was, now)]
    likest = {}
    for name, roles in (("all", PARTS), ("melody", ("melody",)), ("chords", ("chords", "bass"))):
        likeness = likeness_of(whole, roles)
        rows = likeness[n_given : n_given + N_NEW, :n_given]
        rows = rows[np.isfinite(rows).any(axis=1)]
        likest[name] = np.nanmax(rows, axis=1) if len(rows) else np.full(1, np.nan)
        if name == "all":
            steps = np.arange(n_given, n_given + N_NEW)
            last = float(np.nanmean(likeness[steps, steps - 1]))
    return {
        "in scale": in_scale(new, key),
        "notes a bar off by": abs(np.log2(max(now[0], 0.5) / was[0])),
        "fullness off by": abs(np.log2(max(now[1], 0.5) / was[1])),
        "register off by": float(np.nanmean(np.abs(now[2] - was[2]))),
        "same parts": float((plays[0] == plays[1]).mean()),
        "likest bar": float(np.nanmean(likest["all"])),
        "resembles": float(np.nanmean(likest["all"] >= RESEMBLES)),
        "is one": float(np.nanmean(likest["all"] >= EQUAL)),
        "likest, melody": float(np.nanmean(likest["melody"])),
        "likest, chords": float(np.nanmean(likest["chords"])),
        "bar before": last,
    }


def systems(song: Piece, other: Piece, n_given: int, seed: int) -> dict[str, Piece]:
    """Return the opening of a song continued by everyone."""
    opening = bars_of(song, 0, n_given)
    made = extend(bare(opening), N_NEW, plan=Plan(seed=seed))[0].piece
    for track, given in zip(made.tracks, opening.tracks, strict=True):
        assert np.array_equal(track.notes[: len(given.notes)][["onset", "pitch"]],
                              given.notes[["onset", "pitch"]])  # fmt: skip
    assert made.tempos == opening.tempos and made.metres == opening.metres
    up = semitones_home(key_of(other)) - semitones_home(key_of(song))
    return {
        "the song's own": joined(opening, bars_of(song, n_given, N_NEW)),
        "extend": made,
        "another song": joined(opening, bars_of(other, n_given, N_NEW), (up + 6) % 12 - 6),
        "the last bars again": joined(opening, bars_of(song, n_given - N_NEW, N_NEW)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--given", type=int, default=32, help="bars of the opening")
    parser.add_argument("--split", default="test", help="test, or validation to try things on")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    n_bars = asked.given + N_NEW
    songs = held_out(asked.root, asked.split, asked.songs, min_bars=n_bars, most=n_bars)
    rows: dict[str, list[dict[str, float]]] = {}
    for index, song in enumerate(songs):
        other = songs[(index + 1) % len(songs)]
        try:
            found = systems(song, other, asked.given, asked.seed + index)
        except AntiphonError as error:
            print(f"refused: {song.title}: {error}")
            continue
        for name, whole in found.items():
            rows.setdefault(name, []).append(measure(whole, asked.given, key_of(song)))
    n, load = len(rows["extend"]), os.getloadavg()[0]
    print(f"{n} {asked.split} songs, {asked.given} bars given, seed {asked.seed}, load {load:.1f}")
    for name, many in rows.items():
        print(f"{name}: {figures_of(many, 2)}")


if __name__ == "__main__":
    main()
