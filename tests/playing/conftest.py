"""Music that is made up, so that only its timing is tested."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Piece, Tempo, Track, notes_of
from antiphon.music.plan import Plan

BAR = 96
CHORDS = (0, 5, 7, 0)  # C F G C, by bar


def made_up(before: Piece | None, plan: Plan, at: int, answer: object = None) -> Piece:
    """Return the music with a bar more: a melody and chords on each beat, a held bass."""
    n = 0 if before is None else before.n_bars
    root = CHORDS[at % 4]
    rows = [(BAR * n + 24 * beat, 24) for beat in range(4)]
    parts = {
        "melody": [(*row, 72 + root, 80) for row in rows],
        "chords": [(*row, 60 + root + tone, 80) for row in rows for tone in (0, 4, 7)],
        "bass": [(BAR * n, BAR, 36 + root, 80)],
    }
    tracks = []
    for index, (role, new) in enumerate(parts.items()):
        old = [] if before is None else before.tracks[index].notes.tolist()
        tracks.append(Track(role, notes=notes_of([*old, *new]), role=role))
    chords = [] if before is None else before.chords
    return Piece(
        tracks,
        tempos=[Tempo(0, plan.tempo or 120.0)],
        keys=[KeyMark(0, Key(0))],
        chords=[*chords, ChordSpan(BAR * n, BAR, Chord(root))],
        n_bars_asked=n + 1,
    )


@pytest.fixture(scope="session")
def made() -> Callable[..., Piece]:
    """A function that goes on as `inference.live.live` does, at once."""
    return made_up
