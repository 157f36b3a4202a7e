"""Whether pieces that are converted to a mood move there, by a judge learnt from listeners' labels.

The judge (boosted trees on what is heard: density, loudness, register, mode, dissonance, lengths)
learns the four quadrants from the train splits of EMOPIA and VGMIDI, which conversion never sees.
Of every held-out piece and every other quadrant: does the judge find the asked one likelier after
the conversion than before, and which does it find likeliest? Beside it: a random held-out piece
of the asked quadrant.

    python benchmarks/moods.py --emopia data/emopia --vgmidi data/vgmidi
    python benchmarks/moods.py --learn data/prepared/pop909     # what is usual, without any label
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from antiphon import datasets
from antiphon.datasets import Source
from antiphon.errors import AntiphonError
from antiphon.inference.convert import convert
from antiphon.metrics.harmony import interval_classes
from antiphon.music.excerpt import roll_of
from antiphon.music.harmony import pitch_class_weights, sounding_notes
from antiphon.music.keys import estimate_key
from antiphon.music.labels import emotion_of
from antiphon.music.piece import Piece
from antiphon.representations.prepared import load_tables

QUADRANTS = {"happy": "happy", "angry": "tense", "sad": "sad", "calm": "calm"}
MOODS = ("happy", "tense", "sad", "calm")
_LEAST_NOTES = 12


def heard(piece: Piece) -> list[float]:
    """Return what a listener may go by, in seconds, MIDI pitches and shares."""
    notes = sounding_notes(piece)
    begin = piece.seconds(notes["onset"].astype(np.int64))
    end = piece.seconds(notes["onset"].astype(np.int64) + notes["duration"])
    order = np.argsort(begin)
    notes, begin, end = notes[order], begin[order], end[order]
    seconds = max(float(end.max() - begin.min()), 1.0)
    gaps = np.diff(np.unique(np.round(begin, 2)))
    pitch, loud = notes["pitch"].astype(float), notes["velocity"].astype(float)
    weights = pitch_class_weights(notes)
    key = estimate_key(weights)
    assert key is not None
    degrees = np.roll(weights, -key.tonic) / weights.sum()
    step = max(1, round(piece.resolution / 4))
    clash = interval_classes(roll_of(notes, int(notes["onset"].max()) // step + 1, step))
    return [
        len(notes) / seconds,
        len(gaps) / seconds,
        float(np.median(gaps)) if len(gaps) else np.nan,
        float(gaps.std()) if len(gaps) else np.nan,
        *np.quantile(loud, (0.1, 0.5, 0.9)),
        loud.std(),
        *np.quantile(pitch, (0.1, 0.5, 0.9)),
        pitch.std(),
        *np.quantile(end - begin, (0.1, 0.5, 0.9)),
        float((end - begin).sum() / seconds),
        float(key.mode == "minor"),
        *degrees,
        *clash,
    ]


def pieces(dataset: ModuleType, root: Path, splits: tuple[str, ...]) -> list[tuple[str, Piece]]:
    """Return the moods and the pieces of some splits, those that can be read and heard."""
    found = []
    sources: list[Source] = dataset.sources(root)
    for source in sources:
        if source.split not in splits:
            continue
        try:
            read = getattr(dataset, "performance", None)
            piece = read(source) if read else datasets.read(dataset, source)
        except AntiphonError:
            continue
        mood = QUADRANTS.get(emotion_of(piece.labels.valence, piece.labels.arousal), "")
        if mood and len(sounding_notes(piece)) >= _LEAST_NOTES:
            found.append((mood, piece))
    return found


class Judge:
    """Says how likely pieces are of each mood, in the order of `MOODS`."""

    def __init__(self, learnt: list[tuple[str, Piece]]) -> None:
        self.trees = HistGradientBoostingClassifier(
            max_iter=120,
            max_leaf_nodes=6,
            learning_rate=0.06,
            l2_regularization=1.0,
            random_state=0,
        )
        rows = np.array([heard(piece) for _, piece in learnt])
        self.trees.fit(rows, [MOODS.index(mood) for mood, _ in learnt])

    def __call__(self, found: list[Piece]) -> NDArray[np.float64]:
        return self.trees.predict_proba(np.array([heard(piece) for piece in found]))


def judged(judge: Judge, held: list[tuple[str, Piece]], strength: float) -> dict[str, Any]:
    """Return the share of pieces that move to each asked mood, and that are judged of it."""
    rng = np.random.default_rng(0)
    before = judge([piece for _, piece in held])
    report: dict[str, Any] = {}
    for system in ("converted", "another piece"):
        moved, reached, sides = [], [], []
        for at, mood in enumerate(MOODS):
            rows = [i for i, (own, _) in enumerate(held) if own != mood]
            others = [piece for own, piece in held if own == mood]
            if system == "converted":
                made = [convert(held[i][1], mood=mood, strength=strength)[0].piece for i in rows]
            else:
                made = [others[int(rng.integers(len(others)))] for _ in rows]
            after = judge(made)
            up = after[:, at] > before[rows, at]
            report[f"{system}: {mood}"] = {
                "moved": float(up.mean()),
                "reached": float((after.argmax(axis=1) == at).mean()),
                "n": len(rows),
            }
            moved += up.tolist()
            reached += (after.argmax(axis=1) == at).tolist()
            arousal, valence = [0, 1] if at < 2 else [2, 3], [0, 3] if at in (0, 3) else [1, 2]
            sides.append(
                [
                    float((after[:, s].sum(axis=1) > before[rows][:, s].sum(axis=1)).mean())
                    for s in (valence, arousal)
                ]
            )
        report[system] = {
            "moved": float(np.mean(moved)),
            "reached": float(np.mean(reached)),
            "valence moved": float(np.mean([s[0] for s in sides])),
            "arousal moved": float(np.mean([s[1] for s in sides])),
        }
    return report


def usual(folder: Path) -> dict[str, tuple[float, float]]:
    """Return the 15th and 85th percentile of what moods change, over the songs of a train split."""
    tables = load_tables(folder, "train")
    bars = tables.bars
    seconds = np.bincount(bars["piece"], bars["n_beats"] * 60 / bars["bpm"])
    n_notes = np.bincount(bars["piece"], bars["n_notes"])
    there = n_notes > 0
    loud = np.array(
        [
            tables.notes["velocity"][b["note_start"] : b["note_start"] + b["n_notes"]].sum()
            for b in bars
        ],
        dtype=float,
    )
    measures = {
        "notes_per_s": n_notes[there] / seconds[there],
        "velocity": np.bincount(bars["piece"], loud)[there] / n_notes[there],
        "bpm": np.bincount(bars["piece"], bars["bpm"])[there] / np.bincount(bars["piece"])[there],
    }
    return {
        name: tuple(np.quantile(v, (0.15, 0.85)).round(1).tolist()) for name, v in measures.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--emopia", type=Path, default=Path("data/emopia"))
    parser.add_argument("--vgmidi", type=Path, default=Path("data/vgmidi"))
    parser.add_argument("--strength", type=float, default=0.5)
    parser.add_argument("--most", type=int, default=10_000, help="held-out pieces")
    parser.add_argument("--learn", type=Path, help="print what is usual in a prepared set")
    parser.add_argument("--out", type=Path)
    said = parser.parse_args()
    if said.learn:
        print(usual(said.learn))
        return
    roots = [(datasets.load("emopia"), said.emopia), (datasets.load("vgmidi"), said.vgmidi)]
    learnt = [p for d, root in roots for p in pieces(d, root, ("train",))]
    held = [p for d, root in roots for p in pieces(d, root, ("test",))][: said.most]
    judge = Judge(learnt)
    guess = judge([piece for _, piece in held]).argmax(axis=1)
    truth = np.array([MOODS.index(mood) for mood, _ in held])
    right = {
        "quadrant": float((guess == truth).mean()),
        "valence": float((np.isin(guess, (0, 3)) == np.isin(truth, (0, 3))).mean()),
        "arousal": float(((guess < 2) == (truth < 2)).mean()),
    }
    print(f"judge, learnt from {len(learnt)}, right of {len(held)} held-out pieces: {right}")
    report = {"judge": right} | judged(judge, held, said.strength)
    for name, values in report.items():
        print(f"{name:24}", *(f"{k} {v:.3g}" for k, v in values.items()))
    if said.out:
        said.out.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
