"""The drummer: what it is told, and how strokes are written."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from antiphon import models
from antiphon.inference._drummer import _profile, _told, _written, drum, soft_rolls
from antiphon.music.piece import notes_of
from antiphon.representations.drums import N_DRUMS

FILL, FIRST = 24 + 7, 24 + 8  # places in what a drummer is told


def soft(n_bars: int, *strokes: tuple[int, int, int]) -> np.ndarray:
    roll = np.zeros((n_bars, 1, 24, 2 * N_DRUMS + 1), np.float32)
    for bar, slot, drum_number in strokes:
        roll[bar, 0, slot, drum_number] = 0.9
        roll[bar, 0, slot, N_DRUMS + drum_number] = 0.5
    return roll


def _all(soft, here):
    """What is written where every bar is to be made."""
    return _written(soft, here, np.ones(len(soft), bool))


def test_the_bar_before_a_new_section_is_asked_for_as_a_fill(sheet, tiny_weights):
    here = sheet(bars=16, form="A8 B4 A4")
    told = _told(here, {}, models.load(str(tiny_weights / "drums")), None)
    assert np.flatnonzero(told[:, FILL]).tolist() == [7, 11]
    assert np.flatnonzero(told[:, FIRST]).tolist() == [0, 8, 12]


def test_intro_and_ending_are_lighter_and_density_is_heard(sheet, tiny_weights):
    drummer = models.load(str(tiny_weights / "drums"))
    energy = 24 + 6
    told = _told(sheet(bars=12, form="intro4 A4 ending4"), {}, drummer, None)
    assert np.allclose(told[:, energy], np.repeat([0.75, 1.0, 0.75], 4) * 0.55)
    dense = _told(sheet(density=1.0), {}, drummer, None)
    assert np.allclose(dense[:, energy], 1.0)


def test_the_others_onsets_are_counted_on_the_nearest_slot(sheet):
    notes = notes_of([(0, 6, p, 80) for p in range(60, 66)] + [(95 + 33, 6, 60, 80)])
    profile = _profile(sheet(bars=2), {"melody": notes})
    # six notes count as four; step 32 of the second bar is a third of its second beat
    assert profile[0, 0] == 1 and profile[1, 8] == 0.25 and profile.sum() == 1.25


@pytest.mark.parametrize(("metre", "steps"), [("4/4", [0, 8, 90]), ("6/8", [0, 12, 66])])
def test_strokes_lie_on_the_steps_of_their_slots(sheet, metre, steps):
    slots = [0, 2, 23 if metre == "4/4" else 11]
    roll = soft(2, *((0, slot, 1) for slot in slots), (0, 23, 2))
    notes = _all(roll, sheet(bars=2, metre=metre))
    snare = notes[notes["pitch"] == 38]
    assert snare["onset"].tolist() == steps and (snare["velocity"] == 64).all()
    assert (42 in notes["pitch"]) == (metre == "4/4")  # 6/8 has no slot 23


def test_rolls_are_decoded_from_latents_of_mean_0_and_variance_1(tiny_weights):
    coder = models.load(str(tiny_weights / "drums")).coder
    latents = torch.randn(3, 6, generator=torch.Generator().manual_seed(1))
    rolls = soft_rolls(coder, latents)
    assert rolls.shape == (3, 1, 24, 2 * N_DRUMS + 1)
    assert rolls.min() >= 0 and rolls.max() <= 1 and rolls.std() > 0.05
    assert np.allclose(soft_rolls(coder, 5 * latents + 2), rolls, atol=1e-4)
    assert not np.allclose(soft_rolls(coder, latents.flip(-1)), rolls, atol=1e-4)


def test_a_piece_ends_with_one_stroke_of_kick_and_crash(sheet):
    roll = soft(3, *((bar, slot, 1) for bar in range(3) for slot in (0, 6, 12)))
    notes = _all(roll, sheet(bars=3))
    last = notes[notes["onset"] >= 2 * 96]
    assert last["pitch"].tolist() == [36, 49] and set(last["onset"].tolist()) == {192}


def test_a_stroke_ends_where_the_same_drum_is_struck_again(sheet):
    # slots 1 and 2 are a quarter and a third of a beat: two steps apart
    notes = _all(soft(2, (0, 1, 1), (0, 2, 1), (0, 2, 2)), sheet(bars=2))
    here = [(int(n["onset"]), int(n["duration"]), int(n["pitch"])) for n in notes[:3]]
    assert here == [(6, 2, 38), (8, 6, 38), (8, 6, 42)]


def test_a_piece_of_one_bar_has_its_drums(sheet):
    notes = _all(soft(1, (0, 6, 1)), sheet(bars=1))
    assert [(int(n["onset"]), int(n["pitch"])) for n in notes] == [(24, 38)]
    assert len(_all(soft(1), sheet(bars=1))) == 0


def test_equal_seeds_drum_alike(sheet, tiny_weights):
    drummer = models.load(str(tiny_weights / "drums"))
    one, two, other = (drum(sheet(bars=6, seed=s), {}, drummer) for s in (1, 1, 2))
    assert len(one) > 10
    assert np.array_equal(one, two) and not np.array_equal(one, other)
