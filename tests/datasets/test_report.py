"""Reports of preparations: added up song by song, and nothing of a song is kept."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

from antiphon.datasets._doubles import contents
from antiphon.datasets._report import summary


def info(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"song {number}",
        "split": "train",
        "n_bars": 20,
        "bars_left_out": {"metre has more than 4 beats": 1},
        "bars_without_chord": 2,
        "notes_read": 100,
        "notes_kept": 90,
        "notes_dropped": {"in a bar left out": 10},
        "transpose": [-1, 2],
        "remarks": ["key estimated"],
        "key": "C major",
        "metre": "4/4",
        "parts": ["melody", "chords"],
        "bpm": 100.0,
    } | more


def test_a_report_adds_up_what_is_said_of_each_song():
    out = {"id": "b", "split": "test", "left_out": "b.mid is empty.", "reason": "is empty"}
    two = info(2, split="test", n_bars=40, bpm=119.0, key="A minor", remarks=[])
    report = summary({"dataset": "mine"}, iter([info(1), out, two]), augment=False)
    assert report["dataset"] == "mine"
    assert report["songs"] == {"found": 3, "used": 2, "left_out": 1}
    assert report["songs_left_out"] == [{"reason": "is empty", "songs": 1, "which": ["b"]}]
    assert report["bars"] == {"read": 62, "kept": 60, "left_out": 2, "without_chord": 4}
    assert report["notes"] == {"read": 200, "kept": 180, "dropped": 20}
    assert report["splits"]["test"] == {"songs": 1, "bars": 40, "notes": 90}
    assert report["splits"]["validation"] == {"songs": 0, "bars": 0, "notes": 0}
    assert report["training_songs_in_all_keys"] == 4  # a semitone down to two up
    assert report["transpositions"]["-1"] == 2 and report["transpositions"]["-2"] == 0
    assert report["keys"] == {"A minor": 1, "C major": 1}
    assert report["remarks"] == {"key estimated": 1}
    assert report["tempos_bpm"] == {"100–109": 1, "110–119": 1}
    assert report["lengths_bars"] == {"16–31": 1, "32–47": 1}


def test_memory_does_not_grow_with_the_songs_of_a_report():
    def peak(n_songs: int) -> int:
        def told() -> Iterator[dict[str, Any]]:
            return (info(number, sections=["A"] * 50) for number in range(n_songs))

        tracemalloc.start()
        summary({}, told(), augment=False)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # what is made once
    assert peak(4000) < peak(40) + 20_000


def test_contents_know_who_had_them_first_however_often_they_are_asked():
    with contents() as seen:
        assert [seen.first(hashed, name) for hashed, name in (("x", "a"), ("y", "b"))] == ["a", "b"]
        assert seen.first("x", "c") == "a"
        assert seen.first("x", "a") == "a"
        assert seen.first("", "d") == "d" and seen.first("", "e") == "e"
