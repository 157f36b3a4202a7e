"""Lead sheets: tune and chords as symbols, and what is shown of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Piece, Track, notes_of
from antiphon.representations.bars import chord_of, encode
from antiphon.representations.lead_sheet import (
    FIRST_TONE,
    GROUPS,
    HOLD,
    LOWEST,
    N_CHORDS,
    N_TONES,
    NO_CHORD_SYMBOL,
    REST,
    chord_symbols,
    lead_sheet_of,
    lengths_of,
    write_chord_symbols,
)
from antiphon.representations.lead_sheet_view import LeadSheetView, choices_of
from antiphon.representations.rolls import fold

D7, G = Chord(2, "7"), Chord(7)


def piece_in_g(metre: Metre | None = None) -> Piece:
    """Return two bars of four quarters in G: a half note, an eighth, a long tone over the bar."""
    tune = notes_of([(0, 48, 67, 90), (48, 12, 71, 90), (72, 48, 74, 90), (72, 48, 62, 90)])
    return Piece(
        [Track("", notes=tune, role="melody")],
        metres=[metre or Metre(0)],
        keys=[KeyMark(0, Key(7))],
        chords=[ChordSpan(0, 96, G), ChordSpan(96, 48, D7)],
        n_bars_asked=2,
    )


def test_a_tune_begins_holds_and_rests_in_c_major():
    sheet = lead_sheet_of(*encode(piece_in_g())[:2])
    # G is moved up a fourth; the mean, 72 to 73, is in the middle. G4 becomes C5, B4 E5, D5 G5
    c, e, g = (FIRST_TONE + pitch - LOWEST for pitch in (72, 76, 79))
    assert sheet.tune[0].tolist() == [c, *[HOLD] * 5] and sheet.tune[1].tolist() == [HOLD] * 6
    assert sheet.tune[2].tolist() == [e, HOLD, HOLD, REST, REST, REST]
    assert sheet.tune[3].tolist() == [g, *[HOLD] * 5]  # of two tones the higher one
    assert sheet.tune[4].tolist() == [HOLD] * 6  # over the bar line
    assert (sheet.tune[5:] == REST).all()
    assert lengths_of(sheet.tune).tolist() == [12, 3, 12]
    assert (sheet.bar == [0] * 4 + [1] * 4).all() and (sheet.lift == 5).all()


def test_chords_are_roots_and_groups_in_c_major():
    sheet = lead_sheet_of(*encode(piece_in_g())[:2])
    c, g7 = 0 * len(GROUPS) + GROUPS.index(""), 7 * len(GROUPS) + GROUPS.index("7")
    assert sheet.chords.tolist() == [c] * 4 + [g7] * 2 + [NO_CHORD_SYMBOL] * 2


def test_beats_of_three_and_of_compound_bars_are_told():
    sheet = lead_sheet_of(*encode(piece_in_g(Metre(0, 3, 4)))[:2])
    assert sheet.facts[:4, 0].tolist() == [0, 0.25, 0.5, 0]
    assert sheet.facts[0].tolist() == [0, 0.75, 0, 0]
    sheet = lead_sheet_of(*encode(piece_in_g(Metre(0, 6, 8)))[:2])
    assert sheet.facts[0].tolist() == [0, 0.5, 1, 0]


def test_tones_out_of_reach_are_moved_by_octaves():
    low, high = LOWEST - 1, LOWEST + 34
    assert fold(np.array([low, LOWEST, high]), LOWEST, N_TONES).tolist() == [11, 0, 22]


def test_only_chords_that_change_are_written_and_they_come_back():
    bars, notes, _ = encode(piece_in_g())
    bars["chords"][0, 0] = (7, 18, 7)  # Gadd9, of the group of major chords
    sheet = lead_sheet_of(bars, notes)
    wanted = sheet.chords.copy()
    wanted[1] = 9 * len(GROUPS) + GROUPS.index("m7")  # Am7 in C is Em7 in G
    write_chord_symbols(bars, wanted, sheet.bar)
    assert [str(chord_of(row)) for row in bars["chords"][0, :2]] == ["Gadd9", "Em7"]
    assert chord_of(bars["chords"][1, 2]) is None
    assert (chord_symbols(bars)[0] == wanted[:4]).all()
    assert wanted.max() < N_CHORDS


def test_no_bars_give_an_empty_lead_sheet():
    bars, notes, _ = encode(piece_in_g())
    assert lead_sheet_of(bars[:0], notes).tune.shape == (0, 6)


@pytest.fixture
def styled(tmp_path, tiny_prepared):
    """A folder with a set of two styles, and one of none."""
    for name, styles in (("mixed", ("Jazz", "Rock")), ("plain", ("",))):
        shutil.copytree(tiny_prepared, tmp_path / name)
        pieces = json.loads((tmp_path / name / "pieces.json").read_text())
        for index, piece in enumerate(pieces):
            piece["labels"] = {"style": styles[index % len(styles)]}
        (tmp_path / name / "pieces.json").write_text(json.dumps(pieces))
    return tmp_path


def test_styles_of_several_sets_have_as_many_segments(styled):
    source = LeadSheetView(sets=("jazz=mixed", "pop=plain"), n_beats=8).open(styled, "train")
    names = np.array([piece["labels"]["style"] for piece in source.pieces])[source.piece]
    # six songs of 16 bars in pop, of which each bar but the last begins 8 beats, and half a window
    # is enough; three songs of jazz, each window twice
    assert source.n == 2 * 6 * 16 and (names == "jazz").sum() == 6 * 16
    segment, told = source.take(np.array([0, 100]))
    assert segment.shape == (2, 8, 354) and told.shape == (2, 8, 14)
    tune, chords = choices_of(segment)
    assert (tune == told[::-1, :, :6]).all() and (chords == told[::-1, :, 6]).all()


def test_a_style_that_no_song_has_is_said(styled):
    with pytest.raises(AntiphonError, match="mixed has no folk in its train split"):
        LeadSheetView(sets=("folk=mixed",)).open(styled, "train")
    with pytest.raises(ValueError, match="STYLE=FOLDER"):
        LeadSheetView(sets=("folk",))


def test_a_segment_comes_back_as_notes(styled, song):
    view = replace(LeadSheetView(n_beats=8), sets=("pop=plain",))
    segment, _ = view.open(styled, "train").take(np.array([0]))
    passage = view.passage(segment[0])
    tune = song(0).tracks[0].notes
    tune = tune[tune["onset"] < 192]
    assert passage.n_bars == 2
    assert passage.parts["melody"]["onset"].tolist() == tune["onset"].tolist()
    assert ((passage.parts["melody"]["pitch"] - tune["pitch"]) % 12 == 0).all()
    assert passage.parts["chords"]["pitch"].tolist() == [48, 52, 55, 48, 52, 57]  # C, A minor
