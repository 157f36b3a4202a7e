"""Compare: several systems by one protocol: the same real songs, windows and measures.

Each draws as many pieces of the same length, they are cut into windows of 8 and of 4 bars, and
equally many windows of each are compared with real music (`evaluate`). What was drawn and
measured before with the same weights, seed and music is taken from the folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import antiphon
from antiphon import datasets, formats
from antiphon.errors import AntiphonError, unknown
from antiphon.inference import evaluate as judging
from antiphon.inference._comparison import comparison_table, remarks, rows_of
from antiphon.inference._systems import (
    System,
    check_names,
    cost_of,
    files_for,
    named,
    pieces_of,
    read_json,
    stamp,
    systems,
)
from antiphon.inference.evaluate import MIN_WINDOWS, PARTS, as_json, count_windows, read_real
from antiphon.music.excerpt import Excerpt, excerpts
from antiphon.music.instruments import ROLES
from antiphon.music.piece import KeyMark, Metre, Piece, Tempo, Track

__all__ = [
    "Comparison",
    "RealMusic",
    "Terms",
    "check_names",
    "compare",
    "comparison_table",
    "named",
    "remarks",
    "rows_of",
    "systems",
]

Report = dict[str, Any]
# hears what is done, how many of many, which step of all it is, and how many there are
Progress = Callable[[str, int, int, int, int], None]
WINDOWS = (8, 4)  # bars


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is equal for all that are compared.

    Attributes:
        pieces, bars: how many each draws, and how long; of files there are as many as there are.
        n: windows a side, of 8 bars and of 4; fewer where one of them has fewer.
        seed: of the first piece.
        trust_keys: take key marks where a piece has them; else estimate every key.
        n_shown: pieces of each to look at and listen to.
    """

    parts: tuple[str, ...] = PARTS
    pieces: int = 100
    bars: int = 32
    n: int = 400
    seed: int = 1000
    trust_keys: bool = True
    n_trees: int = 100
    n_shown: int = 3

    def __post_init__(self) -> None:
        if not self.parts:
            raise AntiphonError(f"No part is named: give some of {', '.join(ROLES)}.")
        for part in self.parts:
            if part not in ROLES:
                raise unknown(part, "parts", ROLES)

    def protocol(self, n_bars: int) -> judging.Protocol:
        """Return how windows of so many bars are drawn and compared."""
        return judging.Protocol(
            parts=self.parts,
            n=self.n,
            n_bars=n_bars,
            trust_keys=self.trust_keys,
            n_trees=self.n_trees,
        )


@dataclass(frozen=True)
class RealMusic:
    """Where the real songs are, read when they are asked for; see `evaluate.read_real`."""

    against: Path
    dataset: str = ""
    training: Path | None = None

    def __post_init__(self) -> None:
        if (self.against / "bars.npy").exists():
            raise AntiphonError(
                f"{self.against} is a prepared set, without whole songs: give the folder of the "
                "data set itself, and --dataset NAME."
            )
        if not self.against.is_dir():
            raise AntiphonError(f"There is no folder {self.against}: give one with real music.")
        if self.training is not None and not self.training.is_dir():
            raise AntiphonError(f"There is no folder {self.training} that was learned from.")
        if self.dataset:
            dataset = datasets.load(self.dataset)
            if not hasattr(dataset, "sources"):
                raise AntiphonError(f"{self.dataset} holds sounds, not notes: no music to compare.")
            dataset.sources(self.against)

    @cached_property
    def songs(self) -> tuple[list[Piece], list[Piece], list[str]]:
        """The real songs, those learned from, and a sentence for each that was left out."""
        return read_real(self.against, self.dataset, self.training)

    @cached_property
    def digest(self) -> str:
        """What changes when the files do."""
        learned = stamp(self.training) if self.training else ""
        return f"{self.dataset} {stamp(self.against)} {learned}"


@dataclass(frozen=True)
class Comparison:
    """What came out.

    Attributes:
        report: plain values: ``terms``, ``windows`` (how many, by bars) and ``systems``, each
            with ``name``, ``architecture``, ``data`` (what it learned from), ``cost``,
            ``n_pieces``, ``n_silent`` (more, without notes or not to be read), ``n_windows`` and
            ``evaluations`` by bars.
        shown: pieces of 8 bars to look at and listen to, of ``"real"`` and of each system, all
            in C major or A minor and with the same instruments.
    """

    report: Report
    shown: dict[str, list[Piece]]


def compare(
    compared: Sequence[System], real: RealMusic, terms: Terms, out: Path, progress: Progress
) -> Comparison:
    """Draw pieces of each system and judge all by the same real music.

    Args:
        compared: what `systems` returned.
        real: what they are compared with.
        terms: what is equal for all.
        out: folder; below it ``music/NAME`` holds the pieces, ``evaluations`` the figures.
        progress: told of every step.

    Raises:
        AntiphonError: something cannot be drawn or read, or there is too little real music.
    """
    n_steps = len(compared) * (1 + len(WINDOWS))
    drawn: dict[str, list[Piece]] = {}
    silent: dict[str, int] = {}
    for step, system in enumerate(compared):
        drawn[system.name], silent[system.name] = pieces_of(
            system,
            out / "music" / system.name,
            parts=terms.parts,
            n=terms.pieces,
            bars=terms.bars,
            seed=terms.seed,
            progress=_telling(progress, f"{system.name}: drawing", terms.pieces, step, n_steps),
        )
    counts = {
        name: {n_bars: count_windows(pieces, terms.protocol(n_bars)) for n_bars in WINDOWS}
        for name, pieces in drawn.items()
    }
    judged: dict[str, Report] = {system.name: {} for system in compared}
    step = len(compared)
    for n_bars in WINDOWS:
        enough = [c[n_bars] for c in counts.values() if c[n_bars] >= MIN_WINDOWS]
        equal = replace(terms, n=min([terms.n, *enough]))
        for system in compared:
            what = f"{system.name}: judging windows of {n_bars} bars"
            progress(what, 0, 1, step, n_steps)
            if counts[system.name][n_bars] >= MIN_WINDOWS:
                file = out / "evaluations" / f"{system.name}-{n_bars}.json"
                judged[system.name][str(n_bars)] = _judged(
                    system, drawn[system.name], real, equal, n_bars, file
                )
            step += 1
            progress(what, 1, 1, step, n_steps)
    report = {
        "terms": asdict(terms) | {"dataset": real.dataset, "version": antiphon.__version__},
        "systems": [
            {
                "name": system.name,
                "architecture": system.architecture,
                "weights": system.digest,
                "data": system.data,
                "cost": cost_of(system),
                "n_pieces": len(drawn[system.name]),
                "n_silent": silent[system.name],
                "n_windows": {str(k): v for k, v in counts[system.name].items()},
                "evaluations": judged[system.name],
            }
            for system in compared
        ],
    }
    return Comparison(report, {"real": _real_shown(real, terms, out)} | _shown(drawn, terms))


def _telling(progress: Progress, what: str, total: int, step: int, n_steps: int) -> Any:
    return lambda done: progress(what, done, total, step + (done == total), n_steps)


def _judged(
    system: System, pieces: list[Piece], real: RealMusic, terms: Terms, n_bars: int, file: Path
) -> Report:
    """Return an evaluation, from a file where it holds the same one."""
    terms = replace(terms, n_shown=0)  # changes nothing
    wanted = {"system": system.digest, "real": real.digest, "version": antiphon.__version__}
    key = json.loads(json.dumps(asdict(terms) | wanted))
    kept = read_json(file)
    if isinstance(kept, dict) and kept.get("key") == key:
        return _report_in(kept)
    songs, learned, _ = real.songs
    found = judging.evaluate(
        pieces,
        songs,
        training=learned if n_bars == WINDOWS[0] else (),
        protocol=terms.protocol(n_bars),
        controls=False,
    )
    text = as_json({"key": key, "report": found})
    judging.write_text(text, file)
    return _report_in(json.loads(text))


def _report_in(kept: dict[str, Report]) -> Report:
    return kept["report"]


def _shown(drawn: dict[str, list[Piece]], terms: Terms) -> dict[str, list[Piece]]:
    """Return windows of the first pieces of each; of a piece with none, of the next."""
    shown: dict[str, list[Piece]] = {}
    for name, pieces in drawn.items():
        rng = np.random.default_rng(terms.seed)
        found: list[Piece] = []
        for number, piece in enumerate(pieces, 1):
            if len(found) == terms.n_shown:
                break
            windows = excerpts(piece, terms.parts, WINDOWS[0], trust_key=terms.trust_keys)
            if windows:
                window = windows[int(rng.integers(len(windows)))]
                title = f"{name}, piece {number} from bar {window.start + 1}"
                found.append(_alone(window, piece, title))
        shown[name] = found
    return shown


def _real_shown(real: RealMusic, terms: Terms, out: Path) -> list[Piece]:
    """Return windows of real songs, from files where they are there."""
    wanted = {"real": real.digest, **asdict(terms)}
    files = files_for(out / "music" / "real", terms.n_shown, wanted)
    if not all(file.exists() for file in files):
        songs, _, _ = real.songs
        order = np.random.default_rng(terms.seed).permutation(len(songs))
        found = _shown({"real music": [songs[i] for i in order]}, terms)["real music"]
        for piece, file in zip(found, files, strict=False):
            formats.write(piece, file)
    return [formats.read(file) for file in files if file.exists()]


def _alone(window: Excerpt, piece: Piece, title: str) -> Piece:
    """Return a window as a piece of its own, with the usual instruments of its parts."""
    first = int(piece.bar_starts()[window.start])
    bpm = max((t for t in piece.tempos if t.onset <= first), key=lambda t: t.onset, default=None)
    at = piece.metre_at(first)
    return Piece(
        [
            Track(ROLES[part].name, ROLES[part].program, part == "drums", notes, part)
            for part, notes in window.parts.items()
        ],
        tempos=[Tempo(0, bpm.bpm if bpm else 90.0)],
        metres=[Metre(0, at.numerator, at.denominator)],
        keys=[KeyMark(0, window.key)],
        title=title,
        n_bars_asked=window.n_bars,
    )
