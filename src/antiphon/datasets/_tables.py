"""Joining the tables of songs, and moving a song into other keys."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets._song import DRUM_NOTE, Song
from antiphon.representations.bars import BAR, BAR_NOTE, NO_CHORD, PARTS


def joined(
    songs: list[Song],
) -> tuple[NDArray[np.void], NDArray[np.void], NDArray[np.void]]:
    """Return bars, notes and drums of all songs, rows renumbered to count through.

    Runs and note rows count through the whole set; `piece` is the song's place in the list.
    """
    bars = np.concatenate([song.bars for song in songs], dtype=BAR)
    drums = np.concatenate([song.drums for song in songs], dtype=DRUM_NOTE)
    n_bars = np.array([len(song.bars) for song in songs])
    bars["piece"] = np.repeat(np.arange(len(songs)), n_bars)
    n_runs = np.array([int(song.bars["run"][-1]) + 1 for song in songs])
    bars["run"] += np.repeat(np.cumsum(n_runs) - n_runs, n_bars).astype(np.int32)
    n_notes = np.array([len(song.notes) for song in songs])
    bars["note_start"] += np.repeat(np.cumsum(n_notes) - n_notes, n_bars)
    n_drums = np.array([len(song.drums) for song in songs])
    drums["bar"] += np.repeat(np.cumsum(n_bars) - n_bars, n_drums).astype(np.int32)
    return bars, np.concatenate([song.notes for song in songs], dtype=BAR_NOTE), drums


def leave_out_doubles(songs: list[Song]) -> None:
    """Empty each song whose tables equal an earlier one's, and say so: files differ, notes not."""
    first_of: dict[bytes, str] = {}
    for song in songs:
        if not len(song.bars):
            continue
        told = song.notes if len(song.notes) else song.bars["chords"]  # charts have no notes
        content = hashlib.sha256(told.tobytes() + song.drums.tobytes()).digest()
        original = first_of.setdefault(content, song.info["id"])
        if original != song.info["id"]:
            song.info = {key: song.info[key] for key in ("id", "split")} | {
                "left_out": f"The same notes as {original}.",
                "reason": "the same notes as another",
            }
            song.bars, song.notes, song.drums = song.bars[:0], song.notes[:0], song.drums[:0]


def transposed(song: Song) -> list[Song]:
    """Return a training song in every key of its range, itself first; others only itself."""
    if song.info["split"] != "train" or not len(song.notes):
        return [song]
    low, high = song.info["transpose"]
    others = [shift for shift in range(low, high + 1) if shift]
    return [song, *(_shifted(song, shift) for shift in others)]


def _shifted(song: Song, shift: int) -> Song:
    bars, notes = song.bars.copy(), song.notes.copy()
    bars["tonic"] = (bars["tonic"].astype(np.int16) + shift) % 12
    for column in (0, 2):  # root and bass
        pitch = bars["chords"][:, :, column]
        moved = (pitch.astype(np.int16) + shift) % 12
        bars["chords"][:, :, column] = np.where(pitch == NO_CHORD, NO_CHORD, moved)
    is_pitched = notes["part"] != PARTS.index("drums")
    notes["pitch"][is_pitched] = notes["pitch"][is_pitched].astype(np.int16) + shift
    low, high = song.info["transpose"]
    info = song.info | {"shift": shift, "transpose": [low - shift, high - shift]}
    return replace(song, info=info, bars=bars, notes=notes)
