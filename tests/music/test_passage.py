"""Passages: bars cut out of a piece, and a bar once more."""

from __future__ import annotations

import numpy as np

from antiphon.music.passage import bars_of, repeated_varied

BAR = 96


def test_bars_are_cut_out_with_their_notes_and_chords(song):
    whole = song(n_bars=8)
    cut = bars_of(whole, 2, 3)
    assert cut.n_bars == 3
    assert [str(span.chord) for span in cut.chords] == ["F", "G", "C"]  # C Am F G from bar 0 on
    bass = next(track for track in cut.tracks if track.role == "bass")
    assert bass.notes["onset"].tolist() == [24 * beat for beat in range(12)]


def test_a_note_that_outlasts_the_last_bar_is_cut(song):
    whole = song(n_bars=4)
    whole.tracks[0].notes["duration"] = 500
    assert bars_of(whole, 1, 1).tracks[0].end == BAR


def test_the_tempo_and_key_of_the_first_bar_hold(song):
    whole = song(seed=2, n_bars=4, tonic=7)  # 90 + 10 * 2 a minute, G major
    cut = bars_of(whole, 3)
    assert [(t.onset, t.bpm) for t in cut.tempos] == [(0, 110.0)]
    assert [str(mark.key) for mark in cut.keys] == ["G major"]


def test_a_bar_once_more_keeps_the_drums_and_is_softer(song):
    whole = song(n_bars=4)
    longer = repeated_varied(whole, seed=1)
    assert longer.n_bars == 5
    for before, after in zip(whole.tracks, longer.tracks, strict=True):
        last = before.notes[before.notes["onset"] >= 3 * BAR]
        new = after.notes[after.notes["onset"] >= 4 * BAR]
        assert np.array_equal(after.notes[: len(before.notes)], before.notes)
        if before.is_drum:
            assert np.array_equal(new["pitch"], last["pitch"])
            assert np.array_equal(new["velocity"], last["velocity"])
        else:
            assert set(new["pitch"]) <= set(last["pitch"])
            assert new["velocity"].max() < last["velocity"].max()
