"""How far conversion between styles goes, and how much of the tune it keeps (protocol 3).

A judge that never saw the converter (boosted trees on the features of `antiphon.metrics`,
learnt from the train splits) says of lead sheets of held-out pieces what style they are, as they
are, converted, and converted back. Beside the converter: the untouched copy, and the nearest
stretch of the wanted style in the train split.

    python benchmarks/convert.py --model runs/converter --pieces 30
    python benchmarks/convert.py --songs 5 --from data/pop909      # whole songs, band and all

Needs data/prepared/{pop909,openscore_lieder,openewld,music21_folk}. A tune is kept where a tone
of the same pitch begins at the same place. Bars of four and of two simple beats are taken.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from antiphon import models
from antiphon.datasets import pop909
from antiphon.inference._given import understand
from antiphon.inference._restyling import restyle
from antiphon.inference.convert import convert
from antiphon.metrics._lead_sheets import lead_sheet_measures
from antiphon.models._gan import Drawer, read_drawer
from antiphon.music.chords import QUALITIES
from antiphon.music.piece import RESOLUTION, Piece
from antiphon.music.plan import Plan
from antiphon.representations.bars import runs_of
from antiphon.representations.lead_sheet import (
    GROUPS,
    MINOR,
    NO_CHORD_SYMBOL,
    LeadSheet,
    lead_sheet_of,
    onsets_of,
)
from antiphon.representations.lead_sheet_view import LeadSheetView, opened_set

STYLES = ("classical", "folk", "jazz", "pop")
N_BEATS = 32
Convert = Callable[[LeadSheet, str, str], LeadSheet]  # sheet, from, to


def windows(view: LeadSheetView, folder: Path, split: str, most: int, seed: int) -> list[Any]:
    """Return (style, piece, lead sheet of 32 beats) of `most` windows of each style, of as many
    pieces as there are."""
    rng = np.random.default_rng(seed)
    found = []
    for text in view.sets:
        style = text.split("=")[0]
        tables = opened_set(folder, text, split)
        sheet = lead_sheet_of(tables.bars, tables.notes)
        bars = tables.bars
        simple = (bars["compound"] == 0) & np.isin(bars["n_beats"], (2, 4))
        run = runs_of(bars)[sheet.bar]
        by_piece: dict[int, list[int]] = {}
        first = np.searchsorted(sheet.bar, np.arange(len(bars)))
        for bar, begin in enumerate(first):
            stop = begin + N_BEATS
            if stop > len(run) or run[stop - 1] != run[begin]:
                continue
            if not simple[sheet.bar[begin:stop]].all():
                continue
            if onsets_of(sheet.tune[begin:stop]).sum() >= N_BEATS / 4:
                by_piece.setdefault(int(bars["piece"][bar]), []).append(int(begin))
        pieces = rng.permutation(sorted(by_piece))
        for turn in range(8):
            for piece in pieces:
                starts = by_piece[int(piece)]
                mine = sum(s == style for s, _, _ in found)
                if turn < len(starts) // 8 + 1 and mine < most:
                    begin = starts[int(rng.integers(len(starts)))]
                    found.append((style, f"{style}{piece}", cut(sheet, begin, begin + N_BEATS)))
    return found


def cut(sheet: LeadSheet, begin: int, stop: int) -> LeadSheet:
    """Return some beats of a lead sheet."""
    return replace(
        sheet,
        tune=sheet.tune[begin:stop],
        chords=sheet.chords[begin:stop],
        facts=sheet.facts[begin:stop],
        bar=sheet.bar[begin:stop] - sheet.bar[begin],
    )


def measured(sheet: LeadSheet) -> NDArray[np.float64]:
    """Return the measures of a lead sheet by which styles are told apart."""
    return lead_sheet_measures(sheet.tune, sheet.chords, minor=bool(sheet.facts[0, MINOR] > 0.5))


class Judge:
    """Says how likely lead sheets are of each style."""

    def __init__(self, found: list[Any], seed: int = 0) -> None:
        rows = self.rows([sheet for _, _, sheet in found])
        self.middle = np.nanmedian(rows, axis=0)
        self.middle = np.where(np.isfinite(self.middle), self.middle, 0)
        self.trees = HistGradientBoostingClassifier(
            max_iter=80, max_leaf_nodes=8, random_state=seed
        )
        self.trees.fit(self.filled(rows), [style for style, _, _ in found])

    @staticmethod
    def rows(sheets: list[LeadSheet]) -> NDArray[np.float64]:
        return np.array([measured(sheet) for sheet in sheets])

    def filled(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.isfinite(rows), rows, self.middle)

    def __call__(self, sheets: list[LeadSheet]) -> NDArray[np.float64]:
        """Return (n, 4) probabilities in the order of `STYLES`."""
        return self.trees.predict_proba(self.filled(self.rows(sheets)))


def kept(before: LeadSheet, after: LeadSheet) -> float:
    """Return the share of a tune's tones that are there again."""
    tones = onsets_of(before.tune)
    return float((before.tune[tones] == after.tune[tones]).mean())


def chroma(sheet: LeadSheet) -> NDArray[np.float64]:
    """Return (E, 12) pitch classes of chords and tune of each beat."""
    out = np.zeros((len(sheet.tune), 12))
    for beat, chord in enumerate(sheet.chords):
        if chord != NO_CHORD_SYMBOL:
            root, group = divmod(int(chord), len(GROUPS))
            out[beat, [(root + i) % 12 for i in QUALITIES[GROUPS[group]]]] += 1
        for symbol in sheet.tune[beat][onsets_of(sheet.tune[beat])]:
            out[beat, (symbol - 2 + 55) % 12] += 1
    return out


def agreement(before: LeadSheet, after: LeadSheet) -> float:
    """Return the correlation of both chromas over all beats."""
    return float(np.corrcoef(chroma(before).ravel(), chroma(after).ravel())[0, 1])


def pair(p: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Return the probability of the source style among the two styles of a direction."""
    a, b = p[:, STYLES.index(source)], p[:, STYLES.index(target)]
    return (a + 1e-6) / (a + b + 2e-6)


def directions(found: list[Any], system: Convert, judge: Judge) -> dict[str, dict[str, float]]:
    """Return the figures of every direction."""
    out = {}
    for source in STYLES:
        mine = [sheet for style, _, sheet in found if style == source]
        before = judge(mine)
        for target in STYLES:
            if target == source:
                continue
            there = [system(sheet, source, target) for sheet in mine]
            back = [system(sheet, target, source) for sheet in there]
            p = [pair(x, source, target) for x in (before, judge(there), judge(back))]
            strength = (p[0] - p[1] + p[2] - p[1]) / 2
            out[f"{source} > {target}"] = {
                "strength": float(strength.mean()),
                "reached": float((p[1] < 0.5).mean()),
                "kept": float(np.mean([kept(a, b) for a, b in zip(mine, there, strict=True)])),
                "chroma": float(
                    np.mean([agreement(a, b) for a, b in zip(mine, there, strict=True)])
                ),
            }
    return out


def nearest(train: list[Any]) -> Convert:
    """Return a converter that gives the stretch of the wanted style whose tune agrees most."""

    def taken(sheet: LeadSheet, _: str, target: str) -> LeadSheet:
        mine = [other for style, _, other in train if style == target]
        return max(mine, key=lambda other: kept(sheet, other))

    return taken


def whole(judge: Judge, root: Path, n: int, strength: float, model: str) -> dict[str, Any]:
    """Return the figures of whole test songs of POP909, read again from what was made of them."""
    sources = [s for s in pop909.sources(root) if s.split == "test"]
    songs = [pop909.read(source) for source in sources[:: max(1, len(sources) // n)][:n]]
    before = judge([first_window(song) for song in songs])
    out = {}
    for target in STYLES[:3]:
        made = [
            convert(song, style=target, strength=strength, converter=model)[0].piece
            for song in songs
        ]
        p = [pair(x, "pop", target) for x in (before, judge([first_window(m) for m in made]))]
        shares = [tones_kept(a, b) for a, b in zip(songs, made, strict=True)]
        out[f"pop > {target}"] = {
            "falls": float((p[0] - p[1]).mean()),
            "reached": float((p[1] < 0.5).mean()),
            "kept": float(np.mean(shares)),
        }
    return out


def first_window(piece: Piece) -> LeadSheet:
    """Return the lead sheet of 32 beats of a piece's longest stretch, from where it sings."""
    stretch = max(understand(piece, Plan()).stretches, key=lambda s: len(s.bars))
    sheet = lead_sheet_of(stretch.bars, stretch.notes)
    sung = np.flatnonzero(onsets_of(sheet.tune).any(axis=1))
    begin = min(int(sung[0]) // 4 * 4, max(len(sheet.tune) - N_BEATS, 0))
    return cut(sheet, begin, begin + N_BEATS)


def tones_kept(before: Piece, after: Piece) -> float:
    """Return the share of the melody's tones of which one of the same pitch begins within a sixth
    of a quarter: swing counts as kept."""
    old, new = (
        next(t for t in p.on_grid().tracks if t.role == "melody" or t.name == "Melody").notes
        for p in (before, after)
    )
    near = np.abs(old["onset"][:, None] - new["onset"][None]) <= RESOLUTION // 6
    return float((near & (old["pitch"][:, None] == new["pitch"][None])).any(axis=1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--prepared", type=Path, default=Path("data/prepared"))
    parser.add_argument("--model", default="converter")
    parser.add_argument("--strength", type=float, default=0.5)
    parser.add_argument("--pieces", type=int, default=30, help="held-out windows of each style")
    parser.add_argument(
        "--learn", type=int, default=300, help="windows of each style to learn from"
    )
    parser.add_argument("--seed", type=int, default=2, help="of the choice of held-out windows")
    parser.add_argument("--songs", type=int, default=0, help="whole test songs of POP909 instead")
    parser.add_argument("--from", dest="root", type=Path, default=Path("data/pop909"))
    parser.add_argument("--out", type=Path)
    said = parser.parse_args()
    drawer: Drawer = read_drawer(models.folder_of(said.model))
    assert isinstance(drawer.view, LeadSheetView)
    train = windows(drawer.view, said.prepared, "train", said.learn, 1)
    judge = Judge(train)
    if said.songs:
        for direction, values in whole(
            judge, said.root, said.songs, said.strength, said.model
        ).items():
            print(f"{direction:20}", *(f"{k} {v:.2f}" for k, v in values.items()), flush=True)
        return
    held = windows(drawer.view, said.prepared, "test", said.pieces, said.seed)
    guess = np.array(STYLES)[judge([sheet for _, _, sheet in held]).argmax(axis=1)]
    truth = np.array([style for style, _, _ in held])
    right = {style: float((guess[truth == style] == style).mean()) for style in STYLES}
    print(f"judge: right of {len(held)} held-out windows {(guess == truth).mean():.3f}", right)
    report: dict[str, Any] = {"judge": right}
    systems: dict[str, Convert] = {
        "converter": lambda sheet, _, target: restyle(drawer, sheet, target, said.strength),
        "copy": lambda sheet, _source, _target: sheet,
        "nearest": nearest(train),
    }
    for name, system in systems.items():
        figures = directions(held, system, judge)
        report[name] = figures
        for direction, values in figures.items():
            print(f"{name:10} {direction:20}", *(f"{k} {v:.2f}" for k, v in values.items()))
        names = next(iter(figures.values()))
        means = {k: float(np.mean([v[k] for v in figures.values()])) for k in names}
        print(f"{name:10} {'mean':20}", *(f"{k} {v:.3f}" for k, v in means.items()), flush=True)
    if said.out:
        said.out.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
