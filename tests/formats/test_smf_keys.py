"""Keys: released as often as they are struck, or not, told from hand-made bytes."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.formats import mid
from antiphon.formats._smf_keys import all_released

HEAD = b"MThd" + bytes((0, 0, 0, 6, 0, 1, 0, 1, 1, 224))
ON, OFF, END = b"\x00\x90\x3c\x50", b"\x60\x80\x3c\x40", b"\x00\xff\x2f\x00"
NAME = b"\x00\xff\x03\x02la"


def track(events: bytes) -> bytes:
    return b"MTrk" + len(events).to_bytes(4, "big") + events


@pytest.mark.parametrize(
    ("tracks", "released"),
    [
        ([NAME + ON + OFF + END], True),
        ([ON + ON + OFF + END], False),
        ([ON + ON + OFF + OFF + OFF + END], True),  # a release too many releases nothing
        ([ON + b"\x81\x00\x3c\x00" + END], True),  # running status, a long time, strength 0
        ([ON + b"\x00\x91\x3c\x50" + OFF + END], False),  # another channel's key
        ([ON + b"\x00\xc0\x05" + b"\x00\xf0\x02\x01\xf7" + OFF + END], True),
        ([ON + END, OFF + END], False),  # another track's release
        ([ON + OFF + END, NAME + END], True),
        ([ON + OFF[:3]], False),  # cut off
        ([b"\x00\x3c\x50" + END], False),  # data of no event
    ],
)
def test_keys_are_released_as_often_as_they_are_struck(tracks, released):
    content = HEAD + b"".join(map(track, tracks))
    assert all_released(np.frombuffer(content, np.uint8)) is released


def test_a_file_that_is_shorter_than_it_says_releases_nothing():
    assert not all_released(np.frombuffer((HEAD + track(ON + OFF + END))[:-2], np.uint8))


def test_overlapping_notes_that_are_all_released_are_read_quickly(tmp_path, monkeypatch):
    file = tmp_path / "song.mid"
    file.write_bytes(HEAD + track(ON + b"\x60" + ON[1:] + OFF + OFF + END))
    slow = mid.read(file).tracks[0].notes
    assert slow.tolist() == [(0, 192, 60, 80), (96, 192, 60, 80)]
    monkeypatch.setattr(mid, "_thorough", None)
    assert mid.read(file, quick=True).tracks[0].notes.tolist() == slow.tolist()
