"""The players: written bars become notes of parts that can be played and sung.

What was written is kept but for what no player would do: parts are brought into their range by
octaves, chords and bass keep to the progression for most of the time, and the last chord is
held.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.inference._sheet import Sheet
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.piece import (
    NOTE,
    Notes,
    Piece,
    Track,
    in_order,
    together,
    without_overlaps,
)
from antiphon.representations.bars import (
    PITCHED,
    beat_steps,
    home_shift,
)
from antiphon.representations.rolls import chord_features
from antiphon.representations.score import N_PARTS, ONE_VOICE
from antiphon.representations.writing import Writing, in_steps

MIN_VELOCITY = 12  # softer is not heard
MAX_RINGING = 8  # notes of a part that are held to the end: two hands hold no more
CHORD_TONE_SHARE = 0.92  # of the sounding time of chords and bass, at the least


def written_notes(writing: Writing, piece: int, sheet: Sheet) -> dict[str, Notes]:
    """Return the notes of the four pitched parts as they were written, in the piece's key."""
    written = writing.notes(piece)
    notes = in_steps(
        written,
        len(sheet.bars),
        int(sheet.bars["n_beats"][0]),
        beat_steps(sheet.metre),
        compound=sheet.metre.is_compound,
    )
    bar, cell, *_ = written
    notes["pitch"] -= home_shift(sheet.bars["tonic"], sheet.bars["minor"])[bar]
    parts = {role: without_overlaps(notes[cell % N_PARTS == m]) for m, role in enumerate(PITCHED)}
    parts["melody"] = one_at_a_time(parts["melody"])
    return parts


def one_at_a_time(notes: Notes) -> Notes:
    """Return the notes of one voice, each ending where the next begins."""
    out = notes.copy()
    if len(out):
        out["duration"][:-1] = np.minimum(out["duration"][:-1], np.diff(out["onset"]))
    return out[out["duration"] > 0]


def chroma_of_steps(sheet: Sheet) -> NDArray[np.bool_]:
    """Return (beats of the piece, 12): the tones of each beat's chord; all where there is none."""
    n_beats = int(sheet.bars["n_beats"][0])
    features = chord_features(sheet.bars["chords"], np.zeros(len(sheet.bars), np.int64))
    tones = features[:, :n_beats, :12].reshape(-1, 12) > 0.5
    tones[features[:, :n_beats, 24].reshape(-1) > 0.5] = True
    return tones


def fitted(notes: Notes, sheet: Sheet) -> Notes:
    """Return notes of chords or bass that are chord tones for `CHORD_TONE_SHARE` of the time.

    Where they are already nothing is touched. Else notes are cut where a new chord begins that
    does not have them, and the longest foreign notes are moved to the nearest chord tone.
    """
    beat, tones = beat_steps(sheet.metre), chroma_of_steps(sheet)
    if not len(notes) or not foreign_time(notes, tones, beat)[1]:
        return notes
    out = _split_at_changes(notes, tones, beat)
    away, too_much = foreign_time(out, tones, beat)
    order = np.argsort(-away, kind="stable")
    while too_much:
        index, order = order[0], order[1:]
        chord = tones[min(out["onset"][index] // beat, len(tones) - 1)]
        out["pitch"][index] += _nearest(out["pitch"][index : index + 1], chord[None])[0]
        out = _split_at_changes(out, tones, beat)
        away, too_much = foreign_time(out, tones, beat)
        too_much = too_much and len(order) > 0
    return fitted(without_overlaps(out), sheet)  # what has become one note counts once


def foreign_time(
    notes: Notes, tones: NDArray[np.bool_], beat: int
) -> tuple[NDArray[np.int64], bool]:
    """Return for how long each note is foreign to the chords, and whether all are for too long."""
    away = np.zeros(len(notes), np.int64)
    for index, note in enumerate(notes):
        begin, stop = int(note["onset"]), int(note["onset"] + note["duration"])
        for at in range(begin // beat, min(-(-stop // beat), len(tones))):
            if not tones[at, note["pitch"] % 12]:
                away[index] += min(stop, (at + 1) * beat) - max(begin, at * beat)
    return away, bool(away.sum() > (1 - CHORD_TONE_SHARE) * notes["duration"].sum())


def _nearest(pitch: NDArray[np.integer], allowed: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return the smallest move that leads each pitch to an allowed pitch class."""
    move = np.zeros(len(pitch), np.int16)
    open_ = np.ones(len(pitch), bool)
    for distance in (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, 6):
        fits = open_ & allowed[np.arange(len(pitch)), (pitch + distance) % 12]
        move[fits] = distance
        open_ &= ~fits
    return move


def _split_at_changes(notes: Notes, tones: NDArray[np.bool_], beat: int) -> Notes:
    """Cut notes where a new chord begins that does not have them."""
    out = notes.copy()
    for index, note in enumerate(notes):
        begin = int(note["onset"]) // beat
        stop = (int(note["onset"] + note["duration"]) - 1) // beat
        for at in range(begin + 1, min(stop, len(tones) - 1) + 1):
            if not tones[at, note["pitch"] % 12] and not np.array_equal(tones[at], tones[begin]):
                out["duration"][index] = at * beat - note["onset"]
                break
    return out


def in_range(notes: Notes, role: str, reach: tuple[int, int] = (128, -1)) -> Notes:
    """Return notes moved by octaves into the part's range, all together first.

    Args:
        notes: of the part.
        role: whose range it is.
        reach: lowest and highest pitch that may be played beyond the range.
    """
    if not len(notes):
        return notes
    low, high = min(ROLES[role].low, reach[0]), max(ROLES[role].high, reach[1])
    out = notes.copy()
    shifts = np.array([0, 12, -12, 24, -24])
    outside = [((out["pitch"] + s < low) | (out["pitch"] + s > high)).sum() for s in shifts]
    pitch = out["pitch"] + shifts[int(np.argmin(outside))]
    pitch += 12 * np.maximum(0, -((pitch - low) // 12))  # a range is wider than an octave
    pitch -= 12 * np.maximum(0, -((high - pitch) // 12))
    out["pitch"] = pitch
    return without_overlaps(out)


def held_end(notes: Notes, end: int, bar_steps: int) -> Notes:
    """Return notes of which those that begin in the final bar ring until the end.

    Of more than `MAX_RINGING` it is the lowest and the last that do.

    Args:
        notes: of a part.
        end: step at which the music ends.
        bar_steps: length of the final bar; 0 where nothing rings on.
    """
    out = notes.copy()
    rings = out["onset"] >= end - bar_steps
    there = np.flatnonzero(rings)
    if len(there) > MAX_RINGING:
        lowest = there[np.argmin(out["pitch"][there])]
        by_onset = there[np.argsort(out["onset"][there], kind="stable")]
        rings[by_onset[by_onset != lowest][: len(there) - MAX_RINGING]] = False
    out["duration"] = np.where(
        rings, end - out["onset"], np.minimum(out["duration"], end - out["onset"])
    )
    return without_overlaps(out)


def play(writing: Writing, piece: int, sheet: Sheet) -> dict[str, Notes]:
    """Return the notes of the four pitched parts of one of the pieces that were written.

    What is kept is returned as it was written.
    """
    bar_steps = beat_steps(sheet.metre) * int(sheet.bars["n_beats"][0])
    stays, parts = sheet.stays(), {}
    for index, (role, notes) in enumerate(written_notes(writing, piece, sheet).items()):
        is_kept = stays[notes["onset"] // bar_steps, index]
        played = _played(notes[~is_kept], role, sheet, bar_steps)
        parts[role] = in_order(together([notes[is_kept], played])) if is_kept.any() else played
    return parts


def _played(notes: Notes, role: str, sheet: Sheet, bar_steps: int) -> Notes:
    """Return notes of a part as it can play them."""
    end, reach = bar_steps * len(sheet.bars), sheet.reach.get(role, (128, -1))
    if sheet.louder is not None:
        notes = notes.copy()
        more = sheet.louder[notes["onset"] // bar_steps]
        notes["velocity"] = np.clip(notes["velocity"] + more, MIN_VELOCITY, 127)
    played = fitted(notes, sheet) if role in ("chords", "bass") else notes
    played = held_end(in_range(played, role, reach), end, bar_steps if sheet.close else 0)
    if ONE_VOICE[PITCHED.index(role)]:
        played = one_at_a_time(played)
    if role in ("chords", "bass"):
        played = in_range(fitted(played, sheet), role, reach)
    return played


def assembled(
    parts: dict[str, Notes], sheet: Sheet, *, style: str, counter_is_piano: bool = False
) -> Piece:
    """Return the piece with the tracks that were asked for.

    Where no bass plays, its line stays the left hand of the chords.
    """
    asked = sheet.plan.parts()
    parts = dict(parts)
    for role, with_piano in (("bass", True), ("counter", counter_is_piano)):
        if role not in asked and with_piano:
            both = np.concatenate([parts["chords"], parts[role]])
            parts["chords"] = without_overlaps(both)
    programs = STYLE_PROGRAMS.get(style, STYLE_PROGRAMS["pop"])
    tracks = []
    for role in ROLES:
        if role in asked:
            wanted = asked[role]
            tracks.append(
                Track(
                    ROLES[role].name,
                    programs[role] if wanted is None else wanted,
                    is_drum=role == "drums",
                    notes=parts.get(role, np.zeros(0, NOTE)),
                    role=role,
                )
            )
    return Piece(
        tracks=tracks,
        tempos=sheet.tempos(),
        metres=[sheet.metre],
        keys=sheet.key_marks(),
        chords=sheet.chord_spans(),
        sections=sheet.sections,
        title=sheet.plan.title,
        n_bars_asked=len(sheet.bars),
    )
