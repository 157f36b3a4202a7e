"""How near sets of windows are: distances, medians, MuseGAN's measures, widest features.

Sides are named lists of equally many windows: ``reference`` and ``real`` are the halves of the
real music, ``generated`` is judged, others are controls.

Shapes: N windows, F features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.metrics import frechet, musegan
from antiphon.metrics.coverage import density_coverage
from antiphon.metrics.features import HEADLINES
from antiphon.metrics.two_sample import two_sample
from antiphon.music.excerpt import Excerpt

Report = dict[str, Any]
Rows = NDArray[np.float64]

_DIRECTIONS = 32


def distances(
    rows: Mapping[str, Rows], sides: Mapping[str, Sequence[Excerpt]], seed: int, n_trees: int
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
            scaled["reference"],
            scaled[name],
            pieces["reference"],
            pieces[name],
            seed=seed,
            n_trees=n_trees,
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


def _median(values: Rows) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan


def mean(values: Sequence[float] | Rows) -> float:
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else math.nan


def _percent(value: float, of: float) -> float:
    return 100 * (value / of - 1) if of else math.nan


def medians(rows: Mapping[str, Rows], names: list[str]) -> Report:
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


def musegan_measures(sides: Mapping[str, Sequence[Excerpt]]) -> Report:
    """MuseGAN's measures, means over windows, generated beside real and the data's own spread."""
    measured = {
        name: [_musegan_of(w) for w in sides[name]] for name in ("reference", "real", "generated")
    }
    found: Report = {}
    for label in measured["real"][0]:
        means = {name: mean([row[label] for row in rows]) for name, rows in measured.items()}
        real = (means["reference"] + means["real"]) / 2
        found[label] = {
            "real": real,
            "generated": means["generated"],
            "difference": abs(means["generated"] - real),
            "floor": abs(means["reference"] - means["real"]),
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


def widest(rows: Mapping[str, Rows], names: list[str], n: int = 12) -> list[Report]:
    """The features in which generated music is farthest from real, with both means."""
    real = np.concatenate([rows["reference"], rows["real"]])
    varies = frechet.varying(real)
    kept = [name for name, does in zip(names, varies, strict=True) if does]
    scaled = frechet.standardise(real[:, varies], rows["generated"][:, varies])
    found = []
    for name, distance in frechet.contributions(scaled[0], scaled[1], kept)[:n]:
        column = names.index(name)
        found.append(
            {
                "feature": name,
                "distance": distance,
                "real": mean(real[:, column]),
                "generated": mean(rows["generated"][:, column]),
            }
        )
    return found
