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

from antiphon.music._ensemble import Sound, is_effect, monophony_of, named_role, sound_of
from antiphon.music._heard import bass_of, lowest
from antiphon.music.instruments import ROLES
from antiphon.music.piece import (
    RESOLUTION,
    Notes,
    Piece,
    Track,
    in_order,
    together,
    without_doubles,
)

BASS_CEILING = 55  # MIDI pitch (G3) from which on a lowest note is no bass
BASS_REACH = 7  # semitones above the lowest note of the neighbourhood that a bass may play
COUNTER_FLOOR = 60  # MIDI pitch (middle C) under which an upper line is no counter-melody
COUNTER_REACH = 9  # semitones below the highest note around that it may go
_ALONE = 0.9  # share of lone onsets from which on a part is a single line
_TUNE_FLOOR = 48  # MIDI pitch (C3) its middle note must reach to be a melody
_TUNE_ACTIVITY = 0.1  # share of bars in which a melody plays at least
_DOUBLED = 0.7  # share of equal notes from which on a track is another one's double
_NOISE = "it is a noise, no part of the ensemble"
_DOUBLE = "another track of its part plays it, too"
COUNTER_GAP = 3  # semitones it keeps from the chord below


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
    notes = in_order(together([t.notes for t in tracks]))
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
    return lowest(notes["onset"], notes["duration"], notes["pitch"], end)


def is_bass_note(notes: Notes, resolution: int = RESOLUTION) -> NDArray[np.bool_]:
    """Return which notes of a part are its bass line; at most one at each onset.

    A bass note is the lowest that sounds when it begins, lies below `BASS_CEILING` and no
    further than `BASS_REACH` above the lowest note within a quarter note around it, so that
    the upper notes of a broken chord stay with the chords.

    Args:
        notes: sorted by onset, then pitch.
        resolution: steps per quarter note.
    """
    columns = notes["onset"], notes["duration"], notes["pitch"]
    return bass_of(*columns, resolution, BASS_CEILING, BASS_REACH)


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
    bass = Track(role.name, role.program, notes=track.notes.compress(is_bass), role="bass")
    return bass, replace(track, notes=track.notes.compress(~is_bass), role="chords")


def split_upper(
    track: Track, bar_starts: NDArray[np.int64], melody: Notes, resolution: int = RESOLUTION
) -> tuple[Track, Track]:
    """Take the upper line of a chordal part out as a counter-melody, bar by bar.

    A bar gives a line where its highest notes move like a tune (half of the steps no wider
    than a major third), stand a minor third clear of the notes struck with them, and do not
    double the melody. Where it does not, its notes all stay. Lossless as `split_bass` is.

    Args:
        track: the part, best without its bass.
        bar_starts: (bars + 1,) as `Piece.bar_starts` gives them.
        melody: notes of the melody it may accompany; may be empty.
        resolution: steps per quarter note.

    Returns:
        The counter-melody (role ``counter``) and the rest (role ``chords``).
    """
    on_top = _is_top_note(track.notes, resolution)
    line = track.notes[on_top]
    if len(line):
        bar = np.searchsorted(bar_starts, line["onset"], side="right") - 1
        clear = _sings(line, bar, melody, len(bar_starts))
        on_top[np.flatnonzero(on_top)[~clear[bar]]] = False
    role = ROLES["counter"]
    counter = Track(role.name, role.program, notes=track.notes[on_top], role="counter")
    return counter, replace(track, notes=track.notes[~on_top], role="chords")


def _is_top_note(notes: Notes, resolution: int, floor: int = COUNTER_FLOOR) -> NDArray[np.bool_]:
    """Return which notes are the highest sounding, in a high register and clear of the next."""
    if not len(notes):
        return np.zeros(0, dtype=bool)
    onset, pitch = notes["onset"].astype(np.int64), notes["pitch"].astype(np.int64)
    same = onset[1:] == onset[:-1]
    last = np.append(~same, True)
    clear = np.append(True, ~same | (np.diff(pitch) >= COUNTER_GAP))
    mirrored = notes.copy()
    mirrored["pitch"] = 127 - notes["pitch"]
    ceiling = 127 - lowest_sounding(mirrored, int((onset + np.maximum(notes["duration"], 1)).max()))
    beat = onset // resolution
    by_beat = np.zeros(beat.max() + 3, dtype=np.int64)
    np.maximum.at(by_beat, beat + 1, pitch)
    around = np.maximum(np.maximum(by_beat[:-2], by_beat[1:-1]), by_beat[2:])
    high = (pitch >= floor) & (pitch >= around[beat] - COUNTER_REACH)
    on_top: NDArray[np.bool_] = last & clear & high & (pitch >= ceiling[onset])
    return on_top


def _sings(line: Notes, bar: NDArray[np.int64], melody: Notes, n_bars: int) -> NDArray[np.bool_]:
    """Return for each bar whether its part of a line is a tune of its own; shape (n_bars,)."""
    count = np.bincount(bar, minlength=n_bars)
    steps = np.abs(np.diff(line["pitch"].astype(np.int64), prepend=line["pitch"][:1]))
    inner = np.diff(bar, prepend=-1) == 0
    near = np.bincount(bar[inner & (steps <= 4) & (steps > 0)], minlength=n_bars)
    doubled = np.zeros(n_bars, dtype=np.int64)
    if len(melody):
        begun = np.searchsorted(melody["onset"], line["onset"], side="right") - 1
        sung = melody[np.maximum(begun, 0)]
        sounds = (begun >= 0) & (line["onset"] < sung["onset"] + sung["duration"])
        equal = sounds & (sung["pitch"] % 12 == line["pitch"] % 12)
        doubled = np.bincount(bar[equal], minlength=n_bars)
    return (count >= 3) & (2 * near >= count - 1) & (2 * doubled < count)


def assign_roles(piece: Piece) -> Piece:
    """Return a piece with at most one track a role: melody, counter, chords, bass and drums.

    Works on any tracks. Drums are the drum channel's or what is named so; then names decide,
    then instruments and how each track plays. What is left joins the chords; noises
    (gunshots, helicopters) are left out, and so is a note that two tracks of a part begin
    together; `Piece.left_out` counts both. Where one part plays everything, as a solo piano
    does, its highest line becomes the melody and its lowest the bass.

    Args:
        piece: with at least one note.
    """
    sounding = [t for t in piece.tracks if len(t.notes)]
    beaten = [t.is_drum or named_role(t) == "drums" for t in sounding]
    drums = [t for t, is_beaten in zip(sounding, beaten, strict=True) if is_beaten]
    pitched = [
        t for t, is_beaten in zip(sounding, beaten, strict=True) if not (is_beaten or is_effect(t))
    ]
    parts = _cast(pitched, piece) if pitched else {}
    if "melody" in parts and "chords" not in parts and "bass" not in parts:
        parts |= _take_apart(parts, piece)
    elif "bass" not in parts and "chords" in parts:
        bass, rest = split_bass(parts["chords"], piece.resolution)
        parts |= {"bass": bass, "chords": rest}
    if drums:
        parts["drums"] = replace(merge(drums, "drums"), is_drum=True)
    tracks = [
        replace(
            parts[role], name=ROLES[role].name, role=role, notes=without_doubles(parts[role].notes)
        )
        for role in ROLES
        if role in parts and len(parts[role].notes)
    ]
    n_cast, n_kept = (sum(len(t.notes) for t in some) for some in (parts.values(), tracks))
    left_out = {_NOISE: piece.n_notes - n_cast, _DOUBLE: n_cast - n_kept}
    return replace(piece, tracks=tracks, left_out={why: n for why, n in left_out.items() if n})


def _cast(tracks: list[Track], piece: Piece) -> dict[str, Track]:
    """Give each pitched track a role; those that share one are merged."""
    starts = piece.bar_starts()
    n_bars = len(starts) - 1
    sounds = [sound_of(t, n_bars, float(starts[-1]) / n_bars) for t in tracks]
    said = [t.role if t.role in ROLES else named_role(t) for t in tracks]
    chosen: dict[str, list[int]] = {
        role: [i for i, name in enumerate(said) if name == role] for role in ROLES
    }
    free = {i for i, name in enumerate(said) if not name}
    if not chosen["bass"]:
        low = [i for i in free if sounds[i].bass_line >= 1.5 and len(tracks) > 1]
        low += [i for i in chosen["chords"] if not low and sounds[i].bass_line >= 2.5]
        chosen["bass"] = [max(low, key=lambda i: sounds[i].bass_line)] if low else []
    else:
        chosen["bass"] = [max(chosen["bass"], key=lambda i: sounds[i].activity)]
    free -= set(chosen["bass"])
    for role, least in (("melody", 1.8), ("counter", 2.4)):
        said_so = [i for i in chosen[role] if _may_sing(sounds[i])]
        among = said_so or [i for i in free if sounds[i].tune >= least and _may_sing(sounds[i])]
        among = among or [*free, *chosen["chords"]] * (role == "melody")
        among = [i for i in among if i not in chosen["bass"]]
        if role == "counter":
            among = [i for i in among if not _echoes(tracks, i, chosen["melody"])]
        chosen[role] = [max(among, key=lambda i: sounds[i].tune)] if among else []
        chosen[role] += [i for i in free if chosen[role] and _doubles(tracks, i, chosen[role][0])]
        free -= set(chosen[role])
    taken = {i for role in ("melody", "counter", "bass") for i in chosen[role]}
    chosen["chords"] = [i for i in range(len(tracks)) if i not in taken]
    return {
        role: merge([tracks[i] for i in sorted(found, key=lambda i: -len(tracks[i].notes))], role)
        for role, found in chosen.items()
        if found and role != "drums"
    }


def _may_sing(sound: Sound) -> bool:
    """Return whether a part is high enough and there often enough to carry a tune."""
    return sound.median >= _TUNE_FLOOR and sound.activity >= _TUNE_ACTIVITY


def _doubles(tracks: list[Track], index: int, other: int) -> bool:
    """Return whether most notes of one track are also another's, as in doubled parts."""
    if index == other:
        return False
    notes, known = tracks[index].notes, tracks[other].notes
    one = notes["onset"].astype(np.int64) * 128 + notes["pitch"]
    many = known["onset"].astype(np.int64) * 128 + known["pitch"]  # rising, as notes are sorted
    nearest = many[np.minimum(many.searchsorted(one), len(many) - 1)]
    return bool(np.count_nonzero(nearest == one) / len(one) > _DOUBLED)


def _echoes(tracks: list[Track], index: int, others: list[int]) -> bool:
    """Return whether a track plays the same pitches in the same order as one of others."""
    pitches = tracks[index].notes["pitch"]
    return any(np.array_equal(pitches, tracks[other].notes["pitch"]) for other in others)


def _take_apart(parts: dict[str, Track], piece: Piece) -> dict[str, Track]:
    """Return melody, chords and bass of a part that plays them all; itself where it is a line."""
    whole = parts["melody"]
    if monophony_of(whole.notes) > _ALONE:
        return {}
    bass, rest = split_bass(whole, piece.resolution)
    on_top = _is_top_note(rest.notes, piece.resolution, floor=0)
    melody = replace(rest, notes=rest.notes[on_top], role="melody")
    return {"melody": melody, "chords": replace(rest, notes=rest.notes[~on_top], lyrics=[])} | (
        {"bass": bass} if len(bass.notes) else {}
    )
