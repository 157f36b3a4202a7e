"""The mixing desk: every part gets its level, its place and its share of the room.

Instruments of a soundfont differ by more than 10 dB in loudness, so a fader set once for
all does not hold. Here each part's loudness is measured while it sounds and brought to the
level its role asks for (`instruments.ROLES`); how loud it was *played* (velocities, volume
controllers) still counts, by half for a part whose role is known, wholly for a stranger's.

The room is that of `sound.room`, a little different for both ears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.formats import _schedule, _soundfont, _synth
from antiphon.formats._schedule import BLOCK, FADE_S, RATE_HZ
from antiphon.music.instruments import ROLES
from antiphon.music.piece import Piece, Track
from antiphon.sound.loudness import integrated, tenth, tenths
from antiphon.sound.room import Room

Audio = NDArray[np.float32]

# whole tenths of a second and whole blocks; with the room's length just below a power of two
CHUNK = 96 * tenth(RATE_HZ)  # frames, 9.6 s
KEPT_BYTES = (
    600_000_000  # parts are kept between measuring and mixing up to here, else played twice
)
LEVEL_LUFS = -26.0  # of a part at 0 dB, before mastering
MAX_CORRECTION_DB = 30.0
PLAYED_VELOCITY = 90.0  # counts as neither loud nor soft
VOLUME, PAN, REVERB = 7, 10, 91  # MIDI controllers


@dataclass(frozen=True)
class Fader:
    """What the desk does to one part.

    Attributes:
        gain: factor.
        pan: −1 left … 1 right.
        reverb: share that goes to the room, 0–1.
    """

    gain: float
    pan: float
    reverb: float


def mix(piece: Piece, soundfont: Path | str | None = None) -> Audio:
    """Return the sound of a piece before mastering, (2, frames) float32.

    Raises:
        AntiphonError: there is no soundfont or no synthesizer, or the piece is too long.
    """
    chunks, faders, length = _measured(piece, soundfont)
    return _desk(chunks(), faders, length)


def stems(piece: Piece, soundfont: Path | str | None = None) -> dict[str, Audio]:
    """Return each part as it is in the mix, room included: name → (frames, 2) float32.

    Their sum is the mix before mastering. A name that occurs twice gets a number.
    """
    chunks, faders, length = _measured(piece, soundfont)
    silent = Fader(0.0, 0.0, 0.0)
    found: dict[str, Audio] = {}
    for index, track in enumerate(piece.tracks):
        alone = [fader if i == index else silent for i, fader in enumerate(faders)]
        name = track.name or f"Track {index + 1}"
        name = f"{name} {index + 1}" if name in found else name
        found[name] = np.ascontiguousarray(_desk(chunks(), alone, length).T)
    return found


class _Chunks:
    """The dry parts of a piece, chunk by chunk; kept when they are small, else played again."""

    def __init__(self, piece: Piece, soundfont: Path | str | None, length: int) -> None:
        self._tracks = piece.tracks
        self._events = _schedule.schedule(piece)
        self._soundfont = _soundfont.find(soundfont, _synth.suffixes())
        self._n_blocks = -(-length // BLOCK)
        self._keeps = len(piece.tracks) * length * 8 <= KEPT_BYTES
        self._kept: list[Audio] | None = None

    def __call__(self) -> Iterator[Audio]:
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Audio] = []
        played = _synth.play(
            self._events, self._tracks, self._soundfont, self._n_blocks, CHUNK // BLOCK
        )
        for chunk in _ahead(played):
            if self._keeps:
                kept.append(chunk)
            yield chunk
        if self._keeps:
            self._kept = kept


def _ahead(chunks: Iterator[Audio]) -> Iterator[Audio]:
    """Yield chunks, the next being played on another core while one is worked on."""
    with ThreadPoolExecutor(1) as player:
        following = player.submit(next, chunks, None)
        while (chunk := following.result()) is not None:
            following = player.submit(next, chunks, None)
            yield chunk


def _measured(piece: Piece, soundfont: Path | str | None) -> tuple[_Chunks, list[Fader], int]:
    """Play a piece once and return its dry parts, their faders and the length in frames."""
    length = _schedule.n_frames(piece)
    chunks = _Chunks(piece, soundfont, length)
    if not piece.tracks:
        return chunks, [], length
    middles = (0.5 * (chunk[:, 0] + chunk[:, 1]) for chunk in chunks())
    power = np.concatenate([tenths(middle, RATE_HZ) for middle in middles], axis=1)
    return chunks, set_faders(piece.tracks, [2 * part for part in power]), length


def set_faders(tracks: Sequence[Track], power: Sequence[NDArray[np.float64]]) -> list[Fader]:
    """Return what the desk does to each part.

    Args:
        tracks: the parts.
        power: of each, its K-weighted mean squares by tenths of a second (`tenths`).
    """
    loudness = [integrated(part) for part in power]
    is_solo = sum(np.isfinite(loudness)) <= 1
    faders = []
    for index, (track, measured) in enumerate(zip(tracks, loudness, strict=True)):
        level_db, pan, reverb = _place(track, index)
        pan = _given(track, PAN, is_set=0.0, unset=0.0 if is_solo else pan)
        reverb = _given(track, REVERB, is_set=None, unset=reverb)
        if not np.isfinite(measured):
            faders.append(Fader(0.0, pan, reverb))
            continue
        counts = 0.5 if track.role in ROLES else 1.0
        wanted = LEVEL_LUFS + level_db + counts * _played_db(track)
        correction = np.clip(wanted - measured, -MAX_CORRECTION_DB, MAX_CORRECTION_DB)
        faders.append(Fader(float(10 ** (correction / 20)), pan, reverb))
    return faders


def _place(track: Track, index: int) -> tuple[float, float, float]:
    """Return level in dB, pan and reverb of a part, guessed where its role is not known."""
    name = track.role
    if name not in ROLES and track.is_drum:
        name = "drums"
    elif name not in ROLES and len(track.notes) and np.median(track.notes["pitch"]) < 48:
        name = "bass"
    if name in ROLES:
        return ROLES[name].gain_db, ROLES[name].pan, ROLES[name].reverb
    side = (-1) ** index * (0.15 + 0.15 * (index // 2 % 3))  # spread out, near ones first
    return -3.0, side, 0.25


def _given(track: Track, number: int, *, is_set: float | None, unset: float) -> float:
    """Return a setting; `is_set` (None: the controller's mean) where the file has a controller."""
    values = track.controls["value"][track.controls["number"] == number]
    if not len(values):
        return unset
    return float(np.clip(values, 0, 127).mean() / 127) if is_set is None else is_set


def _played_db(track: Track) -> float:
    """Return how much louder than usual a part is played, in dB, within ±15."""
    velocity = np.clip(track.notes["velocity"], 1, 127).astype(np.float64)
    if not len(velocity):
        return 0.0
    played = 10 * np.log10(np.mean((velocity / PLAYED_VELOCITY) ** 4))
    volume = track.controls["value"][track.controls["number"] == VOLUME]
    if len(volume):
        played += 10 * np.log10(np.mean((np.maximum(volume, 1) / 100.0) ** 4))
    return float(np.clip(played, -15, 15))


def _desk(chunks: Iterable[Audio], faders: Sequence[Fader], length: int) -> Audio:
    """Return the sum of all parts and the room, (2, length), faded at the end."""
    room = Room(RATE_HZ)
    out = np.zeros((2, length + CHUNK + room.n_frames), np.float32)
    angle = np.array([(fader.pan + 1) * np.pi / 4 for fader in faders])
    gain = np.array([fader.gain for fader in faders])
    sides = np.stack([np.cos(angle), np.sin(angle)]) * np.sqrt(2) * gain  # (2, tracks)
    send = 0.5 * gain * np.array([fader.reverb for fader in faders])
    start = 0
    for chunk in chunks:
        n = chunk.shape[2]
        sent = np.zeros(n, np.float32)
        for part, left, right, share in zip(chunk, *sides, send, strict=True):
            if not left and not right:
                continue
            out[0, start : start + n] += np.float32(left) * part[0]
            out[1, start : start + n] += np.float32(right) * part[1]
            sent += np.float32(share) * (part[0] + part[1])
        if sent.any():
            wet = room.answer(sent)
            out[:, start : start + wet.shape[1]] += wet
        start += n
    out = out[:, :length]
    fade = min(round(FADE_S * RATE_HZ), length)
    out[:, length - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return out
