"""Converting: what is asked for changes, and what is not stays, whatever the piece is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from antiphon.errors import AntiphonError
from antiphon.inference import _restyling
from antiphon.inference._in_style import swung
from antiphon.inference._restyling import restyle
from antiphon.inference.convert import convert
from antiphon.metrics._lead_sheets import lead_sheet_measures
from antiphon.models import _gan
from antiphon.models._gan import Drawer, read_drawer, write_drawer
from antiphon.models._style_critic import StyleCritic
from antiphon.music.piece import Metre, Piece, Tempo, Track, notes_of
from antiphon.music.plan import Plan
from antiphon.representations.bars import encode
from antiphon.representations.lead_sheet import GROUPS, lead_sheet_of, onsets_of

pytestmark = pytest.mark.usefixtures("tiny_ensemble")
STYLES = ("classical", "folk", "jazz", "pop")
MELODY_NOTES = 0  # the measure of notes a bar of the melody
SMALL = {"width": 16, "n_heads": 2, "n_blocks": 1}


@pytest.fixture(scope="module")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained converter."""
    view = _gan.view_of("converter", {})
    vocabulary = {"style": STYLES}
    config = _gan.config_of("converter", SMALL, view, vocabulary)
    torch.manual_seed(2)
    generator = _gan.build("converter", config).generator
    none, label = torch.zeros(1, *view.condition_shape), torch.zeros(1, 1)
    about = {"licence": "none: not for use"}
    folder = tmp_path_factory.mktemp("converter")
    write_drawer(
        Drawer("converter", "converter", about, generator, config, view, none, vocabulary, label),
        folder,
    )
    return folder


@pytest.fixture
def made(converter: Path) -> Callable[..., Piece]:
    """A function that converts a piece with untrained weights and returns the first one."""

    def work(piece: Piece, **asked: object) -> Piece:
        return convert(piece, converter=str(converter), model="pop", **asked)[0].piece

    return work


def tune(metre: Metre | None = None, n_bars: int = 4) -> Piece:
    metre = metre or Metre(0)
    unit, bar = 96 // metre.denominator, metre.steps(24)
    rows = [(s, unit, 67 + (0, 4, 7, 5)[s // unit % 4], 90) for s in range(0, bar * n_bars, unit)]
    return Piece([Track("Voice", 52, notes=notes_of(rows))], metres=[metre])


def melody_of(piece: Piece) -> np.ndarray:
    return next(t for t in piece.tracks if t.role == "melody" or t.name == "Melody").notes


def share_kept(before: np.ndarray, after: np.ndarray) -> float:
    there = {(int(n["onset"]), int(n["pitch"])) for n in after}
    return float(np.mean([(int(n["onset"]), int(n["pitch"])) in there for n in before]))


@pytest.mark.parametrize("style", STYLES[:2])
def test_a_style_keeps_tempo_map_metres_and_four_fifths_of_the_tune(style, song, made):
    given = song(3)
    given.tempos = [Tempo(0, 90.0), Tempo(480, 70.0)]
    piece = made(given, style=style)
    assert (piece.tempos, piece.metres, piece.n_bars) == (given.tempos, given.metres, 16)
    assert 0.8 <= share_kept(given.tracks[0].notes, melody_of(piece)) < 1
    assert {t.name for t in piece.tracks} >= {"Melody", "Chords", "Bass"}


def test_the_end_of_the_dial_changes_more_and_its_beginning_nothing(song, converter):
    drawer = read_drawer(converter)
    bars, notes, _ = encode(song(3))
    sheet = lead_sheet_of(bars, notes)
    tones = onsets_of(sheet.tune)
    kept = []
    for strength in (0.0, 0.2, 0.5, 1.0):
        new = restyle(drawer, sheet, "pop", strength)
        kept.append(float((new.tune[tones] == sheet.tune[tones]).mean()))
    assert kept[0] == 1 and kept == sorted(kept, reverse=True)
    assert kept[2] >= 1 - 0.5 * _restyling.TUNE_GIVEN_UP > 0.8


def test_bars_that_were_alike_stay_alike(converter, song):
    bars, notes, _ = encode(song(0, n_bars=8))
    sheet = lead_sheet_of(bars, notes)
    sheet.tune[16:], sheet.chords[16:] = sheet.tune[:16], sheet.chords[:16]  # four bars again
    new = restyle(read_drawer(converter), sheet, "jazz", 1.0, seed=5)
    assert (new.tune[16:] == new.tune[:16]).all() and (new.chords[16:] == new.chords[:16]).all()
    assert (new.tune != sheet.tune).any()


def test_of_several_takes_the_one_is_taken_that_the_critic_hears_the_style_in(converter, song):
    bars, notes, _ = encode(song(3))
    sheet, drawer = lead_sheet_of(bars, notes), read_drawer(converter)
    n_measures = len(lead_sheet_measures(sheet.tune, sheet.chords, minor=False))
    drawer.critic = StyleCritic(n_measures, len(STYLES)).requires_grad_(False)
    tones = []
    for sign in (1, -1):  # jazz has many tones, or few
        for parameter in drawer.critic.parameters():
            parameter.zero_()
        drawer.critic.to_styles.weight[STYLES.index("jazz"), MELODY_NOTES] = 100 * sign
        drawer.critic.mean[MELODY_NOTES] = 13
        new = restyle(drawer, sheet, "jazz", 1.0, seed=2)
        tones.append(int(onsets_of(new.tune).sum()))
        again = restyle(drawer, sheet, "jazz", 1.0, seed=2)
        assert (again.tune == new.tune).all() and (again.chords == new.chords).all()
    assert tones[0] > tones[1]


def test_where_a_piece_ends_the_roots_of_its_last_bar_stay(converter, song):
    bars, notes, _ = encode(song(0, n_bars=8))
    sheet, drawer = lead_sheet_of(bars, notes), read_drawer(converter)
    sheet.tune[28:], sheet.chords[28:] = sheet.tune[:4], sheet.chords[:4]  # the first bar again
    roots = []
    for ends in (True, False):
        new = restyle(drawer, sheet, "jazz", 1.0, seed=3, ends=ends)
        assert (new.chords[:28] != sheet.chords[:28]).any()
        roots.append(new.chords[28:] // len(GROUPS))
    assert (roots[0] == sheet.chords[28:] // len(GROUPS)).all()
    assert (roots[1] != sheet.chords[28:] // len(GROUPS)).any()


@pytest.mark.parametrize("metre", [Metre(0, 3, 4), Metre(0, 6, 8)], ids=str)
def test_other_metres_are_converted_too(metre, made):
    piece = made(tune(metre), style="folk")
    assert piece.metres == [metre] and piece.n_bars == 4
    assert share_kept(tune(metre).tracks[0].notes, melody_of(piece)) >= 0.8


def test_the_tune_is_found_behind_a_track_of_its_name_and_instrument(made):
    low = notes_of([(bar * 96, 96, pitch, 70) for bar in range(4) for pitch in (48, 52, 55)])
    sung = tune()
    sung.tracks = [
        Track("Piano", 0, notes=low, role="chords"),
        Track("Piano", 0, notes=sung.tracks[0].notes, role="melody"),
    ]
    assert made(sung, style="jazz", strength=0.1).tracks[0].role == "melody"


def test_bars_that_cannot_be_written_stay_with_all_their_parts(made):
    given = tune(n_bars=6)
    given.metres = [Metre(0), Metre(384, 5, 4)]
    piece = made(given, style="folk")
    late = given.tracks[0].notes[given.tracks[0].notes["onset"] >= 384]
    there = np.concatenate([t.notes for t in piece.tracks])
    assert np.array_equal(there[there["onset"] >= 384], late)


def test_equal_seeds_give_equal_music_and_alternatives_differ(song, converter):
    asked = {"style": "pop", "converter": str(converter)}
    one, again = (convert(song(1), plan=Plan(seed=4), **asked)[0].piece for _ in range(2))
    several = convert(song(1), plan=Plan(seed=3), count=2, **asked)
    assert all(
        np.array_equal(a.notes, b.notes) for a, b in zip(one.tracks, again.tracks, strict=True)
    )
    assert np.array_equal(several[1].piece.tracks[0].notes, one.tracks[0].notes)
    assert not np.array_equal(several[0].piece.tracks[0].notes, one.tracks[0].notes)


def test_jazz_swings_and_ends_of_beats_stay():
    rows = [(0, 12, 60, 80), (12, 12, 62, 80), (24, 8, 64, 80), (40, 8, 65, 80)]
    piece = Piece([Track("", notes=notes_of(rows))])
    swinging = swung(piece, 1.0).tracks[0].notes
    # eighths 1:1 become 2:1; the triplet at two thirds of the second beat stays
    assert swinging["onset"].tolist() == [0, 16, 24, 40]
    assert swinging["duration"].tolist() == [16, 8, 11, 8]
    assert swung(piece, 0.0).tracks[0].notes["onset"].tolist() == [0, 12, 24, 40]
    piece.metres = [Metre(0, 6, 8)]
    assert swung(piece, 1.0).tracks[0].notes["onset"].tolist() == [0, 12, 24, 40]


def test_a_mood_needs_no_weights_and_keeps_every_part(song):
    given = song(2)
    piece = convert(given, mood="sad", converter="none")[0].piece
    assert [t.name for t in piece.tracks] == [t.name for t in given.tracks]
    assert piece.keys[0].key.mode == "minor" and piece.tempos[0].bpm < given.tempos[0].bpm
    assert piece.n_bars == given.n_bars


def test_instruments_are_given_to_the_parts_named(song):
    piece = convert(song(2), instruments="melody=violin,bass=cello")[0].piece
    programs = {t.name: t.program for t in piece.tracks}
    assert (programs["Melody"], programs["Bass"], programs["Chords"]) == (40, 42, 0)


def test_weights_of_another_network_convert_nothing(tmp_path, song):
    view = _gan.view_of("musegan", {"n_bars": 2})
    config = _gan.config_of("musegan", {"latent_size": 4, "width": 8, "critic_width": 4}, view)
    generator = _gan.build("musegan", config).generator
    about = {"licence": "none: not for use"}
    write_drawer(Drawer("other", "musegan", about, generator, config, view), tmp_path)
    with pytest.raises(AntiphonError, match="are of a musegan"):
        convert(song(1), style="pop", converter=str(tmp_path))


def test_drums_alone_get_a_mood_but_no_style(made):
    rows = [(24 * i, 6, 36 if i % 2 else 38, 90) for i in range(16)]
    given = Piece([Track("Loop", is_drum=True, notes=notes_of(rows))])
    with pytest.raises(AntiphonError, match="only drums"):
        made(given, style="jazz")
    piece = made(given, mood="calm")
    assert piece.tracks[0].notes["velocity"].max() < 90


@pytest.mark.parametrize(
    ("given", "asked", "sentence"),
    [
        (tune(), {}, "Say what to convert to"),
        (tune(), {"style": "polka"}, "No 'polka' in styles"),
        (tune(), {"mood": "angry"}, "No 'angry' in moods"),
        (tune(), {"mood": "sad", "strength": 1.5}, "from 0"),
        (tune(), {"instruments": "kazoo"}, "'kazoo'"),
        (Piece([Track("Melody")]), {"mood": "sad"}, "has no notes"),
    ],
)
def test_what_cannot_be_converted_is_said_in_a_sentence(given, asked, sentence):
    with pytest.raises(AntiphonError) as said:
        convert(replace(given), **asked)
    assert sentence in str(said.value)
