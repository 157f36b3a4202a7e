"""The judge: measures of bars, and the song a melody is nearest to."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.inference._judge import habits, measured, nearest_song, takes_of
from antiphon.metrics.bars import MEASURES
from antiphon.models._audition import N_TAKES
from antiphon.models._critic import Critic, CriticConfig
from antiphon.models._waiting import Kept
from antiphon.music.piece import Metre, Piece, notes_of
from antiphon.representations.prepared import load_tables
from antiphon.training._melody_index import melody_index


def melody_of(piece: Piece) -> np.ndarray:
    return piece.tracks[0].notes


@pytest.mark.parametrize(("index", "key"), [(0, "C"), (1, "D"), (5, "G")])
def test_a_melody_that_was_trained_on_is_found_with_likeness_1(
    song, sheet, tiny_ensemble, index, key
):
    planted = melody_of(song(index, tonic=(0, 2, 7)[index % 3]))
    found = nearest_song(planted, sheet(bars=16, key=key, chords=key), tiny_ensemble)
    assert found is not None
    assert found[:2] == (f"song {index}", 1.0)


def test_four_planted_bars_are_found_in_another_key_at_their_place(song, sheet, tiny_ensemble):
    planted = melody_of(song(0)).copy()
    planted = planted[planted["onset"] < 4 * 96]
    planted["onset"] += 6 * 96
    planted["pitch"] += 3
    found = nearest_song(planted, sheet(bars=16, key="Eb", chords="Eb"), tiny_ensemble)
    assert found == ("song 0", 1.0, 6)


def test_every_slot_of_the_grid_is_found_again(sheet, tiny_ensemble, tmp_path):
    # 16ths and triplets alike: the index counts slots, the judge steps
    from antiphon.music.piece import Track
    from antiphon.representations.bars import encode

    steps = [0, 6, 8, 12, 16, 18]
    rows = [(96 * bar + 24 * beat + s, 2, 60 + s, 80)
            for bar in range(4) for beat in range(4) for s in steps]  # fmt: skip
    notes = notes_of(rows)
    bars, table, _ = encode(Piece([Track("Melody", notes=notes, role="melody")]))
    np.save(tmp_path / "bars.npy", bars)
    np.save(tmp_path / "notes.npy", table)
    (tmp_path / "pieces.json").write_text('[{"id": "grid", "split": "train"}]')
    words, owner = melody_index(load_tables(tmp_path, "train"))
    tiny_ensemble.tables |= {
        "index": torch.from_numpy(words),
        "index_song": torch.from_numpy(owner),
    }
    tiny_ensemble.songs = ["grid"]
    assert nearest_song(notes, sheet(), tiny_ensemble) == ("grid", 1.0, 0)


def test_likeness_by_hand(sheet, tiny_ensemble):
    # in the index: a C on every beat of four bars
    word = 0b0001_0001_0001_0001
    index = np.zeros((4, 12), np.uint16)
    index[:, 0] = word
    tiny_ensemble.tables["index"] = torch.from_numpy(index.view(np.int16))
    tiny_ensemble.tables["index_song"] = torch.zeros(4, dtype=torch.int16)
    tiny_ensemble.songs = ["beats"]
    # 8 notes, of which 6 are C on a beat: 2 · 6 / (16 + 8)
    rows = [(48 * i, 12, 60 if i < 6 else 61, 80) for i in range(8)]
    assert nearest_song(notes_of(rows), sheet(), tiny_ensemble) == ("beats", 0.5, 0)


def test_stretches_do_not_reach_over_two_songs(sheet, tiny_ensemble):
    index = np.zeros((8, 12), np.uint16)
    index[:, 0] = 0b0001_0001_0001_0001
    tiny_ensemble.tables["index"] = torch.from_numpy(index.view(np.int16))
    tiny_ensemble.tables["index_song"] = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2])
    tiny_ensemble.songs = ["a", "b", "c"]
    found = nearest_song(notes_of((24 * i, 12, 60, 80) for i in range(16)), sheet(), tiny_ensemble)
    assert found is not None and found[1] == 0


def test_sparse_and_short_melodies_tell_nothing(sheet, tiny_ensemble):
    assert nearest_song(notes_of([(0, 12, 60, 80)]), sheet(), tiny_ensemble) is None
    many = notes_of((6 * i, 6, 60, 80) for i in range(40))
    assert nearest_song(many, sheet(bars=3), tiny_ensemble) is None
    del tiny_ensemble.tables["index"]
    assert nearest_song(many, sheet(), tiny_ensemble) is None


def test_bars_are_measured_in_any_key(sheet):
    here = sheet(bars=2, key="D", chords="D | A")
    parts = {
        # F sharp, then an A over half of the bar; the second bar is silent but for a bass
        "melody": notes_of([(0, 48, 66, 80), (48, 48, 69, 80)]),
        "chords": notes_of([(0, 96, p, 80) for p in (50, 54, 57)]),
        "bass": notes_of([(96, 48, 40, 80)]),
    }
    bars = dict(zip(MEASURES, measured(parts, here).T, strict=True))
    assert bars["notes in the bar"].tolist() == [5, 1]
    assert bars["notes of the melody"].tolist() == [2, 0]
    assert bars["widest leap of the melody"][0] == 3
    assert bars["melody notes foreign to the chord"][0] == 0
    # E under A major is a chord tone
    assert bars["accompaniment foreign to the chord"].tolist() == [0, 0]
    assert bars["silence"].tolist() == [0, 0.5]
    assert bars["sounding pitches"].tolist() == [4, 0.5]


def test_habits_are_those_of_the_training_set(tiny_ensemble):
    usual = habits(tiny_ensemble, Metre(0))
    at = MEASURES.index("notes in the bar")
    assert (usual.low[at], usual.high[at], usual.mean[at]) == (12, 12, 12)


@pytest.mark.parametrize(("made", "takes"), [([0, 1, 2], N_TAKES), ([1, 2], 2 * N_TAKES), ([], 16)])
def test_where_little_is_made_twice_as_many_takes_are_heard(sheet, tiny_ensemble, made, takes):
    tiny_ensemble.critic = Critic(CriticConfig(n_measures=3))
    asked, parts = sheet(bars=4), np.ones((4, 4), bool)
    parts[made, 1] = False  # one part is made
    none = np.zeros(0, int)
    asked.kept = (Kept(parts, none, none, none, none, none), torch.zeros(4, 1))
    assert takes_of(tiny_ensemble, asked) == takes


def test_a_piece_of_which_all_is_made_has_its_takes_and_without_a_critic_one(sheet, tiny_ensemble):
    tiny_ensemble.critic = None
    assert takes_of(tiny_ensemble, sheet()) == 1
    tiny_ensemble.critic = Critic(CriticConfig(n_measures=3))
    assert takes_of(tiny_ensemble, sheet()) == N_TAKES
