"""Recording: one sound file of a data set, and what is said of it; it is opened only to be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# the words of NSynth, in its order (Engel et al., ICML 2017)
FAMILIES = (
    "bass", "brass", "flute", "guitar", "keyboard", "mallet", "organ", "reed", "string",
    "synth_lead", "vocal",
)  # fmt: skip
SOURCES = ("acoustic", "electronic", "synthetic")
QUALITIES = (
    "bright", "dark", "distortion", "fast_decay", "long_release", "multiphonic",
    "nonlinear_env", "percussive", "reverb", "tempo-synced",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A sound file; nothing of what is said here is estimated.

    Attributes:
        id: short name, unique in its set.
        path: the file.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        licence: whose terms this very sound is under.
        ship: whether weights trained on it may be released.
        is_note: whether it is one note that begins at once; else it is music.
        n_frames: how long it must be, where the set says so.
        sample_rate_hz: what its sample rate must be, where the set says so.
        pitch: MIDI number, 0–127; None where it is not said.
        velocity: 1–127; None where it is not said.
        instrument: its name in the set, "" where it is not said.
        family: one of `FAMILIES`, or "".
        source: one of `SOURCES`, or "".
        qualities: of `QUALITIES`.
        left_out: why it cannot be used, where that is known before it is opened.
    """

    id: str
    path: Path
    split: str
    licence: str
    ship: bool
    is_note: bool = False
    n_frames: int | None = None
    sample_rate_hz: int | None = None
    pitch: int | None = None
    velocity: int | None = None
    instrument: str = ""
    family: str = ""
    source: str = ""
    qualities: tuple[str, ...] = ()
    left_out: str = ""
