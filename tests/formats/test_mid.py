"""MIDI: what is written is clean, what is read is mended."""

from __future__ import annotations

import io
import random
import struct

import mido
import numpy as np
import pytest

from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.formats import _smf_read, mid
from antiphon.music.chords import parse_chord
from antiphon.music.keys import Key
from antiphon.music.piece import (
    CONTROL,
    ChordSpan,
    Metre,
    Piece,
    Section,
    Tempo,
    Text,
    Track,
    notes_of,
)


def file_of(*tracks: bytes, division: int = 480, kind: int = 1) -> bytes:
    """A MIDI file of raw track bytes."""
    chunks = [b"MTrk" + struct.pack(">I", len(t)) + t for t in tracks]
    return b"MThd" + struct.pack(">IHHH", 6, kind, len(tracks), division) + b"".join(chunks)


END = b"\x00\xff\x2f\x00"
ON, OFF = b"\x90\x3c\x50", b"\x80\x3c\x40"  # middle C


def read_bytes(tmp_path, content: bytes, **options) -> Piece:
    path = tmp_path / "some.mid"
    path.write_bytes(content)
    return mid.read(path, **options)


def rows(track: Track) -> list[tuple[int, ...]]:
    return [tuple(int(v) for v in row) for row in track.notes.tolist()]


def test_a_song_comes_back_whole(song, tmp_path):
    formats.write(song, tmp_path / "song.mid")
    back = formats.read(tmp_path / "song.mid").on_grid(24)
    for wanted, track in zip(song.tracks, back.tracks, strict=True):
        assert (track.name, track.program, track.is_drum, track.role, track.lyrics) == (
            wanted.name,
            wanted.program,
            wanted.is_drum,
            wanted.role,
            wanted.lyrics,
        )
        assert rows(track) == rows(wanted)
    for said in ("tempos", "metres", "keys", "chords", "sections", "title", "provenance", "n_bars"):
        assert getattr(back, said) == getattr(song, said), said


def test_quick_and_thorough_reading_agree(song, tmp_path):
    song.tracks[0].controls = np.array([(0, 7, 100), (24, 128, -300)], dtype=CONTROL)
    formats.write(song, tmp_path / "song.mid")
    slow, quick = (mid.read(tmp_path / "song.mid", quick=q) for q in (False, True))
    for a, b in zip(slow.tracks, quick.tracks, strict=True):
        assert (a.name, a.program, a.is_drum, a.lyrics) == (b.name, b.program, b.is_drum, b.lyrics)
        assert rows(a) == rows(b)
        assert a.controls.tolist() == b.controls.tolist()
    assert slow.tracks[0].controls.tolist() == [(0, 7, 100), (480, 128, -300)]
    for said in ("tempos", "metres", "keys", "chords", "sections", "resolution"):
        assert getattr(slow, said) == getattr(quick, said), said


def test_written_files_suit_a_sequencer(song):
    midi = mido.MidiFile(file=io.BytesIO(mid.to_bytes(song)))
    assert (midi.type, midi.ticks_per_beat) == (1, 480)
    assert [t.name for t in midi.tracks] == ["Morning", "Melody", "Chords", "Bass", "Drums"]
    channels = [{m.channel for m in t if not m.is_meta} for t in midi.tracks]
    assert channels == [set(), {0}, {1}, {2}, {9}]
    assert {sum(m.time for m in t) for t in midi.tracks} == {4 * 4 * 480}  # all end at the bar line
    conductor = {m.type: m for m in midi.tracks[0]}
    assert conductor["set_tempo"].tempo == 625_000
    assert conductor["key_signature"].key == "G"
    assert [m.text for m in midi.tracks[0] if m.type == "marker"] == [
        "Section A", "Chord G", "Chord D7/F#", "Section B", "Chord N",
    ]  # fmt: skip


def test_every_note_ends_and_none_overlaps_its_equal():
    notes = [(0, 48, 60, 80), (24, 24, 60, 80), (24, 96, 60, 70), (0, 48, 62, 80), (48, 0, 62, 80)]
    midi = mido.MidiFile(file=io.BytesIO(mid.to_bytes(Piece([Track("x", notes=notes_of(notes))]))))
    spans = []
    for track in midi.tracks[1:]:
        sounding: dict[int, int] = {}
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on":
                assert message.note not in sounding
                sounding[message.note] = now
            elif message.type == "note_off":
                span = (sounding.pop(message.note) // 20, now // 20)
                spans.append((message.note, *span, message.channel))
        assert not sounding
    # of two that begin together the longer stays; the one that overlaps has a track of its own
    assert sorted(spans) == [(60, 0, 48, 0), (60, 24, 120, 1), (62, 0, 48, 0), (62, 48, 49, 0)]
    assert [t.name for t in midi.tracks[1:]] == ["x", "x"]


def test_overlapping_equal_notes_come_back_exactly_in_one_track(tmp_path):
    # three deep, one within another, one that ends with another, and one after all of them
    overlapping = [(0, 96, 60, 80), (24, 24, 60, 70), (36, 60, 60, 60), (96, 24, 60, 50)]
    others = [(0, 24, 64, 80), (24, 24, 64, 80)]
    controls = np.array([(0, 7, 100), (48, 64, 127)], CONTROL)
    tracks = [
        Track("Piano", 0, notes=notes_of(overlapping + others), controls=controls),
        Track("Kit", is_drum=True, notes=notes_of([(0, 48, 38, 90), (24, 48, 38, 91)])),
        Track("Bass", 33, notes=notes_of([(0, 96, 36, 80)]), lyrics=[Text(0, "la")]),
    ]
    piece = Piece(tracks, resolution=480)
    file = tmp_path / "song.mid"
    mid.write(piece, file)
    again = mid.read(file)
    assert [t.name for t in again.tracks] == ["Piano", "Kit", "Bass"]
    for track, wanted in zip(again.tracks, tracks, strict=True):
        assert rows(track) == rows(wanted), track.name
        assert track.controls.tolist() == wanted.controls.tolist(), track.name
        assert (track.program, track.is_drum) == (wanted.program, wanted.is_drum), track.name
    assert again.tracks[2].lyrics == [Text(0, "la")]
    # other readers: every note, on channels 1, 3 and 4, the kit on 10, each as the track sounds
    midi = mido.MidiFile(file)
    assert [t.name for t in midi.tracks[1:]] == ["Piano"] * 3 + ["Kit"] * 2 + ["Bass"]
    channels = [{m.channel for m in t if not m.is_meta} for t in midi.tracks[1:]]
    assert channels == [{0}, {2}, {3}, {9}, {9}, {1}]
    assert [sum(m.type == "control_change" for m in t) for t in midi.tracks[1:4]] == [2, 2, 2]
    assert sum(len(t.notes) for t in mid.read(file, quick=True).tracks) == 9
    mid.write(again, tmp_path / "again.mid")
    assert (tmp_path / "again.mid").read_bytes() == file.read_bytes()


def test_where_no_channel_is_left_overlapping_notes_share_their_tracks(tmp_path):
    overlapping = notes_of([(0, 96, 60, 80), (24, 24, 60, 70)])
    tracks = [Track(f"t{i}", i, notes=overlapping) for i in range(15)]
    mid.write(Piece(tracks, resolution=480), tmp_path / "song.mid")
    midi = mido.MidiFile(tmp_path / "song.mid")
    channels = [{m.channel for m in t if not m.is_meta} for t in midi.tracks[1:]]
    assert channels == [{c} for c in range(16) if c != 9 for _ in range(2)]
    assert [rows(t) for t in mid.read(tmp_path / "song.mid").tracks] == [rows(tracks[0])] * 15


def test_equal_pieces_give_equal_bytes(song):
    assert mid.to_bytes(song) == mid.to_bytes(song)


def test_twenty_tracks_find_channels_and_never_the_drums_one():
    tracks = [Track(f"t{i}", i, notes=notes_of([(0, 24, 60, 80)])) for i in range(20)]
    midi = mido.MidiFile(file=io.BytesIO(mid.to_bytes(Piece(tracks))))
    used = [next(m.channel for m in t if m.type == "note_on") for t in midi.tracks[1:]]
    assert used[:15] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]
    assert 9 not in used


def test_a_hanging_note_ends_with_the_track(tmp_path):
    piece = read_bytes(tmp_path, file_of(b"\x00" + ON + b"\x83\x60\xff\x2f\x00"))
    assert rows(piece.tracks[0]) == [(0, 480, 60, 80)]


def test_a_hanging_note_ends_where_its_equal_begins(tmp_path):
    piece = read_bytes(tmp_path, file_of(b"\x00" + ON + b"\x60" + ON + b"\x60" + END[1:]))
    assert rows(piece.tracks[0]) == [(0, 96, 60, 80), (96, 96, 60, 80)]


def test_a_note_of_no_length_gets_a_thirty_second(tmp_path):
    piece = read_bytes(tmp_path, file_of(b"\x00" + ON + b"\x00" + OFF + END))
    assert rows(piece.tracks[0]) == [(0, 60, 60, 80)]


@pytest.mark.parametrize("cut", [1, 4, 7])
def test_a_truncated_file_keeps_what_was_there(tmp_path, cut):
    whole = file_of(b"\x00" + ON + b"\x60" + OFF + b"\x00\x90\x40\x50\x60\x80\x40\x40" + END)
    piece = read_bytes(tmp_path, whole[:-cut])
    assert rows(piece.tracks[0])[0] == (0, 96, 60, 80)


def test_running_status_garbage_between_chunks_and_riff_are_read(tmp_path):
    inside = file_of(b"\x00" + ON + b"\x60\x3c\x00" + END)
    for content in (
        inside,
        b"RIFF" + struct.pack("<I", len(inside) + 12) + b"RMIDdata" + b"\0\0\0\0" + inside,
        inside[:14] + b"JUNK\x00\x00\x00\x02ab" + inside[14:],
    ):
        assert rows(read_bytes(tmp_path, content).tracks[0]) == [(0, 96, 60, 80)]


def test_smpte_time_is_kept_in_seconds(tmp_path):
    # 25 frames of 40 ticks: 1000 ticks are a second
    piece = read_bytes(tmp_path, file_of(b"\x00" + ON + b"\x87\x68" + OFF + END, division=0xE728))
    note = piece.tracks[0].notes[0]
    assert piece.seconds([int(note["onset"] + note["duration"])])[0] == pytest.approx(1.0)


@pytest.mark.parametrize("quick", [False, True])
def test_a_note_that_is_never_released_does_not_lengthen_all_after_it(tmp_path, quick):
    again = b"\x60" + ON + b"\x30" + OFF
    piece = read_bytes(tmp_path, file_of(b"\x00" + ON + again + again + END), quick=quick)
    assert [row[:2] for row in rows(piece.tracks[0])] == [(0, 144), (96, 48), (240, 48)]


@pytest.mark.parametrize("quick", [False, True])
def test_a_note_that_is_never_released_lasts_to_the_end_or_a_bar(tmp_path, quick):
    """A last E, cut off by the end of the track after a beat, and drums without any release."""
    body = b"\x00" + ON + b"\x60" + OFF + b"\x00\x90\x40\x50" + b"\x60" + END[1:]
    drums = b"\x00\x99\x24\x50" + b"\x83\x60\x24\x50" + b"\x8f\x00" + END[1:]
    piece = read_bytes(tmp_path, file_of(body, drums), quick=quick)
    assert [rows(track) for track in piece.tracks] == [
        [(0, 96, 60, 80), (96, 96, 64, 80)],
        [(0, 480, 36, 80), (480, 1920, 36, 80)],
    ]


def test_overlapping_equal_notes_end_in_the_order_they_begin(tmp_path):
    body = b"\x00" + ON + b"\x60" + ON + b"\x30" + OFF + b"\x30" + OFF
    piece = read_bytes(tmp_path, file_of(body + END))
    assert [row[:2] for row in rows(piece.tracks[0])] == [(0, 144), (96, 96)]


def test_without_a_time_signature_it_is_four_four(tmp_path):
    piece = read_bytes(tmp_path, file_of(b"\x00" + ON + b"\x60" + OFF + END))
    assert piece.metres == [Metre(0, 4, 4)]
    assert piece.tempos == [Tempo(0, 120.0)]


@pytest.mark.parametrize("quick", [False, True])
def test_of_marks_at_one_tick_the_last_counts(tmp_path, quick):
    """Every beat has 75 a minute and then 120, or the other way round."""
    slow, fast = (b"\xff\x51\x03" + us.to_bytes(3, "big") for us in (800_000, 500_000))
    first = b"\x00" + slow + b"\x00" + fast
    others = (
        b"\x83\x60" + (fast + b"\x00" + slow, slow + b"\x00" + fast)[i % 2] for i in range(30)
    )
    major, minor = (b"\x00\xff\x59\x02\x00" + bytes((mode,)) for mode in (0, 1))
    conductor = major + minor + first + b"".join(others) + END
    notes = b"\x00" + ON + b"\x60" + OFF + END
    piece = read_bytes(tmp_path, file_of(conductor, notes), quick=quick)
    assert piece.tempos == [Tempo(480 * i, (120.0, 75.0)[i % 2]) for i in range(31)]
    assert [mark.key for mark in piece.keys] == [Key(9, "minor")]


@pytest.mark.parametrize("quick", [False, True])
def test_a_tempo_may_stand_in_any_chunk(tmp_path, quick):
    """A beat at 120, two at 60 from then on: the second note, of beats 2 and 3, begins at 0.5 s."""
    notes = b"\x00" + ON + b"\x83\x60" + OFF + b"\x00" + ON + b"\x87\x40" + OFF + END
    tempo = b"\x83\x60\xff\x51\x03" + (1_000_000).to_bytes(3, "big") + END
    piece = read_bytes(tmp_path, file_of(notes, END, tempo), quick=quick)
    assert piece.seconds([480, 1440]).tolist() == [0.5, 2.5]


@pytest.mark.parametrize(("us", "bpm"), [(681_818, 88.0), (526_480, 113.9644431)])
def test_tempos_are_kept_to_the_microsecond(tmp_path, us, bpm):
    """60,000,000 : 681,818 is 88.0000235, and 88.000 is the same; 113.964 would be 526,482."""
    mark = b"\x00\xff\x51\x03" + us.to_bytes(3, "big")
    piece = read_bytes(tmp_path, file_of(mark + b"\x00" + ON + b"\x60" + OFF + END))
    assert piece.tempos == [Tempo(0, bpm)]
    (again,) = (
        m for m in mido.MidiFile(file=io.BytesIO(mid.to_bytes(piece))) if m.type == "set_tempo"
    )
    assert again.tempo == us


def test_volume_and_place_that_are_told_before_the_program_are_its_own(tmp_path):
    told = b"\x00\xb0\x07\x50" + b"\x00\xb0\x0a\x20" + b"\x00\xc0\x28"
    body = told + b"\x00" + ON + b"\x60" + OFF + b"\x00\xb0\x0b\x60" + b"\x00\xc0\x29"
    piece = read_bytes(tmp_path, file_of(body + b"\x00" + ON + b"\x60" + OFF + END))
    assert [(t.program, t.controls.tolist()) for t in piece.tracks] == [
        (40, [(0, 7, 80), (0, 10, 32), (96, 11, 96)]),
        (41, []),
    ]


def test_absurd_tempos_and_metres_are_bounded(tmp_path):
    marks = b"\x00\xff\x51\x03\x00\x00\x01" + b"\x00\xff\x58\x04\x00\x02\x18\x08"
    piece = read_bytes(tmp_path, file_of(marks + b"\x00" + ON + b"\x60" + OFF + END))
    assert piece.tempos == [Tempo(0, 1000.0)]
    assert piece.metres == [Metre(0, 4, 4)]


def test_a_program_change_begins_another_track_and_channel_ten_is_drums(tmp_path):
    body = b"\x00" + ON + b"\x60" + OFF + b"\x00\xc0\x28\x00" + ON + b"\x60" + OFF
    body += b"\x00\x99\x24\x50\x60\x89\x24\x40" + END
    tracks = read_bytes(tmp_path, file_of(body)).tracks
    assert [(t.program, t.is_drum) for t in tracks] == [(0, False), (40, False), (0, True)]


def test_markers_of_others_are_sections(tmp_path):
    body = b"\x00\xff\x06\x05Verse\x00" + ON + b"\x9e\x00" + OFF + b"\x00\xff\x06\x01B\x00" + ON
    piece = read_bytes(tmp_path, file_of(body + b"\x60" + OFF + END))
    assert piece.sections == [Section(0, 2, "Verse"), Section(2, 1, "B")]
    assert piece.chords == []


def test_a_gap_between_chords_is_no_chord(song, tmp_path):
    song.chords = [ChordSpan(0, 48, parse_chord("G")), ChordSpan(96, 96, parse_chord("C"))]
    formats.write(song, tmp_path / "song.mid")
    back = formats.read(tmp_path / "song.mid").on_grid(24)
    assert [(c.onset, c.duration, str(c.chord)) for c in back.chords] == [
        (0, 48, "G"), (48, 48, "None"), (96, 96, "C"), (192, 192, "None"),
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_every_key_survives(tmp_path, song, mode):
    for tonic in range(12):
        song.keys[0] = song.keys[0].__class__(0, Key(tonic, mode))
        formats.write(song, tmp_path / "song.mid")
        assert formats.read(tmp_path / "song.mid").keys == song.keys


def test_a_file_without_notes_is_explained(tmp_path):
    with pytest.raises(AntiphonError, match="holds no notes"):
        read_bytes(tmp_path, file_of(END))


def test_too_many_notes_are_refused(tmp_path, monkeypatch):
    content = file_of((b"\x00" + ON + b"\x60" + OFF) * 6 + END)
    monkeypatch.setattr(_smf_read, "MAX_NOTES", 5)
    with pytest.raises(AntiphonError, match="more than 5 notes"):
        read_bytes(tmp_path, content)
    monkeypatch.setattr("antiphon.formats._bounds.MAX_NOTES", 5)
    with pytest.raises(AntiphonError, match="holds 6 notes"):
        read_bytes(tmp_path, content, quick=True)


def test_mutated_files_are_read_or_refused_but_never_crash(song, tmp_path):
    whole = mid.to_bytes(song)
    draw = random.Random(0)
    n_read = 0
    for _ in range(150):
        content = bytearray(whole[: draw.randrange(len(whole) // 2, len(whole) + 1)])
        for _ in range(draw.choice([0, 1, 5, 50])):
            content[draw.randrange(len(content))] = draw.randrange(256)
        for quick in (False, True):
            try:
                n_read += read_bytes(tmp_path, bytes(content), quick=quick).n_notes > 0
            except AntiphonError as error:
                assert str(error).count("\n") == 0
    assert n_read > 100
