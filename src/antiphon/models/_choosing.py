"""Choosing: what the writer does between the networks' answers, compiled.

Choices keep to a page: what is kept stays in its place, a piece comes to rest in its last bar.
Rows of arrays are n pieces, whose bars are counted through all pieces (piece × N + bar).

Shapes: B pieces, N bars, T tokens of a bar, M parts, P pitches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled
from antiphon.models._drawing import Floats, drawn_one
from antiphon.models._leaning import Leaning, lean_cells, lean_rows
from antiphon.representations.bars import PITCHED
from antiphon.representations.facts import (
    Harmony,
    length_facts,
    pitch_facts,
    pitch_relations,
    step_facts,
)
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import (
    END,
    MAX_TOKENS,
    N_CELLS,
    N_PARTS,
    ONE_VOICE,
    Choice,
    Ints,
    Standing,
)
from antiphon.representations.writing import State, choice_in, end_bar_in, standing_in, write_in

URGE = 2.0  # logits a melody is urged on with for each bar of rest beyond `PATIENCE`
PATIENCE = 4  # bars
MELODY = PITCHED.index("melody")
ENDS, STAYS, IS_MADE = range(3)  # what a token is: the end of a bar, a kept note, a new one


class Page(NamedTuple):
    """What is decided of every bar before the first note; all but the first two are (B · N, …).

    Attributes:
        shares: (2,) of the likeliest cells and lengths that are drawn among.
        pitch_shares: (M,) of the likeliest pitches of each part.
        number: the bar's number in its piece.
        chance: (…, T, 4) numbers by which cell, pitch, duration and loudness are drawn.
        sung: whether the melody is urged on.
        latest: (…, M) slot from which on nothing begins.
        sings: (…, P) rows that the melody may have.
        kept: (…, M) parts that are kept.
        waits: (…, T) cells of kept notes in order, then `END`.
        stays: (…, T, 3) their rows and classes of duration and loudness.
        n_kept, n_copied: how many there are, and how many have been written.
        lean: what choices lean to beside what the networks say.
    """

    shares: Floats
    pitch_shares: Floats
    number: Ints
    chance: Floats
    sung: NDArray[np.bool_]
    latest: Ints
    sings: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    waits: Ints
    stays: Ints
    n_kept: Ints
    n_copied: Ints
    lean: Leaning


@compiled
def before_cell(state: State, pieces: Ints, harmony: Harmony) -> tuple[Standing, Ints]:
    """Return where pieces stand and (n, F) step facts."""
    standing = standing_in(state, pieces)
    return standing, step_facts(standing, harmony)


@compiled
def choose_cells(
    page: Page, logits: Floats, standing: Standing, bar_slots: int
) -> tuple[Ints, Ints]:
    """Return (n,) cells, and what each token is: `ENDS`, `STAYS` or `IS_MADE`.

    Args:
        logits: (n, cells + 1); where nothing is to be made they are not looked at.
    """
    n = len(standing.bar)
    cell, kind = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        bar, written = standing.bar[i], standing.n_written[i]
        waits = page.waits[bar, page.n_copied[bar]]
        cell[i] = waits
        if not page.kept[bar].all():
            allowed = places(page, standing, bar_slots, i)
            urged = logits[i].copy()
            urged[MELODY:END:N_PARTS] += urge(page, standing, bar_slots, i)
            rests = page.latest[bar].max()
            if rests < bar_slots:  # else the last place before it would be crowded
                urged[END] = beyond(urged, rests * N_PARTS)
            lean_cells(page.lean, urged, allowed, bar, standing.cell[i], standing.row[i], waits)
            if waits != END:
                urged[waits] = beyond(urged, waits)
            cell[i] = drawn_one(urged, allowed, page.chance[bar, written, 0], page.shares[0])
        kind[i] = ENDS if cell[i] == END else STAYS if cell[i] == waits else IS_MADE
    return cell, kind


@compiled
def places(page: Page, standing: Standing, bar_slots: int, i: int) -> NDArray[np.bool_]:
    """Return (cells + 1,) where the next token of one piece may stand.

    What is made stands before the next kept note, and only where the bar has room for all that
    are kept.
    """
    out = np.zeros(N_CELLS + 1, np.bool_)
    bar, before = standing.bar[i], standing.cell[i]
    waits = page.waits[bar, page.n_copied[bar]]
    first = before + 1
    if before == END:
        first = 0
    elif not ONE_VOICE[before % N_PARTS] and standing.row[i] < N_PITCHES - 1:
        first = before  # a second note
    if standing.n_written[i] + page.n_kept[bar] - page.n_copied[bar] < MAX_TOKENS - 1:
        for cell in range(first, min(bar_slots * N_PARTS, waits)):
            slot, part = cell // N_PARTS, cell % N_PARTS
            out[cell] = slot < page.latest[bar, part] and not page.kept[bar, part]
    out[waits] = True
    return out


@compiled
def beyond(logits: Floats, cell: int) -> np.float32:
    """Return the logit of making nothing before a cell: of all that stands there or later."""
    highest = logits[cell:].max()
    return np.float32(highest + np.log(np.exp(logits[cell:] - highest).sum()))


@compiled
def urge(page: Page, standing: Standing, bar_slots: int, i: int) -> np.float32:
    """Return what is added to the logits of the melody's cells for a rest too long."""
    bar = standing.bar[i]
    rest = min(standing.since[i, MELODY], page.number[bar] * bar_slots)  # in slots
    too_long = min(max(rest / bar_slots - PATIENCE, 0.0), 2.0)
    return np.float32(URGE * too_long if page.sung[bar] else 0.0)


@compiled
def before_row(
    state: State, pieces: Ints, standing: Standing, cell: Ints, harmony: Harmony
) -> tuple[Choice, Ints, Ints]:
    """Return what is known of notes at these cells, (n, F) pitch facts and (n, R) relations."""
    choice = choice_in(state, pieces, standing, cell)
    facts = pitch_facts(standing, choice, harmony)
    return choice, facts, pitch_relations(standing, choice, harmony)


@compiled
def choose_rows(
    page: Page, logits: Floats, standing: Standing, choice: Choice, kind: Ints, harmony: Harmony
) -> tuple[Ints, Ints]:
    """Return (n,) rows, 0 for what is not made, and (n, F) length facts."""
    row = np.zeros(len(kind), np.int64)
    allowed = np.empty(N_PITCHES, np.bool_)
    for i in range(len(kind)):
        if kind[i] != IS_MADE:
            continue
        bar = standing.bar[i]
        part = choice.cell[i] % N_PARTS
        for r in range(N_PITCHES):
            allowed[r] = r > choice.row[i] and (page.sings[bar, r] or part != MELODY)
        u = page.chance[bar, standing.n_written[i], 1]
        leaned = logits[i].copy()
        lean_rows(page.lean, leaned, bar, choice.cell[i])
        row[i] = drawn_one(leaned, allowed, u, page.pitch_shares[part])
    return row, length_facts(standing, choice, row, harmony)


@compiled
def write_tokens(
    page: Page,
    state: State,
    pieces: Ints,
    standing: Standing,
    cell: Ints,
    kind: Ints,
    row: Ints,
    lengths: Floats,
    loud: Floats,
) -> None:
    """Draw durations and loudness of new notes; write all notes, and end the bars that end.

    Args:
        lengths, loud: (n, classes) logits; where nothing is made they are not looked at.
    """
    all_lengths = np.ones(lengths.shape[1], np.bool_)
    all_loud = np.ones(loud.shape[1], np.bool_)
    for i in range(len(pieces)):
        p, bar = pieces[i], standing.bar[i]
        if kind[i] == ENDS:
            end_bar_in(state, p)
        elif kind[i] == STAYS:
            note = page.stays[bar, page.n_copied[bar]]
            page.n_copied[bar] += 1
            write_in(state, p, cell[i], note[0], note[1], note[2])
        else:
            u = page.chance[bar, standing.n_written[i]]
            duration = drawn_one(lengths[i], all_lengths, u[2], page.shares[1])
            loudness = drawn_one(loud[i], all_loud, u[3], page.shares[1])
            write_in(state, p, cell[i], row[i], duration, loudness)
