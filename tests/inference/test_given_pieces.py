"""Writing with a given piece: what was given is there, note for note, whatever the piece is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from antiphon import read, write
from antiphon.errors import AntiphonError
from antiphon.inference.accompany import accompany
from antiphon.inference.extend import extend
from antiphon.inference.inpaint import inpaint
from antiphon.inference.vary import vary
from antiphon.music.chords import parse_chord
from antiphon.music.piece import (
    CONTROL,
    ChordSpan,
    Metre,
    Piece,
    Section,
    Tempo,
    Text,
    Track,
    notes_of,
)
from antiphon.music.plan import Plan

pytestmark = pytest.mark.usefixtures("tiny_ensemble")
PARTS = {"Melody", "Counter-melody", "Chords", "Bass", "Drums"}


def tune(
    metre: Metre | None = None, n_bars: int = 4, resolution: int = 24, pitch: int = 72
) -> Piece:
    """Return a melody of one note a quarter, or an eighth where these are the metre's unit."""
    metre = metre or Metre(0)
    bar = metre.steps(resolution)
    unit = resolution * 4 // metre.denominator
    steps = range(0, bar * n_bars, unit)
    notes = notes_of((s, unit - 1, pitch + (0, 4, 7, 5)[i % 4], 90) for i, s in enumerate(steps))
    return Piece([Track("Melody", 73, notes=notes)], resolution, metres=[metre])


def with_everything() -> Piece:
    """Return a tune with controllers, words, tempo changes and a silent last bar."""
    piece = tune(resolution=480)
    track = piece.tracks[0]
    track.controls = np.array([(0, 7, 100), (777, 64, 127), (1001, 128, -300)], CONTROL)
    track.lyrics = [Text(0, "la"), Text(480, "li")]
    piece.tempos = [Tempo(0, 90.0), Tempo(1920, 120.0), Tempo(3333, 60.0)]
    piece.title, piece.n_bars_asked = "Mine", 5
    return piece


def many_tracks() -> Piece:
    rows = [(96 * bar, 90, 48 + number, 70) for bar in range(4) for number in (0,)]
    tracks = [
        Track(f"Strings {n}", 40 + n, notes=notes_of((a, d, p + n, v) for a, d, p, v in rows))
        for n in range(14)
    ]
    return Piece([*tune().tracks, *tracks])


def drums_only() -> Piece:
    rows = [(24 * i, 6, 36 if i % 2 else 38, 90) for i in range(16)]
    return Piece([Track("Loop", is_drum=True, notes=notes_of(rows))])


def changing_metre() -> Piece:
    piece = tune(n_bars=6)
    piece.metres = [Metre(0), Metre(192, 3, 4), Metre(192 + 144, 5, 4)]
    return piece


def pickup() -> Piece:
    piece = tune(n_bars=4)
    piece.metres = [Metre(0, 1, 4), Metre(24)]
    return piece


def ringing() -> Piece:
    """Return a tune above notes of one pitch that overlap: one beside, one within another."""
    rows = [(96 * bar + at, length, 48, 70) for bar in range(4) for at, length in RINGING]
    return Piece([*tune().tracks, Track("Strings", 48, notes=notes_of(rows))])


RINGING = ((0, 48), (24, 48), (72, 36), (80, 8))
PIECES: dict[str, Callable[[], Piece]] = {
    "everything": with_everything,
    "3/4": lambda: tune(Metre(0, 3, 4)),
    "6/8": lambda: tune(Metre(0, 6, 8)),
    "coarse ticks": lambda: tune(resolution=10),
    "odd ticks": lambda: tune(resolution=220),
    "a low line": lambda: tune(pitch=36),
    "very high": lambda: tune(pitch=110),
    "drums only": drums_only,
    "changing metre": changing_metre,
    "pickup": pickup,
    "fifteen tracks": many_tracks,
    "overlapping notes": ringing,
    "one bar": lambda: tune(n_bars=1),
}


@pytest.fixture(params=PIECES, ids=str)
def piece(request: pytest.FixtureRequest) -> Piece:
    return PIECES[request.param]()


def check_kept(before: Piece, after: Piece) -> None:
    """Check that all tracks of one piece are the first ones of another, and its marks the same."""
    times = after.resolution // before.resolution
    assert after.resolution == times * before.resolution
    assert after.tempos == [Tempo(t.onset * times, t.bpm) for t in before.tempos]
    assert after.metres == [replace(m, onset=m.onset * times) for m in before.metres]
    assert after.title == before.title
    assert after.n_bars == before.n_bars
    for mine, kept in zip(before.tracks, after.tracks, strict=False):
        assert (kept.name, kept.program, kept.is_drum) == (mine.name, mine.program, mine.is_drum)
        for column in ("onset", "duration"):
            assert np.array_equal(kept.notes[column], mine.notes[column] * times)
        for column in ("pitch", "velocity"):
            assert np.array_equal(kept.notes[column], mine.notes[column])
        assert [(t.onset, t.text) for t in kept.lyrics] == [
            (t.onset * times, t.text) for t in mine.lyrics
        ]
        assert np.array_equal(kept.controls["onset"], mine.controls["onset"] * times)
        for column in ("number", "value"):
            assert np.array_equal(kept.controls[column], mine.controls[column])


def test_all_that_is_given_stays_when_it_is_accompanied(piece):
    made = accompany(piece, Plan(seed=1))[0].piece
    check_kept(piece, made)
    assert {t.name for t in made.tracks[len(piece.tracks) :]} <= PARTS
    assert len(made.tracks) > len(piece.tracks)


def test_all_that_is_given_stays_in_the_file_too(piece, tmp_path):
    write(piece, tmp_path / "mine.mid")
    mine = read(tmp_path / "mine.mid")
    write(accompany(mine, Plan(seed=1))[0].piece, tmp_path / "ours.mid")
    ours = read(tmp_path / "ours.mid")
    for track in mine.tracks:
        found = [t for t in ours.tracks if (t.name, t.program) == (track.name, track.program)]
        scale = ours.resolution // mine.resolution
        expected = track.notes.copy()
        expected["onset"] *= scale
        expected["duration"] *= scale
        assert any(np.array_equal(t.notes, expected) for t in found), track.name


def test_new_parts_play_in_the_bars_that_can_be_written_and_nowhere_else():
    piece = changing_metre()
    made = accompany(piece, Plan(seed=1))[0]
    starts = made.piece.bar_starts()
    bars = np.concatenate(
        [np.searchsorted(starts, t.notes["onset"], side="right") - 1 for t in made.piece.tracks[1:]]
    )
    assert set(range(4)) <= set(bars.tolist()) <= set(range(4))
    assert any("5/4" in reason for reason in made.reasons)


def test_only_the_parts_that_are_asked_for_are_written_by_the_instruments_asked_for():
    made = accompany(tune(), Plan(instruments="bass=43,chords"))[0].piece
    assert [(t.name, t.program) for t in made.tracks[1:]] == [("Chords", 0), ("Bass", 43)]


def test_a_bass_can_be_asked_for_where_only_a_piano_plays_one():
    rows = [(96 * bar, 96, pitch, 80) for bar in range(4) for pitch in (36, 60, 64, 67)]
    piece = Piece([*tune(pitch=76).tracks, Track("Piano", notes=notes_of(rows))])
    made = accompany(piece, Plan(instruments="bass"))[0].piece
    check_kept(piece, made)
    assert [t.name for t in made.tracks] == ["Melody", "Piano", "Bass"]


def test_equal_seeds_give_equal_music_and_alternatives_differ(song):
    given = replace(song(1), tracks=[t for t in song(1).tracks if t.role == "melody"])
    one, again, other = (accompany(given, Plan(seed=s))[0].piece for s in (3, 3, 4))
    several = accompany(given, Plan(seed=3), count=2)
    for index, track in enumerate(one.tracks):
        assert np.array_equal(track.notes, again.tracks[index].notes)
        assert np.array_equal(track.notes, several[0].piece.tracks[index].notes)
        assert np.array_equal(other.tracks[index].notes, several[1].piece.tracks[index].notes)
    assert any(
        not np.array_equal(a.notes, b.notes) for a, b in zip(one.tracks, other.tracks, strict=True)
    )


def test_asked_chords_stand_above_the_piece():
    made = accompany(tune(), Plan(chords="C | F | G7 | C"))[0].piece
    assert [span.chord.symbol() for span in made.chords if span.chord] == ["C", "F", "G7", "C"]


@pytest.mark.parametrize(
    ("given", "plan", "sentence"),
    [
        (Piece([Track("Melody")]), {}, "The piece has no notes"),
        (tune(n_bars=513), {}, "at most 512"),
        (tune(Metre(0, 5, 4)), {}, "No bar of the piece is in a metre that can be written"),
        (tune(), {"instruments": "melody,bass"}, "has a melody already (track 'Melody')"),
    ],
    ids=["empty", "very long", "5/4", "there already"],
)
def test_what_cannot_be_accompanied_is_said_in_a_sentence(given, plan, sentence):
    with pytest.raises(AntiphonError) as said:
        accompany(given, Plan(**plan))
    assert sentence in str(said.value)


def test_a_piece_with_all_parts_is_sent_to_the_other_verbs(song):
    with pytest.raises(AntiphonError, match="antiphon inpaint"):
        accompany(song(1))


def notes_outside(track: Track, begin: int, end: int) -> list[tuple[int, ...]]:
    return [tuple(n) for n in track.notes.tolist() if not begin <= n[0] < end]


def test_only_the_named_bars_and_parts_are_made_again(song):
    before = song(2, 8)
    after = inpaint(before, "3-4", "chords,bass", plan=Plan(seed=2))[0].piece
    for mine, made in zip(before.tracks, after.tracks, strict=True):
        assert (made.name, made.role) == (mine.name, mine.role)
        if mine.role in ("chords", "bass"):
            assert notes_outside(made, 192, 384) == notes_outside(mine, 192, 384)
            inside = made.notes[(made.notes["onset"] >= 192) & (made.notes["onset"] < 384)]
            assert (inside["onset"] + inside["duration"]).max(initial=0) <= 384
            assert not np.array_equal(made.notes, mine.notes)
        else:
            assert np.array_equal(made.notes, mine.notes)


def test_drums_are_made_again_in_the_named_bars_alone(song):
    before = song(2, 8)
    after = inpaint(before, "5", "drums")[0].piece
    old, new = before.tracks[4], after.tracks[4]
    assert notes_outside(new, 384, 480) == notes_outside(old, 384, 480)
    assert not np.array_equal(new.notes, old.notes)
    assert all(
        np.array_equal(a.notes, b.notes)
        for a, b in zip(before.tracks[:4], after.tracks[:4], strict=True)
    )


@pytest.mark.parametrize("named", ["piano", "acoustic grand", "2", "Keys"])
def test_a_track_is_named_by_instrument_number_or_name(named):
    rows = [(96 * bar, 96, pitch, 80) for bar in range(4) for pitch in (36, 60, 64, 67)]
    piece = Piece([*tune(pitch=76).tracks, Track("Keys", 0, notes=notes_of(rows))])
    after = inpaint(piece, "2", named, plan=Plan(seed=1))[0].piece
    assert np.array_equal(after.tracks[0].notes, piece.tracks[0].notes)
    assert notes_outside(after.tracks[1], 96, 192) == notes_outside(piece.tracks[1], 96, 192)
    assert not np.array_equal(after.tracks[1].notes, piece.tracks[1].notes)


def test_a_note_that_rings_into_the_named_bars_is_not_cut():
    rows = [(0, 192, 60, 80), (192, 96, 64, 80), (288, 96, 67, 80)]
    piece = Piece([*tune(pitch=76).tracks, Track("Piano", 0, notes=notes_of(rows))])
    after = inpaint(piece, "2", "piano")[0].piece
    assert (0, 192, 60, 80) in after.tracks[1].notes.tolist()
    again = [n for n in after.tracks[1].notes.tolist() if n[2] == 60 and 0 < n[0] < 192]
    assert not again


@pytest.mark.parametrize(
    ("bars", "tracks", "sentence"),
    [
        ("9-12", None, "There are no bars 9-12: the piece has bars 1 to 4."),
        ("0", None, "bars 1 to 4"),
        ("3-2", None, "run backwards: write 2-3"),
        ("some", None, "names no bars"),
        ("1", "tuba", "No 'tuba' in the piece"),
        ("1", "bass", "No 'bass' in the piece"),
    ],
)
def test_bars_and_tracks_that_are_not_there_are_said_in_a_sentence(bars, tracks, sentence):
    with pytest.raises(AntiphonError) as said:
        inpaint(tune(), bars, tracks)
    assert sentence in str(said.value)


def test_bars_in_a_metre_that_cannot_be_written_cannot_be_made_again():
    with pytest.raises(AntiphonError, match="bars in 5/4 have to stay"):
        inpaint(changing_metre(), "5")


def moved_by(before: Track, after: Track, edge: int, length: int) -> bool:
    """Whether all notes are there, those from an edge on so much later."""
    expected = before.notes.copy()
    expected["onset"][expected["onset"] >= edge] += length
    return set(expected.tolist()) <= set(after.notes.tolist())


@pytest.mark.parametrize(
    ("where", "after", "edge"), [("start", None, 0), ("end", None, 768), ("between", 3, 288)]
)
def test_a_longer_piece_has_its_own_bars_as_they_were_and_new_notes_between(
    song, where, after, edge
):
    before = song(2, 8)
    before.tempos = [Tempo(0, 100.0), Tempo(384, 80.0)]
    longer = extend(before, 2, where, after, plan=Plan(seed=1))[0].piece
    assert longer.n_bars == 10
    assert [t.name for t in longer.tracks] == [t.name for t in before.tracks]
    for mine, made in zip(before.tracks, longer.tracks, strict=True):
        assert moved_by(mine, made, edge, 192)
        new = len(made.notes) - len(mine.notes)
        inside = (made.notes["onset"] >= edge) & (made.notes["onset"] < edge + 192)
        assert inside.sum() == new
    assert sum(len(t.notes) for t in longer.tracks) > before.n_notes
    at_384 = 384 + 192 * (edge <= 384)
    assert [(t.onset, t.bpm) for t in longer.tempos if t.onset][-1] == (at_384, 80.0)
    assert longer.tempos[0] == Tempo(0, 100.0)


@pytest.mark.parametrize(("last_note", "last_chord"), [(96, "F"), (24, "G")])
def test_a_piece_that_rests_at_its_end_ends_over_that_chord_when_it_is_longer(
    last_note, last_chord
):
    before = tune(n_bars=8)
    notes = before.tracks[0].notes
    begun = notes["onset"] < 7 * 96 + (1 if last_note == 96 else 96)  # a last bar of one note
    before.tracks[0].notes = notes[begun]
    before.sections = [Section(0, 4, "B"), Section(4, 4, "A")]
    symbols = ["C", "G", "Am", "G"] + ["C"] * 3 + ["F"]
    before.chords = [
        ChordSpan(96 * bar, 96, parse_chord(symbol)) for bar, symbol in enumerate(symbols)
    ]
    longer = extend(before, 4)[0].piece
    over = [span for span in longer.chords if span.onset <= 11 * 96 < span.onset + span.duration]
    assert [span.chord for span in over] == [parse_chord(last_chord)]


def test_new_bars_before_a_pickup_are_in_the_metre_the_pickup_is_in_and_all_lines_stay():
    longer = extend(pickup(), 2, "start")[0].piece
    assert longer.n_bars == pickup().n_bars + 2
    lengths = np.diff(longer.bar_starts()).tolist()
    assert lengths[2:] == np.diff(pickup().bar_starts()).tolist()


@pytest.mark.parametrize(
    ("bars", "where", "after", "sentence"),
    [
        (0, "end", None, "0 bars more cannot be"),
        (509, "end", None, "509 bars more cannot be"),
        (2, "middle", None, "No 'middle' in places"),
        (2, "between", None, "--where between --after 16"),
        (2, "end", 3, "only for --where between"),
        (2, "between", 4, "nothing between bars 4 and 5"),
    ],
)
def test_bars_that_cannot_be_added_are_said_in_a_sentence(bars, where, after, sentence):
    with pytest.raises(AntiphonError) as said:
        extend(tune(), bars, where, after)
    assert sentence in str(said.value)


def changed(before: Piece, after: Piece) -> dict[str, set[int]]:
    """Return for each track the bars in which notes are other ones."""
    found = {}
    for mine, made in zip(before.tracks, after.tracks, strict=True):
        different = set(mine.notes.tolist()) ^ set(made.notes.tolist())
        found[mine.name] = {note[0] // 96 for note in different}
    return found


def test_the_stronger_change_changes_all_that_the_weaker_one_does_and_at_first_no_melody(song):
    before = song(3, 16)
    little, more, half = (
        changed(before, vary(before, s, plan=Plan(seed=4))[0].piece) for s in (0.0, 0.25, 0.5)
    )
    assert 0 < sum(len(bars) for bars in little.values()) <= 4
    assert not half["Melody"]
    assert sum(len(b) for b in little.values()) < sum(len(b) for b in more.values())
    assert sum(len(b) for b in more.values()) < sum(len(b) for b in half.values())


def test_an_alternative_is_the_same_when_it_is_asked_for_alone(song):
    before = song(3, 8)
    second = vary(before, 0.3, plan=Plan(seed=5), count=2)[1].piece
    alone = vary(before, 0.3, plan=Plan(seed=6))[0].piece
    for one, other in zip(second.tracks, alone.tracks, strict=True):
        assert np.array_equal(one.notes, other.notes)


def test_at_full_strength_every_part_is_new_in_every_bar_and_tracks_stay(song):
    before = song(3, 8)
    after = vary(before, 1.0)[0].piece
    assert [(t.name, t.program) for t in after.tracks] == [
        (t.name, t.program) for t in before.tracks
    ]
    assert after.n_bars == 8
    assert len(changed(before, after)["Melody"]) == 8


def test_bars_that_repeated_others_repeat_them_again():
    rows = [(96 * bar + 24 * i, 24, (60, 64, 67, 64)[(i + bar // 4) % 4], 80)
            for bar in (0, 1, 2, 3, 4, 5) for i in range(4)]  # fmt: skip
    piece = Piece([*tune(n_bars=6, pitch=76).tracks, Track("Piano", notes=notes_of(rows))])
    after = vary(piece, 0.5, plan=Plan(seed=1))[0].piece.tracks[1].notes

    def bar(number: int) -> list[tuple[int, int]]:
        inside = after[after["onset"] // 96 == number]
        # a note may end early where the next bar begins with its pitch
        return [(o - 96 * number, p) for o, _, p, _ in inside.tolist()]

    assert bar(0) == bar(1) == bar(2) == bar(3)
    assert bar(4) == bar(5)


def test_a_dial_turned_too_far_is_said():
    with pytest.raises(AntiphonError, match="from 0 \\(barely\\) to 1"):
        vary(tune(), 1.5)
