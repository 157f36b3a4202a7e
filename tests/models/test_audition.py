"""Auditions: one take goes on, it is the believed one, and every piece keeps to itself."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from antiphon.models._audition import Audition
from antiphon.models._waiting import Kept, Waiting
from antiphon.models._writer import write
from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.music.piece import Metre, Piece
from antiphon.representations.bars import encode
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import END, MAX_TOKENS, N_PARTS, Ints
from antiphon.representations.writing import Writing

N_BARS, Z, K = 6, 24, 3


@pytest.fixture
def scribe(untrained_scribe) -> Scribe:
    return untrained_scribe()


def written(
    scribe: Scribe,
    *seeds: int,
    audition: Audition | None,
    kept: list[Kept] | None = None,
    n_threads: int | None = None,
) -> Writing:
    n = len(seeds)
    told = Segment(
        condition=torch.zeros(n, N_BARS, 116),
        controls=torch.zeros(n, N_BARS, 6),
        controls_known=torch.zeros(n, N_BARS, 6),
        known=torch.zeros(n, N_BARS, Z),
        mask=torch.ones(n, N_BARS, 4),
        same_place=torch.zeros(n, N_BARS, N_BARS, dtype=torch.bool),
        valid=torch.ones(n, N_BARS),
    )
    bars = [encode(Piece(metres=[Metre(0)], n_bars_asked=N_BARS))[0]] * n
    return write(
        scribe, torch.zeros(n, N_BARS, Z), 1.0, told, bars, [[s] for s in seeds],
        audition=audition, kept=kept, n_threads=n_threads,
    )  # fmt: skip


def rows(writing: Writing, piece: int = 0) -> list[tuple[int, ...]]:
    return [tuple(note) for note in np.stack(writing.notes(piece), axis=1).tolist()]


def believing(wanted: int, n_bars: int = 3) -> Audition:
    """An audition that always believes in the same take."""

    def answer(writing: Writing, takes: Ints, bars: slice) -> np.ndarray:
        return np.where(takes % K == wanted, 0, -1e3).astype(np.float32)

    return Audition(K, n_bars, n_bars, answer)


def test_takes_are_heard_after_every_few_bars_and_at_the_end():
    def heard(audition: Audition, n_bars: int) -> list[int]:
        stops = audition.stops(np.ones((2, n_bars), bool))
        assert all(is_heard for _, is_heard in stops)
        return [bar for bar, _ in stops]

    audition = believing(0, 8)
    assert heard(audition, 32) == [8, 16, 24, 32]
    assert heard(audition, 20) == [8, 16, 20]
    assert heard(audition, 5) == [5]
    assert heard(replace(audition, every=4), 18) == [8, 12, 16, 18]


@pytest.mark.parametrize(
    ("made", "stops"),
    [
        ([range(8, 12)], [(8, False), (14, True), (32, False)]),
        ([range(8, 17)], [(8, False), (12, True), (16, True), (19, True), (32, False)]),
        ([range(3)], [(8, True), (32, False)]),  # eight bars are heard, or none
        (
            [range(4, 5), range(20, 21)],
            [(4, False), (8, True), (20, False), (23, True), (32, False)],
        ),
        ([range(28, 32)], [(28, False), (32, True)]),
        ([range(10, 12), range(13, 15)], [(10, False), (14, True), (17, True), (32, False)]),
    ],
)
def test_takes_are_written_only_where_anything_is_made_and_heard_with_two_bars_after(made, stops):
    bars = np.zeros((2, 32), bool)
    for piece, some in enumerate(made):
        bars[piece, list(some)] = True
    assert replace(believing(0, 8), every=4).stops(bars) == stops


def test_takes_have_seeds_of_their_own_but_for_the_first():
    assert believing(0).seeds([[7, 0], [8, 0]]) == [
        [7, 0], [7, 0, 1], [7, 0, 2], [8, 0], [8, 0, 1], [8, 0, 2],
    ]  # fmt: skip


def test_the_first_take_alone_is_the_piece_without_an_audition(scribe):
    plain = written(scribe, 1, 2, audition=None)
    heard = written(scribe, 1, 2, audition=believing(0))
    assert len(heard.bar) == 2
    for piece in (0, 1):
        assert rows(heard, piece) == rows(plain, piece)


def test_the_believed_take_goes_on(scribe):
    plain = written(scribe, 1, audition=None)
    takes = [written(scribe, 1, audition=believing(take)) for take in range(K)]
    assert len({str(rows(take)) for take in takes}) == K
    heard: list[list[tuple[int, ...]]] = []

    def answer(writing: Writing, these: Ints, bars: slice) -> np.ndarray:
        heard.extend(
            [n for n in rows(writing, take) if n[0] < bars.stop] for take in these.tolist()
        )
        return np.array([-1e3, -1e3, 0], np.float32)

    found = rows(written(scribe, 1, audition=Audition(K, 3, 3, answer)))
    assert len(heard) == 2 * K
    assert found == rows(takes[2]) == heard[-1] != rows(plain)
    first = [note for note in found if note[0] < 3]
    assert first == heard[2]
    # whatever they become, all takes have begun alike
    assert all([note for note in take if note[0] < 3] == first for take in heard[K:])


def all_but(writing: Writing, piece: int, bar: int) -> Kept:
    """What stays of a piece that was written: everything but its melody in one bar."""
    parts = np.ones((N_BARS, N_PARTS), bool)
    parts[bar, 0] = False
    return Kept(parts, *writing.notes(piece))


def test_what_is_kept_stays_in_every_take_and_the_believed_one_goes_on(scribe):
    plain = written(scribe, 1, 2, audition=None)
    kept = [all_but(plain, piece, 3) for piece in (0, 1)]
    takes = [written(scribe, 5, 6, audition=believing(take), kept=kept) for take in range(K)]
    for piece in (0, 1):
        assert len({str(rows(take, piece)) for take in takes}) == K
        for take in takes:
            others = [n for n in rows(take, piece) if n[0] != 3 or n[1] % N_PARTS]
            assert others == [n for n in rows(plain, piece) if n[0] != 3 or n[1] % N_PARTS]
    alone = written(scribe, 5, 6, audition=None, kept=kept)
    assert [rows(takes[0], piece) for piece in (0, 1)] == [rows(alone, piece) for piece in (0, 1)]


def test_of_takes_the_one_goes_on_after_which_what_stays_is_likely(scribe, monkeypatch):
    plain = written(scribe, 1, audition=None)
    kept = [all_but(plain, 0, 2)]
    alone = [written(scribe, 5, audition=believing(take), kept=kept) for take in range(K)]
    monkeypatch.setattr(
        Waiting, "said", lambda self, bar, *_: np.where(bar // N_BARS == 1, 0, -100)
    )

    def answer(writing: Writing, these: Ints, bars: slice) -> np.ndarray:
        return np.zeros(K, np.float32)

    found = written(scribe, 5, audition=Audition(K, 3, 3, answer), kept=kept)
    assert rows(found) == rows(alone[1]) != rows(alone[0])


def test_what_waits_is_as_likely_as_its_cell_and_pitch_and_an_end_as_its_cell():
    page = SimpleNamespace(
        kept=np.zeros((1, N_PARTS), bool),
        waits=np.full((1, MAX_TOKENS), END),
        stays=np.zeros((1, MAX_TOKENS, 3), np.int64),
        n_kept=np.zeros(1, np.int64),
        n_copied=np.zeros(1, np.int64),
    )
    note = Kept(np.ones((1, N_PARTS), bool), *(np.array([x]) for x in (0, 8, 20, 3, 1)))
    waiting = Waiting([note], page)
    cells, pitches = np.zeros((2, END + 1), np.float32), torch.zeros(2, N_PITCHES)
    pitches[0, 20] = np.log(N_PITCHES + 1)  # as likely as everything else together, and one more
    said = waiting.said(np.zeros(2, np.int64), np.array([8, END]), cells, pitches)
    share = (N_PITCHES + 1) / (2 * N_PITCHES)
    assert said == pytest.approx([np.log(share / (END + 1)), np.log(1 / (END + 1))], rel=1e-5)


def test_what_nothing_is_made_in_is_heard_only_around_what_is(scribe):
    plain = written(scribe, 1, audition=None)
    heard: list[slice] = []

    def answer(writing: Writing, these: Ints, bars: slice) -> np.ndarray:
        heard.append(bars)
        return np.zeros(K, np.float32)

    written(
        scribe, 5, audition=Audition(K, 2, 2, answer, after=1), kept=[all_but(plain, 0, 2)]
    )  # fmt: skip
    assert heard == [slice(2, 4)]


def test_a_piece_does_not_depend_on_those_beside_it_nor_on_threads(scribe):
    def lowest(writing: Writing, takes: Ints, bars: slice) -> np.ndarray:
        return np.array([-writing.notes(t, bars)[2].mean() for t in takes.tolist()], np.float32)

    audition = Audition(K, 3, 3, lowest)
    together = written(scribe, 1, 2, 3, 4, 5, 6, audition=audition, n_threads=2)
    for piece, seed in enumerate((1, 2, 3, 4, 5, 6)):
        assert rows(together, piece) == rows(written(scribe, seed, audition=audition))


def test_what_is_believed_becomes_likelier(scribe):
    def low(writing: Writing, takes: Ints, bars: slice) -> np.ndarray:
        return np.array([-writing.notes(t, bars)[2].mean() for t in takes.tolist()], np.float32)

    seeds = range(12)
    plain = written(scribe, *seeds, audition=None)
    heard = written(scribe, *seeds, audition=Audition(4, 2, 2, low))
    means = [np.mean([n[2] for s in seeds for n in rows(w, s)]) for w in (heard, plain)]
    assert means[0] < means[1] - 0.2


def test_of_shorter_pieces_nothing_is_heard(scribe):
    def never(writing: Writing, takes: Ints, bars: slice) -> np.ndarray:
        raise AssertionError("heard too few bars")

    found = written(scribe, 4, audition=Audition(K, N_BARS + 1, 2, never))
    assert rows(found) == rows(written(scribe, 4, audition=None))
