"""Scores: the order of tokens, what is kept of notes, and the facts before each, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Section, Track, notes_of
from antiphon.representations import facts
from antiphon.representations import score as scores
from antiphon.representations.bars import QUALITY_NAMES, encode
from antiphon.representations.rolls import N_PITCHES
from antiphon.representations.score import (
    DURATIONS,
    END,
    MAX_TOKENS,
    N_HELD,
    NO_ROW,
    Score,
    duration_class,
    lag_bars,
    loudness_of,
    returning,
    score_of,
    standing_of,
)

Rows = Sequence[tuple[int, int, int]]
MELODY, COUNTER, CHORDS, BASS = range(4)


def piece_of(
    *,
    melody: Rows = (),
    counter: Rows = (),
    chords: Rows = (),
    bass: Rows = (),
    harmony: Sequence[ChordSpan] = (),
    **more: object,
) -> Piece:
    """A piece of (onset, duration, pitch) in steps."""
    parts = {"melody": melody, "counter": counter, "chords": chords, "bass": bass}
    tracks = [
        Track(role, notes=notes_of((*row, 80) for row in rows), role=role)
        for role, rows in parts.items()
    ]
    return Piece(tracks, chords=list(harmony), **more)


def tables(piece: Piece) -> tuple[np.ndarray, np.ndarray]:
    bars, notes, _ = encode(piece)
    return bars, notes


def tokens(score: Score) -> list[tuple[int, ...] | str]:
    """Tokens as (bar, slot, part, pitch, slots), and the bars that end."""
    return [
        f"end {bar}" if cell == END else (bar, cell // 4, cell % 4, row + 24, slots)
        for bar, cell, row, slots in zip(
            *(x.tolist() for x in (score.bar, score.cell, score.row, score.slots)), strict=True
        )
    ]


def test_notes_are_read_by_slot_part_and_pitch_and_every_bar_ends():
    score = score_of(
        *tables(
            piece_of(
                melody=[(0, 24, 72), (48, 24, 74)],
                chords=[(0, 96, 67), (0, 96, 60)],
                bass=[(96, 48, 36)],
                n_bars_asked=3,
            )
        )
    )
    # a beat of 24 steps has six slots
    assert tokens(score) == [
        (0, 0, MELODY, 72, 6), (0, 0, CHORDS, 60, 24), (0, 0, CHORDS, 67, 24),
        (0, 12, MELODY, 74, 6), "end 0",
        (1, 0, BASS, 36, 12), "end 1",
        "end 2",
    ]  # fmt: skip
    assert score.start.tolist() == [0, 5, 7, 8]
    assert score.duration.tolist() == [5, 23, 23, 5, 0, 11, 0, 0]  # of one slot is class 0
    assert score.loudness.tolist() == [10, 10, 10, 10, 0, 10, 0, 0]  # 80 / 8


def test_of_notes_at_once_a_melody_keeps_the_highest_and_a_bass_the_lowest():
    both = [(0, 24, 60), (0, 24, 64), (0, 24, 62)]
    score = score_of(*tables(piece_of(melody=both, counter=both, bass=both)))
    assert tokens(score) == [
        (0, 0, MELODY, 64, 6),
        (0, 0, COUNTER, 60, 6), (0, 0, COUNTER, 62, 6), (0, 0, COUNTER, 64, 6),
        (0, 0, BASS, 60, 6), "end 0",
    ]  # fmt: skip


def test_a_note_that_is_there_twice_is_written_once():
    twice = [(0, 24, 60), (0, 12, 64), (0, 24, 64)]
    score = score_of(*tables(piece_of(melody=twice, chords=twice, bass=[(0, 24, 36)] * 2)))
    assert [(part, pitch) for _, _, part, pitch, _ in tokens(score)[:-1]] == [
        (MELODY, 64), (CHORDS, 60), (CHORDS, 64), (BASS, 36),
    ]  # fmt: skip


def test_notes_end_where_their_pitch_or_the_next_of_a_melody_begins():
    long = [(0, 120, 60), (24, 96, 64), (96, 24, 60)]
    score = score_of(*tables(piece_of(melody=long, chords=long)))
    assert tokens(score) == [
        (0, 0, MELODY, 60, 6), (0, 0, CHORDS, 60, 24),
        (0, 6, MELODY, 64, 18), (0, 6, CHORDS, 64, 24), "end 0",
        (1, 0, MELODY, 60, 6), (1, 0, CHORDS, 60, 6), "end 1",
    ]  # fmt: skip


def test_notes_are_not_cut_by_those_of_another_piece():
    bars, notes = tables(piece_of(melody=[(0, 96, 60)], n_bars_asked=1))
    other = bars.copy()
    other["piece"], other["note_start"] = 1, 1
    score = score_of(np.concatenate([bars, other]), np.concatenate([notes, notes]))
    assert tokens(score) == [(0, 0, MELODY, 60, 24), "end 0", (1, 0, MELODY, 60, 24), "end 1"]


def test_a_bar_with_too_many_notes_loses_its_last():
    # on each of 16 places six notes: 96, of which 71 fit before the end
    rows = [(6 * i, 6, 40 + pitch) for i in range(16) for pitch in range(6)]
    score = score_of(*tables(piece_of(chords=rows, melody=[(96, 24, 60)])))
    assert score.start.tolist() == [0, MAX_TOKENS, MAX_TOKENS + 2]
    assert tokens(score)[70][3] == 44  # 71 = 11 · 6 + 5: the sixth of the last place is lost
    assert tokens(score)[71:] == ["end 0", (1, 0, MELODY, 60, 6), "end 1"]


def test_bars_without_a_note_of_the_pitched_parts_are_their_ends():
    drums = Piece(
        [Track("Kit", is_drum=True, notes=notes_of([(0, 6, 38, 90)]), role="drums")],
        n_bars_asked=2,
    )
    for piece in (Piece(n_bars_asked=2), drums):
        assert tokens(score_of(*tables(piece))) == ["end 0", "end 1"]


def test_pitches_are_moved_to_the_home_key_and_back():
    piece = piece_of(melody=[(0, 24, 67)], keys=[KeyMark(0, Key(7))])
    bars, notes = tables(piece)
    score = score_of(bars, notes)
    assert tokens(score)[0] == (0, 0, MELODY, 72, 6)  # G major is moved a fourth up
    assert scores.notes_of(score, bars)[1]["pitch"].tolist() == [67]


@pytest.mark.parametrize(
    ("slots", "told"),
    [(1, 1), (24, 24), (26, 24), (27, 24), (28, 30), (54, 48), (55, 60), (5000, 96)],
)
def test_durations_are_told_by_the_nearest_class(slots, told):
    assert DURATIONS[duration_class(np.array([slots]))].tolist() == [told]


def test_classes_of_loudness_are_told_by_their_middle():
    assert loudness_of(np.array([0, 10, 15])).tolist() == [4, 84, 124]


def test_a_score_gives_the_notes_back(song):
    bars, notes = tables(song(3, tonic=2))
    notes = notes[notes["part"] < 4]
    found_bars, found = scores.notes_of(score_of(bars, notes_bars(bars, notes)), bars)
    for name in ("slot", "part", "pitch", "duration"):
        assert np.array_equal(found[name], notes[name]), name
    assert (np.abs(found["velocity"].astype(int) - notes["velocity"]) <= 4).all()
    # of 16 bars each has four of melody and bass, three of chords and one of the counter-melody
    assert found_bars["n_notes"].tolist() == [12] * 16
    assert found_bars["note_start"].tolist() == list(range(0, 192, 12))


def notes_bars(bars: np.ndarray, notes: np.ndarray) -> np.ndarray:
    """Let bars point at notes without drums, of which each has twelve."""
    bars["n_notes"], bars["note_start"] = 12, 12 * np.arange(len(bars))
    return notes


def test_some_bars_of_a_score_are_a_score(song):
    bars, notes = tables(song(1))
    whole = score_of(bars, notes)
    part = whole.of(slice(4, 6))
    assert part.start.tolist() == [0, 13, 26]
    assert part.bar.tolist() == [0] * 13 + [1] * 13
    assert np.array_equal(part.row, whole.row[4 * 13 : 6 * 13])
    assert np.array_equal(part.slots, whole.slots[4 * 13 : 6 * 13])


def test_chords_are_numbered_in_the_home_key_and_none_is_0():
    harmony = [ChordSpan(0, 48, Chord(7)), ChordSpan(48, 24, Chord(4, "m", 7))]
    bars, _ = tables(piece_of(keys=[KeyMark(0, Key(7))], harmony=harmony, n_bars_asked=1))
    found = facts.harmony_of(bars)
    # G major becomes C; E minor over G becomes A minor over C
    a_minor = 1 + 9 * len(QUALITY_NAMES) + QUALITY_NAMES.index("m")
    assert found.chord.tolist() == [[1, 1, a_minor, 0]]
    assert found.root.tolist() == [[1, 1, 10, 0]]
    assert found.bass.tolist() == [[1, 1, 1, 0]]


def sections(*rows: tuple[int, int, str], n_bars: int, **more: object) -> np.ndarray:
    piece = piece_of(sections=[Section(*row) for row in rows], n_bars_asked=n_bars, **more)
    return tables(piece)[0]


def test_a_section_that_returns_looks_back_at_its_first_time():
    bars = sections((0, 2, "A"), (2, 1, "B"), (3, 3, "A"), (6, 2, "A"), n_bars=8)
    # the third bar of the long A was in no A before
    assert returning(bars).tolist() == [-1, -1, -1, 0, 1, -1, 0, 1]


def test_introduction_and_body_of_one_letter_are_not_the_same_place():
    bars = sections((0, 1, "A"), (1, 1, "A"), n_bars=2)
    bars["kind"] = [1, 0]
    assert returning(bars).tolist() == [-1, -1]


def test_bars_look_back_one_two_four_and_eight_bars_and_to_the_first_time():
    bars = sections((0, 6, "A"), (6, 3, "A"), n_bars=9)
    assert lag_bars(bars)[[0, 3, 8]].tolist() == [
        [-1, -1, -1, -1, -1],
        [2, 1, -1, -1, -1],
        [7, 6, 4, 0, 2],
    ]


def test_nobody_looks_back_over_a_gap_or_into_another_piece():
    bars = sections((0, 5, "A"), n_bars=5)
    bars["run"][2:], bars["piece"][4:] = 1, 1
    assert lag_bars(bars)[:, :2].tolist() == [[-1, -1], [0, -1], [-1, -1], [2, -1], [-1, -1]]


def known_standing() -> tuple[scores.Standing, Score, np.ndarray]:
    """Two bars: melody C with a chord E, G; then D from slot 6 on, and the chord G again."""
    piece = piece_of(
        melody=[(0, 24, 60), (96 + 24, 24, 62)],
        chords=[(0, 144, 64), (0, 96, 67), (96 + 24, 24, 67)],
    )
    bars, notes = tables(piece)
    score = score_of(bars, notes)
    assert tokens(score) == [
        (0, 0, MELODY, 60, 6), (0, 0, CHORDS, 64, 36), (0, 0, CHORDS, 67, 24), "end 0",
        (1, 6, MELODY, 62, 6), (1, 6, CHORDS, 67, 6), "end 1",
    ]  # fmt: skip
    return standing_of(score, bars), score, bars


def test_where_the_writing_stands_by_hand():
    standing, _, _ = known_standing()
    c, d, e, g = (pitch - 24 for pitch in (60, 62, 64, 67))
    at_melody, at_chords = 6 * 4 + MELODY, 6 * 4 + CHORDS
    assert standing.bar.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert standing.cell.tolist() == [END, MELODY, CHORDS, CHORDS, END, at_melody, at_chords]
    assert standing.row.tolist() == [NO_ROW, c, e, g, NO_ROW, d, g]
    assert DURATIONS[standing.duration].tolist() == [1, 6, 36, 24, 1, 6, 6]
    assert standing.loudness.tolist() == [0, 10, 10, 10, 0, 10, 10]
    assert standing.n_written.tolist() == [0, 1, 2, 3, 0, 1, 2]
    # by part; at the beginning of the second bar the melody has ended 18 slots ago
    assert standing.last[:, MELODY].tolist() == [NO_ROW, c, c, c, c, d, d]
    assert standing.last[:, CHORDS].tolist() == [NO_ROW, NO_ROW, e, g, g, g, g]
    assert standing.since[1:, MELODY].tolist() == [0, 0, 0, 24, 0, 0]
    assert standing.since[2:, CHORDS].tolist() == [0, 0, 24, 30, 0]
    assert standing.left[:, MELODY].tolist() == [0, 6, 6, 6, 0, 6, 6]
    # of several the latest counts: G, which ends with the first bar
    assert standing.left[:, CHORDS].tolist() == [0, 0, 36, 24, 0, 0, 6]
    assert (standing.last[:, [COUNTER, BASS]] == NO_ROW).all()


def test_what_comes_next_in_the_bar_before_is_told_by_hand():
    standing, _, _ = known_standing()
    c = 60 - 24
    assert standing.lag_bar[:, 0].tolist() == [-1] * 4 + [0] * 3
    # at the beginning its first note; after slot 6 there is nothing but its end
    assert standing.ahead_cell[:, 0].tolist() == [END] * 4 + [MELODY, END, END]
    assert standing.ahead_row[:, 0].tolist() == [0] * 4 + [c, 0, 0]
    assert DURATIONS[standing.ahead_duration[:, 0]].tolist() == [1] * 4 + [6, 1, 1]
    assert (standing.ahead_cell[:, 1:] == END).all() and (standing.lag_bar[:, 1:] == -1).all()


def test_what_is_known_with_the_cell_by_hand():
    standing, score, bars = known_standing()
    choice = scores.choice_of(score, bars, standing)
    c, e, g = (pitch - 24 for pitch in (60, 64, 67))
    # the second note of a chord lies above the first
    assert choice.row.tolist() == [NO_ROW, NO_ROW, e, NO_ROW, NO_ROW, NO_ROW, NO_ROW]
    assert (choice.twin_row == NO_ROW).all()  # nothing was at slot 6 one bar before
    names = [{int(x) for x in row if x >= 0} for row in choice.fresh]
    melody, low = MELODY * N_PITCHES + c, CHORDS * N_PITCHES + e
    assert names == [
        set(), {melody}, {melody, low}, set(), set(), {MELODY * N_PITCHES + 62 - 24}, set(),
    ]  # fmt: skip
    held = [{int(x) for x in row if x >= 0} for row in choice.held]
    # E sounds until slot 12 of the second bar; G has ended with the first bar
    assert held == [set(), set(), set(), set(), {low}, {low}, set()]
    assert choice.held.shape == (7, N_HELD) and g not in choice.row


def test_the_note_at_the_same_cell_one_bar_before_is_told():
    piece = piece_of(chords=[(0, 24, 60), (0, 48, 64), (96, 24, 62), (96, 24, 67)])
    bars, notes = tables(piece)
    score = score_of(bars, notes)
    choice = scores.choice_of(score, bars, standing_of(score, bars))
    # before the first note of the second chord C is told; above D, E
    assert choice.twin_row[:, 0].tolist() == [NO_ROW, NO_ROW, NO_ROW, 36, 40, NO_ROW]
    assert DURATIONS[choice.twin_duration[3:5, 0]].tolist() == [6, 12]
    assert choice.twin_loudness[3:5, 0].tolist() == [10, 10]


def told(score: Score, bars: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    standing = standing_of(score, bars)
    choice = scores.choice_of(score, bars, standing)
    harmony = facts.harmony_of(bars)
    return (
        facts.step_facts(standing, harmony),
        facts.pitch_facts(standing, choice, harmony),
        facts.length_facts(standing, choice, score.row, harmony),
    )


def test_every_kind_of_fact_has_entries_of_its_own_in_a_table_that_fits_16_bits(song):
    bars, notes = tables(song(0, n_bars=24))
    # columns that share their entries: what is held and fresh, how far each lag is matched
    shared = (0, 2 * (N_HELD - 1) + scores.N_LAGS - 1, 0)
    kinds = zip(told(score_of(bars, notes), bars), facts.table_sizes(), shared, strict=True)
    for found, size, n_shared in kinds:
        assert found.min() >= 0 and found.max() < size < 2**15
        lowest, highest = found.min(axis=0), found.max(axis=0)
        order = np.argsort(lowest, kind="stable")
        apart = highest[order][:-1] < lowest[order][1:]
        assert (~apart).sum() <= n_shared


def test_facts_do_not_know_what_comes_after(song):
    bars, notes = tables(song(2))
    before = score_of(bars, notes)
    token = int(before.start[9]) + 5  # in the middle of a bar that has looked back
    after = score_of(bars, notes)
    later = np.arange(len(after.row)) >= token
    after.row[later & (after.cell != END)] += 1
    after.loudness[later] = 3
    after.duration[later & (after.cell != END)] = 0
    one, two = told(before, bars), told(after, bars)
    for mine, yours in zip(one[:2], two[:2], strict=True):
        assert np.array_equal(mine[: token + 1], yours[: token + 1])
        assert not np.array_equal(mine[token + 1], yours[token + 1])
    assert np.array_equal(one[2][:token], two[2][:token])


def test_facts_are_the_same_in_every_key_but_for_how_high_it_sounds():
    def found(tonic: int) -> tuple[np.ndarray, ...]:
        shift = tonic if tonic <= 6 else tonic - 12
        piece = piece_of(
            melody=[(0, 48, 60 + shift), (96, 24, 64 + shift)],
            chords=[(0, 96, 48 + shift), (0, 96, 55 + shift)],
            keys=[KeyMark(0, Key(tonic))],
            harmony=[ChordSpan(0, 192, Chord(tonic, "", (tonic + 4) % 12))],
        )
        bars, notes = tables(piece)
        return told(score_of(bars, notes), bars)

    for tonic, moved in ((2, -2), (7, 5), (11, 1)):
        here, there = found(0), found(tonic)
        for a, b in zip(here[:2], there[:2], strict=True):  # before cells and pitches
            assert np.array_equal(a[:, :-1], b[:, :-1])
            assert (b[:, -1] - a[:, -1] == moved).all()
        assert np.array_equal(here[2], there[2])


def test_how_far_the_chord_has_moved_since_is_told_before_cells_and_pitches():
    # C, then F on the first beat and nothing on the others; every bar has a note on each beat
    bars, notes = tables(
        piece_of(
            bass=[(24 * beat, 24, 36) for beat in range(8)],
            harmony=[ChordSpan(0, 96, Chord(0)), ChordSpan(96, 24, Chord(5))],
        )
    )
    step, pitch, _ = told(score_of(bars, notes), bars)
    # the last of four facts about the bar before, or of two before what sounds
    # behind them: what sounds, what matches, how far the key has moved
    step, pitch = step[:, :-1], pitch[:, :-1]
    lags, matched = scores.N_LAGS, 2 * scores.N_LAGS
    for turned in (step[:, -matched - 4 * lags + 3], pitch[:, -lags - 2 * N_HELD - 2 * lags + 1]):
        # a fourth up, and 0 stands for nothing: at the beat that comes next there, or is chosen
        assert (turned - turned[0]).tolist() == [0] * 5 + [6, 0, 0, 0, 0]


def test_a_bar_of_three_beats_ends_after_18_slots():
    piece = piece_of(bass=[(0, 72, 36), (72, 24, 38)], metres=[Metre(0, 3)])
    bars, notes = tables(piece)
    standing = standing_of(score_of(bars, notes), bars)
    # tokens: D0, end, D1, end; before the second note the first has sounded for 18 slots
    assert standing.since[2, BASS] == 18 and standing.left[2, BASS] == 0


def test_how_far_a_bar_has_been_the_same_is_told_by_part():
    # two bars of C E, the bass once different; a third bar that begins with another note
    first = [(0, 24, 60), (24, 24, 64)]
    melody = [(96 * bar + at, n, pitch) for bar in (0, 1) for at, n, pitch in first]
    bass = [(0, 96, 36), (96, 96, 38)]
    bars, notes = tables(piece_of(melody=[*melody, (192, 24, 62), (216, 24, 64)], bass=bass))
    score = score_of(bars, notes)
    match = standing_of(score, bars).match[:, 0]  # a bar back
    # tokens of a bar: C, bass, E, end; the third bar has D, E, end
    assert match[:4, MELODY].tolist() == [scores.NEITHER] * 4  # there is no bar before
    assert match[4:8, MELODY].tolist() == [scores.NEITHER] + [scores.SAME] * 3
    assert match[4:8, BASS].tolist() == [scores.NEITHER] * 2 + [scores.OTHER] * 2
    assert match[8:, MELODY].tolist() == [scores.NEITHER_YET, scores.OTHER, scores.OTHER]
    # behind the second beat of the third bar the bass of the second is missing
    assert match[8:, BASS].tolist() == [scores.NEITHER, scores.NEITHER, scores.OTHER]
    assert (match[:, COUNTER] == scores.NEITHER).all()


def test_a_note_that_is_missing_is_another_bar_and_one_still_to_come_is_not():
    bars, notes = tables(piece_of(melody=[(0, 24, 60), (24, 24, 64), (96, 24, 60), (144, 24, 64)]))
    score = score_of(bars, notes)
    match = standing_of(score, bars).match[:, 0, MELODY]
    # the second bar: nothing yet, C is the same, then E comes too late
    assert match[3:].tolist() == [scores.NEITHER, scores.SAME, scores.OTHER]


def test_pitches_are_seen_from_what_sounds_what_was_and_the_root():
    harmony = [ChordSpan(0, 96, Chord(7, "m")), ChordSpan(96, 96, Chord(9, "m"))]
    bass, melody = [(0, 48, 43), (96, 48, 45)], [(0, 48, 62), (96, 48, 64)]
    bars, notes = tables(piece_of(melody=melody, bass=bass, harmony=harmony))
    score = score_of(bars, notes)
    standing = standing_of(score, bars)
    choice = scores.choice_of(score, bars, standing)
    found = facts.pitch_relations(standing, choice, facts.harmony_of(bars))
    nothing = facts.N_RELATIONS * N_PITCHES
    seen = [sorted((x // N_PITCHES, x % N_PITCHES) for x in row if x < nothing) for row in found]
    minor, n_lagged, low = QUALITY_NAMES.index("m"), scores.N_LAGS * scores.MATCHES, 24
    # groups of held, fresh, last, twin, twin moved; each for the part that plays and the other,
    # twins by lag and by how far the part has been the same
    fresh, last = 16, 32
    twin, moved, root = 48, 48 + 4 * n_lagged, 48 + 8 * n_lagged
    qualities = len(QUALITY_NAMES)
    # the melody's first note sees the root G only; the bass sees it and the melody
    assert seen[0] == [(root + minor, 7)]
    assert seen[1] == [
        (fresh + 4 * BASS + MELODY, 62 - low), (last + 4 * BASS + MELODY, 62 - low),
        (root + BASS * qualities + minor, 7),
    ]  # fmt: skip
    # a bar later the chord is a tone higher: so is the note that stood here
    assert seen[3] == [
        (last + MELODY, 62 - low), (last + BASS, 43 - low), (twin, 62 - low),
        (moved, 64 - low), (root + minor, 9),
    ]  # fmt: skip
    # behind the melody, which was the same, the bass looks for its own note a bar back
    bass = seen[4]
    assert (twin + BASS * n_lagged, 43 - low) in bass and (
        moved + BASS * n_lagged,
        45 - low,
    ) in bass


def test_where_parts_would_go_on_as_before_is_told_by_how_far_they_were_the_same():
    # C E over a bass note; the second bar begins with C again, and has no bass
    melody = [(0, 24, 60), (24, 24, 64), (96, 24, 60), (144, 24, 62)]
    bars, notes = tables(piece_of(melody=melody, bass=[(48, 48, 36)]))
    score = score_of(bars, notes)
    found = facts.cell_returns(standing_of(score, bars))
    slots, nothing = 25, facts.N_RETURNS * 25
    assert (found[:4] == nothing).all() and (found[:, :, 1:] == nothing).all()  # one lag only

    def told(token: int, part: int) -> tuple[int, int]:
        group, slot = divmod(int(found[token, part, 0]), slots)
        return divmod(group, 4)[0], slot  # of lag 0: how far the same, and where next

    # tokens of the second bar: C, D, end
    assert told(4, MELODY) == (scores.NEITHER, 0) and told(4, BASS) == (scores.NEITHER, 12)
    assert told(5, MELODY) == (scores.SAME, 6) and told(5, BASS) == (scores.NEITHER, 12)
    assert told(6, MELODY) == (scores.OTHER, 24) and told(6, BASS) == (scores.NEITHER, 12)
    assert told(6, COUNTER) == (scores.NEITHER, 24)
