"""Segments: what training draws from a prepared set."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon.models._coder import Coder, CoderConfig
from antiphon.models.choir import spread_mask
from antiphon.representations.prepared import load, load_tables
from antiphon.training._drum_segments import DrumSegments
from antiphon.training._melody_index import melody_index
from antiphon.training._outline_segments import OutlineSegments
from antiphon.training._segments import (
    Segments,
    Song,
    draw_mask,
    scale_controls,
    section_controls,
    songs_of,
    window,
)

SIZES = (3, 2, 4, 2)


@pytest.fixture(scope="module")
def data(tiny_prepared):
    return load(tiny_prepared, "train")


@pytest.fixture(scope="module")
def segments(data):
    torch.manual_seed(0)
    coder = Coder(CoderConfig(latent_sizes=SIZES, slot_width=4, hidden=8, head=8))
    return Segments(data, coder, 8)


def test_a_batch_is_real_latents_with_what_is_kept_told(segments):
    real, told = segments.batch(32, np.random.default_rng(0))
    assert real.shape == (32, 8, 11) and told.condition.shape == (32, 8, 116)
    made = spread_mask(told.mask, SIZES)
    assert torch.equal(told.known, real * (1 - made))
    assert (told.valid == 1).all()
    known = {tuple(row) for row in segments.latents.tolist()}
    assert all(tuple(bar) in known for song in real.tolist() for bar in song)


def test_equal_seeds_draw_equal_batches_and_others_do_not(segments):
    one, two, other = (segments.batch(4, np.random.default_rng(s))[0] for s in (1, 1, 2))
    assert torch.equal(one, two) and not torch.equal(one, other)


def test_songs_shorter_than_a_segment_are_filled_with_bars_that_do_not_exist(data):
    torch.manual_seed(0)
    coder = Coder(CoderConfig(latent_sizes=SIZES, slot_width=4, hidden=8, head=8))
    real, told = Segments(data, coder, 20).batch(3, np.random.default_rng(0))
    assert told.valid.sum(dim=1).tolist() == [16, 16, 16]
    assert not real[:, 16:].any() and not told.known[:, 16:].any()


def test_songs_are_whole_with_their_section_starts(data):
    songs = songs_of(data)
    assert [(s.first, s.stop) for s in songs] == [(16 * i, 16 * i + 16) for i in range(6)]
    assert songs[1].cuts.tolist() == [16, 24] and all(s.is_whole for s in songs)


def test_windows_are_bars_in_a_row_or_a_head_joined_to_its_tail():
    song = Song(10, 40, np.array([10, 18, 26, 34]), is_whole=True)
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        bars = window(song, 16, rng, join=0.5)
        assert len(bars) <= 16 and bars.min() >= 10 and bars.max() < 40
        jumps = np.flatnonzero(np.diff(bars) != 1)
        seen.add("joined" if len(jumps) else "in a row")
        if len(jumps):
            assert bars[0] == 10 and bars[-1] == 39
            assert bars[jumps[0]] + 1 in song.cuts and bars[jumps[0] + 1] in song.cuts
    assert seen == {"joined", "in a row"}
    assert window(song, 64, rng).tolist() == list(range(10, 40))


def test_masks_make_something_always_and_half_of_the_time_everything():
    rng = np.random.default_rng(0)
    masks = [draw_mask(rng, 8, 4) for _ in range(400)]
    assert all(m.any() for m in masks)
    assert 0.4 < np.mean([m.all() for m in masks]) < 0.6
    assert any((m.any(axis=0) != m.all(axis=0)).any() for m in masks)  # some bars of a part


def test_controls_are_the_means_of_sections(data):
    controls, known = section_controls(data)
    assert known.all()
    assert np.allclose(controls[:, :4], np.array([4, 1, 3, 4]) / 8)
    # the first section of the first song: mean height of its eight bars
    assert np.allclose(controls[:8, 5], data.controls[:8, 5].mean())
    assert scale_controls(np.array([8.0, 0, 16, 4, 0.5, 1])).tolist() == [1, 0, 2, 0.5, 0.5, 1]


def test_outlines_have_mean_0_and_are_given_where_they_are_kept(data):
    outlines = OutlineSegments(data, 16)
    real, told = outlines.batch(24, np.random.default_rng(0))
    assert real.shape == (24, 16, 57)
    assert torch.equal(told.known, real * (1 - spread_mask(told.mask, (7, 50))))
    rows = real * outlines.deviation + outlines.mean
    assert torch.allclose(rows[:, :, :6].sum(dim=-1), torch.ones(24, 16), atol=1e-4)


def test_drummers_hear_what_the_others_play(tiny_prepared):
    torch.manual_seed(0)
    coder = Coder(
        CoderConfig(
            latent_sizes=(4,), one_voice=(False,), n_pitches=9, slot_width=4, hidden=8, head=8
        )
    )
    data = load_tables(tiny_prepared, "train")
    drums = DrumSegments(data, coder, 8)
    real, told = drums.batch(4, np.random.default_rng(0))
    assert real.shape == (4, 8, 4) and told.condition.shape == (4, 8, 37)
    # on the first beat melody, bass and chords begin: five notes count as four
    assert (told.condition[:, :, 0] == 1).all()
    # the third: melody, counter-melody and bass
    assert (told.condition[:, :, 12] == 0.75).all()
    assert np.allclose(drums.energies(), 2 / 4)  # a beat has two strokes


def test_the_index_of_melodies_has_each_onset_once(data):
    words, song = melody_index(data)
    assert words.shape == (96, 12) and song.tolist() == [i for i in range(6) for _ in range(16)]
    bits = words.view(np.uint16)
    # one note on each beat: places 0, 4, 8 and 12, whatever its pitch class
    assert (np.bitwise_or.reduce(bits, axis=1) == 0b0001_0001_0001_0001).all()
    assert (np.bitwise_count(bits).sum(axis=1) == 4).all()
    first = data.notes[data.notes["part"] == 0][0]
    assert bits[0, first["pitch"] % 12] & 1
