"""Nottingham's tunes, as ABC and as MIDI."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon import datasets
from antiphon.datasets import Source, folder, nottingham
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import Piece, Track, notes_of

BOOK = """
X: 1
T:Tune One
S:somebody
Y:AAB
M:4/4
L:1/4
K:G
P:A
D|"G"GABc|"D7"d3:|
P:B
"C/e"cccc|"G"G4|

X: 3
T:Tune Three
M:6/8
K:Am
"Am"ABc cBA|"Gd"A6|
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for form in ("ABC_cleaned", "ABC_original"):
        (tmp_path / form).mkdir()
        (tmp_path / form / "reelsa-c.abc").write_text(BOOK, encoding="utf-8")
    melody = Track("", notes=notes_of([(i * 24, 24, 67, 90) for i in range(16)]))
    chords = Track("", notes=notes_of([(0, 96, p, 90) for p in (43, 47, 50)]))
    for place in ("MIDI", "MIDI/melody"):
        (tmp_path / place).mkdir()
        mid.write(Piece([melody, chords]), tmp_path / place / "reelsa-c1.mid")
    return tmp_path


def test_tunes_are_named_alike_in_both_forms(root: Path):
    assert [s.id for s in nottingham.sources(root)] == ["reelsa-c1", "reelsa-c3"]
    (from_midi,) = nottingham.sources(root / "MIDI")
    assert from_midi.id == "reelsa-c1"
    assert from_midi.split == nottingham.sources(root)[0].split


def test_a_tune_has_its_parts_in_order_with_key_and_chords(root: Path):
    piece = nottingham.read(nottingham.sources(root)[0])
    assert (piece.title, str(piece.keys[0].key), piece.n_bars) == ("Tune One", "G major", 11)
    assert [t.role for t in piece.tracks] == ["melody"]
    assert [str(c.chord) for c in piece.chords[:3]] == ["G", "D7", "G"]
    assert str(piece.chords[-2].chord) == "C/E"
    assert [(s.start, s.n_bars, s.label) for s in piece.sections] == [
        (0, 3, "A"), (3, 2, "A"), (5, 2, "A"), (7, 2, "A"), (9, 2, "B"),
    ]  # fmt: skip


def test_midi_has_melody_and_chords(root: Path):
    piece = nottingham.read(nottingham.sources(root / "MIDI")[0])
    assert [(t.role, len(t.notes)) for t in piece.tracks] == [("melody", 16), ("chords", 3)]


def test_a_missing_tune_is_said(root: Path):
    book = root / "ABC_cleaned" / "reelsa-c.abc"
    with pytest.raises(AntiphonError, match="has no tune reelsa-c2"):
        nottingham.read(Source("reelsa-c2", book, "train"))


def test_each_tune_of_a_book_is_a_song_of_a_folder(tmp_path: Path):
    (tmp_path / "book.abc").write_text(BOOK.replace("c4|", "c4|" * 9), encoding="utf-8")
    (tmp_path / "copy.abc").write_text(BOOK.replace("c4|", "c4|" * 9), encoding="utf-8")
    found = folder.sources(tmp_path)
    assert [(s.id, s.same_as) for s in found] == [
        ("book.abc#1", ""), ("book.abc#2", ""),
        ("copy.abc#1", "book.abc#1"), ("copy.abc#2", "book.abc#2"),
    ]  # fmt: skip
    assert datasets.read(folder, found[0]).title == "Tune One"
    with pytest.raises(AntiphonError, match="fewer than 16 notes"):
        datasets.read(folder, found[1])
