"""MIDI files: read fast and forgivingly, written clean for a sequencer.

Reading keeps the file's own ticks: `Piece.resolution` is its ticks a quarter. A track is
what one channel plays with one program. symusic reads where `quick` is asked for; the
reader in `_smf_read` takes more time and loses nothing, not even of broken files.

Writing makes format 1 with at least 480 ticks a quarter: a conductor's track with title,
tempo, metre, key and markers, then named tracks with their program, drums on channel 10,
all tracks ended at the last bar line. Equal pitches do not overlap: of a track in which they do,
a second one of its name has those notes, and reading puts them back.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import symusic
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.formats import _smf_read, _smf_write
from antiphon.formats._bounds import check_count, check_length
from antiphon.formats._files import read_bytes, write_bytes
from antiphon.formats._midi_marks import chords, keys, markers, metres, sections, tempos
from antiphon.music.instruments import role_called
from antiphon.music.piece import CONTROL, NOTE, Notes, Piece, Text, Track, without_doubles

_MIN_TICKS = 480
_MAX_TICKS = 32767
_MAX_SILENT_BARS = 64  # a file that ends later than this after its last note ends there


def read(path: Path | str, *, quick: bool = False) -> Piece:
    """Read a MIDI file; of a broken one what can be saved.

    Args:
        path: a ``.mid``, ``.midi``, ``.kar`` or ``.rmi`` file.
        quick: read with symusic, about ten times faster, where it loses no note; title and
            provenance are not read. For data sets.

    Raises:
        AntiphonError: it is missing, no MIDI, without a note, or beyond the limits.
    """
    path = Path(path)
    content = read_bytes(path)
    piece = _quick(content, path) if quick and _is_released(content) else None
    if piece is None:
        piece = _thorough(content, path)
    if not piece.n_notes:
        raise AntiphonError(f"{path} holds no notes.")
    return piece


def write(piece: Piece, path: Path | str) -> None:
    """Write a piece as a MIDI file; equal pieces give equal bytes.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    write_bytes(path, to_bytes(piece))


def to_bytes(piece: Piece) -> bytes:
    """Return the bytes of a MIDI file of the piece."""
    if piece.resolution > _MAX_TICKS:
        piece = piece.on_grid(_MIN_TICKS)
    scale = math.ceil(_MIN_TICKS / piece.resolution)
    end = int(piece.bar_starts()[-1]) * scale
    chunks = [_smf_write.chunk(_conductor(piece, scale), end)]
    for events in _smf_write.parts(piece.tracks, scale):
        chunks.append(_smf_write.chunk(events, end))
    return _smf_write.file(chunks, piece.resolution * scale)


def _conductor(piece: Piece, scale: int) -> list[_smf_write.Event]:
    meta = _smf_write.meta
    events = [meta(0x03, piece.title or "Conductor")]
    if piece.provenance:
        events.append(meta(0x01, piece.provenance))
    for tempo in piece.tempos:
        per_quarter = min(max(round(60e6 / tempo.bpm), 1), 0xFFFFFF)
        events.append(meta(0x51, per_quarter.to_bytes(3, "big"), max(tempo.onset, 0) * scale))
    for metre in piece.metres:
        power = metre.denominator.bit_length() - 1
        clocks = 36 if metre.is_compound else max(1, 96 // metre.denominator)
        data = bytes((min(metre.numerator, 255), power, clocks, 8))
        events.append(meta(0x58, data, max(metre.onset, 0) * scale))
    for mark in piece.keys:
        data = bytes((mark.key.fifths & 0xFF, mark.key.mode == "minor"))
        events.append(meta(0x59, data, max(mark.onset, 0) * scale))
    events += [meta(0x06, text, onset * scale) for onset, text in markers(piece)]
    return events


def _thorough(content: bytes, path: Path) -> Piece:
    try:
        midi = _smf_read.parse(content)
    except AntiphonError as error:
        raise AntiphonError(f"{path} cannot be read as MIDI: {error}.") from None
    resolution = midi.ticks_per_quarter
    heard = [part for part in midi.parts if part.notes]
    tracks = [
        _track(
            name=midi.names.get(part.chunk, ""),
            program=part.program,
            is_drum=_smf_read.is_drums(part),
            notes=np.array(part.notes, dtype=NOTE),
            controls=np.array(part.controls, dtype=CONTROL),
            lyrics=[Text(onset, text) for onset, text in part.lyrics if text],
            resolution=resolution,
        )
        for part in heard
    ]
    unsung = [(p, midi.names.get(p.chunk, "")) for p in midi.parts if not p.notes and p.lyrics]
    for part, name in unsung:
        _give_lyrics(tracks, name, [Text(onset, text) for onset, text in part.lyrics if text])
    piece = Piece(
        tracks=tracks,
        resolution=resolution,
        metres=metres([] if midi.is_smpte else midi.metres),
        keys=keys(midi.keys),
        title=_title(midi),
        provenance=" ".join(midi.texts),
    )
    piece.tempos = tempos(
        [(0, midi.smpte_bpm)]
        if midi.is_smpte
        else [(at, 60e6 / per_quarter) for at, per_quarter in midi.tempos if per_quarter]
    )
    check_length(piece, path)
    return _marked(piece, midi.markers, midi.end)


def _title(midi: _smf_read.MidiFile) -> str:
    """Return the name of a first track that only conducts."""
    conducts = not any(part.chunk == 0 and part.notes for part in midi.parts)
    name = midi.names.get(0, "")
    return name if conducts and name != "Conductor" else ""


def _quick(content: bytes, path: Path) -> Piece | None:
    """Return the piece as symusic reads it; None where it refuses, stumbles or is unsure."""
    try:
        score = symusic.Score.from_midi(content)
        beats = [(t.time, t.qpm) for t in score.tempos]
        bars = [(m.time, m.numerator, m.denominator) for m in score.time_signatures]
        signatures = [(k.time, k.key, k.tonality) for k in score.key_signatures]
        if any(_is_unsure(marks) for marks in (beats, bars, signatures)):
            return None
        resolution = int(score.ticks_per_quarter)
        check_count(score.note_num(), path)
        tracks = []
        unsung = []
        for part in score.tracks:
            lyrics = [Text(t.time, t.text.strip()) for t in part.lyrics]
            if not len(part.notes):
                unsung.append((part.name, lyrics))
                continue
            tracks.append(
                _track(
                    name=_plain(part.name),
                    program=part.program,
                    is_drum=part.is_drum,
                    notes=_rows(part.notes, NOTE, ("time", "duration", "pitch", "velocity")),
                    controls=_controls(part),
                    lyrics=lyrics,
                    resolution=resolution,
                )
            )
        for name, lyrics in unsung:
            _give_lyrics(tracks, name, lyrics)
        piece = Piece(
            tracks=tracks,
            resolution=resolution,
            metres=metres(bars),
            keys=keys(signatures),
            tempos=tempos(beats),
        )
        marks = [(m.time, _plain(m.text)) for m in score.markers]
        check_length(piece, path)
        return _marked(piece, marks, 0) if marks else piece
    except (RuntimeError, ValueError, UnicodeDecodeError, OverflowError):
        return None


def _is_released(content: bytes) -> bool:
    """Whether all keys are released: of a note that never is, symusic loses it or one after it."""
    from antiphon.formats._smf_keys import all_released  # loads the compiler

    return all_released(np.frombuffer(content, np.uint8))


def _is_unsure(marks: list[tuple]) -> bool:
    """Whether different ones stand at one tick: symusic does not keep which of them is the last."""
    different = set(marks)
    return len({mark[0] for mark in different}) < len(different)


def _plain(name: str) -> str:
    return name.strip() if name.isprintable() else _smf_read.decoded(name.encode())


def _rows(values: symusic.core.NoteTickList, dtype: np.dtype, names: tuple[str, ...]) -> Notes:
    columns = values.numpy()
    out = np.empty(len(columns["time"]), dtype)
    for field, name in zip(dtype.names or (), names, strict=True):
        out[field] = columns[name]
    return out


def _controls(part: symusic.core.TrackTick) -> NDArray[np.void]:
    found = _rows(part.controls, CONTROL, ("time", "number", "value"))
    if not len(part.pitch_bends):
        return found
    columns = part.pitch_bends.numpy()
    bends = np.empty(len(columns["time"]), CONTROL)
    bends["onset"], bends["number"], bends["value"] = columns["time"], 128, columns["value"]
    return np.concatenate([found, bends])


def _track(
    *,
    name: str,
    program: int,
    is_drum: bool,
    notes: Notes,
    controls: NDArray[np.void],
    lyrics: list[Text],
    resolution: int,
) -> Track:
    """Return a track in order: sorted, without doubles or notes of no length."""
    silent = notes["duration"] <= 0
    if silent.any():
        notes["duration"][silent] = max(1, resolution // 8)
    return Track(
        name=name,
        program=program,
        is_drum=is_drum,
        notes=without_doubles(notes),
        role="drums" if is_drum else role_called(name),
        controls=controls[np.argsort(controls["onset"], kind="stable")]
        if len(controls)
        else controls,
        lyrics=lyrics,
    )


def _give_lyrics(tracks: list[Track], name: str, lyrics: list[Text]) -> None:
    """Give words that stand in a silent track to the one of that name, else to the first."""
    pitched = [track for track in tracks if not track.is_drum]
    singer = next((track for track in pitched if track.name == name), None)
    if singer is None and pitched:
        singer = pitched[0]
    if singer is not None:
        singer.lyrics = sorted([*singer.lyrics, *lyrics], key=lambda text: text.onset)


def _marked(piece: Piece, marks: list[tuple[int, str]], end: int) -> Piece:
    """Put chords, sections and a few silent bars at the end into a piece."""
    bars = piece.bar_starts()
    length = piece.metre_at(end).steps(piece.resolution)
    n_silent = (end - int(bars[-1])) // length
    if 0 < n_silent <= _MAX_SILENT_BARS:
        piece.n_bars_asked = len(bars) - 1 + n_silent
        bars = piece.bar_starts()
    piece.chords = chords(marks, int(bars[-1]))
    piece.sections = sections(marks, bars)
    return piece
