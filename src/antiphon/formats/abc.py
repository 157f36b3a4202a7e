"""ABC: tunes as text, one or many in a file, read as they are played.

Standard: https://abcnotation.com/wiki/abc:standard:v2.1. What is kept: the notes of every
voice, tempo, metre, key (the nearest major or minor one), chord symbols, and parts as
sections. Repeats, endings and the order of parts are played out; grace notes, words and
loudness are left out. A pickup bar is filled up at its front, so that every bar is whole.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from antiphon.errors import AntiphonError
from antiphon.formats._abc_tune import Tune
from antiphon.formats._abc_unfold import played
from antiphon.formats._abc_voice import Measure, Voice
from antiphon.formats._bounds import check_count, check_length
from antiphon.formats._files import read_text
from antiphon.formats._whole_bars import whole_bars
from antiphon.music.instruments import role_called
from antiphon.music.piece import (
    RESOLUTION,
    ChordSpan,
    KeyMark,
    Metre,
    Piece,
    Section,
    Tempo,
    Track,
    notes_of,
    without_doubles,
)

_MAX_RESOLUTION = 30_240  # 2^5 * 3^3 * 5 * 7
_MAX_STEP = 2**31 - 1
_VELOCITY = 80
_FIELD = re.compile(r"[A-Za-z]:|%%")


def read(path: Path | str, *, tune: int = 1, unfold: bool = True) -> Piece:
    """Read one tune of a file.

    Args:
        path: an ``.abc`` file.
        tune: its place in the file, 1 for the first.
        unfold: play repeats, endings and parts out; else each measure once, as written.

    Raises:
        AntiphonError: the file is missing, no ABC, has no such tune or no note in it, or it
            is beyond the limits.
    """
    path = Path(path)
    return piece_of(read_text(path), path, tune=tune, unfold=unfold)


def tunes(path: Path | str) -> dict[str, str]:
    """Return the text of each tune of a file by its number, in their order.

    The number is what the line X: says; where two say the same, the later one gets a letter.
    Notes without any line X: are one tune, number 1.

    Raises:
        AntiphonError: the file is missing, empty or too large.
    """
    found: dict[str, str] = {}
    for lines in _split(read_text(Path(path))):
        said = next((line for _, line in lines if re.match(r"\s*X:", line)), "X:1")
        number = said.split(":", 1)[1].split("%")[0].strip() or "0"
        while number in found:
            number += "b"
        found[number] = "\n".join(line for _, line in lines)
    return found


def piece_of(text: str, path: Path, *, tune: int = 1, unfold: bool = True) -> Piece:
    """Read one tune of a text; as `read`.

    Args:
        text: one or many tunes.
        path: where it is from, for what is said of errors.
    """
    tunes = _split(text)
    if not tunes:
        raise AntiphonError(f"{path} is not ABC: no line K: says a key.")
    if not 1 <= tune <= len(tunes):
        raise AntiphonError(f"{path} has {len(tunes)} tunes and none numbered {tune}.")
    where = f"{path}, tune {tune}" if len(tunes) > 1 else f"{path}"
    try:
        read_tune = Tune(tunes[tune - 1])
        return _piece(read_tune, path, where, unfold)
    except AntiphonError as error:
        told = str(error)
        if told.startswith(str(path)):
            raise
        raise AntiphonError(f"{where} cannot be read as ABC: {told.rstrip('.')}.") from None
    except (ValueError, OverflowError) as error:
        raise AntiphonError(f"{where} cannot be read as ABC: {error}.") from None


def _split(text: str) -> list[list[tuple[int, str]]]:
    """Return the numbered lines of each tune; fields before the first X: hold for all."""
    lines = list(enumerate(text.split("\n"), 1))
    begins = [i for i, (_, line) in enumerate(lines) if re.match(r"\s*X:", line)]
    if not begins:
        has_key = any(re.match(r"\s*K:", line) for _, line in lines)
        return [[(n, line) for n, line in lines if line.strip()]] if has_key else []
    before = [(n, line) for n, line in lines[: begins[0]] if _FIELD.match(line)]
    ends = [*begins[1:], len(lines)]
    return [before + lines[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _piece(tune: Tune, path: Path, where: str, unfold: bool) -> Piece:
    voices = [v for v in tune.voices if any(m.sounds for m in v.measures)]
    if not voices:
        raise AntiphonError(f"{where} holds no notes.")
    first = voices[0].measures
    order = played(first, tune.order) if unfold else list(range(len(first)))
    order = [i for i in order if any(_length(v, i) for v in voices)]
    check_count(sum(len(v.measures[i].sounds) for v in voices for i in order if _has(v, i)), path)
    lengths = [max(_length(v, i) for v in voices) for i in order]
    resolution = _resolution([v.measures[i] for v in voices for i in set(order) if _has(v, i)])
    starts = [Fraction(0)]
    for length in lengths:
        starts.append(starts[-1] + length)
    if starts[-1] * resolution > _MAX_STEP:
        raise AntiphonError("its times are beyond all bounds")
    steps = [round(start * resolution) for start in starts]
    metres = [first[i].metre or Metre(0) for i in order]
    sizes = [b - a for a, b in pairwise(steps)]
    marks, pickup = whole_bars(list(zip(steps, sizes, metres, strict=False)), resolution)
    steps = [step + pickup for step in steps]
    piece = Piece(
        tracks=[_track(v, order, steps, resolution, len(voices)) for v in voices],
        resolution=resolution,
        tempos=_tempos(tune.bpm, [first[i] for i in order], steps, resolution),
        metres=marks,
        keys=_keys([first[i] for i in order], steps),
        title=tune.title,
    )
    check_length(piece, path, steps[-1])
    piece.chords = _chords(voices, order, steps, resolution)
    piece.sections = _sections(piece, [first[i] for i in order], steps)
    return piece


def _has(voice: Voice, index: int) -> bool:
    return index < len(voice.measures)


def _length(voice: Voice, index: int) -> Fraction:
    return voice.measures[index].length if _has(voice, index) else Fraction(0)


def _resolution(measures: list[Measure]) -> int:
    """Return steps a quarter that hold every onset and end."""
    shared = RESOLUTION
    for measure in measures:
        for sound in measure.sounds:
            shared = math.lcm(shared, sound.onset.denominator, sound.duration.denominator)
        shared = math.lcm(shared, measure.length.denominator)
        if shared > _MAX_RESOLUTION:
            return _MAX_RESOLUTION
    return shared


def _track(
    voice: Voice, order: list[int], steps: list[int], resolution: int, n_voices: int
) -> Track:
    """Return a voice's notes as they are played, ties joined."""
    rows: list[list[int]] = []
    tied: dict[int, list[int]] = {}
    for index, start in zip(order, steps, strict=False):
        for sound in voice.measures[index].sounds if _has(voice, index) else ():
            onset = start + round(sound.onset * resolution)
            end = start + round((sound.onset + sound.duration) * resolution)
            row = tied.pop(sound.pitch, None)
            if row is not None and row[0] + row[1] == onset:
                row[1] = end - row[0]
            else:
                row = [onset, end - onset, sound.pitch, _VELOCITY]
                rows.append(row)
            if sound.is_tied:
                tied[sound.pitch] = row
    name = voice.name if n_voices > 1 else "Melody"
    notes = notes_of(row for row in rows if row[1] > 0)
    return Track(name, voice.program, notes=without_doubles(notes), role=role_called(name))


def _tempos(
    bpm: float | None, measures: list[Measure], steps: list[int], resolution: int
) -> list[Tempo]:
    found = {0: bpm or 120.0}
    for measure, start in zip(measures, steps, strict=False):
        for at, changed in measure.tempos:
            onset = start + round(at * resolution)
            found[0 if start == steps[0] and not at else onset] = changed
    tempos: list[Tempo] = []
    for onset in sorted(found):
        if not tempos or tempos[-1].bpm != found[onset]:
            tempos.append(Tempo(onset, found[onset]))
    return tempos


def _keys(measures: list[Measure], steps: list[int]) -> list[KeyMark]:
    found: list[KeyMark] = []
    for measure, start in zip(measures, steps, strict=False):
        key = measure.signature.key
        if key is not None and (not found or found[-1].key != key):
            found.append(KeyMark(start if found else 0, key))
    return found


def _chords(
    voices: list[Voice], order: list[int], steps: list[int], resolution: int
) -> list[ChordSpan]:
    """Return the chord symbols of the first voice that has any, each up to the next."""
    voice = next((v for v in voices if any(m.chords for m in v.measures)), voices[0])
    marks = {
        start + round(at * resolution): chord
        for index, start in zip(order, steps, strict=False)
        for at, chord in (voice.measures[index].chords if _has(voice, index) else ())
    }
    onsets = sorted(onset for onset in marks if onset < steps[-1])
    return [
        ChordSpan(onset, following - onset, marks[onset])
        for onset, following in zip(onsets, [*onsets[1:], steps[-1]], strict=False)
    ]


def _sections(piece: Piece, measures: list[Measure], steps: list[int]) -> list[Section]:
    """Return the parts of a tune; one begins in the bar that its first whole measure fills."""
    bars = piece.bar_starts()
    labels: dict[int, str] = {}
    for measure, start in zip(measures, steps, strict=False):
        if measure.part:
            at = next((i for i, bar in enumerate(bars.tolist()) if bar >= start), len(bars) - 1)
            labels[0 if not labels and at <= 1 else at] = measure.part
    begins = sorted(bar for bar in labels if bar < piece.n_bars)
    return [
        Section(begin, following - begin, labels[begin])
        for begin, following in zip(begins, [*begins[1:], piece.n_bars], strict=False)
    ]
