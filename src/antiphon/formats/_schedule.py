"""When a synthesizer has to do what, to play a piece: notes and controllers as timed events.

Times are counted in blocks of `BLOCK` frames (1.5 ms), the grain at which FluidSynth works.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece, Track

RATE_HZ = 44_100
BLOCK = 64  # frames
MAX_HOURS = 2  # an hour of sound takes 1.3 GB of memory
TAIL_S = 2.0  # time for the last notes to ring out ...
FADE_S = 1.0  # ... and then to fade
DRUM_RING_S = 2.0  # a drum is struck, not held: it rings this long whatever the note says
BEND = 128  # `Track.controls` number of pitch bend

OFF, CONTROL, ON = 0, 1, 2  # the order within a block
EVENT = np.dtype(
    [("block", "i4"), ("kind", "i1"), ("track", "i2"), ("number", "i2"), ("value", "i2")]
)
Events = NDArray[np.void]


def n_frames(piece: Piece) -> int:
    """Return the length of the sound in frames: the music, its tail and the fade.

    Raises:
        AntiphonError: it would be longer than `MAX_HOURS`.
    """
    music_s = float(piece.seconds([piece.end])[0]) if piece.end else piece.duration_s
    if music_s > MAX_HOURS * 3600:
        raise AntiphonError(
            f"The piece lasts {music_s / 3600:.1f} hours; sound is made of up to {MAX_HOURS} hours."
        )
    return round((music_s + TAIL_S + FADE_S) * RATE_HZ)


def schedule(piece: Piece) -> Events:
    """Return everything that happens, in order of block and, within one, of `kind`.

    `track` is the index in `piece.tracks`; `number` and `value` are pitch and velocity, or
    controller and its value.
    """
    parts = [np.zeros(0, EVENT)]
    for index, track in enumerate(piece.tracks):
        parts += [*_notes(piece, track, index), _controls(piece, track, index)]
    events = np.concatenate(parts)
    return events[np.lexsort((events["kind"], events["block"]))]


def _blocks(piece: Piece, steps: NDArray[np.integer]) -> NDArray[np.int64]:
    seconds = piece.seconds(np.asarray(steps, dtype=np.int64))
    return np.rint(np.maximum(seconds, 0.0) * RATE_HZ / BLOCK).astype(np.int64)


def _notes(piece: Piece, track: Track, index: int) -> tuple[Events, Events]:
    """Return the beginnings and ends of a track's notes; none overlaps one of its own pitch."""
    notes = track.notes
    notes = notes[(notes["pitch"] >= 0) & (notes["pitch"] < 128) & (notes["velocity"] > 0)]
    on = _blocks(piece, notes["onset"])
    off = _blocks(piece, notes["onset"].astype(np.int64) + notes["duration"])
    if track.is_drum:
        off = np.maximum(off, on + round(DRUM_RING_S * RATE_HZ / BLOCK))
    order = np.lexsort((notes["velocity"], on, notes["pitch"]))
    notes, on, off = notes[order], on[order], off[order]
    if len(notes) > 1:  # a note ends where its pitch begins anew; of two at once one is left
        same = notes["pitch"][:-1] == notes["pitch"][1:]
        off[:-1] = np.where(same, np.minimum(off[:-1], on[1:]), off[:-1])
        stays = np.append(~same | (on[:-1] < on[1:]), True)
        notes, on, off = notes[stays], on[stays], off[stays]
    velocity = np.minimum(notes["velocity"], 127)
    return (
        _events(on, ON, index, notes["pitch"], velocity),
        _events(np.maximum(off, on + 1), OFF, index, notes["pitch"], 0),
    )


def _controls(piece: Piece, track: Track, index: int) -> Events:
    """Return a track's controllers and pitch bends, those of sense only."""
    controls = track.controls
    controls = controls[(controls["number"] >= 0) & (controls["number"] <= BEND)]
    value = np.where(
        controls["number"] == BEND,
        np.clip(controls["value"], -8192, 8191),
        np.clip(controls["value"], 0, 127),
    )
    at = _blocks(piece, controls["onset"])
    return _events(at, CONTROL, index, controls["number"], value)


def _events(
    block: NDArray[np.integer],
    kind: int,
    track: int,
    number: NDArray[np.integer],
    value: NDArray[np.integer] | int,
) -> Events:
    events = np.zeros(len(block), EVENT)
    events["block"], events["kind"], events["track"] = block, kind, track
    events["number"], events["value"] = number, value
    return events
