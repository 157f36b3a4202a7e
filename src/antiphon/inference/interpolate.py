"""Interpolate: a path from one given piece to another through the space of latents.

A piece gets there by inversion: the coder's latents of its bars. What is written at a place of
the path is what the scribe and the coder's decoder agree on: the scribe alone would write other
music, the decoder alone a blur.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.inference._between import End, Place, bars_at, key_at, latents_at, place, tempo_at
from antiphon.inference._drafts import drafts_of
from antiphon.inference._given import Given, understand
from antiphon.inference._sheet import Sheet
from antiphon.inference._sliders import controls_for
from antiphon.inference.compose import Composition, finish, writer_of
from antiphon.models._coder import latents_of
from antiphon.models._ensemble import Ensemble
from antiphon.models._leaning import Lean, wished
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan, tempo_within
from antiphon.representations.bars import PARTS, home_shift
from antiphon.representations.rolls import CONTROL_NAMES, chord_features

MIN_STEPS, MAX_STEPS = 3, 64
TRUST = 8.0  # power of the decoder's probabilities, at which a piece comes back


def interpolate(
    first: Piece,
    second: Piece,
    steps: int = 8,
    *,
    plan: Plan | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return pieces on the way from one to another, both ends being the given pieces themselves.

    Args:
        first, second: pieces in one metre. Of one that changes its metre the longest row of bars
            in one metre is used.
        steps: how many pieces, with both ends.
        plan: style, adventure and seed.
        model: weights by name, run folder or weights folder; the style's own when left out.
        progress: told how many pieces are done.

    Raises:
        AntiphonError: a piece cannot be worked on, has nothing but drums, or is in another metre
            than the other one.
    """
    if not MIN_STEPS <= steps <= MAX_STEPS:
        raise AntiphonError(
            f"A path has {MIN_STEPS} to {MAX_STEPS} pieces, both ends counted, not {steps}."
        )
    plan = plan or Plan()
    ensemble = writer_of(model or plan.style)
    ends = [_end(piece, plan, ensemble) for piece in (first, second)]
    metres = [str(end.stretch.metre) for end in ends]
    if metres[0] != metres[1]:
        raise AntiphonError(
            f"The first piece is in {metres[0]}, the second in {metres[1]}: a path leads between "
            "pieces in the same metre."
        )
    made = [_as_given(first, ends[0], plan)]
    for number in range(1, steps - 1):
        sheet = _sheet(ends[0], ends[1], number / (steps - 1), plan, ensemble)
        drummer = models.load("drums") if "drums" in sheet.plan.parts() else None
        made.append(finish(drafts_of([sheet], ensemble)[0], ensemble, drummer))
        if progress is not None:
            progress(len(made))
    return [*made, _as_given(second, ends[1], plan)]


def _end(piece: Piece, plan: Plan, ensemble: Ensemble) -> End:
    given = understand(piece, plan)
    if not given.is_pitched:
        raise AntiphonError("A path leads between pieces that have more than drums.")
    stretch = given.longest
    return End(given, stretch, latents_of(stretch.bars, stretch.notes, ensemble.coder))


def _as_given(piece: Piece, end: End, plan: Plan) -> Composition:
    """Return an end of the path as it is."""
    given, bars = end.given, end.stretch.bars
    told = _told(plan, given, str(end.stretch.metre), float(bars["bpm"][0]))
    why = ("one of the two ends, as it was given", *given.remarks)
    return Composition(piece, told, float("nan"), why)


def _told(plan: Plan, given: Given, metre: str, bpm: float) -> Plan:
    tempo = tempo_within(bpm)
    return replace(plan, bars=given.n_bars, key=str(given.key), metre=metre, tempo=tempo)


def _sheet(first: End, second: End, share: float, plan: Plan, ensemble: Ensemble) -> Sheet:
    """Return what is to be written at a place of the path."""
    where, key = place(first, second, share), key_at(first, second, share)
    bars, near = bars_at(first, second, where, key), where.nearer(first, second)
    latents = latents_at(first, second, where, ensemble.coder.config.latent_sizes)
    loudness = (1 - share) * _loudness(first) + share * _loudness(second)
    controls, known, lean = said_again(latents, loudness, bars, ensemble)
    bpm = tempo_at(first, second, share)
    told = replace(
        _told(plan, near.given, str(near.stretch.metre), bpm),
        bars=len(bars),
        key=str(key),
        instruments=_instruments(first, second, where),
    )
    return Sheet(
        told,
        key,
        near.stretch.metre,
        bpm,
        where.sections,
        bars,
        controls,
        known,
        close=near.stretch.after == 0 and near.given.rests(),
        reach=_reach(first, second),
        lean=lean,
    )


def said_again(
    latents: Tensor, loudness: float, bars: NDArray[np.void], ensemble: Ensemble
) -> tuple[NDArray[np.float32], NDArray[np.float32], Lean]:
    """Return what is told of bars (N) whose latents are to be said again.

    Args:
        latents: (N, Z).
        loudness: mean velocity, 0–1.
        bars: table of `bars.BAR`, with chords.
        ensemble: its coder says what latents wish.

    Returns:
        Conditions (N, K), which of them are told, and what choices lean to.
    """
    shift = home_shift(bars["tonic"], bars["minor"])
    wish = wished(latents, chord_features(bars["chords"], shift), ensemble.coder)
    controls, known = controls_for({}, ensemble, len(bars))
    loud = CONTROL_NAMES.index("loudness")
    controls[:, loud], known[:, loud] = loudness, 1
    return controls, known, replace(Lean.none(len(bars)), wish=wish, trust=TRUST)


def _instruments(first: End, second: End, where: Place) -> str:
    """Return who plays, as a plan says it: the parts of both; drums where the nearer has them.

    The nearer piece's instrument plays a part, where it has that part.
    """
    near = where.nearer(first, second)
    far = second if near is first else first
    told = []
    for part, role in enumerate(PARTS):
        players = [p for p in (_player(near, part), _player(far, part)) if p is not None]
        if role == "drums":
            told += [role] if _player(near, part) is not None else []
        elif players:
            told.append(f"{role}={players[0]}")
    return ",".join(told)


def _player(end: End, part: int) -> int | None:
    """Return the program of the track that plays most of a part, None where none does."""
    many = [int((roles == part).sum()) for roles in end.given.roles]
    return end.given.piece.tracks[int(np.argmax(many))].program if any(many) else None


def _reach(first: End, second: End) -> dict[str, tuple[int, int]]:
    """Return how far each part reaches in either piece."""
    found = first.given.reach()
    for role, (low, high) in second.given.reach().items():
        before = found.get(role, (low, high))
        found[role] = (min(before[0], low), max(before[1], high))
    return found


def _loudness(end: End) -> float:
    """Return the mean velocity of an end, 0–1."""
    notes = end.stretch.notes[end.stretch.notes["part"] != PARTS.index("drums")]
    return float(notes["velocity"].mean()) / 127
