"""Auditions: one take goes on, it is the believed one, and every piece keeps to itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from antiphon.models._audition import Audition
from antiphon.models._writer import write
from antiphon.models.choir import Segment
from antiphon.models.scribe import Scribe
from antiphon.music.piece import Metre, Piece
from antiphon.representations.bars import encode
from antiphon.representations.score import Ints
from antiphon.representations.writing import Writing

N_BARS, Z, K = 6, 24, 3


@pytest.fixture
def scribe(untrained_scribe) -> Scribe:
    return untrained_scribe()


def written(scribe: Scribe, *seeds: int, audition: Audition | None, n_threads=None) -> Writing:
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
        audition=audition, n_threads=n_threads,
    )  # fmt: skip


def rows(writing: Writing, piece: int = 0) -> list[tuple[int, ...]]:
    return [tuple(note) for note in np.stack(writing.notes(piece), axis=1).tolist()]


def believing(wanted: int, n_bars: int = 3) -> Audition:
    """An audition that always believes in the same take."""

    def answer(writing: Writing, takes: Ints, bars: slice) -> np.ndarray:
        return np.where(takes % K == wanted, 0, -1e3).astype(np.float32)

    return Audition(K, n_bars, n_bars, answer)


def test_takes_are_heard_after_every_few_bars_and_at_the_end():
    audition = believing(0, 8)
    assert audition.stops(32) == [8, 16, 24, 32]
    assert audition.stops(20) == [8, 16, 20]
    assert audition.stops(5) == [5]
    assert replace(audition, every=4).stops(18) == [8, 12, 16, 18]


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
