"""The sheet: a plan with everything decided, bar by bar, before there is a note.

What the plan leaves open is chosen by the style's habits (key, tempo) and by the network that
writes plans (form, chords). Mood moves what is open: valence the mode and the register,
arousal the tempo, the density and the loudness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.errors import AntiphonError
from antiphon.inference._walk import as_tensor, walk
from antiphon.models._ensemble import Ensemble
from antiphon.models._waiting import Kept
from antiphon.models.choir import Segment
from antiphon.models.progression import write_progression
from antiphon.music.chords import Chord
from antiphon.music.form import written_form
from antiphon.music.keys import Key, estimate_key
from antiphon.music.piece import ChordSpan, KeyMark, Metre, Section
from antiphon.music.plan import Plan
from antiphon.representations.bars import (
    BAR,
    KINDS,
    NO_CHORD,
    PITCHED,
    QUALITY_NAMES,
    beat_steps,
    beats_of,
    chord_row,
    home_shift,
)
from antiphon.representations.outline import (
    CHORDS_SIZE,
    FORM_SIZE,
    form_from,
    outline_conditions,
    outline_of,
)
from antiphon.representations.progression import chords_of, frame_of
from antiphon.representations.rolls import (
    CONTROL_NAMES,
    chord_features,
    conditions_of,
    same_place,
)
from antiphon.representations.score import returning

Floats = NDArray[np.float32]
_TONIC_WEIGHTS = np.array([9, 4, 7, 5, 5, 7, 2, 8, 4, 6, 5, 3], dtype=np.float64)
_FITS, _ROOTS = 3.0, 3.0  # logits for a beat of chord tones, and of the bass, that are heard
_COLOUR = 1.0  # logits that each tone beyond a triad costs
_PLAIN = 0.4  # share of a plan's adventure with which a given tune is harmonised
_OPEN_BARS = 12  # bars from which on a form is written when none was asked for


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

    def chord_spans(self) -> list[ChordSpan]:
        """Return the chords in steps of the piece, equal neighbours joined."""
        beat = beat_steps(self.metre)
        spans: list[ChordSpan] = []
        for number, bar in enumerate(self.bars):
            for place in range(bar["n_beats"]):
                root, quality, bass = (int(x) for x in bar["chords"][place])
                chord = None
                if root < 12:
                    chord = Chord(root, QUALITY_NAMES[quality], None if bass == root else bass)
                onset = (number * int(bar["n_beats"]) + place) * beat
                if spans and spans[-1].chord == chord and place:
                    spans[-1] = replace(spans[-1], duration=spans[-1].duration + beat)
                else:
                    spans.append(ChordSpan(onset, beat, chord))
        return spans

    def segment(self, n_parts: int, latent_size: int) -> Segment:
        """Return what the flagship is told: everything is to be made."""
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
    metre = plan.time_signature()
    n_beats = beats_of(metre)
    felt_per_asked = beats_of(metre) / (
        metre.n_beats if metre.is_compound else float(metre.quarters)
    )
    bpm = plan.tempo * felt_per_asked if plan.tempo else _tempo(plan, ensemble, rng)
    n_bars = plan.n_bars(bpm)
    bars = np.zeros(n_bars, BAR)
    bars["number"], bars["n_beats"], bars["compound"] = (
        np.arange(n_bars),
        n_beats,
        metre.is_compound,
    )
    bars["tonic"], bars["minor"], bars["bpm"] = key.tonic, key.mode == "minor", bpm
    sections = plan.sections(n_bars)
    progression = plan.progression(key)
    _fill(bars, plan, ensemble, sections, progression)
    sections = sections or sections_from(bars)
    controls, known = controls_for(plan, ensemble, n_bars)
    decided = replace(
        plan,
        bars=n_bars,
        duration_s=None,
        key=str(key),
        mode=None,
        tempo=round(bpm / felt_per_asked, 2),
        form=written_form(sections),
        instruments=plan.named_parts(),
        chords=written_chords(bars, key),
    )
    return Sheet(decided, key, metre, bpm, sections, bars, controls, known)


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


def _tempo(plan: Plan, ensemble: Ensemble, rng: np.random.Generator) -> float:
    """Return felt beats a minute from the style's quantiles; arousal chooses among them."""
    at = float(np.clip(0.5 + rng.normal() * 0.22, 0.05, 0.95))
    if plan.arousal is not None:
        at = float(np.clip(0.5 + 0.45 * plan.arousal + rng.normal() * 0.05, 0.02, 0.98))
    quantiles = ensemble.tables["bpm"].numpy()
    return float(round(np.interp(at, np.linspace(0, 1, len(quantiles)), quantiles)))


def controls_for(plan: Plan, ensemble: Ensemble, n_bars: int) -> tuple[Floats, Floats]:
    """Return the controls a plan asks for, read off the style's quantiles."""
    table = ensemble.tables["controls"].numpy()  # (K, Q)
    density = plan.density
    if density is None and plan.arousal is not None:
        density = 0.5 + 0.35 * plan.arousal
    wanted = {} if density is None else dict.fromkeys(PITCHED, density)
    if plan.arousal is not None:
        wanted["loudness"] = 0.5 + 0.4 * plan.arousal
    if plan.valence is not None:
        wanted["register"] = 0.5 + 0.3 * plan.valence
    controls = np.zeros((n_bars, len(CONTROL_NAMES)), np.float32)
    known = np.zeros_like(controls)
    places = np.linspace(0, 1, table.shape[1])
    for name, at in wanted.items():
        column = CONTROL_NAMES.index(name)
        controls[:, column] = np.interp(np.clip(at, 0, 1), places, table[column])
        known[:, column] = 1
    return controls, known


def _fill(
    bars: NDArray[np.void],
    plan: Plan,
    ensemble: Ensemble,
    sections: Sequence[Section] | None,
    progression: list[list[Chord | None]] | None,
) -> None:
    """Write sections and chords into the bars: as asked, else by the planner."""
    if sections is None and len(bars) < _OPEN_BARS:
        sections = [Section(0, len(bars), "A")]
    if progression is not None:
        write_chords(bars, progression)
    if sections is not None:
        write_sections(bars, sections)
    if sections is None:
        outline = _planned(bars, plan, ensemble, form=False, chords=progression is not None)
        write_sections(bars, form_from(outline))
    if progression is None:
        outline = _planned(bars, plan, ensemble, form=True, chords=False)
        _write_planned(bars, outline, plan, ensemble)
        _repeat_chords(bars)
        _close(bars)


def _planned(
    bars: NDArray[np.void], plan: Plan, ensemble: Ensemble, *, form: bool, chords: bool
) -> Floats:
    """Return outlines (N, 57) of all bars by the planner; form or chords may be given."""
    planner = ensemble.planner
    if planner is None:
        raise ValueError(f"the weights {ensemble.name} have no planner")
    n = len(bars)
    at = np.arange(n)
    mean, deviation = ensemble.tables["outline_mean"], ensemble.tables["outline_deviation"]
    known = (torch.from_numpy(outline_of(bars)) - mean) / deviation
    mask = torch.ones(1, n, 2)
    mask[..., 0] = 0.0 if form else 1.0
    mask[..., 1] = 0.0 if chords else 1.0
    made = torch.cat(
        [mask[..., :1].expand(1, n, FORM_SIZE), mask[..., 1:].expand(1, n, CHORDS_SIZE)], dim=-1
    )
    offset = bars["number"] - bars["section_start"]
    places = same_place(bars["section"], offset) if form else np.zeros((n, n), bool)
    segment = Segment(
        condition=as_tensor(outline_conditions(bars, at, n - 1 - at)),
        controls=torch.zeros(1, n, 0),
        controls_known=torch.zeros(1, n, 0),
        known=known[None] * (1 - made),
        mask=mask,
        same_place=as_tensor(places),
        valid=torch.ones(1, n),
    )
    seed = (plan.seed * 2 + form) * 7919 + 11
    latents = walk(planner, segment, [seed], temperature=0.85 + 0.2 * plan.adventure)
    return (latents[0] * deviation + mean).numpy()


def write_sections(bars: NDArray[np.void], sections: Sequence[Section]) -> None:
    letters: dict[str, int] = {}
    for section in sections:
        inside = slice(section.start, section.start + section.n_bars)
        bars["section"][inside] = letters.setdefault(section.label, len(letters))
        bars["kind"][inside] = KINDS.index(section.label) if section.label in KINDS else 0
        bars["section_start"][inside] = section.start
        bars["section_bars"][inside] = section.n_bars


def sections_from(bars: NDArray[np.void]) -> list[Section]:
    """Return the sections written into bars, letters given in the order of appearance."""
    sections: list[Section] = []
    letters: dict[int, str] = {}
    for start in np.unique(bars["section_start"]):
        bar = bars[start]
        if bar["kind"]:
            label = KINDS[bar["kind"]]
        else:
            label = letters.setdefault(int(bar["section"]), chr(ord("A") + len(letters)))
        sections.append(Section(int(start), int(bar["section_bars"]), label))
    return sections


def write_chords(bars: NDArray[np.void], progression: list[list[Chord | None]]) -> None:
    """Write a progression, repeated to fill; chords of a bar share its beats equally.

    Raises:
        AntiphonError: a bar has more chords than beats.
    """
    for number in range(len(bars)):
        chords = progression[number % len(progression)]
        n_beats = int(bars["n_beats"][number])
        if len(chords) > n_beats:
            raise AntiphonError(
                f"Bar {number + 1} of the progression has {len(chords)} chords: "
                f"a bar of this metre has room for {n_beats}, one on each beat."
            )
        for place in range(bars["chords"].shape[1]):
            chord = chords[min(place * len(chords) // n_beats, len(chords) - 1)]
            bars["chords"][number, place] = chord_row(ChordSpan(0, 1, chord))


def harmonise(
    bars: NDArray[np.void], plan: Plan, ensemble: Ensemble, heard: Floats, lowest: Floats
) -> None:
    """Write chords that fit what is heard into bars that have sections.

    Args:
        bars: (N,) table of `bars.BAR`.
        plan: adventure and seed.
        ensemble: of the style.
        heard: (N, MAX_BEATS, 12) for what share of each beat each pitch class sounds.
        lowest: the same of the bass.
    """
    outline = _planned(bars, plan, ensemble, form=True, chords=False)
    vocabulary = chord_features(
        ensemble.tables["vocabulary"].numpy()[:, None],
        np.zeros(len(ensemble.tables["vocabulary"]), np.int64),
    )[:, 0]
    shift = home_shift(bars["tonic"], bars["minor"])
    turn = (np.arange(12) - shift[:, None, None]) % 12  # home pitch class p sounds as p − shift
    heard, lowest = (
        np.take_along_axis(x, np.broadcast_to(turn, x.shape), axis=2) for x in (heard, lowest)
    )
    tones = vocabulary[:, :12]
    flat = heard.reshape(-1, 12)
    ahead = heard + np.append(flat[1:], flat[-1:], axis=0).reshape(heard.shape)
    lean = _FITS * ahead @ (2 * tones.T - 1) - _COLOUR * (tones.sum(axis=1) - 3)
    lean += _ROOTS * lowest @ (2 * vocabulary[:, 12:24].T - 1)
    plain = replace(plan, adventure=_PLAIN * plan.adventure)
    _write_planned(bars, outline, plain, ensemble, lean.astype(np.float32))


def _write_planned(
    bars: NDArray[np.void],
    outline: Floats,
    plan: Plan,
    ensemble: Ensemble,
    lean: Floats | None = None,
) -> None:
    """Write the chords of all bars after an outline; `lean` as `write_progression` takes it."""
    network = ensemble.progression
    if network is None:
        raise ValueError(f"the weights {ensemble.name} write no chords")
    n = len(bars)
    mean, deviation = ensemble.tables["outline_mean"], ensemble.tables["outline_deviation"]
    heard = ((torch.from_numpy(outline) - mean) / deviation)[:, FORM_SIZE:]
    rng = np.random.default_rng([plan.seed, 23])
    share = float(np.interp(plan.adventure, [0, 0.5], [0.8, 1.0]))
    temperature = float(np.interp(plan.adventure, [0.5, 1], [1.0, 1.25]))
    at = np.arange(n)
    frame = frame_of(bars, at, n - 1 - at)
    sounding = write_progression(network, heard, frame, rng, share, temperature, lean)
    found = chords_of(sounding, ensemble.tables["vocabulary"].numpy()).astype(np.int64)
    shift = home_shift(bars["tonic"], bars["minor"])[:, None]
    there = found[..., 0] != NO_CHORD
    for column in (0, 2):
        moved = (found[..., column] - shift) % 12
        found[..., column] = np.where(there, moved, NO_CHORD)
    bars["chords"] = found


def _repeat_chords(bars: NDArray[np.void]) -> None:
    """A section that returns has the chords of the first time, but for its last bar."""
    first = returning(bars)
    offset = bars["number"] - bars["section_start"]
    again = (first >= 0) & (bars["kind"] == 0) & (offset < bars["section_bars"] - 1)
    bars["chords"][again] = bars["chords"][first[again]]


def _close(bars: NDArray[np.void]) -> None:
    """The last bar stands on the tonic."""
    tonic, minor = int(bars["tonic"][-1]), bool(bars["minor"][-1])
    bars["chords"][-1] = (tonic, QUALITY_NAMES.index("m" if minor else ""), tonic)


def written_chords(bars: NDArray[np.void], key: Key) -> str:
    """Return the chords of all bars as `parse_progression` reads them."""
    written = []
    for bar in bars:
        n_beats = int(bar["n_beats"])
        symbols = []
        for root, quality, bass in bar["chords"][:n_beats].tolist():
            if root >= 12:
                symbols.append("N")
            else:
                chord = Chord(root, QUALITY_NAMES[quality], None if bass == root else bass)
                symbols.append(chord.symbol(key))
        half = (n_beats + 1) // 2
        if len(set(symbols)) == 1:
            symbols = symbols[:1]
        elif n_beats % 2 == 0 and len(set(symbols[:half])) == len(set(symbols[half:])) == 1:
            symbols = [symbols[0], symbols[half]]
        written.append(" ".join(symbols))
    return "| " + " | ".join(written) + " |"
