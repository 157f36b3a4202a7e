"""Evaluate: how near generated music is to real music, and what real music itself scores.

Real songs are split in two halves; one is what generated windows are compared with, the other
is compared in the same way and is the floor: as near as real music comes to other real music.
Every comparison has the same number of windows. Controls are the second half with one thing
destroyed. Nothing here needs a network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon import formats, registry
from antiphon.errors import AntiphonError
from antiphon.inference._controls import detune, mix_tracks, shuffle_bars
from antiphon.metrics import copying, frechet, musegan, structure
from antiphon.metrics.coverage import density_coverage
from antiphon.metrics.features import HEADLINES, matrix
from antiphon.metrics.two_sample import two_sample
from antiphon.music.excerpt import Excerpt, excerpts, onsets_of, part_notes, roll_of
from antiphon.music.piece import RESOLUTION, Piece

Report = dict[str, Any]
PARTS = ("melody", "counter", "chords")
MIN_WINDOWS = 20  # fewer say nothing
_DIRECTIONS = 32


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How windows are drawn and compared."""

    parts: tuple[str, ...] = PARTS
    n: int = 400  # windows a side; fewer where there are fewer
    n_bars: int = 8
    max_per_song: int = 6  # windows of one real song
    trust_keys: bool = True  # take key marks where a piece has them; else estimate every key
    seed: int = 0


def evaluate(
    generated: Sequence[Piece],
    real: Sequence[Piece],
    *,
    training: Sequence[Piece] = (),
    protocol: Protocol | None = None,
    controls: bool = True,
) -> Report:
    """Compare generated pieces with real ones.

    Args:
        generated: pieces to judge.
        real: songs the generator was not trained on.
        training: songs it was trained on; copying is measured against them.
        protocol: parts, windows and seed.
        controls: also measure damaged real music.

    Returns:
        A report that JSON can hold: ``windows``, ``distance``, ``medians``, ``musegan``,
        ``form``, ``copying`` (where `training` is given) and ``widest``.

    Raises:
        AntiphonError: fewer than 20 windows on a side, or a part is unknown.
    """
    protocol = protocol or Protocol()
    rng = np.random.default_rng(protocol.seed)
    order = rng.permutation(len(real))
    halves = [[real[i] for i in order[side::2]] for side in (0, 1)]
    sides = {
        "reference": _windows(halves[0], protocol, rng),
        "real": _windows(halves[1], protocol, rng),
        "generated": _windows(generated, protocol, rng, limit=None),
    }
    n = _equal_n(sides, protocol)
    if controls:
        damaged = [shuffle_bars(piece, rng) for piece in halves[1]]
        sides["bars shuffled"] = _windows(damaged, protocol, rng)
        sides["tracks mixed"] = mix_tracks(sides["real"][:n], rng)
        sides["semitones"] = detune(sides["real"][:n], rng)
    sides = {name: windows[:n] for name, windows in sides.items()}
    names, _ = matrix(sides["reference"][:1])
    rows = {name: matrix(windows)[1] for name, windows in sides.items()}
    report: Report = {
        "windows": {
            "n": n,
            "n_asked": protocol.n,
            "n_bars": protocol.n_bars,
            "parts": list(protocol.parts),
            "features": len(names),
            "pieces": {name: len({w.source for w in s}) for name, s in sides.items()},
            "seed": protocol.seed,
        },
        "distance": _distances(rows, sides, protocol.seed),
        "medians": _medians(rows, names),
        "musegan": _musegan(sides),
        "form": {
            "real": form(real, protocol),
            "generated": form(generated, protocol),
        },
        "widest": _widest(rows, names),
    }
    if training:
        report["copying"] = _copying(generated, real, training, protocol)
    return report


def _windows(
    pieces: Sequence[Piece], protocol: Protocol, rng: np.random.Generator, limit: int | None = 0
) -> list[Excerpt]:
    """Draw windows in random order, at most a few a song; `limit` None takes every window."""
    most = protocol.max_per_song if limit is not None else None
    drawn: list[Excerpt] = []
    for source, piece in enumerate(pieces):
        found = excerpts(
            piece, protocol.parts, protocol.n_bars, source=source, trust_key=protocol.trust_keys
        )
        drawn += [found[i] for i in rng.permutation(len(found))[:most]]
    return [drawn[i] for i in rng.permutation(len(drawn))]


def _equal_n(sides: dict[str, list[Excerpt]], protocol: Protocol) -> int:
    n = min(protocol.n, *(len(windows) for windows in sides.values()))
    if n < MIN_WINDOWS:
        counts = ", ".join(f"{name} {len(windows)}" for name, windows in sides.items())
        raise AntiphonError(
            f"Too little music to compare: {MIN_WINDOWS} windows of {protocol.n_bars} bars are "
            f"needed on each side, there are: {counts}."
        )
    return n


def _distances(
    rows: dict[str, NDArray[np.float64]], sides: dict[str, list[Excerpt]], seed: int
) -> Report:
    """Every side against the reference; `real` is the floor the others are divided by."""
    pooled = np.concatenate([rows["reference"], rows["real"]])
    scaled = dict(zip(rows, frechet.standardise(pooled, *rows.values())[1:], strict=True))
    pooled = np.concatenate([scaled["reference"], scaled["real"]])
    led = dict(zip(rows, frechet.leading(pooled, *scaled.values(), n=_DIRECTIONS)[1:], strict=True))
    pieces = {name: np.array([w.source for w in windows]) for name, windows in sides.items()}
    found: Report = {}
    for name in (n for n in rows if n != "reference"):
        told = two_sample(
            scaled["reference"], scaled[name], pieces["reference"], pieces[name], seed=seed
        )
        near = density_coverage(led["reference"], led[name])
        found[name] = {
            "fd": frechet.frechet_distance(led["reference"], led[name]),
            "fd_all": frechet.frechet_distance(scaled["reference"], scaled[name]),
            "auc": told.auc,
            "auc_logistic": told.logistic,
            "auc_forest": told.forest,
            "density": near.density,
            "coverage": near.coverage,
        }
    for figures in found.values():
        for kind in ("fd", "fd_all"):
            figures[f"{kind}_ratio"] = figures[kind] / found["real"][kind]
    return found


def _median(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan


def _mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else math.nan


def _percent(value: float, of: float) -> float:
    return 100 * (value / of - 1) if of else math.nan


def _medians(rows: dict[str, NDArray[np.float64]], names: list[str]) -> Report:
    """Medians over windows; `real` pools both halves, `floor_percent` is between the halves."""
    found: Report = {}
    for label, feature in HEADLINES.items():
        if feature not in names:
            continue
        column = names.index(feature)
        first, second = rows["reference"][:, column], rows["real"][:, column]
        real, ours = _median(np.append(first, second)), _median(rows["generated"][:, column])
        found[label] = {
            "real": real,
            "generated": ours,
            "percent": _percent(ours, real),
            "floor_percent": _percent(_median(second), _median(first)),
        }
    return found


def _musegan(sides: dict[str, list[Excerpt]]) -> Report:
    """MuseGAN's measures, means over windows, generated beside real and the data's own spread."""
    measured = {
        name: [_musegan_of(w) for w in sides[name]] for name in ("reference", "real", "generated")
    }
    found: Report = {}
    for label in measured["real"][0]:
        mean = {name: _mean([row[label] for row in rows]) for name, rows in measured.items()}
        real = (mean["reference"] + mean["real"]) / 2
        found[label] = {
            "real": real,
            "generated": mean["generated"],
            "difference": abs(mean["generated"] - real),
            "floor": abs(mean["reference"] - mean["real"]),
        }
    return found


def _musegan_of(window: Excerpt) -> dict[str, float]:
    steps = window.steps_per_bar
    rolls = {role: window.roll(role) for role in window.parts}
    found = {f"EB {role}": musegan.empty_bars(roll, steps) for role, roll in rolls.items()}
    if "drums" in rolls:
        found["DP drums"] = musegan.drum_pattern(window.parts["drums"])
        rolls.pop("drums")
    for role, roll in rolls.items():
        found[f"UPC {role}"] = musegan.used_pitch_classes(roll, steps)
        found[f"QN {role}"] = musegan.qualified_notes(roll)
        found[f"polyphony {role}"] = musegan.polyphony(roll)
    roles = list(rolls)
    for i, first in enumerate(roles):
        for second in roles[i + 1 :]:
            found[f"TD {first}-{second}"] = musegan.tonal_distance(rolls[first], rolls[second])
    return found


def _widest(rows: dict[str, NDArray[np.float64]], names: list[str], n: int = 12) -> list[Report]:
    """The features in which generated music is farthest from real, with both means."""
    real = np.concatenate([rows["reference"], rows["real"]])
    varies = np.nanstd(np.where(np.isfinite(real), real, np.nan), axis=0) > 1e-9
    kept = [name for name, does in zip(names, varies, strict=True) if does]
    scaled = frechet.standardise(real[:, varies], rows["generated"][:, varies])
    found = []
    for name, distance in frechet.contributions(scaled[0], scaled[1], kept)[:n]:
        column = names.index(name)
        found.append(
            {
                "feature": name,
                "distance": distance,
                "real": _mean(real[:, column]),
                "generated": _mean(rows["generated"][:, column]),
            }
        )
    return found


def form(pieces: Sequence[Piece], protocol: Protocol) -> dict[str, float]:
    """Return how whole pieces return and contrast, and the same with their bars shuffled.

    ``returning`` and ``contrasting`` need sections; ``block_best`` and ``block_typical`` do
    not (`structure.block_returns`). Means over pieces of at least 12 bars.
    """
    rows = [_form_of(p, protocol, i) for i, p in enumerate(pieces) if p.n_bars >= 12]
    keys = rows[0] if rows else ()
    return {key: _mean([row[key] for row in rows]) for key in keys}


def _form_of(piece: Piece, protocol: Protocol, index: int) -> dict[str, float]:
    likeness = _likeness(piece, protocol.parts)
    mixed = structure.shuffled(likeness, seed=protocol.seed + index)
    returning, contrasting = structure.section_likeness(likeness, piece.sections)
    best, typical = structure.block_returns(likeness)
    return {
        "returning": returning,
        "contrasting": contrasting,
        "returning_shuffled": structure.section_likeness(mixed, piece.sections)[0],
        "block_best": best,
        "block_typical": typical,
        "block_best_shuffled": structure.block_returns(mixed)[0],
    }


def _likeness(piece: Piece, parts: Sequence[str]) -> structure.Matrix:
    """Self-similarity of a whole piece; bars of other lengths are read as if of the first's."""
    piece = piece.on_grid(RESOLUTION)
    starts = piece.bar_starts()
    bar_steps = int(np.diff(starts).max())
    n_bars, steps = len(starts) - 1, -(-bar_steps // (RESOLUTION // 4))
    rolls, onsets = [], []
    for role, notes in part_notes(piece, parts).items():
        if role == "drums" and len(parts) > 1:
            continue
        notes = notes.copy()
        bar = np.clip(np.searchsorted(starts, notes["onset"], side="right") - 1, 0, n_bars - 1)
        aligned = bar * steps * (RESOLUTION // 4)
        notes["onset"] = notes["onset"] - starts[bar] + aligned
        rolls.append(roll_of(notes, n_bars * steps))
        onsets.append(onsets_of(notes, n_bars * steps))
    return structure.self_similarity(rolls, onsets, steps)


def _copying(
    generated: Sequence[Piece],
    real: Sequence[Piece],
    training: Sequence[Piece],
    protocol: Protocol,
) -> Report:
    """Nearest neighbours of 4-bar segments in the training set: generated beside unheard real."""
    rng = np.random.default_rng(protocol.seed)
    known, learned = _segments(training, protocol, hop=1)
    found: Report = {"training_segments": len(known), "bars": copying.BARS}
    for name, pieces in (("generated", generated), ("real", real)):
        asked, places = _segments(pieces, protocol, hop=copying.BARS)
        drawn = rng.permutation(len(asked))[: protocol.n]
        near = copying.nearest(asked[drawn], known)
        found[name] = copying.summary(near.similarity) | {
            "segments": int(np.isfinite(near.similarity).sum())
        }
        if np.isfinite(near.similarity).any():
            worst = int(np.nanargmax(near.similarity))
            piece, bar = places[drawn[worst]]
            twin, twin_bar = learned[near.index[worst]]
            found[name]["nearest"] = {
                "piece": pieces[piece].title or f"{piece + 1}",
                "bar": int(bar) + 1,
                "training_piece": training[twin].title or f"{twin + 1}",
                "training_bar": int(twin_bar) + 1,
            }
    return found


def _segments(
    pieces: Sequence[Piece], protocol: Protocol, *, hop: int
) -> tuple[copying.Words, NDArray[np.intp]]:
    """Every segment's onsets (N, M, 12), and its piece and first bar (N, 2)."""
    words, places = [], []
    for index, piece in enumerate(pieces):
        piece = piece.on_grid(RESOLUTION)
        bars = copying.pack_bars(part_notes(piece, protocol.parts), piece.bar_starts())
        joined = copying.join(bars, hop)
        words.append(joined)
        places.append(np.stack([np.full(len(joined), index), hop * np.arange(len(joined))], axis=1))
    return np.concatenate(words), np.concatenate(places)


def read_folder(folder: Path) -> tuple[list[Piece], list[str]]:
    """Read every music file below a folder, in order of name.

    Returns:
        The pieces, and one sentence for each file that could not be read.

    Raises:
        AntiphonError: there is no folder, or nothing in it can be read.
    """
    if not folder.is_dir():
        raise AntiphonError(f"There is no folder {folder}: give one with MIDI or MusicXML files.")
    pieces, refused = [], []
    suffixes = {".mid", ".midi", ".kar", ".rmi", ".musicxml", ".xml", ".mxl"}
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes):
        try:
            piece = formats.read(path)
        except AntiphonError as error:
            refused.append(f"{path.name}: {error}")
        else:
            piece.title = piece.title or path.stem
            pieces.append(piece)
    if not pieces:
        raise AntiphonError(f"{folder} has no music that can be read: put .mid files into it.")
    return pieces, refused


def read_dataset(name: str, root: Path, splits: Sequence[str]) -> tuple[list[Piece], list[str]]:
    """Read the songs of some splits through a dataset plug-in.

    Returns:
        The pieces, and one sentence for each song that could not be read.

    Raises:
        AntiphonError: the dataset or the folder is unknown, or the splits are empty.
    """
    dataset = registry.load("antiphon.datasets", name)
    pieces, refused = [], []
    for source in dataset.sources(root):
        if source.split in splits:
            try:
                pieces.append(dataset.read(source))
            except AntiphonError as error:
                refused.append(f"{source.id}: {error}")
    if not pieces:
        raise AntiphonError(f"{root} has no songs of {name} in the splits {', '.join(splits)}.")
    return pieces, refused
