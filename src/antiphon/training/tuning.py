"""Tuning a scribe: what it writes on its own is brought nearer to songs than likelihood brings it.

A network that is right about every note of a song, given the notes before, drifts when it
writes on from its own: it breaks off repetitions and fills bars less. A temperature and a
constant logit mend the means of that; both are folded into the last layers, so that composing
costs nothing more.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from antiphon.models.scribe import Scribe
from antiphon.representations.bars import SLOTS_PER_BEAT
from antiphon.representations.score import N_CELLS, N_PARTS


@dataclass(frozen=True, kw_only=True)
class ScribeTuning:
    """The ``[scribe_tuning]`` table.

    Attributes:
        cell_temperature, pitch_temperature, length_temperature: logits are divided by them.
        part_logits: added to the cells of melody, counter-melody, chords and bass.
        between_logit: added to the cells of all parts that lie between eighths.
    """

    cell_temperature: float = 1.0
    pitch_temperature: float = 1.0
    length_temperature: float = 1.0
    part_logits: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    between_logit: float = 0.0

    def __post_init__(self) -> None:
        if min(self.cell_temperature, self.pitch_temperature, self.length_temperature) <= 0:
            raise ValueError("temperatures must be above 0")
        if len(self.part_logits) != N_PARTS:
            raise ValueError(f"part_logits must have {N_PARTS} numbers")


@torch.no_grad()
def tuned(scribe: Scribe, tuning: ScribeTuning) -> Scribe:
    """Return a copy of a scribe that writes as tuned."""
    out = copy.deepcopy(scribe)
    of_cells = out.to_cell[-1]
    assert isinstance(of_cells, nn.Linear)
    logits: list[tuple[float, list[nn.Module]]] = [
        (tuning.cell_temperature, [of_cells, out.returns]),
        (tuning.pitch_temperature, [out.pitch, out.relation]),
        (tuning.length_temperature, [out.length]),
    ]
    for temperature, layers in logits:
        for layer in layers:
            for parameter in layer.parameters():
                parameter.div_(temperature)
    cell = torch.arange(N_CELLS)
    added = torch.tensor(tuning.part_logits)[cell % N_PARTS]
    between = cell // N_PARTS % (SLOTS_PER_BEAT // 2) != 0
    of_cells.bias[:N_CELLS] += added + tuning.between_logit * between
    return out
