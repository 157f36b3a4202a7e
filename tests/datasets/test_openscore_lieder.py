"""OpenScore Lieder, as MusicXML in folders by composer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from antiphon.datasets import Source, openscore_lieder
from antiphon.errors import AntiphonError
from antiphon.formats import musicxml
from antiphon.music.keys import Key
from antiphon.music.piece import KeyMark, Piece, Text, Track, notes_of

BAR = 96


def write_song(
    path: Path, n_voices: int = 1, has_piano: bool = True, has_words: bool = True
) -> Source:
    tune = [
        (b * BAR + i * 24, 24, 67 + step, 80)
        for b in range(8)
        for i, step in enumerate((0, 2, 4, 2))
    ]
    words = [Text(onset, "la") for onset, *_ in tune] if has_words else []
    piano = [(b * BAR, BAR, p, 80) for b in range(8) for p in (43, 55, 59, 62)]
    tracks = [
        Track("Voice" if n_voices == 1 else f"Voice {i}", notes=notes_of(tune), lyrics=words)
        for i in range(n_voices)
    ]
    if has_piano:
        tracks.append(Track("Piano", notes=notes_of(piano)))
    path.parent.mkdir(parents=True, exist_ok=True)
    musicxml.write(Piece(tracks, keys=[KeyMark(0, Key.parse("G"))]), path)
    return Source(path.stem, path, "train")


def test_voice_is_melody_and_piano_is_taken_apart(tmp_path: Path):
    piece = openscore_lieder.read(write_song(tmp_path / "lc1.mxl"))
    notes = {t.role: t.notes for t in piece.tracks if len(t.notes)}
    assert sorted(notes) == ["bass", "chords", "melody"]
    assert set(notes["bass"]["pitch"].tolist()) == {43}
    assert set(notes["chords"]["pitch"].tolist()) == {55, 59, 62}
    assert notes["melody"]["pitch"][:4].tolist() == [67, 69, 71, 69]
    assert len(piece.tracks[0].lyrics) == 32


def test_key_chords_and_sections_are_there(tmp_path: Path):
    piece = openscore_lieder.read(write_song(tmp_path / "lc1.mxl"))
    assert str(piece.keys[0].key) == "G major"
    assert str(piece.chords[0].chord) == "G"
    assert sum(s.n_bars for s in piece.sections) == piece.n_bars == 8


@pytest.mark.parametrize(
    ("scoring", "reason"),
    [
        ({"n_voices": 3}, "for choir"),
        ({"has_piano": False}, "no piano"),
        ({"has_words": False}, "no voice with words"),
    ],
    ids=["choir", "a cappella", "piano piece"],
)
def test_other_scorings_say_why_they_are_left_out(tmp_path: Path, scoring: dict, reason: str):
    with pytest.raises(AntiphonError, match=reason):
        openscore_lieder.read(write_song(tmp_path / "lc1.mxl", **scoring))


def test_second_voice_is_the_counter_melody(tmp_path: Path):
    piece = openscore_lieder.read(write_song(tmp_path / "lc1.mxl", n_voices=2))
    assert len(next(t for t in piece.tracks if t.role == "counter").notes) == 32


def test_songs_are_listed_and_split_by_name_wherever_they_lie(tmp_path: Path):
    for index in range(30):
        write_song(tmp_path / "Schubert,_Franz" / f"{index}" / f"lc{index}.mxl")
    here = openscore_lieder.sources(tmp_path)
    there = openscore_lieder.sources(tmp_path / "Schubert,_Franz")
    assert {s.id: s.split for s in here} == {s.id: s.split for s in there}
    assert {s.split for s in here} == {"train", "validation", "test"}


def test_broken_score_is_explained(tmp_path: Path):
    path = tmp_path / "lc9.mxl"
    path.write_bytes(b"PK nothing")
    with pytest.raises(AntiphonError, match=r"lc9\.mxl"):
        openscore_lieder.read(Source("lc9", path, "train"))


def test_melody_of_two_notes_at_once_keeps_the_higher(tmp_path: Path):
    source = write_song(tmp_path / "lc1.mxl")
    score = musicxml.read(source.path)
    both = np.concatenate([score.tracks[0].notes, notes_of([(0, 24, 60, 80)])])
    score.tracks[0].notes = np.sort(both, order=("onset", "pitch"))
    musicxml.write(score, source.path)
    assert openscore_lieder.read(source).tracks[0].notes["pitch"][0] == 67
