"""The players: latents of bars become notes of parts that can be played and sung.

What the decoder wrote is kept but for what no player would do: notes foreign to key and
harmony on long or strong places are moved to the nearest that fits, parts are brought into
their range by octaves, and the last chord is held.

Shapes: N bars, M parts, T slots, P pitches.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from antiphon.inference._sheet import Sheet
from antiphon.models._coder import Coder
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.piece import NOTE, KeyMark, Notes, Piece, Tempo, Track
from antiphon.representations.bars import (
    PITCHED,
    SLOTS_PER_BEAT,
    beat_steps,
    home_shift,
    slot_steps,
)
from antiphon.representations.rolls import CHORD_SIZE, LOW_PITCH, chord_features

# how likely an onset, and a held note, must be to be played. Generated latents are a little
# blurred, which costs faint notes first: these give the numbers and lengths of real notes back
# (experiments/LOG.md).
ONSET = {"melody": 0.3, "counter": 0.4, "chords": 0.4, "bass": 0.5}
SOUNDING = {"melody": 0.15, "counter": 0.2, "chords": 0.07, "bass": 0.2}
SURE = 0.75  # an onset this likely stands beside another of its pitch; fainter ones give way
CHORD_WEIGHT = 3.0  # how much likelier a line's note is when the chord has it
LINE_WEIGHT = 1.0  # of what melodies usually do beside what the decoder hears
CHORD_TONE_SHARE = 0.92  # of the sounding time of chords and bass, at the least


@torch.inference_mode()
def soft_rolls(coder: Coder, latents: Tensor, condition: Tensor) -> NDArray[np.float32]:
    """Return probabilities (N, M, T, 2P + 1) of bars from latents (N, Z)."""
    pieces = latents.split(coder.config.latent_sizes, dim=-1)
    z = torch.cat([F.layer_norm(p, p.shape[-1:]) for p in pieces], dim=-1)
    chords = condition[:, : 4 * CHORD_SIZE].unflatten(1, (4, CHORD_SIZE))
    result: NDArray[np.float32] = coder.soft_rolls(coder.decode(z, chords)).numpy()
    return result


def notes_from(
    soft: NDArray[np.float32],
    sheet: Sheet,
    part: int,
    one_voice: bool,
    intervals: NDArray[np.float32] | None = None,
) -> Notes:
    """Return the notes of one part in steps of the piece, in its key.

    Args:
        soft: (N, M, T, 2P + 1) probabilities and loudness.
        intervals: (49,) how usual each step of a line is, −24…24 semitones; for one voice.
    """
    n_beats, beat = int(sheet.bars["n_beats"][0]), beat_steps(sheet.metre)
    used = n_beats * SLOTS_PER_BEAT
    n_pitches = (soft.shape[-1] - 1) // 2
    cells = soft[:, part, :used].reshape(len(soft) * used, -1)
    role = PITCHED[part]
    chances = cells[:, :n_pitches]
    if one_voice:
        some = np.flatnonzero(chances.sum(axis=1) > ONSET[role])
        leaning = chances[some] * np.where(in_chord(sheet, n_pitches)[some], CHORD_WEIGHT, 1.0)
        hit = np.zeros((len(cells), n_pitches), bool)
        hit[some, line(leaning, some, used, intervals)] = True
    else:
        hit = peaks(chances, ONSET[role])
    sounding = cells[:, n_pitches : 2 * n_pitches] > SOUNDING[role]
    if one_voice:  # one voice holds its note as long as any is held
        stops = hit.any(axis=1, keepdims=True) | ~sounding.any(axis=1, keepdims=True)
        stops = np.repeat(stops, n_pitches, axis=1)
    else:
        stops = ~sounding | hit
    at = np.where(stops, np.arange(len(cells))[:, None], len(cells))
    next_stop = np.minimum.accumulate(at[::-1], axis=0)[::-1]
    next_stop = np.concatenate([next_stop, np.full((1, n_pitches), len(cells))])
    slot, row = np.nonzero(hit)
    within = slot_steps(n_beats, sheet.metre.is_compound, beat)
    steps = (np.arange(len(soft))[:, None] * n_beats * beat + within[None]).ravel()
    steps = np.append(steps, len(soft) * n_beats * beat)
    shift = int(home_shift(sheet.bars["tonic"][:1], sheet.bars["minor"][:1])[0])
    notes = np.zeros(len(slot), NOTE)
    notes["onset"] = steps[slot]
    notes["duration"] = steps[next_stop[slot + 1, row]] - steps[slot]
    notes["pitch"] = row + LOW_PITCH - shift
    notes["velocity"] = np.clip(np.rint(cells[slot, -1] * 127), 20, 120)
    return np.sort(notes, order=("onset", "pitch"))


def in_chord(sheet: Sheet, n_pitches: int) -> NDArray[np.bool_]:
    """Return (slots of the piece, P) whether each row of the roll is a tone of its beat's chord."""
    shift = int(home_shift(sheet.bars["tonic"][:1], sheet.bars["minor"][:1])[0])
    classes = (np.arange(n_pitches) + LOW_PITCH - shift) % 12
    return np.repeat(chroma_of_steps(sheet)[:, classes], SLOTS_PER_BEAT, axis=0)


def line(
    chances: NDArray[np.float32],
    slots: NDArray[np.int64],
    bar_slots: int,
    intervals: NDArray[np.float32] | None,
) -> NDArray[np.int64]:
    """Return the pitch row of each onset of one voice: the likeliest line (Viterbi).

    Args:
        chances: (n, P) how likely each pitch is at each onset.
        slots: (n,) where the onsets are; after a rest of a bar the line begins anew.
        bar_slots: slots in a bar.
        intervals: (49,) how usual each step is, −24…24 semitones; None weighs all alike.
    """
    heard = np.log(chances + 1e-4)
    if intervals is None or len(heard) < 2:
        return heard.argmax(axis=1)
    n, n_pitches = heard.shape
    apart = np.clip(np.arange(n_pitches)[None] - np.arange(n_pitches)[:, None], -24, 24) + 24
    usual = LINE_WEIGHT * np.log(intervals + 1e-5)[apart]  # (from, to)
    score, came = heard[0], np.zeros((n, n_pitches), np.int64)
    for index in range(1, n):
        near = slots[index] - slots[index - 1] <= bar_slots
        ways = score[:, None] + (usual if near else 0.0)
        came[index] = ways.argmax(axis=0)
        score = ways.max(axis=0) + heard[index]
    path = np.zeros(n, np.int64)
    path[-1] = score.argmax()
    for index in range(n - 1, 0, -1):
        path[index - 1] = came[index, path[index]]
    return path


def peaks(chances: NDArray[np.float32], least: float) -> NDArray[np.bool_]:
    """Return the onsets (slots, P) likelier than `least` and than their neighbours in time.

    A blurred onset spreads over neighbouring slots of its pitch; the likeliest is kept, others
    only where they are `SURE`.
    """
    around = np.full((len(chances) + 4, chances.shape[1]), -1.0, np.float32)
    around[2:-2] = chances
    before = np.maximum(around[0:-4], around[1:-3])
    after = np.maximum(around[3:-1], around[4:])
    is_peak = (chances > before) & (chances >= after)
    return (chances > least) & (is_peak | (chances > SURE))


def chroma_of_steps(sheet: Sheet) -> NDArray[np.bool_]:
    """Return (beats of the piece, 12): the tones of each beat's chord; all where there is none."""
    n_beats = int(sheet.bars["n_beats"][0])
    features = chord_features(sheet.bars["chords"], np.zeros(len(sheet.bars), np.int64))
    tones = features[:, :n_beats, :12].reshape(-1, 12) > 0.5
    tones[features[:, :n_beats, 24].reshape(-1) > 0.5] = True
    return tones


def fitted(notes: Notes, sheet: Sheet, role: str) -> Notes:
    """Return notes with those moved that do not fit key and harmony.

    The melody keeps its passing notes; what is foreign to key and chord is moved by a
    semitone or two. Chords and bass are chord tones for `CHORD_TONE_SHARE` of their sounding
    time, the longest foreign notes being moved first.
    """
    if not len(notes):
        return notes
    beat, tones = beat_steps(sheet.metre), chroma_of_steps(sheet)
    scale = np.zeros(12, bool)
    scale[list(sheet.key.scale)] = True
    if sheet.key.mode == "minor":
        scale[(sheet.key.tonic + 11) % 12] = True  # the leading note
    out = notes.copy()
    first = np.minimum(out["onset"] // beat, len(tones) - 1)
    chord = tones[first]  # (notes, 12)
    if role in ("melody", "counter"):
        allowed = chord | scale[None]
        long_note = out["duration"] >= 1.5 * beat
        allowed = np.where(
            (long_note & (out["onset"] % beat == 0))[:, None], _sweet(chord), allowed
        )
        foreign = ~allowed[np.arange(len(out)), out["pitch"] % 12]
        out["pitch"][foreign] += _nearest(out["pitch"][foreign], allowed[foreign])
        return distinct(out)
    out = _split_at_changes(out, tones, beat)
    foreign = ~chord[np.arange(len(out)), out["pitch"] % 12]
    settled = out.copy()
    settled["pitch"][foreign] += _nearest(out["pitch"][foreign], chord[foreign])
    settled = _split_at_changes(settled, tones, beat)
    allowance = (1 - CHORD_TONE_SHARE) * distinct(settled)["duration"].sum()
    order = np.flatnonzero(foreign)[np.argsort(out["duration"][foreign], kind="stable")]
    passing = scale[out["pitch"][order] % 12] & (out["onset"][order] < out["onset"].max())
    kept = order[passing & (np.cumsum(out["duration"][order]) <= allowance)]
    settled[kept] = out[kept]
    return distinct(settled)


def _sweet(chord: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return chord tones and what lies a whole tone above one of them: no harsh long note."""
    clash = np.roll(chord, 1, axis=1)
    return chord | (np.roll(chord, 2, axis=1) & ~clash)


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


def distinct(notes: Notes) -> Notes:
    """Sort notes, drop doubled onsets and cut notes where the same pitch begins again."""
    if not len(notes):
        return notes
    by_pitch = np.lexsort((-notes["duration"], notes["onset"], notes["pitch"]))
    ordered = notes[by_pitch]
    same = ordered["pitch"][1:] == ordered["pitch"][:-1]
    double = np.concatenate([[False], same & (np.diff(ordered["onset"]) == 0)])
    ordered = ordered[~double]
    same = ordered["pitch"][1:] == ordered["pitch"][:-1]
    room = np.diff(ordered["onset"])
    short = np.minimum(ordered["duration"][:-1], np.where(same, room, 2**30))
    ordered["duration"][:-1] = short
    return np.sort(ordered, order=("onset", "pitch"))


def in_range(notes: Notes, role: str) -> Notes:
    """Return notes moved by octaves into the part's range, all together first."""
    if not len(notes):
        return notes
    low, high = ROLES[role].low, ROLES[role].high
    out = notes.copy()
    shifts = np.array([0, 12, -12, 24, -24])
    outside = [((out["pitch"] + s < low) | (out["pitch"] + s > high)).sum() for s in shifts]
    pitch = out["pitch"] + shifts[int(np.argmin(outside))]
    pitch += 12 * np.maximum(0, -((pitch - low) // 12))  # a range is wider than an octave
    pitch -= 12 * np.maximum(0, -((high - pitch) // 12))
    out["pitch"] = pitch
    return distinct(out)


def held_end(notes: Notes, end: int, bar_steps: int) -> Notes:
    """Return notes of which the last of the final bar are held until the end."""
    out = notes.copy()
    out["duration"] = np.minimum(out["duration"], end - out["onset"])
    if len(out) and out["onset"].max() >= end - bar_steps:
        last = out["onset"] == out["onset"].max()
        out["duration"][last] = end - out["onset"][last]
    return out


def play(
    soft: NDArray[np.float32],
    sheet: Sheet,
    one_voice: tuple[bool, ...],
    intervals: NDArray[np.float32] | None = None,
) -> dict[str, Notes]:
    """Return the notes of the four pitched parts; `intervals` are those of melodies."""
    beat = beat_steps(sheet.metre)
    bar_steps = beat * int(sheet.bars["n_beats"][0])
    end = bar_steps * len(sheet.bars)
    parts = {}
    for index, role in enumerate(PITCHED):
        usual = intervals if role == "melody" else None
        notes = notes_from(soft, sheet, index, one_voice[index], usual)
        notes = in_range(fitted(notes, sheet, role), role)
        notes = held_end(notes, end, bar_steps)
        if role in ("chords", "bass"):
            notes = _split_at_changes(notes, chroma_of_steps(sheet), beat)
        parts[role] = notes
    return parts


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
            parts["chords"] = distinct(both)
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
    quarter_bpm = sheet.bpm * beat_steps(sheet.metre) / 24
    return Piece(
        tracks=tracks,
        tempos=[Tempo(0, float(quarter_bpm))],
        metres=[sheet.metre],
        keys=[KeyMark(0, sheet.key)],
        chords=sheet.chord_spans(),
        sections=sheet.sections,
        title=sheet.plan.title,
        n_bars_asked=len(sheet.bars),
    )
