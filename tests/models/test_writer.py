"""The writer: a piece follows from its seed, what is kept stays, and limits are limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from antiphon.models._choosing import PATIENCE, URGE, urge
from antiphon.models._waiting import Kept
from antiphon.models._writer import Nerve, _page, write
from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.music.chords import Chord
from antiphon.music.piece import ChordSpan, Metre, Piece, Section
from antiphon.representations import facts as facts_of
from antiphon.representations.bars import encode
from antiphon.representations.rolls import LOW_PITCH
from antiphon.representations.score import END, MAX_TOKENS, N_CELLS, N_PARTS
from antiphon.representations.writing import Writing

N_BARS, Z = 6, 24
FOUR, USUAL, TIMID = Metre(0), Nerve(), Nerve(0, (0, 0, 0, 0), 0)
MELODY, COUNTER, CHORDS, BASS = range(4)


@pytest.fixture
def scribe(untrained_scribe) -> Scribe:
    return untrained_scribe()


def bars_of(metre: Metre = FOUR) -> np.ndarray:
    """Six bars without chords, the last three a return of the first."""
    sections = [Section(0, 3, "A"), Section(3, 3, "A")]
    return encode(Piece(metres=[metre], sections=sections, n_bars_asked=N_BARS))[0]


def segment(n_pieces: int) -> Segment:
    draw = torch.Generator().manual_seed(3)
    shape = (1, N_BARS)
    return Segment(
        condition=torch.randn(*shape, 116, generator=draw).repeat(n_pieces, 1, 1),
        controls=torch.zeros(n_pieces, N_BARS, 6),
        controls_known=torch.zeros(n_pieces, N_BARS, 6),
        known=torch.zeros(n_pieces, N_BARS, Z),
        mask=torch.ones(n_pieces, N_BARS, 4),
        same_place=torch.zeros(n_pieces, N_BARS, N_BARS, dtype=torch.bool),
        valid=torch.ones(n_pieces, N_BARS),
    )


def written(
    scribe: Scribe,
    *seeds: int,
    metre: Metre = FOUR,
    level: float = 1.0,
    latents: torch.Tensor | None = None,
    kept: Sequence[Kept] | None = None,
    nerve: Nerve = USUAL,
    close: bool = False,
    n_threads: int | None = None,
) -> Writing:
    """Pieces of six bars, one a seed."""
    n = len(seeds)
    told = segment(n)
    if kept is not None:
        told.mask = 1 - torch.from_numpy(np.stack([k.parts for k in kept]).astype(np.float32))
    drew = torch.zeros(n, N_BARS, Z) if latents is None else latents
    bars = [bars_of(metre)] * n
    return write(
        scribe,
        drew,
        level,
        told,
        bars,
        [[s] for s in seeds],
        nerve=nerve,
        kept=kept,
        close=close,
        n_threads=n_threads,
    )


def rows(writing: Writing, piece: int = 0) -> list[tuple[int, ...]]:
    """Notes of a piece: bar, cell, row, class of duration, class of loudness."""
    return [tuple(note) for note in np.stack(writing.notes(piece), axis=1).tolist()]


def test_equal_seeds_write_equal_notes_and_others_do_not(scribe):
    one, two, other = (rows(written(scribe, seed)) for seed in (1, 1, 2))
    assert len(one) > 20
    assert one == two and one != other


def test_a_piece_depends_on_its_own_seed_only(scribe):
    together = written(scribe, 1, 2, 3)
    for piece, seed in enumerate((1, 2, 3)):
        assert rows(together, piece) == rows(written(scribe, seed))
    assert rows(written(scribe, 9, 2), 1) == rows(together, 1)


def test_pieces_shared_among_threads_are_the_same_pieces(scribe):
    before = torch.get_num_threads()
    together = written(scribe, *range(16), n_threads=2)
    assert torch.get_num_threads() == before
    for piece in (0, 7, 8, 15):  # the first and the last of each thread
        assert rows(together, piece) == rows(written(scribe, piece))


def test_every_part_is_written_and_every_bar_has_numbers_of_its_own(scribe):
    notes = rows(written(scribe, 1))
    assert {cell % N_PARTS for _, cell, *_ in notes} == {0, 1, 2, 3}
    bars = [[note[1:] for note in notes if note[0] == bar] for bar in range(N_BARS)]
    assert all(bars) and len({tuple(bar) for bar in bars}) == N_BARS


@pytest.mark.parametrize(
    ("metre", "slots"),
    [(FOUR, 24), (Metre(0, 3), 18), (Metre(0, 6, 8), 12), (Metre(0, 2), 12)],
    ids=str,
)
def test_notes_stand_in_order_on_slots_that_the_metre_uses(scribe, metre, slots):
    writing = written(scribe, 1, 2, metre=metre)
    score = writing.score()
    cell, row = score.cell, score.row
    assert cell[cell != END].max() < slots * N_PARTS
    same_bar = np.diff(score.bar) == 0
    later = cell[1:] > cell[:-1]
    above = (cell[1:] == cell[:-1]) & (row[1:] > row[:-1])
    assert (later | above)[same_bar].all()
    assert np.array_equal(np.bincount(score.bar[cell == END]), np.ones(2 * N_BARS))


def restless(scribe: Scribe) -> Scribe:
    """Let a scribe never end a bar, and write a note wherever one may stand."""
    with torch.no_grad():
        scribe.to_cell[-1].bias.copy_(-4.0 * torch.arange(N_CELLS + 1))
        scribe.to_cell[-1].bias[END] = -1e6
        scribe.pitch.bias.copy_(-2.0 * torch.arange(72))  # the next row, as a rule
    return scribe


def test_melody_and_bass_have_one_note_at_a_slot_and_chords_as_many_as_wanted(scribe):
    notes = rows(written(restless(scribe), 1, metre=Metre(0, 3)))
    for part, several in ((MELODY, False), (COUNTER, True), (CHORDS, True), (BASS, False)):
        places = [(bar, cell) for bar, cell, *_ in notes if cell % N_PARTS == part]
        assert (len(set(places)) < len(places)) == several, part


def test_a_bar_ends_when_it_is_full_or_has_no_place_left(scribe):
    score = written(restless(scribe), 1).score()
    assert np.diff(score.start).tolist() == [MAX_TOKENS] * N_BARS
    with torch.no_grad():
        scribe.to_cell[-1].bias[COUNTER:END:4] = -1e5
        scribe.to_cell[-1].bias[CHORDS:END:4] = -1e5
    score = written(scribe, 1, metre=Metre(0, 2), nerve=Nerve(0, (0, 0, 0, 0), 0)).score()
    # melody and bass on each of twelve slots, although the end is the least likely of all
    expected = [4 * slot + part for slot in range(12) for part in (MELODY, BASS)]
    assert score.cell.tolist() == [*expected, END] * N_BARS


def kept_of(writing: Writing, parts: np.ndarray, piece: int = 0) -> Kept:
    return Kept(parts, *writing.notes(piece))


def stays(notes: list[tuple[int, ...]], parts: np.ndarray) -> list[tuple[int, ...]]:
    return [note for note in notes if parts[note[0], note[1] % N_PARTS]]


def test_kept_bars_and_parts_come_out_exactly(scribe):
    first = written(scribe, 1)
    parts = np.zeros((N_BARS, N_PARTS), bool)
    parts[2:4] = True  # two whole bars
    parts[:, CHORDS] = True
    again = written(scribe, 2, kept=[kept_of(first, parts)])
    assert stays(rows(again), parts) == stays(rows(first), parts) != []
    made, before = stays(rows(again), ~parts), stays(rows(first), ~parts)
    assert made != before and {note[0] for note in made} == {0, 1, 4, 5}
    # nothing stands in order by chance only
    cells = [note[:3] for note in rows(again)]
    assert cells == sorted(cells)


def test_a_part_that_is_kept_silent_stays_silent(scribe):
    silence = Writing(24, np.full((1, N_BARS), -1))
    parts = np.zeros((N_BARS, N_PARTS), bool)
    parts[:, BASS] = True
    parts[4] = True
    notes = rows(written(scribe, 1, kept=[kept_of(silence, parts)]))
    assert {cell % N_PARTS for _, cell, *_ in notes} == {MELODY, COUNTER, CHORDS}
    assert {bar for bar, *_ in notes} == {0, 1, 2, 3, 5}


def test_a_piece_that_is_kept_whole_comes_out(scribe):
    first = written(scribe, 1, 2)
    whole = np.ones((N_BARS, N_PARTS), bool)
    kept = [kept_of(first, whole, 0), kept_of(first, ~whole, 1)]
    again = written(scribe, 8, 9, kept=kept)
    assert rows(again, 0) == rows(first, 0)
    assert rows(again, 1) == rows(written(scribe, 9)) != rows(first, 1)


def test_at_level_1_the_latents_are_not_heard_and_below_they_are(scribe):
    drew = torch.randn(1, N_BARS, Z, generator=torch.Generator().manual_seed(5))
    for level, heard in ((1.0, False), (0.5, True)):
        with_it, without = (written(scribe, 1, level=level, latents=x) for x in (drew, -drew))
        assert (rows(with_it) != rows(without)) == heard


def test_a_writer_without_nerve_always_takes_the_likeliest(scribe):
    drew = torch.randn(1, N_BARS, Z, generator=torch.Generator().manual_seed(5))
    # at level 0 nothing but the choices themselves is drawn
    one, two = (written(scribe, s, level=0.0, latents=drew, nerve=TIMID) for s in (1, 2))
    assert rows(one) == rows(two) != []
    told = scribe.bars(drew, torch.zeros(1), segment(1))
    standing = Writing(24, np.full((1, N_BARS), -1)).standing(np.zeros(1, np.int64))
    facts = facts_of.step_facts(standing, facts_of.harmony_of(bars_of()))
    known, _ = scribe.step(told[:, 0], torch.from_numpy(facts), torch.zeros(1, 16))
    returns = torch.from_numpy(facts_of.cell_returns(standing))
    assert rows(one)[0][:2] == (0, int(scribe.cells(known, returns).argmax()))


@pytest.mark.parametrize(
    ("adventure", "nerve"),
    [
        (0.0, (0.935, 0.87, 0.85, 0.86, 0.85, 0.94)),
        (0.5, (0.995, 0.97, 0.95, 0.96, 0.95, 1.0)),
        (1.0, (1.0,) * 6),
    ],
)
def test_adventure_is_nerve(adventure, nerve):
    found = Nerve.of(adventure)
    assert (found.cell, *found.pitch, found.length) == pytest.approx(nerve)


def test_a_melody_that_rests_for_too_long_is_urged_on():
    late = PATIENCE + 1
    writing = Writing(24, np.full((4, 2 * late), -1))
    writing.bar[:] = (0, PATIENCE, late, late)
    writing.write(np.array([3]), *(np.array([x]) for x in (0, 40, 5, 8)))  # a melody note
    writing.bar[3] = late + 1
    standing = writing.standing(np.arange(4))
    bars = [encode(Piece(metres=[FOUR], n_bars_asked=2 * late))[0]] * 4

    def added(sung: bool) -> list[float]:
        page = _page(bars, [[1]] * 4, USUAL, np.full((4, 2 * late), sung), close=False)
        return [float(urge(page, standing, 24, i)) for i in range(4)]

    # no bar has passed; as many as may; one too many; the last has just sung
    assert added(True) == [0.0, 0.0, URGE, 0.0]
    assert added(False) == [0.0] * 4


def everywhere(scribe: Scribe) -> Scribe:
    """Let a scribe write one note of each part at every slot, all on the highest row."""
    restless(scribe)
    with torch.no_grad():
        scribe.pitch.bias.copy_(1e3 * torch.arange(72))
    return scribe


def test_a_piece_that_closes_begins_nothing_late_in_its_last_bar(scribe):
    notes = rows(written(everywhere(scribe), 1, close=True, nerve=TIMID))
    last = [cell for bar, cell, *_ in notes if bar == N_BARS - 1]
    slots = {part: {c // N_PARTS for c in last if c % N_PARTS == part} for part in range(N_PARTS)}
    assert slots[CHORDS] == set(range(12))  # the first half of the bar
    for part in (MELODY, COUNTER, BASS):
        assert slots[part] == set(range(6))  # the first beat
    before = {cell // N_PARTS for bar, cell, *_ in notes if bar == N_BARS - 2}
    assert max(before) > 12
    open_ended = [cell for bar, cell, *_ in rows(written(scribe, 1)) if bar == N_BARS - 1]
    assert max(open_ended) // N_PARTS > 12


def test_a_piece_that_closes_does_not_crowd_the_last_place_where_notes_may_begin(scribe):
    everywhere(scribe)
    late = 12 * N_PARTS + CHORDS  # a cell of the chords after which the piece rests
    with torch.no_grad():
        scribe.to_cell[-1].bias[: late - N_PARTS] = -1e6
        scribe.to_cell[-1].bias[late - N_PARTS] = -10.0  # may begin, and hardly ever does
        scribe.to_cell[-1].bias[late] = 0.0
    notes = rows(written(scribe, 1, close=True))
    assert {cell for bar, cell, *_ in notes if bar < N_BARS - 1} >= {late}
    assert [cell for bar, cell, *_ in notes if bar == N_BARS - 1] == []


def test_a_melody_that_closes_ends_on_a_tone_of_the_last_chord(scribe):
    chords = [ChordSpan(0, 24 * 4 * N_BARS, Chord(7))]  # G in C: G, B, D
    bars = encode(Piece(metres=[FOUR], chords=chords, n_bars_asked=N_BARS))[0]
    told = segment(8)
    drew = torch.zeros(8, N_BARS, Z)
    restless(scribe).pitch.bias.data.zero_()
    for close in (True, False):
        writing = write(
            scribe, drew, 1.0, told, [bars] * 8, [[s] for s in range(8)],
            nerve=Nerve(1, (1, 1, 1, 1), 1), close=close,
        )  # fmt: skip
        found = [
            (LOW_PITCH + row) % 12
            for piece in range(8)
            for bar, cell, row, *_ in rows(writing, piece)
            if bar == N_BARS - 1 and cell % N_PARTS == MELODY
        ]
        assert len(found) > 4
        assert (set(found) <= {7, 11, 2}) == close


def test_what_is_kept_stays_even_late_in_a_bar_that_closes(scribe):
    first = written(everywhere(scribe), 1)
    parts = np.zeros((N_BARS, N_PARTS), bool)
    parts[:, BASS] = True
    again = written(scribe, 2, kept=[kept_of(first, parts)], close=True)
    assert stays(rows(again), parts) == stays(rows(first), parts)
    assert max(cell // N_PARTS for bar, cell, *_ in rows(again) if bar == N_BARS - 1) > 12
