"""Wander: short pieces at places of a map, between pieces of a style and one that was given.

What is written at a place is what the scribe and the coder's decoder agree on, as on a path
between two pieces (`interpolate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.inference._between import home_of
from antiphon.inference._chart import MEASURES, N_BARS, Chart, Landmark, landmark
from antiphon.inference._drafts import drafts_of
from antiphon.inference._planning import write_sections, written_chords
from antiphon.inference._sheet import Sheet
from antiphon.inference.compose import Composition, compose, finish, writer_of
from antiphon.inference.interpolate import said_again
from antiphon.models._ensemble import Ensemble
from antiphon.music.form import written_form
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece, Section
from antiphon.music.plan import Plan, tempo_within
from antiphon.representations.bars import BAR, PITCHED, beats_of, home_shift, moved_chords

N_LANDMARKS = 16  # pieces of the style
_GRID = 24  # places across and up that are measured


@dataclass(frozen=True)
class Map:
    """What a map looks like.

    Attributes:
        landmarks: (K, 2) where the style's pieces lie, across and up, 0–1.
        pieces: where given ones lie; None where one has no place on this map.
        field: `MEASURES` at evenly spread places, each (rows, columns), the lowest row first.
        axes: the measure that changes most to the right, and upwards.
    """

    landmarks: list[list[float]]
    pieces: list[list[float] | None]
    field: dict[str, list[list[float]]]
    axes: tuple[str, str]


def wander(
    piece: Piece,
    x: float,
    y: float,
    *,
    plan: Plan | None = None,
    model: str | None = None,
    draw: Callable[[Metre], Chart] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Composition]:
    """Return the eight bars at a place of the map of a style, on which a piece has its place, too.

    Args:
        piece: it lies where its latents are; key and metre are its own everywhere on the map.
        x, y: the place, across and up, 0–1.
        plan: style, instruments, adventure and seed.
        model: weights by name, run folder or weights folder; the style's own when left out.
        draw: returns the map of the style in a metre, such as one that was drawn before;
            `charted` when left out.
        progress: told when the piece is done.

    Raises:
        AntiphonError: the piece cannot be worked on, or there is no such place.
    """
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise AntiphonError(f"A place on the map is from 0,0 to 1,1, not {x:g},{y:g}.")
    plan = plan or Plan()
    ensemble = writer_of(model or plan.style)
    mine = landmark(piece, plan, ensemble)
    chart = (draw(mine.metre) if draw else charted(mine.metre, plan, model=model)).holding([mine])
    sheet = _sheet(chart, np.array([x, y]), mine, plan, ensemble)
    drummer = models.load("drums") if "drums" in sheet.plan.parts() else None
    made = finish(drafts_of([sheet], ensemble)[0], ensemble, drummer)
    if progress is not None:
        progress(1)
    return [made]


def charted(metre: Metre, plan: Plan, *, model: str | None = None) -> Chart:
    """Return the map of a style: pieces of eight bars that are always the same.

    Args:
        metre: of all of them.
        plan: its style.
        model: weights; the style's own when left out.

    Raises:
        AntiphonError: there are no weights of the style, or they do not know the metre.
    """
    name = model or plan.style
    asked = Plan(
        style=plan.style, bars=N_BARS, metre=str(metre), instruments=",".join(PITCHED), form="A"
    )
    ensemble = writer_of(name)
    made = compose(asked, count=N_LANDMARKS, model=name)
    return Chart.of([landmark(one.piece, asked, ensemble) for one in made])


def surveyed(
    pieces: Sequence[Piece],
    draw: Callable[[Metre], Chart],
    *,
    plan: Plan | None = None,
    model: str | None = None,
) -> Map:
    """Return what the map looks like where the first of some pieces shapes it.

    Args:
        pieces: the one that is given to `wander`, and others that are only to be found.
        draw: returns the map of the style in a metre.
        plan: style, and what pieces are understood by.
        model: as of the map.

    Raises:
        AntiphonError: the first piece cannot be worked on.
    """
    plan = plan or Plan()
    ensemble = writer_of(model or plan.style)
    mine = landmark(pieces[0], plan, ensemble)
    chart = draw(mine.metre)
    whole = chart.holding([mine])
    at = (np.arange(_GRID) + 0.5) / _GRID
    grid = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)  # the lowest row first
    found = whole.measured(grid)
    others = [_found(piece, mine, chart, plan, ensemble) for piece in pieces[1:]]
    return Map(
        chart.places.round(4).tolist(),
        [chart.place(mine).round(4).tolist(), *others],
        {n: found[:, i].reshape(_GRID, _GRID).round(2).tolist() for i, n in enumerate(MEASURES)},
        _axes(grid, found),
    )


def _found(
    piece: Piece, mine: Landmark, chart: Chart, plan: Plan, ensemble: Ensemble
) -> list[float] | None:
    """Return where a piece lies; None of one that cannot be understood or is in another metre."""
    try:
        other = landmark(piece, plan, ensemble)
    except AntiphonError:
        return None
    place: list[float] = chart.place(other).round(4).tolist()
    return place if str(other.metre) == str(mine.metre) else None


def _axes(grid: NDArray[np.float64], found: NDArray[np.float64]) -> tuple[str, str]:
    """Return the measure that goes with each axis most closely; not the same one twice."""
    grid, found = grid - grid.mean(axis=0), found - found.mean(axis=0)
    long = np.linalg.norm(grid, axis=0)[:, None] * np.linalg.norm(found, axis=0)
    likeness = grid.T @ found / np.maximum(long, 1e-9)  # (2, 3); correlations
    across = int(likeness[0].argmax())
    likeness[1, across] = -2
    return MEASURES[across], MEASURES[int(likeness[1].argmax())]


def _sheet(
    chart: Chart, at: NDArray[np.float64], mine: Landmark, plan: Plan, ensemble: Ensemble
) -> Sheet:
    """Return what is to be written at a place, in the signature of the given piece's key."""
    latents, chords, shares = chart.bars(at)
    nearest = chart.landmarks[int(shares.argmax())]
    minor = nearest.key.mode == "minor"
    key = Key((home_of(mine.key) - 3 * minor) % 12, nearest.key.mode)
    bpm = float(np.exp(shares @ np.log([one.bpm for one in chart.landmarks])))
    sections = [Section(0, N_BARS, "A")]
    bars = np.zeros(N_BARS, BAR)
    bars["number"], bars["n_beats"] = np.arange(N_BARS), beats_of(mine.metre)
    bars["compound"], bars["bpm"] = mine.metre.is_compound, bpm
    bars["tonic"], bars["minor"] = key.tonic, minor
    write_sections(bars, sections)
    shift = home_shift(bars["tonic"], bars["minor"])
    bars["chords"] = moved_chords(chords, -shift)
    loudness = float(shares @ np.array([one.loudness for one in chart.landmarks]))
    controls, known, lean = said_again(latents, loudness, bars, ensemble)
    told = replace(
        plan,
        bars=N_BARS,
        key=str(key),
        mode=None,
        metre=str(mine.metre),
        tempo=tempo_within(bpm),
        form=written_form(sections),
        chords=written_chords(bars, key),
        instruments=plan.named_parts(),
    )
    return Sheet(told, key, mine.metre, bpm, sections, bars, controls, known, lean=lean)
