"""Augmentation of pieces: the same music in another key, tempo, register, touch, order, line-up.

Each change is a function of a piece that leaves the piece itself alone; `Augmentation` draws
some of them at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Notes, Piece, Section, Tempo, Track

Rng = np.random.Generator


def transposed(piece: Piece, semitones: int) -> Piece:
    """Return a piece in another key: pitches, chords and key marks move, drums stay.

    A note that would leave 0–127 goes to the nearest octave inside.

    Raises:
        AntiphonError: semitones is beyond ±36.
    """
    if not -36 <= semitones <= 36:
        raise AntiphonError(f"A transposition of {semitones} semitones: give −36 to 36.")
    tracks = [
        t if t.is_drum else replace(t, notes=_moved(t.notes, semitones)) for t in piece.tracks
    ]
    return replace(
        piece,
        tracks=tracks,
        keys=[replace(k, key=Key((k.key.tonic + semitones) % 12, k.key.mode)) for k in piece.keys],
        chords=[
            replace(c, chord=c.chord.transposed(semitones) if c.chord else None)
            for c in piece.chords
        ],
    )


def _moved(notes: Notes, semitones: int) -> Notes:
    notes = notes.copy()
    pitch = notes["pitch"].astype(np.int64) + semitones
    over, under = np.maximum(pitch - 127, 0), np.maximum(-pitch, 0)
    notes["pitch"] = pitch - 12 * (-(-over // 12)) + 12 * (-(-under // 12))
    return np.sort(notes, order=("onset", "pitch"))


def faster(piece: Piece, factor: float) -> Piece:
    """Return a piece played so many times as fast.

    Raises:
        AntiphonError: factor is not within .25 to 4.
    """
    if not 0.25 <= factor <= 4:
        raise AntiphonError(f"A tempo of {factor:g} times the written one: give 0.25 to 4.")
    tempos = piece.tempos or [Tempo(0, 120.0)]
    return replace(piece, tempos=[replace(t, bpm=t.bpm * factor) for t in tempos])


def octaves_jittered(piece: Piece, share: float, rng: Rng) -> Piece:
    """Return a piece of whose pitched tracks a share sounds an octave higher or lower.

    A track whose notes would leave 0–127 goes the other way.
    """

    def jittered(track: Track) -> Track:
        moves, up = rng.random() < share, rng.random() < 0.5
        if track.is_drum or not moves or not len(track.notes):
            return track
        low, high = int(track.notes["pitch"].min()), int(track.notes["pitch"].max())
        shift = 12 if (up and high <= 115) or low < 12 else -12
        return replace(track, notes=_moved(track.notes, shift))

    return replace(piece, tracks=[jittered(track) for track in piece.tracks])


def velocities_jittered(piece: Piece, spread: float, rng: Rng) -> Piece:
    """Return a piece whose velocities are moved by a normal deviate; they stay within 1–127.

    Args:
        piece: the music.
        spread: standard deviation in steps of velocity.
        rng: where the deviates come from.
    """

    def jittered(track: Track) -> Track:
        notes = track.notes.copy()
        moved = np.rint(notes["velocity"] + spread * rng.standard_normal(len(notes)))
        notes["velocity"] = np.where(notes["velocity"] > 0, np.clip(moved, 1, 127), 0)
        return replace(track, notes=notes)

    return replace(piece, tracks=[jittered(track) for track in piece.tracks])


def without_some_tracks(piece: Piece, share: float, rng: Rng) -> Piece:
    """Return a piece of whose sounding tracks a share is left out; at least one stays."""
    sounding = [i for i, track in enumerate(piece.tracks) if len(track.notes)]
    gone = {i for i in sounding if rng.random() < share}
    if sounding and len(gone) == len(sounding):
        gone.remove(sounding[rng.integers(len(sounding))])
    return replace(piece, tracks=[t for i, t in enumerate(piece.tracks) if i not in gone])


_Mark = TypeVar("_Mark", Tempo, Metre, KeyMark)


def rotated(piece: Piece, n_bars: int) -> Piece:
    """Return a piece that begins `n_bars` later, with the bars before that behind its end.

    A note ends where its half of the piece ends, at the latest. Tempo, metre and key go with
    their bars; a section that is cut becomes two of one name.

    Args:
        piece: the music.
        n_bars: any whole number; a piece of 8 bars rotated by 9 is rotated by 1.
    """
    starts = piece.bar_starts()
    n_bars %= len(starts) - 1
    if not n_bars:
        return replace(piece, tracks=list(piece.tracks))
    cut, end = int(starts[n_bars]), int(starts[-1])
    return replace(
        piece,
        tracks=[_rotated_track(track, cut, end) for track in piece.tracks],
        tempos=_rotated_marks(piece.tempos or [Tempo(0, 120.0)], cut, end),
        metres=_rotated_marks(piece.metres or [Metre(0)], cut, end),
        keys=_rotated_marks(piece.keys, cut, end),
        chords=_rotated_chords(piece.chords, cut, end),
        sections=_rotated_sections(piece.sections, n_bars, len(starts) - 1),
        n_bars_asked=len(starts) - 1,
    )


def _place(onset: int, cut: int, end: int) -> int:
    """Return where a step comes to lie."""
    return onset - cut if onset >= cut else onset + end - cut


def _rotated_track(track: Track, cut: int, end: int) -> Track:
    notes = track.notes[(track.notes["onset"] >= 0) & (track.notes["onset"] < end)].copy()
    early = notes["onset"] < cut
    notes["duration"] = np.minimum(notes["duration"], np.where(early, cut, end) - notes["onset"])
    notes["onset"] += np.where(early, end - cut, -cut).astype(np.int32)
    controls = track.controls[track.controls["onset"] < end].copy()
    controls["onset"] = np.where(
        controls["onset"] < cut, controls["onset"] + end - cut, controls["onset"] - cut
    )
    lyrics = [replace(t, onset=_place(t.onset, cut, end)) for t in track.lyrics if t.onset < end]
    return replace(
        track,
        notes=np.sort(notes, order=("onset", "pitch")),
        controls=controls[np.argsort(controls["onset"], kind="stable")],
        lyrics=sorted(lyrics, key=lambda text: text.onset),
    )


def _rotated_marks(marks: Sequence[_Mark], cut: int, end: int) -> list[_Mark]:
    """Move marks with their bars, and say at both seams again what is in force there."""
    ordered = sorted((m for m in marks if m.onset < end), key=lambda m: m.onset)
    if not ordered:
        return []
    at_cut = next((m for m in reversed(ordered) if m.onset <= cut), ordered[0])
    moved = {_place(max(m.onset, 0), cut, end): m for m in ordered}
    moved.setdefault(0, at_cut)
    moved.setdefault(end - cut, ordered[0])
    return [replace(mark, onset=onset) for onset, mark in sorted(moved.items())]


def _rotated_chords(chords: Sequence[ChordSpan], cut: int, end: int) -> list[ChordSpan]:
    found = []
    for span in chords:
        for low, high in ((0, cut), (cut, end)):
            start, stop = max(span.onset, low), min(span.onset + span.duration, high)
            if start < stop:
                found.append(ChordSpan(_place(start, cut, end), stop - start, span.chord))
    return sorted(found, key=lambda span: span.onset)


def _rotated_sections(sections: Sequence[Section], cut: int, n_bars: int) -> list[Section]:
    found = []
    for section in sections:
        for low, high in ((0, cut), (cut, n_bars)):
            start, stop = max(section.start, low), min(section.start + section.n_bars, high)
            if start < stop:
                place = _place(start, cut, n_bars)
                found.append(Section(place, stop - start, section.label))
    return sorted(found, key=lambda section: section.start)


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far a piece may be changed; 0, or 1 for `tempo`, leaves that side of it alone."""

    semitones: int = 5  # down or up
    tempo: float = 1.15  # slower or faster by at most this factor
    octave_share: float = 0.15  # of tracks
    velocity_spread: float = 6.0  # steps, standard deviation
    rotate_share: float = 0.5  # of pieces, to begin at any of their bars
    drop_share: float = 0.15  # of tracks

    def __post_init__(self) -> None:
        if not 0 <= self.semitones <= 36 or not 1 <= self.tempo <= 4:
            raise AntiphonError("semitones must be 0 to 36, and tempo 1 to 4.")
        shares = (self.octave_share, self.rotate_share, self.drop_share)
        if not all(0 <= share <= 1 for share in shares) or self.velocity_spread < 0:
            raise AntiphonError("Shares must be 0 to 1, and velocity_spread 0 or more.")

    def __call__(self, piece: Piece, rng: Rng) -> tuple[Piece, str]:
        """Return a changed piece, and what was changed, in words.

        Equal generators give equal pieces.
        """
        semitones = int(rng.integers(-self.semitones, self.semitones + 1))
        factor = float(self.tempo ** rng.uniform(-1, 1))
        bar = int(rng.integers(max(piece.n_bars, 1)))
        bar = bar if rng.random() < self.rotate_share else 0
        whole = rotated(faster(transposed(piece, semitones), factor), bar)
        fewer = without_some_tracks(whole, self.drop_share, rng)
        moved = octaves_jittered(fewer, self.octave_share, rng)
        gone = [t.name for t in whole.tracks if not any(t is stays for stays in fewer.tracks)]
        away = [
            new.name for old, new in zip(fewer.tracks, moved.tracks, strict=True) if new is not old
        ]
        told = [
            f"transposed by {semitones:+d}" if semitones else "",
            f"tempo × {factor:.2f}",
            f"begins at bar {bar + 1}" if bar else "",
            f"without {' and '.join(gone)}" if gone else "",
            f"{' and '.join(away)} an octave away" if away else "",
        ]
        piece = velocities_jittered(moved, self.velocity_spread, rng)
        return piece, ", ".join(text for text in told if text)
