"""Prepared sets: splits, runs, and moving bars by semitones."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.representations.prepared import load, load_tables, shifted


def test_a_split_has_its_songs_and_their_notes(tiny_prepared):
    train, held_out = (load(tiny_prepared, split) for split in ("train", "validation"))
    assert (len(train.bars), len(held_out.bars)) == (6 * 16, 2 * 16)
    assert train.starts.tolist() == [0, 16, 32, 48, 64, 80, 96]
    assert set(held_out.bars["piece"]) == {6, 7}
    assert held_out.conditions.shape == (32, 116) and held_out.controls.shape == (32, 6)
    # of each song's bars: four melody notes, one of the counter-melody, a triad, four of the bass
    assert (held_out.controls[:, :4] == [4, 1, 3, 4]).all()
    assert held_out.conditions[[0, 15, 16, 31], -2].tolist() == [1, 0, 1, 0]  # bars to the end


def test_a_gap_in_a_song_begins_a_new_run(tiny_prepared, tmp_path):
    bars = np.load(tiny_prepared / "bars.npy")
    bars["run"][5:16] = 1
    np.save(tmp_path / "bars.npy", bars)
    for name in ("notes.npy", "pieces.json"):
        (tmp_path / name).write_bytes((tiny_prepared / name).read_bytes())
    assert load_tables(tmp_path, "train").starts.tolist()[:3] == [0, 5, 16]


def test_folders_without_a_prepared_set_say_how_to_make_one(tmp_path, tiny_prepared):
    with pytest.raises(AntiphonError, match="antiphon data prepare"):
        load_tables(tmp_path, "train")
    with pytest.raises(AntiphonError, match="no bar in its test split"):
        load_tables(tiny_prepared, "test")


def test_bars_and_chords_are_moved_together_and_edges_are_lost():
    n_pitches = 13
    rolls = np.zeros((2, 1, 1, 2 * n_pitches + 1), np.float32)
    rolls[:, 0, 0, [0, 12]] = 1  # onsets on the lowest and the highest pitch
    rolls[:, 0, 0, n_pitches + 5] = 1
    rolls[:, 0, 0, -1] = 0.5
    chords = np.zeros((2, 1, 25), np.float32)
    chords[:, 0, [0, 4, 7, 12 + 11, 24]] = 1
    moved, turned = shifted(rolls, chords, np.array([2, -1]))
    up, down = (np.flatnonzero(moved[i, 0, 0]).tolist() for i in range(2))
    assert up == [2, n_pitches + 7, 2 * n_pitches]
    assert down == [11, n_pitches + 4, 2 * n_pitches]
    assert np.flatnonzero(turned[0, 0]).tolist() == [2, 6, 9, 12 + 1, 24]
    assert np.flatnonzero(turned[1, 0]).tolist() == [3, 6, 11, 12 + 10, 24]
    assert (moved[..., -1] == 0.5).all()


def test_moving_there_and_back_changes_nothing_in_the_middle():
    rng = np.random.default_rng(0)
    rolls = np.zeros((4, 2, 3, 2 * 72 + 1), np.float32)
    rolls[..., 20:50] = rng.random((4, 2, 3, 30)) < 0.5
    chords = rng.random((4, 4, 25)).astype(np.float32)
    by = np.array([3, -5, 0, 6])
    back = shifted(*shifted(rolls, chords, by), -by)
    assert np.array_equal(back[0], rolls) and np.array_equal(back[1], chords)
