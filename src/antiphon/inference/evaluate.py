"""Evaluate: how near generated music is to real music, and what real music itself scores.

Real songs are split in two halves; one is what generated windows are compared with, the other
is compared in the same way and is the floor: as near as real music comes to other real music.
Every comparison has the same number of windows. Controls are the second half with one thing
destroyed. Nothing here needs a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from antiphon import datasets, formats
from antiphon.errors import AntiphonError
from antiphon.inference._controls import detune, mix_tracks, shuffle_bars
from antiphon.inference._evaluation_page import (
    Table,
    as_json,
    markdown,
    rich_table,
    table_markdown,
    tables,
    write_page,
    write_text,
)
from antiphon.inference._nearness import distances, medians, musegan_measures, widest
from antiphon.inference._recurrence import copied, form
from antiphon.metrics.features import matrix
from antiphon.music.excerpt import Excerpt, excerpts
from antiphon.music.piece import Piece

__all__ = [
    "PARTS",
    "Protocol",
    "Report",
    "Table",
    "as_json",
    "count_windows",
    "evaluate",
    "evaluate_folders",
    "markdown",
    "read_dataset",
    "read_folder",
    "read_real",
    "rich_table",
    "table_markdown",
    "tables",
    "write_page",
    "write_text",
]

Report = dict[str, Any]

PARTS = ("melody", "counter", "chords")
MIN_WINDOWS = 20  # fewer say nothing


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How windows are drawn and compared."""

    parts: tuple[str, ...] = PARTS
    n: int = 400  # windows a side; fewer where there are fewer
    n_bars: int = 8
    max_per_song: int = 6  # windows of one real song
    trust_keys: bool = True  # take key marks where a piece has them; else estimate every key
    n_trees: int = 100  # of the classifier that tries to tell the sides apart
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
        "distance": distances(rows, sides, protocol.seed, protocol.n_trees),
        "medians": medians(rows, names),
        "musegan": musegan_measures(sides),
        "form": {
            "real": form(real, protocol.parts, protocol.seed),
            "generated": form(generated, protocol.parts, protocol.seed),
        },
        "widest": widest(rows, names),
    }
    if training:
        report["copying"] = copied(
            generated, real, training, protocol.parts, n=protocol.n, seed=protocol.seed
        )
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


def count_windows(pieces: Sequence[Piece], protocol: Protocol) -> int:
    """Return how many windows of a protocol's length pieces to judge have."""
    return sum(len(excerpts(piece, protocol.parts, protocol.n_bars)) for piece in pieces)


def _equal_n(sides: dict[str, list[Excerpt]], protocol: Protocol) -> int:
    n = min(protocol.n, *(len(windows) for windows in sides.values()))
    if n < MIN_WINDOWS:
        counts = ", ".join(f"{name} {len(windows)}" for name, windows in sides.items())
        raise AntiphonError(
            f"Too little music to compare: {MIN_WINDOWS} windows of {protocol.n_bars} bars are "
            f"needed on each side, there are: {counts}."
        )
    return n


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
    dataset = datasets.load(name)
    pieces, refused = [], []
    for source in dataset.sources(root):
        if source.split in splits:
            try:
                pieces.append(datasets.read(dataset, source))
            except AntiphonError as error:
                refused.append(f"{source.id}: {error}")
    if not pieces:
        raise AntiphonError(f"{root} has no songs of {name} in the splits {', '.join(splits)}.")
    return pieces, refused


def evaluate_folders(
    generated: Path,
    against: Path,
    *,
    dataset: str = "",
    training: Path | None = None,
    protocol: Protocol | None = None,
    controls: bool = True,
) -> tuple[Report, list[str]]:
    """Compare a folder of generated files with a folder of real ones, or with a dataset.

    Args:
        generated: folder of MIDI or MusicXML files.
        against: folder of real files; with `dataset`, that dataset's folder, whose test and
            validation songs are the real ones and whose train songs are the training set.
        dataset: a plug-in of ``antiphon.datasets``, or "".
        training: folder the generator learned from, for copying.
        protocol: parts, windows and seed.
        controls: also measure damaged real music.

    Returns:
        The report of `evaluate`, and one sentence for each file left out.

    Raises:
        AntiphonError: a folder is missing or holds too little music.
    """
    ours, refused = read_folder(generated)
    real, learned, more = read_real(against, dataset, training)
    report = evaluate(ours, real, training=learned, protocol=protocol, controls=controls)
    return report, refused + more


def read_real(
    against: Path, dataset: str = "", training: Path | None = None
) -> tuple[list[Piece], list[Piece], list[str]]:
    """Read real music.

    Args:
        against: folder of real files; with `dataset`, that dataset's folder, whose test and
            validation songs are the real ones and whose train songs are the training set.
        dataset: a plug-in of ``antiphon.datasets``, or "".
        training: folder that was learned from, in place of the train songs.

    Returns:
        The real songs, those that were learned from, and one sentence for each left out.

    Raises:
        AntiphonError: a folder is missing or holds no music.
    """
    learned: list[Piece] = []
    if dataset:
        real, more = read_dataset(dataset, against, ("test", "validation"))
        if training is None:
            learned, _ = read_dataset(dataset, against, ("train",))
    else:
        real, more = read_folder(against)
    if training is not None:
        learned, _ = read_folder(training)
    return real, learned, more
