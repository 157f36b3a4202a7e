"""A walking bass: where its notes begin, and on which tones."""

from __future__ import annotations

import numpy as np

from antiphon.inference._walking_bass import walking
from antiphon.models._leaning import Lean
from antiphon.representations.bars import PITCHED, SLOTS_PER_BEAT
from antiphon.representations.rolls import LOW_PITCH
from antiphon.representations.score import N_PARTS

BASS, MELODY = PITCHED.index("bass"), PITCHED.index("melody")
C, D, E, F, FIS, G, A, B = 0, 2, 4, 5, 6, 7, 9, 11


def pitches(lean: Lean, bar: int, beat: int) -> np.ndarray:
    """Logits of the twelve pitch classes of the bass on a beat."""
    low = (-LOW_PITCH) % 12
    found = lean.rows[bar, beat, BASS]
    assert (found[low : low + 12] == found[low + 12 : low + 24]).all()  # alike in every octave
    return found[low : low + 12]


def test_a_note_begins_on_every_beat_and_hardly_any_between(sheet):
    lean = walking(sheet(chords="C").bars, None)
    odds = lean.odds[:, BASS::N_PARTS].reshape(4, 4, SLOTS_PER_BEAT)
    assert (odds[..., 0] > 3).all() and (odds[..., 1:] < -3).all()
    assert not lean.odds[:, MELODY::N_PARTS].any() and not lean.rows[:, :, MELODY].any()


def test_roots_where_chords_begin_and_neighbours_of_the_next_before_it(sheet):
    lean = walking(sheet(chords="C | F G").bars, None)
    assert pitches(lean, 0, 0).argmax() == C
    assert pitches(lean, 1, 0).argmax() == F and pitches(lean, 1, 2).argmax() == G
    within, before = pitches(lean, 0, 1), pitches(lean, 0, 3)
    assert within[E] == within[G] > within[D] > within[FIS] > within[C]
    assert before[E] == before[FIS] > before[G] > before[F]  # F comes, its root not yet
    last = pitches(lean, 1, 1)
    assert last[FIS] == last[8] > last[A] > last[G]  # G comes


def test_a_chord_that_goes_on_begins_again_at_the_bar_line(sheet):
    lean = walking(sheet(chords="C").bars, None)
    assert pitches(lean, 1, 0).argmax() == C
    assert pitches(lean, 0, 3).argmax() in (E, G)  # nothing new comes


def test_in_compound_metres_it_does_not_walk_and_what_was_leaned_to_stays(sheet):
    own = Lean.none(4)
    own.odds[:] = 0.5
    lean = walking(sheet(chords="C", metre="6/8").bars, own)
    assert (lean.odds == 0.5).all() and not lean.rows.any()
    walking(sheet(chords="C").bars, own)
    assert (own.odds == 0.5).all()
