"""Composing: what was asked for is what comes out, even from untrained networks."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from antiphon import compose, models, write
from antiphon.errors import AntiphonError
from antiphon.inference.compose import Wish, compose_all
from antiphon.inference.compose import compose as composed
from antiphon.metrics.bars import MEASURES
from antiphon.models._writer import Nerve
from antiphon.music.form import parse_form, written_form
from antiphon.music.instruments import ROLES
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece
from antiphon.music.plan import METRES, Plan, plan_from
from antiphon.representations.writing import Writing

ROOT_PROGRESSION = "C | Am7/G | F G7 | Bdim E7 Am Gsus4"

pytestmark = pytest.mark.usefixtures("tiny_ensemble")


def one(**values: object) -> Piece:
    return composed(Plan(**{"bars": 8} | values))[0].piece


def midi(piece: Piece, folder: Path) -> bytes:
    write(piece, folder / "piece.mid")
    return (folder / "piece.mid").read_bytes()


def test_equal_seeds_give_equal_bytes_and_others_other_music(tmp_path):
    first, again, other = (midi(one(seed=s), tmp_path) for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_same_plan_with_another_seed_has_other_notes():
    asked = {"key": "C", "tempo": 100.0, "chords": "C G", "form": "AB"}
    a, b = (one(seed=s, **asked) for s in (1, 2))
    for mine, yours in zip(a.tracks, b.tracks, strict=True):
        assert not np.array_equal(mine.notes, yours.notes), mine.name


def test_the_decided_plan_gives_the_piece_again(tmp_path):
    open_plan = Plan(bars=20, seed=5, valence=-0.5, arousal=0.3)
    found = composed(open_plan)[0]
    values = {k: v for k, v in vars(found.plan).items() if v is not None}
    again = composed(plan_from(values))[0]
    assert midi(found.piece, tmp_path) == midi(again.piece, tmp_path)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"key": "Eb"}, Key(3)),
        ({"key": "F# minor"}, Key(6, "minor")),
        ({"key": "A", "mode": "minor"}, Key(9, "minor")),
        ({"key": "G", "chords": "i iv V"}, Key(7)),
    ],
    ids=str,
)
def test_the_asked_key_comes_out(asked, key):
    piece = one(**asked)
    assert [mark.key for mark in piece.keys] == [key]


def test_an_asked_mode_alone_chooses_a_key_of_it():
    assert {one(mode="minor", seed=s).keys[0].key.mode for s in range(3)} == {"minor"}
    assert one(mode="minor", chords="C F G").keys[0].key.mode == "minor"


def test_given_chords_choose_a_key_they_are_in():
    assert one(chords="D | G | A7 | D").keys[0].key == Key(2)


@pytest.mark.parametrize("metre", METRES)
def test_the_asked_metre_and_tempo_come_out(metre):
    piece = one(metre=metre, tempo=90.0, bars=3)
    numerator, denominator = (int(x) for x in metre.split("/"))
    bar = 24 * 4 * numerator // denominator
    assert [str(m) for m in piece.metres] == [metre]
    assert piece.bar_starts().tolist() == [0, bar, 2 * bar, 3 * bar]
    assert piece.end <= 3 * bar and piece.n_notes > 0
    # in 6/8, 9/8 and 12/8 dotted quarters are counted
    quarters = 135.0 if metre in ("6/8", "9/8", "12/8") else 90.0
    assert [t.bpm for t in piece.tempos] == [quarters]
    assert piece.duration_s == pytest.approx(3 * bar / 24 * 60 / quarters)


@pytest.mark.parametrize("tempo", [20.0, 111.5, 300.0])
def test_the_asked_tempo_comes_out(tempo):
    assert [t.bpm for t in one(bars=2, tempo=tempo).tempos] == [tempo]


@pytest.mark.parametrize("asked", ["AABA", "intro4 A8 B4 A8 ending4", "verse chorus verse"])
def test_the_asked_form_comes_out(asked):
    found = composed(Plan(bars=28, form=asked))[0]
    assert found.piece.sections == parse_form(asked, 28)
    assert found.plan.form == written_form(found.piece.sections)


@pytest.mark.parametrize("bars", [1, 2, 11, 12, 30, 100])
def test_any_number_of_bars_is_filled_with_sections(bars):
    piece = one(bars=bars)
    assert piece.n_bars == bars and piece.end <= bars * 96
    assert sum(s.n_bars for s in piece.sections) == bars
    assert [s.start for s in piece.sections] == list(
        np.cumsum([0, *(s.n_bars for s in piece.sections)])[:-1]
    )
    assert sum(c.duration for c in piece.chords) == bars * 96


def test_a_duration_becomes_the_nearest_number_of_bars():
    piece = one(bars=None, duration_s=30.0, tempo=120.0)
    assert piece.n_bars == 15 and piece.duration_s == 30.0
    waltz = one(bars=None, duration_s=20.0, metre="3/4")
    bar_s = waltz.duration_s / waltz.n_bars
    assert abs(waltz.duration_s - 20.0) <= bar_s / 2 + 1e-6


@pytest.mark.parametrize(
    "asked", ["melody", "drums", "chords,bass", "melody,counter,chords,bass,drums", "bass,melody"]
)
def test_the_asked_instruments_play_and_no_others(asked):
    piece = one(instruments=asked)
    assert {t.role for t in piece.tracks} == set(asked.split(","))
    assert [t.name for t in piece.tracks] == [ROLES[t.role].name for t in piece.tracks]
    for track in piece.tracks:
        assert len(track.notes), track.name
        assert track.is_drum == (track.role == "drums")


def test_asked_programs_are_used_and_the_others_are_the_styles():
    programs = {t.role: t.program for t in one(instruments="melody=violin,chords=24,bass").tracks}
    assert programs == {"melody": 40, "chords": 24, "bass": 33}


def chord_tone_share(piece: Piece, role: str) -> float:
    """Share of the sounding time of a part that is a tone of the chord written above it."""
    tones = np.zeros((piece.n_bars * 96, 12), bool)
    for span in piece.chords:
        classes = range(12) if span.chord is None else span.chord.pitch_classes
        tones[span.onset : span.onset + span.duration, list(classes)] = True
    good = total = 0
    for note in next(t.notes for t in piece.tracks if t.role == role):
        here = slice(int(note["onset"]), int(note["onset"] + note["duration"]))
        good += int(tones[here, note["pitch"] % 12].sum())
        total += int(note["duration"])
    return good / total


@pytest.mark.parametrize("role", ["chords", "bass"])
@pytest.mark.parametrize(
    "chords", ["C | Am | F G", ROOT_PROGRESSION, "C#m7b5 | Gbmaj9 | Aaug | D7/F#", "ii V I vi"]
)
def test_a_given_progression_is_heard(role, chords):
    for seed in (0, 1):
        piece = one(chords=chords, seed=seed)
        assert chord_tone_share(piece, role) >= 0.9


def test_chords_are_also_heard_when_the_chords_play_the_bass():
    piece = one(chords=ROOT_PROGRESSION, instruments="melody,chords")
    assert chord_tone_share(piece, "chords") >= 0.9


def test_the_chords_above_the_piece_are_those_given():
    piece = one(bars=5, key="C", chords="C | Am7/G | F G7 | N")
    written = [(c.onset, c.duration, c.chord.symbol() if c.chord else "N") for c in piece.chords]
    assert written == [
        (0, 96, "C"),
        (96, 96, "Am7/G"),
        (192, 48, "F"),
        (240, 48, "G7"),
        (288, 96, "N"),
        (384, 96, "C"),
    ]


def test_more_chords_than_beats_in_a_bar_are_refused():
    assert one(bars=2, chords="C D E F | G").n_bars == 2
    for metre, chords in (("4/4", "C D E F G | C"), ("6/8", "C D E | C"), ("3/4", "C D E F | C")):
        with pytest.raises(AntiphonError, match=r"has \d chords"):
            one(metre=metre, chords=chords)


def test_parts_stay_in_their_ranges_and_never_sound_a_key_twice_at_once():
    for seed in range(3):
        for track in one(bars=12, seed=seed).tracks:
            role = ROLES[track.role]
            assert track.notes["pitch"].min() >= role.low
            assert track.notes["pitch"].max() <= role.high
            assert track.notes["duration"].min() > 0 and track.notes["onset"].min() >= 0
            assert track.notes["velocity"].min() >= 1 and track.notes["velocity"].max() <= 127
            for pitch in np.unique(track.notes["pitch"]):
                same = np.sort(track.notes[track.notes["pitch"] == pitch], order="onset")
                ends = same["onset"] + same["duration"]
                assert (ends[:-1] <= same["onset"][1:]).all()


def test_mood_moves_tempo_mode_and_density():
    slow, fast = (composed(Plan(bars=4, seed=1, arousal=a))[0].plan.tempo for a in (-1, 1))
    assert slow is not None and fast is not None and slow < fast
    modes = [composed(Plan(bars=4, seed=1, valence=v))[0].plan.key for v in (-1, 1)]
    assert [str(m).split()[1] for m in modes] == ["minor", "major"]


def test_many_pieces_come_with_seeds_from_the_plans_on():
    found = composed(Plan(bars=4, seed=7), count=3)
    assert [c.plan.seed for c in found] == [7, 8, 9]
    alone = composed(Plan(bars=4, seed=8))[0]
    assert np.array_equal(alone.piece.tracks[0].notes, found[1].piece.tracks[0].notes)


def test_the_best_of_many_are_kept_in_order_with_reasons():
    plan = Plan(bars=4, seed=3)
    scores = sorted(c.score for c in composed(plan, count=5))
    kept = composed(plan, count=5, keep=2)
    assert [c.score for c in kept] == pytest.approx(scores[:2])
    assert all(c.reasons and "standard deviations from real songs" in c.reasons[0] for c in kept)


def test_progress_is_told_piece_by_piece():
    told: list[int] = []
    composed(Plan(bars=2), count=3, progress=told.append)
    assert told == [1, 2, 3]


def test_wishes_carried_out_side_by_side_get_what_each_gets_alone(tmp_path):
    wishes = [
        Wish(Plan(bars=8, seed=3)),
        Wish(Plan(bars=8, seed=9, key="G"), count=3, keep=2),
        Wish(Plan(bars=4, seed=1, density=0.9)),
    ]
    told = []
    many = compose_all(wishes, progress=lambda *done: told.append(done))
    for wish, made in zip(wishes, many, strict=True):
        alone = composed(wish.plan, count=wish.count, keep=wish.keep)
        assert [midi(m.piece, tmp_path) for m in made] == [midi(m.piece, tmp_path) for m in alone]
    assert sorted(told) == [(0, 1), (1, 1), (1, 2), (1, 3), (2, 1)]


def test_a_wish_that_cannot_be_carried_out_does_not_hurt_the_others():
    too_many = Plan(bars=4, chords="C G Am F | C", metre="3/4")
    fine, refused = compose_all([Wish(Plan(bars=4)), Wish(too_many)])
    assert len(fine) == 1
    assert isinstance(refused, AntiphonError) and "has 4 chords" in str(refused)


@pytest.mark.parametrize(("count", "keep"), [(0, None), (2, 3), (2, 0)])
def test_impossible_counts_are_refused(count, keep):
    with pytest.raises(AntiphonError, match="keep 1 to"):
        composed(Plan(bars=2), count=count, keep=keep)


def test_a_style_without_weights_is_named():
    with pytest.raises(AntiphonError, match="No 'jazz' in models"):
        composed(Plan(style="jazz"))


def test_a_form_that_does_not_fit_the_duration_is_refused():
    with pytest.raises(AntiphonError, match="The form"):
        one(bars=None, duration_s=4.0, tempo=60.0, form="AABA")


def test_every_piece_says_where_it_is_from():
    found = composed(Plan(bars=8))[0]
    assert found.provenance["model"] == "pop"
    assert found.provenance["licence"] == "none: not for use"
    assert found.provenance["nearest training song"].startswith("song ")
    assert found.provenance["likeness"].endswith("1 is equal)")
    assert "licence: none: not for use" in found.piece.provenance


def test_bars_that_were_drawn_again_name_what_failed():
    for found in composed(Plan(bars=12), count=4):
        for line in found.redrawn:
            assert line.startswith("bar ") and "(real " in line
        assert math.isfinite(found.score)


@pytest.fixture
def writes(monkeypatch) -> list[tuple[dict, Writing]]:
    """What the scribe was asked and what it wrote, call by call, when something is composed."""
    module = sys.modules["antiphon.inference._drafts"]
    calls, true_write = [], module.write

    def write(scribe, latents, level, segment, bars, seeds, **more):
        writing = true_write(scribe, latents, level, segment, bars, seeds, **more)
        calls.append(({"segment": segment, "seeds": seeds, **more}, writing))
        return writing

    monkeypatch.setattr(module, "write", write)
    return calls


def test_bars_that_fail_are_written_again_and_the_others_stay(writes, monkeypatch):
    module = sys.modules["antiphon.inference._drafts"]
    usual = module.habits(models.load("pop"), Metre(0))

    monkeypatch.setattr(module, "MIN_FAILURES", 1)

    def at_most(n_notes: float) -> None:
        few = np.where(np.array(MEASURES) == "notes in the bar", n_notes, np.inf)
        lenient = replace(usual, low=np.full(len(MEASURES), -np.inf), high=few)
        monkeypatch.setattr(module, "habits", lambda ensemble, metre: lenient)

    at_most(np.inf)
    one(bars=12, chords="C | F | G | C")
    ((_, whole),) = writes
    at_most(float(np.median(np.bincount(whole.notes(0)[0], minlength=12))))
    one(bars=12, chords="C | F | G | C")
    (first, takes), (again, mended) = writes[1:3]
    assert first["kept"] is None and (first["segment"].mask == 1).all()
    kept = again["kept"][0]
    stays = kept.parts.all(axis=1)
    assert 0 < stays.sum() < 12 and np.array_equal(stays, kept.parts.any(axis=1))
    assert np.array_equal(again["segment"].mask[0].numpy(), ~kept.parts)
    hidden = again["segment"].known[0].any(dim=1).numpy()
    assert np.array_equal(hidden, stays)  # the latents of what stays are told

    def notes(writing: Writing, piece: int, bars: np.ndarray) -> list[list[int]]:
        rows = np.stack(writing.notes(piece), axis=1)
        return rows[bars[rows[:, 0]]].tolist()

    sources = [i for i in range(len(first["seeds"]))
               if notes(takes, i, stays) == notes(mended, 0, stays)]  # fmt: skip
    assert len(sources) == 1
    assert notes(mended, 0, ~stays) != notes(takes, sources[0], ~stays)


def test_every_take_has_a_seed_of_its_own_and_so_has_what_is_written_again(writes):
    composed(Plan(bars=8, seed=5), count=2)
    seeds = [tuple(seed) for asked, _ in writes for seed in asked["seeds"]]
    assert len(set(seeds)) == len(seeds) and {seed[0] for seed in seeds} == {5, 6}


@pytest.mark.parametrize("adventure", [0.0, 0.5, 1.0])
def test_adventure_is_the_nerve_of_the_scribe(writes, adventure):
    one(adventure=adventure, bars=2)
    assert {asked["nerve"] for asked, _ in writes} == {Nerve.of(adventure)}


def test_the_choir_is_walked_for_a_scribe_that_hears_it_and_is_not_needed_by_others(
    monkeypatch, tiny_ensemble, untrained_scribe
):
    module = sys.modules["antiphon.inference._drafts"]
    walked, true_walk = [], module.walk
    monkeypatch.setattr(
        module, "walk", lambda *a, **k: (walked.append(a[2]), true_walk(*a, **k))[1]
    )
    asked = {"key": "C", "tempo": 100.0, "chords": "C", "form": "A", "instruments": "melody,bass"}
    one(**asked)
    assert walked and len(set(walked[0])) == len(walked[0])  # a walk for each take
    walked.clear()
    tiny_ensemble.scribe, tiny_ensemble.generator = untrained_scribe(level=1.0), None
    monkeypatch.setattr(models, "load", lambda name: tiny_ensemble)
    assert one(**asked).n_notes > 0 and walked == []


@pytest.mark.parametrize("missing", ["scribe", "planner"])
def test_weights_that_lack_a_network_are_refused(monkeypatch, tiny_ensemble, missing):
    setattr(tiny_ensemble, missing, None)
    monkeypatch.setattr(sys.modules["antiphon.inference.compose"].models, "load",
                        lambda name: tiny_ensemble)  # fmt: skip
    with pytest.raises(AntiphonError, match="do not write whole pieces"):
        composed(Plan(bars=4))


def test_the_public_door_is_the_same_function():
    assert compose is composed


def test_weights_that_write_no_whole_piece_are_refused_in_one_sentence():
    with pytest.raises(AntiphonError, match="do not write whole pieces"):
        compose(Plan(bars=4), model="drums")
