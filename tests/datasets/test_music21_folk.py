"""Folk tunes of music21's corpus, in books laid out as it has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.datasets import Source, music21_folk
from antiphon.errors import AntiphonError

AIRD = "X:1\nT:The Hedgehog\nM:C|\nL:1/8\nK:G\nG2B2 d2B2|:A4 D4:|\n\nX:2\nT:Other\nK:D\nD8|\n"
RYAN = "X: 1\nT:Hedgehog, The -- Reel\nM:4/4\nL:1/8\nK:G\nGABc d4|\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("airdsAirs/book1", AIRD), ("ryansMammoth/HedgehogReel", RYAN)):
        file = tmp_path / f"{name}.abc"
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_each_tune_of_a_book_is_a_song(root: Path):
    names = [source.id for source in music21_folk.sources(root)]
    assert names == ["book1#1", "book1#2", "HedgehogReel#1"]


def test_a_tune_of_two_books_is_in_one_split(root: Path):
    aird, _, ryan = music21_folk.sources(root)
    assert aird.split == ryan.split


def test_a_tune_is_a_melody_with_repeats_played_out_and_chords_of_its_own(root: Path):
    piece = music21_folk.read(music21_folk.sources(root)[0])
    assert [(t.role, len(t.notes)) for t in piece.tracks] == [("melody", 8)]
    assert piece.n_bars == 3
    assert str(piece.keys[0].key) == "G major"
    assert str(piece.chords[0].chord) == "G"


def test_a_folder_without_books_is_told_and_not_replaced_by_music21s(tmp_path: Path):
    with pytest.raises(AntiphonError, match=r"has no book such as airdsAirs/book1\.abc"):
        music21_folk.sources(tmp_path)


def test_a_tune_that_is_not_there_is_named(root: Path):
    book = root / "airdsAirs" / "book1.abc"
    with pytest.raises(AntiphonError, match="no tune 7"):
        music21_folk.read(Source("book1#7", book, "train"))
