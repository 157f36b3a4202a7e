"""Convert: the same song in another style, in another mood, for other instruments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from antiphon import models
from antiphon.errors import AntiphonError, unknown
from antiphon.inference._given import Given, understand
from antiphon.inference._in_style import WRITERS, in_style
from antiphon.inference.compose import Composition, best, check_count
from antiphon.models._gan import Drawer, read_drawer
from antiphon.music.casting import main_role
from antiphon.music.instruments import STYLE_PROGRAMS
from antiphon.music.moods import MOODS, in_mood
from antiphon.music.orchestration import played_by
from antiphon.music.piece import RESOLUTION, ChordSpan, KeyMark, Piece
from antiphon.music.plan import Plan
from antiphon.representations.bars import PARTS

USUAL = 0.5  # strength that is taken when none is asked for
_SPREAD = 0.1  # by how much alternatives of a mood go further, or less far
_MELODY = PARTS.index("melody")


def convert(
    piece: Piece,
    style: str | None = None,
    mood: str | None = None,
    instruments: str | None = None,
    strength: float = USUAL,
    *,
    converter: str = "converter",
    plan: Plan | None = None,
    count: int = 1,
    keep: int | None = None,
    model: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return a piece in another style, another mood or for other instruments, or all of these.

    A style takes its tune and chords as far as the dial says, and writes the band anew. A mood
    and instruments work on all parts as they are. Tempo map and metres stay, but that a mood
    is faster or slower throughout.

    Args:
        piece: the piece.
        style: one of `WRITERS`.
        mood: one of `MOODS`.
        instruments: parts and who plays them, as in a plan: ``"melody=violin,chords=guitar"``;
            with a style, the parts that are written.
        strength: 0 (barely) to 1 (all the way); at most a fifth of the tune goes at 1/2.
        converter: weights that convert styles.
        plan: key, density, adventure and seed.
        count, keep, model, progress: as `compose` takes them; alternatives of a mood alone go
            a little further or less far.

    Raises:
        AntiphonError: nothing is asked for, there is no such style or mood, or the piece cannot be
            worked on.
    """
    if style is None and mood is None and instruments is None:
        raise AntiphonError("Say what to convert to: --style, --mood or --instruments.")
    for word, what, known in ((style, "styles", WRITERS), (mood, "moods", MOODS)):
        if word is not None and word not in known:
            raise unknown(word, what, known)
    if not 0 <= strength <= 1:
        raise AntiphonError(f"The strength must be from 0 (barely) to 1, not {strength}.")
    check_count(count, keep)
    plan = replace(plan or Plan(), instruments=instruments, style=style or "pop")
    if mood is not None:
        valence, arousal = (strength * sign for sign in MOODS[mood])
        plan = replace(plan, valence=valence, arousal=arousal)
    drawer = _converter(converter) if style is not None else None
    given = understand(piece, replace(plan, instruments=None))
    finished = []
    for take in range(count):
        asked = replace(plan, seed=plan.seed + take)
        finished.append(_take(given, drawer, style, mood, strength, asked, model))
        if progress is not None:
            progress(len(finished))
    return best(finished, keep)


def _converter(name: str) -> Drawer:
    drawer = read_drawer(models.folder_of(name))
    if drawer.model != "converter":
        raise AntiphonError(f"The weights {name} are of a {drawer.model}: name a converter's.")
    return drawer


def _take(
    given: Given,
    drawer: Drawer | None,
    style: str | None,
    mood: str | None,
    strength: float,
    plan: Plan,
    model: str | None,
) -> Composition:
    if drawer is not None and style is not None:
        made = in_style(given, drawer, style, strength, plan, model)
    else:
        made = Composition(_as_heard(given), plan, reasons=given.remarks)
    if mood is not None:
        now = given if drawer is None else understand(made.piece, replace(plan, instruments=None))
        rng = np.random.default_rng([plan.seed, 43])
        spread = 0.0 if drawer is not None or plan.seed == 0 else rng.uniform(-_SPREAD, _SPREAD)
        leads = [roles == _MELODY for roles in now.roles]
        far = min(max(strength + spread, 0.0), 1.0)
        made = replace(made, piece=in_mood(_as_heard(now), mood, far, leads))
    if plan.instruments is not None:
        made = replace(made, piece=_played(made.piece, plan))
    return made


def _as_heard(given: Given) -> Piece:
    """Return the piece with the key and the chords it was heard in, in its own steps."""
    piece, scale = given.piece, given.piece.resolution / RESOLUTION

    def at(step: int) -> int:
        return round(step * scale)

    chords = [
        ChordSpan(at(c.onset), at(c.onset + c.duration) - at(c.onset), c.chord)
        for c in given.cast.chords
    ]
    keys = [KeyMark(at(mark.onset), mark.key) for mark in given.cast.keys]
    return replace(piece, keys=keys, chords=chords)


def _played(piece: Piece, plan: Plan) -> Piece:
    """Return a piece whose parts are played by the instruments that a plan asks for."""
    given = understand(piece, replace(plan, instruments=None))
    asked = plan.parts()
    usual = STYLE_PROGRAMS[plan.style]
    tracks = []
    for track, roles in zip(given.piece.tracks, given.roles, strict=True):
        role = main_role(roles)
        program = asked.get(role)
        if role in asked and program is None:
            program = usual[role]
        tracks.append(
            track if program is None else played_by(track, program, given.piece.resolution)
        )
    return replace(given.piece, tracks=tracks)
