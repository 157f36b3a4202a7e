"""The sheet: a plan with everything decided, bar by bar, before there is a note.

What the plan leaves open is chosen by the style's habits (metre, key, tempo) and by the network
that writes plans (form, chords). Mood moves what is open: valence the mode and the register,
arousal the tempo, the density and the loudness; along a curve bar by bar, the mode by sections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.inference._metres import drawn_metre, of_metre
from antiphon.inference._planning import fill_chords, fill_form, sections_from, written_chords
from antiphon.inference._sliders import (
    Wanted,
    chord_lean,
    controls_for,
    lean_for,
    louder,
    wanted_of,
)
from antiphon.inference._walk import as_tensor
from antiphon.models._ensemble import Ensemble
from antiphon.models._leaning import Lean
from antiphon.models._waiting import Kept
from antiphon.models.choir import Segment
from antiphon.music.form import written_form
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Section, Tempo
from antiphon.music.plan import Plan
from antiphon.representations.bars import (
    BAR,
    PITCHED,
    beat_steps,
    beats_of,
    chord_of,
)
from antiphon.representations.rolls import conditions_of, same_place

Floats = NDArray[np.float32]
_TEMPO_OCTAVES = 0.4  # by which full arousal quickens and slackens the tempo along a curve
_NEITHER = 0.1  # valence of a section up to which it is neither sad nor happy
_TONIC_WEIGHTS = np.array([9, 4, 7, 5, 5, 7, 2, 8, 4, 6, 5, 3], dtype=np.float64)


@dataclass
class Sheet:
    """A decided plan.

    Attributes:
        plan: with everything filled in.
        key, metre, sections: of the piece.
        bpm: felt beats a minute.
        bars: (N,) table of `bars.BAR`.
        controls, controls_known: (N, K) as networks get them.
        before, after: bars of a given piece before and after these.
        close: whether the music comes to rest in the last bar.
        kept: what stays of a given piece, and its latents (N, Z); None where all is made.
        reach: lowest and highest pitch of parts that go beyond their usual range.
        lean: what the choice of notes leans to; None where to nothing.
        louder: (N,) what is added to velocities that are written; None for nothing.
    """

    plan: Plan
    key: Key
    metre: Metre
    bpm: float
    sections: list[Section]
    bars: NDArray[np.void]
    controls: Floats
    controls_known: Floats
    before: int = 0
    after: int = 0
    close: bool = True
    kept: tuple[Kept, Tensor] | None = None
    reach: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    lean: Lean | None = None
    louder: NDArray[np.int64] | None = None

    def ask(self, wanted: Wanted, ensemble: Ensemble) -> None:
        """Ask for sliders in each bar, of which the chords are written."""
        n = len(self.bars)
        self.controls, self.controls_known = controls_for(wanted, ensemble, n)
        if wanted:
            self.lean, self.louder = lean_for(wanted, self.bars), louder(wanted, n)

    def stays(self) -> NDArray[np.bool_]:
        """Return (N, M) which pitched parts of which bars are kept as they were given."""
        if self.kept is None:
            return np.zeros((len(self.bars), len(PITCHED)), bool)
        return self.kept[0].parts

    def key_marks(self) -> list[KeyMark]:
        """Return the keys in steps from the first bar."""
        bar_steps = beat_steps(self.metre) * int(self.bars["n_beats"][0])
        names = self.bars["tonic"].astype(np.int64) * 2 + (self.bars["minor"] > 0)
        changes = np.flatnonzero(np.diff(names, prepend=-1))
        return [
            KeyMark(int(bar) * bar_steps, Key(int(tonic), "minor" if minor else "major"))
            for bar, (tonic, minor) in zip(
                changes, self.bars[["tonic", "minor"]][changes], strict=True
            )
        ]

    def tempos(self) -> list[Tempo]:
        """Return the tempo map in steps from the first bar."""
        bar_steps = beat_steps(self.metre) * int(self.bars["n_beats"][0])
        quarters = np.round(self.bars["bpm"].astype(np.float64) * beat_steps(self.metre) / 24, 2)
        changes = np.flatnonzero(np.diff(quarters, prepend=-1))
        return [Tempo(int(bar) * bar_steps, float(quarters[bar])) for bar in changes]

    def chord_spans(self) -> list[ChordSpan]:
        """Return the chords in steps of the piece, equal neighbours joined."""
        beat = beat_steps(self.metre)
        spans: list[ChordSpan] = []
        for number, bar in enumerate(self.bars):
            for place in range(bar["n_beats"]):
                chord = chord_of(bar["chords"][place])
                onset = (number * int(bar["n_beats"]) + place) * beat
                if spans and spans[-1].chord == chord and place:
                    spans[-1] = replace(spans[-1], duration=spans[-1].duration + beat)
                else:
                    spans.append(ChordSpan(onset, beat, chord))
        return spans

    def segment(self, n_parts: int, latent_size: int) -> Segment:
        """Return what the networks are told: everything is to be made."""
        n = len(self.bars)
        at = np.arange(n)
        offset = self.bars["number"] - self.bars["section_start"]
        return Segment(
            condition=as_tensor(
                conditions_of(self.bars, self.before + at, self.after + n - 1 - at)
            ),
            controls=as_tensor(self.controls),
            controls_known=as_tensor(self.controls_known),
            known=torch.zeros(1, n, latent_size),
            mask=torch.ones(1, n, n_parts),
            same_place=as_tensor(same_place(self.bars["section"], offset)),
            valid=torch.ones(1, n),
        )


def write_sheet(plan: Plan, ensemble: Ensemble) -> Sheet:
    """Decide everything a plan leaves open; equal plans give equal sheets."""
    rng = np.random.default_rng([plan.seed, 17])
    key = _key(plan, ensemble, rng)
    if plan.metre is None:
        plan = replace(plan, metre=drawn_metre(ensemble, np.random.default_rng([plan.seed, 31])))
    metre = plan.time_signature()
    n_beats = beats_of(metre)
    felt_per_asked = beats_of(metre) / (
        metre.n_beats if metre.is_compound else float(metre.quarters)
    )
    bpm = plan.tempo * felt_per_asked if plan.tempo else _tempo(plan, ensemble, metre, rng)
    n_bars = plan.n_bars(bpm)
    bars = np.zeros(n_bars, BAR)
    bars["number"], bars["n_beats"], bars["compound"] = (
        np.arange(n_bars),
        n_beats,
        metre.is_compound,
    )
    bars["tonic"], bars["minor"], bars["bpm"] = key.tonic, key.mode == "minor", bpm
    wanted = wanted_of(plan, n_bars)
    sections = plan.sections(n_bars)
    progression = plan.progression(key)
    fill_form(bars, plan, ensemble, sections, progression)
    sections = sections or sections_from(bars)
    if plan.mood_curve is not None:
        _follow(bars, plan, sections)
    if progression is None:
        fill_chords(bars, plan, ensemble, chord_lean(wanted, bars, ensemble))
    decided = replace(
        plan,
        bars=n_bars,
        duration_s=None,
        key=str(key),
        mode=plan.mode if plan.mood_curve else None,
        tempo=round(bpm / felt_per_asked, 2),
        form=written_form(sections),
        instruments=plan.named_parts(),
        chords=written_chords(bars, key),
    )
    none = np.zeros((n_bars, 0), np.float32)
    sheet = Sheet(decided, key, metre, bpm, sections, bars, none, none)
    sheet.ask(wanted, ensemble)
    return sheet


def _follow(bars: NDArray[np.void], plan: Plan, sections: list[Section]) -> None:
    """Write what follows a mood curve besides the sliders: the tempo, and the mode of sections.

    A section that is sad on the whole stands in the minor of its key signature, a happy one in
    its major; one in between, and all where a mode is asked for, in the mode of the key.
    """
    valence, arousal = plan.moods(len(bars))
    if valence is None or arousal is None:
        raise ValueError("a plan without a mood curve has none to follow")
    bars["bpm"] *= np.exp2(_TEMPO_OCTAVES * arousal)
    for section in sections if plan.mode is None else ():
        inside = slice(section.start, section.start + section.n_bars)
        mood = valence[inside].mean()
        if abs(mood) > _NEITHER:
            home = (bars["tonic"][inside].astype(np.int64) + 3 * bars["minor"][inside]) % 12
            bars["minor"][inside] = mood < 0
            bars["tonic"][inside] = (home + 9 * (mood < 0)) % 12


def _key(plan: Plan, ensemble: Ensemble, rng: np.random.Generator) -> Key:
    asked = plan.asked_key()
    if asked is not None:
        return asked
    if plan.chords is not None:
        chords = [c for bar in plan.progression(Key(0)) or [] for c in bar if c]
        weights = np.zeros(12)
        for chord in chords:
            for pitch_class in chord.pitch_classes:
                weights[pitch_class] += 1
            weights[chord.root] += 1
        found = estimate_key(weights)
        if found is not None:
            return found if plan.mode in (None, found.mode) else Key(found.tonic, str(plan.mode))
    share = float(ensemble.tables["minor"]) if "minor" in ensemble.tables else 0.4
    if plan.valence is not None:
        share = min(max(0.5 - plan.valence, 0.0), 1.0)
    minor = rng.random() < share
    tonic = int(rng.choice(12, p=_TONIC_WEIGHTS / _TONIC_WEIGHTS.sum()))
    mode = plan.mode or ("minor" if minor else "major")
    return Key((tonic + 9) % 12 if mode == "minor" else tonic, mode)


def _tempo(plan: Plan, ensemble: Ensemble, metre: Metre, rng: np.random.Generator) -> float:
    """Return felt beats a minute from the style's quantiles; arousal chooses among them."""
    at = float(np.clip(0.5 + rng.normal() * 0.22, 0.05, 0.95))
    if plan.arousal is not None:
        at = float(np.clip(0.5 + 0.45 * plan.arousal + rng.normal() * 0.05, 0.02, 0.98))
    quantiles = of_metre(ensemble, "bpm", metre).numpy()
    return float(round(np.interp(at, np.linspace(0, 1, len(quantiles)), quantiles)))
