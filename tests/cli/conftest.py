"""A small composer in place of the networks, so that the command line is tested alone."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass, field, replace

import pytest

from antiphon import models
from antiphon.errors import AntiphonError
from antiphon.music.chords import Chord
from antiphon.music.piece import ChordSpan, KeyMark, Piece, Section, Tempo, Track, notes_of


@dataclass(frozen=True)
class Composition:
    piece: Piece
    plan: object
    score: float = 0.25
    reasons: tuple[str, ...] = ("Its <chords> move as in real songs.",)
    redrawn: tuple[str, ...] = ("bar 3: too many short notes",)
    provenance: dict = field(default_factory=lambda: {"model": "pop", "licence": "MIT"})


@pytest.fixture
def composer(monkeypatch, only_pop):
    """Put a composer there that writes one scale a piece; it lists the plans it was given."""
    calls = []

    def compose(plan, *, count=1, keep=None, model=None, progress=None):
        calls.append(plan)
        return [made(replace(plan, seed=plan.seed + i)) for i in range(keep or count)]

    def made(plan):
        n_bars = plan.n_bars(plan.tempo or 96.0)
        plan = replace(plan, key=plan.key or "G major", tempo=plan.tempo or 96.0)
        plan = replace(plan, bars=n_bars, duration_s=None)
        key, rise = plan.asked_key(), plan.seed % 12
        notes = notes_of((24 * i, 24, 60 + (i + rise) % 12, 80) for i in range(4 * n_bars))
        piece = Piece(
            tracks=[Track("Melody", 73, notes=notes, role="melody")],
            tempos=[Tempo(0, plan.tempo)],
            keys=[KeyMark(0, key)],
            chords=[ChordSpan(0, 96 * n_bars, Chord(key.tonic))],
            sections=[Section(0, n_bars, "A")],
            title=plan.title,
            n_bars_asked=n_bars,
        )
        return Composition(piece, plan)

    fake = types.ModuleType("antiphon.inference.compose")
    fake.compose = compose
    monkeypatch.setitem(sys.modules, "antiphon.inference.compose", fake)
    return calls


@pytest.fixture
def composition():
    """What verbs return, of a piece and its plan."""
    return Composition


@pytest.fixture
def only_pop(monkeypatch):
    """Let there be weights of pop alone."""

    def folder_of(name):
        if name != "pop":
            raise AntiphonError(f"No {name!r} in models. There is: pop.")

    monkeypatch.setattr(models, "folder_of", folder_of)
