"""Planning: form and chords written into the table of a piece's bars, by the plan's networks.

What is asked for is written as it is; what is left open the planner draws and the network for
chords writes. A given tune is harmonised by the same network, leaning to what fits it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.inference._walk import as_tensor, walk
from antiphon.metrics.progressions import progression_measures
from antiphon.models._audition import chosen_by
from antiphon.models._critic import Critic
from antiphon.models._ensemble import Ensemble
from antiphon.models.choir import Segment
from antiphon.models.progression import write_progression
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, Section
from antiphon.music.plan import Plan
from antiphon.representations.bars import (
    KINDS,
    MAX_BEATS,
    QUALITY_NAMES,
    chord_of,
    chord_row,
    home_shift,
    moved_chords,
)
from antiphon.representations.outline import (
    CHORDS_SIZE,
    FORM_SIZE,
    form_from,
    outline_conditions,
    outline_of,
)
from antiphon.representations.progression import chords_of, frame_of
from antiphon.representations.rolls import chord_features, same_place
from antiphon.representations.score import returning

Floats = NDArray[np.float32]
_FITS, _ROOTS = 3.0, 3.0  # logits for a beat of chord tones, and of the bass, that are heard
_COLOUR = 1.0  # logits that each tone beyond a triad costs
N_TAKES = 64  # of the chords of a plan, of which its critic chooses one
_N_HARMONIES = 16  # takes of chords under a given tune
_PLAIN = 0.4  # share of a plan's adventure with which it is harmonised
_AGREED_BARS = 4  # in which one take harmonises a given tune
_HEARD_BARS = 8  # plans that are shorter have too few chords to be measured
_OPEN_BARS = 12  # bars from which on a form is written when none was asked for


def fill_form(
    bars: NDArray[np.void],
    plan: Plan,
    ensemble: Ensemble,
    sections: Sequence[Section] | None,
    progression: list[list[Chord | None]] | None,
) -> None:
    """Write sections into the bars, as asked or by the planner, and chords that are asked for."""
    if sections is None and len(bars) < _OPEN_BARS:
        sections = [Section(0, len(bars), "A")]
    if progression is not None:
        write_chords(bars, progression)
    if sections is not None:
        write_sections(bars, sections)
    else:
        outline = _planned(bars, plan, ensemble, form=False, chords=progression is not None)
        write_sections(bars, form_from(outline))


def fill_chords(
    bars: NDArray[np.void], plan: Plan, ensemble: Ensemble, lean: Floats | None = None
) -> None:
    """Write chords by the planner into bars that have sections.

    Args:
        bars: (N,) table of `bars.BAR`.
        plan: adventure and seed.
        ensemble: of the style.
        lean: (N, V) logits that each chord of the vocabulary gets.
    """
    outline = _planned(bars, plan, ensemble, form=True, chords=False)
    spread = None if lean is None else np.repeat(lean[:, None], MAX_BEATS, axis=1)
    critic = ensemble.plan_critic if len(bars) >= _HEARD_BARS else None
    if critic is None:
        _write_planned(bars, outline, plan, ensemble, spread)
    else:
        choose = partial(_heard_best, critic, bars, plan.seed)
        _write_planned(bars, outline, plan, ensemble, spread, choose, N_TAKES)
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
    latents = walk(
        planner, segment, [seed], temperature=0.85 + 0.2 * ensemble.boldness(plan.adventure)
    )
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

    Of many takes those are chosen that agree most with the others.

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
    choose = partial(agreed, n_beats=int(bars["n_beats"][0]))
    spread = lean.astype(np.float32)
    plain = replace(plan, adventure=_PLAIN * plan.adventure)
    _write_planned(bars, outline, plain, ensemble, spread, choose, _N_HARMONIES)


def _write_planned(
    bars: NDArray[np.void],
    outline: Floats,
    plan: Plan,
    ensemble: Ensemble,
    lean: Floats | None = None,
    choose: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda takes: takes[0],
    n_takes: int = 1,
) -> None:
    """Write the chords of all bars after an outline.

    Args:
        lean: as `write_progression` takes it.
        choose: returns the chords (N, MAX_BEATS, 3) of takes (K, N, MAX_BEATS, 3), in the home
            key.
        n_takes: K.
    """
    network = ensemble.progression
    if network is None:
        raise ValueError(f"the weights {ensemble.name} write no chords")
    n = len(bars)
    mean, deviation = ensemble.tables["outline_mean"], ensemble.tables["outline_deviation"]
    heard = ((torch.from_numpy(outline) - mean) / deviation)[:, FORM_SIZE:]
    rng = np.random.default_rng([plan.seed, 23])
    adventure = ensemble.boldness(plan.adventure)
    share = float(np.interp(adventure, [0, 0.5], [0.8, 1.0]))
    temperature = float(np.interp(adventure, [0.5, 1], [1.0, 1.25]))
    table, at = np.tile(bars, n_takes), np.tile(np.arange(n), n_takes)
    table["piece"] = np.repeat(np.arange(n_takes), n)
    frame = frame_of(table, at, n - 1 - at)
    takes = heard.expand(n_takes, -1, -1)
    written = write_progression(network, takes, frame, rng, share, temperature, lean)
    found = chords_of(written, ensemble.tables["vocabulary"].numpy())
    bars["chords"] = moved_chords(choose(found), -home_shift(bars["tonic"], bars["minor"]))


def _heard_best(
    critic: Critic, bars: NDArray[np.void], seed: int, takes: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return one of the takes (K, N, MAX_BEATS, 3) of the chords, by the odds of being a song's."""
    n_beats, minor = int(bars["n_beats"][0]), bool(bars["minor"][0])
    rows = np.stack([progression_measures(chords, n_beats, minor=minor) for chords in takes])
    return takes[chosen_by(critic.odds(rows), [seed, 37])]


def agreed(takes: NDArray[np.uint8], n_beats: int) -> NDArray[np.uint8]:
    """Return the chords (N, MAX_BEATS, 3) that agree most with those of all takes.

    Four bars at a time those of one take: the one whose tones, of all takes, share most with the
    others' (|both| / |either|, beat by beat). That is the least expected risk where a tune leaves
    open what stood under it.

    Args:
        takes: (K, N, MAX_BEATS, 3).
        n_beats: of a bar.
    """
    every = takes.reshape(-1, *takes.shape[2:])
    tones = chord_features(every, np.zeros(len(every), np.int64))[..., :12] > 0
    tones = tones.reshape(*takes.shape[:3], 12)[:, :, :n_beats]
    both = np.stack([(tones & one).sum(axis=-1) for one in tones])  # (K, K, N, beats)
    either = np.stack([(tones | one).sum(axis=-1) for one in tones])
    share = np.where(either > 0, both / np.maximum(either, 1), 1.0).mean(axis=(0, 3))  # (K, N)
    chosen = np.empty_like(takes[0])
    for first in range(0, takes.shape[1], _AGREED_BARS):
        span = slice(first, first + _AGREED_BARS)
        chosen[span] = takes[share[:, span].sum(axis=1).argmax(), span]
    return chosen


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
        chords = [chord_of(row) for row in bar["chords"][:n_beats]]
        symbols = ["N" if chord is None else chord.symbol(key) for chord in chords]
        half = (n_beats + 1) // 2
        if len(set(symbols)) == 1:
            symbols = symbols[:1]
        elif n_beats % 2 == 0 and len(set(symbols[:half])) == len(set(symbols[half:])) == 1:
            symbols = [symbols[0], symbols[half]]
        written.append(" ".join(symbols))
    return "| " + " | ".join(written) + " |"
