"""Passages: some bars of a piece by themselves, and a bar once more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from antiphon.music.piece import KeyMark, Metre, Notes, Piece, Tempo, together

_SOFTER, _SOFTEST = 8, 20  # velocities by which a varied bar is softer
_KEPT_SHARE = 0.6  # of the notes of a melody


def bars_of(piece: Piece, first: int, n_bars: int | None = None) -> Piece:
    """Return some bars of a piece in one metre as a piece of their own.

    Notes and chords that begin in them are in it, cut at its end; the key, tempo and metre are
    those of its first bar.
    """
    starts = piece.bar_starts()
    last = len(starts) - 1 if n_bars is None else min(first + n_bars, len(starts) - 1)
    begin, end = int(starts[first]), int(starts[last])

    tempos = [t for t in piece.tempos if t.onset <= begin] or [Tempo(0, 120.0)]
    metre = piece.metre_at(begin)
    return replace(
        piece,
        tracks=[replace(track, notes=notes_in(track.notes, begin, end)) for track in piece.tracks],
        tempos=[Tempo(0, tempos[-1].bpm)],
        metres=[Metre(0, metre.numerator, metre.denominator)],
        keys=[KeyMark(0, mark.key) for mark in piece.keys if mark.onset <= begin][-1:],
        chords=[
            replace(c, onset=c.onset - begin, duration=min(c.duration, end - c.onset))
            for c in piece.chords
            if begin <= c.onset < end
        ],
        sections=[],
        n_bars_asked=last - first,
    )


def notes_in(notes: Notes, begin: int, end: int) -> Notes:
    """Return the notes, of those in order, that begin in a stretch of steps.

    They are counted from its beginning and cut at its end.
    """
    first, last = np.searchsorted(notes["onset"], [begin, end])
    inside = notes[first:last].copy()
    inside["duration"] = np.minimum(inside["duration"], end - inside["onset"])
    inside["onset"] -= begin
    return inside


def repeated_varied(piece: Piece, seed: int) -> Piece:
    """Return the music with its last bar once more, a little varied, without any network.

    Drums stay; everything else is softer, and some of the melody is left out.
    """
    rng = np.random.default_rng([seed, 31])
    starts = piece.bar_starts()
    begin, length = int(starts[-2]), int(starts[-1] - starts[-2])
    tracks = []
    for track in piece.tracks:
        last = track.notes[track.notes["onset"] >= begin].copy()
        last["onset"] += length
        if not track.is_drum:
            last["velocity"] = np.maximum(
                last["velocity"] - rng.integers(_SOFTER, _SOFTEST, len(last)), 1
            )
        if track.role in ("melody", "counter"):
            last = last[rng.random(len(last)) < _KEPT_SHARE]
        tracks.append(replace(track, notes=together([track.notes, last])))
    spans = [
        replace(span, onset=span.onset + length) for span in piece.chords if span.onset >= begin
    ]
    return replace(
        piece, tracks=tracks, chords=[*piece.chords, *spans], n_bars_asked=piece.n_bars + 1
    )
