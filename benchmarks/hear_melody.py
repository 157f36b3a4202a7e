"""Is a tune heard in its recording? Melodies of songs, played and hummed, transcribed again.

    python benchmarks/hear_melody.py data/pop909 --songs 8

The first half minute of test songs' melodies is made sound: by the soundfont's flute and piano,
and by a voice (harmonics under a vowel's formants, gliding into each note, with vibrato and
breath). Printed are precision, recall and F1 of notes, one being found where pitch is equal and the
onset within 50 ms (MIREX; the beats are left aside by comparing seconds); the same with the pitch
left aside; and of the piece that is read: in how many the tempo is right within 4 % (twice and half
are right, too: nobody can tell), and how many of the intervals of time between neighbouring notes
come out as they were written, in 16ths of that tempo.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from antiphon.datasets import pop909
from antiphon.formats import wav
from antiphon.formats._melody import line, on_beats
from antiphon.formats._transcriber import transcribe
from antiphon.music.piece import Piece
from antiphon.sound.hearing import beats_s

RATE_HZ = 22_050
NEAR_S = 0.05
FORMANTS = ((700.0, 110.0), (1220.0, 120.0), (2600.0, 160.0))  # of "ah": Hz, width

Audio = NDArray[np.float32]


def melody(song: Piece, seconds: float) -> Piece:
    """Return the melody of the beginning of a song, from its first note on."""
    track = next(t for t in song.tracks if t.role == "melody")
    starts = song.bar_starts()
    bar = int(np.searchsorted(starts, track.notes["onset"][0], side="right")) - 1
    notes = track.notes[track.notes["onset"] >= starts[bar]].copy()
    notes["onset"] -= int(starts[bar])
    bpm = max((t for t in song.tempos if t.onset <= starts[bar]), key=lambda t: t.onset).bpm
    until = seconds * bpm / 60 * song.resolution
    return Piece(
        [replace(track, notes=notes[notes["onset"] < until])],
        song.resolution,
        tempos=[replace(song.tempos[0], onset=0, bpm=bpm)],
    )


def hummed(piece: Piece, rng: np.random.Generator) -> Audio:
    """Return a voice that hums a melody."""
    notes = piece.tracks[0].notes
    onset = piece.seconds(notes["onset"])
    end = piece.seconds(notes["onset"] + notes["duration"])
    out = np.zeros(int((end[-1] + 1) * RATE_HZ))
    for begin, stop, pitch in zip(onset, end, notes["pitch"].astype(float), strict=True):
        at = np.arange(int(max(stop - begin, 0.1) * RATE_HZ)) / RATE_HZ
        glide = -0.7 * np.exp(-at / 0.03)
        vibrato = 0.25 * np.sin(2 * np.pi * 5.3 * at) * np.minimum(1, at / 0.4)
        hz = 440 * 2 ** ((pitch + glide + vibrato + 0.1 * rng.normal() - 69) / 12)
        phase = 2 * np.pi * np.cumsum(hz) / RATE_HZ
        tone = sum(np.sin(k * phase) / k for k in range(1, 20))
        edge = np.minimum(1, np.minimum(at / 0.04, np.maximum(at[-1] - at, 0) / 0.06))
        first = int(begin * RATE_HZ)
        out[first : first + len(at)] += tone * edge
    out += 0.05 * rng.standard_normal(len(out))
    for hz, width in FORMANTS:
        r = np.exp(-np.pi * width / RATE_HZ)
        out = 0.5 * out + lfilter(
            [1 - r], [1, -2 * r * np.cos(2 * np.pi * hz / RATE_HZ), r * r], out
        )
    return (0.3 * out / np.abs(out).max()).astype(np.float32)


def played(piece: Piece, program: int) -> Audio:
    """Return the soundfont's playing, brought down to mono."""
    track = replace(piece.tracks[0], program=program)
    return wav.render(replace(piece, tracks=[track])).mean(axis=1)[::2]


def matched(true: NDArray[np.float64], found: NDArray[np.float64], by_pitch: bool) -> int:
    """Return how many notes (onset, pitch) of one are in the other, each once."""
    free = np.ones(len(found), bool)
    n = 0
    for onset, pitch in true:
        near = free & (np.abs(found[:, 0] - onset) <= NEAR_S)
        near &= (found[:, 1] == pitch) | (not by_pitch)
        if near.any():
            free[np.flatnonzero(near)[0]] = False
            n += 1
    return n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--songs", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    sources = [s for s in pop909.sources(asked.root) if s.split == "test"][: asked.songs]
    pieces = [melody(pop909.read(source), asked.seconds) for source in sources]
    rng = np.random.default_rng(0)
    print(f"{len(pieces)} melodies of {asked.seconds:g} s, load {os.getloadavg()[0]:.1f}")
    for name in ("flute", "piano", "voice"):
        rows, offs, kept = [], [], []
        for piece in pieces:
            program = {"flute": 73, "piano": 0}.get(name)
            sound = hummed(piece, rng) if program is None else played(piece, program)
            sung = line(transcribe(sound, RATE_HZ))
            notes = piece.tracks[0].notes
            true = np.stack([piece.seconds(notes["onset"]), notes["pitch"]], axis=1)
            found = np.stack([sung.onset_s, sung.pitch], axis=1)
            hits = [matched(true, found, by_pitch) for by_pitch in (True, False)]
            rows.append(
                [
                    hits[0] / len(found),
                    hits[0] / len(true),
                    2 * hits[0] / (len(true) + len(found)),
                    2 * hits[1] / (len(true) + len(found)),
                ]
            )
            read = on_beats(sung, beats_s(sound, RATE_HZ))
            bpm = piece.tempos[0].bpm
            octaves = np.log2(read.tempos[0].bpm / bpm)
            offs.append(abs(octaves - round(octaves)))
            sixteenths = notes["onset"] * 4 * 2 ** round(octaves) / piece.resolution
            kept.append(steps_kept(true, read, sung.onset_s, sixteenths))
        means = np.mean(rows, axis=0)
        print(
            f"{name:6} precision {means[0]:.3f}  recall {means[1]:.3f}  F1 {means[2]:.3f}  "
            f"onsets alone {means[3]:.3f}; tempo within 4 % {np.mean(np.array(offs) < 0.057):.2f}, "
            f"steps as written {np.mean(kept):.3f}"
        )


def steps_kept(
    true: NDArray[np.float64],
    read: Piece,
    onset_s: NDArray[np.float64],
    sixteenths: NDArray[np.float64],
) -> float:
    """Return the share of found neighbours whose distance in 16ths is the written one."""
    at = np.rint(read.tracks[0].notes["onset"] * 4 / read.resolution)
    n = min(len(at), len(onset_s))
    pairs = []
    for index, (onset, _) in enumerate(true):
        near = int(np.abs(onset_s[:n] - onset).argmin())
        if abs(onset_s[near] - onset) <= NEAR_S:
            pairs.append((sixteenths[index], at[near]))
    if len(pairs) < 2:
        return 0.0
    steps = np.diff(np.array(pairs), axis=0)
    return float((steps[:, 0] == steps[:, 1]).mean())


if __name__ == "__main__":
    main()
