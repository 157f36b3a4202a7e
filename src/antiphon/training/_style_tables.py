"""What composing needs to know of a style beside its networks: metres, tempos, habits, melodies.

Shapes: G metres, Q quantiles, K measures.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.metrics.bars import Habits, habits_of, measure_bars
from antiphon.representations.bars import SLOTS_PER_BEAT
from antiphon.representations.outline import chord_vocabulary
from antiphon.representations.prepared import Prepared
from antiphon.representations.rolls import CHORD_SIZE
from antiphon.training._melody_index import melody_index
from antiphon.training._segments import section_controls

N_QUANTILES = 11
_RARE = 0.05  # share of a metre below which nothing is said of it


def song_tables(data: Prepared, scale: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    """Return what composing needs to know of a style beside the networks.

    Of every metre that is not rare, the commonest first: ``metres`` (G, 3) its beats, whether it is
    compound and its share, ``bpm`` (G, Q) and ``habits`` (G, 4, K).
    """
    places = np.linspace(0, 1, N_QUANTILES)
    controls, known = section_controls(data)
    quantiles = [
        np.quantile(column[there > 0], places)
        for column, there in zip(controls.T, known.T, strict=True)
    ]
    index, song = melody_index(data)
    metres, bars_in = _metres(data)
    habits = [_habits(data, bars, int(n)) for bars, n in zip(bars_in, metres[:, 0], strict=True)]
    return {
        "vocabulary": torch.from_numpy(chord_vocabulary(data.bars)),
        "controls": torch.tensor(np.array(quantiles), dtype=torch.float32),
        "metres": torch.tensor(metres, dtype=torch.float32),
        "bpm": torch.tensor(
            np.stack([np.quantile(data.bars["bpm"][bars], places) for bars in bars_in]),
            dtype=torch.float32,
        ),
        "minor": torch.tensor(float((data.bars["minor"] > 0).mean())),
        "outline_mean": scale[0],
        "outline_deviation": scale[1],
        "habits": torch.tensor(
            np.stack([np.stack([h.low, h.high, h.mean, h.deviation]) for h in habits]),
            dtype=torch.float32,
        ),
        "index": torch.from_numpy(index),
        "index_song": torch.from_numpy(song),
    }


def _metres(data: Prepared) -> tuple[NDArray[np.float64], list[NDArray[np.intp]]]:
    """Return the style's metres (G, 3), and which bars are in each of them."""
    columns = np.stack([data.bars["n_beats"], data.bars["compound"]], axis=1)
    metres, of, counts = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
    share = counts / counts.sum()
    common = [g for g in np.argsort(-share, kind="stable") if share[g] >= _RARE]
    rows = np.concatenate([metres[common], share[common, None]], axis=1)
    return rows, [np.flatnonzero(of.ravel() == g) for g in common]


def _habits(data: Prepared, bars: NDArray[np.intp], n_beats: int) -> Habits:
    """Return what is usual in bars of one metre."""
    measures = []
    for begin in range(0, len(bars), 2048):
        rows = bars[begin : begin + 2048]
        chroma = data.conditions[rows, : 4 * CHORD_SIZE].reshape(-1, 4, CHORD_SIZE)[..., :12]
        rolls = data.rolls.unpacked(rows)
        measures.append(measure_bars(rolls, chroma, n_beats * SLOTS_PER_BEAT))
    return habits_of(np.concatenate(measures), data.bars["piece"][bars])
