"""Writing: told token by token, facts are those of the finished score; many pieces side by side."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.music.piece import Metre, Piece, Section, Track, notes_of
from antiphon.representations import facts as facts_of
from antiphon.representations import score as scores
from antiphon.representations.bars import encode
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import DURATIONS, END, N_HELD, N_LAGS, NO_ROW, Score
from antiphon.representations.writing import Writing


def tables(piece: Piece, index: int = 0) -> tuple[np.ndarray, np.ndarray]:
    bars, notes, _ = encode(piece)
    bars["piece"] = index
    return bars, notes


def wild(seed: int, metre: str = "4/4", n_bars: int = 12) -> Piece:
    """A piece of random notes, in sections that return; many sound over a bar line."""
    rng = np.random.default_rng(seed)
    numerator, denominator = (int(x) for x in metre.split("/"))
    bar = 96 * numerator // denominator
    tracks = []
    for part, n in enumerate((5, 3, 6, 3)):
        count = n * n_bars
        onset = 12 * rng.integers(0, bar * n_bars // 12, count)
        duration = 12 * rng.integers(1, bar // 16, count)
        rows = zip(
            onset,
            np.minimum(duration, bar * n_bars - onset),
            rng.integers(36, 84, count) - 12 * (part == 3),
            rng.integers(30, 120, count),
            strict=True,
        )
        role = ("melody", "counter", "chords", "bass")[part]
        tracks.append(Track(role, notes=notes_of(tuple(map(int, r)) for r in rows), role=role))
    third = n_bars // 3
    letters = zip((0, third, 2 * third), (third, third, n_bars - 2 * third), "ABA", strict=True)
    return Piece(
        tracks,
        metres=[Metre(0, numerator, denominator)],
        sections=[Section(*row) for row in letters],
        n_bars_asked=n_bars,
    )


class Replayed:
    """What a writing tells while scores are written into it, token by token."""

    def __init__(self, pieces: list[Piece]) -> None:
        both = [tables(piece, index) for index, piece in enumerate(pieces)]
        n = len(both[0][0])
        first_notes = np.cumsum([0, *(len(notes) for _, notes in both)])
        for (bars, _), first in zip(both, first_notes, strict=False):
            bars["note_start"] += first
        self.bars = np.concatenate([bars for bars, _ in both])
        self.score = scores.score_of(self.bars, np.concatenate([notes for _, notes in both]))
        slots = int(self.bars["n_beats"][0]) * 6
        self.writing = Writing(slots, np.stack([scores.returning(bars) for bars, _ in both]))
        self.steps: dict[int, np.ndarray] = {}
        self.returns: dict[int, np.ndarray] = {}
        self.pitches: dict[int, np.ndarray] = {}
        self.relations: dict[int, np.ndarray] = {}
        self.lengths: dict[int, np.ndarray] = {}
        self._play(len(pieces), n)

    def _play(self, n_pieces: int, n_bars: int) -> None:
        score, harmony = self.score, facts_of.harmony_of(self.bars)
        at = score.start[n_bars * np.arange(n_pieces)].copy()
        pieces = np.arange(n_pieces)
        while len(pieces):
            token = at[pieces]
            standing = self.writing.standing(pieces)
            self.steps |= dict(zip(token, facts_of.step_facts(standing, harmony), strict=True))
            self.returns |= dict(zip(token, facts_of.cell_returns(standing), strict=True))
            ends = score.cell[token] == END
            self.writing.end_bar(pieces[ends])
            token, noted = token[~ends], pieces[~ends]
            if len(token):
                standing = scores.rows_of(standing, ~ends)
                choice = self.writing.choice(noted, standing, score.cell[token])
                facts = facts_of.pitch_facts(standing, choice, harmony)
                self.pitches |= dict(zip(token, facts, strict=True))
                seen = facts_of.pitch_relations(standing, choice, harmony)
                self.relations |= dict(zip(token, seen, strict=True))
                facts = facts_of.length_facts(standing, choice, score.row[token], harmony)
                self.lengths |= dict(zip(token, facts, strict=True))
                told = (score.cell, score.row, score.duration, score.loudness)
                self.writing.write(noted, *(x[token] for x in told))
            at[pieces] += 1
            pieces = pieces[self.writing.bar[pieces] < n_bars]


def assert_told_alike(replayed: Replayed) -> None:
    score, bars = replayed.score, replayed.bars
    # else a class of duration is not the duration, or some of what sounds is left out
    assert np.isin(score.slots[score.cell != END], DURATIONS).all()
    harmony, standing = facts_of.harmony_of(bars), scores.standing_of(score, bars)
    choice = scores.choice_of(score, bars, standing)
    assert (choice.held[:, -1] < 0).all() and (choice.fresh[:, -1] < 0).all()
    step = facts_of.step_facts(standing, harmony)
    pitch = facts_of.pitch_facts(standing, choice, harmony)
    relations = facts_of.pitch_relations(standing, choice, harmony)
    length = facts_of.length_facts(standing, choice, score.row, harmony)
    assert sorted(replayed.steps) == list(range(len(score.cell)))
    assert sorted(replayed.pitches) == np.flatnonzero(score.cell != END).tolist()
    returns = facts_of.cell_returns(standing)
    for token, facts in replayed.steps.items():
        assert np.array_equal(facts, step[token]), token
        assert np.array_equal(replayed.returns[token], returns[token]), token
    for token, facts in replayed.pitches.items():
        # what sounds, held and fresh, is told in any order
        sounds = slice(-2 * N_HELD - N_LAGS - 1, -N_LAGS - 1)
        assert np.array_equal(np.delete(facts, sounds), np.delete(pitch[token], sounds)), token
        assert sorted(facts[sounds]) == sorted(pitch[token][sounds]), token
        assert sorted(replayed.relations[token]) == sorted(relations[token]), token
    for token, facts in replayed.lengths.items():
        assert np.array_equal(facts, length[token]), token


@pytest.mark.parametrize("tonic", [0, 7])
def test_a_song_written_token_by_token_tells_the_facts_of_its_score(song, tonic):
    assert_told_alike(Replayed([song(1, tonic=tonic)]))


@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8", "2/4"])
def test_wild_music_tells_the_facts_of_its_score_in_every_metre(metre):
    for seed in range(3):
        assert_told_alike(Replayed([wild(seed, metre)]))


def test_pieces_written_side_by_side_do_not_hear_each_other(song):
    pieces = [song(1), wild(4, n_bars=16), song(2, tonic=2), wild(5, n_bars=16)]
    together = Replayed(pieces)
    assert_told_alike(together)
    alone = Replayed(pieces[1:2])
    first = together.score.start[16]
    for token, facts in alone.steps.items():
        assert np.array_equal(together.steps[token + first], facts)


def test_what_was_written_is_the_score(song):
    replayed = Replayed([song(1), wild(3, n_bars=16)])
    assert len(replayed.score.cell) > 300
    written = replayed.writing.score()
    for name in vars(written):
        assert np.array_equal(getattr(written, name), getattr(replayed.score, name)), name


def test_notes_of_a_piece_are_those_of_its_bars(song):
    replayed = Replayed([wild(3, n_bars=16), song(1)])
    score: Score = replayed.score.of(slice(16, 32))
    noted = score.cell != END
    names = ("bar", "cell", "row", "duration", "loudness")
    for name, found in zip(names, replayed.writing.notes(1), strict=True):
        assert np.array_equal(found, getattr(score, name)[noted]), name


ONE = np.zeros(1, np.int64)


def write(writing: Writing, slot: int, part: int, row: int, slots: int) -> None:
    duration = scores.duration_class(np.array([slots]))
    writing.write(ONE, np.array([4 * slot + part]), np.array([row]), duration, np.array([8]))


def test_an_empty_writing_knows_nothing():
    standing = Writing(24, np.full((1, 2), -1)).standing(ONE)
    assert (standing.cell[0], standing.row[0], standing.n_written[0]) == (END, NO_ROW, 0)
    assert (standing.last == NO_ROW).all() and (standing.left == 0).all()
    assert (standing.lag_bar == -1).all() and (standing.ahead_cell == END).all()
    assert (standing.since > 1000).all()


def test_where_a_writing_stands_by_hand():
    writing = Writing(12, np.array([[-1, 0]]))  # two beats; the second bar returns
    write(writing, 0, 0, 40, 6)
    write(writing, 6, 3, 12, 24)
    writing.end_bar(ONE)
    write(writing, 3, 0, 45, 3)
    standing = writing.standing(ONE)
    assert (standing.bar[0], standing.n_written[0]) == (1, 1)
    assert (standing.cell[0], standing.row[0]) == (12, 45)
    # the bass began 9 slots ago, 6 before the bar line, and has 15 left of 24
    assert standing.since[0, [0, 3]].tolist() == [0, 9]
    assert standing.left[0, [0, 3]].tolist() == [3, 15]
    assert standing.last[0].tolist() == [45, NO_ROW, NO_ROW, 12]
    # one bar ago, and in the section's first time, the bass at slot 6 is next
    assert standing.lag_bar[0].tolist() == [0, -1, -1, -1, 0]
    assert standing.ahead_cell[0].tolist() == [27, END, END, END, 27]
    assert standing.ahead_row[0].tolist() == [12, 0, 0, 0, 12]


def test_a_melody_note_sounds_until_the_next_and_a_chords_until_its_pitch_again():
    writing = Writing(24, np.full((1, 1), -1))
    for part in (0, 2):
        write(writing, 0, part, 40, 24)
    write(writing, 6, 0, 41, 12)
    write(writing, 6, 2, 41, 12)
    write(writing, 12, 2, 40, 12)

    def sounds(slot: int) -> set[int]:
        standing = writing.standing(ONE)
        held = writing.choice(ONE, standing, np.array([4 * slot + 3])).held[0]
        return {int(name) for name in held if name >= 0}

    chords = 2 * N_PITCHES
    # the first melody note ended at slot 6, the first of the chords at 12; both second at 18
    assert sounds(14) == {41, chords + 41, chords + 40}
    assert sounds(20) == {chords + 40}
    assert sounds(23) == {chords + 40}


def test_the_length_written_is_the_class_of_the_duration():
    writing = Writing(24, np.full((1, 1), -1))
    write(writing, 0, 1, 40, 50)  # the nearest class is 48
    write(writing, 0, 2, 40, 7)
    score = writing.score()
    assert score.slots.tolist() == [48, 7, 0]
    assert score.start.tolist() == [0, 3] and score.cell.tolist() == [1, 2, END]
