"""In another style: tune and chords by the converter, the band under them by the masked writer.

Tones that stay are the given notes themselves. Bars in metres that cannot be written stay as they
are, all parts of them.

Shapes: E beats, S slots of a beat (6).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.inference._given import Given, Stretch, understand
from antiphon.inference._restyling import restyle
from antiphon.inference._rewriting import Order, rewrite
from antiphon.inference._walking_bass import walking
from antiphon.inference.accompany import players
from antiphon.inference.compose import Composition
from antiphon.models._gan import Drawer
from antiphon.music.casting import main_role
from antiphon.music.instruments import ROLES, STYLE_PROGRAMS
from antiphon.music.piece import (
    NOTE,
    ChordSpan,
    KeyMark,
    Metre,
    Notes,
    Piece,
    Track,
    in_order,
    together,
)
from antiphon.music.plan import Plan
from antiphon.representations.bars import (
    PARTS,
    SLOTS_PER_BEAT,
    beat_steps,
    chord_of,
    slot_steps,
)
from antiphon.representations.lead_sheet import (
    FIRST_TONE,
    LOWEST,
    LeadSheet,
    lead_sheet_of,
    lengths_of,
    onsets_of,
    write_chord_symbols,
)

WRITERS = {"classical": "classical", "folk": "pop", "jazz": "pop", "pop": "pop"}
_MELODY = PARTS.index("melody")
_FULL_SWING = 2 / 3  # where an off-beat lies at most, in beats
_SWUNG_FROM = 0.67  # strength from which on jazz swings fully


def in_style(
    given: Given, drawer: Drawer, style: str, strength: float, plan: Plan, model: str | None
) -> Composition:
    """Return a piece in another style.

    Args:
        given: the piece.
        drawer: the converter.
        style: one of `WRITERS`.
        strength: 0 to 1.
        plan: the seed, who plays (`instruments`), density, adventure, mood.
        model: weights of the writer; the nearest to the style when left out.

    Raises:
        AntiphonError: the piece has only drums.
    """
    if not given.is_pitched:
        raise AntiphonError(
            "The piece has only drums: a style needs a tune or chords to be converted."
        )
    sung = _sung(given, drawer, style, strength, plan.seed)
    plan = replace(plan, style=style, key=str(given.key), chords=None)
    again = understand(sung, replace(plan, instruments=None))
    written = rewrite(
        again, [_band(again, plan)], plan, keep=None, model=model or WRITERS[style], progress=None
    )[0]
    if style == "jazz":
        return replace(written, piece=swung(written.piece, strength))
    return written


def _band(given: Given, plan: Plan) -> Order:
    """Return the order that writes the style's parts under the tune, where bars can be written."""
    parts = [r for r in ROLES if r in plan.parts() and r != "melody"]
    made = np.zeros((given.n_bars, len(PARTS)), bool)
    for role in parts:
        made[given.writable(), PARTS.index(role)] = True
    gone = [np.zeros(len(track.notes), bool) for track in given.piece.tracks]
    walks = walking if plan.style == "jazz" else None
    return Order(made, players(plan, parts), gone, leaning=walks)


def _sung(given: Given, drawer: Drawer, style: str, strength: float, seed: int) -> Piece:
    """Return the piece with its tune and chords in the style and, in bars that can be written,
    nothing else."""
    writable = given.writable()
    old = [
        (track.notes, (roles == _MELODY) & writable[given.bar_of(track.notes)])
        for track, roles in zip(given.piece.tracks, given.roles, strict=True)
    ]
    tune = in_order(together([notes[is_tune] for notes, is_tune in old]))
    kept, spans = [], []
    for stretch in given.stretches:
        before = lead_sheet_of(stretch.bars, stretch.notes)
        after = restyle(drawer, before, style, strength, seed, ends=stretch.after == 0)
        if not onsets_of(before.tune).any():
            after = replace(after, tune=before.tune)
        bars = stretch.bars.copy()
        write_chord_symbols(bars, after.chords, after.bar)
        spans += _spans(given, stretch, bars, after)
        inside = given.bar_of(tune)
        mine = tune[(inside >= stretch.first) & (inside < stretch.first + len(stretch.bars))]
        kept.append(_new_tune(given, stretch, before, after, mine))
    lead = _lead(given, in_order(together(kept)), style)
    left = [
        replace(track, notes=track.notes[~writable[given.bar_of(track.notes)]])
        for track in given.piece.tracks
    ]
    return replace(
        given.piece,
        tracks=[lead, *(track for track in left if len(track.notes))],
        n_bars_asked=given.n_bars,
        keys=given.piece.keys or [KeyMark(0, given.key)],
        chords=spans,
        sections=list(given.cast.sections),
    )


def _lead(given: Given, notes: Notes, style: str) -> Track:
    """Return who sings the tune: who did, where there are words; the style's instrument else."""
    owner, roles = max(
        zip(given.piece.tracks, given.roles, strict=True),
        key=lambda t: int((t[1] == _MELODY).sum()),
    )
    program = owner.program if owner.lyrics else STYLE_PROGRAMS[style]["melody"]
    lead = Track(ROLES["melody"].name, program, notes=notes, role="melody", lyrics=owner.lyrics)
    if main_role(roles) == "melody":
        lead.controls = owner.controls
    return lead


def _cells(stretch: Stretch, sheet: LeadSheet) -> NDArray[np.int64]:
    """Return (E · S + 1,) the step of every slot of a stretch on the `RESOLUTION` grid; its end."""
    metre = stretch.metre
    beat, n_beats = beat_steps(metre), int(stretch.bars["n_beats"][0])
    within = slot_steps(n_beats, metre.is_compound, beat).reshape(n_beats, SLOTS_PER_BEAT)
    place = np.arange(len(sheet.bar)) % n_beats
    steps = (sheet.bar * beat * n_beats)[:, None] + within[place]
    return np.append(steps.ravel(), len(stretch.bars) * beat * n_beats)


def _new_tune(
    given: Given, stretch: Stretch, before: LeadSheet, after: LeadSheet, notes: Notes
) -> Notes:
    """Return the notes of a stretch's tune: the given ones where a tone stays, new ones else."""
    cells = _cells(stretch, after)
    old, new = before.tune.ravel(), after.tune.ravel()
    rows = np.zeros(len(cells), NOTE)
    rows["onset"], rows["duration"] = cells, 1
    ticks = given.ticks(stretch, rows)["onset"].astype(np.int64)
    cell = np.clip(np.searchsorted((ticks[1:] + ticks[:-1]) / 2, notes["onset"]), 0, len(old) - 1)
    stays = (new[cell] == old[cell]) & onsets_of(old[cell])
    out = notes[stays].copy()
    length = np.zeros((2, len(old)), np.int64)
    length[0, onsets_of(old)] = lengths_of(before.tune)
    length[1, onsets_of(new)] = lengths_of(after.tune)
    shorter = length[1, cell[stays]] != length[0, cell[stays]]
    until = ticks[cell[stays] + np.maximum(length[1, cell[stays]], 1)]
    out["duration"] = np.where(shorter, np.maximum(until - out["onset"], 1), out["duration"])
    begin = np.flatnonzero(onsets_of(new) & (new != old))
    fresh = np.zeros(len(begin), NOTE)
    fresh["onset"] = ticks[begin]
    fresh["duration"] = np.maximum(ticks[begin + length[1, begin]] - ticks[begin], 1)
    lift = after.lift[after.bar[begin // SLOTS_PER_BEAT]]
    fresh["pitch"] = np.clip(new[begin] - FIRST_TONE + LOWEST - lift, 0, 127)
    if len(notes):
        fresh["velocity"] = np.interp(fresh["onset"], notes["onset"], notes["velocity"])
    return in_order(together([out, fresh]))


def _spans(
    given: Given, stretch: Stretch, bars: NDArray[np.void], sheet: LeadSheet
) -> list[ChordSpan]:
    """Return the chords of a stretch in the piece's own steps."""
    edges = _cells(stretch, sheet)[::SLOTS_PER_BEAT]
    place = np.arange(len(sheet.bar)) - np.searchsorted(sheet.bar, sheet.bar)
    told = bars["chords"][sheet.bar, place]
    cuts = np.flatnonzero(np.append(True, (told[1:] != told[:-1]).any(axis=1)))
    rows = np.zeros(len(cuts), NOTE)
    rows["onset"] = edges[cuts]
    rows["duration"] = np.append(edges[cuts[1:]], edges[-1]) - edges[cuts]
    return [
        ChordSpan(int(row["onset"]), int(row["duration"]), chord_of(told[cut]))
        for cut, row in zip(cuts, given.ticks(stretch, rows), strict=True)
    ]


def swung(piece: Piece, strength: float) -> Piece:
    """Return a piece whose off-beat eighths come late, where the metre is simple.

    Args:
        piece: straight or not; what lies on triplets already hardly moves.
        strength: 0 straight; from `_SWUNG_FROM` on off-beats lie at two thirds of a beat.
    """
    late = 0.5 + (_FULL_SWING - 0.5) * min(strength / _SWUNG_FROM, 1.0)
    starts = piece.bar_starts()
    metres = [piece.metre_at(int(step)) for step in starts[:-1]]
    beat = np.array([_swung_beat(metre, piece.resolution) for metre in metres])

    def moved(steps: NDArray[np.integer]) -> NDArray[np.int64]:
        bar = np.clip(np.searchsorted(starts, steps, side="right") - 1, 0, len(beat) - 1)
        if not len(steps):
            return steps.astype(np.int64)
        length = np.maximum(beat[bar], 1)
        place = (steps - starts[bar]) % length / length
        off = np.interp(place, [0, 0.5, 2 / 3, 1], [0, late, max(late, 2 / 3), 1]) - place
        return np.rint(steps + np.where(beat[bar] > 0, off * length, 0)).astype(np.int64)

    tracks = []
    for track in piece.tracks:
        notes = track.notes.copy()
        end = moved(notes["onset"].astype(np.int64) + notes["duration"])
        notes["onset"] = moved(notes["onset"].astype(np.int64))
        notes["duration"] = np.maximum(end - notes["onset"], 1)
        tracks.append(replace(track, notes=in_order(notes)))
    return replace(piece, tracks=tracks)


def _swung_beat(metre: Metre, resolution: int) -> int:
    """Return the steps of a beat that can swing; 0 in compound metres."""
    return 0 if metre.is_compound else beat_steps(metre, resolution)
