"""Preparing a data set: tables, report, and going on where it stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from antiphon import datasets
from antiphon.datasets import _prepare, pop909
from antiphon.errors import AntiphonError
from antiphon.representations.bars import BAR, BAR_NOTE, PARTS

TABLES = ("bars.npy", "notes.npy", "drums.npy", "pieces.json", "report.json", "report.png")


def prepared(name: str, root: Path, out: Path, jobs: int = 1, augment: bool = False) -> dict:
    return datasets.prepare(name, root, out, jobs=jobs, augment=augment).report


def test_every_file_left_out_is_counted_with_its_reason(own_folder: Path, tmp_path: Path):
    report = prepared("folder", own_folder, tmp_path / "out")
    assert report["songs"] == {"found": 7, "used": 5, "left_out": 2}
    assert {r["reason"]: r["which"] for r in report["songs_left_out"]} == {
        "the same file as another": ["zz copy.mid"],
        "… cannot be read as MIDI: it has no MIDI header.": ["broken.mid"],
    }


def test_every_note_is_counted(own_folder: Path, tmp_path: Path):
    report = prepared("folder", own_folder, tmp_path / "out")
    notes = np.load(tmp_path / "out" / "notes.npy")
    # a bar has 4 notes of tune, 3 of chords, 4 of bass, 4 of drums; 5 songs of 8 bars
    assert report["notes"] == {"read": 600, "kept": 600, "dropped": 0}
    assert np.bincount(notes["part"]).tolist() == [160, 0, 120, 160, 160]
    assert sum(split["notes"] for split in report["splits"].values()) == 600


def test_tables_fit_together(own_folder: Path, tmp_path: Path):
    prepared("folder", own_folder, tmp_path / "out")
    bars, notes = (np.load(tmp_path / "out" / f"{t}.npy", mmap_mode="r") for t in ("bars", "notes"))
    assert (bars.dtype, notes.dtype) == (BAR, BAR_NOTE)
    assert np.array_equal(np.cumsum(bars["n_notes"]) - bars["n_notes"], bars["note_start"])
    assert bars["note_start"][-1] + bars["n_notes"][-1] == len(notes)
    assert bars["piece"].tolist() == np.repeat(np.arange(5), 8).tolist()
    assert len(np.unique(bars["run"])) == 5


def test_same_bytes_however_many_jobs(own_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_prepare, "SONGS_PER_PART", 2)
    prepared("folder", own_folder, tmp_path / "one", jobs=1)
    prepared("folder", own_folder, tmp_path / "two", jobs=2)
    for table in TABLES:
        assert (tmp_path / "one" / table).read_bytes() == (tmp_path / "two" / table).read_bytes()


def test_stopped_preparation_goes_on(own_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_prepare, "SONGS_PER_PART", 2)
    out = tmp_path / "out"

    def stop_after_two(done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        datasets.prepare("folder", own_folder, out, jobs=1, progress=stop_after_two)
    assert not (out / "bars.npy").exists()
    outcome = datasets.prepare("folder", own_folder, out, jobs=1)
    assert (outcome.parts_reused, outcome.was_finished) == (2, False)
    whole = prepared("folder", own_folder, tmp_path / "whole")
    assert outcome.report == whole


def test_finished_set_is_recognised_until_a_file_changes(own_folder: Path, tmp_path: Path):
    prepared("folder", own_folder, tmp_path / "out")
    assert datasets.prepare("folder", own_folder, tmp_path / "out").was_finished
    assert not (tmp_path / "out" / ".parts").exists()
    shutil.copy(own_folder / "song2.mid", own_folder / "song0.mid")
    changed = datasets.prepare("folder", own_folder, tmp_path / "out", jobs=1)
    assert not changed.was_finished
    # song0 and song2 are now the same file; the former copy of song0 is its only one
    assert changed.report["songs"]["used"] == 5


def test_finished_set_leaves_no_parts_behind(own_folder: Path, tmp_path: Path):
    prepared("folder", own_folder, tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted([*TABLES, "manifest.json", "report.html"])


def test_augmenting_moves_training_songs_and_their_chords(own_folder: Path, tmp_path: Path):
    prepared("folder", own_folder, tmp_path / "out", augment=True)
    bars, notes = (np.load(tmp_path / "out" / f"{t}.npy") for t in ("bars", "notes"))
    pieces = json.loads((tmp_path / "out" / "pieces.json").read_text())
    assert all(p["split"] == "train" for p in pieces if "shift" in p)
    moved = next(i for i, p in enumerate(pieces) if p.get("shift"))
    song = next(i for i, p in enumerate(pieces) if p["id"] == pieces[moved]["id"])
    shift = pieces[moved]["shift"]

    def first(piece: int) -> tuple[int, int, int, list[int]]:
        bar = bars[bars["piece"] == piece][0]
        rows = notes[bar["note_start"] : bar["note_start"] + bar["n_notes"]]
        drums = rows["pitch"][rows["part"] == PARTS.index("drums")].tolist()
        pitch = int(rows["pitch"][rows["part"] == 0][0])
        return int(bar["tonic"]), int(bar["chords"][0, 0]), pitch, drums

    (tonic, root, pitch, drums), there = first(song), first(moved)
    assert there == ((tonic + shift) % 12, (root + shift) % 12, pitch + shift, drums)


def test_pop909_is_read_with_its_beats_keys_and_split(pop_folder: Callable, tmp_path: Path):
    for song in ("001", "015", "020"):
        root = pop_folder(song)
    report = prepared("pop909", root, tmp_path / "out")
    pieces = json.loads((tmp_path / "out" / "pieces.json").read_text())
    assert [(p["id"], p["split"], p["key"]) for p in pieces[:1]] == [("001", "train", "C major")]
    # the other two have the same notes and are left out
    assert report["songs_left_out"][0]["reason"] == "the same notes as another"
    notes = np.load(tmp_path / "out" / "notes.npy")
    assert set((notes["slot"] % 6).tolist()) == {0}
    chords = np.load(tmp_path / "out" / "bars.npy")["chords"][:4, 0, 0]
    assert chords.tolist() == [0, 9, 5, 7]


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("beat_midi.txt", b"0.1 0.0 1.0\nsoon 0.0 0.0\n", "beat_midi.txt has a time that is none"),
        ("chord_midi.txt", b"0.1\tlate\tC:maj\n", "chord_midi.txt has a time that is none"),
        ("chord_midi.txt", b"\xff\xfe\x00", "chord_midi.txt is no text"),
    ],
    ids=["a beat", "a chord", "no text"],
)
def test_a_broken_table_of_pop909_is_told(
    pop_folder: Callable, tmp_path: Path, file: str, content: bytes, said: str
):
    root = pop_folder("001")
    (root / "POP909" / "001" / file).write_bytes(content)
    with pytest.raises(AntiphonError, match=f"001: {said}"):
        pop909.read(pop909.sources(root)[0])


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("001.mid", None, "001 has no 001.mid."),
        ("001.mid", b"", "001: 001.mid cannot be read as MIDI."),
        ("beat_midi.txt", None, "001 has no beat_midi.txt."),
    ],
)
def test_a_song_of_pop909_that_lacks_a_file_is_told(
    pop_folder: Callable, tmp_path: Path, file: str, content: bytes | None, said: str
):
    """An archive that was unpacked by half: one song is whole, the other is counted."""
    pop_folder("001")
    root = pop_folder("002")
    path = root / "POP909" / "001" / file
    path.unlink() if content is None else path.write_bytes(content)
    report = prepared("pop909", root, tmp_path / "out")
    assert report["songs"] == {"found": 2, "used": 1, "left_out": 1}
    with pytest.raises(AntiphonError, match=said):
        pop909.read(pop909.sources(root)[0])


def test_an_archive_that_is_still_packed_is_named(tmp_path: Path):
    (tmp_path / "groove-v1.0.0.zip").write_bytes(b"PK")
    with pytest.raises(
        AntiphonError, match=r"missing\. groove-v1\.0\.0\.zip lies in it: unpack it\."
    ):
        prepared("groove", tmp_path, tmp_path / "out")
    with pytest.raises(AntiphonError, match=r"examples.json .*\. groove-v1\.0\.0\.zip lies in it"):
        prepared("nsynth", tmp_path, tmp_path / "out")


def test_licence_travels_with_every_song(own_folder: Path, tmp_path: Path):
    prepared("folder", own_folder, tmp_path / "out")
    pieces = json.loads((tmp_path / "out" / "pieces.json").read_text())
    assert {(p["ship"], p["dataset"], p["licence"]) for p in pieces} == {
        (False, "folder", "not known: yours to judge")
    }


def test_page_needs_no_other_file(own_folder: Path, tmp_path: Path):
    prepared("folder", own_folder, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "zz copy.mid" in page
    assert "http" not in page


def test_progress_counts_every_song(own_folder: Path, tmp_path: Path):
    told: list[tuple[int, int]] = []
    datasets.prepare(
        "folder", own_folder, tmp_path / "out", jobs=1, progress=lambda *now: told.append(now)
    )
    assert told == [(7, 7)]


def test_nothing_usable_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.mid").write_bytes(b"nothing")
    with pytest.raises(AntiphonError, match=r"No song of .* could be used"):
        prepared("folder", tmp_path / "mine", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_unwritable_folder_is_explained(own_folder: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AntiphonError, match="Cannot write to"):
        prepared("folder", own_folder, tmp_path / "file" / "out")


def test_folder_must_be_given(tmp_path: Path):
    with pytest.raises(AntiphonError, match="--from FOLDER"):
        datasets.prepare("groove", None, tmp_path / "out")
    with pytest.raises(AntiphonError, match=r"There is no folder .*nowhere"):
        datasets.prepare("maestro", tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "a.mid").write_bytes(b"MThd")
    for name in ("folder", "nsynth"):
        with pytest.raises(AntiphonError, match=r"a\.mid is a file: name the folder"):
            datasets.prepare(name, tmp_path / "a.mid", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", datasets.names())
def test_every_data_set_says_what_it_is(name: str):
    about = datasets.load(name)
    assert isinstance(about.SHIP, bool)
    assert all(isinstance(getattr(about, n), str) for n in ("CITATION", "LICENCE", "URL", "STYLE"))
    assert about.HOLDS
    if hasattr(about, "recordings"):
        assert callable(about.recordings)
    else:
        ways = [verb for verb in ("read", "read_remarking") if hasattr(about, verb)]
        assert callable(about.sources)
        assert len(ways) == 1
        assert callable(getattr(about, ways[0]))


def test_eight_in_ten_songs_train():
    splits = [datasets.seeded_split(f"song {i}") for i in range(2000)]
    shares = [splits.count(s) / 2000 for s in datasets.SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)
