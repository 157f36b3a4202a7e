"""Plan: everything one may ask for, as one small checked value.

What is left None is open: the networks, or the style's own habits, decide. A plan comes from
flags or from a TOML file with the same names.
"""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError, unknown
from antiphon.music.chords import Chord, parse_progression
from antiphon.music.form import parse_form
from antiphon.music.instruments import ROLES, STYLE_PARTS, program
from antiphon.music.keys import MODES, Key
from antiphon.music.mood_curve import mood_at, parse_mood_curve
from antiphon.music.piece import Metre, Section

MIN_BARS, MAX_BARS = 1, 512
USUAL_BARS = 32
MIN_TEMPO_BPM, MAX_TEMPO_BPM = 20.0, 300.0
# sliders, each from 0 (little) to 1 (much)
SLIDERS = ("density", "register", "syncopation", "brightness", "tension", "loudness")
METRES = ("2/4", "3/4", "4/4", "2/2", "3/8", "6/8", "9/8", "12/8")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for.

    Attributes:
        style: whose weights compose, e.g. ``"pop"``.
        bars: length, 1–512; 32 when neither it nor `duration_s` is given.
        duration_s: length in seconds instead.
        form: as `form.parse_form` reads it; None leaves it to the plan's network.
        key: e.g. ``"G"``, ``"F# minor"``; None is chosen by the seed.
        mode: ``"major"`` or ``"minor"``; wins over the key's.
        metre: one of `METRES`; None is chosen by the seed among the style's.
        tempo: quarter notes (dotted quarters in 6/8, 9/8, 12/8) a minute, 20–300.
        chords: a progression, repeated to fill; None leaves it to the plan's network.
        instruments: parts that play, each optionally with its instrument:
            ``"melody=flute,chords,bass"``; left out it is as the style has it (pop all five,
            classical no drums).
        density: how many notes, 0 (few) to 1 (many); None is as the style has it.
        register: how high, 0–1.
        syncopation: how much against the beat, 0–1.
        brightness: how far to the sharp side of the key, 0–1.
        tension: how much sounds together that clashes, 0–1.
        loudness: how loud, 0–1.
        adventure: how far from the usual, 0–1.
        valence, arousal: mood, each −1 (sad, calm) to 1 (happy, excited).
        mood_curve: mood over the bars instead, as `mood_curve.parse_mood_curve` reads it.
        seed: equal seeds give equal music.
        title: written above the score.
    """

    style: str = "pop"
    bars: int | None = None
    duration_s: float | None = None
    form: str | None = None
    key: str | None = None
    mode: str | None = None
    metre: str | None = None
    tempo: float | None = None
    chords: str | None = None
    instruments: str | None = None
    density: float | None = None
    register: float | None = None
    syncopation: float | None = None
    brightness: float | None = None
    tension: float | None = None
    loudness: float | None = None
    adventure: float = 0.5
    valence: float | None = None
    arousal: float | None = None
    mood_curve: str | None = None
    seed: int = 0
    title: str = ""

    def __post_init__(self) -> None:
        if self.bars is not None and self.duration_s is not None:
            raise AntiphonError("Give bars or a duration, not both.")
        _whole("bars", self.bars)
        _whole("seed", self.seed)
        _within("bars", self.bars, MIN_BARS, MAX_BARS)
        _within("tempo", self.tempo, MIN_TEMPO_BPM, MAX_TEMPO_BPM)
        for name in SLIDERS:
            _within(name, getattr(self, name), 0, 1)
        _within("adventure", self.adventure, 0, 1)
        _within("valence", self.valence, -1, 1)
        _within("arousal", self.arousal, -1, 1)
        _within("seed", self.seed, 0, 2**31 - 1)
        if self.duration_s is not None and not 0 < self.duration_s <= 3600:
            raise AntiphonError(
                f"The duration must be over 0 s and at most an hour, not {self.duration_s:g} s."
            )
        if self.mode is not None and self.mode not in MODES:
            raise unknown(self.mode, "modes", MODES)
        if self.metre is not None and self.metre not in METRES:
            raise unknown(self.metre, "metres", METRES)
        self.parts()
        if self.mood_curve is not None:
            parse_mood_curve(self.mood_curve)
            if self.valence is not None or self.arousal is not None:
                raise AntiphonError("Give valence and arousal, or a mood curve, not both.")
        if self.key is not None:
            Key.parse(self.key)
        if self.chords is not None:
            parse_progression(self.chords, self.asked_key())
        if self.form is not None and self.duration_s is None:
            parse_form(self.form, self.bars or USUAL_BARS)

    def asked_key(self) -> Key | None:
        """Return the key that was asked for, or None."""
        return Key.parse(self.key, self.mode) if self.key is not None else None

    def moods(self, n_bars: int) -> tuple[NDArray[np.float64] | None, ...]:
        """Return valence and arousal of each bar (N,), None for what was not asked for."""
        if self.mood_curve is not None:
            return mood_at(parse_mood_curve(self.mood_curve), n_bars)
        asked = (self.valence, self.arousal)
        return tuple(None if mood is None else np.full(n_bars, mood) for mood in asked)

    def time_signature(self) -> Metre:
        """Return the metre that is asked for, 4/4 where it is open."""
        numerator, denominator = (self.metre or "4/4").split("/")
        return Metre(0, int(numerator), int(denominator))

    def n_bars(self, bpm: float) -> int:
        """Return the length in bars, at `bpm` felt beats a minute.

        Raises:
            AntiphonError: the duration asks for more than 512 bars.
        """
        if self.duration_s is None:
            return self.bars or USUAL_BARS
        metre = self.time_signature()
        n_beats = int(metre.quarters) if metre.denominator < 4 else metre.n_beats
        n_bars = max(1, round(self.duration_s * bpm / 60 / n_beats))
        if n_bars > MAX_BARS:
            raise AntiphonError(
                f"{self.duration_s:g} s at this tempo are {n_bars} bars: "
                f"at most {MAX_BARS} can be made."
            )
        return n_bars

    def sections(self, n_bars: int) -> list[Section] | None:
        return parse_form(self.form, n_bars) if self.form is not None else None

    def progression(self, key: Key) -> list[list[Chord | None]] | None:
        return parse_progression(self.chords, key) if self.chords is not None else None

    def named_parts(self) -> str:
        """Return the parts that play, as they are written in a plan."""
        if self.instruments is not None:
            return self.instruments
        return STYLE_PARTS.get(self.style, ",".join(ROLES))

    def parts(self) -> dict[str, int | None]:
        """Return the parts that play and the General MIDI program asked for each, or None.

        Raises:
            AntiphonError: a part is unknown, named twice, or none is named.
        """
        parts: dict[str, int | None] = {}
        for word in (w.strip() for w in self.named_parts().split(",")):
            role, _, instrument = (x.strip() for x in word.partition("="))
            role = {"counter-melody": "counter", "harmony": "chords"}.get(
                role.lower(), role.lower()
            )
            if role not in ROLES:
                raise unknown(role, "parts", ROLES)
            if role in parts:
                raise AntiphonError(f"The part {role!r} is named twice: name each part once.")
            parts[role] = program(instrument) if instrument else None
        return parts

    def to_toml(self) -> str:
        """Return the plan as the TOML file that gives it again."""
        lines = []
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if value is None or value == "":
                continue
            # TOML writes text as JSON does
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
            lines.append(f"{f.name} = {text}")
        return "\n".join(lines) + "\n"


def tempo_within(bpm: float) -> float:
    """Return a tempo as a plan says it: rounded, and within what may be asked for."""
    return min(max(round(bpm, 2), MIN_TEMPO_BPM), MAX_TEMPO_BPM)


def _whole(name: str, value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise AntiphonError(f"{name} must be a whole number, not {value!r}.")


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AntiphonError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.")
    if not low <= value <= high:
        raise AntiphonError(f"{name} must be from {low:.10g} to {high:.10g}, not {value:.10g}.")


def plan_from(values: Mapping[str, Any]) -> Plan:
    """Return the plan with these values; the rest as usual.

    Raises:
        AntiphonError: a name is unknown (the nearest is told) or a value cannot be.
    """
    known = {f.name: f for f in dataclasses.fields(Plan)}
    for name, value in values.items():
        if name not in known:
            raise unknown(name, "the plan", known)
        is_text = "str" in str(known[name].type)
        if value is not None and is_text != isinstance(value, str):
            kind = "text in quotes" if is_text else "a number"
            raise AntiphonError(f"{name} must be {kind}, not {value!r}.")
    return Plan(**values)


def read_plan(path: Path) -> dict[str, Any]:
    """Return the values of a plan file; flags may then be laid over them.

    Raises:
        AntiphonError: the file is not there or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AntiphonError(f"There is no plan file {path}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AntiphonError(f"The plan file {path} cannot be read: {reason}.") from error


def parse_duration(text: str) -> float:
    """Return seconds of ``2:30``, ``150`` or ``90s``.

    Raises:
        AntiphonError: it is no duration.
    """
    parts = text.strip().removesuffix("s").split(":")
    try:
        numbers = [float(p) for p in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or any(n < 0 or not math.isfinite(n) for n in numbers):
        raise AntiphonError(f"{text!r} is no duration: write minutes and seconds, e.g. 2:30.")
    seconds = 0.0
    for number in numbers:
        seconds = seconds * 60 + number
    return seconds
