"""Sliders: what is asked for is leaned to, and a mood that changes is followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from antiphon.inference import _sliders
from antiphon.inference._sheet import write_sheet
from antiphon.inference._sliders import TABLE, fifths, lean_for
from antiphon.inference.compose import compose
from antiphon.music.plan import SLIDERS, Plan
from antiphon.music.wishes import wanted_of
from antiphon.representations.rolls import LOW_PITCH

MELODY, COUNTER, CHORDS, BASS = range(4)


def wanted(n_bars: int = 2, **at: float) -> dict[str, np.ndarray]:
    return {name: np.full(n_bars, value) for name, value in at.items()}


def row(pitch: int) -> int:
    return pitch - LOW_PITCH


def test_every_slider_of_a_plan_is_in_the_table():
    assert tuple(TABLE) == SLIDERS


def test_sliders_in_the_middle_lean_nowhere(sheet):
    lean = lean_for(wanted(4, **dict.fromkeys(SLIDERS, 0.5)), sheet().bars)
    assert not lean.odds.any() and not lean.rows.any()


def test_sliders_add_up(sheet):
    bars = sheet().bars
    both = lean_for(wanted(4, density=0.9, syncopation=0.2, register=1.0), bars)
    each = [lean_for(wanted(4, **{k: v}), bars) for k, v in
            (("density", 0.9), ("syncopation", 0.2), ("register", 1.0))]  # fmt: skip
    assert np.allclose(both.odds, sum(one.odds for one in each))
    assert np.allclose(both.rows, sum(one.rows for one in each))


def test_syncopation_moves_notes_off_the_beat_and_register_up(sheet):
    bars = sheet().bars
    odds = lean_for(wanted(4, syncopation=1.0), bars).odds[0].reshape(24, 4)[:, MELODY]
    assert odds[0] < odds[6] < 0 < odds[3] < odds[5]  # downbeat, beat, half of it, last 16th
    rows = lean_for(wanted(4, register=0.0), bars).rows[0, 0, MELODY]
    assert rows[row(48)] - rows[row(60)] == pytest.approx(_sliders._OCTAVE)


def test_bright_is_the_sharp_side_of_the_tonic(sheet):
    bars = sheet(chords="C", key="C").bars
    # F C G D A E B and F sharp lie −1 … 6 fifths above C
    at = [fifths(bars)[0][p] for p in (5, 0, 7, 2, 9, 4, 11, 6)]
    assert at == [-1, 0, 1, 2, 3, 4, 5, 6]
    minor = sheet(chords="Am", key="A minor").bars
    assert [fifths(minor)[0][p] for p in (9, 0, 5)] == [0, -3, -4]  # A, C, F above A
    rows = lean_for(wanted(4, brightness=1.0), bars).rows[0, 0, CHORDS]
    assert rows[row(64)] > rows[row(60)] > rows[row(65)]


def test_tension_leans_to_what_clashes_with_the_chord_but_in_the_bass(sheet):
    rows = lean_for(wanted(4, tension=1.0), sheet(chords="C").bars).rows[0, 0]
    # under C E G: B, C sharp, E flat, F, F sharp, A flat, B flat and F sharp clash, D and A do not
    clash = {p for p in range(60, 72) if rows[MELODY, row(p)] > 0}
    assert clash == {61, 63, 65, 66, 68, 70, 71}
    assert not rows[BASS].any()


def test_a_mood_moves_only_what_is_left_open():
    plan = Plan(arousal=1.0, valence=-1.0, density=0.3)
    found = {name: at[0] for name, at in wanted_of(plan, 3).items()}
    assert found == pytest.approx({"density": 0.3, "loudness": 0.9, "register": 0.05})
    assert wanted_of(Plan(), 3) == {}


def test_louder_is_added_to_what_is_written(tiny_ensemble):
    plan = Plan(bars=2, key="C", chords="C", form="A", instruments="melody,bass", seed=3)
    quiet, loud = (
        compose(replace(plan, loudness=at))[0].piece.tracks[0].notes["velocity"].mean()
        for at in (0.0, 1.0)
    )
    assert loud > quiet + 20


CURVE = "1:-0.9,-1 8:-0.9,-1 9:0.9,1"


def test_a_curve_moves_mode_by_sections_and_tempo_by_bars(tiny_ensemble):
    plan = Plan(bars=16, form="A8 B8", key="C", tempo=100.0, mood_curve=CURVE, chords="C")
    sheet = write_sheet(plan, tiny_ensemble)
    assert [(k.onset, str(k.key)) for k in sheet.key_marks()] == [
        (0, "A minor"),
        (768, "C major"),
    ]
    slow, quick = 100 / 2**0.4, 100 * 2**0.4
    assert [(t.onset, t.bpm) for t in sheet.tempos()] == [
        (0, pytest.approx(slow, abs=0.01)),
        (768, pytest.approx(quick, abs=0.01)),
    ]
    assert sheet.louder is not None and sheet.louder[0] < 0 < sheet.louder[-1]


def test_a_mode_that_is_asked_for_stays(tiny_ensemble):
    plan = Plan(bars=16, form="A8 B8", key="C", mode="major", mood_curve=CURVE, chords="C")
    assert len(write_sheet(plan, tiny_ensemble).key_marks()) == 1


def test_the_decided_plan_of_a_curve_gives_the_sheet_again(tiny_ensemble):
    first = write_sheet(Plan(bars=16, mood_curve=CURVE, seed=5, tension=0.8), tiny_ensemble)
    again = write_sheet(first.plan, tiny_ensemble)
    assert again.bars.tobytes() == first.bars.tobytes()
    assert again.plan == first.plan
