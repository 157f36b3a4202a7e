"""The mixing desk for music that goes on: no piece is known as a whole, and nothing may click.

Faders are set as for a piece (`_mix`), from what was heard of each part in the last half minute,
and glide; tails of notes and of the room ring on over every border.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antiphon.formats import _soundfont, _synth
from antiphon.formats._mix import Fader, set_faders
from antiphon.formats._schedule import BLOCK, ON, RATE_HZ, Events
from antiphon.music.piece import NOTE, Track
from antiphon.sound.loudness import integrated, tenth, tenths
from antiphon.sound.mastering import LOUDNESS_LUFS, RunningLimiter
from antiphon.sound.room import Room

Audio = NDArray[np.float32]

_HEARD_TENTHS = 300  # of each part that its fader is set by
_LEARNT_TENTHS = 80  # after which the whole has its gain
_MOST_DB, _USUAL_DB = 20.0, 6.0  # gain of the whole, at most and before anything was heard
_FASTEST_DB = 0.25  # by which the gain of the whole moves in a tenth of a second
_KEPT_NOTES = 200  # of each part, whose velocities count for its fader


class RunningMix:
    """Sound that goes on, until it is closed.

    Args:
        tracks: the parts.
        soundfont: an .sf2 or .sf3 file; else the usual one.
        ceiling_db: highest true peak.

    Raises:
        AntiphonError: there is no soundfont or no synthesizer.
    """

    def __init__(
        self,
        tracks: Sequence[Track],
        soundfont: Path | str | None = None,
        *,
        ceiling_db: float = -1.0,
    ) -> None:
        self._tracks = [replace(track, notes=np.zeros(0, NOTE)) for track in tracks]
        self._synth = _synth.Synth(tracks, _soundfont.find(soundfont, _synth.suffixes()))
        self._room, self._limit = Room(RATE_HZ), RunningLimiter(RATE_HZ, ceiling_db=ceiling_db)
        self._ringing = np.zeros((2, self._room.n_frames), np.float32)
        self._power: list[deque[float]] = [deque(maxlen=_HEARD_TENTHS) for _ in tracks]
        self._whole: deque[float] = deque(maxlen=_HEARD_TENTHS)
        self._faders: list[Fader | None] = [None] * len(tracks)
        self._gain_db = _USUAL_DB

    def close(self) -> None:
        """Free the synthesizer."""
        self._synth.close()

    def take(self, events: Events, instead_from: int | None = None) -> None:
        """Take events to come; see `_synth.Synth.take`."""
        for index, track in enumerate(self._tracks):
            struck = events[(events["track"] == index) & (events["kind"] == ON)]
            new = np.zeros(len(struck), NOTE)
            new["velocity"], new["pitch"] = struck["value"], struck["number"]
            track.notes = np.concatenate([track.notes, new])[-_KEPT_NOTES:]
        self._synth.take(events, instead_from)

    def play(self, n_blocks: int) -> Audio:
        """Return the sound that follows, (frames, 2) float32 within −1 … 1."""
        dry = self._synth.play(n_blocks)
        out = self._desk(dry, self._set(dry))
        before, after = self._gain_db, self._gain(out)
        ramp = np.linspace(before, after, out.shape[1], dtype=np.float32)
        out *= 10 ** (ramp / 20)
        return np.ascontiguousarray(self._limit(out).T)

    def _set(self, dry: Audio) -> list[tuple[Fader, Fader]]:
        """Return where each fader is at the beginning and at the end."""
        middles = 0.5 * (dry[:, 0] + dry[:, 1])
        for heard, part in zip(self._power, 2 * tenths(middles, RATE_HZ), strict=True):
            heard.extend(power for power in part.tolist() if power or heard)
        powers = [np.array(heard) for heard in self._power]
        wanted = set_faders(self._tracks, powers)
        moves = [(was or now, now) for was, now in zip(self._faders, wanted, strict=True)]
        self._faders = [fader if fader.gain else None for fader in wanted]
        return moves

    def _desk(self, dry: Audio, moves: Sequence[tuple[Fader, Fader]]) -> Audio:
        """Return the sum of all parts and of the room, (2, frames)."""
        n = dry.shape[2]
        out = self._ringing[:, :n].copy()
        if out.shape[1] < n:
            out = np.pad(out, ((0, 0), (0, n - out.shape[1])))
        sent = np.zeros(n, np.float32)
        for part, (was, now) in zip(dry, moves, strict=True):
            gain = np.linspace(was.gain, now.gain, n, dtype=np.float32)
            angle = (now.pan + 1) * np.pi / 4
            for side, share in enumerate((np.cos(angle), np.sin(angle))):
                out[side] += np.float32(np.sqrt(2) * share) * gain * part[side]
            sent += np.float32(0.5 * now.reverb) * gain * (part[0] + part[1])
        wet = self._room.answer(sent)
        out += wet[:, :n]
        left = np.zeros_like(self._ringing)
        rest = self._ringing[:, n:]
        left[:, : rest.shape[1]] += rest
        later = wet[:, n : n + left.shape[1]]
        left[:, : later.shape[1]] += later
        self._ringing = left
        return out

    def _gain(self, out: Audio) -> float:
        """Return the gain of the whole from now on, in dB."""
        self._whole.extend(tenths(out, RATE_HZ).sum(axis=0).tolist())
        loudness = integrated(np.array(self._whole))
        if np.isfinite(loudness) and len(self._whole) <= _LEARNT_TENTHS:
            most = _FASTEST_DB * out.shape[1] / tenth(RATE_HZ)
            wanted = min(LOUDNESS_LUFS - loudness, _MOST_DB)
            self._gain_db += float(np.clip(wanted - self._gain_db, -most, most))
        return self._gain_db


def whole_blocks(seconds: float) -> int:
    """Return a time in blocks."""
    return round(seconds * RATE_HZ / BLOCK)
