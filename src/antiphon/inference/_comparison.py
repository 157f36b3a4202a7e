"""A comparison as rows of figures: real music first, then each system."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from antiphon.inference._evaluation_page import Table, number
from antiphon.inference._nearness import mean

Report = dict[str, Any]

NEAR_REAL, LOW, JUST_TOLD = "near real", "low", "just told"
_MUSEGAN = {
    "EB": "EB, empty bars",
    "UPC": "UPC, pitch classes a bar",
    "QN": "QN, notes of two 16ths",
    "polyphony": "polyphony",
    "TD": "TD, tonal distance",
}


@dataclass(frozen=True)
class Row:
    """One measure.

    Attributes:
        group: under which heading it stands.
        label: what is measured.
        values: of real music, then of each system; None where nothing is known.
        digits: after the point.
        wanted: which is best: `LOW`, `NEAR_REAL`, or neither.
        is_ratio: whether 1 is real music and a picture shows it on a log scale.
    """

    group: str
    label: str
    values: tuple[float | None, ...]
    digits: int
    wanted: str
    is_ratio: bool = False

    @property
    def texts(self) -> list[str]:
        """The values as text."""
        return [number(value, self.digits) for value in self.values]

    @property
    def best(self) -> int | None:
        """Index among `values` of the best system; None where there is none alone."""
        real, *others = self.values
        distance: list[float] = []
        for value in others:
            if value is None or self.wanted == JUST_TOLD:
                distance.append(math.inf)
            elif self.wanted == LOW:
                distance.append(value)
            else:
                distance.append(math.inf if real is None else abs(value - real))
        least = min(distance, default=math.inf)
        found = [i for i, away in enumerate(distance) if away == least]
        return found[0] + 1 if len(found) == 1 and len(others) > 1 and least < math.inf else None


def rows_of(report: Report) -> list[Row]:
    """Return the rows of a comparison in the order they are best read."""
    found = [*_distances(report, 8), *_distances(report, 4)]
    found += _musegan(report) + _medians(report) + _copying(report) + _costs(report)
    return found


def _row(
    report: Report,
    n_bars: int,
    group: str,
    label: str,
    value: Callable[[Report, str], float | None],
    digits: int,
    wanted: str,
    is_ratio: bool = False,
) -> Row:
    """Return a row of what a function finds in evaluations, of ``"real"`` or ``"generated"``."""
    given = [system["evaluations"].get(str(n_bars)) for system in report["systems"]]
    first = next((e for e in given if e), None)
    values = [
        value(first, "real") if first else None,
        *(value(e, "generated") if e else None for e in given),
    ]
    return Row(group, label, tuple(values), digits, wanted, is_ratio)


def _distances(report: Report, n_bars: int) -> list[Row]:
    group = f"Distance to real music, windows of {n_bars} bars"

    def of(name: str) -> Callable[[Report, str], float | None]:
        return lambda e, side: e["distance"][side][name]

    return [
        _row(report, n_bars, group, "Fréchet distance (FD)", of("fd"), 1, LOW),
        _row(report, n_bars, group, "× the floor", of("fd_ratio"), 1, LOW, True),
        _row(report, n_bars, group, "AUC (.5 = cannot be told)", of("auc"), 3, LOW),
        _row(report, n_bars, group, "density", of("density"), 2, NEAR_REAL),
        _row(report, n_bars, group, "coverage", of("coverage"), 2, NEAR_REAL),
    ]


def _musegan(report: Report) -> list[Row]:
    group = "MuseGAN's measures, |generated − real|, mean over parts"

    def off(kind: str) -> Callable[[Report, str], float | None]:
        def value(e: Report, side: str) -> float | None:
            key = "floor" if side == "real" else "difference"
            known = [
                m[key]
                for name, m in e["musegan"].items()
                if name.startswith(f"{kind} ") and m[key] is not None
            ]
            return mean(known) if known else None

        return value

    return [_row(report, 8, group, label, off(kind), 3, LOW) for kind, label in _MUSEGAN.items()]


def _medians(report: Report) -> list[Row]:
    def of(name: str) -> Callable[[Report, str], float | None]:
        return lambda e, side: e["medians"][name][side]

    given = (system["evaluations"].get("8") for system in report["systems"])
    first = next((e for e in given if e), None)
    names = first["medians"] if first else ()
    return [_row(report, 8, "Medians", name, of(name), 3, NEAR_REAL) for name in names]


def _copying(report: Report) -> list[Row]:
    def of(name: str) -> Callable[[Report, str], float | None]:
        return lambda e, side: e.get("copying", {}).get(side, {}).get(name)

    group = "Copying: likeness to the nearest 4 bars that were learned from"
    return [
        _row(report, 8, group, "median", of("median"), 2, JUST_TOLD),
        _row(report, 8, group, "95 %", of("p95"), 2, JUST_TOLD),
        _row(report, 8, group, "share of copies (≥ .9)", of("copies"), 3, JUST_TOLD),
    ]


def _costs(report: Report) -> list[Row]:
    labels = {
        "cpu_minutes": ("CPU minutes", 1),
        "kimg": ("kimg, thousands of segments", 1),
        "kimg_per_cpu_hour": ("kimg a CPU-hour", 0),
    }
    return [
        Row(
            "Training",
            label,
            (None, *(system["cost"].get(key) for system in report["systems"])),
            digits,
            JUST_TOLD,
        )
        for key, (label, digits) in labels.items()
    ]


def remarks(report: Report) -> list[str]:
    """Return what has to be known to read the figures, a sentence each."""
    windows = {
        bars: max(
            (
                s["evaluations"][bars]["windows"]["n"]
                for s in report["systems"]
                if bars in s["evaluations"]
            ),
            default=0,
        )
        for bars in ("8", "4")
    }
    terms = report["terms"]
    said = [
        f"{windows['8']} windows of 8 bars a side and {windows['4']} of 4; "
        f"{terms['pieces']} pieces of {terms['bars']} bars from seed {terms['seed']}. Real music "
        "is one half of the held-out songs against the other: the floor."
    ]
    if windows["8"] < terms["n"]:
        said.append(f"Asked were {terms['n']} windows: there is no more music.")
    for system in report["systems"]:
        if n_silent := system["n_silent"]:
            n_all = n_silent + system["n_pieces"]
            said.append(f"{n_silent} of {n_all} pieces of {system['name']} hold no notes.")
        if missing := [bars for bars in ("8", "4") if bars not in system["evaluations"]]:
            where = f" in windows of {missing[0]} bars" if len(missing) == 1 else ""
            said.append(f"{system['name']} makes too little music to be judged{where}.")
        if system["cost"].get("start"):
            said.append(
                f"{system['name']} began with {system['cost']['start']}, whose training is not "
                "counted."
            )
    learned = {system["name"]: system["data"] for system in report["systems"] if system["data"]}
    if len(set(learned.values())) > 1:
        told = "; ".join(f"{name} from {data}" for name, data in learned.items())
        said.append(f"They learned from different music: {told}.")
    return said


def comparison_table(report: Report, bold: tuple[str, str] = ("", "")) -> Table:
    """Return all rows as one table.

    Args:
        bold: what stands before and after the best figure of a row.
    """
    names = [system["name"] for system in report["systems"]]
    lines: list[tuple[str, ...]] = []
    group = ""
    for row in rows_of(report):
        if all(value is None for value in row.values):
            continue
        if row.group != group:
            group = row.group
            lines.append((f"{bold[0]}{group}{bold[1]}", *[""] * (1 + len(names))))
        lines.append((row.label, *_cells(row, bold)))
    return Table("Comparison", ("", "real music", *names), lines, " ".join(remarks(report)))


def _cells(row: Row, bold: Sequence[str]) -> list[str]:
    best = row.best
    return [f"{bold[0]}{text}{bold[1]}" if i == best else text for i, text in enumerate(row.texts)]
