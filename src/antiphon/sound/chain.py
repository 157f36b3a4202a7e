"""Effects one after another, as methods of a chain or as one line of text.

    Chain().highpass(80).reverb(wet=0.4)(samples, 44_100)
    parse("highpass 80, reverb wet=0.4")(samples, 44_100)

A chain never changes: each method returns a longer one. Its text reads back as the same chain.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate

from antiphon.errors import AntiphonError, unknown
from antiphon.sound import distortion, dynamics, editing, filters, modulation, space, stretch
from antiphon.sound._checks import Audio, Effect, P, sound


@dataclass(frozen=True)
class Step:
    """One effect and its settings, those left out as well."""

    effect: Callable[..., Audio]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        told = [f"{name}={_text(value)}" for name, value in self.settings.items()]
        return " ".join([self.effect.__name__, *told])


def _adding(effect: Effect[P]) -> Callable[Concatenate[Chain, P], Chain]:
    """Return the method that adds an effect; it takes what the effect takes behind the sound."""

    @wraps(effect)
    def method(self: Chain, /, *args: P.args, **kwargs: P.kwargs) -> Chain:
        bound = _settings(effect).bind(*args, **kwargs)
        bound.apply_defaults()
        return Chain((*self.steps, Step(effect, dict(bound.arguments))))

    return method


@dataclass(frozen=True)
class Chain:
    """Effects in the order in which a sound goes through them; empty, it changes nothing."""

    steps: tuple[Step, ...] = ()

    gain = _adding(dynamics.gain)
    normalize = _adding(dynamics.normalize)
    loudness = _adding(dynamics.loudness)
    limiter = _adding(dynamics.limiter)
    compressor = _adding(dynamics.compressor)
    lowpass = _adding(filters.lowpass)
    highpass = _adding(filters.highpass)
    bandpass = _adding(filters.bandpass)
    bandreject = _adding(filters.bandreject)
    allpass = _adding(filters.allpass)
    equalizer = _adding(filters.equalizer)
    lowshelf = _adding(filters.lowshelf)
    highshelf = _adding(filters.highshelf)
    sinc = _adding(filters.sinc)
    tremolo = _adding(modulation.tremolo)
    vibrato = _adding(modulation.vibrato)
    chorus = _adding(modulation.chorus)
    flanger = _adding(modulation.flanger)
    phaser = _adding(modulation.phaser)
    echo = _adding(space.echo)
    reverb = _adding(space.reverb)
    overdrive = _adding(distortion.overdrive)
    noise = _adding(distortion.noise)
    dither = _adding(distortion.dither)
    pitch = _adding(stretch.pitch)
    tempo = _adding(stretch.tempo)
    speed = _adding(stretch.speed)
    trim = _adding(editing.trim)
    trim_silence = _adding(editing.trim_silence)
    pad = _adding(editing.pad)
    fade = _adding(editing.fade)
    loop = _adding(editing.loop)
    reverse = _adding(editing.reverse)
    oops = _adding(editing.oops)

    def __call__(self, samples: Audio, sample_rate_hz: int) -> Audio:
        """Return the sound after all effects.

        Args:
            samples: (frames,) or (channels, frames), full scale −1 … 1.
            sample_rate_hz: frames in a second.

        Raises:
            AntiphonError: the sound is none, or a setting is out of its limits; the sentence
                names the effect and the setting.
        """
        audio = sound(samples, sample_rate_hz)
        for step in self.steps:
            try:
                audio = step.effect(audio, sample_rate_hz, **step.settings)
            except AntiphonError as error:
                raise AntiphonError(f"{step.effect.__name__}: {error}") from None
        return audio

    def __str__(self) -> str:
        return ", ".join(str(step) for step in self.steps)


EFFECTS: dict[str, Callable[..., Audio]] = {
    name: method.__wrapped__
    for name, method in vars(Chain).items()
    if hasattr(method, "__wrapped__") and not name.startswith("_")
}


def parse(text: str) -> Chain:
    """Return the chain that a line of text means.

    Effects are parted by commas; behind the name of each stand its settings, in order or as
    ``name=value``; a name may be shortened, several numbers of one setting are parted by ``/``.

    Raises:
        AntiphonError: an effect or a setting is unknown, a value is none, one is missing, or
            there is no effect.
    """
    chain = Chain()
    for part in text.split(","):
        words = part.split()
        if not words:
            raise AntiphonError("An effect is missing: write them as in 'highpass 80, reverb'.")
        if words[0] not in EFFECTS:
            raise unknown(words[0], "effects", EFFECTS)
        chain = getattr(chain, words[0])(**_read(words[0], words[1:]))
    return chain


def described() -> list[tuple[str, str, str]]:
    """Return of each effect its name, its settings as they are when left out, what it does."""
    return [
        (name, _usage(effect), (inspect.getdoc(effect) or "").partition("\n\n")[0])
        for name, effect in sorted(EFFECTS.items())
    ]


def _settings(effect: Callable[..., Audio]) -> inspect.Signature:
    """Return an effect's signature behind the sound and the sample rate."""
    signature = inspect.signature(effect, eval_str=True)
    return signature.replace(parameters=list(signature.parameters.values())[2:])


def _usage(effect: Callable[..., Audio]) -> str:
    parameters = _settings(effect).parameters.values()
    return " ".join(
        p.name if p.default is p.empty else f"{p.name}={_text(p.default)}" for p in parameters
    )


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "/".join(_text(one) for one in value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _read(effect: str, words: list[str]) -> dict[str, Any]:
    """Return the settings that words behind the name of an effect mean."""
    parameters = _settings(EFFECTS[effect]).parameters
    found: dict[str, Any] = {}
    for position, word in enumerate(words):
        name, is_named, value = word.rpartition("=")
        if is_named:
            name = _full_name(name, effect, list(parameters))
        elif position >= len(parameters):
            raise AntiphonError(f"{effect} takes {len(parameters)} settings, not {len(words)}.")
        else:
            name = list(parameters)[position]
        if name in found:
            raise AntiphonError(f"{effect} has {name} twice.")
        found[name] = _value(value, parameters[name], effect)
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in found:
            raise AntiphonError(f"{effect} needs {name}: write e.g. '{effect} {name}=1'.")
    return found


def _full_name(short: str, effect: str, names: list[str]) -> str:
    if short in names:
        return short
    meant = [name for name in names if short and name.startswith(short)]
    if len(meant) != 1:
        raise unknown(short, f"settings of {effect}", names)
    return meant[0]


def _value(text: str, parameter: inspect.Parameter, effect: str) -> Any:
    kind = parameter.annotation
    if kind is str:
        return text
    pattern = r"[+-]?\d+" if kind is int else r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"
    numbers = text.split("/") if kind not in (int, float) else [text]
    if not all(re.fullmatch(pattern, number) for number in numbers):
        what = "a whole number" if kind is int else "a number"
        raise AntiphonError(f"{effect}: {parameter.name} is {what}, not {text!r}.")
    if kind in (int, float):
        return kind(text)
    return tuple(float(number) for number in numbers)
