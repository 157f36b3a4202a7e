"""Who plays what: finds melody, counter-melody, chords, bass and drums in any tracks.

Files call their tracks anything. What decides here is, in this order: the drum channel, what
the name says, the instrument family, and then register, monophony and activity. A piano part
can be taken apart into bass and chords (`split_bass`) and a right hand into counter-melody
and chords (`split_upper`); `merge` puts parts together again without losing a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.music.instruments import ROLES
from antiphon.music.piece import RESOLUTION, Notes, Track

BASS_CEILING = 55  # MIDI pitch (G3) from which on a lowest note is no bass
BASS_REACH = 7  # semitones above the lowest note of the neighbourhood that a bass may play


def merge(tracks: Sequence[Track], role: str = "") -> Track:
    """Return one track with the notes of all, named and played as the first.

    No note is dropped or changed, so that ``merge(split_bass(track))`` has the notes of
    ``track`` again.

    Args:
        tracks: at least one.
        role: role of the result; that of the first when left out.

    Raises:
        ValueError: no tracks.
    """
    if not tracks:
        raise ValueError("nothing to merge")
    notes = np.sort(np.concatenate([t.notes for t in tracks]), order=("onset", "pitch"))
    controls = np.concatenate([t.controls for t in tracks])
    lyrics = sorted((text for t in tracks for text in t.lyrics), key=lambda text: text.onset)
    return replace(
        tracks[0],
        notes=notes,
        role=role or tracks[0].role,
        controls=controls[np.argsort(controls["onset"], kind="stable")],
        lyrics=lyrics,
    )


def lowest_sounding(notes: Notes, end: int) -> NDArray[np.int16]:
    """Return the lowest pitch sounding at each step, 128 where none does; shape (end,)."""
    floor = np.full(end, 128, dtype=np.int16)
    high_first = notes[np.argsort(-notes["pitch"].astype(np.int32), kind="stable")]
    lengths = np.maximum(high_first["duration"], 1)
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    # of several pitches written to one step the last, which is the lowest, stays
    floor[np.repeat(high_first["onset"], lengths) + offsets] = np.repeat(
        high_first["pitch"], lengths
    )
    return floor


def is_bass_note(notes: Notes, resolution: int = RESOLUTION) -> NDArray[np.bool_]:
    """Return which notes of a part are its bass line; at most one at each onset.

    A bass note is the lowest that sounds when it begins, lies below `BASS_CEILING` and no
    further than `BASS_REACH` above the lowest note within a quarter note around it, so that
    the upper notes of a broken chord stay with the chords.

    Args:
        notes: sorted by onset, then pitch.
        resolution: steps per quarter note.
    """
    if not len(notes):
        return np.zeros(0, dtype=bool)
    onset, pitch = notes["onset"].astype(np.int64), notes["pitch"]
    low = notes[pitch < BASS_CEILING]
    first = np.concatenate([[True], onset[1:] != onset[:-1]])
    if not len(low):
        return np.zeros(len(notes), dtype=bool)
    end = int(max(onset.max() + 1, (low["onset"] + np.maximum(low["duration"], 1)).max()))
    floor = lowest_sounding(low, end)
    beat = onset // resolution
    by_beat = np.full(beat.max() + 3, 128, dtype=np.int16)
    np.minimum.at(by_beat, beat + 1, pitch)
    around = np.minimum(np.minimum(by_beat[:-2], by_beat[1:-1]), by_beat[2:])
    return first & (pitch < BASS_CEILING) & (pitch <= floor[onset]) & (
        pitch <= around[beat] + BASS_REACH
    )


def split_bass(track: Track, resolution: int = RESOLUTION) -> tuple[Track, Track]:
    """Take a piano (or any chordal) part apart into its bass line and the rest.

    Lossless: `merge` of the two gives the same notes.

    Args:
        track: the part.
        resolution: steps per quarter note.

    Returns:
        The bass (role ``bass``, named and played as a bass) and the rest (role ``chords``),
        which keeps name, program and controllers.
    """
    is_bass = is_bass_note(track.notes, resolution)
    role = ROLES["bass"]
    bass = Track(role.name, role.program, notes=track.notes[is_bass], role="bass")
    return bass, replace(track, notes=track.notes[~is_bass], role="chords")
